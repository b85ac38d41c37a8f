"""The work that expected flights bring to each role, hour by hour (docs/model.md, rule 55)."""

import datetime as dt
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np

from sim.config import ArrivalModel, Hall, HubConfig
from sim.config.bounds import minute_of_day
from sim.domain.roles import ROLES, Place
from sim.inputs import flight_work
from sim.inputs.expected_flights import (
    BIN_MIN,
    BINS_PER_DAY,
    BINS_PER_H,
    MARGIN,
    Bins,
    evenly,
    expected_flights,
    parcels_beside,
    spread,
    with_mean_load,
)
from sim.rules.hall import RULES
from sim.units import MIN_PER_H


@dataclass(frozen=True, slots=True)
class _OfHall:
    """What the roles of a hall have in common, by bin."""

    share: Bins
    """The hall's share of the imports."""
    flights: Bins
    """Its share of the flights, spread over the time that its machines work on them."""
    collections: Bins
    """Its collections, spread over the time of their unloading."""
    at_door: Bins
    """Its collections, spread over their time at the door."""
    minutes: dict[str, tuple[float, float, float]]
    """Post-minutes of each import, of each export and of each collection truck, by role."""


@dataclass(frozen=True, slots=True)
class ExpectedWork:
    """The expected work of a configuration; arrays are by bin, as in `expected_flights`."""

    config: HubConfig
    parcels_beside: float
    """Mean over parcels of the parcels on their flight."""
    flights: Bins
    by_stay: dict[float, Bins]
    """The flights by their scheduled time from in-block to off-block [min]."""
    collections: Bins
    """Trucks that bring exports, by their timetable."""
    _known: dict[tuple[str, str | None], Bins] = field(default_factory=dict, init=False, repr=False, compare=False)
    _halls: dict[str, _OfHall] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of_role(self, name: str, hall_name: str | None) -> Bins:
        """Post-minutes of a role in each bin; for a machine's role those of each machine of the hall.

        As far as all posts can do it: the rest falls due as soon as they can.
        """
        return waiting(self._due(name, hall_name), most_posts(self.config, name, hall_name) * BIN_MIN)

    def _due(self, name: str, hall_name: str | None) -> Bins:
        role_and_hall = name, hall_name
        if role_and_hall not in self._known:
            self._known[role_and_hall] = self._falls_due(name, hall_name)
        return self._known[role_and_hall]

    def _falls_due(self, name: str, hall_name: str | None) -> Bins:
        if hall_name is None:
            return self._of_apron(name)
        if name == "docks":
            return self._of_docks(hall_name)
        hall, collected = self._of_hall(hall_name), self.config.exports.collections.parcels
        _, per_export, per_collection = hall.minutes[name]
        exports = hall.collections * per_export * collected
        return self.of_imports(name, hall_name) + exports + hall.at_door * per_collection

    def of_all(self, name: str) -> float:
        """Post-minutes of a role at all places together; 0 for customs' roles, whose work is not expected."""
        if ROLES[name].is_of_customs:
            return 0.0
        if ROLES[name].place is Place.APRON:
            return float(self._due(name, None).sum())
        work = 0.0
        for hall_name, hall in self.config.halls.items():
            n = hall.sorting_machines if ROLES[name].place is Place.MACHINE else 1
            work += n * float(self._due(name, hall_name).sum())
        return work

    def of_imports(self, name: str, hall_name: str) -> Bins:
        """Post-minutes of a role of a hall, for its imports alone."""
        hall = self._of_hall(hall_name)
        per_import, _, _ = hall.minutes[name]
        return hall.flights * (per_import * self.config.mean_parcels_per_flight)

    def of_a_flight(self, name: str, hall_name: str | None) -> float:
        """Post-minutes of a role for a mean flight; with a hall, for a flight to that hall.

        Trucks run by the day: those of several days are no flight's work, however seldom one comes.
        """
        flights = self.flights
        if hall_name is not None and (rule := RULES.get(self.config.complex.policy)) and rule.is_of_flight:
            flights = flights * self._of_hall(hall_name).share
        n = float(flights.sum())
        if n and name == "docks":
            n = max(n, self._days)
        return float(self._due(name, hall_name).sum()) / n if n else 0.0

    @property
    def _days(self) -> float:
        return len(self.flights) / BINS_PER_DAY

    def _of_apron(self, name: str) -> Bins:
        config, begins = self.config, _unloading_begins(self.config)
        if name == "tugs":
            window = evenly(begins, flight_work.unload_min(config) + flight_work.round_trip_min(config))
            return spread(self.flights, *window) * flight_work.tug_min(config)
        work = np.zeros(len(self.flights))
        for stay, flights in self.by_stay.items():
            if name == "unloading":
                minutes = flight_work.loader_min(config, stay)
                window = evenly(begins, minutes)
            else:
                minutes, close_out = flight_work.outbound_tug_min(config), config.exports.departure.close_out_min
                window = evenly(max(0.0, stay - close_out), min(close_out, stay))
            work += spread(flights, *window) * minutes
        return work

    def _of_hall(self, hall_name: str) -> _OfHall:
        if hall_name not in self._halls:
            config, hall, rules = self.config, self.config.halls[hall_name], self.config.exports.collections
            # In proportion to the stations, and to the inbound doors, of the open halls.
            share = self._of_open({name: each.breakdown_stations for name, each in config.halls.items()}, hall_name)
            collections = self.collections * self._of_open(
                {name: each.doors_in for name, each in config.halls.items()}, hall_name
            )
            begins = _unloading_begins(config) + hall.tug_round_trip_min / 2 + config.breakdown.check_in_min
            start, length = rules.call_in_min + rules.docking_min, rules.parcels * rules.handling_min
            minutes = _minutes(config, hall)
            flights = spread(self.flights * share, *evenly(begins, self._hours_of_hall(hall)))
            if of_machine := minutes["induction"][0] * config.mean_parcels_per_flight:
                flights = waiting(flights, config.sorting.inductions * BIN_MIN / of_machine)
            self._halls[hall_name] = _OfHall(
                share,
                flights,
                spread(collections, *evenly(start, length)),
                spread(collections, *evenly(rules.call_in_min, flight_work.collection_min(config))),
                minutes,
            )
        return self._halls[hall_name]

    def _hours_of_hall(self, hall: Hall) -> float:
        """Time that a hall works on a flight [min]: the time of its machines, and at least that of unloading."""
        config = self.config
        pieces = flight_work.pieces_on_machines(config) * self.parcels_beside
        return max(flight_work.unload_min(config), pieces * MIN_PER_H / (hall.rated_per_h * config.sorting.efficiency))

    def _of_open(self, weights: dict[str, int], hall_name: str) -> Bins:
        config = self.config
        bins = np.arange(len(self.flights))
        of_hall = dict.fromkeys(config.halls, np.zeros(0))
        for name, hall in config.halls.items():
            day = hall.opens_on(config.start_date)
            of_hall[name] = weights[name] * (bins >= (day * BINS_PER_DAY + MARGIN if day else 0)).astype(float)
        total = np.sum(list(of_hall.values()), axis=0)
        share: Bins = np.divide(of_hall[hall_name], total, out=np.zeros(len(bins)), where=total > 0)
        return share

    def _of_docks(self, hall_name: str) -> Bins:
        """Timetabled trucks of every route at their cut-offs, and further full loads when their parcels arrive."""
        config, outbound, halls = self.config, self.config.outbound, self.config.halls
        full = flight_work.truck_parcels(config)
        loads = np.zeros(len(self.flights))
        n_timetabled = 0.0
        for route, share in config.route_shares.items():
            if route in config.flies_to:
                continue
            of_route = np.zeros(len(self.flights))
            for name in halls:
                if _leaves_from(config, name, route) == hall_name:
                    parcels = share * config.mean_parcels_per_flight
                    of_route += self._of_hall(name).flights * (parcels / full)
            a_day = of_route.sum() / self._days
            if a_day:
                n_timetabled += 1
                loads = loads + of_route * max(0.0, 1 - len(outbound.timetable) / a_day)
        at_door = flight_work.truck_min(config)
        timetabled = np.zeros(len(self.flights))
        for text in outbound.timetable:
            timetabled[minute_of_day(text) // BIN_MIN :: BINS_PER_DAY] += n_timetabled
        timetabled *= self._of_open(dict.fromkeys(halls, 1), hall_name) > 0
        trucks = spread(timetabled, *evenly(-outbound.docking_min, at_door)) + spread(
            loads, *evenly(outbound.call_out_min, at_door)
        )
        return trucks * at_door * outbound.workers_per_truck


def most_posts(config: HubConfig, name: str, hall_name: str | None) -> int:
    """The most posts of a role that can be manned; for a machine's role those of each machine."""
    role = ROLES[name]
    owner = {Place.APRON: config.apron, Place.MACHINE: config}.get(role.place)
    posts: int = attrgetter(role.posts)(owner if owner is not None else config.halls[str(hall_name)])
    return posts


def waiting(due: Bins, most: float) -> Bins:
    """What falls due, done at no more than `most` a bin: the rest waits, and what is left is done in the last bin.

    >>> waiting(np.array([1.0, 5.0, 0.0, 0.0, 1.0]), 2.0).tolist()
    [1.0, 2.0, 2.0, 1.0, 1.0]
    >>> waiting(np.array([1.0, 5.0, 0.0]), 2.0).tolist()
    [1.0, 2.0, 3.0]
    """
    if due.max(initial=0.0) <= most:
        return due
    above = np.cumsum(due - most)
    left: Bins = above - np.minimum(0.0, np.minimum.accumulate(above))
    left[-1] = 0.0
    return due - np.diff(left, prepend=0.0)


def expected_work(config: HubConfig, end: int) -> ExpectedWork:
    """The expected work of the run up to `end` [ticks]; flights of a file have their mean load, in all their ULDs."""
    loaded = with_mean_load(config)
    ratio = config.mean_parcels_per_flight / loaded.mean_parcels_per_flight
    by_stay = {stay: flights * ratio for stay, flights in expected_flights(config, end).items()}
    flights = np.sum([*by_stay.values()], axis=0)
    return ExpectedWork(loaded, parcels_beside(config), flights, by_stay, _collections(loaded, flights))


def _collections(config: HubConfig, flights: Bins) -> Bins:
    rules, arrivals = config.exports.collections, config.arrivals
    trucks = np.zeros(len(flights))
    if not config.exports.share:
        return trucks
    of_day = np.repeat(np.array(rules.hour_share), BINS_PER_H) / BINS_PER_H
    for first in range(0, len(trucks), BINS_PER_DAY):
        date = config.start_date + dt.timedelta(days=(first - MARGIN) // BINS_PER_DAY)
        if arrivals.model is ArrivalModel.FILE:
            a_day = flights[MARGIN : MARGIN + config.days * BINS_PER_DAY].sum() / config.days
        else:
            a_day = config.flights_coming_on(date)
        trucks[first : first + BINS_PER_DAY] = (of_day * flight_work.collections_per_day(config, a_day))[
            : len(trucks) - first
        ]
    return trucks


def _unloading_begins(config: HubConfig) -> float:
    """Time from the drawn arrival to the start of unloading [min]."""
    return config.apron.taxi_in_min + config.apron.doors_open_min


def _leaves_from(config: HubConfig, hall_name: str, route: str) -> str:
    """The hall whose trucks take parcels of a route that were sorted in a hall (rule 20)."""
    serving = [name for name, hall in config.halls.items() if hall.serves is None or route in hall.serves]
    return hall_name if hall_name in serving else serving[0]


def _minutes(config: HubConfig, hall: Hall) -> dict[str, tuple[float, float, float]]:
    """Post-minutes of each import, of each export and of each collection truck, by role of a hall."""
    exports = config.exports
    bag, machines = config.presorted.bag_size, hall.sorting_machines
    broken, by_hand = flight_work.broken_down(config), flight_work.by_hand(config)
    sorted_exports = (1 - exports.collections.presorted_share) * (1 - exports.non_conveyable_share)
    induct = config.sorting.inductions * MIN_PER_H / (hall.machine_rated_per_h * config.sorting.efficiency) / machines
    induct /= flight_work.machines_up(config)
    passes = 1 + config.customs.second_pass_share
    code = config.parcels.no_read_share * MIN_PER_H / config.coded_per_desk_h
    workers = exports.build_up.workers_per_place
    built = flight_work.build_up_min(config) / flight_work.parcels_built(config) if exports.share else 0.0
    return {
        "breakdown": (broken / bag * flight_work.handling_min(config) * config.breakdown.workers_per_station, 0, 0),
        "induction": (flight_work.pieces_on_machines(config) * induct, sorted_exports * induct, 0),
        "handcoding": (flight_work.by_machine(config) / bag * code, sorted_exports * code, 0),
        "packout": (
            flight_work.packed(config) * hall.packout_posts * MIN_PER_H / flight_work.packed_per_h(config, hall),
            0,
            0,
        ),
        "manual_sort": (by_hand * passes * MIN_PER_H / config.manual_sort.parcels_per_post_h, 0, 0),
        "docks_in": (0, 0, flight_work.collection_min(config) * exports.collections.workers_per_truck),
        "screening": (0, MIN_PER_H / exports.screened_per_line_h, 0),
        "hand_sorting": (0, flight_work.exports_by_hand(config) * MIN_PER_H / exports.hand_sorted_per_post_h, 0),
        "build_up": (config.flown_share * built * workers, built * workers, 0),
    }
