"""Which of many factors matter: Morris's elementary effects, Sobol's indices, and the ranges that both sample."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from experiments.statistics.interval import CONFIDENCE, TAILS, Interval
from experiments.statistics.two_sources import jackknife, two_source_interval
from sim.units import Numbers


@dataclass(frozen=True, slots=True)
class Box:
    """The ranges of K factors; whole numbers have whole ends."""

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    is_whole: tuple[bool, ...]

    def problem(self, widen: float = 0.0) -> dict[str, Any]:
        """The ranges as a SALib problem; `widen` extends those of whole numbers on both sides."""
        ends = zip(self.low, self.high, self.is_whole, strict=True)
        bounds = [[low - widen * whole, high + widen * whole] for low, high, whole in ends]
        return {"num_vars": len(self.names), "names": list(self.names), "bounds": bounds}

    def rounded(self, points: Numbers) -> Numbers:
        """The points with whole numbers rounded, and all values within the ranges."""
        whole = np.array(self.is_whole)
        return np.clip(np.where(whole, np.floor(points + 0.5), points), self.low, self.high)


def library_seed(seed: int) -> int:
    """A seed above 0: the library takes 0 for no seed."""
    return 1 + seed % (2**31 - 1)


@dataclass(frozen=True, slots=True)
class Effect:
    """Effect of one factor, in units of the output for the whole range of the factor.

    `mean` of the elementary effects (Morris's µ): its sign is the direction. `size`: mean of their absolute values
    (µ*). `spread`: their standard deviation (σ), which is large if the effect depends on the other factors.
    """

    factor: str
    mean: Interval
    size: Interval
    spread: float


def trajectories(box: Box, *, n: int, levels: int, seed: int) -> Numbers:
    """Points of n random trajectories, (n·(K + 1), K); each step changes a single factor.

    Whole numbers are rounded to the nearest; `effects` uses the rounded steps.

    Source: M. D. Morris, Technometrics 33(2), 1991, 161-174, doi:10.1080/00401706.1991.10484804.
    """
    from SALib.sample.morris import sample

    drawn = sample(box.problem(), n, num_levels=levels, seed=library_seed(seed))
    return box.rounded(np.asarray(drawn, dtype=np.float64))


def effects(box: Box, points: Numbers, outputs: Numbers) -> tuple[Effect, ...]:
    """Effects of all factors, in their order; `outputs` (R, N) at the points (N, K), under common random numbers.

    Sources: Morris 1991 (µ, σ); F. Campolongo, J. Cariboni and A. Saltelli, Environmental Modelling &
    Software 22(10), 2007, 1509-1518, doi:10.1016/j.envsoft.2006.10.004 (µ*).
    """
    n = len(points) // (len(box.names) + 1)
    elementary = _elementary(box, points, outputs.mean(axis=0))

    def means(response: Numbers) -> Numbers:
        moved = _elementary(box, points, response)
        return np.array([moved.mean(axis=0), np.abs(moved).mean(axis=0)])

    columns = [list(kind.T) for kind in (elementary, np.abs(elementary))]
    estimates = np.array([[column.mean() for column in kind] for kind in columns])
    sampling = np.array([[column.var(ddof=1) / n for column in kind] for kind in columns])
    intervals = _intervals(estimates, sampling, jackknife(means, outputs), n, len(outputs))
    spread = elementary.std(axis=0, ddof=1).tolist()
    each = zip(box.names, *intervals, spread, strict=True)
    return tuple(Effect(name, mean, size.within(0.0), deviation) for name, mean, size, deviation in each)


def _intervals(
    estimates: Numbers, sampling: Numbers, simulation: Numbers, n_samples: int, n_replications: int
) -> list[list[Interval]]:
    """Intervals of two figures of each factor (2, K), from the variances of both sources (2, K)."""
    return [
        [
            two_source_interval(
                estimate, sampling=of_points, n_samples=n_samples, simulation=noise, n_replications=n_replications
            )
            for estimate, of_points, noise in row.tolist()
        ]
        for row in np.stack([estimates, sampling, simulation], axis=-1)
    ]


def _elementary(box: Box, points: Numbers, response: Numbers) -> Numbers:
    """Elementary effects (trajectories, K): change of the response for a change of the factor over its whole range."""
    n_factors = len(box.names)
    unit = (points - np.array(box.low)) / (np.array(box.high) - np.array(box.low))
    steps = np.diff(unit.reshape(-1, n_factors + 1, n_factors), axis=1)
    changes = np.diff(response.reshape(-1, n_factors + 1), axis=1)
    trajectory, step, factor = np.nonzero(steps)
    moved = np.full((len(steps), n_factors), np.nan)
    moved[trajectory, factor] = changes[trajectory, step] / steps[trajectory, step, factor]
    return moved


NOTICEABLE: Final = 0.02
"""Estimates are impossible if they lie further than this outside possible indices (assumption)."""
_WHOLE: Final = 0.5
"""Extension of a whole number's range on both sides, so that each number is as likely as any other."""
_FEWEST_RESAMPLES: Final = 2


@dataclass(frozen=True, slots=True)
class Index:
    """Indices of one factor: `first`, its own share of the variance (S1); `total`, including interactions (ST)."""

    factor: str
    first: Interval
    total: Interval

    @property
    def is_impossible(self) -> bool:
        """Whether the estimates are impossible for true indices: below 0, above 1, or S1 above ST."""
        least, most = min(self.first.mean, self.total.mean), max(self.first.mean, self.total.mean)
        return least < -NOTICEABLE or most > 1 + NOTICEABLE or self.first.mean > self.total.mean + NOTICEABLE


def is_too_much(indices: Sequence[Index]) -> bool:
    """Whether the first-order indices add up to more than the whole variance."""
    return sum(index.first.mean for index in indices) > 1 + NOTICEABLE


def crossed_points(box: Box, *, n: int, seed: int) -> Numbers:
    """Saltelli's scheme on a scrambled Sobol sequence, (n·(K + 2), K); n a power of two.

    Sources: I. M. Sobol', Mathematics and Computers in Simulation 55, 2001, 271-280, doi:10.1016/S0378-4754(00)00270-6;
    A. Saltelli et al., Computer Physics Communications 181(2), 2010, 259-270, doi:10.1016/j.cpc.2009.09.018.
    """
    from SALib.sample.sobol import sample

    with warnings.catch_warnings():
        # The name of scipy's seed changes between its versions.
        warnings.simplefilter("ignore")
        drawn = sample(box.problem(_WHOLE), n, calc_second_order=False, seed=library_seed(seed))
    return box.rounded(np.asarray(drawn, dtype=np.float64))


def indices(box: Box, outputs: Numbers, *, resamples: int, seed: int) -> tuple[Index, ...]:
    """Indices of all factors, in their order; `outputs` (R, N) at `crossed_points`, under common random numbers.

    First-order indices are those of Saltelli et al. 2010, total indices Jansen's estimator in that paper. A response
    that is the same everywhere has indices of 0, without intervals.
    """
    from scipy.special import ndtri

    names = box.names
    n = outputs.shape[1] // (len(names) + 2)
    estimates, halves = _analysed(box, outputs.mean(axis=0), resamples, seed)
    sampling = (halves / float(ndtri(TAILS[1]))) ** 2
    simulation = jackknife(lambda response: _analysed(box, response, _FEWEST_RESAMPLES, seed)[0], outputs)
    intervals = _intervals(estimates, sampling, simulation, n, len(outputs))
    return tuple(Index(*each) for each in zip(names, *intervals, strict=True))


def _analysed(box: Box, response: Numbers, resamples: int, seed: int) -> tuple[Numbers, Numbers]:
    """S1 and ST, (2, K), and their bootstrap half-widths; NaN half-widths without variance."""
    from SALib.analyze.sobol import analyze

    if np.ptp(response) <= np.finfo(np.float64).eps * max(1.0, float(np.abs(response).max())):
        nothing = np.zeros((2, len(box.names)))
        return nothing, nothing + np.nan
    with warnings.catch_warnings():
        # A factor without effect is recognised by its index.
        warnings.simplefilter("ignore")
        indices = analyze(
            box.problem(),
            response,
            calc_second_order=False,
            num_resamples=resamples,
            conf_level=CONFIDENCE,
            seed=library_seed(seed),
        )
    return np.array([indices["S1"], indices["ST"]]), np.array([indices["S1_conf"], indices["ST_conf"]])
