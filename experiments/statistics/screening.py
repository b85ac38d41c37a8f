"""Morris's elementary effects: which of many factors matter, at a few simulations a factor."""

from dataclasses import dataclass

import numpy as np

from experiments.statistics.factors import Box, Floats, library_seed
from experiments.statistics.interval import Interval
from experiments.statistics.two_sources import jackknife, two_source_interval


@dataclass(frozen=True, slots=True)
class Effect:
    """What one factor does, in units of the output a range of the factor.

    `mean`: of the elementary effects (Morris's µ), its sign the direction; `size`: of their absolute values
    (µ*); `spread`: their standard deviation (σ), which is large where the effect depends on the other
    factors.
    """

    factor: str
    mean: Interval
    size: Interval
    spread: float


def trajectories(box: Box, *, n: int, levels: int, seed: int) -> Floats:
    """Points of n random trajectories, (n·(K + 1), K): from each to the next a single factor changes.

    Whole numbers are rounded to the nearest; `effects` goes by the steps that were really made.

    Source: M. D. Morris, Technometrics 33(2), 1991, 161-174, doi:10.1080/00401706.1991.10484804.
    """
    from SALib.sample.morris import sample

    drawn = sample(box.problem(), n, num_levels=levels, seed=library_seed(seed))
    return box.rounded(np.asarray(drawn, dtype=np.float64))


def effects(box: Box, points: Floats, outputs: Floats) -> tuple[Effect, ...]:
    """Effects of all factors, in their order; `outputs` (R, N) at the points (N, K), under common random numbers.

    Sources: Morris 1991 (µ, σ); F. Campolongo, J. Cariboni and A. Saltelli, Environmental Modelling &
    Software 22(10), 2007, 1509-1518, doi:10.1016/j.envsoft.2006.10.004 (µ*).
    """
    n = len(points) // (len(box.names) + 1)
    elementary = _elementary(box, points, outputs.mean(axis=0))

    def means(response: Floats) -> Floats:
        moved = _elementary(box, points, response)
        return np.array([moved.mean(axis=0), np.abs(moved).mean(axis=0)])

    simulation = jackknife(means, outputs)
    kinds = (elementary, np.abs(elementary))
    intervals = [
        [
            two_source_interval(
                float(kind[:, at].mean()),
                sampling=float(kind[:, at].var(ddof=1)) / n,
                n_samples=n,
                simulation=float(simulation[row, at]),
                n_replications=len(outputs),
            )
            for at in range(len(box.names))
        ]
        for row, kind in enumerate(kinds)
    ]
    spread = elementary.std(axis=0, ddof=1)
    return tuple(
        Effect(name, intervals[0][at], intervals[1][at].within(0.0), float(spread[at]))
        for at, name in enumerate(box.names)
    )


def _elementary(box: Box, points: Floats, response: Floats) -> Floats:
    """(trajectories, K): change of the response over the change of the factor, as a share of its range."""
    n_factors = len(box.names)
    unit = (points - np.array(box.low)) / (np.array(box.high) - np.array(box.low))
    steps = np.diff(unit.reshape(-1, n_factors + 1, n_factors), axis=1)
    changes = np.diff(response.reshape(-1, n_factors + 1), axis=1)
    trajectory, step, factor = np.nonzero(steps)
    moved = np.full((len(steps), n_factors), np.nan)
    moved[trajectory, factor] = changes[trajectory, step] / steps[trajectory, step, factor]
    return moved
