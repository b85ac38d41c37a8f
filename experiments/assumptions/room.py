"""Room in the hubs of worlds: for the units of halls, and in aircraft for the parcels of a flight file; and people."""

from collections.abc import Iterator
from dataclasses import replace

from experiments.designs.factors import squeezed
from sim.config import HubConfig
from sim.config.fleet import AircraftType, Deck
from sim.domain.roles import ROLES
from sim.errors import ConfigError
from sim.inputs.flight_files import schedules_of
from sim.inputs.staffing import has_work, is_ever_manned
from sim.site.room import check_area


def with_room(changed: HubConfig, hub: HubConfig) -> HubConfig:
    """The hub as a world changed it.

    Units without room stand closer, aircraft carry what a file gives them, and shifts man what a piece of work takes.
    """
    carrying = _carrying(_manned(changed, hub), hub)
    try:
        check_area(carrying)
    except ConfigError:
        return squeezed(carrying)[0]
    return carrying


def _manned(changed: HubConfig, hub: HubConfig) -> HubConfig:
    """The changed hub, in which a role whose shifts would never man what one piece of work takes keeps the hub's."""
    if changed.roster == hub.roster:
        return changed
    kept = {
        name: hub.roster.roles[name]
        for name, role in ROLES.items()
        if has_work(changed, role) and not changed.roster.follows_work(name) and not is_ever_manned(changed, name)
    }
    return replace(changed, roster=replace(changed.roster, roles={**changed.roster.roles, **kept})) if kept else changed


def _carrying(changed: HubConfig, hub: HubConfig) -> HubConfig:
    """The changed hub, whose aircraft types carry at least the parcels that the hub's flight file gives them.

    The file's parcels are known, so a world whose parcels are too heavy for them allows a type more payload, and its
    positions more kg and m³.
    """
    limits = {name: changed.load_limit(name).parcels for name in hub.fleet}
    if not hub.arrivals.schedule or all(limit >= hub.load_limit(name).parcels for name, limit in limits.items()):
        return changed
    needed = dict.fromkeys(limits, 0)
    for name, n_parcels in _given(hub, limits):
        needed[name] = max(needed[name], n_parcels)
    fleet = {
        name: _larger(kind, (needed[name] + 1) / limits[name]) if needed[name] > limits[name] else kind
        for name, kind in changed.fleet.items()
    }
    return replace(changed, fleet=fleet)


def _given(hub: HubConfig, limits: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Types and parcels of the rows; a row without a type needs the largest that is drawn."""
    largest = max((name for name, kind in hub.fleet.items() if kind.share), key=lambda name: limits[name])
    for row in schedules_of(hub).rows:
        if row.n_parcels is not None:
            yield row.aircraft or largest, row.n_parcels


def _larger(kind: AircraftType, factor: float) -> AircraftType:
    def deck(of: Deck) -> Deck:
        return replace(of, m3=of.m3 * factor, kg=of.kg * factor)

    payload_t = kind.payload_t * factor
    return replace(kind, payload_t=payload_t, main_deck=deck(kind.main_deck), lower_deck=deck(kind.lower_deck))
