"""The outbound load of a flight: built ULDs and empty ULDs.

Their own trains bring them, and the flight's crew loads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import simpy

from sim.domain import export_entities
from sim.domain.entities import Visit
from sim.domain.exports import ExportSite
from sim.domain.flight import Deck, Flight
from sim.domain.site import Site
from sim.processes.buildup import BuildUp, OutUld
from sim.processes.export_hall import ExportHall
from sim.processes.phases import Process, after, at, start
from sim.processes.pool import Pool
from sim.record.recorder import Recorder
from sim.rules.ulds_fly import Built, Room
from sim.units import NEVER


@dataclass(frozen=True, slots=True)
class _Position:
    """The load of a position of the aircraft: a ULD, or a stack of empty ULDs."""

    deck: Deck
    hall: int
    uld: OutUld | None


@dataclass(slots=True, kw_only=True)
class _Train(export_entities.OutTrain):
    load: Sequence[_Position]
    is_there: simpy.Event
    is_empty: simpy.Event


@dataclass(slots=True)
class Loading:
    env: simpy.Environment
    site: Site
    rules: ExportSite
    halls: Sequence[ExportHall]
    build_up: BuildUp
    record: Recorder
    tugs: Pool
    load: dict[int, list[OutUld]] = field(default_factory=dict)

    def divert(self, flight: Flight) -> None:
        """A flight does not arrive: its ULDs wait for the next flight."""
        self.build_up.lanes[flight.export_lane].drop(flight)

    def process(self, flight: Flight, visit: Visit) -> Process:
        """Loading from the end of unloading until the crew is free."""
        env = self.env
        begin = flight.sobt - self.rules.close_out
        if env.now < begin:
            yield at(env, begin)
        boarded = env.event()

        def take() -> None:
            boarded.succeed(self._take(flight, visit))

        self.build_up.at_loading(flight.number, take)
        positions = yield boarded
        assert isinstance(positions, list)
        trains = self._trains(flight, positions)
        yield simpy.AllOf(env, [env.process(self._lift(trains, deck)) for deck in Deck])
        yield after(env, self.rules.doors_close)
        visit.loading_end = int(env.now)

    def depart(self, flight: Flight, visit: Visit) -> None:
        """Off-block: the flight's ULDs have left."""
        for uld in self.load.pop(flight.number):
            uld.departed = visit.aobt
            self.build_up.depart(uld)
            self.halls[uld.hall].build_up.consume(empty_ulds=1)

    def _take(self, flight: Flight, visit: Visit) -> list[_Position]:
        """The flight's load, ULDs first, all in order, within positions and limits."""
        now, lane = int(self.env.now), self.build_up.lanes[flight.export_lane]
        lane.drop(flight)
        limits = self.build_up.limits(flight)
        left = [flight.n_main_deck, flight.n_lower_deck]
        built = [uld for uld in lane.standing if uld.built != NEVER]
        room = Room((left[0], left[1]), limits.payload, [(uld.mass, uld.volume) for uld in limits.uld])
        chosen = self.site.rules.ulds_fly(
            [Built(*(getattr(uld, name) for name in Built._fields)) for uld in built], room
        )
        taken = [built[i] for i in chosen]
        for uld in taken:
            uld.flight, uld.taken = flight.number, now
            left[uld.deck] -= 1
        lane.standing = [uld for uld in lane.standing if uld.flight == NEVER]
        self.load[flight.number] = taken
        stacks = self._take_empties(left)
        visit.loading_start = now
        visit.n_ulds_out = len(taken)
        visit.n_parcels_out = sum(uld.n_parcels for uld in taken)
        visit.n_empties_out = sum(n for _, _, n in stacks)
        self.build_up.leave_behind(flight.export_lane, visit)
        full = [_Position(Deck(uld.deck), uld.hall, uld) for uld in taken]
        return full + [_Position(Deck(deck), hall, None) for deck, hall, _ in stacks]

    def _take_empties(self, left: Sequence[int]) -> list[tuple[int, int, int]]:
        spare = [max(0, hall.build_up.free["empty_ulds"] - hall.limits.empty_ulds) for hall in self.halls]
        stacks = self.site.rules.empties(spare, left, self.rules.stack)
        for _, hall, n in stacks:
            self.halls[hall].build_up.withdraw(empty_ulds=n)
        return stacks

    def _trains(self, flight: Flight, positions: Sequence[_Position]) -> list[_Train]:
        """Send all trains: deck by deck, hall by hall."""
        trains: list[_Train] = []
        size = self.site.apron.dollies_per_train
        for deck in Deck:
            for hall in range(len(self.halls)):
                load_of_deck = [position for position in positions if (position.deck, position.hall) == (deck, hall)]
                for first in range(0, len(load_of_deck), size):
                    load = load_of_deck[first : first + size]
                    known = flight.number, len(trains), int(deck), hall, len(load)
                    trains.append(_Train(*known, load=load, is_there=self.env.event(), is_empty=self.env.event()))
        for train in trains:
            self.record.out_trains.append(train)
            start(self._drive(train))
        return trains

    def _drive(self, train: _Train) -> Process:
        env, hall = self.env, self.site.halls[train.hall]
        yield self.tugs.request((train.flight, train.train), outbound_tugs=1)
        train.granted = int(env.now)
        yield after(env, hall.trip_back)
        train.at_aircraft = int(env.now)
        train.is_there.succeed()
        yield train.is_empty
        train.emptied = int(env.now)
        yield after(env, hall.trip_out)
        train.returned = int(env.now)
        self.record.out_trains.close(train)
        self.tugs.release(outbound_tugs=1)

    def _lift(self, trains: Sequence[_Train], deck: Deck) -> Process:
        """One loader fills one deck, train after train."""
        for train in trains:
            if train.deck == deck:
                yield train.is_there
                for position in train.load:
                    yield after(self.env, self.site.apron.lift[deck])
                    if position.uld is not None:
                        position.uld.loaded = int(self.env.now)
                train.is_empty.succeed()
