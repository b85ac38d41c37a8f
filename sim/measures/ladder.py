"""The capacity ladder: parcels a day that each resource alone could pass, if staffed round the clock.

What the roster plans is less: a rung says what the equipment can do, not what its people can.
"""

import math
from collections.abc import Mapping

from sim.config import HubConfig
from sim.domain.presorting import Presorting
from sim.domain.site import PackoutRule
from sim.inputs import flight_work
from sim.measures.ladder_customs import customs_rungs
from sim.measures.ladder_exports import export_rungs
from sim.site.floors import floor_parcels
from sim.units import HOURS_PER_DAY, MIN_PER_DAY


def capacity_ladder(config: HubConfig, kpis: Mapping[str, float]) -> dict[str, float]:
    """Parcels a day by resource, where there is one; of exports and controls imports that bring so much of them.

    Means of the fleet count: a flight's parcels over the time that the resource needs for it. How long
    floors are kept, and the shares that customs controls, are as measured (`kpis`, means); what hangs on
    them is left out without them.
    """
    of_uld = config.mean_parcels_per_flight / sum(flight_work.ulds_by_deck(config))
    ladder = {
        **_apron_rungs(config),
        **_sorting_rungs(config),
        **_outbound_rungs(config, floor_stay_h(config, kpis), of_uld),
        **export_rungs(config, kpis),
        **customs_rungs(config, kpis, of_uld),
    }
    return {name: value for name, value in ladder.items() if math.isfinite(value)}


def _apron_rungs(config: HubConfig) -> dict[str, float]:
    apron, parcels = config.apron, config.mean_parcels_per_flight
    with_flight = flight_work.loader_min(config)
    on_stand = apron.turnaround_min
    if config.exports.share:
        on_stand = max(on_stand, apron.doors_open_min + with_flight)
    return {
        "stands": apron.stands * MIN_PER_DAY / (apron.taxi_in_min + on_stand) * parcels,
        "loader_sets": apron.loader_sets * MIN_PER_DAY / with_flight * parcels,
        "tugs": apron.tugs * MIN_PER_DAY / flight_work.tug_min(config) * parcels,
    }


def _sorting_rungs(config: HubConfig) -> dict[str, float]:
    """From break-down to pack-out; exports use machines and coding desks too."""
    in_bag, n_in_halls = config.presorted.bag_size, flight_work.n_in_halls
    machines = config.rated_per_h * config.sorting.efficiency * flight_work.machines_up(config) * HOURS_PER_DAY
    coding = n_in_halls(config, "handcoding_desks") * config.coded_per_desk_h * HOURS_PER_DAY
    sorted_by_hand = n_in_halls(config, "manual_sort_posts") * config.manual_sort.parcels_per_post_h
    n_stations = n_in_halls(config, "breakdown_stations")
    # What of the parcels flown in takes each way.
    broken_down, by_hand = flight_work.broken_down(config), flight_work.by_hand(config)
    by_machine, passes = broken_down * (1 - by_hand), flight_work.passes(config)
    of_exports, no_read = flight_work.exports_on_machines(config), config.parcels.no_read_share
    return {
        "stations": _per_share(n_stations * MIN_PER_DAY / flight_work.handling_min(config) * in_bag, broken_down),
        "machines": _beside(_per_share(machines * in_bag / passes, by_machine), of_exports / machines),
        "handcoding_desks": _beside(_per_share(coding * in_bag, broken_down * no_read), of_exports * no_read / coding),
        "manual_sort_posts": _per_share(sorted_by_hand * HOURS_PER_DAY, by_hand * passes),
        "packout_posts": packout_rung(config),
    }


def packout_rung(config: HubConfig, rule: PackoutRule | None = None) -> float:
    """What pack-out could handle by a rule, the configured if none is given [parcels/d]; infinite without pack-out."""
    packed = sum(flight_work.packed_per_h(config, hall, rule) for hall in config.halls.values()) * HOURS_PER_DAY
    return _per_share(packed, flight_work.broken_down(config) * (1 - flight_work.by_hand(config)))


def _per_share(passing: float, share: float) -> float:
    """Parcels of which a share takes up what passes so many."""
    return passing / share if share else math.inf


def _outbound_rungs(config: HubConfig, stay_h: float, of_uld: float) -> dict[str, float]:
    """`stay_h`: on the floor, 0 where it is not known; `of_uld`: parcels in a ULD."""
    halls = config.halls.values()
    filled = of_uld / config.unit_room if config.presorted.goods is Presorting.ULDS else 1.0
    floor = sum(floor_parcels(hall, config.space) for hall in halls) * filled
    doors = flight_work.n_in_halls(config, "doors_out")
    return {
        "doors": doors * MIN_PER_DAY / flight_work.truck_min(config) * flight_work.truck_parcels(config),
        "floor": floor * HOURS_PER_DAY / stay_h if stay_h else math.inf,
    }


def floor_stay_h(config: HubConfig, kpis: Mapping[str, float]) -> float:
    """Mean time on the floor by Little's law: parcels on it over parcels a day out of it; 0 where none was measured."""
    passing = kpis.get("parcels_per_day", 0.0)
    floor = sum(floor_parcels(hall, config.space) for hall in config.halls.values())
    return kpis["utilisation_floor"] * floor / passing * HOURS_PER_DAY if passing else 0.0


def _beside(of_imports: float, of_exports: float) -> float:
    """What units pass that exports use too, for `of_exports` of a day with each import; as it was where none do."""
    return 1 / (1 / of_imports + of_exports) if of_exports else of_imports
