"""Units that arrive at places and leave them, by interval, for the replay."""

import zlib
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.kernels.batches import Batches
from sim.kernels.ordering import pick
from sim.units import Ticks

Counts = NDArray[np.int32]
"""Units that arrived and units that left, by place and interval (2, K, B)."""
_CAME, _LEFT = 0, 1
_BLOCK = 1024


class FlowTally:
    """Units that arrive at places of one kind (K) and leave them, by interval (B); none are counted for a width of 0.

    Counts are kept in blocks of intervals. A block is compressed, place by place, once it is over.
    """

    def __init__(self, end: int, width: int, n_places: int) -> None:
        self._end, self._width, self.n_places = end, width, n_places
        self.n_bins = -(-end // width) if width else 0
        self._open: dict[int, Counts] = {}
        self._closed: dict[int, list[bytes]] = {}
        self._stays, self._arrivals = Batches(self._count_stays), Batches(partial(self._count, _CAME))

    def add(self, place: NDArray[np.integer], arrival: Ticks, leave: Ticks) -> None:
        """Stays of units (P) at places (P); instants beyond the run did not happen."""
        if self._width:
            self._stays.add(place, arrival, leave)

    def arrive(self, place: NDArray[np.integer], arrival: Ticks) -> None:
        """Units (P) that arrive; `leave_at` reports when they leave."""
        if self._width:
            self._arrivals.add(place, arrival)

    def leave_at(self, place: int, now: int, n: int) -> None:
        """This number of units leaves a place together."""
        if self._width:
            block, interval = divmod(now // self._width, _BLOCK)
            self._block(block)[_LEFT, place, interval] += n

    def close(self) -> None:
        """End the run."""
        self._stays.close()
        self._arrivals.close()

    def counts(self, places: slice) -> Counts:
        """Counts of some places (2, k, B), once the tally is closed."""
        blocks = [self._of_block(number, places) for number in range(-(-self.n_bins // _BLOCK))]
        return np.concatenate(blocks, axis=2)[:, :, : self.n_bins]

    def _count_stays(self, place: NDArray[np.integer], arrival: Ticks, leave: Ticks) -> None:
        self._count(_CAME, place, arrival)
        self._count(_LEFT, place, leave)

    def _count(self, which: int, place: NDArray[np.integer], instants: Ticks) -> None:
        last = int(instants.max())
        if last >= self._end:
            place, instants = pick(instants < self._end, place, instants)
            last = int(instants.max(initial=0))
        first = int(instants.min(initial=last)) // self._width
        n = last // self._width - first + 1
        key = instants - first * self._width
        key //= self._width
        key += place * np.int64(n)
        counts = np.bincount(key, minlength=self.n_places * n).reshape(self.n_places, n)
        for number in range(first // _BLOCK, (first + n - 1) // _BLOCK + 1):
            start = number * _BLOCK
            low, high = max(first, start), min(first + n, start + _BLOCK)
            self._block(number)[which, :, low - start : high - start] += counts[:, low - first : high - first]
        if which == _CAME:
            self._compress(first // _BLOCK - 1)

    def _block(self, number: int) -> Counts:
        if number not in self._open:
            self._open[number] = self._of_block(number, slice(None))
            self._closed.pop(number, None)
        return self._open[number]

    def _of_block(self, number: int, places: slice) -> Counts:
        if number in self._open:
            return self._open[number][:, places]
        by_place = self._closed.get(number, [b""] * self.n_places)[places]
        counts = np.zeros((2, len(by_place), _BLOCK), dtype=np.int32)
        for row, content in enumerate(by_place):
            if content:
                counts[:, row] = np.frombuffer(zlib.decompress(content), dtype=np.int32).reshape(2, _BLOCK)
        return counts

    def _compress(self, stop: int) -> None:
        """Compress the blocks before `stop`, which are over; a block that needs more counts is unpacked."""
        for number in [number for number in self._open if number < stop]:
            places = np.ascontiguousarray(self._open.pop(number).transpose(1, 0, 2))
            self._closed[number] = [zlib.compress(counts, 1) for counts in places]
