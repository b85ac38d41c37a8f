"""Exports' part of the capacity ladder: imports a day at which each of their resources alone would be full.

Exports are a share of the goods, so they grow with the imports, and their resources are held against the
same demand.
"""

import math
from collections.abc import Mapping

from sim.config import HubConfig
from sim.inputs import flight_work
from sim.site.floors import empty_ulds_that_fit, export_floor_parcels
from sim.units import HOURS_PER_DAY, MIN_PER_DAY


def export_rungs(config: HubConfig, kpis: Mapping[str, float]) -> dict[str, float]:
    """Imports a day by resource; nothing without exports. `kpis`: as measured, for how long room is taken."""
    exports, ratio = config.exports, config.exports.ratio
    if not exports.share:
        return {}
    halls = [hall for hall in config.halls.values() if hall.doors_in]  # what collections come to
    by_hand = flight_work.exports_by_hand(config)
    doors = sum(hall.doors_in for hall in halls)

    def built(places: int) -> float:
        return places * MIN_PER_DAY / flight_work.build_up_min(config) * flight_work.parcels_built(config) / ratio

    lines, posts = (
        sum(getattr(hall.exports, name) for hall in halls) for name in ("screening_lines", "hand_sorting_posts")
    )
    return {
        "doors_in": doors * MIN_PER_DAY / flight_work.collection_min(config) * exports.collections.parcels / ratio,
        "screening_lines": lines * exports.screened_per_line_h * HOURS_PER_DAY / ratio,
        "hand_sorting_posts": posts * exports.hand_sorted_per_post_h * HOURS_PER_DAY / ratio / by_hand
        if by_hand
        else math.inf,
        "build_up_places": built(sum(hall.exports.build_up_places for hall in halls)),
        "build_up_workers": built(
            sum(hall.exports.build_up_workers // exports.build_up.workers_per_place for hall in halls)
        ),
        "outbound_tugs": config.apron.outbound_tugs
        * MIN_PER_DAY
        / flight_work.outbound_tug_min(config)
        * config.mean_parcels_per_flight,
        **_room(config, kpis),
    }


def _room(config: HubConfig, kpis: Mapping[str, float]) -> dict[str, float]:
    """Imports a day at which the export floor, and the store of empty ULDs beyond those kept, would be full.

    By Little's law: stays do not change, so what is there grows with what passes.
    """
    imports, exports, on_floor, stored = (
        kpis.get(name, 0.0)
        for name in ("parcels_per_day", "exports_per_day", "utilisation_export_floor", "utilisation_empty_ulds")
    )
    halls = config.halls.values()
    floors = [export_floor_parcels(hall, config.space) for hall in halls]
    floor = sum(n for n, hall in zip(floors, halls, strict=True) if hall.doors_in)
    room, kept = (
        sum(empty_ulds_that_fit(hall, config.space) for hall in halls),
        sum(hall.exports.empty_ulds for hall in halls),
    )
    beyond = stored * room - kept
    stay_d = on_floor * sum(floors) / exports if exports else 0.0
    return {
        "export_floor": floor / stay_d / config.exports.ratio if stay_d else math.inf,
        "empty_ulds": imports * (room - kept) / beyond if beyond > 0 else math.inf,
    }
