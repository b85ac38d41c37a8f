"""Build-up of full ULDs in rounds, of exports and of imports that fly on, and of a last ULD at a flight's cut-off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import simpy

from sim.domain import export_entities
from sim.domain.entities import FLOWN, Load, Visit
from sim.domain.export_entities import OutLoad
from sim.domain.exports import AircraftLimits, UldLimits
from sim.domain.flight import Flight
from sim.domain.trailer import TrailerLimits
from sim.processes.export_hall import ExportHall
from sim.processes.export_store import ExportStore
from sim.processes.lanes import Lanes
from sim.processes.phases import Phase, Process, after, at, call, start
from sim.processes.pool import Pool
from sim.processes.shared import Shared
from sim.record.recorder import StageTally
from sim.units import NEVER, Ticks

_ANY_NUMBER: Final = 1 << 40
"""No limit on the number of parcels: mass and volume limit a ULD."""


@dataclass(frozen=True, slots=True)
class Source:
    """The parcels for a destination's ULDs in a hall: its exports, or imports of a route that flies there."""

    lanes: Lanes
    number: int
    """Number of the lane in that hall."""
    route: int
    """Number of the route; `NEVER`: exports."""
    stages: tuple[StageTally, StageTally]
    """Lane, and build-up."""
    floor: Pool
    token: str
    """The kind of token for a parcel's floor."""


@dataclass(slots=True, kw_only=True)
class OutUld(export_entities.OutUld):
    source: Source
    parcels: Ticks
    """Numbers of the parcels (P)."""
    ready: Ticks
    """Ready instants of the parcels (P)."""


@dataclass(slots=True)
class ExportLane:
    """A destination: flights that have not taken their load, and ULDs that no flight has taken."""

    to_come: list[Flight]
    """Flights in the order of (sobt, number)."""
    last: Flight | None = None
    standing: list[OutUld] = field(default_factory=list)
    last_load: int = NEVER
    """Instant at which a flight last took its load."""

    def __post_init__(self) -> None:
        self.to_come.sort(key=lambda flight: (flight.sobt, flight.number))
        self.last = self.to_come[-1] if self.to_come else None

    @property
    def next(self) -> Flight | None:
        """The flight for which ULDs are built."""
        return self.to_come[0] if self.to_come else self.last

    def drop(self, flight: Flight) -> None:
        """Remove a flight that takes its load, or is diverted."""
        self.to_come.remove(flight)


class BuildUp:
    def __init__(
        self, shared: Shared, halls: Sequence[ExportHall], lanes: Sequence[ExportLane], store: ExportStore
    ) -> None:
        assert shared.site.exports is not None
        self._env, self._record, self._halls = shared.env, shared.record, halls
        self._store, self._imports = store, shared.store
        self._sources = [[self._sources_of(shared, hall, lane) for lane in range(len(lanes))] for hall in halls]
        """Sources by hall and lane."""
        self._rules, self._choose_deck = shared.site.exports, shared.site.rules.deck
        self.lanes = lanes
        self._n_formed = {(hall.number, lane): 0 for hall in halls for lane in range(len(lanes))}
        self._unbuilt: dict[tuple[int, int, int], OutUld] = {}
        self._loading: list[tuple[int, Callable[[], None]]] = []
        """Flights that take their load in this instant's phase of cut-offs, and the functions to call."""
        self._closing: list[tuple[Flight, Visit]] = []
        """Flights whose last ULDs are formed in this phase."""
        self._left: list[tuple[int, Visit, int, int]] = []
        """Flights that left ready parcels in their lane behind, not yet counted: lane, visit, and the instants of the
        previous load and of their own."""

    def _sources_of(self, shared: Shared, hall: ExportHall, lane: int) -> list[Source]:
        record, imports = shared.record, hall.imports
        of_exports = record.export_stages["export_lane"], record.export_stages["build_up"]
        of_imports = record.stages["lane"], record.stages["build_up_of_imports"]
        return [
            Source(hall.lanes, lane, NEVER, of_exports, hall.floor, "export_floor"),
            *(
                Source(imports.lanes, route, route, of_imports, imports.breakdown, "floor")
                for route, flies_to in enumerate(shared.site.flies_to)
                if flies_to == lane
            ),
        ]

    def look(self) -> None:
        """Advance the exports of all halls to now."""
        for hall in self._halls:
            hall.look(int(self._env.now))
        self.count_left()

    def at_loading(self, flight: int, take: Callable[[], None]) -> None:
        """Have a flight take its load in this instant's phase of cut-offs, in order of flights."""
        self._ring()
        self._loading.append((flight, take))

    def _ring(self) -> None:
        if not self._loading and not self._closing:
            call(at(self._env, int(self._env.now), Phase.CUT_OFF), self._cut_offs)

    def _cut_offs(self, _: simpy.Event) -> None:
        """Loads first, then last ULDs. Only these need halls that are advanced to now."""
        for _flight, take in sorted(self._loading, key=lambda entry: entry[0]):
            take()
        if self._closing:
            self.look()
        for flight, visit in sorted(self._closing, key=lambda entry: entry[0].number):
            if not visit.is_diverted:
                self._form_last(flight)
        self._loading, self._closing = [], []

    def rounds(self) -> Process:
        """Form full ULDs in every round."""
        while True:
            yield after(self._env, self._rules.build_up_round, Phase.ROUND)
            self.look()
            for hall in self._halls:
                for lane, sources in enumerate(self._sources[hall.number]):
                    for source in sources:
                        self._form_full(hall, lane, source)

    def cut_off(self, flight: Flight, visit: Visit) -> Process:
        """The last ULDs for a flight, one in each hall; none if it has been diverted."""
        instant = flight.sobt - self._rules.cut_off
        if instant >= 0:
            yield at(self._env, instant)
            self._ring()
            self._closing.append((flight, visit))

    def _form_last(self, flight: Flight) -> None:
        for hall in self._halls:
            for source in self._sources[hall.number][flight.export_lane]:
                self._form_full(hall, flight.export_lane, source)
                if source.lanes.routes[source.number].n:
                    self._form(hall, flight.export_lane, source, *self._next_uld(flight.export_lane))

    def _form_full(self, hall: ExportHall, lane: int, source: Source) -> None:
        """Form ULDs while the ready parcels are more than a ULD can take."""
        ready = source.lanes.routes[source.number]
        while ready.n and self.lanes[lane].next is not None:
            deck, limits = self._next_uld(lane)
            if ready.mass <= limits.mass and ready.volume <= limits.volume:
                break
            self._form(hall, lane, source, deck, limits)

    def _next_uld(self, lane: int) -> tuple[int, UldLimits]:
        """Deck and limits of a lane's next ULD."""
        flight = self.lanes[lane].next
        assert flight is not None
        decks = [uld.deck for uld in self.lanes[lane].standing]
        deck = self._choose_deck((decks.count(0), decks.count(1)), (flight.n_main_deck, flight.n_lower_deck))
        return deck, self.limits(flight).uld[deck]

    def limits(self, flight: Flight) -> AircraftLimits:
        return self._rules.aircraft[flight.aircraft]

    def _form(self, hall: ExportHall, lane: int, source: Source, deck: int, limits: UldLimits) -> None:
        now = int(self._env.now)
        ready, parcels, mass, volume = source.lanes.take(
            source.number, TrailerLimits(_ANY_NUMBER, limits.mass, limits.volume), now
        )
        sequence = self._n_formed[hall.number, lane]
        self._n_formed[hall.number, lane] += 1
        known = hall.number, lane, sequence, deck, now, len(parcels), mass, volume, source.route
        uld = OutUld(*known, source=source, parcels=parcels, ready=ready)
        self._record.out_ulds.append(uld)
        source.stages[0].add(ready, now)
        if source.route == NEVER:
            for load, n in self._store.loads_of(parcels):
                self._record.out_loads.add(OutLoad(*uld.key, self._store.collection_of(load), n))
            self._store.stamp("formed", parcels, now)
        else:
            key = hall.number, source.route, FLOWN, sequence
            for of_flight in self._imports.by_flight(parcels):
                self._record.loads.add(Load(*key, *of_flight))
            self._imports.stamp("cut_off", parcels, now)
        self.lanes[lane].standing.append(uld)
        self._unbuilt[uld.key] = uld
        start(self._build(hall, uld))

    def _build(self, hall: ExportHall, uld: OutUld) -> Process:
        env, rules = self._env, self._rules
        tokens = {"build_up_places": 1, "build_up_workers": rules.workers_per_place}
        yield hall.build_up.request((uld.lane, uld.sequence), **tokens, empty_ulds=1)
        uld.start = int(env.now)
        yield after(env, rules.build_up_fixed + rules.build_up_parcel * uld.n_parcels)
        uld.built = int(env.now)
        del self._unbuilt[uld.key]
        uld.source.stages[1].add(uld.formed, uld.built, uld.n_parcels)
        hall.build_up.release(**tokens)
        uld.source.floor.release(**{uld.source.token: uld.n_parcels})

    def depart(self, uld: OutUld) -> None:
        """Record that its flight is off-block."""
        self._record.out_ulds.close(uld)
        parcels = uld.parcels
        if uld.route != NEVER:
            self._imports.depart(parcels, uld.departed)
            return
        self._store.stamp("departed", parcels, uld.departed)
        for load, n in self._store.loads_of(parcels):
            self._store.leave(load, n)

    def leave_behind(self, number: int, visit: Visit) -> None:
        """A flight takes its load of a lane; exports that are ready, or on ULDs that it does not take, miss it.

        The ready parcels need not be known immediately. They are counted when halls are next advanced; none of them
        leaves its lane before.
        """
        lane, now = self.lanes[number], int(self._env.now)
        for uld in lane.standing:
            if uld.route == NEVER:
                self._miss(visit, lane.last_load, uld.ready, uld.parcels)
        self._left.append((number, visit, lane.last_load, now))
        lane.last_load = now

    def count_left(self) -> None:
        """Count the parcels left behind in lanes, after the halls have been advanced."""
        for number, visit, before, now in self._left:
            for hall in self._halls:
                for ready, parcels in hall.lanes.routes[number].waiting():
                    n = int(ready.searchsorted(now, "right"))
                    self._miss(visit, before, ready[:n], parcels[:n])
        self._left.clear()

    def _miss(self, visit: Visit, before: int, ready: Ticks, parcels: Ticks) -> None:
        """Parcels (P) miss the load of a flight; each counts for its collection the first time."""
        visit.n_missed_out += len(parcels)
        # Parcels that were ready for the load before have already missed that load.
        first = parcels[ready > before]
        for load, n in self._store.loads_of(first) if len(first) else ():
            self._record.collections[self._store.collection_of(load)].n_missed += n

    def close(self, end: int) -> None:
        """Count the stays in build-up that do not end."""
        for uld in self._unbuilt.values():
            uld.source.stages[1].add(uld.formed, end, uld.n_parcels)
