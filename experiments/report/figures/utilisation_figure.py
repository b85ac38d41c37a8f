"""Utilisation of each resource, and how long it is blocked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments import formatting
from experiments.report import style
from experiments.report.marks import draw_cells
from experiments.report.sections import rows_of
from experiments.report.stored_designs import NamedDesign
from experiments.report.style import Axes, Figure
from experiments.statistics.interval import Values
from sim.measures.kpis import CUSTOMS_RESOURCES, EXPORT_RESOURCES, RESOURCES
from sim.units import Numbers

_MORE_WAITS: Final = ("utilisation_of_exports", "utilisation_of_controls")
"""Waits of resources that only exports and customs' controls use, by their names in the texts."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A row for each design; `value` is printed, `shade` (0 to 1) is drawn."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    text: tuple[tuple[str, ...], ...]
    shade: Numbers
    cmap: str


@dataclass(frozen=True, slots=True)
class Use:
    used: Cells
    blocked: Cells


def prepare(points: tuple[NamedDesign, ...], values: Values) -> Use:
    """Cells for resources that every hub has."""
    return _use(points, values, tuple(RESOURCES), rows_of("utilisation"))


def prepare_more(points: tuple[NamedDesign, ...], values: Values) -> Use | None:
    """Cells for exports and customs' controls, if a design has them; None otherwise."""
    resources: list[str] = []
    blocked: dict[str, str] = {}
    for group, waits, signs in (
        (EXPORT_RESOURCES, _MORE_WAITS[0], EXPORT_RESOURCES),
        (CUSTOMS_RESOURCES, _MORE_WAITS[1], ("xray_lanes", "transit_desks", "uld_xrays")),
    ):
        if any(_mean(values, point, f"utilisation_{name}") > 0 for name in signs for point in points):
            resources += group
            blocked |= rows_of(waits)
    return _use(points, values, tuple(resources), blocked) if resources else None


def _use(
    points: tuple[NamedDesign, ...],
    values: Values,
    resources: tuple[str, ...],
    waits: Mapping[str, str],
) -> Use:
    most = _most_h(points, values)
    used = np.array([[_mean(values, point, f"utilisation_{name}") for name in resources] for point in points])
    blocked = np.array([[_mean(values, point, name) for name in waits] for point in points])
    hours = np.round(blocked)  # as written in the cells, so that no 0 is dark
    titles = tuple(style.in_lines(point.title) for point in points)
    heads = tuple(formatting.resource_heading(name) for name in resources)
    return Use(
        Cells("In use on average, % of the time", titles, heads, _texts(100 * used),
              np.nan_to_num(np.minimum(used, 1.0)), "Blues"),
        Cells(f"Blocked or waiting, hours a day (darkest: {formatting.whole(most)} h)", titles,
              tuple(waits.values()), _texts(blocked), np.nan_to_num(np.log1p(hours) / np.log1p(max(most, 1.0))),
              "Oranges"),
    )  # fmt: skip


def _most_h(points: tuple[NamedDesign, ...], values: Values) -> float:
    """The most hours a day in all pictures of a run [h], so that a colour means the same in them."""
    waits = [name for part in ("utilisation", *_MORE_WAITS) for name in rows_of(part)]
    hours = np.array([[_mean(values, point, name) for name in waits] for point in points])
    return float(np.nanmax(np.round(hours), initial=0.0))


def draw(ax: Axes, result: Cells) -> None:
    draw_cells(ax, result.shade, np.array(result.text), result.rows, result.columns, size=8, cmap=result.cmap,
               ends=(0.0, 1.15), heads={"rotation": 50, "ha": "left", "rotation_mode": "anchor"})  # fmt: skip
    ax.xaxis.tick_top()
    ax.set_xlabel(result.title)


def figure(result: Use) -> Figure:
    n_lines = max(1 + name.count("\n") for name in result.used.rows)
    drawing = style.new_figure(1.9 + max(0.31, 0.145 * n_lines) * len(result.used.rows), width_in=10.5)
    used, blocked = drawing.subplots(1, 2, width_ratios=(len(result.used.columns), len(result.blocked.columns)))
    draw(used, result.used)
    draw(blocked, result.blocked)
    blocked.set_yticks([])
    return drawing


def _mean(values: Values, point: NamedDesign, kpi: str) -> float:
    value = values.get(point.label, {}).get(kpi)
    return value.mean if value is not None else np.nan


def _texts(numbers: Numbers) -> tuple[tuple[str, ...], ...]:
    """Without decimals; 0 only if it is exactly that."""
    return tuple(tuple("<1" if 0 < value < 0.5 else formatting.whole(value) for value in row) for row in numbers)
