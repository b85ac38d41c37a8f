"""Which path to choose, how surely, what is lost by each, what knowing would be worth, and what turns the answer.

Every mean is over growth and results with their exact probabilities; draws and replications make its two errors. EVPI
and regret: H. Raiffa, Decision Analysis, 1968, chapter 2; J. R. Birge and F. Louveaux, Introduction to Stochastic
Programming, 2nd ed. 2011, chapter 4.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.money import Flow, payback
from experiments.statistics import Interval
from experiments.statistics.interval import t_quantile
from experiments.statistics.two_sources import two_source_interval
from experiments.studies.expansion_curves import Floats
from experiments.studies.expansion_futures import Found
from experiments.studies.expansion_tree import restricted
from experiments.studies.expansion_value import factors, quarter_years

TurnOf = Callable[[str, str, Floats], "Turn"]
BANDS: Final = (0.05, 0.95)
EVERYTHING: Final = "everything"
WAITING: Final = "waiting, and reacting"
_CENTS: Final = 100
_MAP_STEPS: Final = 21


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """What is told of a path. Quantiles and shares are over futures, intervals of means."""

    path: str
    npv: Interval
    p5: float
    p95: float
    on_time_share: Interval
    cost_per_parcel: Interval
    payback_years: float | None
    """Of what it spends more than the path that builds nothing, by what it earns more; None: never."""
    regret: Interval
    regret_p95: float
    best_share: float
    opens: float
    """Probability that any of its phases opens before the last year ends."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A value of something that is not known, and which path is best with it; `lead` over the best other [EUR]."""

    what: str
    value: str
    best: str
    lead: float
    """Of the recommended path over the best of the others: below 0, another is better."""


@dataclass(frozen=True, slots=True)
class Knowing:
    """What it is worth to know something beforehand [EUR]."""

    what: str
    worth: Interval


@dataclass(frozen=True, slots=True)
class Answer:
    found: Found
    paths: tuple[PathAnswer, ...]
    recommended: str
    probability: float
    """At least, that no other path has the higher expected NPV."""
    knowing: tuple[Knowing, ...]
    turns: tuple[Turn, ...]

    @property
    def turned_by(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.best != self.recommended]

    def of(self, path: str) -> PathAnswer:
        return next(one for one in self.paths if one.path == path)


def answer(found: Found) -> Answer:
    names = list(found.keys.expansion.paths)
    npv = np.stack([found.of(path, lambda one: one.present.sum(axis=1)) for path in names])  # (P, G, F, K, R)
    mean = expected(npv, found.futures.weight)  # (P, K, R)
    by_path = mean.mean(axis=(1, 2))
    best = int(by_path.argmax())
    pooled = npv.mean(axis=4)
    known = pooled.max(axis=0)
    paths = tuple(
        PathAnswer(
            path=name,
            npv=two_sources(mean[number]),
            p5=quantile(pooled[number], found.futures.weight, BANDS[0]),
            p95=quantile(pooled[number], found.futures.weight, BANDS[1]),
            on_time_share=_on_time(found, name),
            cost_per_parcel=_cost_per_parcel(found, name),
            payback_years=_payback(found, name),
            regret=two_sources(_chosen(npv, pooled, found.futures.weight) - mean[number]),
            regret_p95=quantile(known - pooled[number], found.futures.weight, BANDS[1]),
            best_share=_share(pooled[number] >= known, found.futures.weight),
            opens=_opens(found, name),
        )
        for number, name in enumerate(names)
    )
    return Answer(
        found=found,
        paths=paths,
        recommended=names[best],
        probability=probability_of_best(mean, best),
        knowing=tuple(_knowing(found, npv, pooled, mean, best)),
        turns=tuple(_turns(found, names, pooled, best)),
    )


def expected(values: Floats, weight: Floats) -> Floats:
    """Means over growths and leaves (…, G, F, K, R) to (…, K, R)."""
    return np.asarray(np.einsum("...gfkr,gf->...kr", values, weight), dtype=np.float64)


def two_sources(values: Floats) -> Interval:
    """The interval of the mean of (K, R): K draws and R replications, each of them an error of its own."""
    k, r = values.shape
    sampling = float(values.mean(axis=1).var(ddof=1)) / k
    simulation = float(values.mean(axis=0).var(ddof=1)) / r if r > 1 else math.nan
    return two_source_interval(
        float(values.mean()), sampling=sampling, n_samples=k, simulation=simulation, n_replications=r
    )


def probability_of_best(mean: Floats, best: int) -> float:
    """At least the probability that a path has the highest expected value: Bonferroni's bound over paired differences.

    As `statistics/allocation.py` estimates a selection, but with pairs, and with both errors. (P, K, R). Paths that are
    alike in all futures are one.
    """
    from scipy.special import stdtr

    wrong = 0.0
    for number in range(len(mean)):
        difference = mean[best] - mean[number]
        if number == best or not difference.any():
            continue
        interval = two_sources(difference)
        if interval.low is None or interval.high is None:
            return math.nan
        half = (interval.high - interval.low) / 2
        if half == 0:
            continue
        k, r = difference.shape
        first, second = difference.mean(axis=1).var(ddof=1) / k, difference.mean(axis=0).var(ddof=1) / r
        degrees = (first + second) ** 2 / (first**2 / (k - 1) + second**2 / (r - 1))
        wrong += 1 - float(stdtr(degrees, interval.mean / half * t_quantile(0.975, degrees)))
    return max(0.0, 1 - wrong)


def quantile(values: Floats, weight: Floats, share: float) -> float:
    """The value that so large a share of the futures lies below (G, F, K)."""
    each = np.broadcast_to(weight[:, :, None], values.shape).ravel()
    order = np.argsort(values.ravel(), kind="stable")
    total = np.cumsum(each[order])
    at = int(np.searchsorted(total, share * total[-1]))
    return float(values.ravel()[order][min(at, order.size - 1)])


def _share(is_so: NDArray[np.bool_], weight: Floats) -> float:
    """Probability of the futures in which something is so; sums of probabilities are exact to twelve digits."""
    return round(float(np.einsum("gfk,gf->", is_so, weight)) / int(is_so.shape[2]), 12)


def _chosen(npv: Floats, pooled: Floats, weight: Floats) -> Floats:
    """The expected value of the path that is best in each future, as who knows it would choose (K, R)."""
    which = pooled.argmax(axis=0)[None, :, :, :, None]
    return expected(np.take_along_axis(npv, which, axis=0)[0], weight)


def _knowing(found: Found, npv: Floats, pooled: Floats, mean: Floats, best: int) -> Iterator[Knowing]:
    weight = found.futures.weight
    yield Knowing(EVERYTHING, two_sources(_chosen(npv, pooled, weight) - mean[best]))
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


def _turns(found: Found, names: Sequence[str], pooled: Floats, best: int) -> Iterator[Turn]:
    """The answer with each uncertain thing at one of its values, and all else as it is."""
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
    yield from _prices(found, turn_of=turn)


def _prices(found: Found, turn_of: TurnOf) -> Iterator[Turn]:
    own, weight = found.keys.expansion, found.futures.weight
    lines = np.stack(
        [np.einsum("gfkl,gf->l", found.of(path, lambda one: one.present.mean(axis=0)), weight) for path in own.paths]
    ) / len(found.futures.draws)  # (P, L)
    total = lines.sum(axis=1)
    groups = {name: [at] for at, name in enumerate(found.world.measured.lines)}
    first = len(found.world.measured.lines)
    groups["construction"] = list(range(first, len(found.books.lines)))
    for name, at in groups.items():
        for sign in (-1, 1):
            value = f"{sign * own.swing:+.0%}"
            yield turn_of(name.replace("_", " "), value, total + sign * own.swing * lines[:, at].sum(axis=1))
    flows = cash_flows(found)
    for sign in (-1, 1):
        rate = own.cost.discounting.rate * (1 + sign * own.swing)
        yield turn_of("discount rate", f"{100 * rate:.3g} %", flows @ factors(own, rate))


def decision_map(answer: Answer) -> Iterator[Turn]:
    """The best path where one growth is certain, by the probability that the first decision ends in favour.

    `value` is that probability; `lead` that of the best over the second. Nothing if no decision can end both ways.
    """
    found = answer.found
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


def _on_time(found: Found, path: str) -> Interval:
    """Of all parcels of the horizon."""
    at = found.world.measured.kpis.index("on_time_share")
    late = found.of(path, lambda one: (one.kpis[:, :, at] * one.parcels).sum(axis=1))
    parcels = found.of(path, lambda one: one.parcels.sum(axis=1))
    weight = found.futures.weight
    return _cut(two_sources(expected(late, weight) / expected(parcels, weight)))


def _cut(interval: Interval) -> Interval:
    if interval.low is None or interval.high is None:
        return interval
    return Interval(interval.mean, max(0.0, interval.low), min(1.0, interval.high), interval.n)


def _cost_per_parcel(found: Found, path: str) -> Interval:
    revenue = found.books.lines.index("revenue")
    costs = found.of(path, lambda one: one.yearly[:, :, revenue].sum(axis=1) - one.quarterly.sum(axis=1))
    parcels = found.of(path, lambda one: one.parcels.sum(axis=1))
    weight = found.futures.weight
    return two_sources(expected(costs, weight) / expected(parcels, weight))


def _payback(found: Found, path: str) -> float | None:
    paths = found.keys.expansion.paths
    idle = next((name for name, one in paths.items() if not one.phases), None)
    if idle is None or not paths[path].phases:
        return None
    flows = cash_flows(found)
    more = flows[list(paths).index(path)] - flows[list(paths).index(idle)]
    years = quarter_years(found.keys.expansion)
    return payback([Flow(at, round(_CENTS * eur)) for at, eur in zip(years, more.tolist(), strict=True)])


def _opens(found: Found, path: str) -> float:
    last = 12 * found.keys.expansion.years
    is_open = np.array([any(one.opens <= last for one in line.openings) for line in found.timelines])
    return _share(is_open[found.number[path]], found.futures.weight)
