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


def _apron(name: str) -> Callable[[HubConfig], _Change]:
    def more(config: HubConfig) -> _Change:
        n: int = getattr(config.apron, name)
        return n, more_units(n), replace(config, apron=replace(config.apron, **{name: more_units(n)}))

    return more


def _halls(count: Callable[[Hall], float], change: Callable[[Hall, HubConfig], Hall]) -> Callable[[HubConfig], _Change]:
    """Every hall gets more of something; counted over all of them."""

    def more(config: HubConfig) -> _Change:
        halls = {name: change(hall, config) for name, hall in config.halls.items()}
        before, after = (sum(count(hall) for hall in each.values()) for each in (config.halls, halls))
        return before, after, replace(config, halls=halls)

    return more


def _positions(hall: Hall, config: HubConfig) -> Hall:
    after = more_units(hall.uld_positions)
    return _with_room(replace(hall, uld_positions=after), "uld_positions", after * config.space.uld_position_m2)


def _stations(hall: Hall, config: HubConfig) -> Hall:
    after = more_units(hall.breakdown_stations)
    workers = hall.breakdown_workers + (after - hall.breakdown_stations) * config.breakdown.workers_per_station
    hall = replace(hall, breakdown_stations=after, breakdown_workers=workers)
    return _with_room(hall, "breakdown", after * config.space.breakdown_station_m2)


def _machines(hall: Hall, config: HubConfig) -> Hall:
    hall = replace(hall, machine_rated_per_h=hall.machine_rated_per_h * (1 + MORE))
    return _with_room(hall, "sorting", hall.rated_per_h * config.space.sorting_m2_per_parcel_per_h)


def _desks(hall: Hall, config: HubConfig) -> Hall:
    after = more_units(hall.handcoding_desks)
    return _with_room(replace(hall, handcoding_desks=after), "handcoding", after * config.space.handcoding_desk_m2)


def _packout_posts(hall: Hall, config: HubConfig) -> Hall:
    after = more_units(hall.packout_posts) if hall.packout_posts else 0
    return _with_posts(replace(hall, packout_posts=after), config)


def _manual_sort_posts(hall: Hall, config: HubConfig) -> Hall:
    after = more_units(hall.manual_sort_posts) if hall.manual_sort_posts else 0
    return _with_posts(replace(hall, manual_sort_posts=after), config)


def _with_posts(hall: Hall, config: HubConfig) -> Hall:
    return _with_room(hall, "packout", (hall.packout_posts + hall.manual_sort_posts) * config.space.packout_post_m2)


def _floor(hall: Hall, config: HubConfig) -> Hall:
    before = hall.zone_shares.lanes * hall.area_m2
    return _with_room(hall, "lanes", max(before * (1 + MORE), before + config.space.pallet_m2))


def _doors(hall: Hall, config: HubConfig) -> Hall:
    after = more_units(hall.doors_out)
    workers = hall.dock_workers + (after - hall.doors_out) * config.outbound.workers_per_truck
    return _with_doors(replace(hall, doors_out=after, dock_workers=workers), config.space)


_MORE: Final[Mapping[str, Callable[[HubConfig], _Change]]] = {
    "stands": _apron("stands"),
    "loader_sets": _apron("loader_sets"),
    "tugs": _apron("tugs"),
    "positions": _halls(lambda hall: hall.uld_positions, _positions),
    "stations": _halls(lambda hall: hall.breakdown_stations, _stations),
    "machines": _halls(lambda hall: hall.rated_per_h, _machines),
    "handcoding_desks": _halls(lambda hall: hall.handcoding_desks, _desks),
    "packout_posts": _halls(lambda hall: hall.packout_posts, _packout_posts),
    "manual_sort_posts": _halls(lambda hall: hall.manual_sort_posts, _manual_sort_posts),
    "floor": _halls(lambda hall: hall.zone_shares.lanes * hall.area_m2, _floor),
    "doors": _halls(lambda hall: hall.doors_out, _doors),
}


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
