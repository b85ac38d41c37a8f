"""When the runway is open."""

from bisect import bisect_right
from collections.abc import Sequence


def open_from(closures: Sequence[tuple[int, int]], instant: int) -> int:
    """The first instant from this one on that is in no closure (start, end exclusive; ascending and separate).

    >>> [open_from([(10, 20), (30, 31)], instant) for instant in (9, 10, 19, 20, 30)]
    [9, 20, 20, 20, 31]
    """
    last = bisect_right(closures, instant, key=lambda closure: closure[0]) - 1
    return max(instant, closures[last][1]) if last >= 0 else instant
