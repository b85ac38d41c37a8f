"""The order of the hub, which is by group, instant and parcel; and chunks of columns taken apart and joined."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.units import Counts, Flags, Ticks

Chunk = tuple[NDArray[Any], ...]
"""Columns of the same length (P), the first of them instants."""

_FEW = 1 << 11
"""So few rows are sorted sooner indirectly: they mostly come as a few chunks that ascend."""
_POSITION_BITS = 20


def hub_order(instant: Ticks, parcel: Ticks, group: NDArray[np.integer] | None = None) -> Counts:
    """The permutation that sorts P rows by (group, instant, parcel).

    Instants and positions are packed into one integer, which sorts several times faster than an indirect
    sort; rows that tie are then put in order of parcel among themselves.

    >>> hub_order(np.array([5, 3, 3]), np.array([1, 9, 2])).tolist()
    [2, 1, 0]
    """
    n = len(instant)
    since = 0 if n < _FEW else int(instant.min())
    bits = 0 if n < _FEW else (int(instant.max()) - since).bit_length()
    if n < _FEW or n >> _POSITION_BITS or not _can_be_packed(bits, group):
        order: Counts = np.lexsort((parcel, instant) if group is None else (parcel, instant, group))
        return order
    packed = instant - since
    if group is not None:
        packed |= group.astype(np.int64) << bits
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


def _can_be_packed(bits: int, group: NDArray[np.integer] | None) -> bool:
    """With so many bits for an instant."""
    free = 63 - _POSITION_BITS - bits
    return free >= 0 if group is None else free >= int(group.max()).bit_length()


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
    key, columns = key.take(order), taken(order, *columns)
    bounds = [0, *(np.flatnonzero(key[1:] != key[:-1]) + 1).tolist(), len(key)]
    for start, stop in pairwise(bounds):
        yield int(key[start]), tuple([column[start:stop] for column in columns])


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """The columns of chunks, one at least, each as one, in the order of the chunks; a single chunk as it is."""
    return tuple(map(np.concatenate, zip(*chunks, strict=True))) if len(chunks) > 1 else chunks[0]


def taken(rows: Counts, *columns: NDArray[Any]) -> Chunk:
    """Rows of columns, by number: `take` does it a third faster than an index."""
    return tuple([column.take(rows, axis=0) for column in columns])


def pick(which: Flags, *columns: NDArray[Any]) -> Chunk:
    """The rows of columns (P) of which something holds (P): by number, several times faster than by a mixed mask."""
    return taken(which.nonzero()[0], *columns)
