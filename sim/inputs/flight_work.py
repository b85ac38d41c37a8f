"""The work of a mean flight, and of the exports that belong to it, at each resource if nothing waits.

The capacity ladder divides resources by it. Rosters that follow the work multiply it by the expected flights.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter

from sim.config import AircraftType, Deck, Hall, HubConfig
from sim.distributions import mean_of
from sim.domain.presorting import Presorting
from sim.domain.site import PackoutRule
from sim.units import L_PER_M3, MIN_PER_H


@dataclass(frozen=True, slots=True)
class _Load:
    """The outbound load of a mean flight of a type."""

    share: float
    ulds: int
    main: int
    """Positions of the main deck with a ULD or a stack of empty ULDs."""
    lower: int


def n_in_halls(config: HubConfig, path: str) -> int:
    """Sum of a key over all halls, such as `exports.screening_lines`."""
    return sum(attrgetter(path)(hall) for hall in config.halls.values())


def ulds_by_deck(config: HubConfig) -> tuple[float, float]:
    """ULDs that a mean flight brings, on the main and on the lower deck."""
    fleet = config.fleet.values()
    return (
        sum(kind.share * kind.main_deck.ulds for kind in fleet),
        sum(kind.share * kind.lower_deck.ulds for kind in fleet),
    )


def round_trip_min(config: HubConfig) -> float:
    """Mean round trip of a tug [min]; halls get flights in proportion to their stations."""
    halls = config.halls.values()
    n_stations = sum(hall.breakdown_stations for hall in halls)
    return sum(hall.tug_round_trip_min * hall.breakdown_stations for hall in halls) / n_stations


def unload_min(config: HubConfig) -> float:
    """Time until the slower deck of a flight is empty [min]."""
    n_main, n_lower = ulds_by_deck(config)
    return max(n_main * config.apron.main_deck_uld_min, n_lower * config.apron.lower_deck_uld_min)


def loader_min(config: HubConfig, stay_min: float) -> float:
    """Time of a loader set with a flight that is on time [min]; with exports, until the flight is loaded.

    `stay_min` is the scheduled time from in-block to off-block.
    """
    if not config.exports.share:
        return unload_min(config)
    apron, departure = config.apron, config.exports.departure
    until_close_out = stay_min - departure.close_out_min - apron.doors_open_min
    halls = config.halls.values()
    trip_back = sum(hall.tug_round_trip_min for hall in halls) / len(halls) / 2
    lifts = sum(
        load.share * max(load.main * apron.main_deck_uld_min, load.lower * apron.lower_deck_uld_min)
        for load in _loads(config)
    )
    return max(unload_min(config), until_close_out) + trip_back + lifts + departure.doors_close_min


def tug_min(config: HubConfig) -> float:
    """Tug-minutes: a train is held while all its ULDs but the first are lifted, and on its round trip."""
    apron, trip = config.apron, round_trip_min(config)
    return sum(
        kind.share * ((trains := math.ceil(deck.ulds / apron.dollies_per_train)) * trip + (deck.ulds - trains) * lift)
        for kind in config.fleet.values()
        for deck, lift in ((kind.main_deck, apron.main_deck_uld_min), (kind.lower_deck, apron.lower_deck_uld_min))
    )


def outbound_tug_min(config: HubConfig) -> float:
    """Tug-minutes of trains of outbound ULDs: on their way and at the aircraft."""
    apron, trip = config.apron, round_trip_min(config)
    return sum(
        load.share * (math.ceil(n / apron.dollies_per_train) * trip + n * lift)
        for load in _loads(config)
        for n, lift in ((load.main, apron.main_deck_uld_min), (load.lower, apron.lower_deck_uld_min))
    )


def broken_down(config: HubConfig) -> float:
    """Share of the imports that is broken down; whole ULDs skip break-down, machines and posts."""
    return 0.0 if config.presorted.goods is Presorting.ULDS else 1.0


def by_hand(config: HubConfig) -> float:
    """Share of the imports that no machine can handle."""
    return config.parcels.non_conveyable_share if config.presorted.goods is Presorting.NONE else 0.0


def by_machine(config: HubConfig) -> float:
    """Share of the imports that machines sort; only of these a desk codes those without a read."""
    return broken_down(config) * (1 - by_hand(config))


def packed(config: HubConfig) -> float:
    """Share of the imports that is packed: those that machines sort and trucks take."""
    return by_machine(config) * config.road_share


def out_ratio(config: HubConfig) -> float:
    """Parcels built onto ULDs for each import: exports, and imports that fly on."""
    return config.exports.ratio + config.flown_share


def handling_min(config: HubConfig) -> float:
    """Mean time of a parcel or bag at break-down [min]."""
    return config.presorted.bag_min if config.presorted.goods is Presorting.BAGS else config.breakdown.handling_min


def passes_on_machines(config: HubConfig, held_share: float) -> float:
    """Mean passes of an import over machines.

    A parcel passes a second time if customs holds it, or if its chute leads to a machine, unless it was coded by hand.
    """
    halls = config.halls.values()
    led_on = [
        chute for hall in halls for chutes in config.all_chutes(hall) for chute in chutes if chute.second is not None
    ]
    share = sum(config.route_shares[route] for chute in led_on for route in chute.routes)
    read = (1 - config.parcels.no_read_share) * max(0.0, 1 - held_share)
    return 1 + held_share + share / n_in_halls(config, "sorting_machines") * read


def pieces_on_machines(config: HubConfig) -> float:
    """Parcels or bags that machines sort for each import, including second passes."""
    passes = passes_on_machines(config, config.customs.second_pass_share)
    return by_machine(config) * passes / config.presorted.bag_size


def machines_up(config: HubConfig) -> float:
    """Share of the time in which a machine has no outage."""
    outages = config.sorting.outages
    if outages is None:
        return 1.0
    up_h = mean_of(outages.mtbf_h)
    return up_h / (up_h + mean_of(outages.mttr_min) / MIN_PER_H)


def exports_on_machines(config: HubConfig) -> float:
    """Exports that a machine sorts, for each import; 0 without exports."""
    exports = config.exports
    return exports.ratio * (1 - exports.collections.presorted_share) * (1 - exports.non_conveyable_share)


def exports_by_hand(config: HubConfig) -> float:
    """Share of the exports that is sorted at posts by hand."""
    return (1 - config.exports.collections.presorted_share) * config.exports.non_conveyable_share


def packed_per_h(config: HubConfig, hall: Hall, rule: PackoutRule | None = None) -> float:
    """Parcels that a hall could pack in an hour by a rule (None: the rule in force); infinite without pack-out.

    Packers who go from chute to chute: all posts work. Posts that belong to chutes: the flow at which the posts of the
    first chute are all busy.
    """
    if not hall.packout_posts:
        return math.inf
    of_post = config.packout.parcels_per_post_h * config.presorted.bag_size
    if (rule or config.packout.rule) is PackoutRule.FLEXIBLE:
        return of_post * hall.packout_posts / (1 + second_sort(config, hall))
    shares = chute_shares(config, hall)
    work = [
        share / hall.sorting_machines * (1 + config.packout.second_sort * (len(routes) > 1))
        for routes, share in zip(chain(*config.chutes(hall)), chain(*shares), strict=True)
    ]
    return of_post * min(
        n / share for n, share in zip(posts_of_chutes(hall.packout_posts, shares), work, strict=True) if share
    )


def chute_shares(config: HubConfig, hall: Hall) -> list[list[float]]:
    """The share of a machine's parcels for trucks at each chute with packers, machine by machine.

    If chutes lead to a second machine, its chutes also get the parcels of the other machines.
    """
    shares, machines = config.route_shares, config.all_chutes(hall)
    led_to = Counter((each.second, route) for chutes in machines for each in chutes for route in each.routes)
    return [
        [sum(shares[route] * (1 + led_to[machine, route]) for route in routes) / config.road_share for routes in chutes]
        for machine, chutes in enumerate(config.chutes(hall))
    ]


def second_sort(config: HubConfig, hall: Hall) -> float:
    """Mean extra time to sort a parcel at a chute that routes share, as a multiple of the packing time."""
    shares = zip(chain(*config.chutes(hall)), chain(*chute_shares(config, hall)), strict=True)
    return (
        config.packout.second_sort * sum(share for routes, share in shares if len(routes) > 1) / hall.sorting_machines
    )


def truck_parcels(config: HubConfig) -> float:
    """Parcels of a full line-haul truck."""
    outbound, room = config.outbound, config.unit_room
    of_uld = config.mean_parcels_per_flight / sum(ulds_by_deck(config))
    # The share of a unit's room that its parcels fill.
    filled = of_uld / room if config.presorted.goods is Presorting.ULDS else 1.0
    return min(
        outbound.trailer.parcels // room * room * filled,
        outbound.trailer.kg / config.demand.mean_parcel_kg,
        outbound.trailer.m3 * L_PER_M3 / config.parcels.mean_l,
    )


def truck_min(config: HubConfig) -> float:
    """Time of a line-haul truck at its door [min]."""
    return config.outbound.docking_min + config.outbound.loading_min


def collections_per_day(config: HubConfig, flights_per_day: float) -> float:
    """Trucks that bring the exports that belong to this number of flights."""
    exports = flights_per_day * config.mean_parcels_per_flight * config.exports.ratio
    return exports / config.exports.collections.parcels


def collection_min(config: HubConfig) -> float:
    """Time of a truck with exports at its door [min]."""
    collections = config.exports.collections
    return collections.docking_min + collections.parcels * collections.handling_min


def parcels_built(config: HubConfig) -> float:
    """Parcels on a built ULD."""
    exports = config.mean_parcels_per_flight * out_ratio(config)
    return exports / sum(load.share * load.ulds for load in _loads(config))


def build_up_min(config: HubConfig) -> float:
    """Time of a ULD at its build-up place [min]."""
    build_up = config.exports.build_up
    return build_up.fixed_min + parcels_built(config) * MIN_PER_H / build_up.parcels_per_h


def _loads(config: HubConfig) -> Iterator[_Load]:
    """By type: ULDs for the outbound load of a mean flight, main deck first, and stacks of its empty inbound ULDs."""
    exports = config.mean_parcels_per_flight * out_ratio(config)
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
    # Whole ULDs leave with their load, so none of them becomes empty.
    emptied = 0 if config.presorted.goods is Presorting.ULDS else sum(deck.ulds for deck in decks)
    stacks = math.ceil(max(0, emptied - sum(built)) / config.exports.departure.empties_per_position)
    on_main = min(stacks, decks[0].ulds - built[0])
    return _Load(kind.share, sum(built), built[0] + on_main, built[1] + stacks - on_main)


def posts_of_chutes(posts: int, shares: Sequence[Sequence[float]]) -> tuple[int, ...]:
    """Pack-out posts by chute: equally to the machines, and within a machine to its chutes by their shares.

    Each chute has at least one post; a machine without chutes has none. The next post goes to the chute with the
    largest share for each post (ties: the first). This makes the busiest post as little busy as whole posts allow
    (Adams's method: Balinski and Young 2001, Fair Representation). `shares` are of the parcels, by machine and chute.

    >>> posts_of_chutes(13, [[0.5, 0.3, 0.2]] * 2)
    (3, 2, 2, 3, 2, 1)
    """
    allotted: list[int] = []
    with_chutes = [of_chutes for of_chutes in shares if of_chutes]
    for machine, of_chutes in enumerate(with_chutes):
        of_machine = [1] * len(of_chutes)
        for _ in range(len(range(machine, posts, len(with_chutes))) - len(of_chutes)):
            of_machine[max(range(len(of_machine)), key=lambda at: (of_chutes[at] / of_machine[at], -at))] += 1
        allotted += of_machine
    return tuple(allotted)
