"""How many replications an answer needs: more of them, until each interval is as narrow as asked.

The sequential procedure for means with a given half-width (Law 2015, Simulation Modeling and Analysis, 5th
ed., section 9.4.1): from what is there, the number of replications that would do is estimated, further ones
are made, and the intervals are taken again from all of them. Stopping at an interval that looks narrow
makes it hold the mean a little less often than it says, the less so the more replications there were before
the first look.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from experiments.statistics.interval import Interval, mean_interval, moments_of, t_reach

Samples = Mapping[str, Mapping[str, Sequence[float]]]
"""Values by design and KPI, one a replication."""
Intervals = Callable[[str, Sequence[float]], Interval]
"""The interval of a KPI's mean over replications."""

GROWTH: Final = 2
"""Replications grow at most so many times at once: the variance of a few says little about how many it takes."""
UNREACHABLE: Final = 10**9
"""Replications; an estimate of more is not told apart from it."""


@dataclass(frozen=True, slots=True)
class Need:
    """An interval that is wider than asked: a KPI of a design.

    `half_width` is what it has, None without bounds; `asked` what it should have [the KPI's unit]. `n` is the
    estimate of the replications in all that give it; None if no number does.
    """

    label: str
    kpi: str
    half_width: float | None
    asked: float
    n: int | None


def replications_needed(values: Sequence[float], half_width: float) -> int:
    """Least number of replications, not below those there, whose t interval would be as narrow with this variance.

    Raises:
        ValueError: fewer than two values, one that is not finite, or a half-width that is not above zero.

    >>> replications_needed([1.0, 2.0, 3.0, 4.0], 0.5)
    29
    """
    if not half_width > 0:
        raise ValueError(f"half_width: must be greater than 0, got {half_width}")
    n = len(values)
    if n < 2 or not all(math.isfinite(value) for value in values):
        raise ValueError("values: a variance needs at least two replications, all finite")
    deviation = math.sqrt(moments_of(values)[1])

    def is_enough(count: int) -> bool:
        return t_reach(count - 1) * deviation / math.sqrt(count) <= half_width

    return n + bisect_left(range(n, UNREACHABLE), x=True, key=is_enough)


def plain_interval(_kpi: str, values: Sequence[float]) -> Interval:
    """Of a figure of which nothing is known beforehand."""
    return mean_interval(values)


def needs(samples: Samples, asked: Mapping[str, float], interval_of: Intervals = plain_interval) -> list[Need]:
    """The intervals that are wider than asked, by design and then KPI; `asked` is a half-width each KPI [its unit]."""
    wide = []
    for label, by_kpi in samples.items():
        for kpi, limit in asked.items():
            half_width = interval_of(kpi, by_kpi[kpi]).half_width
            if half_width is None:
                wide.append(Need(label, kpi, None, limit, None))
            elif half_width > limit:
                wide.append(Need(label, kpi, half_width, limit, _estimate(by_kpi[kpi], half_width, limit)))
    return wide


def _estimate(values: Sequence[float], half_width: float, limit: float) -> int:
    """Replications for a half-width of `limit`, where the interval is wider than Student's as it is now."""
    students = mean_interval(values).half_width
    if not students:
        return GROWTH * len(values)
    return max(len(values) + 1, replications_needed(values, limit * min(1.0, students / half_width)))


def next_count(wide: Sequence[Need], n: int, most: int) -> int:
    """How many replications to have next, all designs alike: `n` if there is nothing to gain, or no more is allowed."""
    wanted = max((need.n for need in wide if need.n is not None), default=n)
    return max(n, min(wanted, GROWTH * n, most))


def narrow(
    sample: Callable[[int], Samples],
    asked: Mapping[str, float],
    *,
    first: int,
    most: int,
    report: Callable[[int, Sequence[Need]], None] | None = None,
    interval_of: Intervals = plain_interval,
) -> tuple[int, list[Need]]:
    """Replications until every interval is as narrow as asked: their number, and what is still too wide at `most`.

    `sample(n)` gives the first n replications of each design; the numbers that it is asked for depend on
    nothing but the values. `report(n, needs)` hears of what is too wide before further replications are made.
    """
    n = first
    while True:
        wide = needs(sample(n), asked, interval_of)
        further = next_count(wide, n, most)
        if further == n:
            return n, wide
        if report is not None:
            report(n, wide)
        n = further
