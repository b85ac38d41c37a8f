"""The tables of `cargohub expansion`."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import numpy as np

from experiments.designs.staffing_text import paid_by_roster
from experiments.formatting import listed, millions, number, percent
from experiments.frame.study import Tables
from experiments.replications.stability import stability_table
from experiments.statistics import Interval
from experiments.store.rows import figures_of, stored
from experiments.store.tables import as_columns
from experiments.studies.expansion.answer import Answer, Yearly
from experiments.studies.expansion.design import in_millions, path_name, plain_name
from experiments.studies.expansion.uncertainty import (
    EVERYTHING,
    PAID,
    WAITING,
    Cell,
    Knowing,
    Turn,
    decision_map,
    worth_of,
)
from sim.measures.kpis import KPIS
from sim.record.schemas import Column, TableSchema


def _text(name: str, meaning: str) -> Column:
    return Column(name, "string", "", meaning)


_PATH: Final = _text("path", "of the study")
_YEAR: Final = Column("year", "int32", "1", "of the calendar")


def _with_unit(**meanings: str) -> tuple[Column, ...]:
    numbers = (Column(name, "float64", "see unit", meaning) for name, meaning in meanings.items())
    return (*numbers, _text("unit", "its unit"))


_INTERVAL: Final = _with_unit(
    mean="expected value",
    low="lower end of the 95 % interval of the mean; NaN: none",
    high="upper end of the 95 % interval of the mean; NaN: none",
)
_BANDS: Final = _with_unit(
    mean="expected value", p5="5 % of the futures lie below", p95="95 % of the futures lie below"
)
PATHS: Final = TableSchema(
    "paths", "what each path comes to", (_PATH, _text("figure", "what of it"), *_INTERVAL), ("path", "figure")
)
FUTURES: Final = TableSchema(
    "futures",
    "every path in every future",
    (
        _PATH,
        _text("growth", "demand path"),
        _text("results", "how the decisions end, in their order; -: not asked"),
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
    (_PATH, _YEAR, _text("line", "of the accounts"), Column("eur", "float64", "EUR", "in the year")),
    ("path", "year", "line"),
)
SERVICE: Final = TableSchema(
    "service",
    "KPIs of each year, means of its weeks, over futures",
    (_PATH, _YEAR, _text("kpi", "name"), *_BANDS),
    ("path", "year", "kpi"),
)
TRAFFIC: Final = TableSchema(
    "traffic",
    "flights a day that are wanted, that there are slots for, and that come",
    (_PATH, _YEAR, _text("what", "wanted, slots or flights"), *_BANDS),
    ("path", "year", "what"),
)
STATES: Final = TableSchema(
    "states",
    "hubs that paths are in for a time, and the hub that was simulated for each",
    (
        _text("state", "of a path"),
        _text("hub", "its hub, as the table kpis calls it, before @ and the load; several act: effects added"),
        Column("area_m2", "float64", "m2", "of its halls"),
        Column("flights_per_day", "float64", "1/d", "that there are slots for"),
    ),
    ("state",),
)


def tables_of(answer: Answer) -> Tables:
    first_year = answer.explored.keys.expansion.first_year
    rows: list[tuple[TableSchema, list[tuple[Any, ...]]]] = [
        (PATHS, list(_figures(answer))),
        (FUTURES, list(_futures(answer))),
        (ACCOUNTS, list(_accounts(answer))),
        (SERVICE, [row for kpi, own in answer.service.items() for row in _bands(own, first_year, kpi, KPIS[kpi].unit)]),
        (TRAFFIC, [row for what, own in answer.traffic.items() for row in _bands(own, first_year, what, "1/d")]),
        (STATES, list(_states(answer))),
    ]
    return [
        *((schema, as_columns(schema.columns, own)) for schema, own in rows),
        stored(Knowing, answer.knowing),
        stored(Turn, answer.turns),
        stored(Cell, list(decision_map(answer.explored))),
        stability_table(answer.stability),
    ]


def _figures(answer: Answer) -> Iterator[tuple[Any, ...]]:
    for path in answer.paths:
        for figure, value, unit in figures_of(path):
            interval = value if isinstance(value, Interval) else Interval(value, None, None, 0)
            if figure != "path":
                yield path.path, figure, interval.mean, interval.low, interval.high, unit


def _futures(answer: Answer) -> Iterator[tuple[Any, ...]]:
    explored = answer.explored
    futures, asked = explored.futures, explored.keys.expansion
    for path, numbers in explored.number.items():
        for (g, f, draw), at in np.ndenumerate(numbers):
            opens = explored.opens[at]
            results = ", ".join(result or "-" for result in futures.leaves[f].values())
            npv = float(explored.worths[at].present.sum(axis=1).mean())
            first = asked.first_year + opens[0] / 12 if opens else np.nan
            probability = futures.weight[g, f] / len(futures.draws)
            yield path, futures.growths[g], results, draw, probability, npv, len(opens), first


def _accounts(answer: Answer) -> Iterator[tuple[Any, ...]]:
    result = answer.explored
    for path in result.number:
        mean = result.mean(path, lambda worth: worth.yearly)
        for year, line in np.ndindex(*mean.shape):
            yield path, result.keys.expansion.first_year + year, result.books.lines[line], float(mean[year, line])


def _bands(of_paths: Yearly, first_year: int, name: str, unit: str) -> Iterator[tuple[Any, ...]]:
    for path, bands in of_paths.items():
        for year, row in enumerate(bands.T.tolist(), start=first_year):
            yield path, year, name, *row, unit


def _states(answer: Answer) -> Iterator[tuple[Any, ...]]:
    result = answer.explored
    for state, (label, *parts) in result.keys.expansion.states.items():
        accepted = float(result.world.accepted[result.world.curves.labels[label]])
        hub = " + ".join(parts[1:]) + f" - {len(parts) - 2} x {parts[0]}" if parts else label
        yield state, hub, result.books.hubs[label].area_m2, accepted


_ENOUGH = 0.9
"""A probability above which a choice is called sure (assumption)."""


def sentences(answer: Answer) -> list[str]:
    return [_staffed(answer), _uncertain(answer), *_chosen(answer), *_reacting(answer), _turned(answer.turned_by)]


def _staffed(answer: Answer) -> str:
    """The staff that all of it rests on: of the first hub, and the way in which it is paid."""
    config = next(iter(answer.explored.books.hubs.values()))
    paid = answer.explored.keys.expansion.cost.labour.paid
    return (
        f"Staff: {paid_by_roster(config)} in the hub of today at {config.demand.flights_per_day:g} flights a day,"
        f" by the same roster in all others; labour is paid {PAID[paid]}."
    )


def _uncertain(answer: Answer) -> str:
    """What it would be worth most to know."""
    asked = [row for row in answer.knowing if row.what not in (EVERYTHING, WAITING)]
    main = max(asked, key=lambda row: row.worth.mean)
    everything = next(row for row in answer.knowing if row.what == EVERYTHING)
    if main.worth.mean <= 0:
        hindsight = bounded(worth_of(everything))
        return f"Nothing alone is worth knowing before choosing; with hindsight {hindsight} more is had."
    return (
        f"The main uncertainty is the {main.what}: knowing it before choosing would be worth {bounded(worth_of(main))},"
        f" knowing everything {bounded(worth_of(everything))}."
    )


def _chosen(answer: Answer) -> Iterator[str]:
    best, name = answer.of(answer.recommended), path_name(answer.recommended)
    surely = "" if answer.probability >= _ENOUGH else ", which is not sure"
    yield (
        f"The path {name} has the highest expected net present value, {meur(best.npv.mean)}. Probability that it is"
        f" the best of the {len(answer.paths)} paths on average: at least {answer.probability:.3g}{surely}; in"
        f" {percent(best.best_share)} % of the futures it is the best. Nine futures in ten are between"
        f" {meur(best.npv_p5)} and {meur(best.npv_p95)}: growth, decisions and delays."
    )
    yield from _level(answer)
    others = sorted((row for row in answer.paths if row.path != best.path), key=lambda row: -row.npv.mean)
    if others:
        careful, second = min(answer.paths, key=lambda row: row.regret_p95), others[0]
        yield (
            f"Next is {path_name(second.path)}, {bounded(second.behind)} behind. Against what hindsight would choose,"
            f" {name} loses {meur(best.regret.mean)} on average; in the worst 5 % of futures {path_name(careful.path)}"
            f" loses least (at least {meur(careful.regret_p95)})."
        )
    if best.opens < 1 and answer.explored.keys.expansion.paths[best.path].phases:
        yield f"In {percent(1 - best.opens)} % of the futures nothing of {name} is ever opened."
    if best.payback is not None:
        yield f"What it spends more than building nothing comes back in {number(best.payback, 1)} years, as expected."


def _level(answer: Answer) -> Iterator[str]:
    """How well the level is known, which is another thing than how far futures lie apart, and may be worse known."""
    half_width = answer.of(answer.recommended).npv.half_width
    if not half_width:
        return
    n = answer.explored.keys.replications
    yield (
        f"How high all paths lie together is known to ±{meur(half_width)} only, from {n} replications of"
        " each week; differences between paths, which meet the same parcels, are known better."
    )


def _reacting(answer: Answer) -> Iterator[str]:
    for row in answer.knowing:
        if row.what == WAITING:
            verb = "brings" if row.worth.mean >= 0 else "costs"
            size = row.worth.scaled(1 if row.worth.mean >= 0 else -1)
            yield f"Building by rules instead of by dates {verb} {bounded(size)}, the best path of each kind compared."


def _turned(turns: list[Turn]) -> str:
    if not turns:
        return "Nothing that was varied alone turns the choice."
    by_best: dict[str, list[str]] = {}
    for turn in turns:
        by_best.setdefault(turn.best, []).append(f"{plain_name(turn.what)} {plain_name(turn.value)}")
    choices = (f"{path_name(best)} with {listed(values, 'or')}" for best, values in by_best.items())
    return f"The choice turns to {'; to '.join(choices)}."


def meur(eur: float) -> str:
    return f"{millions(eur)} MEUR"


bounded = partial(in_millions, unit=" MEUR")
