"""An interval with two sources of error: which points were sampled, and which replications simulated them."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.interval import CONFIDENCE, Interval, t_quantile

Floats = NDArray[np.float64]


def jackknife(statistic: Callable[[Floats], Floats], outputs: Floats) -> Floats:
    """Variance of a statistic of the mean response that comes from the replications: delete-one jackknife.

    `outputs`: (R, N), a row a replication, a column a point, under common random numbers; `statistic` takes
    the mean over rows, (N,), and gives any shape, which the variance has too.

    Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, section 11.5.

    Raises:
        ValueError: fewer than two replications, which tell nothing of the noise.
    """
    n = len(outputs)
    if n < 2:
        raise ValueError(f"replications: at least 2, got {n}")
    total = outputs.sum(axis=0)
    without = np.array([statistic((total - left_out) / (n - 1)) for left_out in outputs])
    return np.asarray((n - 1) / n * ((without - without.mean(axis=0)) ** 2).sum(axis=0), dtype=np.float64)


def two_source_interval(
    estimate: float, *, sampling: float, n_samples: int, simulation: float, n_replications: int
) -> Interval:
    """The t interval of an estimate whose variance is the sum of `sampling` and `simulation`.

    `sampling`: its variance over samples of the points, the mean response given; `simulation`: over sets of
    replications, the points given. What depends on both is in each, so that the interval is rather too wide
    than too narrow. Degrees of freedom: F. E. Satterthwaite, Biometrics Bulletin 2(6), 1946, 110-114,
    doi:10.2307/3002019.

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
    half = t_quantile((1 + CONFIDENCE) / 2, degrees) * math.sqrt(variance)
    return Interval(estimate, estimate - half, estimate + half, n_replications)


def noise_share(outputs: Floats) -> float:
    """Of the variance of the mean response over points, the share that is noise of the replications.

    What a replication adds to all points alike changes no index and is left out. `outputs`: (R, N), R ≥ 2.
    0 where the response is the same everywhere.
    """
    n, n_points = len(outputs), outputs.shape[1]
    mean = outputs.mean(axis=0)
    between = float(mean.var(ddof=1)) if n_points > 1 else 0.0
    if between == 0:
        return 0.0
    rest = outputs - mean - outputs.mean(axis=1, keepdims=True) + mean.mean()
    noise = float((rest**2).sum()) / ((n - 1) * (n_points - 1)) / n
    return noise / between if noise < between else 1.0
