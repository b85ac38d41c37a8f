"""Security screening: parallel lines of constant service, as many as are manned, advanced lazily in columns."""

from collections.abc import Callable

import numpy as np

from sim.domain.site import Manning
from sim.kernels.coming import Coming
from sim.kernels.ordering import joined
from sim.kernels.queueing import Servers, several_servers
from sim.record.flows import FlowTally
from sim.record.staffing import DeskTally
from sim.units import NEVER, Ticks

PassOn = Callable[[Ticks, Ticks], None]
"""Takes when parcels end (P, ascending) and which (P): in the order in which they began."""


class Screening:
    """First come, first served by (instant, parcel)."""

    def __init__(self, manning: Manning, service: int, tally: DeskTally, flows: FlowTally, pass_on: PassOn) -> None:
        self._service, self._tally, self._flows, self._pass_on = service, tally, flows, pass_on
        self._lines = Servers(manning.start, manning.posts)
        self._coming = Coming()
        self._last: dict[int, int] = {}
        self.begun: dict[int, int] = {}
        """When the last parcels of collections begin [ticks]."""
        self.advanced_to = NEVER
        self._done: list[tuple[Ticks, Ticks, Ticks]] = []
        """(arrival, begin, parcel) of what was passed on and not fetched yet."""

    def feed(self, arrival: Ticks, parcels: Ticks) -> None:
        """Parcels (P) of a collection that arrive (ascending) after the instant advanced to."""
        self._coming.add(arrival, parcels)
        self._last[int(parcels[-1])] = int(arrival[-1])

    def advance(self, until: int) -> None:
        """Screen all that has arrived by an instant, included, and pass it on."""
        if until <= self.advanced_to:
            return
        self.advanced_to = until
        arrived = self._coming.take(until)
        if arrived is not None:
            arrival, parcels = arrived
            self._serve(arrival, parcels, until)

    def _serve(self, arrival: Ticks, parcels: Ticks, until: int) -> None:
        begin = several_servers(arrival, self._service, self._lines)
        self._done.append((arrival, begin, parcels))
        for last in [parcel for parcel, instant in self._last.items() if instant <= until]:
            del self._last[last]
            self.begun[last] = int(begin[np.flatnonzero(parcels == last)[0]])
        self._pass_on(begin + self._service, parcels)

    def fetch(self) -> tuple[Ticks, Ticks, Ticks, Ticks] | None:
        """What has been screened since the last time: arrival, begin, end (P, all ascending), parcels (P)."""
        if not self._done:
            return None
        arrival, begin, parcels = joined(self._done)
        self._done.clear()
        self._tally.add(arrival, begin, begin + self._service)
        self._flows.add(np.zeros(len(arrival), dtype=np.int64), arrival, begin + self._service)
        return arrival, begin, begin + self._service, parcels
