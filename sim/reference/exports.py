"""Exports from the lanes to the aircraft: one SimPy process for each ULD and train (rules 26 to 32)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from heapq import heappop
from typing import Any

import simpy

from sim.domain.entities import FLOWN, Load
from sim.domain.export_entities import OutLoad, Pickup
from sim.domain.exports import Collection, ExportInputs
from sim.domain.fields import begun
from sim.domain.flight import Deck
from sim.domain.inputs import Inputs
from sim.processes.phases import Phase, after, at, call
from sim.processes.pool import Pool
from sim.reference.export_hall import ExportHall
from sim.reference.hall import Hall
from sim.reference.records import OnClock, OutParcel, OutTrain, OutUld, Parcel, Steps, Visit
from sim.reference.shifts import follow_roster
from sim.rules.ulds_fly import Built, Room
from sim.units import NEVER


class Exports(OnClock):
    """The exports of all halls, and the flights that take them."""

    def __init__(
        self,
        inputs: Inputs,
        env: simpy.Environment,
        halls: Sequence[Hall],
        visits: Sequence[Visit],
    ) -> None:
        assert inputs.exports is not None and inputs.site.exports is not None
        self.env = env
        self.site = inputs.site
        self.rules = inputs.site.exports
        self.drawn: ExportInputs = inputs.exports
        self.first_key = len(inputs.flights)
        """In queues shared with imports, the numbers of collections follow those of flights."""
        self.halls = [ExportHall(env, self.rules, hall, number) for number, hall in enumerate(halls)]
        self.tugs = Pool(env, Phase.BUILD_UP, outbound_tugs=self.rules.tugs)
        follow_roster(env, self.site.apron.manning, (self.tugs,))
        self.visits = visits
        self.pickups: list[Pickup] = []
        self.ulds: list[OutUld] = []
        self.loads: list[OutLoad] = []
        self.loads_flown: list[Load] = []
        self.trains: list[OutTrain] = []
        self.recorded: list[OutParcel] = []
        self.loading_now: list[tuple[Visit, simpy.Event]] = []
        self.closing_now: list[Visit] = []
        for collection in self.drawn.collections:
            self._expect(collection)
        for visit in visits:
            if visit.sobt >= self.rules.cut_off:
                env.process(self._close(visit))
        env.process(self._rounds())

    def _expect(self, collection: Collection) -> None:
        pickup = begun(Pickup, collection)
        self.pickups.append(pickup)
        self.env.process(self.halls[pickup.hall].collect(pickup, lambda: self._draw(collection)))

    def _draw(self, collection: Collection) -> list[OutParcel]:
        drawn = self.drawn.parcels_of(collection)
        names = ("lane", "mass", "volume", "handling", "is_no_read", "is_non_conveyable")
        columns = zip(*(getattr(drawn, name).tolist() for name in names), strict=True)
        first = self.first_key + collection.number
        parcels = [OutParcel((first, row), collection.number, row, *values) for row, values in enumerate(columns)]
        if self.drawn.is_recorded(collection):
            self.recorded += parcels
        return parcels

    # Build-up (rules 26 to 28)

    def _rounds(self) -> Steps:
        while True:
            yield after(self.env, self.rules.build_up_round, Phase.ROUND)
            for lane in range(len(self.rules.lanes)):
                for hall in self.halls:
                    self._form_all(hall, lane, is_last=False)

    def _close(self, visit: Visit) -> Steps:
        yield at(self.env, visit.sobt - self.rules.cut_off)
        self._ring()
        self.closing_now.append(visit)

    def _ring(self) -> None:
        """Loads and cut-offs of one instant are handled together: loads first, each in order of flight."""
        if not self.loading_now and not self.closing_now:
            call(after(self.env, 0, Phase.CUT_OFF), self._cut_off)

    def _cut_off(self, _: simpy.Event) -> None:
        for visit, is_loaded in sorted(self.loading_now, key=lambda both: both[0].number):
            is_loaded.succeed(self._take(visit))
        for visit in sorted(self.closing_now, key=lambda visit: visit.number):
            if not visit.is_diverted:
                for hall in self.halls:
                    self._form_all(hall, visit.export_lane, is_last=True)
        self.loading_now, self.closing_now = [], []

    def _next_flight(self, lane: int) -> Visit | None:
        of_lane = sorted((v for v in self.visits if v.export_lane == lane), key=lambda v: (v.sobt, v.number))
        to_come = [visit for visit in of_lane if visit.loading_start == NEVER and not visit.is_diverted]
        return to_come[0] if to_come else of_lane[-1] if of_lane else None

    def _standing(self, lane: int) -> list[OutUld]:
        return [uld for uld in self.ulds if uld.lane == lane and uld.flight == NEVER]

    def _form_all(self, hall: ExportHall, lane: int, *, is_last: bool) -> None:
        """Form ULDs first from a hall's exports, then from the imports of each route that flies there."""
        self._form(hall, lane, NEVER, hall.lanes[lane], is_last=is_last)
        for route, flies_to in enumerate(self.site.flies_to):
            if flies_to == lane:
                self._form(hall, lane, route, hall.hall.docks[route].queue, is_last=is_last)

    def _form(self, hall: ExportHall, lane: int, route: int, queue: list[Any], *, is_last: bool) -> None:
        """Form full ULDs and, if `is_last`, a last ULD from the rest."""
        visit = self._next_flight(lane)
        while visit is not None and queue:
            decks = [uld.deck for uld in self._standing(lane)]
            positions = visit.flight.n_main_deck, visit.flight.n_lower_deck
            deck = self.site.rules.deck((decks.count(Deck.MAIN), decks.count(Deck.LOWER)), positions)
            limits = self.rules.aircraft[visit.aircraft].uld[deck]
            in_order = [parcel for _, _, parcel in sorted(queue, key=lambda entry: entry[:2])]
            n = mass = volume = 0
            for parcel in in_order:
                if mass + parcel.mass > limits.mass or volume + parcel.volume > limits.volume:
                    break
                n, mass, volume = n + 1, mass + parcel.mass, volume + parcel.volume
            if n == len(in_order) and not is_last:
                break
            load = [heappop(queue)[-1] for _ in range(n)]
            sequence = hall.n_formed[lane]
            known = hall.number, lane, sequence, int(deck), self.now, n, mass, volume, route
            self._send(hall, OutUld(*known, load=load))

    def _send(self, hall: ExportHall, uld: OutUld) -> None:
        hall.n_formed[uld.lane] += 1
        self.ulds.append(uld)
        for parcel in uld.load:
            if isinstance(parcel, OutParcel):
                parcel.formed = self.now
            else:
                parcel.cut_off = self.now
        of_exports = Counter(parcel.collection for parcel in uld.load if isinstance(parcel, OutParcel))
        self.loads += [OutLoad(*uld.key, collection, of_exports[collection]) for collection in sorted(of_exports)]
        imports = [parcel for parcel in uld.load if isinstance(parcel, Parcel)]
        for flight in sorted({parcel.flight for parcel in imports}):
            of_flight = [parcel for parcel in imports if parcel.flight == flight]
            n, value = sum(parcel.count for parcel in of_flight), sum(parcel.value for parcel in of_flight)
            self.loads_flown.append(Load(uld.hall, uld.route, FLOWN, uld.sequence, flight, n, value))
        self.env.process(self._build(hall, uld))

    def _build(self, hall: ExportHall, uld: OutUld) -> Steps:
        workers = self.rules.workers_per_place
        yield hall.build_up.request((uld.lane, uld.sequence), build_up_places=1, build_up_workers=workers, empty_ulds=1)
        uld.start = self.now
        yield after(self.env, self.rules.build_up_fixed + uld.n_parcels * self.rules.build_up_parcel)
        uld.built = self.now
        hall.build_up.release(build_up_places=1, build_up_workers=workers)
        if uld.route == NEVER:
            hall.floor.release(export_floor=uld.n_parcels)
        else:
            hall.hall.breakdown.release(floor=uld.n_parcels)

    # Loading (rules 29 to 32)

    def load(self, visit: Visit) -> Steps:
        """Load a flight that has been unloaded, until its crew is free."""
        yield at(self.env, max(self.now, visit.sobt - self.rules.close_out))
        is_loaded = self.env.event()
        self._ring()
        self.loading_now.append((visit, is_loaded))
        trains: list[OutTrain] = yield is_loaded
        for train in trains:
            self.env.process(self._drive(train))
        decks = [[train for train in trains if train.deck == deck] for deck in Deck]
        yield self.env.all_of([self.env.process(self._lift(deck)) for deck in decks])
        yield after(self.env, self.rules.doors_close)
        visit.loading_end = self.now

    def _take(self, visit: Visit) -> list[OutTrain]:
        """Choose the load, as trains in the order in which they are requested."""
        limits, lane = self.rules.aircraft[visit.aircraft], visit.export_lane
        left = {Deck.MAIN: visit.flight.n_main_deck, Deck.LOWER: visit.flight.n_lower_deck}
        visit.loading_start = self.now
        built = [uld for uld in self._standing(lane) if uld.built != NEVER]
        positions: list[tuple[int, int, OutUld | None]] = []
        most = [(uld.mass, uld.volume) for uld in limits.uld]
        room = Room((left[Deck.MAIN], left[Deck.LOWER]), limits.payload, most)
        facts = [Built(uld.built, uld.hall, uld.sequence, uld.deck, uld.mass, uld.volume) for uld in built]
        for i in self.site.rules.ulds_fly(facts, room):
            uld = built[i]
            uld.flight, uld.taken = visit.number, self.now
            left[Deck(uld.deck)] -= 1
            visit.load.append(uld)
            positions.append((uld.deck, uld.hall, uld))
        spare = [max(0, hall.build_up.free["empty_ulds"] - hall.kept_empties) for hall in self.halls]
        for deck, number, n in self.site.rules.empties(spare, (left[Deck.MAIN], left[Deck.LOWER]), self.rules.stack):
            self.halls[number].build_up.withdraw(empty_ulds=n)
            visit.n_empties_out += n
            positions.append((deck, number, None))
        visit.n_ulds_out = len(visit.load)
        visit.n_parcels_out = sum(uld.n_parcels for uld in visit.load)
        left_behind = [parcel for hall in self.halls for *_, parcel in hall.lanes[lane]]
        standing = [uld for uld in self._standing(lane) if uld.route == NEVER]
        left_behind += [parcel for uld in standing for parcel in uld.load if isinstance(parcel, OutParcel)]
        visit.n_missed_out = len(left_behind)
        for parcel in left_behind:
            self.pickups[parcel.collection].n_missed += not parcel.has_missed
            parcel.has_missed = True
        return self._make_up(visit, positions)

    def _make_up(self, visit: Visit, positions: Iterable[tuple[int, int, OutUld | None]]) -> list[OutTrain]:
        trains: list[OutTrain] = []
        for deck, hall, uld in sorted(positions, key=lambda position: position[:2]):  # stable sort
            last = trains[-1] if trains else None
            if (
                last is None
                or (last.deck, last.hall) != (deck, hall)
                or last.n_positions == self.site.apron.dollies_per_train
            ):
                known = visit.number, len(trains), int(deck), hall, 0
                last = OutTrain(*known, has_come=self.env.event(), is_empty=self.env.event())
                trains.append(last)
            last.load.append(uld)
            last.n_positions += 1
        self.trains += trains
        return trains

    def _drive(self, train: OutTrain) -> Steps:
        hall = self.site.halls[train.hall]
        yield self.tugs.request((train.flight, train.train), outbound_tugs=1)
        train.granted = self.now
        yield after(self.env, hall.trip_back)
        train.at_aircraft = self.now
        train.has_come.succeed()
        yield train.is_empty
        train.emptied = self.now
        yield after(self.env, hall.trip_out)
        train.returned = self.now
        self.tugs.release(outbound_tugs=1)

    def _lift(self, trains: Sequence[OutTrain]) -> Steps:
        for train in trains:
            yield train.has_come
            for uld in train.load:
                yield after(self.env, self.site.apron.lift[train.deck])
                if uld is not None:
                    uld.loaded = self.now
            train.is_empty.succeed()

    def depart(self, visit: Visit) -> None:
        for uld in visit.load:
            uld.departed = self.now
            for parcel in uld.load:
                parcel.departed = self.now
            self.halls[uld.hall].build_up.consume(empty_ulds=1)
