"""How full each zone is over the measured days."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from experiments import formatting
from experiments.report import style
from experiments.report.stored_designs import Panel, Window
from sim.units import MIN_PER_DAY

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ZONES: Final = (
    "stands", "uld_positions", "breakdown", "customs_hold", "lanes", "dock_doors", "export_floor", "empty_ulds",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Series:
    """Share [%] of the limit that is taken, mean over replications, at `day` [d]."""

    name: str
    day: NDArray[np.float64]
    share: NDArray[np.float64]
    line: style.Line


@dataclass(frozen=True, slots=True)
class ZonePanel:
    title: str
    ylabel: str
    series: tuple[Series, ...]
    top: float
    days: tuple[float, float]
    ticks: tuple[tuple[float, str], ...]
    """Where the days' names stand."""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """A row a zone, a column a panel."""

    rows: tuple[tuple[ZonePanel, ...], ...]
    has_exports: bool


def prepare(occupancy: "pd.DataFrame", panels: tuple[Panel, ...], window: Window) -> Occupancy:
    """The zones that have a limit; those that the run does not know are left out."""
    drawn = style.lines(panels)
    labels = {point.label for panel in panels for point in panel.points}
    mine = occupancy[
        occupancy["zone"].isin(ZONES) & occupancy["scenario"].isin(labels) & (occupancy["limit"] > 0)
        & window.closes(occupancy["time"])
    ]  # fmt: skip
    mean = mine.groupby(["scenario", "zone", "time"], as_index=False)[["inside", "limit"]].mean()
    found = {
        (str(scenario), str(zone)): (
            rows["time"].to_numpy(dtype=np.float64) / MIN_PER_DAY,
            100 * rows["inside"].to_numpy(dtype=np.float64) / rows["limit"].to_numpy(dtype=np.float64),
        )
        for (scenario, zone), rows in mean.groupby(["scenario", "zone"])
    }
    ticks = _ticks(window)
    grid = []
    for zone in ZONES:
        of_zone = [found[point.label, zone][1].max() for panel in panels for point in panel.points
                   if (point.label, zone) in found]  # fmt: skip
        if not of_zone:
            continue
        row = []
        for at, panel in enumerate(panels):
            series = tuple(
                Series(name, *found[point.label, zone], drawn[name])
                for point, name in zip(panel.points, panel.names, strict=True)
                if (point.label, zone) in found
            )
            title = formatting.zone(zone) + (f" – {panel.title}" if panel.title else "")
            span = (window.low / MIN_PER_DAY, window.high / MIN_PER_DAY)
            row.append(
                ZonePanel(title, "% of limit" if at == 0 else "", series, max(108.0, max(of_zone) * 1.05), span, ticks)
            )
        grid.append(tuple(row))
    return Occupancy(tuple(grid), any(zone == "empty_ulds" for _, zone in found))


def draw(ax: "Axes", result: ZonePanel) -> None:
    ax.axhline(100, color=style.LIMIT, linewidth=1, linestyle=":", label="limit")
    for series in result.series:
        ax.plot(series.day, series.share, color=series.line.color, linestyle=series.line.dash, label=series.name)
    ax.set_xlim(*result.days)
    ax.set_ylim(0, result.top)
    ax.set_title(result.title, fontsize=9)
    ax.set_ylabel(result.ylabel)
    ax.set_xticks([at for at, _ in result.ticks], [name for _, name in result.ticks], fontsize=8.5)
    ax.grid(axis="y", color="0.92")


def figure(result: Occupancy) -> "Figure":
    n_columns = max(len(row) for row in result.rows)
    drawing = style.new_figure(0.7 + 1.45 * len(result.rows))
    grid = drawing.subplots(len(result.rows), n_columns, squeeze=False)
    for axes, row in zip(grid, result.rows, strict=True):
        for ax, panel in zip(axes, row, strict=True):
            draw(ax, panel)
    style.legend_below(drawing, list(grid.flat), columns=5)
    return drawing


def _ticks(window: Window) -> tuple[tuple[float, str], ...]:
    """Names at noon of at most eight days."""
    step = max(1, -(-window.n_days // 8))
    first = round(window.low / MIN_PER_DAY)
    return tuple((day + 0.5, window.day_name(day)) for day in range(first, first + window.n_days, step))
