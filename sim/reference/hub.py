"""The hub: one SimPy process for each flight, loader and train (rules 1 to 5), and its halls."""

from collections import Counter
from collections.abc import Sequence
from itertools import count
from typing import Any

import simpy

from sim.domain.entities import Connection, Shuttle
from sim.domain.export_entities import ENTITIES
from sim.domain.fields import begun, in_columns, schema_of
from sim.domain.flight import Deck, Flight
from sim.domain.inputs import Inputs
from sim.domain.parcels import Channel
from sim.processes.phases import Phase, after, at
from sim.processes.pool import Key, Pool
from sim.reference.exports import Exports
from sim.reference.hall import Hall
from sim.reference.outbound import Outbound
from sim.reference.records import COLUMNS, CustomsCount, OnClock, Parcel, Steps, Tokens, Trace, Train, Uld, Visit
from sim.reference.shifts import follow_roster
from sim.reference.shuttles import shuttle
from sim.rules.hall import Place
from sim.rules.stand import Waiting
from sim.units import NEVER


class Hub(OnClock):
    """Flights and the apron, in front of the halls."""

    def __init__(self, inputs: Inputs, env: simpy.Environment) -> None:
        site = inputs.site
        self.inputs = inputs
        self.site = site
        self.env = env
        self.stands = Pool(env, Phase.STAND, stands=site.apron.stands)
        self.loader_sets = Pool(env, Phase.LOADER, self._choose_hall, loader_sets=site.apron.loader_sets)
        self.tugs = Pool(env, Phase.TUG, self._choose_halls, tugs=site.apron.tugs)
        self.to_be_hauled: dict[Key, Sequence[Uld]] = {}
        follow_roster(env, site.apron.manning, (self.loader_sets, self.tugs))
        self.halls = [Hall(inputs, env, number) for number in range(len(site.halls))]
        self.shuttles: list[Shuttle] = []
        for origin, rooms in enumerate(site.rooms):
            for destination in rooms:
                env.process(shuttle(env, site, (self.halls[origin], self.halls[destination]), self.shuttles))
        self.outbound = Outbound(env, site, inputs.end, self.halls)
        self.route_of_lane: list[int] = site.route_of_lane.tolist()
        self.visits = [begun(Visit, flight, flight=flight, has_gone=env.event()) for flight in inputs.flights]
        self.exports = None if inputs.exports is None else Exports(inputs, env, self.halls, self.visits)
        self.ulds: list[Uld] = []
        self.customs: list[CustomsCount] = []
        self.connections: list[Connection] = []
        self.trains: list[Train] = []
        self.recorded: list[Parcel] = []
        for visit in self.visits:
            env.process(self._fly(visit))

    # Flights and the apron (rules 1 to 5)

    def _fly(self, visit: Visit) -> Steps:
        site = self.site
        yield at(self.env, visit.arrival)
        if visit.flight.after is not None:
            yield from self._fly_in(visit.flight, self.visits[visit.flight.after])
        visit.stand_requested = self.now
        waiting = Waiting(self.now, visit.sibt, visit.n_ulds, visit.n_parcels)
        stand = self.stands.request((visit.number,), site.rules.stand(waiting), stands=1)
        gives_up = after(self.env, site.apron.longest_hold, Phase.DIVERT)
        yield stand | gives_up
        if not stand.triggered:
            self.stands.cancel(stand)
            self._divert(visit)
            return
        visit.stand_given = self.now
        yield self.env.process(self._runway_opens()) | gives_up
        if self._closed_until() is not None:
            self._divert(visit)
            yield after(self.env, 1)
            visit.stand_free = self.now
            self.stands.release(stands=1)
            return
        visit.aldt = self.now
        ulds = self._draw(visit.flight)
        yield after(self.env, site.apron.taxi_in)
        visit.aibt = self.now
        yield after(self.env, site.apron.doors_open)
        visit.unloading_requested = self.now
        self.to_be_hauled[visit.number,] = ulds
        grant = yield self.loader_sets.request((visit.number,), loader_sets=1)
        visit.unloading_start = self.now
        visit.hall = grant.unit
        decks = [[uld for uld in ulds if uld.deck == deck] for deck in Deck]
        yield self.env.all_of([self.env.process(self._unload(visit.flight, deck, decks[deck])) for deck in Deck])
        visit.unloading_end = self.now
        if self.exports is not None:
            yield from self.exports.load(visit)
        self.loader_sets.release(loader_sets=1)
        if visit.aibt + site.apron.turnaround > self.now:
            yield at(self.env, visit.aibt + site.apron.turnaround)
        if self.exports is not None and visit.sobt > self.now:
            yield at(self.env, visit.sobt)
        visit.turned_round = self.now
        yield self.env.process(self._runway_opens())
        if self.exports is not None:
            self.exports.depart(visit)
        visit.aobt = visit.stand_free = self.now
        visit.has_gone.succeed(self.now)
        self.stands.release(stands=1)

    def _runway_opens(self) -> Steps:
        while (reopening := self._closed_until()) is not None:
            yield at(self.env, reopening)

    def _closed_until(self) -> int | None:
        return next((end for start, end in self.site.apron.closures if start <= self.now < end), None)

    def _fly_in(self, flight: Flight, before: Visit) -> Steps:
        """The aircraft must first leave from its flight before, and fly its leg."""
        left: int = yield before.has_gone
        yield at(self.env, max(self.now, left + flight.leg))

    def _divert(self, visit: Visit) -> None:
        visit.is_diverted = True
        visit.has_gone.succeed(self.now)

    def _choose_hall(self, key: Key) -> int:
        ulds = self.to_be_hauled.pop(key)
        return self._send(ulds) if self.site.rules.hall.is_of_flight else NEVER

    def _choose_halls(self, key: Key) -> int:
        ulds = self.to_be_hauled.pop(key)
        if not self.site.rules.hall.is_of_flight:
            for uld in ulds:
                self._send([uld])
        return 0

    def _send(self, ulds: Sequence[Uld]) -> int:
        places = [
            Place(
                place.hall.opens <= self.now,
                sum(place.stations),
                place.n_to_come,
                sum(place.hall.serves[parcel.route] for uld in ulds for parcel in uld.parcels),
            )
            for place in self.halls
        ]
        number = self.site.rules.hall.choose(places)
        self.halls[number].n_to_come += len(ulds)
        for uld in ulds:
            uld.hall = number
        return number

    def _draw(self, flight: Flight) -> list[Uld]:
        drawn = self.inputs.parcels_of(flight)
        first: list[int] = drawn.first.tolist()
        uld_of_row = [u for u in range(flight.n_ulds) for _ in range(first[u], first[u + 1])]
        names = "mass volume handling packing is_no_read is_non_conveyable channel release is_refused is_alarm"
        columns = zip(
            uld_of_row,
            [self.route_of_lane[lane] for lane in drawn.lane.tolist()],
            *(getattr(drawn, name).tolist() for name in names.split()),
            [1] * drawn.n_units if drawn.count is None else drawn.count.tolist(),
            [0] * drawn.n_units if drawn.value is None else drawn.value.tolist(),
            strict=True,
        )
        parcels = [Parcel(flight.number, row, *values) for row, values in enumerate(columns)]
        ulds = [
            Uld(flight.number, u, int(flight.deck(u)), sum(p.count for p in load), len(load), is_xrayed, parcels=load)
            for u, is_xrayed in enumerate(drawn.is_uld_xrayed.tolist())
            for load in [parcels[first[u] : first[u + 1]]]
        ]
        self.ulds += ulds
        customs = CustomsCount(flight.number)
        if drawn.counts is not None:
            customs.n_referrals, customs.n_left_behind = drawn.counts.n_referrals, drawn.counts.n_left_behind
        for parcel in parcels:
            name = Channel(parcel.channel).name.lower()
            setattr(customs, name, getattr(customs, name) + parcel.count)
        self.customs.append(customs)
        by_route = Counter(parcel.route for parcel in parcels)
        self.connections += [
            Connection(flight.number, route, by_route[route])
            for route, lane in enumerate(self.site.flies_to)
            if lane != NEVER and by_route[route]
        ]
        if self.inputs.is_recorded(flight):
            self.recorded += parcels
        return ulds

    def _unload(self, flight: Flight, deck: Deck, ulds: Sequence[Uld]) -> Steps:
        train: Train | None = None
        numbers = count()
        for place, uld in enumerate(ulds):
            yield after(self.env, self.site.apron.lift[deck])
            uld.lifted = self.now
            if train is None:
                load = ulds[place : place + self.site.apron.dollies_per_train]
                self.to_be_hauled[flight.number, int(deck)] = load
                yield self.tugs.request((flight.number, int(deck)), tugs=1)
                train = Train(flight.number, int(deck), next(numbers), min(each.hall for each in load), self.now)
                self.trains.append(train)
            uld.on_train = self.now
            uld.train = train.train
            train.ulds.append(uld)
            if len(train.ulds) == self.site.apron.dollies_per_train or uld is ulds[-1]:
                self.env.process(self._haul(train))
                train = None

    def _haul(self, train: Train) -> Steps:
        train.left = self.now
        train.n_ulds = len(train.ulds)
        round_trip = sorted({uld.hall for uld in train.ulds})
        train.hall = round_trip[0]
        yield after(self.env, self.site.halls[train.hall].trip_out)
        train.at_door = self.now
        for stop, number in enumerate(round_trip):
            if stop > 0:
                yield after(self.env, self.site.apron.between_halls)
            yield self.env.all_of([self._set_down(uld) for uld in train.ulds if uld.hall == number])
        train.placed = self.now
        yield after(self.env, self.site.halls[round_trip[-1]].trip_back)
        train.returned = self.now
        self.tugs.release(tugs=1)

    def _set_down(self, uld: Uld) -> simpy.Event:
        hall = self.halls[uld.hall]
        uld.at_door = self.now
        position = hall.positions.request((uld.flight, uld.index), positions=1)
        self.env.process(hall.break_down(uld, position))
        return position

    def trace(self) -> Trace:
        end = self.inputs.end
        pools = [(NEVER, pool) for pool in (self.stands, self.loader_sets, self.tugs)]
        pools += [(number, pool) for number, hall in enumerate(self.halls) for pool in hall.pools]
        if self.exports is not None:
            pools.append((NEVER, self.exports.tugs))
            for place in self.exports.halls:
                pools += [(place.number, pool) for pool in place.pools]
        tokens = [
            Tokens(name, number, held, pool.lacked_until(end)[name])
            for number, pool in pools
            for name, held in pool.held_until(end).items()
        ]
        for parcel in self.recorded:  # a service picked in an outage is recorded before it begins
            if parcel.sort_begin >= end:
                parcel.sort_begin = NEVER
            if parcel.second_begin >= end:
                parcel.second_begin = NEVER
            if parcel.pack_begin >= end:
                parcel.pack_begin = parcel.post = NEVER
        for row in self.connections:
            row.n_refused = sum(hall.n_refused[row.flight, row.route] for hall in self.halls)
        seen: dict[str, Sequence[Any]] = {
            "flights": self.visits,
            "ulds": self.ulds,
            "trains": self.trains,
            "shuttles": self.shuttles,
            "trucks": self.outbound.trucks,
            "loads": [*self.outbound.loads, *(() if self.exports is None else self.exports.loads_flown)],
            "connections": self.connections,
            "refusals": [row for hall in self.halls for row in hall.refusals],
            "packout": [row for number, hall in enumerate(self.halls) for row in hall.packing_counts(number)],
            "customs": sorted(self.customs, key=lambda customs: customs.flight),
            "parcels": sorted(self.recorded, key=lambda parcel: parcel.key),
            "pools": tokens,
            **self._exports_seen(),
        }
        of_entities = {schema_of(row).name: in_columns(row, seen[schema_of(row).name]) for row in ENTITIES}
        return Trace(
            of_entities
            | {
                table: {column: [getattr(row, column) for row in seen[table]] for column in columns}
                for table, columns in COLUMNS.items()
                if table not in of_entities
            }
        )

    def _exports_seen(self) -> dict[str, Sequence[Any]]:
        exports = self.exports
        if exports is None:
            return dict.fromkeys(("collections", "out_ulds", "out_loads", "out_trains", "out_parcels"), ())
        for parcel in exports.recorded:
            if parcel.sort_begin >= self.inputs.end:
                parcel.sort_begin = NEVER
        return {
            "collections": exports.pickups,
            "out_ulds": exports.ulds,
            "out_loads": exports.loads,
            "out_trains": exports.trains,
            "out_parcels": sorted(exports.recorded, key=lambda parcel: parcel.key),
        }
