"""What turns the choice: one uncertain thing at a time at another value, and the map of growth and permit."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.money import WAGES, Paid
from experiments.studies.expansion.curves import Floats
from experiments.studies.expansion.futures import Found
from experiments.studies.expansion.value import factors

TurnOf = Callable[[str, str, Floats], "Turn"]
_MAP_STEPS: Final = 21
PAID: Final = {
    Paid.ROSTERED: "as rostered",
    Paid.WORKED: "by hours worked",
    Paid.ROUND_THE_CLOCK: "round the clock at all posts",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A value of something that is not known, and which path is best with it; `lead` over the best other [EUR]."""

    what: str
    value: str
    best: str
    lead: float
    """Of the recommended path over the best of the others: below 0, another is better."""


def turns(found: Found, names: Sequence[str], pooled: Floats, best: int, flows: Floats) -> Iterator[Turn]:
    """The answer with each uncertain thing at one of its values, and all else as it is; `flows`: `cash_flows`."""
    futures, own = found.futures, found.keys.expansion

    def turn(what: str, value: str, means: Floats) -> Turn:
        others = np.delete(means, best)
        lead = float(means[best] - others.max()) if others.size else math.inf
        return Turn(what, value, names[int(means.argmax())], lead)

    k = len(futures.draws)
    for number, growth in enumerate(futures.growths):
        by_leaf = futures.weight.sum(axis=0)
        yield turn("growth", growth, np.einsum("pfk,f->p", pooled[:, number], by_leaf) / k)
    for stage in own.stages:
        results = np.array([str(leaf[stage]) for leaf in futures.leaves])
        for result in own.stages[stage].results:
            weight = futures.weight * (results == result)
            if weight.sum() > 0:
                yield turn(stage, result, np.einsum("pgfk,gf->p", pooled, weight / weight.sum()) / k)
    yield from _prices(found, flows, turn_of=turn)


def _prices(found: Found, flows: Floats, turn_of: TurnOf) -> Iterator[Turn]:
    own, weight = found.keys.expansion, found.futures.weight
    lines = np.stack(
        [np.einsum("gfkl,gf->l", found.of(path, lambda one: one.present.mean(axis=0)), weight) for path in own.paths]
    ) / len(found.futures.draws)  # (P, L)
    total = lines.sum(axis=1)
    measured = found.world.measured
    labour = np.stack(
        [np.einsum("gfkw,gf->w", found.of(path, lambda one: one.labour.mean(axis=0)), weight) for path in own.paths]
    ) / len(found.futures.draws)  # (P, W)
    wages = lines[:, [measured.lines.index(name) for name in WAGES]].sum(axis=1)
    for at, paid in enumerate(measured.paid):
        yield turn_of("labour paid", PAID[paid], total - wages + labour[:, at])
    groups = {name: [at] for at, name in enumerate(found.world.measured.lines)}
    first = len(found.world.measured.lines)
    groups["construction"] = list(range(first, len(found.books.lines)))
    for name, places in groups.items():
        for sign in (-1, 1):
            value = f"{'−' if sign < 0 else '+'}{100 * own.swing:.3g} %"
            yield turn_of(name.replace("_", " "), value, total + sign * own.swing * lines[:, places].sum(axis=1))
    for sign in (-1, 1):
        rate = own.cost.discounting.rate * (1 + sign * own.swing)
        yield turn_of("discount rate", f"{100 * rate:.3g} %", flows @ factors(own, rate))


def decision_map(found: Found) -> Iterator[Turn]:
    """The best path where one growth is certain, by the probability that the first decision ends in favour.

    `value` is that probability; `lead` that of the best over the second. Nothing if no decision can end both ways.
    """
    own, futures = found.keys.expansion, found.futures
    names = list(own.paths)
    pooled = np.stack([found.of(path, lambda one: one.present.sum(axis=1).mean(axis=0)) for path in names])
    if not own.stages:
        return
    stage = next(iter(own.stages))
    refused = np.array([own.stages[stage].results[str(leaf[stage])].is_refused for leaf in futures.leaves])
    leaf_weight = futures.weight.sum(axis=0)
    if not 0 < leaf_weight[refused].sum() < 1:
        return
    for number, growth in enumerate(futures.growths):
        for share in np.linspace(0, 1, _MAP_STEPS):
            weight = np.where(refused, 1 - share, share) * leaf_weight
            weight = weight / np.where(refused, leaf_weight[refused].sum(), leaf_weight[~refused].sum())
            means = np.einsum("pfk,f->p", pooled[:, number], weight) / pooled.shape[3]
            order = np.sort(means)
            lead = float(order[-1] - order[-2]) if len(names) > 1 else math.inf
            yield Turn(growth, f"{share:.6g}", names[int(means.argmax())], lead)


def cash_flows(found: Found) -> Floats:
    """Expected totals by path and quarter, not discounted (P, Q)."""
    weight, k = found.futures.weight, len(found.futures.draws)
    return np.stack(
        [
            np.einsum("gfkq,gf->q", found.of(path, lambda one: one.quarterly.mean(axis=0)), weight) / k
            for path in found.keys.expansion.paths
        ]
    )
