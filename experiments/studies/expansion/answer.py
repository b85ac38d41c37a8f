"""Which path to choose, how surely, and what is lost by each: regret against who knows the future (H. Raiffa, 1968)."""

from dataclasses import dataclass

import numpy as np

from experiments.money import DAYS_PER_YEAR, REVENUES, Flow, payback
from experiments.statistics import Interval
from experiments.studies.expansion.chances import BANDS, expected, probability_of_best, quantile, share, two_sources
from experiments.studies.expansion.curves import Floats
from experiments.studies.expansion.futures import Found
from experiments.studies.expansion.knowing import Knowing, chosen_knowing, knowing
from experiments.studies.expansion.turns import Turn, cash_flows, turns
from experiments.studies.expansion.value import quarter_years
from experiments.studies.replications.stability import Stability
from sim.units import CENTS_PER_EUR


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """What is shown of a path. Quantiles and shares are over futures, intervals of means."""

    path: str
    npv: Interval
    behind: Interval
    """What the recommended path has more, by pairs: most of the error of `npv` is common to all paths."""
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

    @property
    def stability(self) -> dict[str, Stability]:
        """Of each simulated week, by hub and load."""
        return self.found.world.curves.stability

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
    flows = cash_flows(found)
    paths = tuple(
        PathAnswer(
            path=name,
            npv=two_sources(mean[number]),
            behind=two_sources(mean[best] - mean[number]),
            p5=quantile(pooled[number], found.futures.weight, BANDS[0]),
            p95=quantile(pooled[number], found.futures.weight, BANDS[1]),
            on_time_share=_on_time(found, name),
            cost_per_parcel=_cost_per_parcel(found, name),
            payback_years=_payback(found, name, flows),
            regret=two_sources(chosen_knowing(npv, pooled, found.futures.weight) - mean[number]),
            regret_p95=quantile(known - pooled[number], found.futures.weight, BANDS[1]),
            best_share=share(pooled[number] >= known, found.futures.weight),
            opens=_opens(found, name),
        )
        for number, name in enumerate(names)
    )
    return Answer(
        found=found,
        paths=paths,
        recommended=names[best],
        probability=probability_of_best(mean, best),
        knowing=tuple(knowing(found, npv, pooled, mean, best)),
        turns=tuple(turns(found, names, pooled, best, flows)),
    )


def _on_time(found: Found, path: str) -> Interval:
    """Of all parcels of the horizon."""
    at = found.world.measured.kpis.index("on_time_share")
    late = found.of(path, lambda one: (one.kpis[:, :, at] * one.parcels).sum(axis=1))
    parcels = found.of(path, lambda one: one.parcels.sum(axis=1))
    weight = found.futures.weight
    return two_sources(expected(late, weight) / expected(parcels, weight)).within(0.0, 1.0)


def _cost_per_parcel(found: Found, path: str) -> Interval:
    """All that is spent, over all parcels that leave, by road or by air."""
    lines, exports = found.books.lines, found.world.measured.kpis.index("exports_per_day")
    revenue = [lines.index(name) for name in REVENUES]
    costs = found.of(path, lambda one: one.yearly[:, :, revenue].sum(axis=(1, 2)) - one.quarterly.sum(axis=1))
    parcels = found.of(path, lambda one: (one.parcels + one.kpis[:, :, exports] * DAYS_PER_YEAR).sum(axis=1))
    weight = found.futures.weight
    return two_sources(expected(costs, weight) / expected(parcels, weight))


def _payback(found: Found, path: str, flows: Floats) -> float | None:
    paths = found.keys.expansion.paths
    idle = next((name for name, one in paths.items() if not one.phases), None)
    if idle is None or not paths[path].phases:
        return None
    more = flows[list(paths).index(path)] - flows[list(paths).index(idle)]
    years = quarter_years(found.keys.expansion)
    return payback([Flow(at, round(CENTS_PER_EUR * eur)) for at, eur in zip(years, more.tolist(), strict=True)])


def _opens(found: Found, path: str) -> float:
    last = 12 * found.keys.expansion.years
    is_open = np.array([any(one.opens <= last for one in line.openings) for line in found.timelines])
    return share(is_open[found.number[path]], found.futures.weight)
