"""The capacity ladder: parcels a day that each resource alone could pass, at its effective rate, round the clock."""

import math
from collections.abc import Mapping

from sim.config import Hall, HubConfig
from sim.domain.site import Presorting
from sim.inputs.chutes import posts_of_chutes
from sim.inputs.layout import floor_parcels, handling_min, route_shares
from sim.measures.ladder_customs import customs_rungs
from sim.measures.ladder_exports import export_rungs, loader_min, on_machines
from sim.units import HOURS_PER_DAY, KG_PER_T, MIN_PER_DAY, MIN_PER_H


def capacity_ladder(config: HubConfig, kpis: Mapping[str, float]) -> dict[str, float]:
    """Parcels a day by resource, where there is one; of exports and controls imports that bring so much of them.

    Means of the fleet count: a flight's parcels over the time that the resource needs for it. How long floors are kept,
    and the shares that customs controls, are as measured (`kpis`, means); what hangs on them is left out without them.
    """
    fleet = config.fleet.values()
    n_main = sum(kind.share * kind.main_deck.ulds for kind in fleet)
    n_lower = sum(kind.share * kind.lower_deck.ulds for kind in fleet)
    of_uld = config.mean_parcels_per_flight / (n_main + n_lower)
    round_trip = _round_trip_min(config)
    ladder = {
        **_apron_rungs(config, n_main, n_lower, round_trip),
        **_sorting_rungs(config),
        **_outbound_rungs(config, floor_stay_h(config, kpis), of_uld),
        **export_rungs(config, kpis, round_trip),
        **customs_rungs(config, kpis, of_uld),
    }
    return {name: value for name, value in ladder.items() if math.isfinite(value)}


def _round_trip_min(config: HubConfig) -> float:
    """Of a tug; halls get flights in proportion to their stations."""
    halls = config.halls.values()
    n_stations = sum(hall.breakdown_stations for hall in halls)
    return sum(hall.tug_round_trip_min * hall.breakdown_stations for hall in halls) / n_stations


def _apron_rungs(config: HubConfig, n_main: float, n_lower: float, round_trip: float) -> dict[str, float]:
    """`n_main`, `n_lower`: ULDs of a flight by deck; `round_trip` of a tug [min]."""
    apron, parcels = config.apron, config.mean_parcels_per_flight
    with_flight = loader_min(config, max(n_main * apron.main_deck_uld_min, n_lower * apron.lower_deck_uld_min))
    size = apron.dollies_per_train
    # A train is held while all but the first of its ULDs are lifted, and on its round trip.
    trains = ((n_main, apron.main_deck_uld_min), (n_lower, apron.lower_deck_uld_min))
    tug_min = sum(math.ceil(n / size) * (round_trip + (size - 1) * lift) for n, lift in trains if n)
    on_stand = apron.turnaround_min
    if config.exports.share:
        on_stand = max(on_stand, apron.doors_open_min + with_flight)
    return {
        "stands": apron.stands * MIN_PER_DAY / (apron.taxi_in_min + on_stand) * parcels,
        "loader_sets": apron.loader_sets * MIN_PER_DAY / with_flight * parcels,
        "tugs": apron.tugs * MIN_PER_DAY / tug_min * parcels,
    }


def _sorting_rungs(config: HubConfig) -> dict[str, float]:
    """From break-down to pack-out; whole ULDs pass them by, and exports use machines and coding desks too."""
    halls, in_bag, goods = config.halls.values(), config.presorted.bag_size, config.presorted.goods
    passes = 1 + config.customs.second_pass_share
    outages = config.sorting.outages
    up = outages.mtbf_h / (outages.mtbf_h + outages.mttr_min / MIN_PER_H) if outages else 1.0
    machines = config.rated_per_h * config.sorting.efficiency * up * HOURS_PER_DAY
    coding = sum(hall.handcoding_desks for hall in halls) * config.coded_per_desk_h * HOURS_PER_DAY
    sorted_by_hand = sum(hall.manual_sort_posts for hall in halls) * config.manual_sort.parcels_per_post_h
    packed = sum(_packout_per_h(config, hall) for hall in halls) * HOURS_PER_DAY
    n_stations = sum(hall.breakdown_stations for hall in halls)
    by_hand = config.parcels.non_conveyable_share if goods is Presorting.NONE else 0.0
    # What of the parcels flown in takes each way.
    broken_down = 0.0 if goods is Presorting.ULDS else 1.0
    by_machine = broken_down * (1 - by_hand)
    of_exports, no_read = on_machines(config), config.parcels.no_read_share
    return {
        "stations": _per_share(n_stations * MIN_PER_DAY / handling_min(config) * in_bag, broken_down),
        "machines": _beside(_per_share(machines * in_bag / passes, by_machine), of_exports / machines),
        "handcoding_desks": _beside(_per_share(coding * in_bag, broken_down * no_read), of_exports * no_read / coding),
        "manual_sort_posts": _per_share(sorted_by_hand * HOURS_PER_DAY, by_hand * passes),
        "packout_posts": _per_share(packed, by_machine),
    }


def _per_share(passing: float, share: float) -> float:
    """Parcels of which a share takes up what passes so many."""
    return passing / share if share else math.inf


def _outbound_rungs(config: HubConfig, stay_h: float, of_uld: float) -> dict[str, float]:
    """`stay_h`: on the floor, 0 where it is not known; `of_uld`: parcels in a ULD."""
    halls, outbound, room = config.halls.values(), config.outbound, config.unit_room
    # Of the room of a unit, what its parcels fill.
    filled = of_uld / room if config.presorted.goods is Presorting.ULDS else 1.0
    load = min(
        outbound.trailer.parcels // room * room * filled,
        outbound.trailer.kg / config.demand.mean_parcel_kg,
        outbound.trailer.m3 * KG_PER_T / config.parcels.mean_l,
    )
    floor = sum(floor_parcels(hall, config.space) for hall in halls) * filled
    truck_min = outbound.docking_min + outbound.loading_min
    return {
        "doors": sum(hall.doors_out for hall in halls) * MIN_PER_DAY / truck_min * load,
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


def _packout_per_h(config: HubConfig, hall: Hall) -> float:
    """What a hall could pack before its first chute has all its posts busy [parcels/h]; infinite without pack-out."""
    shares = list(route_shares(config).values())
    posts = posts_of_chutes(hall.packout_posts, hall.sorting_machines, shares)
    if not hall.packout_posts:
        return math.inf
    of_chutes = [share / hall.sorting_machines for _ in range(hall.sorting_machines) for share in shares]
    return (
        config.packout.parcels_per_post_h
        * config.presorted.bag_size
        * min(n / share for n, share in zip(posts, of_chutes, strict=True) if share)
    )
