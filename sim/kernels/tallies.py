"""Counting instants in bins."""

from itertools import pairwise

import numpy as np

from sim.units import Counts, Flags, Ticks

LONGEST_MIN = 3 * 1440
"""Stays up to this are counted by the minute; longer ones are in the last bin."""
_FEW_BINS = 16


def count_instants(instants: Ticks, width: int, counts: Counts) -> tuple[int, int]:
    """Add instants (P, from 0 on) to the counts (B) of bins of a width [ticks]; returns the first and the last bin.

    Instants after the last bin are left out. Fast if they lie in few bins.
    """
    if len(instants) == 0:
        return 0, 0
    low, high = int(instants.min()), int(instants.max())
    first, last = low // width, high // width
    if last - first > _FEW_BINS:
        bins = instants // width
        counted = np.bincount(bins if last < len(counts) else bins[bins < len(counts)])
        counts[: len(counted)] += counted
    else:
        below = [int(np.count_nonzero(instants < edge * width)) for edge in range(first + 1, last + 1)]
        bounds = pairwise([0, *below, len(instants)])
        for number, (before, upto) in zip(range(first, len(counts)), bounds, strict=False):
            counts[number] += upto - before
    return low, high


def add_times(begin: Ticks, end: Ticks, width: int, times: Counts) -> None:
    """Add the time of stretches (P), by ascending starts and ascending ends, to that of bins (B) of a width [ticks].

    >>> times = np.zeros(3, dtype=np.int64)
    >>> add_times(np.array([5, 8]), np.array([12, 99]), 10, times)
    >>> times.tolist()
    [7, 12, 10]
    """
    first, last = (min(int(instant) // width, len(times) - 1) for instant in (begin[0], end[-1]))
    edges = np.arange(first, last + 2, dtype=np.int64) * width
    since, until = (_time_since(edges, instants) for instants in (begin, end))
    times[first : last + 1] += np.diff(since - until)


def _time_since(edges: Ticks, instants: Ticks) -> Ticks:
    """Time from all of the ascending instants (P) that lie before each of the edges, until then."""
    n = instants.searchsorted(edges)
    return n * edges - np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(instants)))[n]


def sum_within(instants: Ticks, window: tuple[int, int]) -> int:
    """Sum of ascending instants (P), each clipped to a window.

    The sum for the ends of intervals minus the sum for their starts is the time of the intervals within the window.
    """
    if window[0] <= instants[0] and instants[-1] <= window[1]:
        return int(instants.sum())
    low, high = (int(i) for i in instants.searchsorted(window))
    return low * window[0] + int(instants[low:high].sum()) + (len(instants) - high) * window[1]


def without_touching(begin: Ticks, end: Ticks, is_apart: Flags) -> tuple[Ticks, Ticks]:
    """Start and end of stretches (P), with those that touch joined into one.

    `is_apart` (P-1): whether there is a gap before each stretch but the first.

    >>> begin, end = without_touching(np.array([1, 3, 9]), np.array([4, 5, 12]), np.array([False, True]))
    >>> begin.tolist(), end.tolist()
    ([1, 9], [5, 12])
    """
    last = is_apart.nonzero()[0]
    if len(last) == 0:
        return begin[:1], end[-1:]
    return begin.take(np.concatenate(([0], last + 1))), end.take(np.concatenate((last, [len(end) - 1])))


def is_within(instants: Ticks, window: tuple[int, int]) -> Flags:
    """Which instants (P) are in a window, whose end is exclusive."""
    return (instants >= window[0]) & (instants < window[1])
