"""Confidence of a mean: Student's t interval, wider on one side for shares near an end of their range.

An on-time share is near 1 in most replications and far below in a few. A few replications often include none of the bad
ones. Their mean is then too high and their deviation too small, and Student's interval misses the true mean much more
often than it should. On the bad side the deviation is therefore at least `_LEAST_VARIATION` times the distance to the
good end. This multiple falls with the number of replications, which show the deviation themselves.
`tests/measure_coverage.py` measures how often such intervals contain the true mean; docs/model.md, section 4, has its
figures.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

Range = tuple[float, float]
"""The least and the largest value that a figure can have."""
CONFIDENCE: Final = 0.95
"""Share of intervals that contain the true mean, by default."""
TAILS: Final = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
"""Shares of a distribution below the ends of such an interval."""
ANYTHING: Final[Range] = (-math.inf, math.inf)
_LEAST_VARIATION: Final = 3.0
"""Deviation of a share from its good end, as a multiple of the mean distance to it (assumption)."""
_KNOWN_FROM: Final = 10
"""Number of replications that weigh as much as that multiple (assumption)."""
_NEAR: Final = 0.1
"""A mean this far from the good end is no longer near it; from half this distance the multiple falls (assumption)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over replications, and bounds for its true value at the chosen confidence.

    `low` and `high` are None for a single replication, and for a value that is not finite.
    """

    mean: float
    low: float | None
    high: float | None
    n: int

    @property
    def bounds(self) -> tuple[float, float] | None:
        """`low` and `high`; None without bounds."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def half_width(self) -> float | None:
        """Half the distance between the bounds; None without bounds."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    @property
    def has_no_width(self) -> bool:
        """Whether both bounds are the same up to rounding errors, as where all values are; False without bounds."""
        return self.bounds is not None and math.isclose(*self.bounds, rel_tol=1e-12)

    @property
    def unless_same(self) -> Self:
        """Without bounds if they have no width: that all differences are the same may be chance."""
        return replace(self, low=None, high=None) if self.has_no_width else self

    def holds(self, value: float) -> bool:
        """Whether a value lies between the bounds; False without bounds."""
        return self.low is not None and self.high is not None and self.low <= value <= self.high

    def excludes(self, value: float) -> bool:
        """Whether a value lies outside the bounds; False without bounds."""
        return self.bounds is not None and not self.holds(value)

    def within(self, least: float = -math.inf, most: float = math.inf) -> Self:
        """The interval with bounds cut to possible values."""
        low = None if self.low is None else max(least, self.low)
        high = None if self.high is None else min(most, self.high)
        return replace(self, low=low, high=high)

    def scaled(self, factor: float) -> Self:
        """The same in another unit.

        >>> Interval(0.5, 0.4, 0.75, 5).scaled(-100)
        Interval(mean=-50.0, low=-75.0, high=-40.0, n=5)
        """
        low, high = sorted(factor * end for end in self.bounds or ()) or (None, None)
        return replace(self, mean=factor * self.mean, low=low, high=high)

    def moved(self, by: float) -> Self:
        """The interval with `by` added to all values."""
        low, high = (by + end for end in self.bounds) if self.bounds else (None, None)
        return replace(self, mean=by + self.mean, low=low, high=high)


@dataclass(frozen=True, slots=True)
class Value(Interval):
    """A KPI over replications, with its unit."""

    unit: str
    is_lower_bound: bool = False

    @classmethod
    def of(cls, interval: Interval, unit: str) -> "Value":
        return cls(interval.mean, interval.low, interval.high, interval.n, unit)


Values = Mapping[str, Mapping[str, Value]]
"""By the label of the design, then by KPI."""


def mean_interval(
    values: Sequence[float],
    *,
    possible: Range = ANYTHING,
    good_end: float | None = None,
    confidence: float = CONFIDENCE,
) -> Interval:
    """The t interval of the mean of independent values, one a replication, within the `possible` values.

    `good_end`: the end of `possible` to which a share is close in most replications; the interval is wider on the other
    side.

    With a NaN or an infinity among the values the mean is NaN or infinite, without bounds.

    Source: A. M. Law, Simulation Modeling and Analysis, 5th ed. 2015, section 4.5.

    Raises:
        ValueError: no value, or a confidence outside (0, 1).

    >>> interval = mean_interval([1.0, 2.0, 3.0])
    >>> f"{interval.mean} from {interval.low:.3f} to {interval.high:.3f}"
    '2.0 from -0.484 to 4.484'
    >>> mean_interval([7.0])
    Interval(mean=7.0, low=None, high=None, n=1)
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: must be between 0 and 1, got {confidence}")
    n = len(values)
    if n == 0:
        raise ValueError("values: an interval needs at least one replication, got none")
    if n == 1 or not all(math.isfinite(value) for value in values):
        return Interval(mean=sum(values) / n, low=None, high=None, n=n)
    mean, variance = moments_of(values)
    below = above = math.sqrt(variance)
    if good_end is not None:
        bad_side = max(below, _least_deviation(abs(good_end - mean), n))
        below, above = (bad_side, above) if good_end == possible[1] else (below, bad_side)
    scale = t_reach(n - 1, confidence) / math.sqrt(n)
    return Interval(mean, mean - scale * below, mean + scale * above, n).within(*possible)


def moments_of(values: Sequence[float]) -> tuple[float, float]:
    """Mean and variance of several values, all finite."""
    mean = math.fsum(values) / len(values)
    return mean, math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _least_deviation(away: float, n: int) -> float:
    """Least assumed deviation of a share whose mean is this far from its good end, from n replications.

    >>> [round(_least_deviation(0.02, n), 3) for n in (5, 10, 90)], round(_least_deviation(0.08, 5), 3)
    ([0.049, 0.042, 0.019], 0.078)
    """
    nearness = min(1.0, max(0.0, 2 * (1 - away / _NEAR)))
    return _LEAST_VARIATION * math.sqrt(_KNOWN_FROM / (_KNOWN_FROM + n)) * nearness * away


def of_many(n: int, confidence: float = CONFIDENCE) -> float:
    """The confidence of each of n simultaneous intervals (Bonferroni)."""
    return 1 - (1 - confidence) / n


def t_reach(degrees: float, confidence: float = CONFIDENCE) -> float:
    """Number of standard errors from the mean to each end of an interval with so many degrees of freedom."""
    return t_quantile((1 + confidence) / 2, degrees)


def t_quantile(share: float, degrees: float) -> float:
    """Quantile of Student's t distribution with so many degrees of freedom."""
    # The special function alone: scipy.stats takes half a second to import.
    from scipy.special import stdtrit

    return float(stdtrit(degrees, share))
