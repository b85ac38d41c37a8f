"""Rows with future instants, kept until these instants are needed."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.ordering import Chunk, grouped, hub_order, joined, pick, taken
from sim.units import TICKS_PER_H, Ticks


class Coming:
    """Parcels that will arrive somewhere, and are taken in the order of the hub.

    >>> coming = Coming()
    >>> coming.add(np.array([2, 7]), np.array([10, 11]))
    >>> coming.add(np.array([1, 7, 9]), np.array([5, 6, 7]))
    >>> [column.tolist() for column in coming.take(7)]
    [[1, 2, 7, 7], [5, 10, 6, 11]]
    >>> coming.take(8) is None
    True
    """

    def __init__(self) -> None:
        self._chunks: list[Chunk] = []

    def add(self, instant: Ticks, parcel: Ticks) -> None:
        """Parcels (P), in the order of the hub."""
        self._chunks.append((instant, parcel))

    def take(self, until: int) -> Chunk | None:
        """Parcels that arrive by an instant (inclusive): instants and parcels (P); None if there are none."""
        now, self._chunks = split_ascending(self._chunks, until)
        return _merged(now) if now else None


class Pending:
    """Rows with instants in any order, which are taken after their instants.

    >>> pending = Pending()
    >>> pending.add(np.array([7, 2, 5]), np.array([10, 11, 12]))
    >>> [column.tolist() for column in pending.take(4)]
    [[2], [11]]
    >>> [column.tolist() for column in pending.take(9)]
    [[7, 5], [10, 12]]
    """

    def __init__(self) -> None:
        self._new: list[Chunk] = []
        self._later: dict[int, list[Chunk]] = {}
        """Rows that were in the future at the first check, by hour, so that future hours need no check."""

    def add(self, instant: Ticks, *others: NDArray[Any]) -> None:
        """Columns of P rows."""
        self._new.append((instant, *others))

    def take(self, until: int) -> Chunk | None:
        """Rows with instants up to this one (inclusive), in no order: the columns of P rows; None if there are none."""
        due = [self._later.pop(hour) for hour in list(self._later) if hour <= until // TICKS_PER_H]
        chunks, self._new = [*self._new, *chain.from_iterable(due)], []
        if not chunks:
            return None
        rows = joined(chunks)
        is_now = rows[0] <= until
        n_now = int(np.count_nonzero(is_now))
        if n_now == len(is_now):
            return rows
        later = pick(~is_now, *rows) if n_now else rows
        for hour, part in grouped(later[0] // TICKS_PER_H, *later):
            self._later.setdefault(hour, []).append(part)
        return pick(is_now, *rows) if n_now else None

    def waiting(self) -> list[Chunk]:
        """Rows that have not been taken, in no order."""
        return [*self._new, *chain.from_iterable(self._later.values())]


def split_ascending(chunks: Sequence[Chunk], until: int, by: int = 0) -> tuple[list[Chunk], list[Chunk]]:
    """The parts of chunks, of one row at least, up to an instant (inclusive), and after it.

    Instants ascend in the column `by` of each chunk. Views of chunks are returned, without empty ones.

    >>> ((now,),), ((later,),) = split_ascending([(np.array([1, 3, 5]),)], 3)
    >>> now.tolist(), later.tolist()
    ([1, 3], [5])
    """
    now, later = [], []
    for chunk in chunks:
        instants = chunk[by]
        if instants[-1] <= until:
            now.append(chunk)
        elif instants[0] > until:
            later.append(chunk)
        else:
            n = int(instants.searchsorted(until, "right"))
            now.append(tuple([column[:n] for column in chunk]))
            later.append(tuple([column[n:] for column in chunk]))
    return now, later


def _merged(chunks: Sequence[Chunk]) -> Chunk:
    """Chunks merged into one in the order of the hub."""
    if len(chunks) == 1:
        return chunks[0]
    instant, parcel = joined(chunks)
    return taken(hub_order(instant, parcel), instant, parcel)
