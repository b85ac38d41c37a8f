"""Which numbers decide a yes or a no, and what it is worth to know one of them.

The probability of a yes in each world is regressed on one number after the other: the curve is the
probability over all other numbers. Knowing the number before deciding avoids wrong decisions: the expected
value of partial perfect information, with a loss of one for each.

Sources: A. Saltelli et al., Global Sensitivity Analysis: The Primer, 2008, chapter 4 (effects); M. Strong,
J. E. Oakley and A. Brennan, Medical Decision Making 34(3), 2014, 311-326, doi:10.1177/0272989X13505910
(partial information by regression); H. Raiffa and R. Schlaifer, Applied Statistical Decision Theory, 1961,
chapter 5 (samples beforehand).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri

from experiments.statistics.two_sources import Floats

_DEGREES: Final = 10
"""Of the polynomial that are tried, from a constant on (assumption)."""
_EACH: Final = 8
"""Worlds for each degree, at least (assumption)."""
_VALUES: Final = 32
"""Of a number, equally likely (assumption)."""
_SIGNALS: Final = 16
"""Of a measurement at each value, equally likely (assumption)."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Probability of a yes along one number, over all others."""

    values: Floats
    """Of the number, (V,), equally likely, ascending."""
    probability: Floats
    """(V,)."""
    first: float
    """Share of the answer's variance that the number makes alone (first-order index)."""
    degree: int = 0
    """Of the polynomial."""

    @property
    def mean(self) -> float:
        return float(self.probability.mean())

    @property
    def wrong(self) -> float:
        """Share of wrong decisions once the number is known."""
        return float(np.mean(np.minimum(self.probability, 1 - self.probability)))

    @property
    def information(self) -> float:
        """Share of decisions that are wrong now, and right once the number is known."""
        return max(0.0, wrong(self.mean) - self.wrong)

    def wrong_after(self, deviation: float) -> float:
        """Share of wrong decisions after the number was measured with this standard deviation [its unit].

        >>> curve = Curve(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 1.0)
        >>> [round(curve.wrong_after(deviation), 2) for deviation in (0.01, 0.5, 100.0)]
        [0.0, 0.16, 0.5]
        """
        if deviation <= 0:
            return self.wrong
        around = ndtri((np.arange(_SIGNALS) + 0.5) / _SIGNALS) * deviation
        signals = (self.values[:, None] + around[None, :]).ravel()
        distance = ((signals[:, None] - self.values[None, :]) / deviation) ** 2
        weights = np.exp(-0.5 * (distance - distance.min(axis=1, keepdims=True)))
        known = weights @ self.probability / weights.sum(axis=1)
        return float(np.mean(np.minimum(known, 1 - known)))


def wrong(probability: float) -> float:
    """Share of wrong decisions where the likelier answer is given.

    >>> wrong(0.75)
    0.25
    """
    return min(probability, 1 - probability)


@dataclass(frozen=True, slots=True)
class Line:
    """A response along one number, over all others: at its values (V,), equally likely, ascending."""

    values: Floats
    response: Floats
    degree: int
    """Of the polynomial."""


def line(number: Floats, response: Floats, degree: int | None = None) -> Line:
    """The polynomial of a response (N,) along a number (N,); no `degree`: of the least error at worlds left out."""
    values = np.quantile(number, (np.arange(_VALUES) + 0.5) / _VALUES)
    mean, reach = float(number.mean()), float(np.ptp(number)) / 2
    if reach == 0:
        return Line(values, np.full(_VALUES, response.mean()), 0)
    degrees = min(_DEGREES, len(np.unique(number)), 1 + len(number) // _EACH)
    basis, grid = (np.polynomial.legendre.legvander((at - mean) / reach, degrees - 1) for at in (number, values))
    orthogonal, upper = np.linalg.qr(basis)
    inside = orthogonal.T @ response
    left = response[:, None] - np.cumsum(orthogonal * inside, axis=1)
    errors = np.sum((left / (1 - np.cumsum(orthogonal**2, axis=1))) ** 2, axis=0)
    best = 1 + (int(np.argmin(errors)) if degree is None else min(degree, degrees - 1))
    answer: Floats = np.asarray(grid[:, :best] @ np.linalg.solve(upper[:best, :best], inside[:best]), dtype=np.float64)
    return Line(values, answer, best - 1)


def curve(number: Floats, holds: Floats, degree: int | None = None) -> Curve:
    """The probability along a number, from its value and the probability of a yes in each world, (N,) both."""
    fit = line(number, holds, degree)
    if np.ptp(number) == 0:
        return Curve(fit.values, fit.response, 0.0, 0)
    probability: Floats = np.clip(fit.response, 0.0, 1.0).astype(np.float64)
    share = float(probability.mean())
    variance = share * (1 - share)
    return Curve(fit.values, probability, float(np.var(probability)) / variance if variance > 1e-9 else 0.0, fit.degree)
