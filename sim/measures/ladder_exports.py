"""Exports' part of the capacity ladder: imports a day at which each of their resources alone would be full.

Exports are a share of the goods, so they grow with the imports, and their resources are held against the same demand.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.config import AircraftType, Deck, HubConfig
from sim.domain.site import Presorting
from sim.inputs.export_layout import empty_ulds_that_fit, export_floor_parcels
from sim.units import HOURS_PER_DAY, L_PER_M3, MIN_PER_DAY, MIN_PER_H


@dataclass(frozen=True, slots=True)
class _Load:
    """What a mean flight of a type takes out."""

    share: float
    ulds: int
    """Built."""
    main: int
    """Positions of the main deck with a ULD or a stack of empty ones."""
    lower: int


def on_machines(config: HubConfig) -> float:
    """Exports that a machine sorts, for each import; 0 without exports."""
    own = config.exports
    return own.ratio * (1 - own.collections.presorted_share) * (1 - own.non_conveyable_share)


def loader_min(config: HubConfig, unload_min: float) -> float:
    """How long a loader set is with a mean flight that is in time: with exports until it has loaded it, too [min]."""
    if not config.exports.share:
        return unload_min
    apron, departure = config.apron, config.exports.departure
    until_close_out = apron.turnaround_min - departure.close_out_min - apron.doors_open_min
    halls = config.halls.values()
    trip_back = sum(hall.tug_round_trip_min for hall in halls) / len(halls) / 2
    lifts = sum(
        load.share * max(load.main * apron.main_deck_uld_min, load.lower * apron.lower_deck_uld_min)
        for load in _loads(config)
    )
    return max(unload_min, until_close_out) + trip_back + lifts + departure.doors_close_min


def export_rungs(config: HubConfig, kpis: Mapping[str, float], round_trip_min: float) -> dict[str, float]:
    """Imports a day by resource; nothing without exports. `kpis`: as measured, for how long room is taken."""
    own, ratio = config.exports, config.exports.ratio
    if not own.share:
        return {}
    collections = own.collections
    halls = [hall for hall in config.halls.values() if hall.doors_in]  # what collections come to
    truck_min = collections.docking_min + collections.parcels * collections.handling_min
    of_uld = config.mean_parcels_per_flight * ratio / sum(load.share * load.ulds for load in _loads(config))
    uld_min = own.build_up.fixed_min + of_uld * MIN_PER_H / own.build_up.parcels_per_h
    by_hand = (1 - collections.presorted_share) * own.non_conveyable_share

    def built(places: int) -> float:
        return places * MIN_PER_DAY / uld_min * of_uld / ratio

    lines, posts = (
        sum(getattr(hall.exports, name) for hall in halls) for name in ("screening_lines", "hand_sorting_posts")
    )
    return {
        "doors_in": sum(hall.doors_in for hall in halls) * MIN_PER_DAY / truck_min * collections.parcels / ratio,
        "screening_lines": lines * own.screened_per_line_h * HOURS_PER_DAY / ratio,
        "hand_sorting_posts": posts * own.hand_sorted_per_post_h * HOURS_PER_DAY / ratio / by_hand
        if by_hand
        else math.inf,
        "build_up_places": built(sum(hall.exports.build_up_places for hall in halls)),
        "build_up_workers": built(
            sum(hall.exports.build_up_workers // own.build_up.workers_per_place for hall in halls)
        ),
        "outbound_tugs": config.apron.outbound_tugs
        * MIN_PER_DAY
        / _tug_min(config, round_trip_min)
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


def _tug_min(config: HubConfig, round_trip_min: float) -> float:
    """How long trains of outbound ULDs are on their way and at the aircraft of a mean flight."""
    apron = config.apron
    return sum(
        load.share * (math.ceil(n / apron.dollies_per_train) * round_trip_min + n * lift)
        for load in _loads(config)
        for n, lift in ((load.main, apron.main_deck_uld_min), (load.lower, apron.lower_deck_uld_min))
    )


def _loads(config: HubConfig) -> Iterator[_Load]:
    """By type: ULDs for the mean flight's exports, the main deck first, and stacks of the empty ones that came."""
    exports = config.mean_parcels_per_flight * config.exports.ratio
    for kind in config.fleet.values():
        yield _load(config, kind, exports)


def _load(config: HubConfig, kind: AircraftType, exports: float) -> _Load:
    def takes(deck: Deck) -> float:
        return min(deck.kg / config.demand.mean_parcel_kg, deck.m3 * L_PER_M3 / config.parcels.mean_l)

    decks = (kind.main_deck, kind.lower_deck)
    built = []
    for deck in decks:
        built.append(min(deck.ulds, math.ceil(exports / takes(deck))))
        exports = max(0.0, exports - built[-1] * takes(deck))
    # Whole ULDs leave with their load, and no empty one comes of them.
    emptied = 0 if config.presorted.goods is Presorting.ULDS else sum(deck.ulds for deck in decks)
    stacks = math.ceil(max(0, emptied - sum(built)) / config.exports.departure.empties_per_position)
    on_main = min(stacks, decks[0].ulds - built[0])
    on_lower = min(stacks - on_main, decks[1].ulds - built[1])
    return _Load(kind.share, sum(built), built[0] + on_main, built[1] + on_lower)
