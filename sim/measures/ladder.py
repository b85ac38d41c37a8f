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
    apron, halls, outbound = config.apron, config.halls.values(), config.outbound
    parcels = config.demand.mean_parcels_per_flight
    kinds = config.fleet.values()
    n_main = sum(kind.share * kind.main_deck.ulds for kind in kinds)
    n_lower = sum(kind.share * kind.lower_deck.ulds for kind in kinds)
    unload_min = max(n_main * apron.main_deck_uld_min, n_lower * apron.lower_deck_uld_min)
    with_flight = loader_min(config, unload_min)
    size = apron.dollies_per_train
    # A train is held while all but the first of its ULDs are lifted, and on its round trip.
    trains = ((n_main, apron.main_deck_uld_min), (n_lower, apron.lower_deck_uld_min))
    n_stations = sum(hall.breakdown_stations for hall in halls)
    # Halls get flights in proportion to their stations.
    round_trip = sum(hall.tug_round_trip_min * hall.breakdown_stations for hall in halls) / n_stations
    tug_min = sum(math.ceil(n / size) * (round_trip + (size - 1) * lift) for n, lift in trains if n)
    second_pass = config.customs.second_pass_share
    outages = config.sorting.outages
    up = outages.mtbf_h / (outages.mtbf_h + outages.mttr_min / MIN_PER_H) if outages else 1.0
    machines = config.rated_per_h * config.sorting.efficiency * up * HOURS_PER_DAY
    trailer = outbound.trailer
    are_ulds, in_bag, room = config.presorted.goods is Presorting.ULDS, config.presorted.bag_size, config.unit_room
    # Of the room of a unit, what its parcels fill.
    filled = parcels / (n_main + n_lower) / room if are_ulds else 1.0
    load = min(
        trailer.parcels // room * room * filled,
        trailer.kg / config.demand.mean_parcel_kg,
        trailer.m3 * KG_PER_T / config.parcels.mean_l,
    )
    floor = sum(floor_parcels(hall, config.space) for hall in halls) * filled
    desks = sum(hall.handcoding_desks for hall in halls)
    by_hand = config.parcels.non_conveyable_share if config.presorted.goods is Presorting.NONE else 0.0
    no_read = config.parcels.no_read_share
    coding = desks * config.coded_per_desk_h * HOURS_PER_DAY
    by_machine = on_machines(config)
    stay_h = floor_stay_h(config, kpis)
    on_stand = (
        apron.turnaround_min
        if not config.exports.share
        else max(apron.turnaround_min, apron.doors_open_min + with_flight)
    )
    ladder = {
        "stands": apron.stands * MIN_PER_DAY / (apron.taxi_in_min + on_stand) * parcels,
        "loader_sets": apron.loader_sets * MIN_PER_DAY / with_flight * parcels,
        "tugs": apron.tugs * MIN_PER_DAY / tug_min * parcels,
        "stations": math.inf if are_ulds else n_stations * MIN_PER_DAY / handling_min(config) * in_bag,
        "machines": _beside(
            math.inf if are_ulds or by_hand == 1 else machines * in_bag / (1 + second_pass) / (1 - by_hand),
            by_machine / machines,
        ),
        "handcoding_desks": _beside(
            math.inf if are_ulds or not no_read else coding * in_bag / no_read, by_machine * no_read / coding
        ),
        "manual_sort_posts": sum(hall.manual_sort_posts for hall in halls)
        * config.manual_sort.parcels_per_post_h
        * HOURS_PER_DAY
        / (by_hand * (1 + second_pass))
        if by_hand
        else math.inf,
        "packout_posts": sum(_packout_per_h(config, hall) for hall in halls) * HOURS_PER_DAY / (1 - by_hand)
        if by_hand < 1 and not are_ulds
        else math.inf,
        "doors": sum(hall.doors_out for hall in halls)
        * MIN_PER_DAY
        / (outbound.docking_min + outbound.loading_min)
        * load,
        "floor": floor * HOURS_PER_DAY / stay_h if stay_h else math.inf,
        **export_rungs(config, kpis, round_trip),
        **customs_rungs(config, kpis, parcels / (n_main + n_lower)),
    }
    return {name: value for name, value in ladder.items() if math.isfinite(value)}


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
