"""How many parcels a flight carries: a load about the mean of its type, at most the fullest load."""

import math
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.special import betaincinv

from sim.distributions import Shape
from sim.errors import ConfigError

_MOST_STRETCHED: Final = 1e6


def _most_variance(share: float) -> float:
    """The largest variance of loads with this mean, as shares of the fullest load."""
    return share * (1 - share) / 2


def most_spread(mean: int, fullest: int) -> float:
    """The largest coefficient of variation that `drawn_load` allows.

    >>> round(most_spread(100, 103), 3)
    0.122
    """
    share = min(1.0, mean / fullest)
    return math.sqrt(_most_variance(share)) / share


def drawn_load(uniform: float, mean: int, fullest: int, spread: float | Shape) -> int:
    """Quantile of a shape, or of a beta distribution from 0 to `fullest`, with this mean.

    A number as `spread` is the coefficient of variation. If the room above the mean is too small for it, the variance
    is half that of a load that is either zero or the fullest. This is the largest variance at which the density falls
    towards both ends, or rises to the fullest load.

    >>> drawn_load(0.5, 100, 100, 0.2), drawn_load(0.5, 500, 1000, 0.2)
    (100, 500)
    """
    share = mean / fullest
    if share >= 1:
        return mean
    if isinstance(spread, Shape):
        return max(1, round(fullest * min(1.0, _stretch(spread, share) * float(spread.quantile(uniform)))))
    weight = share * (1 - share) / min((spread * share) ** 2, _most_variance(share)) - 1
    return max(1, round(fullest * float(betaincinv(weight * share, weight * (1 - share), uniform))))


@lru_cache(maxsize=64)
def _stretch(shape: Shape, share: float) -> float:
    """Factor on a shape that makes its mean a share of one when it is cut at one.

    >>> round(_stretch(Shape.from_plain({"family": "uniform", "low": 0, "high": 2}, "load.spread"), 0.75), 4)
    1.0
    """
    from scipy.optimize import brentq

    def too_much(factor: float) -> float:
        return float(np.minimum(factor * shape.table, 1.0).mean()) - share

    most = share
    while too_much(most) < 0:
        most *= 2
        if most > _MOST_STRETCHED:
            raise ConfigError(
                f"demand.load.spread: with {shape.family} so many flights are almost empty that the others cannot make"
                f" a mean of {100 * share:.3g} % of the fullest load"
            )
    return float(brentq(too_much, 0.0, most, xtol=1e-12, rtol=1e-12))
