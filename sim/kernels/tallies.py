"""Counting instants into bins."""

import numpy as np
from numpy.typing import NDArray

from sim.units import TICKS_PER_MIN, Ticks

LONGEST_MIN = 3 * 1440
"""Stays are counted by the minute up to this; longer ones in the last bin."""
_FEW_BINS = 16
_MINUTE_BITS = TICKS_PER_MIN.bit_length() - 1


def count_sorted(instants: Ticks, width: int, counts: NDArray[np.int64]) -> None:
    """Add ascending instants (P) to the counts (B) of the bins of a width [ticks]; those past the last are left out."""
    if len(instants) == 0:
        return
    first, last = int(instants[0]) // width, int(instants[-1]) // width
    if first == last:
        if first < len(counts):
            counts[first] += len(instants)
        return
    edges = np.searchsorted(instants, np.arange(first, last + 2) * width)
    inside = np.diff(edges)[: max(0, len(counts) - first)]
    counts[first : first + len(inside)] += inside


def count_unsorted(instants: Ticks, width: int, counts: NDArray[np.int64]) -> None:
    """As `count_sorted`, of instants (P) in any order: fast where they lie in few bins."""
    if len(instants) == 0:
        return
    first, last = int(instants.min()) // width, int(instants.max()) // width
    if last - first > _FEW_BINS:
        count_sorted(np.sort(instants), width, counts)
        return
    below = [np.count_nonzero(instants < edge * width) for edge in range(first + 1, last + 1)]
    inside = np.diff([0, *below, len(instants)])[: max(0, len(counts) - first)]
    counts[first : first + len(inside)] += inside


def is_within(instants: Ticks, window: tuple[int, int]) -> NDArray[np.bool_]:
    """Which instants (P) lie in a window, which ends before its second."""
    return (instants >= window[0]) & (instants < window[1])


def count_stays(stays: Ticks) -> NDArray[np.int64]:
    """Histogram of stays [ticks] by the minute, (LONGEST_MIN + 1)."""
    return np.bincount(np.minimum(stays >> _MINUTE_BITS, LONGEST_MIN), minlength=LONGEST_MIN + 1)
