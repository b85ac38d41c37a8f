"""The hub up to its lanes: one SimPy process a flight, loader, train, ULD and parcel."""

from collections.abc import Sequence
from itertools import count
from typing import Any

import simpy

from sim.domain.flight import Deck, Flight
from sim.domain.inputs import Inputs
from sim.domain.parcels import Channel
from sim.kernels.policies import machine_for_next_uld
from sim.processes.phases import Phase, after, at
from sim.processes.pool import Pool
from sim.reference.machine import Machine
from sim.reference.outbound import Outbound
from sim.reference.records import COLUMNS, Parcel, Steps, Tokens, Trace, Train, Uld, Visit
from sim.units import NEVER


class Hub:
    """Flights, break-down, sorting and customs (rules 1 to 13)."""

    def __init__(self, inputs: Inputs, env: simpy.Environment) -> None:
        site = inputs.site
        self.inputs = inputs
        self.site = site
        self.env = env
        self.stands = Pool(env, Phase.STAND, stands=site.stands)
        self.loader_sets = Pool(env, Phase.LOADER, loader_sets=site.loader_sets)
        self.tugs = Pool(env, Phase.TUG, tugs=site.tugs)
        self.positions = Pool(env, Phase.POSITION, positions=site.positions)
        self.breakdown = Pool(
            env,
            Phase.BREAKDOWN,
            self._choose_machine,
            stations=sum(site.stations),
            workers=site.breakdown_workers,
            floor=site.floor,
        )
        self.outbound = Outbound(env, site, inputs.end, self.breakdown)
        self.coding_desks = Pool(env, Phase.DESK, desks=site.handcoding_desks)
        self.customs_desks = Pool(env, Phase.DESK, desks=site.customs_desks)
        need = site.service * site.inductions
        self.machines = [Machine(env, calendar, need, inputs.end) for calendar in site.calendars]
        self.free_stations = list(site.stations)
        self.route_of_lane: list[int] = site.route_of_lane.tolist()
        self.visits = [
            Visit(f, f.number, f.key, f.aircraft, f.sibt, f.arrival, f.n_ulds, f.n_parcels, f.is_cohort)
            for f in inputs.flights
        ]
        self.ulds: list[Uld] = []
        self.trains: list[Train] = []
        self.recorded: list[Parcel] = []
        for visit in self.visits:
            env.process(self._fly(visit))

    @property
    def now(self) -> int:
        return int(self.env.now)

    # Flights and the apron (rules 1 to 5)

    def _fly(self, visit: Visit) -> Steps:
        site = self.site
        yield at(self.env, visit.arrival)
        stand = self.stands.request((visit.number,), stands=1)
        yield stand | after(self.env, site.longest_hold, Phase.DIVERT)
        if not stand.triggered:
            self.stands.cancel(stand)
            visit.is_diverted = True
            return
        visit.aldt = self.now
        ulds = self._draw(visit.flight)
        yield after(self.env, site.taxi_in)
        visit.aibt = self.now
        yield after(self.env, site.doors_open)
        visit.unloading_requested = self.now
        yield self.loader_sets.request((visit.number,), loader_sets=1)
        visit.unloading_start = self.now
        decks = [[uld for uld in ulds if uld.deck == deck] for deck in Deck]
        yield self.env.all_of([self.env.process(self._unload(visit.flight, deck, decks[deck])) for deck in Deck])
        visit.unloading_end = self.now
        self.loader_sets.release(loader_sets=1)
        if visit.aibt + site.turnaround > self.now:
            yield at(self.env, visit.aibt + site.turnaround)
        visit.aobt = self.now
        self.stands.release(stands=1)

    def _draw(self, flight: Flight) -> list[Uld]:
        drawn = self.inputs.parcels_of(flight)
        first: list[int] = drawn.first.tolist()
        uld_of_row = [u for u in range(flight.n_ulds) for _ in range(first[u], first[u + 1])]
        columns = zip(
            uld_of_row,
            [self.route_of_lane[lane] for lane in drawn.lane.tolist()],
            drawn.mass.tolist(),
            drawn.volume.tolist(),
            drawn.handling.tolist(),
            drawn.is_no_read.tolist(),
            drawn.channel.tolist(),
            drawn.release.tolist(),
            drawn.is_refused.tolist(),
            strict=True,
        )
        parcels = [Parcel(flight.number, row, *values) for row, values in enumerate(columns)]
        ulds = [
            Uld(flight.number, u, int(flight.deck(u)), parcels[first[u] : first[u + 1]], first[u + 1] - first[u])
            for u in range(flight.n_ulds)
        ]
        self.ulds += ulds
        if self.inputs.is_recorded(flight):
            self.recorded += parcels
        return ulds

    def _unload(self, flight: Flight, deck: Deck, ulds: Sequence[Uld]) -> Steps:
        train: Train | None = None
        numbers = count()
        for uld in ulds:
            yield after(self.env, self.site.lift_of(deck))
            uld.lifted = self.now
            if train is None:
                yield self.tugs.request((flight.number, int(deck)), tugs=1)
                train = Train(flight.number, int(deck), next(numbers), self.now)
                self.trains.append(train)
            uld.on_train = self.now
            uld.train = train.train
            train.ulds.append(uld)
            if len(train.ulds) == self.site.dollies_per_train or uld is ulds[-1]:
                self.env.process(self._haul(train))
                train = None

    def _haul(self, train: Train) -> Steps:
        train.left = self.now
        train.n_ulds = len(train.ulds)
        yield after(self.env, self.site.trip_out)
        train.at_door = self.now
        positions = []
        for uld in train.ulds:
            uld.at_door = self.now
            position = self.positions.request((uld.flight, uld.index), positions=1)
            self.env.process(self._break_down(uld, position))
            positions.append(position)
        yield self.env.all_of(positions)
        train.placed = self.now
        yield after(self.env, self.site.trip_back)
        train.returned = self.now
        self.tugs.release(tugs=1)

    # Break-down (rules 6 to 8)

    def _choose_machine(self) -> int:
        machine = machine_for_next_uld(self.free_stations)
        self.free_stations[machine] -= 1
        return machine

    def _break_down(self, uld: Uld, position: simpy.Event) -> Steps:
        yield position
        uld.placed = self.now
        yield after(self.env, self.site.check_in)
        uld.checked_in = self.now
        grant = yield self.breakdown.request(
            (uld.flight, uld.index), stations=1, workers=self.site.workers_per_station, floor=uld.n_parcels
        )
        uld.start = self.now
        uld.machine = grant.unit
        uld.wait_station = grant.waited.get("stations", 0)
        uld.wait_workers = grant.waited.get("workers", 0)
        uld.wait_floor = grant.waited.get("floor", 0)
        self.positions.release(positions=1)
        for parcel in uld.parcels:
            parcel.start = self.now
            self.outbound.routes[parcel.route].reserved += 1
        for parcel in uld.parcels:
            yield after(self.env, parcel.handling)
            self.env.process(self._sort(parcel, uld))
        uld.end = self.now
        if uld.n_parcels == 0:
            self._release_station(uld)

    def _release_station(self, uld: Uld) -> None:
        uld.released = self.now
        self.free_stations[uld.machine] += 1
        self.breakdown.release(stations=1, workers=self.site.workers_per_station)
        uld.parcels = []  # each parcel is on its own from here on

    # Sorting and customs (rules 9 to 13)

    def _sort(self, parcel: Parcel, uld: Uld) -> Steps:
        parcel.handled = self.now
        begin, end = yield self.machines[uld.machine].arrive(parcel)
        parcel.sort_begin = begin
        if parcel is uld.parcels[-1]:
            if begin > self.now:
                yield at(self.env, begin)
            self._release_station(uld)
        yield at(self.env, end)
        parcel.sort_end = self.now
        if parcel.is_no_read:
            yield self.coding_desks.request(parcel.key, desks=1)
            parcel.code_begin = self.now
            yield after(self.env, self.site.handcoding)
            parcel.code_end = self.now
            self.coding_desks.release(desks=1)
        if parcel.channel == Channel.RELEASED or (parcel.channel != Channel.EXAMINED and parcel.release <= self.now):
            if parcel.is_no_read:
                yield after(self.env, self.site.to_lane)
            self.outbound.stage(parcel)
        else:
            yield from self._hold(parcel, self.machines[uld.machine])

    def _hold(self, parcel: Parcel, machine: Machine) -> Steps:
        parcel.held = self.now
        if parcel.channel == Channel.EXAMINED:
            yield self.customs_desks.request(parcel.key, desks=1)
            parcel.exam_begin = self.now
            yield after(self.env, self.site.examination)
            parcel.exam_end = self.now
            self.customs_desks.release(desks=1)
            decided = self.now
        else:
            decided = max(self.now, parcel.release)
        # The first round strictly after the parcel came and its outcome was known.
        rounds = decided // self.site.customs_round + 1
        yield at(self.env, rounds * self.site.customs_round, Phase.FEED)
        parcel.freed = self.now
        if parcel.channel == Channel.EXAMINED and parcel.is_refused:
            parcel.is_refused_gone = True
            self.outbound.routes[parcel.route].reserved -= 1
            self.breakdown.release(floor=1)
            return
        begin, end = yield machine.arrive(parcel)
        parcel.second_begin = begin
        yield at(self.env, end)
        parcel.second_end = self.now
        self.outbound.stage(parcel)

    def trace(self) -> Trace:
        end = self.inputs.end
        pools = (self.stands, self.loader_sets, self.tugs, self.positions, self.breakdown, self.outbound.doors)
        tokens = [
            Tokens(name, held, pool.lacked_time[name]) for pool in pools for name, held in pool.held_until(end).items()
        ]
        for parcel in self.recorded:  # a service picked in an outage is told before it begins
            if parcel.sort_begin >= end:
                parcel.sort_begin = NEVER
            if parcel.second_begin >= end:
                parcel.second_begin = NEVER
        rows: dict[str, Sequence[Any]] = {
            "flights": self.visits,
            "ulds": sorted(self.ulds, key=lambda uld: (uld.flight, uld.index)),
            "trains": sorted(self.trains, key=lambda train: (train.flight, train.deck, train.train)),
            "trucks": sorted(self.outbound.trucks, key=lambda truck: truck.key),
            "loads": sorted(self.outbound.loads, key=lambda load: (load.route, load.kind, load.sequence, load.flight)),
            "parcels": sorted(self.recorded, key=lambda parcel: parcel.key),
            "pools": tokens,
        }
        return Trace(
            {
                table: {column: [getattr(row, column) for row in rows[table]] for column in columns.split()}
                for table, columns in COLUMNS.items()
            }
        )
