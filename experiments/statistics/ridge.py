"""A response as a quadratic of many numbers, by kernel ridge regression from fewer points than numbers.

The penalty is the one with the smallest leave-one-group-out errors, which are also the errors reported.

Sources: C. Saunders, A. Gammerman and V. Vovk, Ridge regression learning algorithm in dual variables, ICML 1998,
515-521; D. M. Allen, Technometrics 16(1), 1974, 125-127, doi:10.1080/00401706.1974.10489157 (errors left out).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from sim.units import Numbers

_PENALTIES: Final = 10.0 ** np.arange(-6.0, 2.1, 0.5)
"""Penalties tried, as multiples of the mean of the Gram matrix's diagonal."""


@dataclass(frozen=True, slots=True)
class Ridge:
    """Prediction at a point: `constant` plus `weights` times the kernel of the point with each fitted point."""

    constant: float
    weights: Numbers
    errors: Numbers
    """For each fitted point: observed minus predicted without its group."""

    @property
    def error(self) -> float:
        """Root mean square of the errors."""
        return float(np.sqrt(np.mean(self.errors**2)))

    def explained(self, response: Numbers) -> float:
        """Share of the variance of the response (n,) that is predicted at points left out; 0 if none."""
        variance = float(np.var(response))
        return max(0.0, 1 - self.error**2 / variance) if variance > 0 else 0.0


def ridge(gram: Numbers, response: Numbers, groups: Sequence[Any] | NDArray[Any] | None = None) -> Ridge:
    """The fit to a response (n,) whose points have the kernel `gram` (n, n); the constant has no penalty.

    `groups`: points that are left out together, (n,); without groups each point alone.
    """
    n = len(response)
    blocks = [] if groups is None else _blocks(groups)
    centre = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(centre @ gram @ centre)
    values = np.maximum(values, 0.0)
    size = float(values.mean()) or 1.0
    inside = vectors.T @ (response - response.mean())
    best: tuple[float, Numbers] | None = None
    for penalty in _PENALTIES * size:
        kept = values / (values + penalty)
        errors = _errors(kept, vectors, response - response.mean() - vectors @ (kept * inside), blocks)
        if best is None or np.sum(errors**2) < np.sum(best[1] ** 2):
            best = penalty, errors
    assert best is not None
    weights = vectors @ (inside / (values + best[0]))
    weights -= weights.mean()
    return Ridge(float(np.mean(response - gram @ weights)), weights, best[1])


def _errors(kept: Numbers, vectors: Numbers, left: Numbers, blocks: Sequence[NDArray[np.int64]]) -> Numbers:
    """Errors of points predicted without their block, from residuals of the full fit (n,); without blocks, by point."""
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
"""Weights tried for squares and products relative to linear terms; the one with the smallest error is used."""


@dataclass(frozen=True, slots=True)
class Quadratic:
    """`constant + slopes·z + z·curvature·z` of K numbers."""

    constant: float
    slopes: Numbers
    curvature: Numbers
    """Symmetric (K, K)."""
    error: float
    """Root mean square of the errors at points left out of the fit [the response's unit]."""
    explained: float
    """Share of the response's variance at points left out that the fit explains, at least 0."""
    curved: float
    """Weight of squares and products in the fit."""

    def __call__(self, points: Numbers) -> Numbers:
        """The response at points (M, K), (M,)."""
        return np.asarray(self.constant + points @ self.slopes + np.sum((points @ self.curvature) * points, axis=1))

    def raised(self, points: Numbers, mean: float, deviation: float) -> "Quadratic":
        """The quadratic shifted so that responses with a normal error are not below 0 with this mean probability."""
        if deviation <= 0 or not 0 < mean < 1:
            return self
        return replace(self, constant=self.constant + deviation * step_to(self(points) / deviation, mean))

    def along(self, points: Numbers, number: int, values: Numbers) -> Numbers:
        """The response at the points with one number set to each of the values, (V, M)."""
        return self.moved(self(points), self.gradient(points), points, number, values)

    def gradient(self, points: Numbers) -> Numbers:
        """Shape (M, K)."""
        return np.asarray(self.slopes + 2 * points @ self.curvature)

    def moved(self, response: Numbers, gradient: Numbers, points: Numbers, number: int, values: Numbers) -> Numbers:
        """As `along`, from response and gradient at the points."""
        steps = values[:, None] - points[None, :, number]
        return np.asarray(response + steps * gradient[:, number] + steps**2 * self.curvature[number, number])


def fitted(points: Numbers, response: Numbers, curved: float | None = None) -> Quadratic:
    """The quadratic through a response (n,) at points (n, K), by kernel ridge regression.

    `curved`: weight of squares and products relative to linear terms; by default the one with the smallest error.
    """
    product = points @ points.T
    scale = float(np.mean(np.diag(product))) or 1.0
    weights = _CURVED if curved is None else (curved,)
    fits = [(weight, ridge(product + weight / scale * product**2, response)) for weight in weights]
    weight, best = min(fits, key=lambda pair: pair[1].error)
    weighted = points * best.weights[:, None]
    curvature = weight / scale * points.T @ weighted
    return Quadratic(best.constant, weighted.sum(axis=0), curvature, best.error, best.explained(response), weight)


def step_to(scores: Numbers, mean: float) -> float:
    """Amount to add to normal scores so that their probabilities have a given mean between 0 and 1.

    >>> round(step_to(np.array([-1.0, 0.0, 1.0]), 0.5), 9)
    0.0
    """
    return float(brentq(lambda step: float(ndtr(scores + step).mean()) - mean, -1e3, 1e3))


def additive(points: Numbers, response: Numbers) -> Ridge:
    """A fit by each number separately: its value and its square."""
    features = np.hstack([points, points**2 - np.mean(points**2, axis=0)])
    return ridge(features @ features.T, response)
