"""In which share of worlds the answer of one design holds and that of another does not.

The worlds, the screen and the runs are those of each design alone. Errors of the regression in the same world are
alike: two designs' margins are taken for normal with one correlation, which worlds tell in which several are simulated.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from experiments.statistics.interval import Interval
from experiments.statistics.open_worlds import Known, Run
from experiments.statistics.share_of_worlds import Checked, Stratum, share
from experiments.statistics.two_sources import Floats

_MOST_ALIKE: Final = 0.99
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(40)


def only(known: Known, first: int, second: int) -> Interval:
    """The share of the worlds in which the first design's answer holds and the second's does not."""
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
    holds = np.array([[_holds(known, (design, world)) for design in designs] for world in worlds]).reshape(-1, 2)
    unseen = np.array([[_unseen(known, (design, world)) for design in designs] for world in worlds]).reshape(-1, 2)
    seen = holds[:, 0] * (1 - holds[:, 1])
    errors = seen - only_first(unseen[:, 0], unseen[:, 1], alike)
    opened = Checked.of(errors.tolist(), (seen * (1 - seen)).tolist())
    interval = share(predicted, strata, [screened, opened], known.sample.points).interval
    # What nothing shows may be so in no world.
    is_shown = np.any(seen > 0.5) or np.any(predicted[strata == 0] == 1)
    return interval if is_shown else replace(interval, low=0.0)


def only_first(first: Floats, second: Floats, alike: float) -> Floats:
    """Probability that the first holds and the second does not (N,), of each alone (N,), margins correlated.

    >>> both = np.array([0.5]), np.array([0.8])
    >>> [only_first(*both, alike).round(3).tolist() for alike in (0.0, 0.9)]
    [[0.1], [0.002]]
    """
    scores = [ndtri(np.clip(each, 1e-12, 1 - 1e-12))[:, None] for each in (first, second)]
    shared, own = np.sqrt(alike) * _NODES, np.sqrt(1 - alike)
    holds, fails = ndtr((scores[0] + shared) / own), ndtr(-(scores[1] + shared) / own)
    joint = (holds * fails) @ _WEIGHTS / _WEIGHTS.sum()
    # Where one of them is certain, the other alone decides.
    is_certain = (first <= 0) | (first >= 1) | (second <= 0) | (second >= 1)
    return np.asarray(np.where(is_certain, first * (1 - second), joint))


def alikeness(known: Known) -> float:
    """Correlation of the regression's errors of different designs in the same world, 0 or more."""
    errors = known.fit.errors
    worlds, designs = np.array([world for _, world in known.runs]), np.array([design for design, _ in known.runs])
    first, second = np.triu_indices(len(errors), 1)
    is_pair = (worlds[first] == worlds[second]) & (designs[first] != designs[second])
    if not is_pair.any():
        return 0.0
    together = float(np.mean(errors[first[is_pair]] * errors[second[is_pair]]))
    return min(_MOST_ALIKE, max(0.0, together / float(np.mean(errors**2)))) if errors.any() else 0.0


def _holds(known: Known, run: Run) -> float:
    return known.holds(run) if run in known.answers else _by_screen(known, run)


def _unseen(known: Known, run: Run) -> float:
    return known.unseen(run) if run in known.answers else _by_screen(known, run)


def _by_screen(known: Known, run: Run) -> float:
    return float(known.strata[run] == Stratum.HOLDS)
