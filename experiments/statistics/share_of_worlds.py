"""Share of worlds in which an answer holds, if few worlds are simulated and the others predicted.

Each world of a sample has a prediction: that of a cheap screen if it is clear beyond doubt, otherwise that of a
regression. In each stratum (clear or open) some worlds, in a random order, are simulated. Their mean error corrects the
mean prediction, so predictions that are wrong on average widen the interval and do not bias it.

Sources: W. G. Cochran, Sampling Techniques, 3rd ed. 1977, sections 5A and 12.6-12.9 (strata, double sampling with
regression); M. Stein, Technometrics 29(2), 1987, 143-151, doi:10.1080/00401706.1987.10488205 (points that fill each
axis evenly leave only the variance that no sum of functions of one number explains); Y. Sun, D. W. Apley and J. Staum,
Operations Research 59(4), 2011, 998-1007, doi:10.1287/opre.1110.0932 (variance between scenarios, apart from the noise
within).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.interval import CONFIDENCE, TAILS, Interval, t_quantile
from experiments.statistics.ridge import additive
from sim.units import Numbers


def by_chance(n: int, numbers: int) -> float:
    """Largest share of a variance that so many numbers without effect show by chance in n worlds: 95 %, Bonferroni.

    >>> f"{by_chance(64, 180):.4f}"
    '0.1933'
    """
    t = t_quantile(1 - (1 - CONFIDENCE) / (2 * numbers), n - 2)
    return float(t**2 / (t**2 + n - 2))


Strata = NDArray[np.int64]


class Stratum(IntEnum):
    """Verdict of the screen on a world."""

    FAILS = 0
    OPEN = 1
    HOLDS = 2
    IMPOSSIBLE = 3
    """No such design can exist in this world: it fails there without being simulated."""


_BLOCK: Final = 4
"""Numbers whose Sobol' points stay together (assumption)."""


def sobol_points(n: int, numbers: int, seed: int) -> Numbers:
    """Scrambled Sobol' points (n, numbers) in [0, 1); n a power of two.

    Points have blocks of few numbers, which are paired at random (Latin supercube sampling). In a single sequence of a
    hundred dimensions, columns of 256 points correlate by 0.4 to 0.9, and numbers without effect seem to have one.

    Source: A. B. Owen, ACM Transactions on Modeling and Computer Simulation 8(1), 1998, 71-102,
    doi:10.1145/272991.273010.
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    blocks = [
        qmc.Sobol(min(_BLOCK, numbers - first), scramble=True, seed=rng).random(n)
        for first in range(0, numbers, _BLOCK)
    ]
    paired = [blocks[0], *(block[rng.permutation(n)] for block in blocks[1:])]
    return np.asarray(np.hstack(paired), dtype=np.float64)


def strata(screen: Numbers, *, fails_below: float, holds_above: float) -> Strata:
    """The stratum of each world, by its ratio of capacity to arrivals; 0 or less: impossible."""
    kinds = np.full(screen.shape, Stratum.OPEN, dtype=np.int64)
    kinds[screen < fails_below] = Stratum.FAILS
    kinds[screen > holds_above] = Stratum.HOLDS
    kinds[screen <= 0] = Stratum.IMPOSSIBLE
    return kinds


PRIOR: Final = 0.5
"""Added to the answers seen of each kind, to estimate their variance (Jeffreys)."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Simulated answers of a stratum compared with their predictions."""

    n: int
    error: float
    """Mean of probability that the answer holds, as simulated, minus its prediction."""
    variance: float
    """Variance of one world's error, including the noise of its replications."""
    noise: float
    """Part of it that is noise of the replications."""

    @classmethod
    def of(cls, errors: Sequence[float], noise: Sequence[float]) -> "Checked":
        """From the errors of simulated worlds and the variance that replications leave in each.

        Without a simulated world the mean error is 0, as uncertain as a coin's.

        >>> stratum = Checked.of([0.5, -0.5, 0.0], [0.1, 0.0, 0.0])
        >>> stratum.error, round(stratum.variance, 4), round(stratum.of_mean, 4)  # 3/8 of wrong answers
        (0.0, 0.2086, 0.0521)
        """
        n = len(errors)
        wrong = (sum(abs(error) for error in errors) + PRIOR) / (n + 2 * PRIOR)
        squares = sum(error**2 for error in errors) + wrong * (1 - wrong) + sum(noise)
        mean_noise = sum(noise) / n if n else 0.0
        return cls(n, sum(errors) / n if n else 0.0, squares / (n + 2 * PRIOR), mean_noise)

    @property
    def of_mean(self) -> float:
        """Variance of the mean error."""
        return self.variance / (self.n + 2 * PRIOR)


@dataclass(frozen=True, slots=True)
class Share:
    """The share with its interval, and the standard deviations behind it."""

    interval: Interval
    of_worlds: float
    """Due to the choice of worlds, both drawn and simulated."""
    of_replications: float
    """Due to the noise of the replications within worlds."""


def share(predictions: Numbers, strata: Strata, checked: Sequence[Checked], points: Numbers) -> Share:
    """The share over worlds (N,), from predictions, strata (indices of `checked`), and coordinates (N, K)."""
    weights = [float(np.mean(strata == number)) for number in range(len(checked))]
    mean = float(np.mean(predictions))
    mean += sum(weight * stratum.error for weight, stratum in zip(weights, checked, strict=True))
    drawn = left_by_axes(predictions, points) / len(predictions)
    simulated = sum(weight**2 * stratum.of_mean for weight, stratum in zip(weights, checked, strict=True))
    noise = sum(weight**2 * stratum.noise / max(stratum.n, 1) for weight, stratum in zip(weights, checked, strict=True))
    mean = min(1.0, max(0.0, mean))
    interval = bounded(mean, drawn + simulated, len(predictions))
    return Share(interval, math.sqrt(max(0.0, drawn + simulated - noise)), math.sqrt(noise))


def left_by_axes(values: Numbers, points: Numbers) -> float:
    """Variance of values at points that no sum of functions of single coordinates explains."""
    total = float(np.var(values))
    return min(total, additive(points, values).error ** 2) if total > 0 else 0.0


def bounded(mean: float, variance: float, n: int) -> Interval:
    """The interval of a share: the quantiles of the beta distribution with this mean and variance.

    A mean of exactly 0 or 1 counts as near it, with the variance given. With a variance that no share can have, the
    interval is 0 to 1.

    >>> [[round(end, 3) for end in bounded(0.5, variance, 100).bounds] for variance in (0.0025, 1.0)]
    [[0.402, 0.598], [0.0, 1.0]]
    """
    from scipy.special import betaincinv

    if variance <= 0:
        return Interval(mean, mean, mean, n)
    edge = min(0.5, math.sqrt(variance))
    # A mean at the end would have no variance: the distribution's mean is half a standard deviation inside.
    centre = min(1 - edge / 2, max(edge / 2, mean))
    size = max(centre * (1 - centre) / variance - 1, 1e-3)
    low, high = (float(betaincinv(centre * size, (1 - centre) * size, tail)) for tail in TAILS)
    return Interval(mean, min(low, mean), max(high, mean), n)
