"""Sobol's indices: which share of a response's variance each factor makes, alone and with the others."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.statistics.factors import Box, Floats, library_seed
from experiments.statistics.interval import CONFIDENCE, Interval
from experiments.statistics.two_sources import jackknife, two_source_interval

NOTICEABLE: Final = 0.02
"""By which estimates must contradict what indices can be, to be called impossible (assumption)."""
_WHOLE: Final = 0.5
"""More on both sides of a whole range, so that each number is as likely as any other."""
_FEWEST_RESAMPLES: Final = 2


@dataclass(frozen=True, slots=True)
class Index:
    """Of one factor: `first`, the share of the variance it makes alone (S1); `total`, with all it acts with (ST)."""

    factor: str
    first: Interval
    total: Interval

    @property
    def is_impossible(self) -> bool:
        """Whether no true index is like the estimates: below 0 or above 1, or alone more than with others."""
        least, most = min(self.first.mean, self.total.mean), max(self.first.mean, self.total.mean)
        return least < -NOTICEABLE or most > 1 + NOTICEABLE or self.first.mean > self.total.mean + NOTICEABLE


def is_too_much(indices: Sequence[Index]) -> bool:
    """Whether the factors alone make more than all the variance, by the estimates."""
    return sum(index.first.mean for index in indices) > 1 + NOTICEABLE


def crossed_points(box: Box, *, n: int, seed: int) -> Floats:
    """Saltelli's scheme on a scrambled Sobol sequence, (n·(K + 2), K); n a power of two.

    Sources: I. M. Sobol', Mathematics and Computers in Simulation 55, 2001, 271-280,
    doi:10.1016/S0378-4754(00)00270-6; A. Saltelli et al., Computer Physics Communications 181(2), 2010,
    259-270, doi:10.1016/j.cpc.2009.09.018.
    """
    from SALib.sample.sobol import sample

    with warnings.catch_warnings():
        # The name of scipy's seed changes between its versions.
        warnings.simplefilter("ignore")
        drawn = sample(box.problem(_WHOLE), n, calc_second_order=False, seed=library_seed(seed))
    return box.rounded(np.asarray(drawn, dtype=np.float64))


def indices(box: Box, outputs: Floats, *, resamples: int, seed: int) -> tuple[Index, ...]:
    """Indices of all factors, in their order; `outputs` (R, N) at `crossed_points`, under common random numbers.

    First-order indices by Saltelli et al. 2010, total ones by Jansen's estimator as given there. A response
    that is the same everywhere has no variance to share: its indices are 0, without interval.
    """
    from scipy.special import ndtri

    names = box.names
    n = outputs.shape[1] // (len(names) + 2)
    estimates, halves = _analysed(box, outputs.mean(axis=0), resamples, seed)
    sampling = (halves / float(ndtri((1 + CONFIDENCE) / 2))) ** 2
    simulation = jackknife(lambda response: _analysed(box, response, _FEWEST_RESAMPLES, seed)[0], outputs)

    def interval(kind: int, at: int) -> Interval:
        return two_source_interval(
            float(estimates[kind, at]),
            sampling=float(sampling[kind, at]),
            n_samples=n,
            simulation=float(simulation[kind, at]),
            n_replications=len(outputs),
        )

    return tuple(Index(name, interval(0, at), interval(1, at)) for at, name in enumerate(names))


def _analysed(box: Box, response: Floats, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """S1 and ST, (2, K), and their bootstrap half-widths; NaN half-widths without variance."""
    from SALib.analyze.sobol import analyze

    if np.ptp(response) <= np.finfo(np.float64).eps * max(1.0, float(np.abs(response).max())):
        nothing = np.zeros((2, len(box.names)))
        return nothing, nothing + np.nan
    with warnings.catch_warnings():
        # A factor that changes nothing is told of by its index.
        warnings.simplefilter("ignore")
        said = analyze(
            box.problem(),
            response,
            calc_second_order=False,
            num_resamples=resamples,
            conf_level=CONFIDENCE,
            seed=library_seed(seed),
        )
    return np.array([said["S1"], said["ST"]]), np.array([said["S1_conf"], said["ST_conf"]])
