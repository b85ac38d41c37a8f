"""Means, quantiles and probabilities over futures: exact over growths and results, with the errors of what is drawn.

Draws and replications make the two errors of a mean.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.statistics import Interval
from experiments.statistics.interval import t_quantile
from experiments.statistics.two_sources import two_source_interval
from experiments.studies.expansion.curves import Floats

BANDS: Final = (0.05, 0.95)


def expected(values: Floats, weight: Floats) -> Floats:
    """Means over growths and leaves (…, G, F, K, R) to (…, K, R)."""
    return np.asarray(np.einsum("...gfkr,gf->...kr", values, weight), dtype=np.float64)


def two_sources(values: Floats) -> Interval:
    """The interval of the mean of (K, R): K draws and R replications, each of them an error of its own."""
    k, r = values.shape
    sampling = float(values.mean(axis=1).var(ddof=1)) / k
    simulation = float(values.mean(axis=0).var(ddof=1)) / r if r > 1 else math.nan
    return two_source_interval(
        float(values.mean()), sampling=sampling, n_samples=k, simulation=simulation, n_replications=r
    )


def probability_of_best(mean: Floats, best: int) -> float:
    """At least the probability that a path has the highest expected value: Bonferroni's bound over paired differences.

    As `statistics/allocation.py` estimates a selection, but with pairs, and with both errors. (P, K, R). Paths that are
    alike in all futures are one.
    """
    from scipy.special import stdtr

    wrong = 0.0
    for number in range(len(mean)):
        difference = mean[best] - mean[number]
        if number == best or not difference.any():
            continue
        interval = two_sources(difference)
        if interval.low is None or interval.high is None:
            return math.nan
        half = (interval.high - interval.low) / 2
        if half == 0:
            continue
        k, r = difference.shape
        first, second = difference.mean(axis=1).var(ddof=1) / k, difference.mean(axis=0).var(ddof=1) / r
        degrees = (first + second) ** 2 / (first**2 / (k - 1) + second**2 / (r - 1))
        wrong += 1 - float(stdtr(degrees, interval.mean / half * t_quantile(0.975, degrees)))
    return max(0.0, 1 - wrong)


def quantile(values: Floats, weight: Floats, share: float) -> float:
    """The value that so large a share of the futures lies below (G, F, K)."""
    each = np.broadcast_to(weight[:, :, None], values.shape).ravel()
    order = np.argsort(values.ravel(), kind="stable")
    total = np.cumsum(each[order])
    at = int(np.searchsorted(total, share * total[-1]))
    return float(values.ravel()[order][min(at, order.size - 1)])


def bands(values: Floats, weight: Floats) -> Floats:
    """Mean and quantiles over futures of each year: (G, F, K, Y) to (3, Y)."""
    k, years = values.shape[2:]
    rows = []
    for year in range(years):
        each = values[..., year]
        mean = float(np.einsum("gfk,gf->", each, weight)) / k
        rows.append((mean, *(quantile(each, weight, share) for share in BANDS)))
    return np.array(rows).T


def share(is_so: NDArray[np.bool_], weight: Floats) -> float:
    """Probability of the futures in which something is so; sums of probabilities are exact to twelve digits."""
    return round(float(np.einsum("gfk,gf->", is_so, weight)) / int(is_so.shape[2]), 12)
