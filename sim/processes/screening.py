"""Security screening: parallel lines of constant service, advanced lazily in columns."""

from collections.abc import Callable

import numpy as np

from sim.kernels.ordering import hub_order
from sim.kernels.queueing import single_server
from sim.units import NEVER, Ticks

PassOn = Callable[[Ticks, Ticks, Ticks, Ticks], None]
"""Takes arrival, begin, end (P, all ascending) and parcels (P)."""


class Screening:
    """First come, first served by (instant, parcel): with equal services the lines take turns."""

    def __init__(self, n_lines: int, service: int, pass_on: PassOn) -> None:
        self._service, self._pass_on = service, pass_on
        self._free_at = [0] * n_lines
        """Of the lines, in the order of their turns."""
        self._coming: list[tuple[Ticks, Ticks]] = []
        self._last: dict[int, int] = {}
        self.begun: dict[int, int] = {}
        """When the last parcels of collections begin [ticks]."""
        self._advanced_to = NEVER

    def feed(self, arrival: Ticks, parcels: Ticks) -> None:
        """Parcels (P) of a collection that arrive (ascending) after the instant advanced to."""
        self._coming.append((arrival, parcels))
        self._last[int(parcels[-1])] = int(arrival[-1])

    def advance(self, until: int) -> None:
        """Screen all that has arrived by an instant, included, and pass it on."""
        if until <= self._advanced_to:
            return
        self._advanced_to = until
        if not self._coming:
            return
        arrival, parcels = (np.concatenate(column) for column in zip(*self._coming, strict=True))
        order = hub_order(arrival, parcels)
        arrival, parcels = arrival[order], parcels[order]
        n = int(np.searchsorted(arrival, until, side="right"))
        self._coming = [(arrival[n:], parcels[n:])] if n < len(arrival) else []
        if n:
            self._serve(arrival[:n], parcels[:n], until)

    def _serve(self, arrival: Ticks, parcels: Ticks, until: int) -> None:
        begin = np.empty(len(arrival), dtype=np.int64)
        lines = len(self._free_at)
        for line in range(min(lines, len(arrival))):
            mine = slice(line, None, lines)
            begin[mine] = single_server(arrival[mine], self._service, self._free_at[line])
            self._free_at[line] = int(begin[mine][-1]) + self._service
        turn = len(arrival) % lines
        self._free_at = self._free_at[turn:] + self._free_at[:turn]
        for last in [parcel for parcel, instant in self._last.items() if instant <= until]:
            del self._last[last]
            self.begun[last] = int(begin[np.flatnonzero(parcels == last)[0]])
        self._pass_on(arrival, begin, begin + self._service, parcels)
