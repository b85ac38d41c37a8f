"""Exports as both hubs read them: every duration and limit as an integer."""

import math

from sim.config import Deck, Hall, HubConfig
from sim.domain.exports import AircraftLimits, ExportSite, HallExports, UldLimits
from sim.errors import InputError
from sim.inputs.same_names import in_ticks, same
from sim.site.floors import export_floor_parcels
from sim.units import CM3_PER_M3, G_PER_KG, KG_PER_T, MIN_PER_H, ticks


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
    exports = hall.exports
    return HallExports(
        doors=hall.doors_in,
        dock_workers=exports.dock_workers_in,
        floor=floor,
        **same(exports, "screening_lines", "hand_sorting_posts", "empty_ulds"),
        places=exports.build_up_places,
        workers=exports.build_up_workers,
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
        **in_ticks(collections, "call_in", "docking"),
        workers_per_truck=collections.workers_per_truck,
        screening=ticks(MIN_PER_H / exports.screened_per_line_h),
        hand_sorting=ticks(MIN_PER_H / exports.hand_sorted_per_post_h),
        build_up_round=ticks(build_up.round_min),
        build_up_fixed=ticks(build_up.fixed_min),
        build_up_parcel=ticks(MIN_PER_H / build_up.parcels_per_h),
        workers_per_place=build_up.workers_per_place,
        **in_ticks(departure, "cut_off", "close_out", "doors_close"),
        tugs=config.apron.outbound_tugs,
        stack=departure.empties_per_position,
    )


def _limits(deck: Deck) -> UldLimits:
    return UldLimits(round(deck.kg * G_PER_KG), round(deck.m3 * CM3_PER_M3))
