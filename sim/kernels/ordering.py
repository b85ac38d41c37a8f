"""Merging columns into the order of the hub: by group, instant, parcel."""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.units import TICKS_PER_H, Ticks

Chunk = tuple[NDArray[Any], ...]
"""Columns of the same length (P), the first of them instants."""

_POSITION_BITS = 20
_INSTANT_BITS = 34
_MOST_GROUPS = 1 << (63 - _POSITION_BITS - _INSTANT_BITS)


def hub_order(instant: Ticks, parcel: Ticks, group: NDArray[np.unsignedinteger] | None = None) -> NDArray[np.int64]:
    """The permutation that sorts P rows by (group, instant, parcel).

    Instants and positions are packed into one integer, which sorts several times faster than an indirect sort; rows
    that tie are then put in order of parcel among themselves.

    >>> hub_order(np.array([5, 3, 3]), np.array([1, 9, 2])).tolist()
    [2, 1, 0]
    """
    n = len(instant)
    base = instant.min()
    is_large = group is not None and group.itemsize > 1 and int(group.max()) >= _MOST_GROUPS
    if n >> _POSITION_BITS or int(instant.max() - base) >> _INSTANT_BITS or is_large:
        order: NDArray[np.int64] = np.lexsort((parcel, instant) if group is None else (parcel, instant, group))
        return order
    packed = instant - base
    if group is not None:
        packed |= group.astype(np.int64) << _INSTANT_BITS
    packed <<= _POSITION_BITS
    packed |= np.arange(n)
    packed.sort()
    order = packed & ((1 << _POSITION_BITS) - 1)
    packed >>= _POSITION_BITS
    is_as_next = packed[1:] == packed[:-1]
    if is_as_next.any():
        is_tied = np.concatenate((is_as_next, [False]))
        is_tied[1:] |= is_as_next
        tied = np.flatnonzero(is_tied)
        order[tied] = order[tied][np.lexsort((parcel[order[tied]], packed[tied]))]
    return order


def split_unordered(chunks: Sequence[Chunk], until: int) -> tuple[list[Chunk], list[Chunk]]:
    """What of each chunk comes by an instant, included, and what comes after it; chunks with nothing are left out.

    >>> ((now,),), ((later,),) = split_unordered([(np.array([5, 1, 3]),)], 3)
    >>> now.tolist(), later.tolist()
    ([1, 3], [5])
    """
    now, later = [], []
    for chunk in chunks:
        is_now = chunk[0] <= until
        n = int(np.count_nonzero(is_now))
        if n:
            now.append(chunk if n == len(is_now) else tuple([column[is_now] for column in chunk]))
        if n < len(is_now):
            later.append(tuple([column[~is_now] for column in chunk]) if n else chunk)
    return now, later


def split_ascending(chunks: Sequence[Chunk], until: int, by: int = 0) -> tuple[list[Chunk], list[Chunk]]:
    """As `split_unordered`, of chunks whose column `by` is of instants that ascend: views of them.

    >>> ((now,),), ((later,),) = split_ascending([(np.array([1, 3, 5]),)], 3)
    >>> now.tolist(), later.tolist()
    ([1, 3], [5])
    """
    now, later = [], []
    for chunk in chunks:
        instants = chunk[by]
        n = int(instants.searchsorted(until, "right"))
        if n == len(instants):
            now.append(chunk)
        elif n == 0:
            later.append(chunk)
        else:
            now.append(tuple([column[:n] for column in chunk]))
            later.append(tuple([column[n:] for column in chunk]))
    return now, later


def grouped(key: Ticks | NDArray[np.uint16], *columns: NDArray[Any]) -> Iterator[tuple[int, Chunk]]:
    """The rows of columns (P) by their keys (P), keys ascending; the rows of a key stay in their order.

    >>> [(key, rows.tolist()) for key, (rows,) in grouped(np.array([7, 4, 7]), np.array([1, 2, 3]))]
    [(4, [2]), (7, [1, 3])]
    """
    if len(key) == 0:
        return
    low, high = int(key.min()), int(key.max())
    if low == high:
        yield low, columns
        return
    # Small numbers are sorted by their digits, several times as fast.
    order = np.argsort((key - low).astype(np.uint16) if high - low < 1 << 16 else key, kind="stable")
    key, columns = key[order], tuple([column[order] for column in columns])
    bounds = [0, *(np.flatnonzero(key[1:] != key[:-1]) + 1).tolist(), len(key)]
    for start, stop in pairwise(bounds):
        yield int(key[start]), tuple([column[start:stop] for column in columns])


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """The columns of chunks, one at least, each as one, in the order of the chunks."""
    return tuple(np.concatenate(column) for column in zip(*chunks, strict=True))


def pick(which: NDArray[np.bool_], *columns: NDArray[Any]) -> Chunk:
    """The rows of columns (P) of which something holds (P): by number, several times faster than by a mixed mask."""
    rows = np.flatnonzero(which)
    return tuple(column[rows] for column in columns)


class Coming:
    """Parcels that are to come somewhere, and are taken in the order of the hub.

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
        """Parcels (P), themselves in the order of the hub."""
        self._chunks.append((instant, parcel))

    def take(self, until: int) -> Chunk | None:
        """What comes by an instant, included: instants and parcels (P); None if nothing does."""
        now, self._chunks = split_ascending(self._chunks, until)
        return _merged(now) if now else None


class Pending:
    """Rows whose instants come in no order, and which are taken once their instants have come.

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
        """What had not come when it was looked at first, by hour, so that the hours to come need not be looked at."""

    def add(self, instant: Ticks, *others: NDArray[Any]) -> None:
        """Columns of P rows."""
        self._new.append((instant, *others))

    def take(self, until: int) -> Chunk | None:
        """What has come by an instant, included, in no order: the columns of P rows; None if there are none."""
        due = [self._later.pop(hour) for hour in list(self._later) if hour <= until // TICKS_PER_H]
        now, later = split_unordered([*self._new, *chain.from_iterable(due)], until)
        self._new = []
        for chunk in later:
            for hour, part in grouped(chunk[0] // TICKS_PER_H, *chunk):
                self._later.setdefault(hour, []).append(part)
        return joined(now) if now else None


def _merged(chunks: Sequence[Chunk]) -> Chunk:
    """Chunks as one in the order of the hub."""
    if len(chunks) == 1:
        return chunks[0]
    instant, parcel = joined(chunks)
    order = hub_order(instant, parcel)
    return instant[order], parcel[order]
