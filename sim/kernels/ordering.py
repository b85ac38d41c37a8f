"""Merging columns into the order of the hub: by group, instant, parcel."""

import numpy as np
from numpy.typing import NDArray

from sim.units import Ticks

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
