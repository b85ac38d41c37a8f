"""The zones of a hall: the units in each, and the number that would fit."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final

from sim.config import Hall, HubConfig, Space, ZoneShares
from sim.site import floors


@dataclass(frozen=True, slots=True)
class ZoneUse:
    """The units in a zone, and the number that would fit."""

    hall: str
    zone: str
    area_m2: float
    unit: str
    n_units: float
    """Units in the zone (for sorting: rated parcels/h)."""
    n_fit: float
    standard_m2: float
    standard: str = ""
    """The key of the space standard."""

    @property
    def has_room(self) -> bool:
        """Whether its units fit: all of `n_fit`, and of a rate also the fraction for which there is area."""
        return self.n_units * self.standard_m2 <= self.area_m2 + floors.ROUNDING_M2

    @property
    def spare_m2(self) -> float:
        return self.area_m2 - self.n_units * self.standard_m2


def _use(
    space: Space,
    hall: str,
    zone: str,
    area_m2: float,
    unit: str,
    n_units: float,
    standard: str,
) -> ZoneUse:
    """The use of a zone in whole units."""
    standard_m2: float = getattr(space, standard)
    return ZoneUse(hall, zone, area_m2, unit, n_units, floors.fit(area_m2, standard_m2), standard_m2, standard)


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a zone: their name, their space standard, and the keys of a hall with their number.

    The number is the sum of all keys, or their product with `is_product`.
    """

    unit: str
    standard: str
    keys: tuple[str, ...]
    is_product: bool = False

    def n(self, hall: Hall) -> float:
        numbers: list[float] = [attrgetter(key)(hall) for key in self.keys]
        return math.prod(numbers) if self.is_product else sum(numbers)


UNITS: Final[Mapping[str, Units]] = {
    "uld_positions": Units("ULD positions", "uld_position_m2", ("uld_positions",)),
    "breakdown": Units("stations", "breakdown_station_m2", ("breakdown_stations",)),
    "sorting": Units(
        "rated parcels/h", "sorting_m2_per_parcel_per_h", ("sorting_machines", "machine_rated_per_h"), is_product=True
    ),
    "handcoding": Units("hand-coding desks", "handcoding_desk_m2", ("handcoding_desks",)),
    "dock_doors": Units("dock doors", "dock_door_m2", ("doors_out", "doors_in")),
    "packout": Units("pack-out and manual-sort posts", "packout_post_m2", ("packout_posts", "manual_sort_posts")),
    "empty_ulds": Units("empty ULDs", "empty_uld_m2", ("exports.empty_ulds",)),
}
"""By zone, for zones whose whole area is for these units."""


def zone_uses(name: str, hall: Hall, space: Space, lane_places_m2: float = 0.0) -> tuple[ZoneUse, ...]:
    """The zones of a hall with named units, and the whole number of them that fits.

    `lane_places_m2` is the area of pack-out for the pallets of routes that share a chute.
    """
    packout = max(0.0, hall.zone_shares.packout * hall.area_m2 - lane_places_m2)
    share = hall.zone_shares.customs * hall.area_m2 * (1 - space.customs_hold_share)
    customs = max(0.0, share - space.controls.area_m2(hall.controls))
    return (
        *(_whole_zone(space, name, hall, zone) for zone in ("uld_positions", "breakdown", "sorting", "handcoding")),
        _use(space, name, "customs", customs, "examination desks", hall.customs_desks, "customs_desk_m2"),
        _whole_zone(space, name, hall, "dock_doors"),
        *([_of_units(space, name, hall, "packout", packout)] if UNITS["packout"].n(hall) else []),
    )


def _whole_zone(space: Space, name: str, hall: Hall, zone: str) -> ZoneUse:
    return _of_units(space, name, hall, zone, getattr(hall.zone_shares, zone) * hall.area_m2)


def _of_units(space: Space, name: str, hall: Hall, zone: str, area: float) -> ZoneUse:
    units = UNITS[zone]
    return _use(space, name, zone, area, units.unit, units.n(hall), units.standard)


def export_zone_uses(name: str, hall: Hall, space: Space) -> tuple[ZoneUse, ...]:
    """The units in the zones for exports and empty ULDs."""
    zone, exports = hall.zone_shares.export * hall.area_m2, hall.exports
    by_hand = 1 - space.export_build_up_share - space.export_staging_share - space.export_screening_share
    build_up, screening = zone * space.export_build_up_share, zone * space.export_screening_share
    units = (
        ("build_up", build_up, "build-up places", exports.build_up_places, "build_up_place_m2"),
        ("screening", screening, "screening lines", exports.screening_lines, "screening_line_m2"),
        (
            "hand_sorting",
            zone * by_hand,
            "posts for sorting by hand",
            exports.hand_sorting_posts,
            "hand_sorting_post_m2",
        ),
    )
    return (*(_use(space, name, *each) for each in units), _whole_zone(space, name, hall, "empty_ulds"))


def uses_of_hall(config: HubConfig, name: str, hall: Hall) -> Iterator[ZoneUse]:
    """The zones of a hall with named units; those for exports only if there are exports."""
    yield from zone_uses(name, hall, config.space, config.lane_places_m2(hall))
    if config.exports.share:
        yield from export_zone_uses(name, hall, config.space)


def zones_in_use(config: HubConfig) -> Iterator[ZoneUse]:
    """The zones with named units of all halls."""
    for name, hall in config.halls.items():
        yield from uses_of_hall(config, name, hall)


def set_aside(config: HubConfig) -> Iterator[ZoneUse]:
    """The zones of all halls without named units: floor for parcels, used as a whole, and reserved floor."""
    for name, hall in config.halls.items():
        yield from _set_aside(name, hall, config.space, has_exports=config.exports.share > 0)


def _set_aside(name: str, hall: Hall, space: Space, *, has_exports: bool) -> tuple[ZoneUse, ...]:
    area, shares = hall.area_m2, shares_of(hall)
    goods = [
        ("lanes", floors.lanes_m2(hall), floors.floor_parcels(hall, space)),
        ("customs_hold", floors.hold_zone_m2(hall, space), floors.hold_zone_parcels(hall, space)),
    ]
    if has_exports:
        goods.append(("export", floors.export_floor_m2(hall, space), floors.export_floor_parcels(hall, space)))
    unused = {"packout": not hall.packout_posts + hall.manual_sort_posts}
    unused |= dict.fromkeys(("export", "empty_ulds"), not has_exports)
    rest = {
        zone: shares[zone] * area
        for zone in ("export", "empty_ulds", "packout", "airside_circulation", "landside_circulation")
        if unused.get(zone, True)
    }
    rest["unassigned"] = max(0.0, 1 - sum(shares.values())) * area
    return (
        *(ZoneUse(name, zone, m2, "parcels", n, n, m2 / n if n else 0.0) for zone, m2, n in goods),
        *(ZoneUse(name, zone, m2, "set aside", 0, 0, 0.0) for zone, m2 in rest.items()),
    )


def shares_of(hall: Hall) -> dict[str, float]:
    return {field.name: getattr(hall.zone_shares, field.name) for field in fields(ZoneShares)}
