"""What decides the answer of a design: effects and worth of each assumed number, with intervals."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.deciding import Curve, curve
from experiments.statistics.interval import CONFIDENCE, Interval, t_quantile
from experiments.statistics.open_worlds import Known, probability
from experiments.statistics.quadratic import Quadratic, fitted
from experiments.statistics.two_sources import Floats

GROUPS: Final = 8
"""Of worlds, each left out once for the intervals (assumption)."""
_VALUES: Final = 16
"""Of a number, equally likely, along which total effects are taken (assumption)."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Of a number on whether the answer holds: shares of the answer's variance, and what knowing it is worth."""

    number: int
    first: Interval
    """What it makes alone."""
    total: Interval
    """With all that it acts with."""
    information: Interval
    """Share of decisions that are right once it is known, and wrong before."""
    curve: Curve

    @property
    def swing(self) -> float:
        """Probability at the number's high end minus that at its low end."""
        return float(self.curve.probability[-1] - self.curve.probability[0])


@dataclass(frozen=True, slots=True)
class Decided:
    """The quadratic of a design's margin over the scaled numbers, and its effects, largest total first."""

    surface: Quadratic
    spread: float
    """Standard deviation of a world's margin around the quadratic's."""
    effects: tuple[Effect, ...]

    def probability(self, scaled: Floats) -> Floats:
        """That the answer holds at scaled values (M, K), (M,)."""
        return probability(self.surface(scaled), self.spread)


def decided(known: Known, design: int) -> Decided:
    """Effects of all numbers on a design's answer.

    Alone, and worth of knowing: by regression of the answer on the number. Total: whether the quadratic's
    answer changes along the number. Intervals leave a group of worlds out of all fits, each group once
    (delete-a-group jackknife, P. S. Kott, Journal of Official Statistics 17(4), 2001, 521-526). They hold
    the error of the fits, not what a quadratic cannot follow.
    """
    n_worlds = len(known.sample.scaled)
    groups = groups_of(n_worlds)
    surface, curves, figures = _fit(known, design, groups >= 0, None)
    left = []
    for group in range(GROUPS):
        fewer = known.without(frozenset(np.flatnonzero(groups == group).tolist()))
        left.append(_fit(fewer, design, groups != group, (surface, curves))[2])
    intervals = _intervals(figures, np.array(left))
    effects = [Effect(number, *three, line) for number, (three, line) in enumerate(zip(intervals, curves, strict=True))]
    spread = float((known.spread**2 + surface.error**2) ** 0.5)
    return Decided(surface, spread, tuple(sorted(effects, key=lambda effect: -effect.total.mean)))


_Fits = tuple[Quadratic, list[Curve]]


def _fit(known: Known, design: int, rows: NDArray[Any], like: _Fits | None) -> tuple[Quadratic, list[Curve], Floats]:
    """The surface, the curves of all numbers, and their figures (K, 3); of the same form as others."""
    scaled = known.sample.scaled[rows]
    surface = fitted(scaled, known.scores(known.sample, design)[rows], like[0].curved if like else None)
    holds = known.best(design)[rows]
    curves = [curve(scaled[:, number], holds) for number in range(scaled.shape[1])]
    totals = _totals(surface, scaled)
    figures = [[line.first, total, line.information] for line, total in zip(curves, totals, strict=True)]
    return surface, curves, np.array(figures)


def _totals(surface: Quadratic, scaled: Floats) -> list[float]:
    """Share of the variance of the surface's answer that is left where all numbers but one are known, for each."""
    response, gradient = surface(scaled), surface.gradient(scaled)
    variance = float(np.var(response >= 0))
    if not variance:
        return [0.0] * scaled.shape[1]
    places = (np.arange(_VALUES) + 0.5) / _VALUES
    shares = []
    for number in range(scaled.shape[1]):
        holds = surface.moved(response, gradient, scaled, number, np.quantile(scaled[:, number], places)) >= 0
        shares.append(float(np.mean(np.var(holds, axis=0))) / variance)
    return shares


def groups_of(n_worlds: int) -> NDArray[np.int64]:
    """The group of each world, at random: every eighth point of a Sobol' sequence would be a stretch of each range."""
    return np.random.default_rng(n_worlds).permutation(np.arange(n_worlds) % GROUPS)


def variance_by_groups(left: Floats) -> Floats:
    """Of figures, by what they are with each of G groups left out (G, ...): delete-a-group jackknife."""
    n = len(left)
    return np.asarray((n - 1) / n * ((left - left.mean(axis=0)) ** 2).sum(axis=0))


def jackknifed(whole: Floats, left: Floats) -> list[Interval]:
    """Of figures (K,), from the same with each of G groups of worlds left out (G, K): delete-a-group jackknife."""
    n = len(left)
    halves = t_quantile((1 + CONFIDENCE) / 2, n - 1) * np.sqrt(variance_by_groups(left))
    ends = zip(whole.tolist(), halves.tolist(), strict=True)
    return [Interval(mean, mean - half, mean + half, n) for mean, half in ends]


def _intervals(whole: Floats, left: Floats) -> list[tuple[Interval, Interval, Interval]]:
    """By number, of shares; `left`: (groups, K, 3)."""
    first, total, information = (jackknifed(whole[:, figure], left[:, :, figure]) for figure in range(3))
    shares = zip(first, total, information, strict=True)
    return [(a.within(0.0, 1.0), b.within(0.0, 1.0), c.within(0.0, 1.0)) for a, b, c in shares]
