"""The capacity ladder: parcels a day that each resource alone could handle, if staffed round the clock.

A rung shows the capacity of the equipment, not of the people on the roster, who may be fewer.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from sim.config import HubConfig
from sim.domain.site import PackoutRule
from sim.inputs import flight_work
from sim.inputs.expected_flights import shares_of_stays, with_mean_load
from sim.site.floors import export_floor_parcels, room_for_empty_ulds
from sim.units import HOURS_PER_DAY, MIN_PER_DAY


class Rung(NamedTuple):
    """What a resource alone could handle; of exports and controls, the imports with which they come."""

    parcels_per_day: float
    needed_by: float = 1.0
    """Share of the imports that need the resource; of the exports, if `is_of_exports`."""
    is_of_exports: bool = False
    """Whether it handles parcels on their way out by air, not imports."""


Ladder = Mapping[str, Rung]
"""Rungs by resource."""


def capacity_ladder(config: HubConfig, kpis: Mapping[str, float]) -> dict[str, Rung]:
    """The rung of each resource.

    The calculation uses means of the fleet, or of a file's flights: a flight's parcels over the time that the resource
    needs for it. The time on floors and the controlled shares are as measured (`kpis`, means). Without them, rungs that
    depend on them are left out.
    """
    config = with_mean_load(config)
    of_uld = config.mean_parcels_per_flight / sum(flight_work.ulds_by_deck(config))
    exports = _export_rungs(config, kpis)
    ladder = {
        **_apron_rungs(config),
        **_sorting_rungs(config, kpis.get("held_share", config.customs.second_pass_share)),
        **_outbound_rungs(config, kpis),
        **exports,
        **_customs_rungs(config, kpis, of_uld),
    }
    needed = _shares_needing(config, kpis)
    return {
        name: Rung(rate, needed.get(name, 1.0), name in exports) for name, rate in ladder.items() if math.isfinite(rate)
    }


def _shares_needing(config: HubConfig, kpis: Mapping[str, float]) -> dict[str, float]:
    """Share of the parcels by resource that not all of them need; of controls as measured (`kpis`)."""
    return {
        "handcoding_desks": (flight_work.by_machine(config) or 1.0) * config.parcels.no_read_share,
        "manual_sort_posts": flight_work.by_hand(config),
        "hand_sorting_posts": flight_work.exports_by_hand(config),
        "customs_desks": kpis.get("examined_share", 1.0),
        "xray_lanes": kpis.get("xrayed_share", 1.0),
        "transit_desks": kpis.get("transit_share", 1.0),
        "uld_xrays": config.customs.declared.uld_xray_share if config.customs.declared else 1.0,
    }


def _apron_rungs(config: HubConfig) -> dict[str, float]:
    apron, parcels = config.apron, config.mean_parcels_per_flight
    with_flight = on_stand = 0.0
    for stay, share in shares_of_stays(config).items():
        with_loader = flight_work.loader_min(config, stay)
        until_off_block = stay if config.exports.share else apron.turnaround_min
        with_flight += share * with_loader
        on_stand += share * (apron.taxi_in_min + max(until_off_block, apron.doors_open_min + with_loader))
    return {
        "stands": apron.stands * MIN_PER_DAY / on_stand * parcels,
        "loader_sets": apron.loader_sets * MIN_PER_DAY / with_flight * parcels,
        "tugs": apron.tugs * MIN_PER_DAY / flight_work.tug_min(config) * parcels,
    }


def _sorting_rungs(config: HubConfig, held_share: float) -> dict[str, float]:
    """Rungs from break-down to pack-out; exports also use machines and coding desks.

    `held_share` of the imports is held by customs, and sorted twice.
    """
    in_bag, n_in_halls = config.presorted.bag_size, flight_work.n_in_halls
    machines = config.rated_per_h * config.sorting.efficiency * flight_work.machines_up(config) * HOURS_PER_DAY
    coding = n_in_halls(config, "handcoding_desks") * config.coded_per_desk_h * HOURS_PER_DAY
    sorted_by_hand = n_in_halls(config, "manual_sort_posts") * config.manual_sort.parcels_per_post_h
    n_stations = n_in_halls(config, "breakdown_stations")
    # The shares of the imports on each path.
    broken_down, by_hand = flight_work.broken_down(config), flight_work.by_hand(config)
    by_machine, passes = flight_work.by_machine(config), flight_work.passes_on_machines(config, held_share)
    of_exports, no_read = flight_work.exports_on_machines(config), config.parcels.no_read_share
    return {
        "stations": _per_share(n_stations * MIN_PER_DAY / flight_work.handling_min(config) * in_bag, broken_down),
        "machines": _with_exports(_per_share(machines * in_bag / passes, by_machine), of_exports / machines),
        "handcoding_desks": _with_exports(
            _per_share(coding * in_bag, by_machine * no_read), of_exports * no_read / coding
        ),
        "manual_sort_posts": _per_share(sorted_by_hand * HOURS_PER_DAY, by_hand * (1 + held_share)),
        "packout_posts": packout_rung(config),
    }


def packout_rung(config: HubConfig, rule: PackoutRule | None = None) -> float:
    """Parcels a day that pack-out could handle by a rule (None: the configured rule); infinite without pack-out.

    Halls without posts pack nothing of the imports that they get in proportion to their stations.
    """
    with_posts = [hall for hall in config.halls.values() if hall.packout_posts]
    packed = sum(flight_work.packed_per_h(config, hall, rule) for hall in with_posts) * HOURS_PER_DAY
    n_stations = sum(hall.breakdown_stations for hall in with_posts)
    share = n_stations / flight_work.n_in_halls(config, "breakdown_stations")
    return _per_share(packed, flight_work.packed(config) * share)


def _per_share(passing: float, share: float) -> float:
    """Total parcels, if a share of them uses a resource that can handle `passing`."""
    return passing / share if share else math.inf


def _imports(kpis: Mapping[str, float]) -> float:
    return _mean_flow(kpis, "broken_down_per_day", "parcels_per_day")


def _mean_flow(kpis: Mapping[str, float], coming: str, leaving: str) -> float:
    """Parcels a day through a floor: the mean of those that come and those that leave, which differ while it fills."""
    return (kpis.get(coming, 0.0) + kpis.get(leaving, 0.0)) / 2


def _outbound_rungs(config: HubConfig, kpis: Mapping[str, float]) -> dict[str, float]:
    """By Little's law, the floor is full when it holds all that has floor reserved; infinite if none was measured."""
    passing, on_floor = _imports(kpis), kpis.get("utilisation_floor", 0.0)
    doors = flight_work.n_in_halls(config, "doors_out")
    return {
        "doors": doors
        * MIN_PER_DAY
        / flight_work.truck_min(config)
        * flight_work.truck_parcels(config)
        / config.road_share,
        "floor": passing / on_floor if passing and on_floor else math.inf,
    }


def _customs_rungs(config: HubConfig, kpis: Mapping[str, float], parcels_a_uld: float) -> dict[str, float]:
    """Imports a day by resource, with the controlled shares as measured (`kpis`); infinite if none were controlled.

    Reading documents has no separate posts, and therefore no rung. By Little's law, the hold zone is full when it holds
    the number for which it is designed.
    """
    declared = config.customs.declared
    if declared is None:
        return {}
    passing, in_zone = _imports(kpis), kpis.get("utilisation_customs_hold", 0.0)

    def of(posts: str, minutes: float, share: float) -> float:
        return flight_work.n_in_halls(config, posts) * MIN_PER_DAY / minutes / share if share else math.inf

    return {
        "customs_desks": of("customs_desks", config.customs.examination_min, kpis.get("examined_share", 0.0)),
        "xray_lanes": of("controls.xray_lanes", declared.xray_min, kpis.get("xrayed_share", 0.0)),
        "transit_desks": of("controls.transit_desks", declared.transit_min, kpis.get("transit_share", 0.0)),
        "uld_xrays": of("controls.uld_xrays", declared.uld_xray_min, declared.uld_xray_share) * parcels_a_uld,
        "customs_hold": passing / in_zone if in_zone else math.inf,
    }


def _with_exports(of_imports: float, of_exports: float) -> float:
    """Imports a day at units that exports also use, with `of_exports` for each import; unchanged without exports."""
    return 1 / (1 / of_imports + of_exports) if of_exports else of_imports


def _export_rungs(config: HubConfig, kpis: Mapping[str, float]) -> dict[str, float]:
    """Imports a day by resource; none without exports. Measured `kpis` give the time for which room is used."""
    exports, ratio, out = config.exports, config.exports.ratio, flight_work.out_ratio(config)
    if not exports.share:
        return {}
    halls = [hall for hall in config.halls.values() if hall.doors_in]  # halls to which collections go
    by_hand = flight_work.exports_by_hand(config)
    doors = sum(hall.doors_in for hall in halls)

    def built(places: int) -> float:
        return places * MIN_PER_DAY / flight_work.build_up_min(config) * flight_work.parcels_built(config) / out

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
        **_export_room(config, kpis),
    }


def _export_room(config: HubConfig, kpis: Mapping[str, float]) -> dict[str, float]:
    """Imports a day at which the export floor, or the store of empty ULDs above those kept, would be full.

    By Little's law: if stays do not change, the number present grows in proportion to throughput.
    """
    exports = _mean_flow(kpis, "exports_called_per_day", "exports_per_day")
    on_floor, stored = (kpis.get(name, 0.0) for name in ("utilisation_export_floor", "utilisation_empty_ulds"))
    halls = config.halls.values()
    floors = [export_floor_parcels(hall, config.space) for hall in halls]
    floor = sum(n for n, hall in zip(floors, halls, strict=True) if hall.doors_in)
    room, kept = room_for_empty_ulds(config), sum(hall.exports.empty_ulds for hall in halls)
    beyond = stored * room - kept
    stay_d = on_floor * sum(floors) / exports if exports else 0.0
    return {
        "export_floor": floor / stay_d / config.exports.ratio if stay_d else math.inf,
        "empty_ulds": _imports(kpis) * (room - kept) / beyond if beyond > 0 else math.inf,
    }
