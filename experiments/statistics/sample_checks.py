"""Checks that one distribution can fit all values: independent of order and time of day, one group, not cut off."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import chdtrc, ndtri

from sim.units import Numbers

SIGNIFICANT: Final = 0.01
"""p-value from which a check is reported (assumption): several are made of each sample."""
_LAGS: Final = 10
_HOURS: Final = 4
"""Length of a part of the day [h]: shorter parts have few values."""
_FEW: Final = 5
_PILED: Final = 3
"""Values are cut off at an end if more equal it than this number, and than this multiple of the next five's mean."""
_BETTER: Final = 10.0
"""Difference of BIC that speaks very strongly (R. E. Kass and A. E. Raftery, JASA 90, 1995, 773-795)."""
_APART: Final = 2.0
"""Ashman's D from which two groups are separate (K. M. Ashman, C. M. Bird and S. E. Zepf, AJ 108, 1994, 2348-2361)."""
_SMALLEST: Final = 0.05
"""Least share of a group (assumption)."""
_EM_STEPS, _STILL = 300, 1e-6


@dataclass(frozen=True, slots=True)
class Order:
    """Dependence of values on previous ones, by their ranks, so that outliers have little weight."""

    lag_1: float
    """Autocorrelation of neighbours."""
    p_value: float
    """Ljung and Box's p-value, of up to ten lags (Biometrika 65, 1978, 297-303)."""
    n: int

    @property
    def is_dependent(self) -> bool:
        return self.p_value < SIGNIFICANT

    @property
    def block(self) -> int:
        """Values that a bootstrap draws together: E. Carlstein's rule, Annals of Statistics 14, 1986, 1171-1179."""
        correlation = min(abs(self.lag_1), 0.99)
        if not self.is_dependent:
            return 1
        return max(2, math.ceil(math.cbrt((2 * correlation / (1 - correlation**2)) ** 2 * self.n)))


def order_of(values: Numbers) -> Order:
    """The order check of values in the order in which they arrived.

    >>> order_of(np.arange(40.0)).is_dependent, order_of(np.random.default_rng(1).normal(size=40)).is_dependent
    (True, False)
    """
    from scipy.stats import rankdata

    n = len(values)
    scores = ndtri((np.asarray(rankdata(values), dtype=np.float64) - 0.5) / n)
    scores -= scores.mean()
    total = float(scores @ scores)
    lags = range(1, min(_LAGS, n // 5) + 1)
    correlations = [float(scores[lag:] @ scores[:-lag]) / total for lag in lags]
    statistic = n * (n + 2) * sum(each**2 / (n - lag) for lag, each in zip(lags, correlations, strict=True))
    return Order(correlations[0], float(chdtrc(len(lags), statistic)), n)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: its first and last hour, and its values."""

    first: int
    last: int
    n: int
    median: float


@dataclass(frozen=True, slots=True)
class Clock:
    """Whether values differ by time of day: Kruskal and Wallis's test over parts of it."""

    parts: tuple[Part, ...]
    p_value: float

    @property
    def is_dependent(self) -> bool:
        return self.p_value < SIGNIFICANT


def clock_of(values: Numbers, hours: Numbers) -> Clock:
    """Check of values by the hour of the day (0 to 24); p is 1 if fewer than two parts have enough values."""
    from scipy.stats import kruskal

    part_of = (hours // _HOURS).astype(int)
    groups = {int(part): values[part_of == part] for part in np.unique(part_of)}
    groups = {part: group for part, group in groups.items() if len(group) >= _FEW}
    parts = tuple(
        Part(_HOURS * part, _HOURS * (part + 1), len(group), float(np.median(group))) for part, group in groups.items()
    )
    return Clock(parts, float(kruskal(*groups.values()).pvalue) if len(groups) > 1 else 1.0)


@dataclass(frozen=True, slots=True)
class Groups:
    """Two normal (or, for positive values, lognormal) distributions that fit better than one of any family.

    `shares` and `middles` (medians): of the lower and the upper group.
    """

    shares: tuple[float, float]
    middles: tuple[float, float]


def groups_in(values: Numbers, least_bic: float) -> Groups | None:
    """The two groups, if they are separate and clearly beat the families' `least_bic`."""
    is_positive = bool(values.min() > 0)
    at = np.log(values) if is_positive else values
    jacobian = float(at.sum()) if is_positive else 0.0
    starts = [_two_normals(at, start) for start in np.quantile(at, [0.2, 0.5, 0.8])]
    likelihood, share, middles, deviations = max(starts, key=lambda start: start[0])
    apart = abs(middles[1] - middles[0]) * math.sqrt(2 / float(deviations @ deviations))
    bic = 5 * math.log(len(values)) - 2 * (likelihood - jacobian)
    if least_bic - bic < _BETTER or apart < _APART or not _SMALLEST < share < 1 - _SMALLEST:
        return None
    low, high = np.argsort(middles)
    both = np.exp(middles) if is_positive else middles
    shares = (1 - share, share)
    return Groups((shares[low], shares[high]), (float(both[low]), float(both[high])))


def _two_normals(at: Numbers, start: float) -> tuple[float, float, Numbers, Numbers]:
    """Log-likelihood, share of the second, means and standard deviations of a mixture: expectation, maximisation."""
    least = 0.05 * at.std()
    of_second = (at > start).astype(np.float64)
    for _step in range(_EM_STEPS):
        weights = np.stack([1 - of_second, of_second])
        sizes = np.maximum(weights.sum(axis=1), 1e-9)
        middles = weights @ at / sizes
        deviations = np.sqrt(np.maximum((weights * (at - middles[:, None]) ** 2).sum(axis=1) / sizes, least**2))
        logs = (
            np.log(sizes / len(at))[:, None] - np.log(deviations * math.sqrt(2 * math.pi))[:, None]
            - ((at - middles[:, None]) / deviations[:, None]) ** 2 / 2
        )  # fmt: skip
        both = np.logaddexp(*logs)
        before, of_second = of_second, np.exp(logs[1] - both)
        if np.abs(of_second - before).max() < _STILL:
            break
    return float(both.sum()), float(sizes[1] / len(at)), middles, deviations


def piled_up(values: Numbers) -> list[tuple[float, int]]:
    """The largest and the least value, if far more values equal it than its neighbours.

    >>> piled_up(np.append(np.arange(20.0), [30.0] * 6)), piled_up(np.arange(20.0))
    ([(30.0, 6)], [])
    """
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < 3:
        return []
    ends = (distinct[-1], counts[-1], counts[-6:-1]), (distinct[0], counts[0], counts[1:6])
    return [(float(end), int(n)) for end, n, others in ends if n > _PILED * max(1.0, others.mean())]
