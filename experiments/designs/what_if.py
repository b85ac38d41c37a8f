"""A hub with ten per cent more of one resource, and all else as it was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from experiments.designs import more_room
from sim.config import Hall, HubConfig
from sim.domain.roles import ROLES
from sim.errors import ConfigError
from sim.measures.kpis import ALL_RESOURCES
from sim.reading import plain, read
from sim.site.room import check_area

MORE: Final = 0.1

BLOCKED: Final[Mapping[str, str | None]] = {
    "stands": "held_flight_h_per_day",
    "loader_sets": None,
    "tugs": "stand_blocked_h_per_day",
    "positions": "tug_blocked_h_per_day",
    "stations": None,
    "machines": "station_blocked_h_per_day",
    "handcoding_desks": None,
    "packout_posts": None,
    "manual_sort_posts": None,
    "floor": "floor_blocked_h_per_day",
    "doors": "door_wait_h_per_day",
    # of exports
    "doors_in": "door_in_wait_h_per_day",
    "build_up_places": "build_up_wait_h_per_day",
    "export_floor": "export_floor_wait_h_per_day",
    "empty_ulds": "build_up_wait_h_per_day",
    # of customs' controls
    "customs_hold": None,
    # of both, where work waits for those who man them
    **{
        role.kind: f"understaffed_h_per_day_{name}"
        for name, role in ROLES.items()
        if (role.is_of_exports or role.is_of_customs) and role.kind in ALL_RESOURCES
    },
}
"""Each resource and the KPI of the time for which it blocks others; None: no KPI says so."""
NEVER_BLOCKS: Final = frozenset({"customs_hold"})
"""Whom nobody ever waits for: more of it lifts nothing."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """More of one resource: `before` and `after` in units, parcels an hour (machines) or m² (floors, hold zone)."""

    resource: str
    before: float
    after: float
    hub: HubConfig


def what_ifs(config: HubConfig) -> dict[str, WhatIf]:
    """Ten per cent more of each resource that the hub has, by name; of units at least one more.

    Stations, build-up places and doors come with their workers; machines run faster, and floors are larger.
    Where the units do not fit, the hall is enlarged by the very area that they lack, and the façade by the
    length: all other zones keep their m². What is of exports or of declarations is there where they are.

    Raises:
        ConfigError: a resource that cannot get more within the bounds of its key.
    """
    larger = {}
    for resource, more in _of(config).items():
        before, after, changed = more(config)
        if before == 0:
            continue
        try:
            hub = read(HubConfig, plain(changed))
            check_area(hub)
        except ConfigError as error:
            raise ConfigError(f"{config.scenario}: 10 % more {resource} are not possible: {error}") from error
        larger[resource] = WhatIf(resource, before, after, hub)
    return larger


def more_units(n: int) -> int:
    """Ten per cent more whole units, at least one.

    >>> more_units(2), more_units(14), more_units(150)
    (3, 15, 165)
    """
    return max(n + 1, round(n * (1 + MORE)))


_Change = tuple[float, float, HubConfig]


def _apron(name: str, config: HubConfig) -> _Change:
    n: int = getattr(config.apron, name)
    return n, more_units(n), replace(config, apron=replace(config.apron, **{name: more_units(n)}))


def _halls(kind: more_room.HallUnits, config: HubConfig) -> _Change:
    """Every hall gets more of something; counted over all of them."""

    def more(hall: Hall) -> Hall:
        before = kind.count(hall)
        if before == 0:
            return hall
        n = max(before * MORE, kind.step(config.space)) if kind.step else more_units(int(before)) - before
        hall = kind.add(hall, config, n)
        return more_room.with_room(hall, kind.zone, kind.standing(hall) * kind.unit_m2(config.space))

    halls = {name: more(hall) for name, hall in config.halls.items()}
    before, after = (sum(kind.count(hall) for hall in each.values()) for each in (config.halls, halls))
    return before, after, replace(config, halls=halls)


def _parts(kind: more_room.PartUnits, config: HubConfig) -> _Change:
    """Likewise of what stands in a part of a zone."""
    larger = more_room.with_more_in_part(config, kind, more_units)
    before, after = (sum(kind.count(hall) for hall in each.halls.values()) for each in (config, larger))
    return before, after, larger


def _floor(part: str, config: HubConfig) -> _Change:
    """Likewise of the m² of a part that goods lie on."""
    larger = more_room.with_more_floor(config, part, MORE)
    before, after = (
        sum(more_room.part_m2(hall, each.space, part) for hall in each.halls.values()) for each in (config, larger)
    )
    return before, after, larger


def _of(config: HubConfig) -> Mapping[str, Callable[[HubConfig], _Change]]:
    has_exports, is_declared = config.exports.share > 0, config.customs.declared is not None
    return {**_MORE, **(_MORE_OF_EXPORTS if has_exports else {}), **(_MORE_OF_CONTROLS if is_declared else {})}


_MORE: Final[Mapping[str, Callable[[HubConfig], _Change]]] = {
    **{name: partial(_apron, name) for name in ("stands", "loader_sets", "tugs")},
    **{name: partial(_halls, kind) for name, kind in more_room.HALL_UNITS.items()},
}
_MORE_OF_EXPORTS: Final[Mapping[str, Callable[[HubConfig], _Change]]] = {
    **{name: partial(_halls, kind) for name, kind in more_room.EXPORT_HALL_UNITS.items()},
    **{name: partial(_parts, kind) for name, kind in more_room.EXPORT_UNITS.items()},
    "outbound_tugs": partial(_apron, "outbound_tugs"),
    "export_floor": partial(_floor, "export_floor"),
}
_MORE_OF_CONTROLS: Final[Mapping[str, Callable[[HubConfig], _Change]]] = {
    **{name: partial(_parts, kind) for name, kind in more_room.CONTROL_UNITS.items()},
    "customs_hold": partial(_floor, "customs_hold"),
}
