"""Counts during the run: people's work and waits, units that arrive and leave, the fullest chute."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.domain.entities import ChuteCount
from sim.domain.site import Manning
from sim.kernels.batches import Batches
from sim.kernels.ordering import ascending, grouped
from sim.kernels.tallies import add_times, count_instants, is_within, sum_within, without_touching
from sim.units import FOREVER, NEVER, Numbers, Ticks

Span = tuple[int, int]
"""From the first instant to before the second [ticks]."""


class StaffTime(NamedTuple):
    """Times of the people of one kind, in the measured days [ticks]."""

    lacked: int
    """Time that work waited for them."""
    overtime: int
    """Sum over time of posts held above those manned."""
    busy: int = 0
    """Sum over time of posts in use; for desks only."""


class DeskTally:
    """Desks of a kind: arrivals and time in use by bin (B), and sums over the run and over the measured days.

    The results are available once the tally is closed.
    """

    def __init__(self, end: int, measured: Span, width: int, manning: Manning) -> None:
        self._spans = ((0, end), measured)
        self._width, self._manning = width, manning
        n_bins = -(-end // width)
        self.came, self.used = (np.zeros(n_bins, dtype=np.int64) for _ in range(2))
        self._lacked, self._busy = [0, 0], [0, 0]
        self._last_begin = 0
        self._steps = np.array(manning.start, dtype=np.int64)
        self._in_hand: list[list[int]] = [[] for _ in manning.start]
        """Ends of the services in hand at each step."""
        self._batches = Batches(self._count)

    def add(self, arrival: Ticks, begin: Ticks, end: Ticks) -> None:
        """Services (P) in the order of their arrivals, all ascending; instants beyond the run did not happen."""
        self._batches.add(arrival, begin, end)

    def close(self) -> None:
        """End the run."""
        self._batches.close()

    def _count(self, arrival: Ticks, begin: Ticks, end: Ticks) -> None:
        count_instants(arrival, self._width, self.came)
        add_times(begin, end, self._width, self.used)
        # The next service heads the queue from its arrival, or from the start of the service before it.
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
        """Over the whole run: time that desks were held, and time that work waited for a desk [ticks]."""
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
    """Time in the measured days with work while not all posts were manned."""

    def __init__(self, measured: Span, manning: Manning) -> None:
        self._measured = measured
        short = np.array(manning.posts) < manning.posts[-1]
        self._start = np.array(manning.start, dtype=float)
        self._short = np.concatenate(([0.0], np.cumsum(np.diff(self._start) * short[:-1])))
        self._latest = 0
        """The end of all work that was added."""
        self._done = 0
        """The end of all work that was counted."""
        self.is_ever_short = len(manning.start) > 1
        self._time = 0
        self._batches = Batches(self._count)

    def add(self, arrival: Ticks, end: Ticks) -> None:
        """Work (P) in the order of its arrival, ascending over all calls, and its ends, ascending.

        An end need not belong to the arrival in the same row, because it counts only when all earlier arrivals are
        done.
        """
        if self.is_ever_short:
            self._latest = max(self._latest, int(end[-1]))
            self._batches.add(*without_touching(arrival, end, arrival[1:] > end[:-1]))

    def add_without_gap(self, last: int, end: int) -> bool:
        """Add work by its last arrival and latest end, if it arrived before earlier work ended.

        Returns whether it was added; if not, `add` needs every arrival and end.
        """
        has_no_gap = last <= self._latest
        if has_no_gap:
            self._latest = max(self._latest, end)
            self._batches.add(np.array([last]), np.array([end]))
        return has_no_gap

    @property
    def time(self) -> int:
        """The time so far [ticks]."""
        self._batches.close()
        return self._time

    def _count(self, arrival: Ticks, end: Ticks) -> None:
        done = np.maximum.accumulate(np.concatenate(([self._done], end)))
        self._done = int(done[-1])
        # Between two arrivals before which all work was done, there is always work.
        idle = np.flatnonzero(arrival > done[:-1])
        begun, ended = np.concatenate((done[:1], arrival[idle])), np.concatenate((done[idle], done[-1:]))
        self._time += int((self._short_until(ended) - self._short_until(begun)).sum())

    def _short_until(self, instants: Ticks) -> Numbers:
        """Exact: whole numbers below 2⁵³, and slopes of 0 and 1."""
        return np.interp(np.clip(instants, *self._measured), self._start, self._short)


Chutes = NDArray[np.uint16]
"""Chutes of a hall, numbered machine by machine and route by route."""


class _Stays(NamedTuple):
    """Stays in a chute (P)."""

    ready: Ticks
    """Instants in ascending order."""
    longest: int

    @classmethod
    def of(cls, arrival: Ticks, ready: Ticks) -> "_Stays":
        return cls(ascending(ready), int((ready - arrival).max()))

    def after(self, instant: int) -> "_Stays":
        """The stays that end later."""
        return self._replace(ready=self.ready[self.ready.searchsorted(instant, "right") :])


class FullestChute:
    """The fullest of the chutes (C), from the stays of units in them. Once closed, the hall's count has it."""

    def __init__(
        self, count: ChuteCount, measured: tuple[int, int], posts: Ticks, places: Sequence[tuple[int, int]]
    ) -> None:
        """`posts` (C): number of packers at each chute; `places` (C): its machine and its first route."""
        self._count, self._measured, self._posts = count, measured, posts
        self._places = places
        self._shortest = FOREVER
        """Shortest packing so far [ticks]."""
        self._best = (0, NEVER, NEVER)
        """Negative number of units, instant and chute; the smallest is reported."""
        self._inside: dict[int, list[_Stays]] = {}
        """Stays that may not have ended, by chute."""
        self._batches = Batches(self._look)

    def add(self, arrival: Ticks, ready: Ticks, chute: Chutes, shortest: int) -> None:
        """Stays of units (P) that began after those of earlier calls, ascending in each chute.

        `shortest` is the shortest packing among them, at a manned post [ticks].
        """
        self._shortest = min(self._shortest, shortest)
        self._batches.add(arrival, ready, chute)

    @property
    def units(self) -> int:
        """Units in the fullest chute so far."""
        return -self._best[0]

    def record_peak(self, units: int, instant: int, number: int) -> None:
        """Record the units in a chute at an instant if they are the most so far; the first of equal peaks counts."""
        if (peak := (-units, instant, number)) < self._best:
            self._best, row = peak, self._count
            row.fullest, row.fullest_at = units, instant
            row.machine, row.route = self._places[number]

    def close(self) -> None:
        """End the run."""
        self._batches.close()

    def _look(self, arrival: Ticks, ready: Ticks, chute: Chutes) -> None:
        new = {}
        for number, (came, left) in grouped(chute, arrival, ready):
            new[number] = came
            before = [stays.after(int(came[0])) for stays in self._inside.get(number, [])]
            self._inside[number] = [*(stays for stays in before if len(stays.ready)), _Stays.of(came, left)]
        most = {number: self._bound(number) for number in new}
        for number in sorted(new, key=most.__getitem__, reverse=True):
            if most[number] < self.units:
                break
            # A peak found later may have been earlier, because its units were packed later.
            self.record_peak(*self._peak(number, new[number]), number)

    def _bound(self, number: int) -> int:
        """Upper bound of the units in a chute.

        Units that are in it at an instant are packed there within the longest stay, one after the other at each post.
        """
        stays = self._inside[number]
        longest = max(part.longest for part in stays)
        return min(int(self._posts[number]) * (longest // self._shortest + 1), sum(len(part.ready) for part in stays))

    def _peak(self, number: int, arrival: Ticks) -> tuple[int, int]:
        """The most units in a chute at the arrivals of the last units (P), and the instant."""
        ready = ascending(np.concatenate([stays.ready for stays in self._inside[number]]))
        n_before = len(ready) - len(arrival)
        inside = n_before + np.arange(1, len(arrival) + 1) - ready.searchsorted(arrival, "right")
        inside[~is_within(arrival, self._measured)] = 0
        peak = int(inside.argmax())
        return int(inside[peak]), int(arrival[peak])
