"""The halls of a plan, drawn to scale with the units in their zones."""

from collections.abc import Sequence
from typing import NamedTuple

from experiments.formatting import whole
from experiments.studies.replay.floor import Zone, zones_of
from sim.config import Hall, HubConfig
from sim.site.zones import zones_in_use


class ZoneShown(NamedTuple):
    """A zone of the drawing, and how full it is."""

    zone: Zone
    used: float | None
    """Share of the fitting units; None: a zone without counted units."""
    says: str


class HallShown(NamedTuple):
    name: str
    hall: Hall
    zones: Sequence[ZoneShown]


def halls_shown(config: HubConfig) -> list[HallShown]:
    """Each hall with its zones, whose units may exceed the room."""
    uses = {(use.hall, use.zone): use for use in zones_in_use(config)}

    def shown(name: str, zone: Zone) -> ZoneShown:
        says, use = f"{zone.label}, {whole(zone.area_m2)} m²", uses.get((name, zone.name))
        if use is None:
            return ZoneShown(zone, None, says)
        used = use.n_units / use.n_fit if use.n_fit else float(use.n_units > 0) * 2
        used = min(used, 1.0) if use.has_room else used  # a rate has no whole units
        return ZoneShown(zone, used, f"{says}: {whole(use.n_units)} of the {whole(use.n_fit)} {use.unit} that fit")

    return [
        HallShown(name, hall, [shown(name, zone) for zone in zones_of(config, name)])
        for name, hall in config.halls.items()
    ]
