"""The fullest that a chute of a hall has been."""

import numpy as np
from numpy.typing import NDArray

from sim.domain.entities import ChuteCount
from sim.kernels.batches import Batches
from sim.kernels.ordering import grouped
from sim.kernels.tallies import is_within
from sim.units import FOREVER, NEVER, Ticks

Chutes = NDArray[np.uint16]
"""Chutes of a hall, numbered machine by machine and route by route."""


class _Stays:
    """Stays in a chute (P)."""

    def __init__(self, arrival: Ticks, ready: Ticks) -> None:
        self.arrival, self.ready = arrival, ready
        self.longest, self.last = int((ready - arrival).max()), int(ready.max())


class FullestChute:
    """Told who is in the chutes (C) from when until when. Once it is closed, the hall's count has the fullest."""

    def __init__(
        self, count: ChuteCount, measured: tuple[int, int], posts: Ticks, first_machine: int, n_routes: int
    ) -> None:
        """`posts` (C): how many pack at each chute."""
        self._count, self._measured, self._posts = count, measured, posts
        self._first_machine, self._n_routes = first_machine, n_routes
        self._shortest = FOREVER
        """Packing so far [ticks]."""
        self._best = (0, NEVER, NEVER)
        """Units below 0, instant and chute: the least of them is told."""
        self._inside: dict[int, list[_Stays]] = {}
        """By chute, all of those who may still be there."""
        self._batches = Batches(self._look)

    def add(self, arrival: Ticks, ready: Ticks, chute: Chutes, shortest: int) -> None:
        """Stays of units (P) that began after those of earlier calls, ascending in each chute.

        `shortest`: packing among them, of a post that is manned [ticks].
        """
        self._shortest = min(self._shortest, shortest)
        self._batches.add(arrival, ready, chute)

    def close(self) -> None:
        """The run is over."""
        self._batches.close()

    def _look(self, arrival: Ticks, ready: Ticks, chute: Chutes) -> None:
        since = int(arrival.min())
        new = {number: _Stays(*stays) for number, stays in grouped(chute, arrival, ready)}
        for number, stays in new.items():
            before = [earlier for earlier in self._inside.get(number, []) if earlier.last > since]
            self._inside[number] = [*before, stays]
        most = {number: self._bound(number) for number in new}
        fullest, peaks = self._count.fullest, [self._best]
        for number in sorted(new, key=most.__getitem__, reverse=True):
            if most[number] < fullest:
                break
            units, instant = self._peak(number)
            peaks.append((-units, instant, number))
            fullest = max(fullest, units)
        # Of several as full the first counts, though it may be packed, and so looked at, after others.
        best = min(peaks)
        if best < self._best:
            self._best = best
            self._tell(*best)

    def _bound(self, number: int) -> int:
        """How many there can have been in a chute at most.

        What is in it at an instant is packed there within the longest stay, one after the other at each post.
        """
        stays = self._inside[number]
        longest = max(part.longest for part in stays)
        return min(int(self._posts[number]) * (longest // self._shortest + 1), sum(len(part.ready) for part in stays))

    def _peak(self, number: int) -> tuple[int, int]:
        """How many units there were in a chute when there were most of them since it was looked at last, and when."""
        stays = self._inside[number]
        arrival = stays[-1].arrival
        ready = np.concatenate([part.ready for part in stays])
        n_before = len(ready) - len(arrival)
        inside = n_before + np.arange(1, len(arrival) + 1) - np.searchsorted(np.sort(ready), arrival, side="right")
        inside[~is_within(arrival, self._measured)] = 0
        peak = int(inside.argmax())
        return int(inside[peak]), int(arrival[peak])

    def _tell(self, fullest_negative: int, instant: int, number: int) -> None:
        row = self._count
        row.fullest, row.fullest_at = -fullest_negative, instant
        machine, row.route = divmod(number, self._n_routes)
        row.machine = self._first_machine + machine
