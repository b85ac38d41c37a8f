"""Many comparisons with one baseline, and the chance of even one false statement kept within bounds.

Under common random numbers the replications of two scenarios are pairs, and so are the differences of all scenarios to
the baseline: `paired_family` takes a paired t test each, and Holm's step-down adjustment, which holds however the
differences depend on one another. Dunnett's test (`separate_family`) assumes independent samples of equal variance: it
is for scenarios that saw different random numbers. On pairs it would take the common noise for uncertainty.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from experiments.statistics.interval import CONFIDENCE, Interval
from experiments.statistics.paired import paired_intervals

_SEED: Final = 1
"""Dunnett's probabilities are integrals by quasi-random points: fixed, so that the same data give the same digits."""


class Family(StrEnum):
    """How many comparisons with one baseline are taken together."""

    HOLM = "holm"
    DUNNETT = "dunnett"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Statement:
    """A scenario less the baseline, as one of a family.

    `interval` holds together with those of the others. `p_value` is of this difference alone, `adjusted` within the
    family: those at most 1 − confidence are all true differences with the confidence. A step-down adjustment finds more
    than the intervals do, so that zero may lie just inside the interval of a difference that is stated. Both are None,
    and nothing is stated, where there is no test: of a single replication, or of values that are not finite.
    """

    interval: Interval
    p_value: float | None
    adjusted: float | None
    is_different: bool


def statements(
    scenarios: Mapping[str, Sequence[float]], baseline: str, family: Family, *, confidence: float = CONFIDENCE
) -> dict[str, Statement]:
    """Each scenario against the baseline, replication by replication, in the family asked for.

    Raises:
        KeyError: no such baseline.
        ValueError: different numbers of replications, none, or a confidence outside (0, 1).
    """
    alone = paired_intervals(scenarios, baseline, confidence=confidence)
    if not all(len(values) > 1 and all(map(math.isfinite, values)) for values in scenarios.values()):
        return {name: Statement(interval, None, None, is_different=False) for name, interval in alone.items()}
    if family is Family.DUNNETT:
        return separate_family(scenarios, baseline, confidence=confidence)
    found = paired_family(scenarios, baseline, confidence=confidence)
    if family is Family.HOLM:
        return found
    p_values = [one.p_value or 0.0 for one in found.values()]
    return _statements(alone, p_values, p_values, confidence)


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
    scenarios: Mapping[str, Sequence[float]], baseline: str, *, confidence: float = CONFIDENCE
) -> dict[str, Statement]:
    """Each scenario against the baseline, replication by replication: Holm's p-values, Bonferroni's intervals.

    Raises:
        KeyError: no such baseline.
        ValueError: different numbers of replications, fewer than two, one that is not finite, or a confidence outside
            (0, 1).
    """
    intervals = paired_intervals(scenarios, baseline, confidence=confidence, is_simultaneous=True)
    base = scenarios[baseline]
    p_values = [_paired_p([a - b for a, b in zip(scenarios[name], base, strict=True)], name) for name in intervals]
    return _statements(intervals, p_values, holm(p_values), confidence)


def separate_family(
    scenarios: Mapping[str, Sequence[float]], baseline: str, *, confidence: float = CONFIDENCE
) -> dict[str, Statement]:
    """Each scenario against the baseline, from *independent* samples: Dunnett's p-values and intervals.

    For scenarios under common random numbers take `paired_family`. The numbers of replications may differ. `p_value` is
    that of Student's test with the two samples' own variance.

    Source: C. W. Dunnett, J. American Statistical Association 50 (1955), 1096-1121.

    Raises:
        KeyError: no such baseline.
        ValueError: fewer than two replications of a scenario, or a confidence outside (0, 1).
    """
    from numpy.random import default_rng
    from scipy import stats

    if not 0 < confidence < 1:
        raise ValueError(f"confidence: must be between 0 and 1, got {confidence}")
    for name, values in scenarios.items():
        if len(values) < 2:
            raise ValueError(f"{name}: a test needs at least two replications, got {len(values)}")
    base = scenarios[baseline]
    others = {name: values for name, values in scenarios.items() if name != baseline}
    if not others:
        return {}
    if all(len(set(values)) == 1 for values in scenarios.values()):
        return _certain(others, base[0])
    with warnings.catch_warnings():
        # Of samples that are nearly constant: the digits that are lost are those of a variance of nearly zero.
        warnings.filterwarnings("ignore", message="Precision loss", category=RuntimeWarning)
        found = stats.dunnett(*others.values(), control=base, random_state=default_rng(_SEED))
        bounds = found.confidence_interval(confidence_level=confidence)
        p_values = [float(stats.ttest_ind(values, base).pvalue) for values in others.values()]
    intervals = {
        name: Interval(
            mean=math.fsum(values) / len(values) - math.fsum(base) / len(base),
            low=float(bounds.low[at]),
            high=float(bounds.high[at]),
            n=len(values),
        )
        for at, (name, values) in enumerate(others.items())
    }
    # Two constant samples that are equal have no statistic.
    p_values = [1.0 if math.isnan(value) else value for value in p_values]
    return _statements(intervals, p_values, [float(value) for value in found.pvalue], confidence)


def _certain(others: Mapping[str, Sequence[float]], base: float) -> dict[str, Statement]:
    """Statements on samples that do not vary at all."""
    found = {}
    for name, values in others.items():
        difference = values[0] - base
        p_value = 1.0 if difference == 0 else 0.0
        interval = Interval(difference, difference, difference, len(values))
        found[name] = Statement(interval, p_value, p_value, is_different=difference != 0)
    return found


def _statements(
    intervals: Mapping[str, Interval], p_values: Sequence[float], adjusted: Sequence[float], confidence: float
) -> dict[str, Statement]:
    return {
        name: Statement(interval, alone, within, is_different=within <= 1 - confidence)
        for (name, interval), alone, within in zip(intervals.items(), p_values, adjusted, strict=True)
    }


def _paired_p(differences: Sequence[float], name: str) -> float:
    """Two-sided p-value of a mean difference of zero."""
    from scipy.special import stdtr

    n = len(differences)
    if n < 2 or not all(math.isfinite(value) for value in differences):
        raise ValueError(f"{name}: a test needs at least two pairs, all finite")
    mean = math.fsum(differences) / n
    error = math.sqrt(math.fsum((value - mean) ** 2 for value in differences) / (n - 1) / n)
    if error == 0:
        return 1.0 if mean == 0 else 0.0
    return float(2 * stdtr(n - 1, -abs(mean) / error))
