"""The tables of `cargohub expansion`."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeVar

import numpy as np

from experiments.designs.staffing_text import paid_by_roster
from experiments.formatting import listed, millions, number, percent, plain_name
from experiments.frame.study import Tables
from experiments.grouping import grouped
from experiments.replications.stability import stability_table
from experiments.report.sections import sentence_of
from experiments.report.sentences import probability_text
from experiments.statistics import Interval
from experiments.store.rows import column, figures_of, interval, stored, table
from experiments.studies.expansion.answer import Answer, Yearly
from experiments.studies.expansion.design import PAID, in_millions, path_name
from experiments.studies.expansion.uncertainty import EVERYTHING, WAITING, Cell, Knowing, Turn, decision_map, worth_of
from sim.inputs.traffic import flights_asked
from sim.measures.kpis import KPIS
from sim.units import MONTHS_PER_YEAR

R = TypeVar("R")


@table("paths", "results of each path", sort="path figure")
class FigureRow:
    path: str = column("", "name of the path")
    figure: str = column("", "name of the figure")
    value: Interval = interval("see unit", "expected value", names="{end}", level=" of the 95 % interval of the mean")
    unit: str = column("", "unit of the figure")


@table("futures", "every path in every future", sort="path growth results draw")
class FutureRow:
    path: str = column("", "name of the path")
    growth: str = column("", "demand path")
    results: str = column("", "results of the decisions, in their order; -: not requested")
    draw: int = column("1", "number of the draw, from 0")
    probability: float = column("1", "probability of the future; they sum to 1 for each path")
    npv_eur: float = column("EUR", "net present value, mean over replications")
    phases: int = column("1", "number of phases that open before the last year ends")
    first_opens: float = column("year", "opening of the first phase; NaN: none")


@table("accounts", "expected money by year and line, not discounted; income is positive", sort="path year line")
class AccountRow:
    path: str = column("", "name of the path")
    year: int = column("1", "calendar year")
    line: str = column("", "line of the accounts")
    eur: float = column("EUR", "amount in the year")


@table("service", "KPIs of each year, means of its weeks, over futures", sort="path year kpi")
class ServiceRow:
    path: str = column("", "name of the path")
    year: int = column("1", "calendar year")
    kpi: str = column("", "name of the KPI")
    mean: float = column("see unit", "expected value")
    p5: float = column("see unit", "value that 5 % of the futures are below")
    p95: float = column("see unit", "value that 95 % of the futures are below")
    unit: str = column("", "unit of the figure")


@table("traffic", "flights a day: demand, slots and flights", sort="path year what")
class TrafficRow:
    path: str = column("", "name of the path")
    year: int = column("1", "calendar year")
    what: str = column("", "wanted, slots or flights")
    mean: float = column("see unit", "expected value")
    p5: float = column("see unit", "value that 5 % of the futures are below")
    p95: float = column("see unit", "value that 95 % of the futures are below")
    unit: str = column("", "unit of the figure")


@table("states", "states of the hub on the paths, and the hub that was simulated for each", sort="state")
class StateRow:
    state: str = column("", "name of the state")
    hub: str = column(
        "", "its hub, as in the table kpis before @ and the load; if several apply, their effects are added"
    )
    area_m2: float = column("m2", "area of its halls")
    flights_per_day: float = column("1/d", "slots a day")


def tables_of(answer: Answer) -> Tables:
    return [
        stored(FigureRow, _figures(answer)),
        stored(FutureRow, _futures(answer)),
        stored(AccountRow, _accounts(answer)),
        stored(ServiceRow, _by_year(ServiceRow, answer, answer.service, lambda kpi: KPIS[kpi].unit)),
        stored(TrafficRow, _by_year(TrafficRow, answer, answer.traffic, lambda _: "1/d")),
        stored(StateRow, _states(answer)),
        stored(Knowing, answer.knowing),
        stored(Turn, answer.turns),
        stored(Cell, decision_map(answer.explored)),
        stability_table(answer.stability),
        *answer.over.tables(),
    ]


def _figures(answer: Answer) -> Iterator[FigureRow]:
    for path in answer.paths:
        for figure, value, unit in figures_of(path):
            if figure != "path":
                estimate = value if isinstance(value, Interval) else Interval(value, None, None, 0)
                yield FigureRow(path.path, figure, estimate, unit)


def _futures(answer: Answer) -> Iterator[FutureRow]:
    explored = answer.explored
    futures, first_year, opens_of = explored.futures, explored.keys.expansion.first_year, explored.opens
    for path, numbers in explored.number.items():
        for (g, f, draw), at in np.ndenumerate(numbers):
            opens = opens_of[at]
            yield FutureRow(
                path,
                futures.growths[g],
                ", ".join(result or "-" for result in futures.leaves[f].values()),
                draw,
                float(futures.weight[g, f]) / len(futures.draws),
                float(explored.worths[at].present.sum(axis=1).mean()),
                len(opens),
                first_year + opens[0] / MONTHS_PER_YEAR if opens else np.nan,
            )


def _accounts(answer: Answer) -> Iterator[AccountRow]:
    explored = answer.explored
    for path, mean in zip(explored.number, explored.means(lambda worth: worth.yearly), strict=True):
        for (year, line), eur in np.ndenumerate(mean):
            yield AccountRow(path, explored.keys.expansion.first_year + year, explored.books.lines[line], eur)


def _by_year(
    row: Callable[..., R], answer: Answer, figures: Mapping[str, Yearly], unit: Callable[[str], str]
) -> Iterator[R]:
    """Rows of path, year, name of the figure, its bands and unit."""
    first_year = answer.explored.keys.expansion.first_year
    for name, of_paths in figures.items():
        for path, bands in of_paths.items():
            for year, band in enumerate(bands.T.tolist(), start=first_year):
                yield row(path, year, name, *band, unit(name))


def _states(answer: Answer) -> Iterator[StateRow]:
    world = answer.explored.world
    for state, (label, *parts) in world.settings.states.items():
        at = world.curves.labels[label]
        hub = " + ".join(parts[1:]) + f" - {len(parts) - 2} x {parts[0]}" if parts else label
        yield StateRow(state, hub, world.curves.designs[at].hub.area_m2, float(world.accepted[at]))


_ENOUGH = 0.9
"""Probability above which a choice is called sure (assumption)."""


def sentences(answer: Answer) -> list[str]:
    chosen, *more = _chosen(answer)
    turned, over = _turned(answer), answer.over.sentences(answer.recommended)
    return [
        chosen,
        *over,
        *_by_reading(answer),
        turned,
        _staffed(answer),
        _uncertain(answer),
        *more,
        *_reacting(answer),
    ]


def sheet_texts(answer: Answer) -> tuple[list[str], dict[str, list[str]]]:
    """Texts of the one sheet: verdicts, their conditions and their basis."""
    chosen, *more = _chosen(answer)
    over = answer.over.sentences(answer.recommended)
    return [chosen, *over, *more], {"Depends on": [*_by_reading(answer), _turned(answer), _uncertain(answer)]}


def _staffed(answer: Answer) -> str:
    """The staff behind all results: that of the first hub, and how it is paid."""
    config = answer.explored.world.curves.designs[0].hub
    paid = answer.explored.keys.expansion.cost.labour.paid
    flights = flights_asked(config)
    return sentence_of("expansion_staffed", hours=paid_by_roster(config), flights=flights, paid=PAID[paid])


def _uncertain(answer: Answer) -> str:
    """The most valuable information."""
    asked = [row for row in answer.knowing if row.what not in (EVERYTHING, WAITING)]
    main = max(asked, key=lambda row: row.worth.mean)
    everything = next(row for row in answer.knowing if row.what == EVERYTHING)
    hindsight = bounded(worth_of(everything))
    if main.worth.mean <= 0:
        return sentence_of("nothing_worth_knowing", everything=hindsight)
    worth = worth_of(main)
    which = "open_uncertainty" if worth.low == 0 else "main_uncertainty"
    text = sentence_of(which, what=main.what, worth=bounded(worth), everything=hindsight)
    close = [row.what for row in asked if row is not main and _may_be_as_much(row.worth, worth)]
    return f"{text} {sentence_of('other_uncertainties', what=listed(close, 'or'))}" if close and worth.low else text


def _may_be_as_much(other: Interval, most: Interval) -> bool:
    return other.high is not None and most.low is not None and other.high >= most.low


def _chosen(answer: Answer) -> Iterator[str]:
    best, name = answer.of(answer.recommended), path_name(answer.recommended)
    n, how = len(answer.paths), "" if answer.probability >= _ENOUGH else ", but the lead may be zero"
    which = "expansion_only" if n == 1 else "expansion_single" if np.isnan(answer.probability) else "expansion_surely"
    known = {} if np.isnan(answer.probability) else {"probability": probability_text(answer.probability)}
    surely = sentence_of(which, n=n, surely=how, **known)
    range_of = {"low": meur(best.npv_p5), "high": meur(best.npv_p95)}
    best_in = percent(best.best_share)
    yield sentence_of(
        "expansion_chosen", path=name, npv=meur(best.npv.mean), surely=surely, best_in=best_in, **range_of
    )
    # The uncertainty of the level is not part of the spread of futures, and may be larger.
    if half_width := best.npv.half_width:
        yield sentence_of("expansion_level", half_width=meur(half_width), n=answer.explored.keys.replications)
    others = sorted((row for row in answer.paths if row.path != best.path), key=lambda row: -row.npv.mean)
    if others:
        careful, second = min(answer.paths, key=lambda row: row.regret_p95), others[0]
        yield sentence_of(
            "expansion_next", second=path_name(second.path), behind=bounded(second.behind), path=name,
            regret=meur(best.regret.mean), careful=path_name(careful.path), least=meur(careful.regret_p95),
        )  # fmt: skip
    if best.opens < 1 and answer.explored.keys.expansion.paths[best.path].phases:
        yield f"In {percent(1 - best.opens)} % of the futures no phase of {name} opens in these years."
    if best.payback is not None:
        yield sentence_of("pays_back", payback=number(best.payback, 1))


def _reacting(answer: Answer) -> Iterator[str]:
    for row in answer.knowing:
        if row.what == WAITING:
            verb = "brings" if row.worth.mean >= 0 else "costs"
            size = row.worth.scaled(1 if row.worth.mean >= 0 else -1)
            may_be_none = ", which may be zero" if row.worth.holds(0) else ""
            yield sentence_of("by_rules", verb=verb, size=bounded(size), open=may_be_none)


def _turned(answer: Answer) -> str:
    sure, open_ = ([turn for turn in answer.turned_by if turn.is_sure == is_sure] for is_sure in (True, False))
    text = sentence_of("choice_turns", choices=_choices(sure)) if sure else sentence_of("nothing_turns")
    if not open_:
        return text
    why = sentence_of("lead_of_one" if open_[0].lead_eur.bounds is None else "lead_holds_0", n=len(answer.turns))
    return f"{text} {sentence_of('choice_may_turn', choices=_choices(open_), why=why)}"


def _by_reading(answer: Answer) -> Iterator[str]:
    """The best path under each reading of a published growth."""
    for growth, turn in answer.by_reading.items():
        yield sentence_of(
            "growth_reading",
            growth=plain_name(growth),
            reads=answer.explored.keys.expansion.growth[growth].reads,
            path=path_name(turn.best),
            lead=bounded(turn.lead_of_best(answer.recommended)),
            other="the next" if turn.best == answer.recommended else path_name(answer.recommended),
            open=", which may be zero" if turn.lead_eur.holds(0) else "",
        )


def _choices(turns: list[Turn]) -> str:
    by_best = grouped((turn.best, f"{plain_name(turn.what)} {plain_name(turn.value)}") for turn in turns)
    return "; to ".join(f"{path_name(best)} with {listed(values, 'or')}" for best, values in by_best.items())


def meur(eur: float) -> str:
    return f"{millions(eur)} MEUR"


bounded = partial(in_millions, unit=" MEUR")
