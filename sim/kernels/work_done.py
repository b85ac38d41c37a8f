"""The work done at servers whose speeds change at the same instants."""

from typing import Literal

import numpy as np

from sim.units import Counts, Ticks


class WorkDone:
    """Work done or idled away at S servers: linear pieces, since speeds are constant between changes.

    The work of a server is a place on one axis, where each server's places follow those of the server before. A column
    sorted by server and work therefore ascends, and one search finds places of all servers.

    >>> done = WorkDone(2)
    >>> done.change(0, np.array([1, 2]))
    >>> done.change(10, np.array([3, 0]))
    >>> (done.by(12) - done.first).tolist(), (done.at(np.array([9, 12]), np.array([2, 0])) - done.first[0]).tolist()
    ([16, 20], [9, 16])
    >>> place = done.first[[0, 0, 1]] + np.array([10, 11, 19])
    >>> done.instant_after(place).tolist()
    [10, 11, 10]
    >>> done.instant_reaching(place).tolist()
    [10, 11, 10]
    """

    def __init__(self, n_servers: int) -> None:
        self.first: Ticks = np.arange(n_servers) << 62 - n_servers.bit_length()
        """The place of each server without any work (S)."""
        nothing = np.zeros(n_servers, dtype=np.int64)
        self._since, self._work, self._speed = [0, 0], [self.first, self.first], [nothing, nothing]
        """The start of each piece (K), the place at that instant, and the speed from then on (S)."""

    def change(self, since: int, speed: Ticks) -> None:
        """Set speeds (S) from an instant on, which is not before the last change."""
        self._work.append(self.by(since))
        self._since.append(since)
        self._speed.append(speed)

    def by(self, instant: int) -> Ticks:
        """Places (S) by an instant after the last change."""
        work: Ticks = self._work[-1] + self._speed[-1] * (instant - self._since[-1])
        return work

    def at(self, instant: Ticks, counts: Counts) -> Ticks:
        """Places by instants (P) after the last change but one, `counts` (S) of each server, server after server."""
        since = instant - self._since[-1]
        before, after = np.minimum(since, 0), np.maximum(since, 0)
        before *= np.repeat(self._speed[-2], counts)
        after *= np.repeat(self._speed[-1], counts)
        place: Ticks = np.repeat(self._work[-1], counts)
        place += before
        place += after
        return place

    def instant_after(self, place: Ticks) -> Ticks:
        """When servers go on from places (P, ascending), rounded up: nothing may begin while they stand still."""
        return self._instant(place, "right")

    def instant_reaching(self, place: Ticks) -> Ticks:
        """When servers have reached places (P, ascending), rounded up."""
        return self._instant(place, "left")

    def forget(self) -> None:
        """Drop all but the last two pieces, because no caller needs earlier instants."""
        del self._since[:-2], self._work[:-2], self._speed[:-2]

    def _instant(self, place: Ticks, side: Literal["left", "right"]) -> Ticks:
        edges = np.array(self._work).ravel("F")
        # Search the few pieces among the places, because the places of a piece follow each other.
        first = place.searchsorted(edges, "right" if side == "left" else "left")
        n = np.diff(first, append=len(place))
        instant: Ticks = np.repeat(np.array(self._since * len(self.first)), n)
        speed = np.repeat(np.array(self._speed).ravel("F"), n)
        # Division of numbers below 2⁵³ is exact when rounded up, and twice as fast as that of integers.
        instant += np.ceil((place - np.repeat(edges, n)) / speed).astype(np.int64)
        return instant
