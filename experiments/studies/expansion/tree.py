"""The tree of others' decisions and of demand growth: leaves with probabilities, and random draws.

Results are enumerated, each leaf with its exact probability. Only the durations of stages and the deviations of demand
from its path are drawn, by separate streams, so that all paths meet the same futures (common random numbers). Means
over futures have two sources of error: draws and replications.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.statistics import Interval
from experiments.statistics.interval import CONFIDENCE, t_reach
from experiments.statistics.two_sources import two_source_interval
from experiments.studies.expansion.design import Expansion, Growth, Months, Stage, month_of
from sim.distributions import families
from sim.measures.kpis.service import weighted_quantile
from sim.streams import Streams
from sim.units import Numbers

Leaf = Mapping[str, str | None]
"""The result of each stage; None: not asked, because the previous stage was refused."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Random quantities of one future, without the results."""

    ranks: Mapping[str, tuple[float, float]]
    """Ranks in (0, 1) of each stage's `months`, and of the `later` of its result."""
    strays: Numbers
    """Factors on the demand path, by year (n_years)."""


def leaves(stages: Mapping[str, Stage]) -> Iterator[tuple[Leaf, float]]:
    """Every possible combination of results with its probability; they sum to 1."""
    tree: list[tuple[dict[str, str | None], float]] = [({}, 1.0)]
    for name, stage in stages.items():
        ends = [(result, end.probability) for result, end in stage.results.items()]
        tree = [
            ({**leaf, name: result}, p * share)
            for leaf, p in tree
            for result, share in (ends if _is_asked(stage, leaf, stages) else [(None, 1.0)])
        ]
    yield from tree


def _is_asked(stage: Stage, leaf: Leaf, stages: Mapping[str, Stage]) -> bool:
    """Whether the previous stage, if any, has ended in favour."""
    if stage.after is None:
        return True
    result = leaf[stage.after]
    return result is not None and not stages[stage.after].results[result].is_refused


def restricted(leaf: Leaf, stages: Sequence[str], settings: Expansion) -> Leaf:
    """The part of a leaf that matters for these stages and those before them."""
    needed = {name for stage in stages for name in settings.chain(stage)}
    return {name: result for name, result in leaf.items() if name in needed}


def draws(settings: Expansion, seed: int) -> Iterator[Draw]:
    for number in range(settings.draws):
        streams = Streams(seed, number)
        drawn = {name: streams.of(f"months of {name}").random(2).tolist() for name in settings.stages}
        steps = [
            streams.of("demand strays", settings.first_year + year).standard_normal() * settings.spread
            for year in range(settings.years)
        ]
        # A random walk whose mean remains on the path.
        walk = np.cumsum(steps) - 0.5 * settings.spread**2 * np.arange(1, settings.years + 1)
        yield Draw({name: (first, second) for name, (first, second) in drawn.items()}, np.exp(walk))


def ended(stage: str, leaf: Leaf, draw: Draw, keys: Expansion) -> float | None:
    """Months from the first year's beginning until a stage has ended in favour; None: never."""
    month = month_of(keys.first_asked(stage), keys.first_year)
    for name, asked in keys.chain(stage).items():
        result, (rank, rank_later) = leaf[name], draw.ranks[name]
        if result is None or asked.results[result].is_refused:
            return None
        month += triangular(asked.months, rank)
        if (later := asked.results[result].later) is not None:
            month += triangular(later, rank_later)
    return month


def triangular(months: Months, rank: float) -> float:
    """The quantile of a triangular distribution.

    >>> triangular(Months(2.0, 2.0, 2.0), 0.3), triangular(Months(0.0, 1.0, 2.0), 0.5)
    (2.0, 1.0)
    """
    if months.most == months.least:
        return months.least
    return float(families.triangular(months.least, months.mode, months.most)(rank))


def factors(growth: Growth, settings: Expansion) -> Numbers:
    """Demand relative to the configuration's, by year: interpolated between the given years, constant outside."""
    years = sorted(int(year) for year in growth.factors)
    logs = [math.log(growth.factors[str(year)]) for year in years]
    return np.exp(np.interp(np.arange(settings.first_year, settings.first_year + settings.years), years, logs))


def most_shares(settings: Expansion) -> Numbers:
    """Share of the flights asked for that the noise quota of the night lets come, by year (n_years)."""
    years = range(settings.first_year, settings.first_year + settings.years)
    quota = settings.night_quota
    return np.array([1.0 if quota is None else quota.most_share(year) for year in years])


BANDS: Final = (0.05, 0.95)


def expected(values: Numbers, weight: Numbers) -> Numbers:
    """Means over growths and leaves (…, G, F, K, R) to (…, K, R)."""
    return np.asarray(np.einsum("...gfkr,gf->...kr", values, weight), dtype=np.float64)


def of_paths(npv: Numbers, weight: Numbers) -> Numbers:
    """Expected value of each path over futures, draws and replications: (P, G, F, K, R) to (P)."""
    return np.asarray(expected(npv, weight).mean(axis=(1, 2)))


def two_sources(values: Numbers, confidence: float = CONFIDENCE) -> Interval:
    """The interval of the mean of (K, R): K draws and R replications, each with a separate error."""
    k, r = values.shape
    sampling = float(values.mean(axis=1).var(ddof=1)) / k
    simulation = float(values.mean(axis=0).var(ddof=1)) / r if r > 1 else math.nan
    return two_source_interval(
        float(values.mean()), sampling=sampling, n_samples=k, simulation=simulation, n_replications=r,
        confidence=confidence,
    )  # fmt: skip


def probability_of_best(mean: Numbers, best: int) -> float:
    """A lower bound of the probability that a path has the highest expected value (Bonferroni, paired).

    As in `statistics/allocation.py`, but with pairs, and with both errors. (P, K, R). Paths that are equal in all
    futures count as one.
    """
    from scipy.special import stdtr

    wrong = 0.0
    for number in range(len(mean)):
        difference = mean[best] - mean[number]
        if number == best or not difference.any():
            continue
        interval = two_sources(difference)
        if (half := interval.half_width) is None:
            return math.nan
        if half == 0:
            continue
        k, r = difference.shape
        first, second = difference.mean(axis=1).var(ddof=1) / k, difference.mean(axis=0).var(ddof=1) / r
        degrees = (first + second) ** 2 / (first**2 / (k - 1) + second**2 / (r - 1))
        wrong += 1 - float(stdtr(degrees, interval.mean / half * t_reach(degrees)))
    return max(0.0, 1 - wrong)


def quantile(values: Numbers, weight: Numbers, share: float) -> float:
    """Quantile over futures (G, F, K) below which this share of them lies."""
    return weighted_quantile(values.ravel(), np.broadcast_to(weight[:, :, None], values.shape).ravel(), share)


def bands(values: Numbers, weight: Numbers) -> Numbers:
    """Mean and quantiles over futures of each year: (G, F, K, Y) to (3, Y)."""
    years = np.moveaxis(values, -1, 0)
    means = [float(np.einsum("gfk,gf->", each, weight)) / values.shape[2] for each in years]
    return np.array([means, *([quantile(each, weight, share) for each in years] for share in BANDS)])


def share(is_so: NDArray[np.bool_], weight: Numbers) -> float:
    """Probability of the futures with a property, exact to twelve digits."""
    return round(float(np.einsum("gfk,gf->", is_so, weight)) / int(is_so.shape[2]), 12)
