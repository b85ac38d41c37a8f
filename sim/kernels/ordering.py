"""Merging columns into the order of the hub: by group, instant, parcel."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sim.units import Ticks

Chunk = TypeVar("Chunk", bound=tuple[NDArray[Any], ...])
"""Columns of the same length (P), the first of them instants."""
_Pair = tuple[Ticks, Ticks]
"""Instants (P) and parcels (P) in the order of the hub."""

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
    as_next = np.flatnonzero(packed[1:] == packed[:-1])
    if len(as_next):
        tied = np.union1d(as_next, as_next + 1)
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
            now.append(chunk if n == len(is_now) else cast("Chunk", tuple(column[is_now] for column in chunk)))
        if n < len(is_now):
            later.append(cast("Chunk", tuple(column[~is_now] for column in chunk)) if n else chunk)
    return now, later


def joined(chunks: Sequence[tuple[NDArray[Any], ...]]) -> tuple[NDArray[Any], ...]:
    """The columns of chunks, one at least, each as one, in the order of the chunks."""
    return tuple(np.concatenate(column) for column in zip(*chunks, strict=True))


def pick(which: NDArray[np.bool_], *columns: NDArray[Any]) -> tuple[NDArray[Any], ...]:
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
        self._chunks: list[_Pair] = []

    def add(self, instant: Ticks, parcel: Ticks) -> None:
        """Parcels (P), themselves in the order of the hub."""
        self._chunks.append((instant, parcel))

    def take(self, until: int) -> _Pair | None:
        """What comes by an instant, included: instants and parcels (P); None if nothing does."""
        now, later = [], []
        for instant, parcel in self._chunks:
            n = int(instant.searchsorted(until, "right"))
            if n:
                now.append((instant[:n], parcel[:n]))
            if n < len(instant):
                later.append((instant[n:], parcel[n:]))
        self._chunks = later
        return _merged(now) if now else None


def _merged(chunks: Sequence[_Pair]) -> _Pair:
    """Chunks as one in the order of the hub."""
    if len(chunks) == 1:
        return chunks[0]
    instant, parcel = joined(chunks)
    order = hub_order(instant, parcel)
    return instant[order], parcel[order]
