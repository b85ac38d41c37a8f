"""A hall from its ULD positions to its lanes: one SimPy process for each ULD and parcel (rules 6 to 13)."""

from collections import Counter
from heapq import heappush
from itertools import count

import simpy

from sim.domain.entities import ChuteCount, Refusal
from sim.domain.inputs import Inputs
from sim.domain.parcels import Channel
from sim.processes.phases import Phase, after, at
from sim.processes.pool import Key, Pool
from sim.reference.desk import serve
from sim.reference.machine import Machine
from sim.reference.packout import Chute, DedicatedChute, SharedChute, send_packers
from sim.reference.records import Dock, OnClock, Parcel, Steps, Uld
from sim.reference.shifts import follow_roster
from sim.rules.next_uld import Queue, Waiting, first_come
from sim.units import NEVER


class Hall(OnClock):
    """One hall: its tokens, machines and desks, and the parcels at its docks."""

    def __init__(self, inputs: Inputs, env: simpy.Environment, number: int) -> None:
        hall = inputs.site.halls[number]
        self.number = number
        self.destinations = inputs.site.destinations[number]
        rooms = {f"room_{other}": room for other, room in inputs.site.rooms[number].items()}
        self.env = env
        self.site = inputs.site
        self.rules = inputs.site.handling
        self.hall = hall
        self.first_machine = inputs.site.first_machines[number]
        self.positions = Pool(env, Phase.POSITION, positions=hall.positions)
        self.breakdown = Pool(
            env,
            Phase.BREAKDOWN,
            None if inputs.site.units.are_ulds else self._choose_machine,
            stations=sum(hall.stations),
            workers=hall.breakdown_workers,
            floor=hall.floor,
            **rooms,
        )
        if self.site.rules.next_uld is not first_come:
            self.breakdown.ranks = self._rank_waiting
        self.arrival_of = {flight.number: flight.arrival for flight in inputs.flights}
        self.doors = Pool(env, Phase.DOOR, doors=hall.doors, dock_workers=hall.dock_workers)
        self.desks = {kind: Pool(env, Phase.DESK, None, **{kind: posts}) for kind, posts in hall.desks.items()}
        follow_roster(env, hall.manning, self.pools)
        self.need = hall.service * inputs.site.handling.inductions
        self.machines = [Machine(env, calendar, inputs.end) for calendar in hall.calendars]
        self.chutes = self._make_chutes(inputs)
        self.last_machines = hall.last_machines
        self.held_stations = [0] * len(hall.stations)
        self.stations = hall.stations
        self.room_each = inputs.site.units.room
        self.docks = [Dock() for _ in inputs.site.routes]
        self.empties: Pool | None = None
        """Store of empty ULDs after break-down, if exports need them."""
        self.refusals: list[Refusal] = []
        self.n_refused = Counter[tuple[int, int]]()
        """Parcels by flight and route."""
        self.n_to_come = 0
        """ULDs sent here whose break-down has not begun."""

    @property
    def pools(self) -> tuple[Pool, ...]:
        return self.positions, self.breakdown, self.doors, *self.desks.values()

    # Break-down (rules 6 to 8)

    def _choose_machine(self, _: Key) -> int:
        machine = self.site.rules.machine(self.held_stations, self.stations)
        self.held_stations[machine] += 1
        return machine

    def _rank_waiting(self, waiting: tuple[Waiting, ...]) -> list[int]:
        pool = self.breakdown
        queue = Queue(
            now=self.now,
            waiting=waiting,
            free_stations=pool.free["stations"],
            free_workers=pool.free["workers"],
            free_floor=pool.free["floor"],
            held=tuple(self.held_stations),
        )
        return [self.site.rules.next_uld(uld, queue) for uld in waiting]

    def break_down(self, uld: Uld, position: simpy.Event) -> Steps:
        yield position
        uld.placed = self.now
        yield after(self.env, self.rules.check_in)
        uld.checked_in = self.now
        if uld.is_xrayed:
            machines, key = self.desks["uld_xrays"], (uld.flight, uld.index)
            yield from serve(self.env, machines, key, uld, "xray", self.site.customs.uld_xray)
        destinations = sorted(self.destinations[parcel.route] for parcel in uld.parcels)
        rooms = Counter[str]()
        for hall in destinations:
            if hall != self.number:
                rooms[f"room_{hall}"] += self.room_each
        uld.n_sent = sum(parcel.count for parcel in uld.parcels if self.room(parcel))
        people = {"stations": 1, "workers": self.rules.workers_per_station}
        grant = yield self.breakdown.request(
            (uld.flight, uld.index),
            about=Waiting(
                since=self.now,
                n_units=uld.n_units,
                n_parcels=uld.n_parcels,
                n_sent=uld.n_sent,
                floor=uld.n_units * self.room_each,
                flight=uld.flight,
                arrival=self.arrival_of[uld.flight],
            ),
            **({} if self.site.units.are_ulds else people),
            floor=uld.n_units * self.room_each,
            **rooms,
        )
        uld.start = self.now
        uld.wait_station = grant.waited.get("stations", 0)
        uld.wait_workers = grant.waited.get("workers", 0)
        uld.wait_floor = grant.waited.get("floor", 0) + sum(grant.waited.get(room, 0) for room in rooms)
        self.positions.release(positions=1)
        self.n_to_come -= 1
        for parcel in uld.parcels:
            parcel.start = self.now
            parcel.hall = self.number
            self.docks[parcel.route].reserved += parcel.count
        if self.site.units.are_ulds:
            yield from self._carry(uld)
            return
        uld.machine = self.first_machine + grant.unit
        inducted = self.env.event()
        conveyable = [parcel for parcel in uld.parcels if not parcel.is_non_conveyable]
        for parcel in uld.parcels:
            yield after(self.env, parcel.handling)
            if parcel.is_non_conveyable:
                self.env.process(self._sort_by_hand(parcel))
            else:
                is_last = parcel is conveyable[-1]
                self.env.process(self._sort(parcel, uld.machine, inducted if is_last else None))
        uld.end = self.now
        if conveyable:
            yield inducted
        uld.released = self.now
        self.held_stations[uld.machine - self.first_machine] -= 1
        self.breakdown.release(stations=1, workers=self.rules.workers_per_station)
        if self.empties is not None:
            self.empties.add(empty_ulds=1)
        uld.parcels = []  # from here on each parcel is separate

    # Whole ULDs (rule 54)

    def _carry(self, uld: Uld) -> Steps:
        uld.end = uld.released = self.now
        if not uld.parcels and self.empties is not None:
            self.empties.add(empty_ulds=1)
        for parcel in uld.parcels:
            yield after(self.env, parcel.handling)
            parcel.handled = self.now
            if self._is_free(parcel):
                self.stage(parcel)
            else:
                yield from self._hold(parcel, None)

    def _serve(self, desks: str, parcel: Parcel, name: str, service: int) -> Steps:
        yield from serve(self.env, self.desks[desks], parcel.key, parcel, name, service)

    # Sorting and customs (rules 9 to 13)

    def _sort(self, parcel: Parcel, number: int, inducted: simpy.Event | None) -> Steps:
        parcel.handled = self.now
        machine = number - self.first_machine
        begin, end = yield self.machines[machine].arrive(parcel, self.need)
        parcel.sort_begin = begin
        if inducted is not None:
            if begin > self.now:
                yield at(self.env, begin)
            inducted.succeed()
        yield at(self.env, end + self.rules.to_chute)
        parcel.sort_end = self.now
        if parcel.is_no_read:
            yield from self._serve("handcoding_desks", parcel, "code", self.rules.handcoding)
        second = self.last_machines[machine * len(self.docks) + parcel.route]
        if not self._is_free(parcel):
            yield from self._hold(parcel, second)
        elif parcel.is_no_read:
            yield after(self.env, self.rules.to_lane)
            yield from self._pack(parcel, second)
        elif second == machine:
            yield from self._pack(parcel, machine)
        else:
            # Its chute leads to a machine (rule 61), and is emptied in the first round strictly after its arrival.
            yield at(self.env, (self.now // self.rules.second_round + 1) * self.rules.second_round, Phase.FEED)
            parcel.freed = self.now
            yield from self._sort_again(parcel, second)

    def _is_free(self, parcel: Parcel) -> bool:
        """Whether customs has released a parcel by now."""
        waits_for_release = parcel.channel in (Channel.LATE_DATA, Channel.DOCUMENT_CHECK)
        return parcel.channel == Channel.RELEASED or (waits_for_release and parcel.release <= self.now)

    def _hold(self, parcel: Parcel, machine: int | None) -> Steps:
        """Hold a parcel. `machine` to which it returns; None if it is sorted by hand or is a whole ULD."""
        parcel.held = self.now
        is_examined = parcel.channel == Channel.EXAMINED or (parcel.channel == Channel.XRAYED and parcel.is_alarm)
        decided = self.now
        if parcel.channel == Channel.XRAYED:
            yield from self._serve("xray_lanes", parcel, "xray", self.site.customs.xray)
            decided = self.now
        elif parcel.channel == Channel.TRANSIT:
            yield from self._serve("transit_desks", parcel, "transit", self.site.customs.transit)
            decided = self.now
        elif parcel.channel != Channel.EXAMINED:
            decided = max(self.now, parcel.release)
        if is_examined:
            yield from self._serve("customs_desks", parcel, "exam", self.site.customs.examination)
            decided = self.now
        # The first round strictly after the parcel arrived and its outcome was known.
        rounds = decided // self.site.customs.round + 1
        yield at(self.env, rounds * self.site.customs.round, Phase.FEED)
        parcel.freed = self.now
        if is_examined and parcel.is_refused:
            self._refuse(parcel)
            return
        if self.site.units.are_ulds:
            yield after(self.env, parcel.handling)
            self.stage(parcel)
            return
        if machine is None:
            yield from self._serve("manual_sort_posts", parcel, "second", self.rules.manual_sort)
            yield after(self.env, self.rules.to_lane)
            self.stage(parcel)
            return
        yield from self._sort_again(parcel, machine)

    def _sort_again(self, parcel: Parcel, machine: int) -> Steps:
        begin, end = yield self.machines[machine].arrive(parcel, self.need)
        parcel.second_begin = begin
        yield at(self.env, end + self.rules.to_chute)
        parcel.second_end = self.now
        yield from self._pack(parcel, machine)

    def _refuse(self, parcel: Parcel) -> None:
        parcel.is_refused_gone = True
        self.refusals.append(Refusal(parcel.flight, self.now, self.number, parcel.count, parcel.value))
        self.docks[parcel.route].reserved -= parcel.count
        self.n_refused[parcel.flight, parcel.route] += parcel.count
        self.breakdown.release(floor=self.room_each)
        if room := self.room(parcel):
            self.breakdown.release(**{room: self.room_each})

    # Manual sort (rules 39 and 40)

    def _sort_by_hand(self, parcel: Parcel) -> Steps:
        parcel.handled = self.now
        yield from self._serve("manual_sort_posts", parcel, "sort", self.rules.manual_sort)
        if self._is_free(parcel):
            yield after(self.env, self.rules.to_lane)
            self.stage(parcel)
        else:
            yield from self._hold(parcel, None)

    # Pack-out (rules 36 to 38, and 56)

    def _make_chutes(self, inputs: Inputs) -> list[Chute]:
        """The chutes with packers; none if nothing is packed here."""
        n_routes = Counter(self.hall.chute_of)
        with_packers = range(len(self.hall.packout_posts))
        second_sorts = [self.rules.second_sort if n_routes[chute] > 1 else 0 for chute in with_packers]
        if self.rules.packers is not None and self.hall.packout_posts:
            shared = [SharedChute(self.env, second_sort, inputs.measured) for second_sort in second_sorts]
            self.env.process(send_packers(self.env, self.rules.packers, self.site.rules.packers, self.hall, shared))
            return [*shared]
        calendar, end, numbers = self.hall.packout_calendar, inputs.end, count()
        of_hall = sum(self.hall.packout_posts)
        return [
            DedicatedChute(
                self.env,
                second_sort,
                inputs.measured,
                [(next(numbers), Machine(self.env, calendar, end)) for _ in range(posts)],
                of_hall,
            )
            for second_sort, posts in zip(second_sorts, self.hall.packout_posts, strict=True)
        ]

    def packing_counts(self, number: int) -> list[ChuteCount]:
        """The fullest chute; of equally full chutes, the earliest, then the lowest."""
        if not self.chutes:
            return []
        n_units = sum(chute.n_units for chute in self.chutes)
        fullest, when, at = min((-chute.fullest, chute.fullest_at, i) for i, chute in enumerate(self.chutes))
        machine, route = divmod(self.hall.chute_of.index(at), len(self.docks)) if fullest else (NEVER, NEVER)
        if fullest:
            machine += self.first_machine
        return [ChuteCount(number, sum(self.hall.packout_posts), n_units, -fullest, when, machine, route)]

    def _pack(self, parcel: Parcel, machine: int) -> Steps:
        if self.chutes and self.site.flies_to[parcel.route] == NEVER:
            chute = self.chutes[self.hall.chute_of[machine * len(self.docks) + parcel.route]]
            parcel.at_chute = self.now
            yield from chute.pack(parcel)
        self.stage(parcel)

    def room(self, parcel: Parcel) -> str | None:
        """The kind of token for a parcel's floor in the hall to which it will be sent; None if it stays here."""
        destination = self.destinations[parcel.route]
        return None if destination == self.number else f"room_{destination}"

    def stage(self, parcel: Parcel) -> None:
        parcel.ready = self.now
        dock = self.docks[parcel.route]
        heappush(dock.queue, (parcel.ready, parcel.key, parcel))
        dock.units += 1
        dock.mass += parcel.mass
        dock.volume += parcel.volume
