"""Families of distributions, each fitted by maximum likelihood to many samples of the same size together.

Samples are rows: values (B, n) give parameters (B, K), so a bootstrap is one call. The estimates are those of
`scipy.stats.FAMILY.fit` with the same parameters fixed, in closed form or from one equation. NaN: no estimate exists.

Sources: N. L. Johnson, S. Kotz and N. Balakrishnan, Continuous Univariate Distributions, 2nd ed. 1994-95, sections
13.10 (truncated normal), 14.4 (lognormal), 17.7 (gamma), 21.4 (Weibull), 25.4 (beta); S. Kotz and J. R. van Dorp,
Beyond Beta, 2004, section 1.4 (triangular: the mode is one of the values).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, log_ndtr, polygamma

from sim import distributions
from sim.distributions.families import scipys
from sim.units import Numbers

Ends = tuple[float, float]
"""Least and largest possible value, which may be infinite."""
_HALVINGS: Final = 60
_NEWTON: Final = 40
"""Newton steps that solve each equation to the last digits."""
_SLACK: Final = 1e-9
"""Tolerance, as a share of the range of the values."""


@dataclass(frozen=True, slots=True)
class Family:
    """A family by its name in the configuration, with its parameters and distribution."""

    name: str
    estimate: Callable[[Numbers, Ends], Numbers]
    """Parameters (B, K) of values (B, n) within these ends."""
    is_positive: bool = False
    """Only values above 0."""
    is_bounded: bool = False
    """Only values between two finite ends, which are known."""

    def refuses(self, values: Numbers) -> NDArray[np.bool_]:
        """Values that no distribution of the family can have."""
        return np.asarray(values <= 0 if self.is_positive else (values < 0) & (self.name == "exponential"))

    def is_cut(self, ends: Ends) -> bool:
        """Whether the parameters describe a normal distribution before its truncation below, and not its values."""
        return self.name == "normal" and ends[0] > -np.inf

    @property
    def parameters(self) -> tuple[str, ...]:
        """The estimated parameters."""
        names = distributions.FAMILIES[self.name].parameters
        return names[:2] if self.is_bounded else names

    def distribution(self, parameters: Numbers, ends: Ends) -> Any:  # noqa: ANN401 - of scipy, which has no types
        """The distribution of scipy.stats for one row of parameters (K,), or for many (B, K) with values (B, n)."""
        rows = tuple(parameters if parameters.ndim == 1 else parameters.T[:, :, None])
        if self.is_cut(ends):
            mean, sd = rows
            return scipys("truncnorm", (ends[0] - mean) / sd, np.inf, loc=mean, scale=sd)
        return distributions.FAMILIES[self.name].frozen(*rows, *(ends if self.is_bounded else ()))


def _uniform(values: Numbers, _: Ends) -> Numbers:
    return np.column_stack([values.min(axis=1), values.max(axis=1)])


def _lognormal(values: Numbers, _: Ends) -> Numbers:
    logs = np.log(values)
    return np.column_stack([np.exp(logs.mean(axis=1)), logs.std(axis=1)])


def _exponential(values: Numbers, _: Ends) -> Numbers:
    return np.asarray(values.mean(axis=1, keepdims=True))


def _normal(values: Numbers, ends: Ends) -> Numbers:
    """Parameters of a normal truncated below at 0, from the ratio of mean square to squared mean."""
    mean = values.mean(axis=1)
    if ends[0] == -np.inf:
        return np.column_stack([mean, values.std(axis=1)])

    def beyond(cut: Numbers) -> Numbers:
        return np.asarray(np.exp(-(cut**2) / 2 - log_ndtr(-cut)) / np.sqrt(2 * np.pi) - cut)

    def ratio(cut: Numbers) -> Numbers:
        past = beyond(cut)
        return 1 + (1 - (past + cut) * past) / past**2

    wanted = (values**2).mean(axis=1) / mean**2
    cut = _root(lambda at: ratio(at) - wanted, -1e4, 50.0, len(values))
    deviation = mean / beyond(cut)
    estimates = np.column_stack([-cut * deviation, deviation])
    # With a coefficient of variation of 1 and more the likelihood grows towards an exponential distribution.
    return np.where((wanted < ratio(np.full(1, 20.0)))[:, None], estimates, np.nan)


def _gamma(values: Numbers, _: Ends) -> Numbers:
    mean = values.mean(axis=1)
    spread = np.log(mean) - np.log(values).mean(axis=1)
    # digamma(k) - log(k) grows from minus infinity to 0
    logs = _root(lambda at: digamma(np.exp(at)) - at + spread, -15.0, 25.0, len(values))
    return np.column_stack([np.exp(logs), mean / np.exp(logs)])


def _weibull(values: Numbers, _: Ends) -> Numbers:
    logs = np.log(values)
    middle = logs.mean(axis=1, keepdims=True)
    logs -= middle
    shape = np.pi / np.sqrt(6) / logs.std(axis=1)
    for _step in range(_NEWTON):
        powers = np.exp(shape[:, None] * logs)
        total, first, second = (np.einsum("ij,ij->i", powers, power) for power in (np.ones_like(logs), logs, logs**2))
        mean = first / total
        step = (mean - 1 / shape) / (second / total - mean**2 + 1 / shape**2)
        shape = np.maximum(shape - step, shape / 4)
        if np.all(np.abs(step) < 1e-12 * shape):
            break
    scale = np.exp(middle[:, 0]) * np.exp(shape[:, None] * logs).mean(axis=1) ** (1 / shape)
    return np.column_stack([shape, scale])


def _beta(values: Numbers, ends: Ends) -> Numbers:
    inside = (values - ends[0]) / (ends[1] - ends[0])
    wanted = np.stack([np.log(inside).mean(axis=1), np.log1p(-inside).mean(axis=1)])
    mean, variance = inside.mean(axis=1), inside.var(axis=1)
    shapes = np.stack([mean, 1 - mean]) * np.maximum(mean * (1 - mean) / variance - 1, 0.1)
    for _step in range(_NEWTON):
        left = digamma(shapes) - digamma(shapes.sum(axis=0)) - wanted
        each, both = polygamma(1, shapes), polygamma(1, shapes.sum(axis=0))
        step = (left * (each[::-1] - both) + left[::-1] * both) / (each[0] * each[1] - both * each.sum(axis=0))
        shapes = np.maximum(shapes - step, shapes / 4)
        if np.all(np.abs(step) < 1e-12 * shapes):
            break
    return np.asarray(shapes.T)


def _triangular(values: Numbers, ends: Ends) -> Numbers:
    """Triangular: the ends are searched on the logarithms of their distances from the values; the best mode follows."""
    ordered = np.sort(values, axis=1)
    rooms = np.column_stack([ordered[:, 0] - ends[0], ends[1] - ordered[:, -1]]) / np.ptp(ordered, axis=1)[:, None]
    # Beyond its room an end does not move, so a search that began there would stay there.
    at = np.clip(np.log(np.maximum(rooms, _SLACK)), -20.0, -2.0)
    best, place = _triangular_likelihood(ordered, ends, at)
    step = np.full(len(values), 2.0)
    while np.any(step > 1e-4):
        tries = [at + step[:, None] * np.array(way) for way in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        tried = [_triangular_likelihood(ordered, ends, each) for each in tries]
        way = np.argmax([likelihood for likelihood, _place in tried], axis=0)
        rows = np.arange(len(values))
        likelihood, places = (np.array([each[part] for each in tried])[way, rows] for part in (0, 1))
        is_better = likelihood > best
        at = np.where(is_better[:, None], np.array(tries)[way, rows], at)
        best, place = np.where(is_better, likelihood, best), np.where(is_better, places, place).astype(int)
        step = np.where(is_better, step, step / 4)
    low, high = _triangular_ends(ordered, ends, at)
    mode = np.take_along_axis(ordered, place[:, None], axis=1)
    return np.column_stack([np.maximum(low, ends[0]), mode, np.minimum(high, ends[1])])


def _triangular_ends(ordered: Numbers, ends: Ends, at: Numbers) -> tuple[Numbers, Numbers]:
    """Ends beyond the values but within the possible ones, unless a value lies at an end of those."""
    width = ordered[:, -1:] - ordered[:, :1]
    beyond = width * np.exp(np.clip(at, -20.0, 20.0))
    low = np.maximum(ordered[:, :1] - beyond[:, :1], ends[0] - _SLACK * width)
    return low, np.minimum(ordered[:, -1:] + beyond[:, 1:], ends[1] + _SLACK * width)


def _triangular_likelihood(ordered: Numbers, ends: Ends, at: Numbers) -> tuple[Numbers, Any]:
    """The largest log-likelihood (B,) with these ends, and the value that is the mode."""
    low, high = _triangular_ends(ordered, ends, at)
    below, above = np.log(ordered - low), np.log(high - ordered)
    rank = np.arange(ordered.shape[1])
    of_modes = np.cumsum(below, axis=1) - (rank + 1) * below
    of_modes += np.cumsum(above[:, ::-1], axis=1)[:, ::-1] - (len(rank) - rank) * above
    place = np.argmax(of_modes, axis=1)
    best = np.take_along_axis(of_modes, place[:, None], axis=1) - ordered.shape[1] * np.log(high - low)
    return best[:, 0], place


def _root(difference: Callable[[Numbers], Numbers], low: float, high: float, n: int) -> Numbers:
    """Zeros of n increasing functions that change from below 0 to above it."""
    least, most = np.full(n, low), np.full(n, high)
    for _step in range(_HALVINGS):
        middle = (least + most) / 2
        is_above = difference(middle) > 0
        least, most = np.where(is_above, least, middle), np.where(is_above, middle, most)
    return np.asarray((least + most) / 2)


FAMILIES: Final = {
    family.name: family
    for family in (
        Family("uniform", _uniform),
        Family("triangular", _triangular),
        Family("normal", _normal),
        Family("lognormal", _lognormal, is_positive=True),
        Family("gamma", _gamma, is_positive=True),
        Family("weibull", _weibull, is_positive=True),
        Family("exponential", _exponential),
        Family("beta", _beta, is_bounded=True),
    )
}
