"""Exports on the site: what fits into a hall's export zone, and every duration and limit as an integer."""

import math

from sim.config import Deck, Hall, HubConfig, Space
from sim.domain.exports import AircraftLimits, ExportSite, HallExports, UldLimits
from sim.errors import InputError
from sim.inputs.zones import ZoneUse, fit, pallets, use
from sim.units import CM3_PER_M3, G_PER_KG, KG_PER_T, MIN_PER_H, ticks


def export_zone_uses(name: str, hall: Hall, space: Space) -> tuple[ZoneUse, ...]:
    """What stands in the zones for exports and empty ULDs."""
    zone, own = hall.zone_shares.export * hall.area_m2, hall.exports
    by_hand = 1 - space.export_build_up_share - space.export_staging_share - space.export_screening_share
    area = {
        "build_up": zone * space.export_build_up_share,
        "screening": zone * space.export_screening_share,
        "hand_sorting": zone * by_hand,
        "empty_ulds": hall.zone_shares.empty_ulds * hall.area_m2,
    }
    units = (
        ("build_up", "build-up places", own.build_up_places, space.build_up_place_m2),
        ("screening", "screening lines", own.screening_lines, space.screening_line_m2),
        ("hand_sorting", "posts for sorting by hand", own.hand_sorting_posts, space.hand_sorting_post_m2),
        ("empty_ulds", "empty ULDs", own.empty_ulds, space.empty_uld_m2),
    )
    return tuple(use(name, key, area[key], unit, n, standard) for key, unit, n, standard in units)


def export_floor_parcels(hall: Hall, space: Space) -> int:
    """Parcels that the floor for exports holds, on whole pallets."""
    zone = hall.zone_shares.export * hall.area_m2 * space.export_staging_share
    return pallets(zone, space) * space.parcels_per_pallet


def empty_ulds_that_fit(hall: Hall, space: Space) -> int:
    return fit(hall.zone_shares.empty_ulds * hall.area_m2, space.empty_uld_m2)


def make_hall_exports(config: HubConfig, name: str, hall: Hall) -> HallExports | None:
    """A hall's share in exports; None without any.

    Raises InputError if the largest collection would wait for ever for more floor than there is.
    """
    if not config.exports.share:
        return None
    floor, collections = export_floor_parcels(hall, config.space), config.exports.collections
    largest = math.floor(collections.parcels * (1 + collections.spread))
    if hall.doors_in and largest > floor:
        raise InputError(
            f"halls.{name}: a collection of {largest} parcels (exports.collections.parcels with its spread) is larger"
            f" than the export floor of {floor} parcels"
        )
    own = hall.exports
    return HallExports(
        doors=hall.doors_in,
        dock_workers=own.dock_workers_in,
        floor=floor,
        screening_lines=own.screening_lines,
        hand_sorting_posts=own.hand_sorting_posts,
        places=own.build_up_places,
        workers=own.build_up_workers,
        empty_ulds=own.empty_ulds,
    )


def make_export_site(config: HubConfig) -> ExportSite | None:
    """How exports are handled; None without any."""
    exports = config.exports
    if not exports.share:
        return None
    collections, build_up, departure = exports.collections, exports.build_up, exports.departure
    return ExportSite(
        lanes=tuple(exports.lanes),
        aircraft={
            name: AircraftLimits(
                (_limits(kind.main_deck), _limits(kind.lower_deck)), round(kind.payload_t * KG_PER_T * G_PER_KG)
            )
            for name, kind in config.fleet.items()
        },
        call_in=ticks(collections.call_in_min),
        docking=ticks(collections.docking_min),
        workers_per_truck=collections.workers_per_truck,
        screening=ticks(MIN_PER_H / exports.screened_per_line_h),
        hand_sorting=ticks(MIN_PER_H / exports.hand_sorted_per_post_h),
        build_up_round=ticks(build_up.round_min),
        build_up_fixed=ticks(build_up.fixed_min),
        build_up_parcel=ticks(MIN_PER_H / build_up.parcels_per_h),
        workers_per_place=build_up.workers_per_place,
        cut_off=ticks(departure.cut_off_min),
        close_out=ticks(departure.close_out_min),
        doors_close=ticks(departure.doors_close_min),
        tugs=config.apron.outbound_tugs,
        stack=departure.empties_per_position,
    )


def _limits(deck: Deck) -> UldLimits:
    return UldLimits(round(deck.kg * G_PER_KG), round(deck.m3 * CM3_PER_M3))
