"""What it would be worth to know something before choosing a path, and to build by rules instead of by dates.

The expected value of perfect information: H. Raiffa, Decision Analysis, 1968, chapter 2; J. R. Birge and F. Louveaux,
Introduction to Stochastic Programming, 2nd ed. 2011, chapter 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.statistics import Interval
from experiments.studies.expansion.chances import expected, two_sources
from experiments.studies.expansion.curves import Floats
from experiments.studies.expansion.futures import Found
from experiments.studies.expansion.tree import restricted

EVERYTHING: Final = "everything"
WAITING: Final = "waiting, and reacting"


@dataclass(frozen=True, slots=True)
class Knowing:
    """What it is worth to know something beforehand [EUR]."""

    what: str
    worth: Interval


def knowing(found: Found, npv: Floats, pooled: Floats, mean: Floats, best: int) -> Iterator[Knowing]:
    weight = found.futures.weight
    yield Knowing(EVERYTHING, two_sources(chosen_knowing(npv, pooled, weight) - mean[best]))
    k = len(found.futures.draws)
    by_growth = np.einsum("pgfk,gf->pg", pooled, weight) / k
    chosen = np.take_along_axis(npv, by_growth.argmax(axis=0)[None, :, None, None, None], axis=0)[0]
    yield Knowing("growth of demand", two_sources(expected(chosen, weight) - mean[best]))
    for stage in found.keys.expansion.stages:
        # Whoever knows how a stage ends knows it of those before.
        known = [restricted(leaf, [stage], found.keys.expansion) for leaf in found.futures.leaves]
        results = np.array([", ".join(f"{name} {result}" for name, result in one.items()) for one in known])
        before = [name for name in known[0] if name != stage]
        which = np.zeros(len(results), dtype=np.intp)
        for result in dict.fromkeys(results.tolist()):
            is_so = results == result
            by_path = np.einsum("pgfk,gf->p", pooled[:, :, is_so], weight[:, is_so])
            which[is_so] = int(by_path.argmax())
        chosen = np.take_along_axis(npv, which[None, None, :, None, None], axis=0)[0]
        what = " and ".join(f"result of {name}" for name in (*before, stage))
        yield Knowing(what, two_sources(expected(chosen, weight) - mean[best]))
    reacting = [bool(any(phase.when for phase in path.phases.values())) for path in found.keys.expansion.paths.values()]
    if any(reacting) and not all(reacting):
        means = mean.mean(axis=(1, 2))
        first, second = (int(np.where(np.array(reacting) == kind, means, -np.inf).argmax()) for kind in (True, False))
        yield Knowing(WAITING, two_sources(mean[first] - mean[second]))


def chosen_knowing(npv: Floats, pooled: Floats, weight: Floats) -> Floats:
    """The expected value of the path that is best in each future, as who knows it would choose (K, R)."""
    which = pooled.argmax(axis=0)[None, :, :, :, None]
    return expected(np.take_along_axis(npv, which, axis=0)[0], weight)
