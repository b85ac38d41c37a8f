"""Merging columns into the order of the hub: by group, instant, parcel."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sim.units import Ticks

Chunk = TypeVar("Chunk", bound=tuple[NDArray[Any], ...])
"""Columns of the same length (P), the first of them ascending instants."""

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
    ties = packed[1:] == packed[:-1]
    if ties.any():
        tied = np.flatnonzero(np.concatenate((ties, [False])) | np.concatenate(([False], ties)))
        order[tied] = order[tied][np.lexsort((parcel[order[tied]], packed[tied]))]
    return order


def split_at(chunks: Sequence[Chunk], until: int) -> tuple[list[Chunk], list[Chunk]]:
    """What of each chunk comes by an instant, included, and what comes after it; chunks with nothing are left out.

    >>> ((now,),), ((later,),) = split_at([(np.array([1, 3, 5]),)], 3)
    >>> now.tolist(), later.tolist()
    ([1, 3], [5])
    """
    now, later = [], []
    for chunk in chunks:
        n = int(np.searchsorted(chunk[0], until, side="right"))
        if n == len(chunk[0]):
            now.append(chunk)
        elif n == 0:
            later.append(chunk)
        else:
            now.append(cast("Chunk", tuple(column[:n] for column in chunk)))
            later.append(cast("Chunk", tuple(column[n:] for column in chunk)))
    return now, later


def split_unordered(chunks: Sequence[Chunk], until: int) -> tuple[list[Chunk], list[Chunk]]:
    """As `split_at`, of chunks whose instants are in any order."""
    now, later = [], []
    for chunk in chunks:
        is_now = chunk[0] <= until
        n = int(np.count_nonzero(is_now))
        if n:
            now.append(chunk if n == len(is_now) else cast("Chunk", tuple(column[is_now] for column in chunk)))
        if n < len(is_now):
            later.append(cast("Chunk", tuple(column[~is_now] for column in chunk)) if n else chunk)
    return now, later


def in_hub_order(chunks: Sequence[tuple[Ticks, Ticks]]) -> tuple[Ticks, Ticks]:
    """Chunks of (instant, parcel), each in the order of the hub, as one of that order."""
    if len(chunks) == 1:
        return chunks[0]
    instant, parcel = (np.concatenate(column) for column in zip(*chunks, strict=True))
    order = hub_order(instant, parcel)
    return instant[order], parcel[order]
