"""A zone of a hall: what stands in it, and how much of it would fit."""

import math
from dataclasses import dataclass

from sim.config import Space

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
