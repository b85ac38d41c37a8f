"""A ratio of two means over the same replications, with its interval."""

import math
from collections.abc import Sequence

from experiments.statistics.interval import CONFIDENCE, Interval, t_quantile


def ratio_interval(above: Sequence[float], below: Sequence[float], *, confidence: float = CONFIDENCE) -> Interval:
    """Mean of `above` over mean of `below`, pairs of a replication each; delete-one jackknife and Student's t.

    Without bounds where one is left, or where a mean below is zero, with or without one replication.

    Source: R. G. Miller, The jackknife - a review, Biometrika 61(1), 1974, doi:10.1093/biomet/61.1.1; A. M.
    Law, Simulation Modeling and Analysis, 5th ed. 2015, section 9.5.3.

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
    middle = math.fsum(pseudo) / n
    variance = math.fsum((value - middle) ** 2 for value in pseudo) / (n - 1)
    half = t_quantile((1 + confidence) / 2, n - 1) * math.sqrt(variance / n)
    return Interval(whole, whole - half, whole + half, n)
