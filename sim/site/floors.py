"""The capacity of the floors of a hall: parcels on whole pallets, and empty ULDs."""

import math

from sim.config import Hall, HubConfig, Space

ROUNDING_M2 = 1e-6


def fit(area_m2: float, standard_m2: float) -> int:
    """Whole units for which an area has room."""
    return math.floor((area_m2 + ROUNDING_M2) / standard_m2)


def lanes_m2(hall: Hall) -> float:
    return hall.zone_shares.lanes * hall.area_m2


def hold_zone_m2(hall: Hall, space: Space) -> float:
    return hall.zone_shares.customs * hall.area_m2 * space.customs_hold_share


def export_floor_m2(hall: Hall, space: Space) -> float:
    return hall.zone_shares.export * hall.area_m2 * space.export_staging_share


def floor_parcels(hall: Hall, space: Space) -> int:
    """Parcels for which the lanes' floor has room."""
    return _parcels(lanes_m2(hall), space)


def transfer_parcels(hall: Hall, space: Space) -> int:
    """The part of these that is reserved for parcels from other halls."""
    return math.floor(floor_parcels(hall, space) * hall.transfer_share)


def hold_zone_parcels(hall: Hall, space: Space) -> int:
    """Parcels for which the customs hold zone is designed."""
    return _parcels(hold_zone_m2(hall, space), space)


def export_floor_parcels(hall: Hall, space: Space) -> int:
    """Parcels for which the floor for exports has room."""
    return _parcels(export_floor_m2(hall, space), space)


def empty_ulds_that_fit(hall: Hall, space: Space) -> int:
    return fit(hall.zone_shares.empty_ulds * hall.area_m2, space.empty_uld_m2)


def room_for_empty_ulds(config: HubConfig) -> int:
    """Empty ULDs for which the stores of all halls have room."""
    return sum(empty_ulds_that_fit(hall, config.space) for hall in config.halls.values())


def _parcels(area_m2: float, space: Space) -> int:
    return fit(area_m2, space.pallet_m2) * space.parcels_per_pallet
