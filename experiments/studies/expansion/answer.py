"""The recommended path, its certainty, and the regret of each path against perfect foresight (H. Raiffa, 1968)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from experiments.formatting import millions, number, percent
from experiments.interval_text import with_interval
from experiments.money.accounts import REVENUES
from experiments.money.assets import cents
from experiments.money.discounting import flows, payback
from experiments.replications.stability import Stability
from experiments.statistics import Interval
from experiments.store.rows import column, interval
from experiments.studies.expansion.design import in_millions, path_name
from experiments.studies.expansion.futures import Explored
from experiments.studies.expansion.over_worlds import NONE, OverWorlds
from experiments.studies.expansion.timeline import QUARTERS
from experiments.studies.expansion.tree import BANDS, bands, expected, probability_of_best, quantile, share, two_sources
from experiments.studies.expansion.uncertainty import GROWTH, Knowing, Turn, knowing, turns
from experiments.studies.expansion.value import RESIDUAL, Worth
from sim.units import DAYS_PER_YEAR, Numbers

Yearly = Mapping[str, Numbers]
"""By path: expected value of each year, and the 5 and 95 % quantiles of the futures (3, Y)."""


_in_percent = partial(with_interval, show=percent)
_in_eur = partial(with_interval, show=partial(number, digits=3))


def _mean(value: Interval) -> str:
    return millions(value.mean)


def _behind(value: Interval) -> str:
    return in_millions(value) if value.mean else "–"


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """Results of a path. Quantiles and shares are over futures, intervals are of means."""

    path: str = column("", "name of the path", heading="path", show=path_name)
    npv: Interval = interval("EUR", "net present value", heading="NPV", show=_mean)
    behind: Interval = interval(
        "EUR", "NPV of the recommended path minus that of this path", heading="behind the best", show=_behind
    )
    """From pairs, because most of the error of `npv` is common to all paths."""
    npv_p5: float = column("EUR", "NPV that 5 % of the futures are below", heading="5 % below", show=millions)
    npv_p95: float = column("EUR", "95 % of the futures lie below", heading="95 % below", show=millions)
    regret: Interval = interval(
        "EUR", "regret: NPV of the best path in each future minus that of this path", heading="regret", show=_mean
    )
    regret_p95: float = column("EUR", "95 % of the futures lie below", heading="regret, 95 % below", show=millions)
    best_share: float = column("1", "share of the futures in which it is the best", heading="best in [%]", show=percent)
    on_time_share: Interval = interval("1", "on-time share of all parcels", heading="on time [%]", show=_in_percent)
    cost_per_parcel: Interval = interval(
        "EUR", "total spending, minus what is left at the end, per parcel", heading="cost a parcel [EUR]", show=_in_eur
    )
    payback: float | None = column(
        "year", "until extra earnings repay extra spending, compared with building nothing; None: not in these years",
        heading="payback [years]", show=lambda years: "–" if years is None else number(years, 1),
    )  # fmt: skip
    opens: float = column(
        "1", "futures in which any of its phases opens before the last year ends",
        heading="opens something in [%]", show=percent,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    explored: Explored
    paths: tuple[PathAnswer, ...]
    recommended: str
    probability: float
    """Lower bound of the probability that no other path has a higher expected NPV."""
    knowing: tuple[Knowing, ...]
    turns: tuple[Turn, ...]
    service: Mapping[str, Yearly]
    """Means of the year's weeks, by KPI."""
    traffic: Mapping[str, Yearly]
    """Flights a day of demand, of slots, and operated."""
    over: OverWorlds

    @property
    def turned_by(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.best != self.recommended]

    @property
    def by_reading(self) -> dict[str, Turn]:
        """What is best if a published figure is read in one way, by growth; empty for a single path."""
        growths = self.explored.keys.expansion.growth
        turns = {turn.value: turn for turn in self.turns if turn.what == GROWTH}
        return {name: turns[name] for name, growth in growths.items() if growth.reads and name in turns}

    @property
    def stability(self) -> dict[str, Stability]:
        """Stability of each simulated week, by hub and load."""
        return self.explored.world.curves.stability

    def of(self, path: str) -> PathAnswer:
        return next(outcome for outcome in self.paths if outcome.path == path)


def answer(result: Explored, over: OverWorlds = NONE) -> Answer:
    names, weight = list(result.number), result.futures.weight
    npv = result.npv
    mean = expected(npv, weight)  # (P, K, R)
    best = int(mean.mean(axis=(1, 2)).argmax())
    pooled = npv.mean(axis=4)
    known = pooled.max(axis=0)
    known_best = expected(np.take_along_axis(npv, pooled.argmax(axis=0)[None, ..., None], axis=0)[0], weight)
    at_end = result.books.lines.index(RESIDUAL)
    earned = result.means(lambda worth: worth.quarterly)
    # What is left at the end is worth something, but is no earning.
    earned[:, -1] -= result.means(lambda worth: worth.yearly[:, -1, at_end])
    paths = tuple(
        PathAnswer(
            path=name,
            npv=two_sources(mean[number]),
            behind=two_sources(mean[best] - mean[number]),
            npv_p5=quantile(pooled[number], weight, BANDS[0]),
            npv_p95=quantile(pooled[number], weight, BANDS[1]),
            regret=two_sources(known_best - mean[number]),
            regret_p95=quantile(known - pooled[number], weight, BANDS[1]),
            best_share=share(pooled[number] >= known, weight),
            on_time_share=_on_time(result, name),
            cost_per_parcel=_cost_per_parcel(result, name),
            payback=_payback(result, name, earned),
            opens=share(np.array([bool(months) for months in result.opens])[result.number[name]], weight),
        )
        for number, name in enumerate(names)
    )
    return Answer(
        explored=result,
        paths=paths,
        recommended=names[best],
        probability=probability_of_best(mean, best),
        knowing=tuple(knowing(result, npv, pooled, mean, best)),
        turns=tuple(turns(result, npv, best)),
        service=_service(result),
        traffic=_traffic(result),
        over=over,
    )


def _on_time(result: Explored, path: str) -> Interval:
    """On-time share of all parcels over the horizon."""
    at = result.world.curves.measured.kpis.index("on_time_share")
    in_time = _ratio(
        result,
        path,
        lambda worth: (worth.kpis[:, :, at] * worth.parcels).sum(axis=1),
        lambda worth: worth.parcels.sum(axis=1),
    )
    return in_time.within(0.0, 1.0)


def _cost_per_parcel(result: Explored, path: str) -> Interval:
    """All expenditure divided by all parcels that leave, by road or by air."""
    lines, exports = result.books.lines, result.world.curves.measured.kpis.index("exports_per_day")
    revenue = [lines.index(name) for name in REVENUES]
    return _ratio(
        result,
        path,
        lambda worth: worth.yearly[:, :, revenue].sum(axis=(1, 2)) - worth.quarterly.sum(axis=1),
        lambda worth: (worth.parcels + worth.kpis[:, :, exports] * DAYS_PER_YEAR).sum(axis=1),
    )


def _ratio(result: Explored, path: str, *parts: Callable[[Worth], Numbers]) -> Interval:
    """Ratio of the expected values of two figures (R)."""
    above, below = (expected(result.of(path, part), result.futures.weight) for part in parts)
    return two_sources(above / below)


def _payback(result: Explored, path: str, earned: Numbers) -> float | None:
    settings = result.keys.expansion
    if settings.idle is None or not settings.paths[path].phases:
        return None
    more = earned[list(settings.paths).index(path)] - earned[list(settings.paths).index(settings.idle)]
    return payback(flows([*map(cents, more.tolist())], settings.cost.discounting.timing, per_year=QUARTERS))


def _service(result: Explored) -> dict[str, Yearly]:
    kpis = {path: result.of(path, lambda worth: worth.kpis.mean(axis=0)) for path in result.number}
    return {
        kpi: {path: bands(each[..., at], result.futures.weight) for path, each in kpis.items()}
        for at, kpi in enumerate(result.world.curves.measured.kpis)
    }


def _traffic(result: Explored) -> dict[str, Yearly]:
    years, weight = result.keys.expansion.years, result.futures.weight
    each = {
        what: np.stack([getattr(line, what).reshape(years, -1).mean(axis=1) for line in result.timelines])
        for what in ("wanted", "slots", "flights")
    }
    return {
        what: {path: bands(by_path[numbers], weight) for path, numbers in result.number.items()}
        for what, by_path in each.items()
    }
