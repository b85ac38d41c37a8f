"""The tables of `cargohub expansion`, and its JSON."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from experiments.statistics import Interval
from experiments.store.summaries import ANSWER
from experiments.store.tables import Columns, as_columns
from experiments.studies.expansion.answer import Answer
from experiments.studies.expansion.chances import BANDS, quantile
from experiments.studies.expansion.hubs import area_m2
from experiments.studies.expansion.text import sentences
from experiments.studies.expansion.turns import decision_map
from experiments.studies.replications.stability import stability_table
from sim.measures.kpis import KPIS
from sim.record.schemas import Column, TableSchema

_PATH: Final = Column("path", "string", "", "of the study")
_YEAR: Final = Column("year", "int32", "1", "of the calendar")
_ENDS: Final = (
    Column("mean", "float64", "see unit", "expected value"),
    Column("low", "float64", "see unit", "lower end of the 95 % interval of the mean; NaN: none"),
    Column("high", "float64", "see unit", "upper end of the 95 % interval of the mean; NaN: none"),
    Column("unit", "string", "", "its unit"),
)
_BAND: Final = (
    Column("mean", "float64", "see unit", "expected value"),
    Column("p5", "float64", "see unit", "5 % of the futures lie below"),
    Column("p95", "float64", "see unit", "95 % of the futures lie below"),
    Column("unit", "string", "", "its unit"),
)
PATHS: Final = TableSchema(
    "paths",
    "what each path comes to",
    (_PATH, Column("figure", "string", "", "what of it"), *_ENDS),
    ("path", "figure"),
)
FUTURES: Final = TableSchema(
    "futures",
    "every path in every future",
    (
        _PATH,
        Column("growth", "string", "", "demand path"),
        Column("results", "string", "", "how the decisions end, in their order; -: not asked"),
        Column("draw", "int32", "1", "counted from 0"),
        Column("probability", "float64", "1", "of the future; they sum to 1 for each path"),
        Column("npv_eur", "float64", "EUR", "mean over replications"),
        Column("phases", "int32", "1", "that open before the last year ends"),
        Column("first_opens", "float64", "year", "when the first does; NaN: none"),
    ),
    ("path", "growth", "results", "draw"),
)
ACCOUNTS: Final = TableSchema(
    "accounts",
    "expected money by year and line, not discounted; earned is positive",
    (_PATH, _YEAR, Column("line", "string", "", "of the accounts"), Column("eur", "float64", "EUR", "in the year")),
    ("path", "year", "line"),
)
SERVICE: Final = TableSchema(
    "service",
    "KPIs of each year, means of its weeks, over futures",
    (_PATH, _YEAR, Column("kpi", "string", "", "name"), *_BAND),
    ("path", "year", "kpi"),
)
TRAFFIC: Final = TableSchema(
    "traffic",
    "flights a day that are wanted, that there are slots for, and that come",
    (_PATH, _YEAR, Column("what", "string", "", "wanted, slots or flights"), *_BAND),
    ("path", "year", "what"),
)
KNOWING: Final = TableSchema(
    "knowing",
    "what it would be worth to know something before choosing a path",
    (Column("order", "int32", "1", "as told"), Column("what", "string", "", "what is known"), *_ENDS),
    ("order",),
)
TURNS: Final = TableSchema(
    "turns",
    "the best path with each uncertain thing at one of its values, all else as it is",
    (
        Column("order", "int32", "1", "as told"),
        Column("what", "string", "", "what is set"),
        Column("value", "string", "", "to what"),
        Column("best", "string", "", "the path with the highest expected NPV"),
        Column("lead_eur", "float64", "EUR", "of the recommended path over the best of the others"),
    ),
    ("order",),
)
MAP: Final = TableSchema(
    "decision_map",
    "the best path by growth and by the probability of the first decision in favour",
    (
        Column("growth", "string", "", "demand path, taken as certain"),
        Column("probability", "float64", "1", "that the first decision ends in favour"),
        Column("best", "string", "", "the path with the highest expected NPV"),
        Column("lead_eur", "float64", "EUR", "over the second best"),
    ),
    ("growth", "probability"),
)
STATES: Final = TableSchema(
    "states",
    "hubs that paths are in for a time, and the hub that was simulated for each",
    (
        Column("state", "string", "", "of a path"),
        Column(
            "hub",
            "string",
            "",
            "its hub, as the table kpis calls it, before @ and the load; several act: effects added",
        ),
        Column("area_m2", "float64", "m2", "of its halls"),
        Column("flights_per_day", "float64", "1/d", "that there are slots for"),
    ),
    ("state",),
)


def figures(answer: Answer) -> Iterator[tuple[str, str, Interval, str]]:
    """What is told of each path: path, figure, value and unit."""
    for one in answer.paths:
        exact = (
            ("npv_p5", one.p5, "EUR"),
            ("npv_p95", one.p95, "EUR"),
            ("regret_p95", one.regret_p95, "EUR"),
            ("best_share", one.best_share, "1"),
            ("opens", one.opens, "1"),
            ("payback", np.nan if one.payback_years is None else one.payback_years, "year"),
        )
        yield one.path, "npv", one.npv, "EUR"
        yield one.path, "behind", one.behind, "EUR"
        yield one.path, "on_time_share", one.on_time_share, "1"
        yield one.path, "cost_per_parcel", one.cost_per_parcel, "EUR"
        yield one.path, "regret", one.regret, "EUR"
        for name, value, unit in exact:
            yield one.path, name, Interval(value, None, None, one.npv.n), unit


def tables_of(answer: Answer) -> list[tuple[TableSchema, Columns]]:
    rows: list[tuple[TableSchema, list[tuple[Any, ...]]]] = [
        (PATHS, [(path, name, *_ends(value), unit) for path, name, value, unit in figures(answer)]),
        (FUTURES, list(_futures(answer))),
        (ACCOUNTS, list(_accounts(answer))),
        (SERVICE, list(_service(answer))),
        (TRAFFIC, list(_traffic(answer))),
        (KNOWING, [(order, one.what, *_ends(one.worth), "EUR") for order, one in enumerate(answer.knowing)]),
        (TURNS, [(order, one.what, one.value, one.best, one.lead) for order, one in enumerate(answer.turns)]),
        (MAP, [(cell.what, float(cell.value), cell.best, cell.lead) for cell in decision_map(answer.found)]),
        (STATES, list(_states(answer))),
        (ANSWER, list(enumerate(sentences(answer)))),
    ]
    tables = [(schema, as_columns(schema.columns, table)) for schema, table in rows]
    return [*tables, stability_table(answer.stability)]


def _ends(value: Interval) -> tuple[float | None, ...]:
    return value.mean, value.low, value.high


def _futures(answer: Answer) -> Iterator[tuple[Any, ...]]:
    found = answer.found
    futures, own = found.futures, found.keys.expansion
    last, k = 12 * own.years, len(futures.draws)
    for path, numbers in found.number.items():
        for (g, f, draw), at in np.ndenumerate(numbers):
            opens = [one.opens for one in found.timelines[at].openings if one.opens <= last]
            results = ", ".join(result or "-" for result in futures.leaves[f].values())
            npv = float(found.worths[at].present.sum(axis=1).mean())
            first = own.first_year + opens[0] / 12 if opens else np.nan
            yield path, futures.growths[g], results, draw, futures.weight[g, f] / k, npv, len(opens), first


def _accounts(answer: Answer) -> Iterator[tuple[Any, ...]]:
    found = answer.found
    own, k = found.keys.expansion, len(found.futures.draws)
    for path in own.paths:
        yearly = found.of(path, lambda one: one.yearly.mean(axis=0))
        mean = np.einsum("gfkyl,gf->yl", yearly, found.futures.weight) / k
        for year, line in np.ndindex(*mean.shape):
            yield path, own.first_year + year, found.books.lines[line], float(mean[year, line])


def _service(answer: Answer) -> Iterator[tuple[Any, ...]]:
    found = answer.found
    for path in found.keys.expansion.paths:
        kpis = found.of(path, lambda one: one.kpis.mean(axis=0))
        for at, kpi in enumerate(found.world.measured.kpis):
            for year, row in _bands(answer, kpis[..., at]):
                yield path, year, kpi, *row, KPIS[kpi].unit


def _traffic(answer: Answer) -> Iterator[tuple[Any, ...]]:
    found = answer.found
    years = found.keys.expansion.years
    for path, numbers in found.number.items():
        for what in ("wanted", "slots", "flights"):
            each = np.stack([getattr(line, what).reshape(years, -1).mean(axis=1) for line in found.timelines])
            for year, row in _bands(answer, each[numbers]):
                yield path, year, what, *row, "1/d"


def _bands(answer: Answer, values: "np.ndarray[Any, np.dtype[np.float64]]") -> Iterator[tuple[int, tuple[float, ...]]]:
    """Mean and quantiles over futures of each year (G, F, K, Y)."""
    futures, own = answer.found.futures, answer.found.keys.expansion
    for year in range(own.years):
        each = values[..., year]
        mean = float(np.einsum("gfk,gf->", each, futures.weight)) / each.shape[2]
        yield own.first_year + year, (mean, *(quantile(each, futures.weight, share) for share in BANDS))


def _states(answer: Answer) -> Iterator[tuple[Any, ...]]:
    found = answer.found
    for state, (label, *parts) in found.keys.expansion.states.items():
        accepted = float(found.world.accepted[found.world.curves.labels[label]])
        hub = " + ".join(parts[1:]) + f" - {len(parts) - 2} x {parts[0]}" if parts else label
        yield state, hub, area_m2(found.books.hubs[label]), accepted


def as_json(answer: Answer) -> dict[str, Any]:
    return {
        "paths": {
            one.path: {
                "npv_eur": {**_interval(one.npv), "p5": one.p5, "p95": one.p95},
                "behind_eur": _interval(one.behind),
                "on_time_share": _interval(one.on_time_share),
                "cost_per_parcel_eur": _interval(one.cost_per_parcel),
                "payback_years": one.payback_years,
                "regret_eur": {**_interval(one.regret), "p95": one.regret_p95},
                "best_share": one.best_share,
                "opens_share": one.opens,
            }
            for one in answer.paths
        },
        "recommended": answer.recommended,
        "probability": None if np.isnan(answer.probability) else answer.probability,
        "turned_by": [{"what": one.what, "value": one.value, "best": one.best} for one in answer.turned_by],
        "knowing_eur": {one.what: _interval(one.worth) for one in answer.knowing},
        "unstable": {week: own.is_unstable for week, own in answer.stability.items()},
        "runs": answer.found.n_runs * answer.found.keys.replications,
    }


def _interval(value: Interval) -> dict[str, float | None]:
    return {"mean": value.mean, "low": value.low, "high": value.high}
