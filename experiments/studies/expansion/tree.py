"""The tree of what others decide, and of how demand grows: its leaves with their probabilities, and what is drawn.

Results are enumerated, each leaf with its exact probability; only how long stages take and how demand strays from its
path is drawn, by streams of their own, so that all paths meet the same futures (common random numbers).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from experiments.studies.expansion.design import Expansion, Growth, Months, Stage, month_of
from sim.streams import Streams

Floats = NDArray[np.float64]
Leaf = Mapping[str, str | None]
"""The result of each stage; None: it is not asked, since the stage before was refused."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What one future brings besides the results."""

    ranks: Mapping[str, tuple[float, float]]
    """In (0, 1), of each stage's `months`, and of the `later` of its result."""
    strays: Floats
    """Times the demand path, by year (n_years)."""


def leaves(stages: Mapping[str, Stage]) -> Iterator[tuple[Leaf, float]]:
    """Every combination of results that can come about, and its probability; they sum to 1."""
    yield from _leaves(list(stages.items()), {}, 1.0, frozenset())


def restricted(leaf: Leaf, stages: Sequence[str], asked: Expansion) -> Leaf:
    """What of a leaf matters where only these stages do: with those that they come after."""
    needed: dict[str, None] = {}
    for stage in stages:
        name: str | None = stage
        while name is not None:
            needed[name] = None
            name = asked.stages[name].after
    return MappingProxyType({name: result for name, result in leaf.items() if name in needed})


def draws(asked: Expansion, seed: int) -> list[Draw]:
    made = []
    for number in range(asked.draws):
        streams = Streams(seed, number)
        drawn = {name: streams.of(f"months of {name}").random(2).tolist() for name in asked.stages}
        steps = [
            streams.of("demand strays", asked.first_year + year).standard_normal() * asked.spread
            for year in range(asked.years)
        ]
        # A walk whose mean stays on the path.
        walk = np.cumsum(steps) - 0.5 * asked.spread**2 * np.arange(1, asked.years + 1)
        made.append(Draw({name: (first, second) for name, (first, second) in drawn.items()}, np.exp(walk)))
    return made


def ended(stage: str, leaf: Leaf, draw: Draw, keys: Expansion) -> float | None:
    """Months from the first year's beginning until a stage has ended in favour; None: it never does."""
    asked, result = keys.stages[stage], leaf[stage]
    if result is None or asked.results[result].is_refused:
        return None
    if asked.after is None:
        assert asked.asked is not None
        begin = month_of(asked.asked, keys.first_year)
    else:
        before = ended(asked.after, leaf, draw, keys)
        assert before is not None
        begin = before
    later, (rank, rank_later) = asked.results[result].later, draw.ranks[stage]
    more = 0.0 if later is None else triangular(later, rank_later)
    return begin + triangular(asked.months, rank) + more


def triangular(months: Months, rank: float) -> float:
    """The quantile of a triangular distribution.

    >>> triangular(Months(2.0, 2.0, 2.0), 0.3), triangular(Months(0.0, 1.0, 2.0), 0.5)
    (2.0, 1.0)
    """
    low, mode, high = months.least, months.mode, months.most
    if high == low:
        return low
    if rank <= (mode - low) / (high - low):
        return low + math.sqrt(rank * (high - low) * (mode - low))
    return high - math.sqrt((1 - rank) * (high - low) * (high - mode))


def factors(growth: Growth, asked: Expansion) -> Floats:
    """Demand relative to the configuration's, by year: in proportion between the years given, level outside them."""
    years = sorted(int(year) for year in growth.factors)
    logs = [math.log(growth.factors[str(year)]) for year in years]
    return np.exp(np.interp(np.arange(asked.first_year, asked.first_year + asked.years), years, logs))


def _leaves(
    left: Sequence[tuple[str, Stage]], leaf: Leaf, p: float, refused: AbstractSet[str]
) -> Iterator[tuple[Leaf, float]]:
    if not left:
        yield MappingProxyType(dict(leaf)), p
        return
    (name, stage), *rest = left
    if stage.after in refused:
        yield from _leaves(rest, {**leaf, name: None}, p, refused | {name})
        return
    for result, outcome in stage.results.items():
        closed = refused | {name} if outcome.is_refused else refused
        yield from _leaves(rest, {**leaf, name: result}, p * outcome.probability, closed)
