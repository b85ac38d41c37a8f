"""What people at desks and machines did, and when work waited for them: sums, and counts by bin."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.domain.site import Manning
from sim.kernels.batches import Batches
from sim.kernels.tallies import count_instants, sum_within
from sim.units import Ticks

Span = tuple[int, int]
"""From the first instant to before the second [ticks]."""


class StaffTime(NamedTuple):
    """Of the people of one kind, in the measured days [ticks]."""

    lacked: int
    """How long work waited for them."""
    overtime: int
    """Posts held beyond those manned, times how long."""
    busy: int = 0
    """Posts in use, times how long; of desks only."""


class DeskTally:
    """Desks of a kind: who came, began and was done by bin (B), and sums over the run and over the measured days.

    All of it is told once the tally is closed.
    """

    def __init__(self, end: int, measured: Span, width: int, manning: Manning) -> None:
        self._spans = ((0, end), measured)
        self._width, self._manning = width, manning
        n_bins = -(-end // width)
        self.came, self.begun, self.done = (np.zeros(n_bins, dtype=np.int64) for _ in range(3))
        self._lacked, self._busy = [0, 0], [0, 0]
        self._last_begin = 0
        self._steps = np.array(manning.start, dtype=np.int64)
        self._in_hand: list[list[int]] = [[] for _ in manning.start]
        """When services that are in hand at each step end."""
        self._batches = Batches(self._count)

    def add(self, arrival: Ticks, begin: Ticks, end: Ticks) -> None:
        """Services (P) in the order of their arrivals, all ascending; instants beyond the run did not happen."""
        self._batches.add(arrival, begin, end)

    def close(self) -> None:
        """The run is over."""
        self._batches.close()

    def _count(self, arrival: Ticks, begin: Ticks, end: Ticks) -> None:
        for instants, counts in ((arrival, self.came), (begin, self.begun), (end, self.done)):
            count_instants(instants, self._width, counts)
        # Who begins next heads the queue since it came or since the one before it began.
        heads = np.maximum(arrival, np.concatenate(([self._last_begin], begin[:-1])))
        self._last_begin = int(begin[-1])
        for i, span in enumerate(self._spans):
            waited_since, since, until = (sum_within(instants, span) for instants in (heads, begin, end))
            self._lacked[i] += since - waited_since
            self._busy[i] += until - since
        first, stop = end.searchsorted(self._steps, "right"), begin.searchsorted(self._steps, "left")
        for step in np.flatnonzero(stop > first).tolist():
            self._in_hand[step] += end[first[step] : stop[step]].tolist()

    @property
    def run(self) -> tuple[int, int]:
        """Over the whole run: how long the desks were held, and how long work waited for one [ticks]."""
        return self._busy[0], self._lacked[0]

    @property
    def measured(self) -> StaffTime:
        return StaffTime(self._lacked[1], self._overtime(), self._busy[1])

    def _overtime(self) -> int:
        low, high = self._spans[1]
        start, posts = self._manning.start, self._manning.posts
        steps = zip(self._in_hand, posts, start, (*start[1:], high), strict=True)
        return sum(
            max(0, min(end, until, high) - max(since, low))
            for ends, n_manned, since, until in steps
            for end in sorted(ends)[: max(0, len(ends) - n_manned)]  # the others may still be at their posts
        )


class ShortTally:
    """How long there was work in the measured days while not all posts were manned."""

    def __init__(self, measured: Span, manning: Manning) -> None:
        self._measured = measured
        short = np.array(manning.posts) < manning.posts[-1]
        self._start = np.array(manning.start, dtype=np.float64)
        self._short = np.concatenate(([0.0], np.cumsum(np.diff(self._start) * short[:-1])))
        self._done = 0
        self.is_ever_short = len(manning.start) > 1
        self._time = 0
        self._batches = Batches(self._count)

    def add(self, arrival: Ticks, end: Ticks) -> None:
        """Work (P) in the order of its arrival, ascending over all calls."""
        if self.is_ever_short:
            self._batches.add(arrival, end)

    @property
    def time(self) -> int:
        """So far [ticks]."""
        self._batches.close()
        return self._time

    def _count(self, arrival: Ticks, end: Ticks) -> None:
        done = np.maximum.accumulate(np.concatenate(([self._done], end)))
        self._done = int(done[-1])
        since = np.maximum(arrival, done[:-1])
        self._time += int((self._short_until(np.maximum(since, end)) - self._short_until(since)).sum())

    def _short_until(self, instants: Ticks) -> NDArray[np.float64]:
        """Exact: whole numbers below 2⁵³, and slopes of 0 and 1."""
        return np.interp(np.clip(instants, *self._measured), self._start, self._short)
