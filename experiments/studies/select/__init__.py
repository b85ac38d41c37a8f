"""`cargohub select`: the cheapest of many designs that meets a service level, with a stated probability.

Replicates designs in stages, and drops a design as soon as it is known to miss the target, or to cost more than one
that meets it. Reports for every design how many replications it had, and why it was dropped.

  cargohub select designs=options.csv                          one row per design: name, cost, and keys of the hub
  cargohub select designs=options.xlsx select.target=0.98 select.alpha=0.01 demand=permit
  cargohub select 'halls.main.breakdown_workers=range(32,60,4)' select.cost=staff_h_per_day select.indifference=20
  cargohub select designs=options.csv select.method=ocba select.budget=300 --json

The cost is the file's column `cost`, area_m2, or a KPI of which less is better. If values are normal,
select.method=kn is right with a probability of 1 - select.alpha, kn++ in the limit of many replications. ocba spends at
most a budget, where it helps most, and stops when its estimate of this probability is high enough.

How: designs are rows of a spreadsheet (`designs=FILE`), swept values, or both. Only the values so far decide what is
simulated next. An interrupted study therefore continues where it stopped, and the number of workers changes nothing.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from experiments.arguments import Arguments
from experiments.designs.design import Design, check_group, with_study
from experiments.designs.grid import ONE_POINT, Combinations, combinations_of
from experiments.designs.spreadsheet import keys_of
from experiments.designs.what_if import scaled_to
from experiments.formatting import estimated_share, kpi_heading, number, unit_name, whole
from experiments.frame.over_assumptions import over_assumptions
from experiments.frame.study import Bench, Document, Request, Study, same_draws
from experiments.money.kpis import KPIS
from experiments.report.design_names import design_name
from experiments.report.figures.select_figure import Dot, SelectChart, figure
from experiments.report.key_names import heading_of_key
from experiments.report.sections import Picture, paragraphs_of, picture_of, sentence_of
from experiments.statistics.allocation import ocba
from experiments.statistics.selection import Selection, kim_nelson
from experiments.store.rows import Grid, plain_interval, plain_row, stored
from experiments.studies.select.design import (
    AREA,
    COLUMN,
    MOST_COST,
    Method,
    Need,
    Select,
    SelectKeys,
    check,
    sample_of,
)
from experiments.studies.select.result import Result, Row, answer, interval_text, result_of, warnings_of
from sim.errors import ConfigError, InputError
from sim.names import number_of


def document(given: Request[SelectKeys], result: Result) -> Document:
    settings, config = result.keys.select, result.outcome.designs[0].hub
    limit = f"{whole(settings.max_replications)} of a design"
    if settings.method is Method.OCBA:
        limit += f" and {whole(settings.budget)} in all"
    how = paragraphs_of(
        "select_method", by=sentence_of(f"method_{settings.method}"), alpha=settings.alpha, step=settings.step,
        limit=limit, draws=same_draws(config, result.keys.replications), tolerance=settings.margin,
    )  # fmt: skip
    best, factors = result.selected, result.keys.factors
    return Document(
        title="Which is the cheapest" + ("?" if settings.target is None else f" with {settings.wanted}?"),
        sentences=answer(result),
        warnings=warnings_of(result),
        grids=[_grid(result)],
        data={
            "selected": None if best is None else best.scenario,
            "probability": result.probability,
            "designs": {
                row.scenario: {
                    **({"values": factors[row.scenario]} if factors else {}),
                    **plain_row(row, without=("scenario", "order", "cost_unit", "unit", "kpi")),
                    settings.kpi: plain_interval(row.kpi, row.unit),
                }
                for row in result.rows
            },
        },
        method=how,
        over=None if settings.costs or settings.areas_m2 else over_assumptions(given, given.designs),
        pictures=lambda: [_picture(result)],
    )


def _grid(result: Result) -> Grid:
    settings, factors = result.keys.select, result.keys.factors
    is_share = settings.cost_unit == "1"
    show_cost = estimated_share if is_share else whole if all(row.cost.is_integer() for row in result.rows) else number
    rows = tuple(
        (
            design_name(row.scenario),
            *factors.get(row.scenario, {}).values(),
            str(row.verdict),
            row.reason,
            show_cost(row.cost),
            interval_text(row.kpi, row.unit),
            whole(row.kpi.n),
        )
        for row in sorted(result.rows, key=lambda row: row.cost)
    )
    cost = f"cost [{unit_name(settings.cost_unit)}]" if settings.cost_unit and not is_share else "cost"
    keys = keys_of(factors)
    kpi = kpi_heading(settings.kpi, KPIS[settings.kpi].unit)
    header = ("design", *map(heading_of_key, keys), "verdict", "why", cost, kpi, "replications")
    return Grid("The designs, by cost", header, rows, n_texts=3 + len(keys))


def _picture(result: Result) -> Picture:
    settings = result.keys.select
    dots = [Dot(design_name(row.scenario), row.cost, row.kpi, str(row.verdict)) for row in result.rows]
    chart = SelectChart.of(dots, settings.kpi, settings.target, settings.cost or AREA, settings.cost_unit)
    return picture_of("select", figure(chart))


def parse(arguments: Arguments) -> tuple[list[Design], SelectKeys]:
    """The designs and their costs."""
    grid = combinations_of(with_study(arguments.words, "select"), arguments.config_dir, beside=(COLUMN,))
    check_group(grid.composed[0], "select", "select")
    keys = grid.keys(SelectKeys)
    labels = [row.name for row in grid.rows] if grid.rows and len(grid.varied) == 1 else grid.labels
    designs, factors = grid.designs(labels), grid.factors(labels)
    if (areas := keys.select.areas_m2) is not None:
        scaled = [(design, _on(design, area)) for design in designs for area in areas]
        designs = [larger for _, larger in scaled]
        factors = {larger.label: factors[design.label] for design, larger in scaled if factors}
    if len(designs) < 2:
        raise ConfigError(sentence_of("select_several"))
    keys = replace(keys, select=_with_costs(keys.select, grid, labels), factors=factors)
    return designs, keys


def _on(design: Design, area_m2: float) -> Design:
    label = f"{area_m2:,.12g} m2"
    return Design(label if design.label == ONE_POINT else f"{design.label}, {label}", scaled_to(design.hub, area_m2))


def compute(bench: Bench, request: Request[SelectKeys]) -> Result:
    """Simulate stages of replications until everything is decided."""
    designs, keys = request.designs, request.keys
    bench.check(designs)
    selection = selected(designs, keys, bench.needed)
    result = result_of(designs, keys, selection, bench.needed([]))
    bench.complete(result.outcome, [stored(Row, result.rows)])
    return result


def selected(designs: Sequence[Design], keys: SelectKeys, need: Need) -> Selection:
    sample, goal = sample_of(designs, keys.select, need), keys.goal(designs)
    if keys.select.method is Method.OCBA:
        return ocba(sample, goal, keys.looks, budget=keys.select.budget)
    return kim_nelson(sample, goal, keys.looks, is_updated=keys.select.method is Method.KN_UPDATED)


def _with_costs(settings: Select, grid: Combinations, labels: Sequence[str]) -> Select:
    """The keys with costs from the file's column, if they are used."""
    has_column = any(COLUMN in design.beside for design in grid.rows)
    cost = settings.cost or (COLUMN if has_column or settings.costs else AREA)
    if cost != COLUMN:
        return replace(settings, cost=cost)
    if settings.areas_m2 is not None:
        raise ConfigError(sentence_of("scaled_costs"))
    if has_column and settings.costs:
        raise ConfigError(sentence_of("two_costs"))
    if not has_column:
        for label in [*labels, *settings.costs]:
            if label not in settings.costs or label not in labels:
                what = "no cost of" if label in labels else "no design"
                raise ConfigError(f"select.costs: {what} {label!r}; give designs=FILE with a column cost")
        return replace(settings, cost=cost)
    costs = {}
    for label, design in zip(labels, grid.rows, strict=True):
        text = design.beside.get(COLUMN, "")
        number = number_of(text)
        costs[label] = math.nan if number is None else number
        if not abs(costs[label]) <= MOST_COST:
            wanted = f"a number of at most {MOST_COST:g}" if math.isfinite(costs[label]) else "a number"
            raise InputError(f"{design.place}, column {COLUMN!r}: expected {wanted}, got {text[:60]!r}")
        if re.fullmatch(r"-?[1-9]\d{0,2}\.000", text):
            plain = text.replace(".", "")
            raise InputError(
                f"{design.place}, column {COLUMN!r}: write {plain} or {text.partition('.')[0]}, got {text!r}"
            )
    return replace(settings, cost=cost, costs=costs)


STUDY: Final = Study(
    SelectKeys,
    parse,
    compute,
    document,
    name=lambda request: f"{request.keys.select.kpi}-{len(request.designs)}-designs",
    check=check,
)
