"""Share of worlds in which the answer of one design holds and that of another does not.

Each design has its own screen and runs in the same worlds. The regression's errors in one world are similar. The
margins of two designs are therefore assumed normal and correlated; the correlation is estimated from worlds in which
several designs are simulated.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from experiments.statistics.interval import Interval
from experiments.statistics.open_worlds import Known, Run
from experiments.statistics.share_of_worlds import Checked, Stratum, share
from sim.units import Numbers

_MOST_ALIKE: Final = 0.99
_NODES: Final = np.linspace(-8, 8, 161)
_WEIGHTS: Final = np.exp(-(_NODES**2) / 2)
"""Trapezoidal rule: at the most alike, 40 Gauss-Hermite nodes were off by up to 0.025."""


def only(known: Known, first: int, second: int) -> Interval:
    """Share of the worlds in which only the first design's answer holds."""
    alike = alikeness(known)
    designs = first, second
    alone = [known.predictions(known.sample, design) for design in designs]
    predicted = only_first(alone[0], alone[1], alike)
    clear = [kind for kind in (Stratum.FAILS, Stratum.HOLDS) if kind not in known.doubted]
    is_known = np.isin(known.strata[list(designs)], [*clear, Stratum.IMPOSSIBLE])
    strata = np.where(is_known.all(axis=0), 0, 1)
    checks = [run for run in known.runs if known.strata[run] in clear]
    screened = Checked.of([known.holds(run) - known.unseen(run) for run in checks], [0.0] * len(checks))
    worlds = [
        world
        for world in np.flatnonzero(strata).tolist()
        if all(is_known[at, world] or (design, world) in known.answers for at, design in enumerate(designs))
    ]
    answers = np.array([[_answer(known, (design, world)) for world in worlds] for design in designs]).reshape(2, -1, 2)
    (holds, unseen), (others_holds, others_unseen) = answers.transpose(0, 2, 1)
    seen = holds * (1 - others_holds)
    errors = seen - only_first(unseen, others_unseen, alike)
    opened = Checked.of(errors.tolist(), (seen * (1 - seen)).tolist())
    every = range(len(strata))
    if all((design, world) in known.answers for design in designs for world in every):
        # All worlds are simulated: no error of a prediction is left to correct.
        held = np.array([[known.holds((design, world)) for world in every] for design in designs])
        predicted = held[0] * (1 - held[1])
        screened, opened = (replace(check, error=0.0) for check in (screened, opened))
    interval = share(predicted, strata, [screened, opened], known.sample.points).interval
    # Without an example, the interval includes zero.
    is_shown = np.any(seen > 0.5) or np.any(predicted[strata == 0] == 1)
    return interval if is_shown else replace(interval, low=0.0)


def at_most(only_one: Interval, share: Interval) -> Interval:
    """The share in which only one design's answer holds, at most that in which it holds.

    Both are estimated from different worlds, so the estimates may be the other way round.

    >>> at_most(Interval(0.63, 0.3, 0.9, 32), Interval(0.54, 0.31, 0.76, 32)).mean
    0.54
    """
    mean = min(only_one.mean, share.mean)
    low, high = only_one.bounds or (mean, mean)
    return replace(only_one, mean=mean, low=min(low, mean), high=high)


def only_first(first: Numbers, second: Numbers, alike: float) -> Numbers:
    """Probability (N,) that only the first holds, from the probability of each (N,), with correlated margins.

    >>> both = np.array([0.5]), np.array([0.8])
    >>> [only_first(*both, alike).round(3).tolist() for alike in (0.0, 0.9)]
    [[0.1], [0.002]]
    """
    scores = [ndtri(np.clip(each, 1e-12, 1 - 1e-12))[:, None] for each in (first, second)]
    shared, separate = np.sqrt(alike) * _NODES, np.sqrt(1 - alike)
    holds, fails = ndtr((scores[0] + shared) / separate), ndtr(-(scores[1] + shared) / separate)
    joint = (holds * fails) @ _WEIGHTS / _WEIGHTS.sum()
    # If one answer is certain, the other alone decides.
    is_certain = (first <= 0) | (first >= 1) | (second <= 0) | (second >= 1)
    return np.asarray(np.where(is_certain, first * (1 - second), joint))


def alikeness(known: Known) -> float:
    """Correlation (at least 0) of the regression's errors of different designs in the same world."""
    errors, worlds = known.fit.errors, [world for _, world in known.runs]
    n, sums, squares = (np.bincount(worlds, each) for each in (np.ones_like(errors), errors, errors**2))
    n_pairs, size = float(np.sum(n * (n - 1))), float(np.mean(errors**2))
    if not n_pairs or not size:
        return 0.0
    # The products of all pairs in a world are the square of its sum, minus the squares of single errors.
    together = float(np.sum(sums**2 - squares)) / n_pairs
    return min(_MOST_ALIKE, max(0.0, together / size))


def _answer(known: Known, run: Run) -> tuple[float, float]:
    """Whether the answer holds, and its prediction without own runs; both by the screen if not simulated."""
    if run in known.answers:
        return known.holds(run), known.unseen(run)
    by_screen = float(known.strata[run] == Stratum.HOLDS)
    return by_screen, by_screen
