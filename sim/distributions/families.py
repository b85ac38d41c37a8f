"""The families of distributions, each with its parameters, moments and inverse.

To add a family, add an entry to `FAMILIES`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from scipy import special

from sim.units import Numbers

Inverse: TypeAlias = Callable[[Any], Any]
"""Quantiles at probabilities (numbers or columns)."""
Parameters: TypeAlias = dict[str, float]
U_ERROR: Final = 1e-12
"""Largest error of a table's inverse: between the probability of a quantile and the requested probability."""
_MOST_SHAPE: Final = 1e4
"""Above it, the logarithm of a density has too few digits for a table, which takes minutes or fails."""
_WEIBULL_SHAPES: Final = (0.1, 1e3)


class Frozen(Protocol):
    """The methods needed of a distribution of scipy.stats with fixed parameters."""

    def cdf(self, x: Any) -> Any: ...  # noqa: ANN401 - numbers or columns


@dataclass(frozen=True, slots=True)
class Family:
    """A family of distributions.

    `frozen` makes a distribution from parameters, as scipy.stats does. `inverse` makes its inverse. `moments` computes
    the parameters from a mean, a standard deviation and the parameters of `beside`; None: the family has no such form.
    """

    parameters: tuple[str, ...]
    frozen: Callable[..., Any]
    inverse: Callable[..., Inverse]
    moments: Callable[..., Parameters] | None = None
    scales: tuple[str, ...] = ()
    """Parameters that only change the scale."""
    optional: Mapping[str, float] = field(default_factory=dict)
    """Parameters that may be left out, with their default."""
    beside: tuple[str, ...] = ()
    """Parameters that are set in addition to mean and spread."""
    u_error: float = 0.0
    """Error of the inverse."""


class Constant:
    """A constant value."""

    def __init__(self, value: float) -> None:
        self.value = value

    def cdf(self, x: Any) -> Any:  # noqa: ANN401 - as scipy
        return np.where(np.asarray(x) >= self.value, 1.0, 0.0)

    def mean(self) -> float:
        return self.value


def scipys(name: str, *shapes: float, **where: float) -> Frozen:
    """A distribution of scipy.stats. Its import takes a second, and most configurations do not need it."""
    from scipy import stats

    return getattr(stats, name)(*shapes, **where)  # type: ignore[no-any-return]


def tabulated(density: Callable[[float], float], low: float, high: float, middle: float) -> Inverse:
    """The inverse of a distribution by its density between two ends; the density is high at `middle`."""
    from scipy.stats.sampling import NumericalInversePolynomial

    class Given:
        pdf = staticmethod(density)

    inverse = NumericalInversePolynomial(Given(), center=middle, domain=(low, high), u_resolution=U_ERROR)
    return inverse.ppf  # type: ignore[no-any-return]


def _uniform(low: float, high: float) -> Inverse:
    return lambda u: low + (high - low) * u


def triangular(low: float, mode: float, high: float) -> Inverse:
    width, left, right = high - low, mode - low, high - mode

    def inverse(u: Numbers) -> Numbers:
        below, above = low + np.sqrt(u * width * left), high - np.sqrt((1 - u) * width * right)
        return np.where(u * width < left, below, above)

    return inverse


def _gamma(shape: float, scale: float) -> Inverse:
    if not 1 <= shape <= _MOST_SHAPE:  # below 1 the density has no upper bound
        return lambda u: scale * special.gammaincinv(shape, u)
    log = math.lgamma(shape)
    table = tabulated(
        lambda x: math.exp((shape - 1) * math.log(x) - x - log) if x > 0 else float(shape == 1), 0, math.inf, shape
    )
    return lambda u: scale * table(u)


def _beta(a: float, b: float, low: float, high: float) -> Inverse:
    if not (min(a, b) >= 1 and 2 <= max(a, b) <= _MOST_SHAPE):
        return lambda u: low + (high - low) * special.betaincinv(a, b, u)
    if a > b:  # for a table, numbers near 1 have too few digits
        mirrored = _beta(b, a, 0, 1)
        return lambda u: low + (high - low) * (1 - mirrored(1 - u))
    log = float(special.betaln(a, b))

    def density(x: float) -> float:
        if not 0 < x < 1:
            return math.exp(-log) if (x == 0 and a == 1) or (x == 1 and b == 1) else 0.0
        return math.exp((a - 1) * math.log(x) + (b - 1) * math.log1p(-x) - log)

    table = tabulated(density, 0, 1, a / (a + b))
    return lambda u: low + (high - low) * table(u)


def _of_weibull(mean: float, sd: float) -> Parameters:
    """Weibull parameters for a mean and a standard deviation.

    The coefficient of variation falls as the shape rises, so that one shape has the wanted value.
    """
    from scipy.optimize import brentq

    def spread(shape: float) -> float:
        return math.sqrt(math.expm1(float(special.gammaln(1 + 2 / shape) - 2 * special.gammaln(1 + 1 / shape))))

    most, least = map(spread, _WEIBULL_SHAPES)
    if not least <= sd / mean <= most:
        raise ValueError(f"spread: weibull allows {least:.3g} to {most:.3g}")
    shape = float(brentq(lambda shape: spread(shape) - sd / mean, *_WEIBULL_SHAPES, xtol=1e-13, rtol=1e-14))
    return {"shape": shape, "scale": mean / math.gamma(1 + 1 / shape)}


def _of_beta(mean: float, sd: float, low: float, high: float) -> Parameters:
    if not low < mean < high:
        raise ValueError(f"mean: beta needs it between low = {low:g} and high = {high:g}")
    share, variance = (mean - low) / (high - low), (sd / (high - low)) ** 2
    most = share * (1 - share)
    if variance >= most:
        largest = math.sqrt(most) * (high - low)
        raise ValueError(
            f"spread: beta with this mean, low and high allows less than {largest / mean:.4g} ({largest:.4g})"
        )
    weight = most / variance - 1
    return {"a": weight * share, "b": weight * (1 - share), "low": low, "high": high}


def _of_lognormal(mean: float, sd: float) -> Parameters:
    variance = math.log1p((sd / mean) ** 2)
    return {"median": mean * math.exp(-variance / 2), "sigma": math.sqrt(variance)}


FAMILIES: Final[dict[str, Family]] = {
    "constant": Family(
        ("value",), Constant, lambda value: lambda u: np.full_like(u, value, dtype=np.float64),
        scales=("value",),
    ),
    "uniform": Family(
        ("low", "high"), lambda low, high: scipys("uniform", low, high - low), _uniform,
        lambda mean, sd: {"low": mean - math.sqrt(3) * sd, "high": mean + math.sqrt(3) * sd},
    ),
    "triangular": Family(
        ("low", "mode", "high"),
        lambda low, mode, high: scipys("triang", (mode - low) / (high - low), low, high - low), triangular,
        lambda mean, sd: {"low": mean - math.sqrt(6) * sd, "mode": mean, "high": mean + math.sqrt(6) * sd},
    ),
    "normal": Family(
        ("mean", "sd"), lambda mean, sd: scipys("norm", mean, sd),
        lambda mean, sd: lambda u: mean + sd * special.ndtri(u),
        lambda mean, sd: {"mean": mean, "sd": sd},
    ),
    "lognormal": Family(
        ("median", "sigma"), lambda median, sigma: scipys("lognorm", sigma, scale=median),
        lambda median, sigma: lambda u: median * np.exp(sigma * special.ndtri(u)), _of_lognormal, scales=("median",),
    ),
    "gamma": Family(
        ("shape", "scale"), lambda shape, scale: scipys("gamma", shape, scale=scale), _gamma,
        lambda mean, sd: {"shape": (mean / sd) ** 2, "scale": sd**2 / mean}, scales=("scale",), u_error=U_ERROR,
    ),
    "weibull": Family(
        ("shape", "scale"), lambda shape, scale: scipys("weibull_min", shape, scale=scale),
        lambda shape, scale: lambda u: scale * (-np.log1p(-u)) ** (1 / shape), _of_weibull, scales=("scale",),
    ),
    "exponential": Family(
        ("mean",), lambda mean: scipys("expon", scale=mean), lambda mean: lambda u: -mean * np.log1p(-u),
        scales=("mean",),
    ),
    "beta": Family(
        ("a", "b", "low", "high"), lambda a, b, low, high: scipys("beta", a, b, low, high - low), _beta, _of_beta,
        optional={"low": 0.0}, beside=("low", "high"), u_error=U_ERROR,
    ),
}  # fmt: skip
