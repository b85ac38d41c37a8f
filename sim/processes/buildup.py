"""Build-up: full ULDs of exports in rounds, a last one at a flight's cut-off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import simpy

from sim.domain import export_entities
from sim.domain.entities import Visit
from sim.domain.export_entities import OutLoad
from sim.domain.exports import AircraftLimits, UldLimits
from sim.domain.flight import Flight
from sim.domain.site import TrailerLimits
from sim.processes.export_hall import ExportHall
from sim.processes.export_store import ExportStore
from sim.processes.phases import Phase, Process, after, at, call
from sim.processes.shared import Shared
from sim.units import NEVER, Ticks

_ANY_NUMBER: Final = 1 << 40
"""Of parcels: mass and volume limit a ULD, not their number."""


@dataclass(slots=True, kw_only=True)
class OutUld(export_entities.OutUld):
    parcels: Ticks
    """(P)"""
    ready: Ticks
    """Their instants (P)."""


@dataclass(slots=True)
class ExportLane:
    """A destination: its flights that have not taken their load, and its ULDs that no flight has taken."""

    to_come: list[Flight]
    """By (sobt, number)."""
    last: Flight | None = None
    standing: list[OutUld] = field(default_factory=list)
    last_load: int = NEVER
    """When a flight last took its load."""

    def __post_init__(self) -> None:
        self.to_come.sort(key=lambda flight: (flight.sobt, flight.number))
        self.last = self.to_come[-1] if self.to_come else None

    @property
    def next(self) -> Flight | None:
        """The flight that ULDs are built for."""
        return self.to_come[0] if self.to_come else self.last

    def drop(self, flight: Flight) -> None:
        """A flight takes its load, or is diverted."""
        self.to_come.remove(flight)


class BuildUp:
    def __init__(
        self, shared: Shared, halls: Sequence[ExportHall], lanes: Sequence[ExportLane], store: ExportStore
    ) -> None:
        assert shared.site.exports is not None
        self._env, self._record, self._halls, self._store = shared.env, shared.record, halls, store
        self._rules, self._choose_deck = shared.site.exports, shared.site.rules.deck
        self.lanes = lanes
        self._n_formed = {(hall.number, lane): 0 for hall in halls for lane in range(len(lanes))}
        self._closing: list[tuple[int, int, Callable[[], None]]] = []

    def look(self) -> None:
        """Bring the exports of all halls to now."""
        for hall in self._halls:
            hall.look(int(self._env.now))

    def at_cut_off(self, rank: int, flight: int, action: Callable[[], None]) -> None:
        """Have something done in this instant's phase of cut-offs, in order of rank and flight."""
        if not self._closing:
            call(at(self._env, int(self._env.now), Phase.CUT_OFF), self._cut_offs)
        self._closing.append((rank, flight, action))

    def _cut_offs(self, _: simpy.Event) -> None:
        self.look()
        for _rank, _flight, action in sorted(self._closing, key=lambda entry: entry[:2]):
            action()
        self._closing.clear()

    def rounds(self) -> Process:
        """Form full ULDs again and again."""
        while True:
            yield after(self._env, self._rules.build_up_round, Phase.ROUND)
            self.look()
            for hall in self._halls:
                for lane in range(len(self.lanes)):
                    self._form_full(hall, lane)

    def cut_off(self, flight: Flight, visit: Visit) -> Process:
        """The last ULDs for a flight, one a hall; none if it has been diverted by then."""
        instant = flight.sobt - self._rules.cut_off
        if instant >= 0:
            yield at(self._env, instant)
            self.at_cut_off(1, flight.number, lambda: None if visit.is_diverted else self._form_last(flight))

    def _form_last(self, flight: Flight) -> None:
        for hall in self._halls:
            self._form_full(hall, flight.export_lane)
            if hall.lanes.routes[flight.export_lane].n:
                self._form(hall, flight.export_lane, *self._next_uld(flight.export_lane))

    def _form_full(self, hall: ExportHall, lane: int) -> None:
        """ULDs for as long as more is ready than one takes."""
        ready = hall.lanes.routes[lane]
        while ready.n and self.lanes[lane].next is not None:
            deck, limits = self._next_uld(lane)
            if ready.mass <= limits.mass and ready.volume <= limits.volume:
                break
            self._form(hall, lane, deck, limits)

    def _next_uld(self, lane: int) -> tuple[int, UldLimits]:
        """Deck and limits of a lane's next ULD."""
        flight = self.lanes[lane].next
        assert flight is not None
        decks = [uld.deck for uld in self.lanes[lane].standing]
        deck = self._choose_deck((decks.count(0), decks.count(1)), (flight.n_main_deck, flight.n_lower_deck))
        return deck, self.limits(flight).uld[deck]

    def limits(self, flight: Flight) -> AircraftLimits:
        return self._rules.aircraft[flight.aircraft]

    def _form(self, hall: ExportHall, lane: int, deck: int, limits: UldLimits) -> None:
        now = int(self._env.now)
        ready, parcels, mass, volume = hall.lanes.take(
            lane, TrailerLimits(_ANY_NUMBER, limits.mass, limits.volume), now
        )
        sequence = self._n_formed[hall.number, lane]
        self._n_formed[hall.number, lane] += 1
        known = hall.number, lane, sequence, deck, now, len(parcels), mass, volume
        uld = OutUld(*known, parcels=parcels, ready=ready)
        self._record.out_ulds.append(uld)
        self._record.export_stages["export_lane"].add(ready, now)
        self._record.out_loads += [
            OutLoad(*uld.key, self._store.collection_of(load), n) for load, n in self._store.loads_of(parcels)
        ]
        self._store.stamp("formed", parcels, now)
        self.lanes[lane].standing.append(uld)
        self._env.process(self._build(hall, uld))

    def _build(self, hall: ExportHall, uld: OutUld) -> Process:
        env, rules = self._env, self._rules
        tokens = {"build_up_places": 1, "build_up_workers": rules.workers_per_place}
        yield hall.build_up.request((uld.lane, uld.sequence), **tokens, empty_ulds=1)
        uld.start = int(env.now)
        yield after(env, rules.build_up_fixed + rules.build_up_parcel * uld.n_parcels)
        uld.built = int(env.now)
        hall.build_up.release(**tokens)
        hall.floor.release(export_floor=uld.n_parcels)

    def close(self, end: int) -> None:
        """Count the stays in build-up."""
        for uld in self._record.out_ulds:
            built = end if uld.built == NEVER else uld.built
            self._record.export_stages["build_up"].add(uld.formed, built, uld.n_parcels)
