"""The work done at servers whose speeds change, at all of them at the same instants."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.units import Ticks


class WorkDone:
    """Work done or idled away at S servers: straight pieces, since their speeds hold from one change to the next.

    >>> done = WorkDone(2)
    >>> done.change(0, np.array([1, 2]))
    >>> done.change(10, np.array([3, 0]))
    >>> done.by(12).tolist(), done.at(np.array([9, 12]), np.array([0, 0])).tolist()
    ([16, 20], [9, 16])
    >>> server = np.array([0, 0, 1])
    >>> done.instant_after(np.array([10, 11, 19]), server).tolist()
    [10, 11, 10]
    >>> done.instant_reaching(np.array([10, 11, 19]), server).tolist()
    [10, 11, 10]
    """

    def __init__(self, n_servers: int) -> None:
        nothing = np.zeros(n_servers, dtype=np.int64)
        self._since, self._work, self._speed = [0, 0], [nothing, nothing], [nothing, nothing]
        """When each piece (K) begins, the work by then and the speed from then on (S)."""
        self._number = np.arange(n_servers)
        self._work_bits = 63 - n_servers.bit_length()

    def change(self, since: int, speed: Ticks) -> None:
        """Speeds (S) from an instant on, at or after the last change."""
        self._work.append(self.by(since))
        self._since.append(since)
        self._speed.append(speed)

    def by(self, instant: int) -> Ticks:
        """Work (S) by an instant after the last change."""
        work: Ticks = self._work[-1] + self._speed[-1] * (instant - self._since[-1])
        return work

    def at(self, instant: Ticks, server: NDArray[np.unsignedinteger]) -> Ticks:
        """Work at servers (P) by instants (P) after the last change but one."""
        since = instant - self._since[-1]
        before, after = np.minimum(since, 0), np.maximum(since, 0)
        work: Ticks = self._work[-1][server] + self._speed[-1][server] * after + self._speed[-2][server] * before
        return work

    def instant_after(self, work: Ticks, server: NDArray[np.unsignedinteger]) -> Ticks:
        """When servers (P) go on from work (P), rounded up: what begins may not begin while they stand still."""
        return self._instant(work, server, "right")

    def instant_reaching(self, work: Ticks, server: NDArray[np.unsignedinteger]) -> Ticks:
        """When servers (P) have done work (P), rounded up."""
        return self._instant(work, server, "left")

    def forget(self) -> None:
        """All but the last two pieces: nobody asks for instants before the last change but one any more."""
        del self._since[:-2], self._work[:-2], self._speed[:-2]

    def _instant(
        self,
        work: Ticks,
        server: NDArray[np.unsignedinteger],
        side: Literal["left", "right"],
    ) -> Ticks:
        # The pieces of all servers, one server's after another's, ascend: so one search finds the pieces of all rows.
        offset = self._number << self._work_bits
        edges = (np.array(self._work) + offset).T.ravel()
        place = work + offset[server]
        piece = edges.searchsorted(place, side) - 1
        since = np.tile(self._since, len(offset))[piece]
        instant: Ticks = since - (edges[piece] - place) // np.array(self._speed).T.ravel()[piece]
        return instant
