"""In which share of worlds an answer holds, where few worlds are simulated and the others are predicted.

All worlds of a sample have a prediction: a cheap one where it is clear beyond doubt, that of a regression
elsewhere. In each stratum (clear or open) some worlds, in a random order, are simulated; their mean error
corrects the mean prediction. Predictions that are wrong on average are corrected so, and make the interval wide.

Sources: W. G. Cochran, Sampling Techniques, 3rd ed. 1977, sections 5A and 12.6-12.9 (strata, double
sampling with regression); M. Stein, Technometrics 29(2), 1987, 143-151, doi:10.1080/00401706.1987.10488205
(points that fill each axis evenly leave only the variance that no sum of functions of one number explains);
Y. Sun, D. W. Apley and J. Staum, Operations Research 59(4), 2011, 998-1007, doi:10.1287/opre.1110.0932
(variance between scenarios, apart from the noise within).

The regression is a quadratic, by kernel ridge regression. Its penalty is the one whose leave-one-group-out errors are
least; those errors are what the fit says of itself. C. Saunders, A. Gammerman and V. Vovk, Ridge regression learning
algorithm in dual variables, ICML 1998, 515-521; D. M. Allen, Technometrics 16(1), 1974, 125-127,
doi:10.1080/00401706.1974.10489157 (errors left out).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from experiments.statistics.interval import CONFIDENCE, Interval, t_quantile
from experiments.statistics.two_sources import Floats

_PENALTIES: Final = 10.0 ** np.arange(-6.0, 2.1, 0.5)
"""Tried, as multiples of the mean of the Gram matrix's diagonal."""


@dataclass(frozen=True, slots=True)
class Ridge:
    """Prediction at a point: `constant` plus `weights` times the kernel of the point with each fitted point."""

    constant: float
    weights: Floats
    errors: Floats
    """Of each fitted point, predicted without its group: what was observed minus what was predicted."""

    @property
    def error(self) -> float:
        """Root mean square of the errors."""
        return float(np.sqrt(np.mean(self.errors**2)))


def ridge(gram: Floats, response: Floats, groups: Sequence[Any] | NDArray[Any] | None = None) -> Ridge:
    """The fit to a response (n,) whose points have the kernel `gram` (n, n); the constant has no penalty.

    `groups`: points that are left out together, (n,); none: each alone.
    """
    n = len(response)
    blocks = [] if groups is None else _blocks(groups)
    centre = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(centre @ gram @ centre)
    values = np.maximum(values, 0.0)
    size = float(values.mean()) or 1.0
    inside = vectors.T @ (response - response.mean())
    best: tuple[float, Floats] | None = None
    for penalty in _PENALTIES * size:
        kept = values / (values + penalty)
        errors = _errors(kept, vectors, response - response.mean() - vectors @ (kept * inside), blocks)
        if best is None or np.sum(errors**2) < np.sum(best[1] ** 2):
            best = penalty, errors
    assert best is not None
    weights = vectors @ (inside / (values + best[0]))
    weights -= weights.mean()
    return Ridge(float(np.mean(response - gram @ weights)), weights, best[1])


def _errors(kept: Floats, vectors: Floats, left: Floats, blocks: Sequence[NDArray[np.int64]]) -> Floats:
    """Of points predicted without their block, from what the fit to all leaves, (n,); no blocks: without themselves."""
    if not blocks:
        return np.asarray(left / (1 - 1 / len(left) - (vectors**2) @ kept))
    errors = np.empty(len(left))
    for block in blocks:
        of_block = vectors[block]
        hat = 1 / len(left) + (of_block * kept) @ of_block.T
        errors[block] = np.linalg.lstsq(np.eye(len(block)) - hat, left[block], rcond=None)[0]
    return errors


def _blocks(groups: Sequence[Any] | NDArray[Any]) -> list[NDArray[np.int64]]:
    _, numbers = np.unique(np.asarray(groups), return_inverse=True)
    return [np.flatnonzero(numbers == number) for number in range(int(numbers.max()) + 1)]


_CURVED: Final = (0.0, 0.3, 1.0, 3.0)
"""Weights of squares and products beside the linear terms, of which the one with the least error is taken."""


@dataclass(frozen=True, slots=True)
class Quadratic:
    """`constant + slopes·z + z·curvature·z` of K numbers."""

    constant: float
    slopes: Floats
    curvature: Floats
    """(K, K), symmetric."""
    error: float
    """Root mean square of the errors at points left out of the fit [the response's unit]."""
    explained: float
    """Share of the response's variance at points left out that it explains; 0 where it explains none."""
    curved: float
    """Weight of squares and products in the fit."""

    def __call__(self, points: Floats) -> Floats:
        """The response at points (M, K), (M,)."""
        return np.asarray(self.constant + points @ self.slopes + np.sum((points @ self.curvature) * points, axis=1))

    def raised(self, points: Floats, mean: float, deviation: float) -> "Quadratic":
        """So that responses with a normal error are not below 0 with this mean probability at points (M, K)."""
        if deviation <= 0 or not 0 < mean < 1:
            return self
        return replace(self, constant=self.constant + deviation * step_to(self(points) / deviation, mean))

    def along(self, points: Floats, number: int, values: Floats) -> Floats:
        """The response at the points with one number set to each of the values, (V, M)."""
        return self.moved(self(points), self.gradient(points), points, number, values)

    def gradient(self, points: Floats) -> Floats:
        """(M, K)."""
        return np.asarray(self.slopes + 2 * points @ self.curvature)

    def moved(self, response: Floats, gradient: Floats, points: Floats, number: int, values: Floats) -> Floats:
        """As `along`, from response and gradient at the points."""
        steps = values[:, None] - points[None, :, number]
        return np.asarray(response + steps * gradient[:, number] + steps**2 * self.curvature[number, number])


def fitted(points: Floats, response: Floats, curved: float | None = None) -> Quadratic:
    """The quadratic through a response (n,) at points (n, K), by kernel ridge regression.

    `curved`: weight of squares and products beside the linear terms; none: the one with the least error.
    """
    product = points @ points.T
    scale = float(np.mean(np.diag(product))) or 1.0
    weights = _CURVED if curved is None else (curved,)
    fits = [(weight, ridge(product + weight / scale * product**2, response)) for weight in weights]
    weight, best = min(fits, key=lambda pair: pair[1].error)
    weighted = points * best.weights[:, None]
    curvature = weight / scale * points.T @ weighted
    variance = float(np.var(response))
    explained = max(0.0, 1 - best.error**2 / variance) if variance > 0 else 0.0
    return Quadratic(best.constant, weighted.sum(axis=0), curvature, best.error, explained, weight)


def step_to(scores: Floats, mean: float) -> float:
    """What is to be added to normal scores so that their probabilities have a mean between 0 and 1.

    >>> round(step_to(np.array([-1.0, 0.0, 1.0]), 0.5), 9)
    0.0
    """
    return float(brentq(lambda step: float(ndtr(scores + step).mean()) - mean, -1e3, 1e3))


def additive(points: Floats, response: Floats) -> Ridge:
    """A fit by each number alone: its value and its square."""
    features = np.hstack([points, points**2 - np.mean(points**2, axis=0)])
    return ridge(features @ features.T, response)


def by_chance(n: int, numbers: int) -> float:
    """Share of a variance that the luckiest of so many numbers that do nothing makes in n worlds: 95 %, Bonferroni.

    >>> f"{by_chance(64, 180):.2f}"
    '0.19'
    """
    t = t_quantile(1 - (1 - CONFIDENCE) / (2 * numbers), n - 2)
    return float(t**2 / (t**2 + n - 2))


Strata = NDArray[np.int64]


class Stratum(IntEnum):
    """What the screen says of a world."""

    FAILS = 0
    OPEN = 1
    HOLDS = 2
    IMPOSSIBLE = 3
    """No design like this can be in such a world: it fails there without being simulated."""


_BLOCK: Final = 4
"""Numbers whose Sobol' points stay together (assumption)."""


def sobol_points(n: int, numbers: int, seed: int) -> Floats:
    """Scrambled Sobol' points (n, numbers) in [0, 1); n a power of two.

    In blocks of few numbers, which are paired at random (Latin supercube sampling). In a hundred dimensions at once,
    columns of 256 points correlate by 0.4 to 0.9, and a number that does nothing looks like one that acts.

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


def strata(screen: Floats, *, fails_below: float, holds_above: float) -> Strata:
    """The stratum of each world, by its ratio of what can be handled to what arrives; 0 or less: impossible."""
    kinds = np.full(screen.shape, Stratum.OPEN, dtype=np.int64)
    kinds[screen < fails_below] = Stratum.FAILS
    kinds[screen > holds_above] = Stratum.HOLDS
    kinds[screen <= 0] = Stratum.IMPOSSIBLE
    return kinds


_PRIOR: Final = 0.5
"""Answers of each kind that are added to those seen when their variance is estimated (Jeffreys)."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A stratum: simulated answers against their predictions.

    `errors`: of the worlds simulated, the probability that the answer holds there minus its prediction;
    `noise`: the variance that replications leave in each.
    """

    n: int
    error: float
    """Mean."""
    variance: float
    """Of one world's error, noise of its replications included."""
    noise: float
    """Of which are noise of the replications."""

    @classmethod
    def of(cls, errors: Sequence[float], noise: Sequence[float]) -> "Checked":
        """Without a world simulated: an error of none, as uncertain as a coin's."""
        n = len(errors)
        wrong = (sum(abs(error) for error in errors) + _PRIOR) / (n + 2 * _PRIOR)
        squares = sum(error**2 for error in errors) + wrong * (1 - wrong) + sum(noise)
        mean_noise = sum(noise) / n if n else 0.0
        return cls(n, sum(errors) / n if n else 0.0, squares / (n + 2 * _PRIOR), mean_noise)

    @property
    def of_mean(self) -> float:
        """Variance of the mean error."""
        return self.variance / (self.n + 2 * _PRIOR)


@dataclass(frozen=True, slots=True)
class Share:
    """The share with its interval, and the standard deviations that the interval is made of."""

    interval: Interval
    of_worlds: float
    """From which worlds were drawn, and which of them were simulated."""
    of_replications: float
    """From the noise of the replications within the worlds."""


def share(predictions: Floats, strata: Strata, checked: Sequence[Checked], points: Floats) -> Share:
    """The share over worlds (N,) with these predictions, strata (numbers of `checked`), and coordinates (N, K)."""
    weights = [float(np.mean(strata == number)) for number in range(len(checked))]
    mean = float(np.mean(predictions))
    mean += sum(weight * stratum.error for weight, stratum in zip(weights, checked, strict=True))
    drawn = left_by_axes(predictions, points) / len(predictions)
    simulated = sum(weight**2 * stratum.of_mean for weight, stratum in zip(weights, checked, strict=True))
    noise = sum(weight**2 * stratum.noise / max(stratum.n, 1) for weight, stratum in zip(weights, checked, strict=True))
    mean = min(1.0, max(0.0, mean))
    interval = bounded(mean, drawn + simulated, len(predictions))
    return Share(interval, math.sqrt(max(0.0, drawn + simulated - noise)), math.sqrt(noise))


def left_by_axes(values: Floats, points: Floats) -> float:
    """Variance of values at points that no sum of functions of one coordinate explains."""
    total = float(np.var(values))
    return min(total, additive(points, values).error ** 2) if total > 0 else 0.0


def bounded(mean: float, variance: float, n: int) -> Interval:
    """The interval of a share: the quantiles of the beta distribution with this mean and variance.

    Exactly 0 or 1 is taken as nearly so, with the variance given.

    >>> interval = bounded(0.5, 0.0025, 100)
    >>> f"{interval.low:.3f} {interval.high:.3f}"
    '0.402 0.598'
    """
    from scipy.special import betaincinv

    if variance <= 0:
        return Interval(mean, mean, mean, n)
    edge = min(0.5, math.sqrt(variance))
    # A mean at the end would have no variance: the distribution is that of a mean one standard deviation inside.
    centre = min(1 - edge / 2, max(edge / 2, mean))
    size = max(centre * (1 - centre) / variance - 1, 1e-3)
    tails = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
    low, high = (float(betaincinv(centre * size, (1 - centre) * size, tail)) for tail in tails)
    return Interval(mean, min(low, mean), max(high, mean), n)
