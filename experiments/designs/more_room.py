"""More of what stands in a hall, with the people it takes and with room for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sim.config import Hall, HubConfig, Space, ZoneShares

_ROUNDING_M2: Final = 1e-9


@dataclass(frozen=True, slots=True)
class HallUnits:
    """Units of one kind: where they stand, what one takes, and how a hall gets more of them."""

    zone: str
    unit: str
    count: Callable[[Hall], float]
    standing: Callable[[Hall], float]
    """Units that share the zone, those of `count` among them."""
    unit_m2: Callable[[Space], float]
    step: Callable[[Space], float] | None
    """The least that there can be more of; None: whole units."""
    add: Callable[[Hall, HubConfig, float], Hall]
    """The hall with so many more, and their people; the zone as it was."""


def with_more(config: HubConfig, kind: HallUnits, units: float) -> HubConfig:
    """Every hall with so many more units, and its zone larger by the floor that they take; other zones as before."""

    def grown(hall: Hall) -> Hall:
        area = zone_m2(hall, kind.zone) + units * kind.unit_m2(config.space)
        return with_room(kind.add(hall, config, units), kind.zone, area)

    return replace(config, halls={name: grown(hall) for name, hall in config.halls.items()})


def zone_m2(hall: Hall, zone: str) -> float:
    share: float = getattr(hall.zone_shares, zone)
    return share * hall.area_m2


def with_room(hall: Hall, zone: str, at_least_m2: float) -> Hall:
    """The hall with at least so much area in a zone, and the same in all others."""
    areas = {name: zone_m2(hall, name) for name in ZoneShares.__dataclass_fields__}
    lacking = at_least_m2 - areas[zone]
    if lacking <= _ROUNDING_M2:
        return hall
    area = hall.area_m2 + lacking
    shares = {name: (m2 + lacking if name == zone else m2) / area for name, m2 in areas.items()}
    return replace(hall, area_m2=area, zone_shares=ZoneShares(**shares))


def _counted(name: str) -> Callable[[Hall, HubConfig, float], Hall]:
    return lambda hall, _, n: replace(hall, **{name: getattr(hall, name) + int(n)})


def _stations(hall: Hall, config: HubConfig, n: float) -> Hall:
    workers = hall.breakdown_workers + int(n) * config.breakdown.workers_per_station
    return replace(hall, breakdown_stations=hall.breakdown_stations + int(n), breakdown_workers=workers)


def _machines(hall: Hall, config: HubConfig, n: float) -> Hall:  # noqa: ARG001 - as of the others
    return replace(hall, machine_rated_per_h=hall.machine_rated_per_h + n / hall.sorting_machines)


def _floor(hall: Hall, config: HubConfig, n: float) -> Hall:  # noqa: ARG001 - as of the others
    return with_room(hall, "lanes", zone_m2(hall, "lanes") + n)


def _doors(hall: Hall, config: HubConfig, n: float) -> Hall:
    out = hall.doors_out + int(n)
    facade = max(hall.facade_m, (out + hall.doors_in) * config.space.door_facade_m)
    workers = hall.dock_workers + int(n) * config.outbound.workers_per_truck
    return replace(hall, doors_out=out, dock_workers=workers, facade_m=facade)


def _posts(hall: Hall) -> int:
    return hall.packout_posts + hall.manual_sort_posts


def _units(
    zone: str, unit: str, name: str, unit_m2: Callable[[Space], float], standing: Callable[[Hall], float] | None = None
) -> HallUnits:
    def count(hall: Hall) -> float:
        n: int = getattr(hall, name)
        return n

    return HallUnits(zone, unit, count, standing or count, unit_m2, None, _counted(name))


HALL_UNITS: Final[Mapping[str, HallUnits]] = {
    "positions": _units("uld_positions", "ULD positions", "uld_positions", lambda space: space.uld_position_m2),
    "stations": HallUnits(
        "breakdown", "stations with their crews", lambda hall: hall.breakdown_stations,
        lambda hall: hall.breakdown_stations, lambda space: space.breakdown_station_m2, None, _stations,
    ),
    "machines": HallUnits(
        "sorting", "parcels/h rated", lambda hall: hall.rated_per_h, lambda hall: hall.rated_per_h,
        lambda space: space.sorting_m2_per_parcel_per_h, lambda _: 1.0, _machines,
    ),
    "handcoding_desks": _units("handcoding", "desks", "handcoding_desks", lambda space: space.handcoding_desk_m2),
    "packout_posts": _units(
        "packout", "pack-out posts", "packout_posts", lambda space: space.packout_post_m2, _posts
    ),
    "manual_sort_posts": _units(
        "packout", "manual sort posts", "manual_sort_posts", lambda space: space.packout_post_m2, _posts
    ),
    "floor": HallUnits(
        "lanes", "m² of pallets", lambda hall: zone_m2(hall, "lanes"), lambda hall: zone_m2(hall, "lanes"),
        lambda _: 1.0, lambda space: space.pallet_m2, _floor,
    ),
    "doors": HallUnits(
        "dock_doors", "dock doors with their crews", lambda hall: hall.doors_out,
        lambda hall: hall.doors_out + hall.doors_in, lambda space: space.dock_door_m2, None, _doors,
    ),
}  # fmt: skip
"""By resource, as `sim.measures.kpis.RESOURCES` calls it."""
