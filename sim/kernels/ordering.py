"""The order of the hub, by group, instant and parcel; and splitting and joining chunks of columns."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.units import Counts, Flags, Ticks

Chunk = tuple[NDArray[Any], ...]
"""Columns of the same length (P), the first of them instants."""

_FEW = 1 << 8
"""Fewer rows are sorted faster in one call."""
_DIGITS = 16
"""Numbers with at most this many bits are sorted by digits, several times as fast."""


def hub_order(instant: Ticks, parcel: Ticks, group: NDArray[np.integer] | None = None) -> Counts:
    """The permutation that sorts P rows by (group, instant, parcel); instants are less than 255 years from the start.

    Rows are concatenated ascending pieces. Merge sort is the fastest for these, on any processor.

    >>> hub_order(np.array([5, 3, 3]), np.array([1, 9, 2])).tolist()
    [2, 1, 0]
    """
    order: Counts
    if group is None or len(group) < _FEW or group.max() >> _DIGITS:
        order = np.lexsort((parcel, instant) if group is None else (parcel, instant, group))
        return order
    # First by group alone, by its digits. Then group and instant are one integer, and rows with equal values are
    # ordered by parcel.
    order = np.argsort(group.astype(np.uint16), kind="stable")
    key = (group.astype(np.int64) << 63 - _DIGITS | instant).take(order)
    within = key.argsort(kind="stable")
    key, order = taken(within, key, order)
    as_next = (key[1:] == key[:-1]).nonzero()[0]
    if len(as_next):
        tied = np.union1d(as_next, as_next + 1)
        order[tied] = order[tied][np.lexsort((parcel[order[tied]], key[tied]))]
    return order


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
    order = np.argsort((key - low).astype(np.uint16) if high - low < 1 << _DIGITS else key, kind="stable")
    key, columns = key.take(order), taken(order, *columns)
    bounds = [0, *(np.flatnonzero(key[1:] != key[:-1]) + 1).tolist(), len(key)]
    for start, stop in pairwise(bounds):
        yield int(key[start]), tuple([column[start:stop] for column in columns])


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """Columns of at least one chunk, joined in the order of the chunks; a single chunk is returned as it is."""
    return tuple(map(np.concatenate, zip(*chunks, strict=True))) if len(chunks) > 1 else chunks[0]


def ascending(values: Ticks) -> Ticks:
    """Values (P) in order; they are nearly ascending pieces, for which merge sort is fast (`hub_order`)."""
    return np.sort(values, kind="stable")


def taken(rows: Counts, *columns: NDArray[Any]) -> Chunk:
    """Rows of columns, by number; `take` is a third faster than an index."""
    return tuple([column.take(rows, axis=0) for column in columns])


def pick(which: Flags, *columns: NDArray[Any]) -> Chunk:
    """The rows of columns (P) where `which` (P) is true: by number, several times faster than by a mixed mask."""
    return taken(which.nonzero()[0], *columns)
