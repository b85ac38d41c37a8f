"""A run's results as a workbook: numbers of its page's first pictures, each with an Excel chart."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeAlias

from experiments.formatting import full_kpi_name, hours_text, resource_heading
from experiments.money.kpis import KPIS, names
from experiments.report import bottleneck, style
from experiments.report.figures import dwell_figure, leaving_figure
from experiments.report.run_numbers import Run
from experiments.report.sections import Page
from experiments.report.stored_designs import NamedDesign, Panel
from experiments.statistics.interval import Values
from experiments.store.workbook import Chart, plain_text, write_workbook
from sim.measures.kpis import Rank
from sim.measures.ladder import Ladder
from sim.units import MIN_PER_H

Rows: TypeAlias = list[list[Any]]
Made: TypeAlias = tuple[str, Rows, list[Chart]]
"""A sheet: its name, rows and charts."""

MOST_DESIGNS: Final = 8
"""Largest number of designs in a chart."""
_TALLEST: Final = 17
"""Rows of a sheet for a chart and a blank row."""
_FAR: Final = 4
"""Times the largest demand, beyond which rungs are not in the chart."""
_LEAST_RUNGS: Final = 6
_OURS: Final = re.compile(r"=[A-Z]{1,3}\d+-[A-Z]{1,3}\d+")
_ENDS: Final = ("lower end", "upper end", "down to the lower end", "up to the upper end")


def write(path: Path, page: Page, run: Run) -> None:
    """Write the first designs: answer, KPIs with intervals, bottleneck, hours, leaving and backlog."""
    made = [
        ("answer", [[line] for line in _answer(page, run.command)], []),
        *(sheet for sheet in _sheets(run) if len(sheet[1]) > 1),
    ]  # fmt: skip
    sheets = [(name, [[_cell(value) for value in row] for row in rows]) for name, rows, _ in made]
    charts = {name: [chart for chart in charts if _has_values(rows, chart)] for name, rows, charts in made}
    write_workbook(path, sheets, charts=charts)


def _answer(page: Page, command: str) -> Iterator[str]:
    """The answer with what it rests on and how sure it is, as a workbook travels without its page."""
    yield from (page.title, *map(str, page.answer), *page.notes)
    for part in page.sections:
        if not part.is_reference and (part.text or part.items):
            yield from (part.heading, *(" ".join(line.replace("`", "").split()) for line in (*part.text, *part.items)))
    yield from ("Command", command)


def _sheets(run: Run) -> Iterator[Made]:
    tables, main = run.tables, run.main
    yield _headlines(run.points, run.kpis)
    yield _ladder(main, run.ladders)
    panel = Panel("", main, tuple(point.title_line for point in main))
    (bars,) = dwell_figure.prepare(tables, (panel,), run.window, run.kpis)
    stages = [dwell_figure.STAGES[stage][0] for stage in bars.stages]
    rows = [[stage, *map(float, hours)] for stage, hours in zip(stages, bars.hours.T, strict=True) if hours.any()]
    yield _sheet_of("hours", "Where a parcel spends its hours", "stage", "mean hours of a parcel", panel, rows, "bars")
    hours, shares = leaving_figure.prepare(tables["flights"], tables["loads"], main)
    columns = [hours, *(shares[point.label] for point in main)]
    rows = [[None if math.isnan(value) else float(value) for value in row] for row in zip(*columns, strict=True)]
    x = f"hours after the drawn arrival (promised: {hours_text(main[0].service_h)})"
    yield _sheet_of("leaving", "Parcels that have left", x, "parcels that have left, %", panel, rows, "lines")
    backlog = tables["occupancy"][tables["occupancy"]["zone"] == "backlog"]
    inside = backlog.groupby(["time", "scenario"])["inside"].mean().unstack().reindex(columns=[p.label for p in main])
    since = (inside.index.to_numpy(dtype=float) / MIN_PER_H).tolist()
    rows = [[hour, *map(float, row)] for hour, row in zip(since, inside.to_numpy(), strict=True)]
    x = f"hours after {main[0].start_date} 00:00"
    yield _sheet_of("backlog", "Backlog, mean of the replications", x, "parcels", panel, rows, "lines")
    yield "all KPIs", _kpi_rows(run.points, run.kpis, KPIS), []


def _sheet_of(name: str, title: str, first: str, unit: str, panel: Panel, rows: Rows, kind: str) -> Made:
    """A column for each design, and one chart of all."""
    n = len(panel.points)
    is_lines = kind == "lines"
    chart = Chart(
        title, first if is_lines else "", unit, (2, 1 + len(rows)), tuple(range(1, 2 + n)), _colors(n),
        f"{_letter(n + 3)}2", kind,
    )  # fmt: skip
    return name, [[f"{first}; columns: {unit}", *panel.names], *rows], [chart] if rows else []


def _ladder(points: Sequence[NamedDesign], ladders: Mapping[str, Ladder]) -> Made:
    """Rungs of all designs, lowest first, by the first design that has them."""
    known = [point for point in points if ladders.get(point.label)]
    first = bottleneck.rungs({name: rung for point in reversed(known) for name, rung in ladders[point.label].items()})
    of_designs = [{name: rung.parcels_per_day for name, rung in ladders[point.label].items()} for point in known]
    rates = [[resource_heading(name), *(rates.get(name) for rates in of_designs)] for name, _ in first]
    arriving = ["Expected: imports that arrive", *(point.parcels_per_day for point in known)]
    panel = Panel("", tuple(known), tuple(point.title_line for point in known))
    name, rows, charts = _sheet_of(
        "bottleneck", "What each resource alone could handle, if staffed round the clock", "resource", "imports a day",
        panel, [arriving, *rates] if rates else [], "bars",
    )  # fmt: skip
    # Rungs far above the demand would leave no length to the others.
    most = _FAR * max((point.parcels_per_day for point in known), default=0.0)
    n_near = sum(rung.parcels_per_day <= most for _, rung in first)
    last = 2 + max(n_near, min(_LEAST_RUNGS, len(first)))
    return name, rows, [replace(chart, rows=(2, last)) for chart in charts]


def _headlines(points: Sequence[NamedDesign], values: Values) -> Made:
    """KPIs grouped by unit, and a chart for each unit below the table, two in a row."""
    units = list(dict.fromkeys(KPIS[name].unit for name in names(Rank.HEADLINE)))
    rows = _kpi_rows(points, values, sorted(names(Rank.HEADLINE), key=lambda name: units.index(KPIS[name].unit)))
    n, at = len(points), 2
    charts: list[Chart] = []
    for unit, of_unit in groupby(row[1] for row in rows[1:]):
        last = at + len(list(of_unit)) - 1
        title = rows[at - 1][0] if last == at else f"Headline KPIs in {unit}"
        ends = [(5 + n + len(_ENDS) * design, 6 + n + len(_ENDS) * design) for design in range(n)]
        corner = f"{'AH'[len(charts) % 2]}{len(rows) + 2 + _TALLEST * (len(charts) // 2)}"
        columns = (1, *range(3, 3 + n))
        charts.append(Chart(title, "", unit, (at, last), columns, _colors(n), corner, ends=ends))
        at = last + 1
    return "KPIs", rows, charts


def _kpi_rows(points: Sequence[NamedDesign], values: Values, kpis: Iterable[str]) -> Rows:
    """KPIs of the designs: means, each design's interval, and formulas for its half-lengths."""
    ends = [f"{point.title_line}: {end}" for point in points for end in _ENDS]
    rows: Rows = [["KPI", "unit", *(point.title_line for point in points), *ends]]
    for name in kpis:
        of_designs = [values[point.label].get(name) for point in points]
        unit = next((value.unit for value in of_designs if value is not None), None)
        if unit is None:
            continue
        factor, unit = style.drawn_as(unit)
        shown = [None if value is None else value.scaled(factor) for value in of_designs]
        reaches: list[Any] = []
        for design, value in enumerate(shown):
            at, mean = len(rows) + 1, _letter(3 + design)
            low, high = (_letter(3 + len(points) + len(_ENDS) * design + end) for end in (0, 1))
            distances = (f"={mean}{at}-{low}{at}", f"={high}{at}-{mean}{at}")
            reaches += (*value.bounds, *distances) if value and value.bounds else [None] * len(_ENDS)
        rows.append([full_kpi_name(name), unit, *(value and value.mean for value in shown), *reaches])
    return rows


def _has_values(rows: Rows, chart: Chart) -> bool:
    """Whether the chart would show anything."""
    first, last = chart.rows
    return any(row[column - 1] for row in rows[first - 1 : last] for column in chart.columns[1:])


def _colors(n: int) -> list[str]:
    """A colour for each design, as in all pictures of the run."""
    return [str(look["color"]) for look in style.lines_of([str(at) for at in range(n)]).values()]


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _cell(value: str | float | None) -> str | float | None:
    """Only our own texts may be formulas; a value that is not a number is empty."""
    if isinstance(value, str):
        return value if _OURS.fullmatch(value) else plain_text(value)
    return None if value is None or not math.isfinite(value) else value
