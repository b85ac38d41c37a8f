"""Counting instants into bins."""

import numpy as np

from sim.units import Counts, Flags, Ticks

LONGEST_MIN = 3 * 1440
"""Stays are counted by the minute up to this; longer ones in the last bin."""
_FEW_BINS = 16


def count_instants(instants: Ticks, width: int, counts: Counts) -> None:
    """Add instants (P, from 0 on) to the counts (B) of the bins of a width [ticks].

    Those past the last bin are left out. Fast where they lie in few bins.
    """
    if len(instants) == 0:
        return
    first, last = int(instants.min()) // width, int(instants.max()) // width
    if last - first > _FEW_BINS:
        bins = instants // width
        counted = np.bincount(bins if last < len(counts) else bins[bins < len(counts)])
        counts[: len(counted)] += counted
    else:
        below = [np.count_nonzero(instants < edge * width) for edge in range(first + 1, last + 1)]
        inside = np.diff([0, *below, len(instants)])[: max(0, len(counts) - first)]
        counts[first : first + len(inside)] += inside


def sum_within(instants: Ticks, window: tuple[int, int]) -> int:
    """Sum of ascending instants (P), those outside a window moved to its nearer end.

    Of the ends of some intervals, less that of their beginnings: what of the intervals lies in the window.
    """
    if window[0] <= instants[0] and instants[-1] <= window[1]:
        return int(instants.sum())
    low, high = (int(i) for i in instants.searchsorted(window))
    return low * window[0] + int(instants[low:high].sum()) + (len(instants) - high) * window[1]


def is_within(instants: Ticks, window: tuple[int, int]) -> Flags:
    """Which instants (P) lie in a window, which ends before its second."""
    return (instants >= window[0]) & (instants < window[1])
