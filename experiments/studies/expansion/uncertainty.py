"""Uncertain inputs: the value of knowing them before choosing a path, and which of them change the choice.

The expected value of perfect information: H. Raiffa, Decision Analysis, 1968, chapter 2; J. R. Birge and F. Louveaux,
Introduction to Stochastic Programming, 2nd ed. 2011, chapter 4.
"""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.formatting import plain_name, share_text
from experiments.money.accounts import WAGES
from experiments.statistics import Interval
from experiments.statistics.interval import of_many
from experiments.store.rows import column, interval, table
from experiments.studies.expansion.curves import rounded
from experiments.studies.expansion.design import PAID, in_millions, path_name
from experiments.studies.expansion.futures import Explored
from experiments.studies.expansion.tree import expected, restricted, two_sources
from experiments.studies.expansion.value import factors
from sim.units import Numbers

EVERYTHING: Final = "everything"
GROWTH: Final = "growth"
WAITING: Final = "waiting, and reacting"
_MAP_STEPS: Final = 21
_BEST: Final = "the path with the highest expected NPV"


@table("knowing", "value of knowing something before a path is chosen", sort="order")
class Knowing:
    order: int = column("1", "order of the answer")
    what: str = column("", "quantity that is known", heading="what")
    worth: Interval = interval(
        "EUR", "expected value, with its 95 % interval", heading="worth", show=in_millions, names="{end}"
    )
    unit: str = column("", "unit of the value")


@table("turns", "best path with each uncertain quantity at one of its values, all else unchanged", sort="order")
class Turn:
    """A value of an uncertain input, and the path that is best with it."""

    order: int = column("1", "order of the answer")
    what: str = column("", "quantity that is set", heading="what", show=plain_name)
    value: str = column("", "value that it is set to", heading="value", show=plain_name)
    best: str = column("", _BEST, heading="best path", show=path_name)
    lead_eur: Interval = interval(
        "EUR", "of the recommended path over the best of the others", heading="lead [MEUR]", show=in_millions,
        names="{field}{_end}",
    )  # fmt: skip
    """From pairs, for this input alone. Below 0, another path is better."""
    is_sure: bool = column(
        "", "the lead differs from 0, by an interval adjusted for all values that were set (Bonferroni)"
    )

    def lead_of_best(self, recommended: str) -> Interval:
        """Lead of the path that is best with it, over the recommended one or else over the second."""
        return self.lead_eur if self.best == recommended else self.lead_eur.scaled(-1)


@table(
    "decision_map", "the best path by growth and by the probability of the first decision in favour",
    sort="growth probability",
)  # fmt: skip
class Cell:
    growth: str = column("", "growth of demand, taken as certain")
    probability: float = column("1", "probability that the first decision ends in favour")
    best: str = column("", _BEST)
    lead_eur: float = column("EUR", "lead over the second-best path")


Means = tuple[str, str, Numbers]
"""The input, its value, and the resulting expected NPV of each path, by draw and replication (P, K, R)."""


def worth_of(row: Knowing) -> Interval:
    """Value of information, at least zero, because knowing more permits no worse choice; waiting may cost."""
    return row.worth if row.what == WAITING else row.worth.within(0.0)


def knowing(result: Explored, npv: Numbers, pooled: Numbers, mean: Numbers, best: int) -> list[Knowing]:
    worths = _worths(result, npv, pooled, mean, best)
    return [Knowing(order, what, two_sources(worth), "EUR") for order, (what, worth) in enumerate(worths)]


def _worths(
    explored: Explored, npv: Numbers, pooled: Numbers, mean: Numbers, best: int
) -> Iterator[tuple[str, Numbers]]:
    """The information, and its value over the path that is best without it (K, R)."""
    weight = explored.futures.weight

    def gain(what: str, which: NDArray[np.intp]) -> tuple[str, Numbers]:
        """Value if paths are chosen by known parts of the future: (G, F, K), or 1 for parts that are not known."""
        chosen = np.take_along_axis(npv, which[None, ..., None], axis=0)[0]
        return what, expected(chosen, weight) - mean[best]

    yield gain(EVERYTHING, pooled.argmax(axis=0))
    by_growth = np.einsum("pgfk,gf->pg", pooled, weight) / len(explored.futures.draws)
    yield gain("growth of demand", by_growth.argmax(axis=0)[:, None, None])
    for stage in explored.keys.expansion.needed:
        # Knowing the result of a stage includes knowing those of earlier stages.
        known = [restricted(leaf, [stage], explored.keys.expansion) for leaf in explored.futures.leaves]
        alike = np.array([[other == leaf for other in known] for leaf in known])
        by_leaf = [np.einsum("pgfk,gf->p", pooled[:, :, leaves], weight[:, leaves]) for leaves in alike]
        which = np.argmax(by_leaf, axis=1)
        yield gain(" and ".join(f"result of {name}" for name in known[0]), which[None, :, None])
    reacting = [any(phase.when for phase in path.phases.values()) for path in explored.keys.expansion.paths.values()]
    if any(reacting) and not all(reacting):
        means = mean.mean(axis=(1, 2))
        first, second = (int(np.where(np.array(reacting) == kind, means, -np.inf).argmax()) for kind in (True, False))
        yield WAITING, mean[first] - mean[second]


def turns(result: Explored, npv: Numbers, best: int) -> Iterator[Turn]:
    """The answer with each uncertain input at one of its values and all others unchanged; empty for a single path."""
    names = list(result.number)
    if len(names) == 1:
        return
    varied = [*_results(result, npv), *_prices(result)]
    for order, (what, value, each) in enumerate(varied):
        means = each.mean(axis=(1, 2))
        other = int(np.where(np.arange(len(names)) == best, -np.inf, means).argmax())
        lead = each[best] - each[other]
        is_sure = two_sources(lead, of_many(len(varied))).excludes(0)
        yield Turn(order, what, value, names[int(means.argmax())], two_sources(lead), is_sure)


def _results(explored: Explored, npv: Numbers) -> Iterator[Means]:
    futures, settings = explored.futures, explored.keys.expansion
    for number, growth in enumerate(futures.growths):
        by_leaf = futures.weight.sum(axis=0)
        yield GROWTH, growth, np.einsum("pfkr,f->pkr", npv[:, number], by_leaf)
    for stage, setting in settings.needed.items():
        results = np.array([str(leaf[stage]) for leaf in futures.leaves])
        for result in setting.results:
            weight = futures.weight * (results == result)
            if weight.sum() > 0:
                yield stage, result, expected(npv, weight / weight.sum())


def _prices(result: Explored) -> Iterator[Means]:
    settings, measured = result.keys.expansion, result.world.curves.measured
    lines = result.expected(lambda worth: worth.present)  # (P, K, R, L)
    labour = result.expected(lambda worth: worth.labour)  # (P, K, R, W)
    total = lines.sum(axis=-1)
    wages = lines[..., [measured.lines.index(name) for name in WAGES]].sum(axis=-1)
    for at, paid in enumerate(measured.paid):
        yield "labour paid", PAID[paid], total - wages + labour[..., at]
    groups = {name: [at] for at, name in enumerate(measured.lines)}
    groups["construction"] = list(range(len(measured.lines), len(result.books.lines)))
    for name, places in groups.items():
        for sign in (-1, 1):
            value = f"{'−' if sign < 0 else '+'}{share_text(settings.swing)}"
            yield plain_name(name), value, total + sign * settings.swing * lines[..., places].sum(axis=-1)
    flows = result.expected(lambda worth: worth.quarterly)  # (P, K, R, Q)
    for sign in (-1, 1):
        rate = settings.cost.discounting.rate * (1 + sign * settings.swing)
        yield "discount rate", share_text(rate), flows @ factors(settings, rate)


def decision_map(result: Explored) -> Iterator[Cell]:
    """The best path if one growth is certain, by the probability that the first needed decision ends in favour.

    Empty if that decision cannot end both ways, or no path needs one.
    """
    settings, futures = result.keys.expansion, result.futures
    if not settings.needed:
        return
    names, pooled = list(settings.paths), result.npv.mean(axis=4)
    stage = next(iter(settings.needed))
    refused = np.array([settings.stages[stage].results[str(leaf[stage])].is_refused for leaf in futures.leaves])
    leaf_weight = futures.weight.sum(axis=0)
    if not (leaf_weight[refused].any() and leaf_weight[~refused].any()):
        return
    for number, growth in enumerate(futures.growths):
        for share in np.linspace(0, 1, _MAP_STEPS):
            weight = np.where(refused, 1 - share, share) * leaf_weight
            weight = weight / np.where(refused, leaf_weight[refused].sum(), leaf_weight[~refused].sum())
            means = np.einsum("pfk,f->p", pooled[:, number], weight) / pooled.shape[3]
            order = np.sort(means)
            lead = float(order[-1] - order[-2]) if len(names) > 1 else math.inf
            yield Cell(growth, rounded(share), names[int(means.argmax())], lead)
