"""The zones of a hall: what stands in each, and how much of it would fit."""

import math
from dataclasses import dataclass

from sim.config import Hall, Space

ROUNDING_M2 = 1e-6


@dataclass(frozen=True, slots=True)
class ZoneUse:
    """What stands in a zone, and how much of it would fit."""

    hall: str
    zone: str
    area_m2: float
    unit: str
    n_units: float
    """Units in the zone (for sorting: rated parcels/h)."""
    n_fit: float
    standard_m2: float

    @property
    def spare_m2(self) -> float:
        return self.area_m2 - self.n_units * self.standard_m2


def fit(area_m2: float, standard_m2: float) -> int:
    """Whole units that an area holds."""
    return math.floor((area_m2 + ROUNDING_M2) / standard_m2)


def use(hall: str, zone: str, area_m2: float, unit: str, n_units: float, standard_m2: float) -> ZoneUse:
    """Whole units only, but for parcels/h."""
    return ZoneUse(hall, zone, area_m2, unit, n_units, fit(area_m2, standard_m2), standard_m2)


def pallets(area_m2: float, space: Space) -> int:
    """Whole pallets that stand on an area."""
    return fit(area_m2, space.pallet_m2)


def zone_uses(name: str, hall: Hall, space: Space) -> tuple[ZoneUse, ...]:
    """The zones of a hall whose units are named, with what fits; whole units only, but for parcels/h."""
    area = hall.area_m2
    shares = hall.zone_shares
    customs = shares.customs * area
    posts = hall.packout_posts + hall.manual_sort_posts

    units: list[tuple[str, float, str, float, float]] = [
        ("uld_positions", shares.uld_positions * area, "ULD positions", hall.uld_positions, space.uld_position_m2),
        ("breakdown", shares.breakdown * area, "stations", hall.breakdown_stations, space.breakdown_station_m2),
        ("sorting", shares.sorting * area, "rated parcels/h", hall.rated_per_h, space.sorting_m2_per_parcel_per_h),
        (
            "handcoding",
            shares.handcoding * area,
            "hand-coding desks",
            hall.handcoding_desks,
            space.handcoding_desk_m2,
        ),
        (
            "customs",
            max(0.0, customs * (1 - space.customs_hold_share) - space.controls.area_m2(hall.controls)),
            "examination desks",
            hall.customs_desks,
            space.customs_desk_m2,
        ),
        ("dock_doors", shares.dock_doors * area, "dock doors", hall.doors_out + hall.doors_in, space.dock_door_m2),
    ]
    if posts:
        units.append(("packout", shares.packout * area, "pack-out and manual-sort posts", posts, space.packout_post_m2))
    return tuple(use(name, *each) for each in units)
