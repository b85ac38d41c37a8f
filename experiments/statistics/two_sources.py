"""Intervals of paired differences, of ratios, and of estimates with two error sources: points and replications."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from experiments.statistics.interval import (
    ANYTHING,
    CONFIDENCE,
    Interval,
    Range,
    mean_interval,
    moments_of,
    of_many,
    t_reach,
)
from sim.units import Numbers

_ROUNDING: Final = 1e-12
"""Relative rounding error of sums: equal differences may differ by this share of the values."""


def differences(values: Sequence[float], baseline: Sequence[float]) -> list[float]:
    """Values minus those of the baseline, replication by replication.

    Raises:
        ValueError: different numbers of replications.
    """
    if len(values) != len(baseline):
        raise ValueError(
            f"values: replications must be paired: {len(values)} replications against {len(baseline)} of the baseline"
        )
    return [a - b for a, b in zip(values, baseline, strict=True)]


def paired_interval(
    values: Sequence[float],
    baseline: Sequence[float],
    *,
    possible: Range = ANYTHING,
    confidence: float = CONFIDENCE,
) -> Interval:
    """The t interval of the mean of `values` minus `baseline`, replication by replication.

    `possible` values of each limit the difference and its bounds.

    Common random numbers cancel in each difference, so the interval is usually much shorter than one from separate
    means.

    Source: A. M. Law, Simulation Modeling and Analysis, 5th ed. 2015, section 10.2.1.

    Raises:
        ValueError: different numbers of replications, none, or a confidence outside (0, 1).

    >>> paired_interval([11.0, 22.0, 33.0], [10.0, 21.0, 32.0])
    Interval(mean=1.0, low=1.0, high=1.0, n=3)
    """
    return mean_interval(differences(values, baseline), possible=difference_of(possible), confidence=confidence)


def is_same_difference(values: Sequence[float], baseline: Sequence[float]) -> bool:
    """Whether all pairs have the same difference, but for the rounding of sums.

    >>> is_same_difference([0.1 + 0.2, 0.7], [0.2, 0.6])
    True
    """
    apart = differences(values, baseline)
    return max(apart) - min(apart) <= _ROUNDING * max(map(abs, (*values, *baseline)))


def difference_of(possible: Range) -> Range:
    """The possible differences of two figures with these possible values.

    >>> difference_of((0.0, 1.0))
    (-1.0, 1.0)
    """
    least, most = possible
    return least - most, most - least


def paired_intervals(
    scenarios: Mapping[str, Sequence[float]],
    baseline: str,
    *,
    possible: Range = ANYTHING,
    is_simultaneous: bool = False,
) -> dict[str, Interval]:
    """Each scenario minus the baseline, by scenario; the baseline itself is left out.

    `is_simultaneous`: all intervals together have the usual confidence (Bonferroni), so each is wider.

    Raises:
        KeyError: no such baseline.
        ValueError: as in `paired_interval`.

    >>> sorted(paired_intervals({"now": [1.0, 2.0], "more": [2.0, 3.0], "most": [3.0, 4.0]}, "now"))
    ['more', 'most']
    """
    base = scenarios[baseline]
    others = {name: values for name, values in scenarios.items() if name != baseline}
    each = of_many(max(1, len(others))) if is_simultaneous else CONFIDENCE
    return {name: paired_interval(values, base, possible=possible, confidence=each) for name, values in others.items()}


def variance_ratio(values: Sequence[float], baseline: Sequence[float]) -> float | None:
    """Variance of the difference of separate runs relative to that of these pairs.

    4 means that separate runs would need four times the replications. None with fewer than two pairs, or if all pairs
    have the same difference.

    Raises:
        ValueError: different numbers of replications.
    """
    apart = np.array(differences(values, baseline), dtype=np.float64)
    if apart.size < 2 or is_same_difference(values, baseline):
        return None
    a, b = (np.asarray(each, dtype=np.float64) for each in (values, baseline))
    return float((np.var(a, ddof=1) + np.var(b, ddof=1)) / np.var(apart, ddof=1))


def jackknife(statistic: Callable[[Numbers], Numbers], outputs: Numbers) -> Numbers:
    """Variance of a statistic of the mean response that is due to replications: delete-one jackknife.

    `outputs`: (R, N), a row for each replication, a column for each point, under common random numbers. `statistic`
    receives the mean over rows, (N,), and may return any shape, which is also that of the variance.

    Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, section 11.5.

    Raises:
        ValueError: fewer than two replications, which do not show the noise.
    """
    n = len(outputs)
    if n < 2:
        raise ValueError(f"replications: at least 2, got {n}")
    total = outputs.sum(axis=0)
    without = np.array([statistic((total - left_out) / (n - 1)) for left_out in outputs])
    return variance_by_groups(without)


def variance_by_groups(left: Numbers) -> Numbers:
    """Variance of figures from their values with each of G groups left out (G, ...): delete-a-group jackknife."""
    n = len(left)
    return np.asarray((n - 1) / n * ((left - left.mean(axis=0)) ** 2).sum(axis=0), dtype=np.float64)


def variance_within(groups: Iterable[Numbers]) -> float:
    """Variance of values around the mean of their group, pooled over groups of several; 0 if there is none."""
    several = [values for values in groups if len(values) > 1]
    squares = sum(float(((values - values.mean()) ** 2).sum()) for values in several)
    return squares / sum(len(values) - 1 for values in several) if several else 0.0


def two_source_interval(
    estimate: float, *, sampling: float, n_samples: int, simulation: float, n_replications: int,
    confidence: float = CONFIDENCE,
) -> Interval:  # fmt: skip
    """The t interval of an estimate whose variance is the sum of `sampling` and `simulation`.

    `sampling`: variance over samples of the points for a given mean response. `simulation`: variance over sets of
    replications for given points. Effects of both together count in each, so the interval tends to be too wide. Degrees
    of freedom: F. E. Satterthwaite, Biometrics Bulletin 2(6), 1946, 110-114, doi:10.2307/3002019.

    >>> interval = two_source_interval(1.0, sampling=0.01, n_samples=10, simulation=0.0, n_replications=3)
    >>> f"{interval.low:.3f} {interval.high:.3f}"
    '0.774 1.226'
    """
    variance = sampling + simulation
    if not math.isfinite(variance):
        return Interval(estimate, None, None, n_replications)
    if variance == 0:
        return Interval(estimate, estimate, estimate, n_replications)
    # Shares, since the squares of small variances may vanish.
    first, second = sampling / variance, simulation / variance
    degrees = 1 / (first**2 / (n_samples - 1) + second**2 / (n_replications - 1))
    half = t_reach(degrees, confidence) * math.sqrt(variance)
    return Interval(estimate, estimate - half, estimate + half, n_replications)


def noise_share(outputs: Numbers) -> float:
    """Share of the variance of the mean response over points that is noise of the replications.

    A replication's effect on all points alike changes no index and is left out. `outputs`: (R, N), R ≥ 2. 0 if the
    response is the same everywhere.

    >>> noise_share(np.array([[0.0, 3.0], [0.0, 1.0]]))  # 0.5 of 2
    0.25
    """
    n, n_points = len(outputs), outputs.shape[1]
    mean = outputs.mean(axis=0)
    between = float(mean.var(ddof=1)) if n_points > 1 else 0.0
    if between == 0:
        return 0.0
    rest = outputs - mean - outputs.mean(axis=1, keepdims=True) + mean.mean()
    noise = float((rest**2).sum()) / ((n - 1) * (n_points - 1)) / n
    return noise / between if noise < between else 1.0


def ratio_interval(above: Sequence[float], below: Sequence[float]) -> Interval:
    """Mean of `above` over mean of `below`, in pairs by replication; delete-one jackknife and Student's t.

    No bounds with a single pair, or if the mean of `below` is zero with all replications or without one.

    Source: R. G. Miller, The jackknife - a review, Biometrika 61(1), 1974, doi:10.1093/biomet/61.1.1; A. M. Law,
    Simulation Modeling and Analysis, 5th ed. 2015, section 9.5.3.

    >>> ratio_interval([2.0, 4.0], [1.0, 2.0])
    Interval(mean=2.0, low=2.0, high=2.0, n=2)
    >>> ratio_interval([1.0], [0.0]).low is None
    True
    """
    n = len(above)
    sums = math.fsum(above), math.fsum(below)
    whole = sums[0] / sums[1] if sums[1] else math.nan
    rest = [(sums[0] - a, sums[1] - b) for a, b in zip(above, below, strict=True)]
    if n < 2 or not sums[1] or any(b == 0 for _, b in rest):
        return Interval(whole, None, None, n)
    pseudo = [n * whole - (n - 1) * a / b for a, b in rest]
    half = t_reach(n - 1) * math.sqrt(moments_of(pseudo)[1] / n)
    return Interval(whole, whole - half, whole + half, n)
