"""Units that come to machines, chutes, lanes and screening and leave them, by short intervals: what a replay shows."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.kernels.batches import Batches
from sim.units import Ticks

Counts = NDArray[np.int32]
"""(K, B): by place and interval."""


class FlowTally:
    """Units that come to places of one kind (K) and leave them, by interval (B); nothing is counted of a width of 0."""

    def __init__(self, end: int, width: int, n_places: int) -> None:
        self._end, self._width = end, width
        n_bins = -(-end // width) if width else 0
        self.came, self.left = (np.zeros((n_places, n_bins), dtype=np.int32) for _ in range(2))
        self._arrivals, self._leaves = (Batches(partial(self._count, counts)) for counts in (self.came, self.left))

    def add(self, place: NDArray[np.integer], arrival: Ticks, leave: Ticks) -> None:
        """Stays of units (P) at places (P); instants beyond the run did not happen."""
        self.arrive(place, arrival)
        if self._width:
            self._leaves.add(place, leave)

    def arrive(self, place: NDArray[np.integer], arrival: Ticks) -> None:
        """Units (P) that come, and leave when `leave_at` says so."""
        if self._width:
            self._arrivals.add(place, arrival)

    def leave_at(self, place: int, now: int, n: int) -> None:
        """So many units leave a place together."""
        if self._width:
            self.left[place, now // self._width] += n

    def close(self) -> None:
        """The run is over."""
        self._arrivals.close()
        self._leaves.close()

    def _count(self, counts: Counts, place: NDArray[np.integer], instants: Ticks) -> None:
        n_places, n_bins = counts.shape
        bins = np.where(instants < self._end, instants // self._width, n_bins)
        first = int(bins.min())
        n = int(bins.max()) - first + 1
        counted = np.bincount(place * np.int64(n) + (bins - first), minlength=n_places * n).reshape(n_places, n)
        counts[:, first : first + n] += counted[:, : n_bins - first].astype(np.int32)
