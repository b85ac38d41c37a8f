"""Numbers that decide a yes or no, and the value of knowing one of them; for a design, with intervals.

The probability of a yes in each world is regressed on each number alone: the curve is the probability over all other
numbers. Knowing the number before deciding avoids wrong decisions. Its value is the expected value of partial perfect
information, with a loss of one for each wrong decision.

Sources: A. Saltelli et al., Global Sensitivity Analysis: The Primer, 2008, chapter 4 (effects); M. Strong, J. E. Oakley
and A. Brennan, Medical Decision Making 34(3), 2014, 311-326, doi:10.1177/0272989X13505910 (partial information by
regression); H. Raiffa and R. Schlaifer, Applied Statistical Decision Theory, 1961, chapter 5 (samples beforehand).
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from experiments.statistics.interval import Interval, t_reach
from experiments.statistics.open_worlds import Known, probability
from experiments.statistics.ridge import Quadratic, fitted
from experiments.statistics.two_sources import variance_by_groups
from sim.units import Numbers

_DEGREES: Final = 10
"""Number of polynomial degrees tried, from a constant on (assumption)."""
_EACH: Final = 8
"""Least number of worlds for each degree (assumption)."""
_SATURATED: Final = 1e-9
"""If 1 minus a world's leverage is at most this (rounding), the other worlds do not determine its fit."""
_VALUES: Final = 32
"""Values of a number, equally likely (assumption)."""
_SIGNALS: Final = 16
"""Measurements at each value, equally likely (assumption)."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Probability of a yes along one number, averaged over all others."""

    values: Numbers
    """Values of the number, (V,), equally likely, ascending."""
    probability: Numbers
    """Probability at each value, (V,)."""
    first: float
    """Share of the answer's variance that the number explains alone (first-order index)."""

    @property
    def mean(self) -> float:
        return float(self.probability.mean())

    @property
    def wrong(self) -> float:
        """Share of wrong decisions once the number is known."""
        return float(np.mean(np.minimum(self.probability, 1 - self.probability)))

    @property
    def information(self) -> float:
        """Share of decisions that are wrong now and become right once the number is known."""
        return max(0.0, wrong(self.mean) - self.wrong)

    def wrong_after(self, deviation: float) -> float:
        """Share of wrong decisions after measuring the number with this standard deviation [its unit].

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
    """Share of wrong decisions if the likelier answer is given.

    >>> wrong(0.75)
    0.25
    """
    return min(probability, 1 - probability)


@dataclass(frozen=True, slots=True)
class Line:
    """A response along one number, averaged over all others, at its values (V,): equally likely, ascending."""

    values: Numbers
    response: Numbers
    degree: int


def line(number: Numbers, response: Numbers, degree: int | None = None) -> Line:
    """Polynomial of a response (N,) along a number (N,); by default with the least error at worlds left out."""
    values = np.quantile(number, (np.arange(_VALUES) + 0.5) / _VALUES)
    mean, reach = float(number.mean()), float(np.ptp(number)) / 2
    if reach == 0:
        return Line(values, np.full(_VALUES, response.mean()), 0)
    degrees = min(_DEGREES, len(np.unique(number)), 1 + len(number) // _EACH)
    basis, grid = (np.polynomial.legendre.legvander((at - mean) / reach, degrees - 1) for at in (number, values))
    orthogonal, upper = np.linalg.qr(basis)
    inside = orthogonal.T @ response
    left = response[:, None] - np.cumsum(orthogonal * inside, axis=1)
    spare = 1 - np.cumsum(orthogonal**2, axis=1)  # 0: without this world, nothing is known there
    errors = np.sum(np.divide(left, spare, out=np.full_like(left, np.inf), where=spare > _SATURATED) ** 2, axis=0)
    best = 1 + (int(np.argmin(errors)) if degree is None else min(degree, degrees - 1))
    answer: Numbers = np.asarray(grid[:, :best] @ np.linalg.solve(upper[:best, :best], inside[:best]), dtype=np.float64)
    return Line(values, answer, best - 1)


def curve(number: Numbers, holds: Numbers) -> Curve:
    """Probability along a number, from its value and the probability of a yes in each world, both (N,)."""
    fit = line(number, holds)
    if np.ptp(number) == 0:
        return Curve(fit.values, fit.response, 0.0)
    probability: Numbers = np.clip(fit.response, 0.0, 1.0).astype(np.float64)
    share = float(probability.mean())
    variance = share * (1 - share)
    return Curve(fit.values, probability, float(np.var(probability)) / variance if variance > 1e-9 else 0.0)


GROUPS: Final = 8
"""Groups of worlds; for the intervals each is left out once (assumption)."""
_ALONG: Final = 16
"""Values of a number, equally likely, for its total effect (assumption)."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Effect of a number on whether the answer holds: shares of the answer's variance, and value of knowing it."""

    number: int
    first: Interval
    """Effect alone."""
    total: Interval
    """Effect including interactions."""
    information: Interval
    """Share of decisions that are wrong now and become right once the number is known."""
    curve: Curve
    is_beyond_chance: bool
    """The effect exceeds the largest that so many numbers without effect would show by chance."""

    @property
    def is_sure_alone(self) -> bool:
        """Whether the number surely has an effect alone, so that its curve shows a direction."""
        return self.first.low is not None and self.first.low > 0


@dataclass(frozen=True, slots=True)
class Decided:
    """Quadratic of a design's margin over the scaled numbers, and the effects of these, largest total first."""

    surface: Quadratic
    spread: float
    """Standard deviation of a world's margin around the quadratic."""
    effects: tuple[Effect, ...]

    def probability(self, scaled: Numbers) -> Numbers:
        """Probability that the answer holds at scaled values (M, K), (M,)."""
        return probability(self.surface(scaled), self.spread)


def decided(known: Known, design: int) -> Decided:
    """Effects of all numbers on a design's answer.

    First-order effect and value of knowing: by regression of the answer on the number. Total effect: whether the
    quadratic's answer changes along the number. Intervals leave each group of worlds out of all fits once
    (delete-a-group jackknife, P. S. Kott, Journal of Official Statistics 17(4), 2001, 521-526). They include the error
    of the fits, but not deviations from a quadratic.
    """
    n_worlds = len(known.sample.scaled)
    groups = groups_of(n_worlds)
    surface, curves, figures = _fit(known, design, groups >= 0)
    left = []
    for group in range(GROUPS):
        fewer = known.without(frozenset(np.flatnonzero(groups == group).tolist()))
        left.append(_fit(fewer, design, groups != group, surface.curved)[2])
    intervals = (jackknifed(whole, of_groups) for whole, of_groups in zip(figures, np.stack(left, axis=1), strict=True))
    shares = [[interval.within(0.0, 1.0) for interval in of_figure] for of_figure in intervals]
    rows = zip(*shares, curves, known.beyond_chance(design).tolist(), strict=True)
    effects = [Effect(number, *row) for number, row in enumerate(rows)]
    spread = float((known.spread**2 + surface.error**2) ** 0.5)
    return Decided(surface, spread, tuple(sorted(effects, key=lambda effect: -effect.total.mean)))


def _fit(
    known: Known, design: int, rows: NDArray[Any], curved: float | None = None
) -> tuple[Quadratic, list[Curve], Numbers]:
    """The surface, the curves of all numbers, and their figures (3, K); `curved`: as in `ridge.fitted`."""
    scaled = known.sample.scaled[rows]
    surface = fitted(scaled, known.scores(known.sample, design)[rows], curved)
    holds = known.best(design)[rows]
    surface = surface.raised(scaled, float(holds.mean()), (known.spread**2 + surface.error**2) ** 0.5)
    curves = [curve(scaled[:, number], holds) for number in range(scaled.shape[1])]
    firsts, information = [line.first for line in curves], [line.information for line in curves]
    return surface, curves, np.array([firsts, _totals(surface, scaled), information])


def _totals(surface: Quadratic, scaled: Numbers) -> list[float]:
    """For each number: share of the variance of the surface's answer that is left if all other numbers are known."""
    response, gradient = surface(scaled), surface.gradient(scaled)
    variance = float(np.var(response >= 0))
    if not variance:
        return [0.0] * scaled.shape[1]
    places = (np.arange(_ALONG) + 0.5) / _ALONG
    shares = []
    for number in range(scaled.shape[1]):
        holds = surface.moved(response, gradient, scaled, number, np.quantile(scaled[:, number], places)) >= 0
        shares.append(float(np.mean(np.var(holds, axis=0))) / variance)
    return shares


def groups_of(n_worlds: int) -> NDArray[np.int64]:
    """The group of each world, at random."""
    return np.random.default_rng(n_worlds).permutation(np.arange(n_worlds) % GROUPS)


def jackknifed(whole: Numbers, left: Numbers) -> list[Interval]:
    """Intervals of figures (K,), from their values with each of G groups of worlds left out (G, K)."""
    n = len(left)
    halves = t_reach(n - 1) * np.sqrt(variance_by_groups(left))
    ends = zip(whole.tolist(), halves.tolist(), strict=True)
    return [Interval(mean, mean - half, mean + half, n) for mean, half in ends]
