"""A hub with ten per cent more of one resource, and all else as it was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sim.config import Hall, HubConfig, Space, ZoneShares
from sim.errors import ConfigError
from sim.inputs.layout import check_area
from sim.reading import plain, read

MORE: Final = 0.1
_ROUNDING_M2: Final = 1e-9

BLOCKED: Final[Mapping[str, str | None]] = {
    "stands": "held_flight_h_per_day",
    "loader_sets": None,
    "tugs": "stand_blocked_h_per_day",
    "positions": "tug_blocked_h_per_day",
    "stations": None,
    "machines": "station_blocked_h_per_day",
    "handcoding_desks": None,
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
    """Ten per cent more of each resource, by name; of units at least one more.

    Stations come with their workers, doors with theirs; machines run faster, and the floor is larger. Where the units
    do not fit, the hall is enlarged by the very area that they lack, and the façade by the length: all other zones
    keep their m².

    Raises:
        ConfigError: a resource that cannot get more within the bounds of its key.
    """
    found = {}
    for resource, more in _MORE.items():
        before, after, changed = more(config)
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


def _apron(name: str) -> Callable[[HubConfig], _Change]:
    def more(config: HubConfig) -> _Change:
        n: int = getattr(config.apron, name)
        return n, more_units(n), replace(config, apron=replace(config.apron, **{name: more_units(n)}))

    return more


def _positions(config: HubConfig) -> _Change:
    n = config.hall.uld_positions
    after = more_units(n)
    hall = replace(config.hall, uld_positions=after)
    return n, after, _with(config, _with_room(hall, "uld_positions", after * config.space.uld_position_m2))


def _stations(config: HubConfig) -> _Change:
    n = config.hall.breakdown_stations
    after = more_units(n)
    workers = config.hall.breakdown_workers + (after - n) * config.breakdown.workers_per_station
    hall = replace(config.hall, breakdown_stations=after, breakdown_workers=workers)
    return n, after, _with(config, _with_room(hall, "breakdown", after * config.space.breakdown_station_m2))


def _machines(config: HubConfig) -> _Change:
    hall = replace(config.hall, machine_rated_per_h=config.hall.machine_rated_per_h * (1 + MORE))
    area = hall.sorting_machines * hall.machine_rated_per_h * config.space.sorting_m2_per_parcel_per_h
    return config.hall.machine_rated_per_h, hall.machine_rated_per_h, _with(config, _with_room(hall, "sorting", area))


def _desks(config: HubConfig) -> _Change:
    n = config.hall.handcoding_desks
    after = more_units(n)
    hall = replace(config.hall, handcoding_desks=after)
    return n, after, _with(config, _with_room(hall, "handcoding", after * config.space.handcoding_desk_m2))


def _floor(config: HubConfig) -> _Change:
    before = config.hall.zone_shares.lanes * config.hall.area_m2
    after = max(before * (1 + MORE), before + config.space.pallet_m2)
    return before, after, _with(config, _with_room(config.hall, "lanes", after))


def _doors(config: HubConfig) -> _Change:
    n = config.hall.doors_out
    after = more_units(n)
    workers = config.hall.dock_workers + (after - n) * config.outbound.workers_per_truck
    hall = replace(config.hall, doors_out=after, dock_workers=workers)
    return n, after, _with(config, _with_doors(hall, config.space))


_MORE: Final[Mapping[str, Callable[[HubConfig], _Change]]] = {
    "stands": _apron("stands"),
    "loader_sets": _apron("loader_sets"),
    "tugs": _apron("tugs"),
    "positions": _positions,
    "stations": _stations,
    "machines": _machines,
    "handcoding_desks": _desks,
    "floor": _floor,
    "doors": _doors,
}


def _with(config: HubConfig, hall: Hall) -> HubConfig:
    return replace(config, halls={next(iter(config.halls)): hall})


def _with_doors(hall: Hall, space: Space) -> Hall:
    doors = hall.doors_out + hall.doors_in
    facade = max(hall.facade_m, doors * space.door_facade_m)
    return replace(_with_room(hall, "dock_doors", doors * space.dock_door_m2), facade_m=facade)


def _with_room(hall: Hall, zone: str, zone_m2: float) -> Hall:
    """The hall with at least so much area in a zone, and the same in all others."""
    areas = {name: getattr(hall.zone_shares, name) * hall.area_m2 for name in ZoneShares.__dataclass_fields__}
    lacking = zone_m2 - areas[zone]
    if lacking <= _ROUNDING_M2:
        return hall
    area = hall.area_m2 + lacking
    shares = {name: (m2 + lacking if name == zone else m2) / area for name, m2 in areas.items()}
    return replace(hall, area_m2=area, zone_shares=ZoneShares(**shares))
