"""The number of replications that an answer needs: more are added until each interval is narrow enough.

This is the sequential procedure for means with a given half-width (Law 2015, Simulation Modeling and Analysis, 5th ed.,
section 9.4.1). It estimates the sufficient number from the existing replications, adds replications, and computes the
intervals again from all. Because it stops at an interval that looks narrow, the interval contains the mean a little
less often than stated. The effect is smaller with more replications before the first look.
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
"""Largest factor by which replications grow in one step: the variance of a few is a poor guide to the number needed."""
UNREACHABLE: Final = 10**9
"""Replications; larger estimates count as this one."""


@dataclass(frozen=True, slots=True)
class Need:
    """An interval of a design's KPI that is wider than requested.

    `half_width` is the present one, None without bounds; `target` the requested one [the KPI's unit]. `n` estimates the
    total number of replications that achieves it; None if no number does.
    """

    label: str
    kpi: str
    half_width: float | None
    target: float
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
    return least_count(math.sqrt(moments_of(values)[1]), half_width, n)


def least_count(deviation: float, half_width: float, first: int) -> int:
    """Least number of replications, from `first` (at least 2), for a t interval this narrow at this deviation."""

    def is_enough(count: int) -> bool:
        return t_reach(count - 1) * deviation / math.sqrt(count) <= half_width

    return first + bisect_left(range(first, UNREACHABLE), x=True, key=is_enough)


def needs(samples: Samples, half_widths: Mapping[str, float], interval_of: Intervals) -> list[Need]:
    """Intervals that are too wide, by design and KPI; `half_widths`: one for each KPI [its unit]."""
    wide = []
    for label, by_kpi in samples.items():
        for kpi, limit in half_widths.items():
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
    """Next number of replications of all designs; `n` if more would not help or are not permitted."""
    wanted = max((need.n for need in wide if need.n is not None), default=n)
    return max(n, min(wanted, GROWTH * n, most))


def narrow(
    sample: Callable[[int], Samples],
    half_widths: Mapping[str, float],
    *,
    first: int,
    most: int,
    report: Callable[[int, Sequence[Need]], None] | None = None,
    interval_of: Intervals,
) -> tuple[int, list[Need]]:
    """Add replications until every interval is narrow enough: their number, and the intervals still too wide at `most`.

    `sample(n)` returns the first n replications of each design; the requested n depend only on the values. `report(n,
    needs)` receives the intervals that are too wide before each further request.
    """
    n = first
    while True:
        wide = needs(sample(n), half_widths, interval_of)
        further = next_count(wide, n, most)
        if further == n:
            return n, wide
        if report is not None:
            report(n, wide)
        n = further
