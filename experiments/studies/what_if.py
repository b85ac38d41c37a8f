"""A hub with ten per cent more of one resource, and all else as it was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from experiments.studies.more_room import HALL_UNITS, HallUnits, with_room
from sim.config import Hall, HubConfig
from sim.errors import ConfigError
from sim.inputs.layout import check_area
from sim.reading import plain, read

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
}
"""Each resource and the KPI of the time for which it blocks others; None: no KPI says so."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """More of one resource: `before` and `after` in units, parcels an hour (machines) or m² (floor)."""

    resource: str
    before: float
    after: float
    hub: HubConfig


def what_ifs(config: HubConfig) -> dict[str, WhatIf]:
    """Ten per cent more of each resource that the hub has, by name; of units at least one more.

    Stations come with their workers, doors with theirs; machines run faster, and the floor is larger. Where the units
    do not fit, the hall is enlarged by the very area that they lack, and the façade by the length: all other zones
    keep their m².

    Raises:
        ConfigError: a resource that cannot get more within the bounds of its key.
    """
    found = {}
    for resource, more in _MORE.items():
        before, after, changed = more(config)
        if before == 0:
            continue
        try:
            hub = read(HubConfig, plain(changed))
            check_area(hub)
        except ConfigError as error:
            raise ConfigError(f"{config.scenario}: 10 % more {resource} are not possible: {error}") from error
        found[resource] = WhatIf(resource, before, after, hub)
    return found


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


def _halls(kind: HallUnits, config: HubConfig) -> _Change:
    """Every hall gets more of something; counted over all of them."""

    def more(hall: Hall) -> Hall:
        before = kind.count(hall)
        if before == 0:
            return hall
        n = max(before * MORE, kind.step(config.space)) if kind.step else more_units(int(before)) - before
        hall = kind.add(hall, config, n)
        return with_room(hall, kind.zone, kind.standing(hall) * kind.unit_m2(config.space))

    halls = {name: more(hall) for name, hall in config.halls.items()}
    before, after = (sum(kind.count(hall) for hall in each.values()) for each in (config.halls, halls))
    return before, after, replace(config, halls=halls)


_MORE: Final[Mapping[str, Callable[[HubConfig], _Change]]] = {
    **{name: partial(_apron, name) for name in ("stands", "loader_sets", "tugs")},
    **{name: partial(_halls, kind) for name, kind in HALL_UNITS.items()},
}
