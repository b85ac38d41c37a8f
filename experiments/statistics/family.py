"""Many comparisons with one baseline, with a bound on the chance of even one false statement.

Under common random numbers the replications of two scenarios are pairs. `paired_family` therefore uses paired t tests
with Holm's step-down adjustment, which is valid for any dependence between the differences. Dunnett's test
(`separate_family`) assumes independent samples of equal variance, from scenarios with different random numbers. On
pairs it would count the common noise as uncertainty.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from experiments.statistics.interval import ANYTHING, CONFIDENCE, Interval, Range, moments_of, of_many, t_reach
from experiments.statistics.two_sources import (
    difference_of,
    differences,
    is_same_difference,
    paired_intervals,
    variance_ratio,
)

_SEED: Final = 1
"""Fixed, because Dunnett's probabilities are integrals by quasi-random points: the same data give the same digits."""


class Family(StrEnum):
    """How differences from one baseline are tested together."""

    HOLM = "holm"
    DUNNETT = "dunnett"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Statement:
    """The difference of a scenario from the baseline, in a family of differences.

    `interval` is simultaneous with the others. `p_value` is that of this difference alone, `adjusted` that within the
    family. With the confidence, all differences with `adjusted` of at most 1 − confidence are true. The step-down
    adjustment finds more than the intervals do: zero may lie just inside the interval of a stated difference.

    Both p-values are None if there is no test: for a single replication, for values that are not finite, and for a
    difference that is the same in all replications. Such a difference may be chance, and has no bounds either.
    `variance_ratio` is the gain by common random numbers (`two_sources.variance_ratio`).
    """

    interval: Interval
    p_value: float | None
    adjusted: float | None
    is_different: bool
    variance_ratio: float | None = None

    @property
    def has_no_variance(self) -> bool:
        """Whether all of several replications show the same difference."""
        return self.interval.n > 1 and self.interval.low is None and math.isfinite(self.interval.mean)


Differences = Mapping[str, Mapping[str, Statement]]
"""By the label of the design, then by KPI."""


def statements(
    scenarios: Mapping[str, Sequence[float]], baseline: str, family: Family, *, possible: Range = ANYTHING
) -> dict[str, Statement]:
    """Difference of each scenario from the baseline, replication by replication, tested in the family given.

    `possible`: the values that the figure can have, which limit the intervals of differences.

    Raises:
        KeyError: no such baseline.
        ValueError: different numbers of replications, or none.
    """
    alone = paired_intervals(scenarios, baseline, possible=possible)
    if not all(len(values) > 1 and all(map(math.isfinite, values)) for values in scenarios.values()):
        return {name: Statement(interval, None, None, is_different=False) for name, interval in alone.items()}
    of_family = separate_family if family is Family.DUNNETT else paired_family
    made = of_family(scenarios, baseline, possible=possible)
    if family is Family.NONE:
        p_values = [statement.p_value for statement in made.values()]
        made = _statements(alone, p_values, p_values)
    return {
        name: replace(statement, variance_ratio=variance_ratio(scenarios[name], scenarios[baseline]))
        for name, statement in made.items()
    }


def widening(comparisons: int, n: int) -> float:
    """Width of simultaneous intervals (Bonferroni) over that of single ones, for n replications.

    >>> round(widening(26, 2)), round(widening(26, 20), 1)
    (26, 1.7)
    """
    return t_reach(n - 1, of_many(comparisons)) / t_reach(n - 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given (Holm 1979, Scandinavian Journal of Statistics 6(2):65-70).

    Raises:
        ValueError: a value outside [0, 1].

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    for value in p_values:
        if not 0 <= value <= 1:
            raise ValueError(f"p_values: must be between 0 and 1, got {value}")
    adjusted, most = [0.0] * len(p_values), 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=lambda at: p_values[at])):
        most = max(most, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = most
    return adjusted


def paired_family(
    scenarios: Mapping[str, Sequence[float]], baseline: str, *, possible: Range = ANYTHING
) -> dict[str, Statement]:
    """Each scenario against the baseline, replication by replication: Holm's p-values, Bonferroni's intervals.

    A difference without variance has no p-value, but counts as a comparison of the family.

    Raises:
        KeyError: no such baseline.
        ValueError: different numbers of replications, fewer than two, or one that is not finite.
    """
    intervals = paired_intervals(scenarios, baseline, possible=possible, is_simultaneous=True)
    base = scenarios[baseline]
    p_values = [_paired_p(scenarios[name], base, name) for name in intervals]
    adjusted = holm([1.0 if p_value is None else p_value for p_value in p_values])
    return _statements(intervals, p_values, adjusted)


def separate_family(
    scenarios: Mapping[str, Sequence[float]], baseline: str, *, possible: Range = ANYTHING
) -> dict[str, Statement]:
    """Each scenario against the baseline, from *independent* samples: Dunnett's p-values and intervals.

    Under common random numbers use `paired_family`. The numbers of replications may differ. `p_value` is that of
    Student's test with the variance of the two samples alone.

    Source: C. W. Dunnett, J. American Statistical Association 50 (1955), 1096-1121.

    Raises:
        KeyError: no such baseline.
        ValueError: fewer than two replications of a scenario.
    """
    from numpy.random import default_rng
    from scipy import stats

    for name, values in scenarios.items():
        if len(values) < 2:
            raise ValueError(f"{name}: a test needs at least two replications, got {len(values)}")
    base = scenarios[baseline]
    others = {name: values for name, values in scenarios.items() if name != baseline}
    if not others:
        return {}
    if all(len(set(values)) == 1 for values in scenarios.values()):
        return {
            name: Statement(Interval(values[0] - base[0], None, None, len(values)), None, None, is_different=False)
            for name, values in others.items()
        }
    with warnings.catch_warnings():
        # For nearly constant samples, only digits of a variance near zero are lost.
        warnings.filterwarnings("ignore", message="Precision loss", category=RuntimeWarning)
        test = stats.dunnett(*others.values(), control=base, random_state=default_rng(_SEED))
        bounds = test.confidence_interval(confidence_level=CONFIDENCE)
        p_values = [
            None if len(set(values)) == len(set(base)) == 1 else float(stats.ttest_ind(values, base).pvalue)
            for values in others.values()
        ]
    intervals = {
        name: Interval(
            mean=math.fsum(values) / len(values) - math.fsum(base) / len(base),
            low=float(bounds.low[at]),
            high=float(bounds.high[at]),
            n=len(values),
        ).within(*difference_of(possible))
        for at, (name, values) in enumerate(others.items())
    }
    return _statements(intervals, p_values, [float(value) for value in test.pvalue])


def _statements(
    intervals: Mapping[str, Interval], p_values: Sequence[float | None], adjusted: Sequence[float | None]
) -> dict[str, Statement]:
    """Statements; without a p-value they have no bounds and no adjusted p-value."""
    made = {}
    for (name, interval), alone, within in zip(intervals.items(), p_values, adjusted, strict=True):
        if alone is None or within is None:
            made[name] = Statement(replace(interval, low=None, high=None), None, None, is_different=False)
        else:
            made[name] = Statement(interval, alone, within, is_different=within <= 1 - CONFIDENCE)
    return made


def _paired_p(values: Sequence[float], base: Sequence[float], name: str) -> float | None:
    """Two-sided p-value of a mean difference of zero; None without variance, for which there is no test."""
    from scipy.special import stdtr

    apart = differences(values, base)
    n = len(apart)
    if n < 2 or not all(map(math.isfinite, apart)):
        raise ValueError(f"{name}: a test needs at least two pairs, all finite")
    if is_same_difference(values, base):
        return None
    mean, variance = moments_of(apart)
    return float(2 * stdtr(n - 1, -abs(mean) / math.sqrt(variance / n)))
