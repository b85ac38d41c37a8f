"""One interval for two sources of uncertainty: inputs known from few observations, and replications.

Worlds are drawn from the possible inputs, and each is simulated by some replications. Inputs and replications both
scatter the means of worlds; the scatter of replications within worlds shows their part. Without that part, the worlds
give the interval of the inputs, to which the interval of the mean is added.

Sources: R. R. Barton, B. L. Nelson and W. Xie, INFORMS Journal on Computing 26(1), 2014, 74-87,
doi:10.1287/ijoc.2013.0548 (quantiles over bootstrapped inputs); T. A. Louis, JASA 79, 1984, 393-398,
doi:10.1080/01621459.1984.10478062 (means with the scatter of what they estimate); G. Y. Zou and A. Donner, Statistics
in Medicine 27, 2008, 1693-1702, doi:10.1002/sim.3095 (an interval of two).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.statistics.interval import ANYTHING, TAILS, Interval, Range, t_reach
from experiments.statistics.two_sources import variance_within
from sim.units import Numbers


@dataclass(frozen=True, slots=True)
class OverInputs:
    """The interval, and the inputs' share of its variance; NaN if no world has several replications."""

    interval: Interval
    input_share: float

    @property
    def sampling_share(self) -> float:
        return 1 - self.input_share


def over_inputs(
    outputs: Sequence[Numbers], weights: Sequence[float] | None = None, possible: Range = ANYTHING
) -> OverInputs:
    """Interval from outputs by world, an array of replications each; `weights`: number of worlds that each represents.

    Without a world of several replications, all scatter is attributed to the inputs.

    >>> worlds = over_inputs([np.array([at, at + 0.1]) for at in range(100)])
    >>> f"{worlds.interval.low:.1f} {worlds.interval.high:.1f} {worlds.input_share:.4f}"
    '1.6 97.5 1.0000'
    """
    n = len(outputs)
    means = np.array([of_world.mean() for of_world in outputs])
    shares = np.full(n, 1 / n) if weights is None else np.asarray(weights) / np.sum(weights)
    mean = float(shares @ means)
    noise = variance_within(outputs) / np.array([len(of_world) for of_world in outputs])
    scatter = float(shares @ (means - mean) ** 2 / (1 - shares @ shares)) if n > 1 else 0.0
    of_inputs = max(0.0, scatter - float(shares @ noise))
    of_mean = float(shares**2 @ noise)
    if n < 2 or scatter == 0:
        return OverInputs(Interval(mean, None, None, n), math.nan)
    low, high = _quantiles(mean + (means - mean) * np.sqrt(of_inputs / scatter), shares)
    degrees = sum(len(of_world) - 1 for of_world in outputs)
    reach = t_reach(degrees) ** 2 * of_mean if degrees else 0.0
    ends = mean - np.hypot(mean - low, reach**0.5), mean + np.hypot(high - mean, reach**0.5)
    share = of_inputs / (of_inputs + of_mean) if degrees else math.nan
    return OverInputs(Interval(mean, float(ends[0]), float(ends[1]), n).within(*possible), share)


def _quantiles(values: Numbers, shares: Numbers) -> Numbers:
    """Quantiles of weighted values for the ends of an interval; the lowest of n is at the share 1 / (n + 1)."""
    order = np.argsort(values)
    n = len(values)
    below = np.cumsum(shares[order]) - shares[order] / 2
    places = (n * below + 0.5) / (n + 1)
    return np.interp(TAILS, places, values[order])
