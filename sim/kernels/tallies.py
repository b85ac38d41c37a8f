"""Counting instants into bins."""

import numpy as np
from numpy.typing import NDArray

from sim.units import TICKS_PER_MIN, Ticks

LONGEST_MIN = 3 * 1440
"""Stays are counted by the minute up to this; longer ones in the last bin."""
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


def count_stays(stays: Ticks) -> NDArray[np.int64]:
    """Histogram of stays [ticks] by the minute, (LONGEST_MIN + 1)."""
    return np.bincount(np.minimum(stays >> _MINUTE_BITS, LONGEST_MIN), minlength=LONGEST_MIN + 1)
