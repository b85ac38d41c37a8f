"""Designs by cost and service: all in one panel, and a row for each with its interval and replications."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from experiments import formatting
from experiments.money.kpis import KPIS
from experiments.report import style
from experiments.report.marks import Values, errorbar
from experiments.report.style import Axes, Figure
from experiments.statistics import Interval

MOST_ROWS: Final = 60
_FATES: Final = {
    "selected": (style.PALETTE[2], "*", 150),
    "not cheaper": (style.PALETTE[0], "o", 36),
    "infeasible": (style.PALETTE[1], "X", 44),
    "at target": (style.PALETTE[4], "D", 32),
    "open": ("0.5", "s", 32),
}
"""Colour, marker and size of the marker."""
_LABELS: Final = {
    "selected": "selected", "not cheaper": "dropped: not cheaper than one that meets the target",
    "infeasible": "dropped: misses the target", "at target": "dropped: within the tolerance of the target",
    "open": "not decided",
}  # fmt: skip
_COLUMNS_PT: Final = (8, 62)
"""Distances [points] of cost and replications from the rows, to the right."""


@dataclass(frozen=True, slots=True)
class Dot:
    name: str
    cost: float
    kpi: Interval
    fate: str


@dataclass(frozen=True, slots=True)
class SelectChart:
    """Dots by cost, cheapest first, with values as drawn (shares in per cent)."""

    dots: tuple[Dot, ...]
    target: float | None
    service: str
    cost: str

    @classmethod
    def of(cls, dots: Sequence[Dot], kpi: str, target: float | None, cost: str, cost_unit: str) -> "SelectChart":
        scale, unit = style.drawn_as(KPIS[kpi].unit)
        of_cost, unit_of_cost = style.drawn_as(cost_unit)
        drawn = [
            replace(dot, kpi=dot.kpi.scaled(scale), cost=of_cost * dot.cost)
            for dot in sorted(dots, key=lambda dot: dot.cost)
        ]
        service = f"{formatting.kpi_name(kpi)} [{unit}]"
        name = formatting.kpi_name(cost) if cost in KPIS else "Area" if cost == "area_m2" else "Cost"
        cost_text = f"{name} [{unit_of_cost}]" if unit_of_cost else name
        return cls(tuple(drawn), None if target is None else scale * target, service, cost_text)


def draw_plane(ax: Axes, chart: SelectChart) -> None:
    for dot in chart.dots:
        color, marker, size = _FATES[dot.fate]
        _bar(ax, dot, [dot.cost], [dot.kpi])
        ax.scatter([dot.cost], [dot.kpi.mean], color=color, marker=marker, s=size, zorder=3, label=_LABELS[dot.fate])
    if chart.target is not None:
        ax.axhline(chart.target, color=style.LIMIT, linestyle="--", linewidth=1, label="target")
    ax.set(xlabel=chart.cost, ylabel=chart.service)
    ax.locator_params(axis="x", nbins=4)  # wide numbers, beside which long names may leave little room
    ax.xaxis.set_major_formatter(style.NUMBERS)
    ax.margins(x=0.06, y=0.12)


def draw_rows(ax: Axes, chart: SelectChart) -> None:
    shown = chart.dots[:MOST_ROWS]
    for row, dot in enumerate(shown):
        color, marker, size = _FATES[dot.fate]
        _bar(ax, dot, [dot.kpi], [row])
        ax.scatter([dot.kpi.mean], [row], color=color, marker=marker, s=size, zorder=3)
        _beside(ax, row, (formatting.number(dot.cost), formatting.whole(dot.kpi.n)))
    _beside(ax, -0.8, ("cost", "replications"), color=style.LIMIT)
    if chart.target is not None:
        ax.axvline(chart.target, color=style.LIMIT, linestyle="--", linewidth=1)
    style.name_rows(ax, [dot.name for dot in shown])
    left_out = len(chart.dots) - len(shown)
    ax.set_xlabel(chart.service + (f"; {left_out} more expensive designs are not shown" if left_out else ""))
    ax.grid(axis="x", color="0.92")


def _beside(ax: Axes, row: float, texts: Sequence[str], color: str = "black") -> None:
    """Columns right of the panel, at distances in points; the layout makes room for them."""
    for column, text in zip(_COLUMNS_PT, texts, strict=True):
        style.note(ax, text, (1.0, row), (column, 0), xycoords=("axes fraction", "data"), va="center", color=color,
                   annotation_clip=False)  # fmt: skip


def _bar(ax: Axes, dot: Dot, x: Values, y: Values) -> None:
    if dot.kpi.bounds is not None:
        errorbar(ax, x, y, fmt="none", color=_FATES[dot.fate][0], capsize=3, linewidth=1.1)


def figure(chart: SelectChart) -> Figure:
    """Both panels."""
    rows = min(MOST_ROWS, len(chart.dots))
    drawn = style.new_figure(4.2 + 0.3 * rows)
    above, below = drawn.subplots(2, gridspec_kw={"height_ratios": [2.9, 0.6 + 0.3 * rows]})
    draw_plane(above, chart)
    draw_rows(below, chart)
    above.set_title("Cost and service of the designs, mean and 95 % interval")
    return style.legend_below(drawn, [above], columns=3)
