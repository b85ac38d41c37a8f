"""The number of replications that an answer needs: more are added until each interval is as narrow as asked for.

The sequential procedure for means with a given half-width (Law 2015, Simulation Modeling and Analysis, 5th ed.,
section 9.4.1): the sufficient number of replications is estimated from the existing ones, further ones are made, and
the intervals are computed again from all of them. Stopping at an interval that looks narrow makes it hold the mean a
little less often than it says, the less so the more replications there were before the first look.
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
    """An interval of a design's KPI that is wider than asked for.

    `half_width` is what it has, None without bounds; `asked` what it should have [the KPI's unit]. `n` is the
    estimate of the replications in all that give it; None if no number does.
    """

    label: str
    kpi: str
    half_width: float | None
    asked: float
    n: int | None


def replications_needed(values: Sequence[float], half_width: float) -> int:
    """Least number of replications, at least the existing ones, for a t interval this narrow at this variance.

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
    """The interval of a figure without prior knowledge."""
    return mean_interval(values)


def needs(samples: Samples, asked: Mapping[str, float], interval_of: Intervals = plain_interval) -> list[Need]:
    """Intervals wider than asked for, by design and KPI; `asked`: a half-width for each KPI [its unit]."""
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
    """Replications for a half-width of `limit`, if the interval is now wider than Student's."""
    students = mean_interval(values).half_width
    if not students:
        return GROWTH * len(values)
    return max(len(values) + 1, replications_needed(values, limit * min(1.0, students / half_width)))


def next_count(wide: Sequence[Need], n: int, most: int) -> int:
    """Next number of replications, for all designs: `n` if more would not help or are not permitted."""
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
    """Add replications until every interval is narrow enough: their number, and what is too wide at `most`.

    `sample(n)` gives the first n replications of each design; the numbers that it is asked for depend on nothing but
    the values. `report(n, needs)` receives the intervals that are too wide before further replications are made.
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
