"""A response over many numbers as a quadratic: cheap to evaluate anywhere, and along any of its numbers."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.statistics.kernel_ridge import Ridge, ridge
from experiments.statistics.two_sources import Floats

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


def additive(points: Floats, response: Floats) -> Ridge:
    """A fit by each number alone: its value and its square."""
    features = np.hstack([points, points**2 - np.mean(points**2, axis=0)])
    return ridge(features @ features.T, response)
