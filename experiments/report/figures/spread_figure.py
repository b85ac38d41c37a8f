"""How far replications lie apart, and how well their mean is known.

The page shows a measure of risk and a measure of error: B. L. Nelson, The MORE plot, Proc. Winter Simulation Conf.
2008, 413-416.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments import formatting
from experiments.report import style
from experiments.report.marks import errorbar
from experiments.report.stored_designs import Frame, NamedDesign
from experiments.report.style import Axes, Figure
from experiments.statistics import Interval
from experiments.statistics.interval import Value, Values
from sim.units import Numbers

KPIS: Final = ("on_time_share", "dwell_mean_h", "dwell_p95_h", "flight_clearance_p95_h")
LEAST_FOR_QUARTILES: Final = 5
"""Least number of replications for quartiles, which would otherwise be single values."""
MOST_DOTS: Final = 50
"""Largest number of replications drawn one by one."""
_NAME: Final = 45
"""Largest length of a line of a design's name, beside which two panels and their titles have room [letters]."""
_BOX: Final = 0.44


@dataclass(frozen=True, slots=True)
class Spread:
    """A KPI of a design over replications: sorted values, mean with its interval, quartiles if there are enough."""

    ordered: tuple[float, ...]
    mean: Interval
    quartiles: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class SpreadPanel:
    """A KPI, with a row for each design."""

    label: str
    names: tuple[str, ...]
    rows: tuple[Spread, ...]


def prepare(
    kpis: Frame, points: Sequence[NamedDesign], values: Values, names: Sequence[str] = KPIS
) -> tuple[SpreadPanel, ...]:
    """A panel for each KPI; none if there is one design, one replication or no replications."""
    if len(points) < 2 or kpis["replication"].nunique() < 2:
        return ()
    panels = []
    for name in names:
        of_kpi = kpis[kpis["kpi"] == name]
        samples = {str(label): rows["value"].to_numpy(dtype=float) for label, rows in of_kpi.groupby("scenario")}
        is_whole = all(
            point.label in samples and name in values[point.label] and np.isfinite(samples[point.label]).all()
            for point in points
        )
        if is_whole:
            scale, unit = style.drawn_as(values[points[0].label][name].unit)
            rows = tuple(_spread(samples[point.label], values[point.label][name], scale) for point in points)
            panels.append(
                SpreadPanel(
                    f"{formatting.kpi_name(name)}, {unit}",
                    tuple(style.in_lines(point.title, _NAME) for point in points),
                    rows,
                )
            )
    return tuple(panels)


def _spread(sample: Numbers, value: Value, scale: float) -> Spread:
    ordered = np.sort(scale * sample).tolist()
    first, middle, third = np.quantile(ordered, (0.25, 0.5, 0.75)).tolist()
    has_quartiles = len(ordered) >= LEAST_FOR_QUARTILES
    return Spread(tuple(ordered), value.scaled(scale), (first, middle, third) if has_quartiles else None)


def draw(ax: Axes, panel: SpreadPanel, *, with_names: bool) -> None:
    for row, dots in enumerate(panel.rows):
        values = dots.ordered
        ax.plot([values[0], values[-1]], [row, row], color="0.6", linewidth=1, label="least to most", zorder=1)
        if dots.quartiles is not None:
            first, middle, third = dots.quartiles
            ax.barh(row, third - first, left=first, height=_BOX, color="0.88", edgecolor="0.6", linewidth=0.8, zorder=2,
                    label="middle half")  # fmt: skip
            ax.plot([middle, middle], [row - _BOX / 2, row + _BOX / 2], color="0.35", linewidth=1, zorder=3,
                    label="median")  # fmt: skip
        if len(values) <= MOST_DOTS:
            ax.plot(values, [row] * len(values), "|", color="0.45", markersize=7, zorder=3, label="a replication")
        errorbar(ax, [dots.mean], [row], fmt="o", capsize=4, color=style.PALETTE[1], markersize=5, zorder=4,
                 label="mean and its 95 % interval")  # fmt: skip
    ax.set_yticks(range(len(panel.rows)), panel.names if with_names else [""] * len(panel.rows))
    ax.set(ylim=(len(panel.rows) - 0.5, -0.5), title=panel.label)
    ax.grid(axis="x", color="0.92")


def figure(panels: Sequence[SpreadPanel]) -> Figure:
    lines = max(name.count("\n") + 1 for name in panels[0].names)
    drawing, axes = style.panels(len(panels), 2, 0.7 + max(0.34, 0.17 * lines) * len(panels[0].rows), 0.6)
    for at, (ax, panel) in enumerate(zip(axes, panels, strict=True)):
        draw(ax, panel, with_names=at % 2 == 0)
    return style.legend_below(drawing, axes, columns=5)
