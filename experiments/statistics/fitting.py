"""Families fitted to one sample: AIC, goodness of fit by the parametric bootstrap, and uncertainty of the parameters.

The parameters are estimated from the same sample, so no table of critical values is valid. Samples are therefore drawn
from the fitted distribution and fitted themselves (W. Stute, W. G. Manteiga and M. P. Quindimil, Metrika 40, 1993,
243-256, doi:10.1007/BF02613687).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from experiments.statistics.families import FAMILIES, Ends, Family
from experiments.statistics.interval import CONFIDENCE, TAILS
from sim.units import Numbers

MOST_TESTED: Final = 5_000
"""Most values of a sample that goodness of fit is tested with: they show all that matters, and more take minutes."""
_CELLS: Final = 1_000_000
"""Most values of bootstrap samples in memory at a time."""
CLOSE_AIC: Final = 2.0
"""Difference of AIC up to which another family is as good (K. P. Burnham and D. R. Anderson, 2002, section 2.6)."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A family with its estimates; test results are NaN until computed."""

    family: Family
    ends: Ends
    parameters: Numbers
    aic: float
    ks: float = math.nan
    ks_p: float = math.nan
    ad: float = math.nan
    ad_p: float = math.nan

    @property
    def distribution(self) -> Any:  # noqa: ANN401 - of scipy, which has no types
        return self.family.distribution(self.parameters, self.ends)

    @property
    def by_name(self) -> Mapping[str, float]:
        return dict(zip(self.family.parameters, map(float, self.parameters), strict=True))


def fitted(values: Numbers, names: Sequence[str], ends: Ends) -> list[Fitted]:
    """Families that have an estimate, by AIC. `ends`: least and largest possible value."""
    fits = []
    for family in (FAMILIES[name] for name in names):
        if family.is_bounded and not (np.isfinite(ends).all() and ends[0] < values.min() and values.max() < ends[1]):
            continue
        with np.errstate(all="ignore"):
            parameters = family.estimate(values[None, :], ends)[0]
            if not np.isfinite(parameters).all():
                continue
            likelihood = float(family.distribution(parameters, ends).logpdf(values).sum())
        if math.isfinite(likelihood):
            fits.append(Fitted(family, ends, parameters, 2 * len(parameters) - 2 * likelihood))
    return sorted(fits, key=lambda fit: fit.aic)


def with_tests(fit: Fitted, values: Numbers, rng: np.random.Generator, n_bootstrap: int) -> Fitted:
    """The fit with the statistics of Kolmogorov and Smirnov and of Anderson and Darling, and their p-values."""
    if len(values) > MOST_TESTED:
        values = rng.choice(values, MOST_TESTED, replace=False)
    n, family, ends = len(values), fit.family, fit.ends
    observed = distances(family, values[None, :], family.estimate(values[None, :], ends), ends)[:, 0]
    beyond, n_drawn = np.zeros(2), 0
    for size in _chunks(n_bootstrap, n):
        drawn = fit.distribution.rvs(size=(size, n), random_state=rng)
        with np.errstate(all="ignore"):
            statistics = distances(family, drawn, family.estimate(drawn, ends), ends)
        beyond += np.sum(statistics >= observed[:, None], axis=1)
        n_drawn += int(np.isfinite(statistics[0]).sum())
    ks_p, ad_p = (1 + beyond) / (1 + n_drawn)
    return replace(fit, ks=float(observed[0]), ks_p=float(ks_p), ad=float(observed[1]), ad_p=float(ad_p))


def distances(family: Family, values: Numbers, parameters: Numbers, ends: Ends) -> Numbers:
    """Kolmogorov and Smirnov's D and Anderson and Darling's A² of samples (B, n), (2, B)."""
    n = values.shape[1]
    at = np.clip(family.distribution(parameters, ends).cdf(np.sort(values, axis=1)), 1e-12, 1 - 1e-12)
    rank = np.arange(1, n + 1)
    ks = np.maximum(rank / n - at, at - (rank - 1) / n).max(axis=1)
    ad = -n - np.sum((2 * rank - 1) * (np.log(at) + np.log1p(-at[:, ::-1])), axis=1) / n
    return np.stack([ks, ad])


def resampled(values: Numbers, rng: np.random.Generator, n_bootstrap: int, block: int) -> Iterator[Numbers]:
    """Samples of n - 1 values, as rows, drawn with replacement; `block`: this many consecutive values together.

    One value is left out, so that the variance of a mean has no bias.

    Sources: B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapters 6 and 8; D. N. Politis and J.
    P. Romano, in Exploring the Limits of Bootstrap, 1992, 263-270 (blocks on a circle).
    """
    n = len(values)
    for size in _chunks(n_bootstrap, n):
        first = rng.integers(n, size=(size, -(-(n - 1) // block)))
        places = (first[:, :, None] + np.arange(block)) % n
        yield values[places.reshape(size, -1)[:, : n - 1]]


def estimates(fit: Fitted, values: Numbers, rng: np.random.Generator, n_bootstrap: int, block: int = 1) -> Numbers:
    """Parameters (B, K) of samples that are drawn from the values; those without an estimate are left out."""
    with np.errstate(all="ignore"):
        rows = [fit.family.estimate(part, fit.ends) for part in resampled(values, rng, n_bootstrap, block)]
    starts = np.concatenate(rows)
    return np.asarray(starts[np.isfinite(starts).all(axis=1)])


def range_of(bootstrap: Numbers, estimate: float) -> tuple[float, float]:
    """Ends of a triangular distribution around the estimate that has the same middle 95 % as the bootstrap.

    >>> low, high = range_of(np.linspace(-1.0, 1.0, 1001), 0.0)
    >>> f"{low:.3f} {high:.3f}"
    '-1.224 1.224'
    """
    low, high = np.quantile(bootstrap, TAILS)
    # Tail of one half of a symmetric triangle: (1 - x)² / 2, at the share x of the distance to its end.
    reach = 1 / (1 - math.sqrt(1 - CONFIDENCE))
    return estimate - reach * max(0.0, estimate - low), estimate + reach * max(0.0, high - estimate)


def _chunks(n_bootstrap: int, n: int) -> Iterator[int]:
    most = max(1, _CELLS // n)
    for first in range(0, n_bootstrap, most):
        yield min(most, n_bootstrap - first)
