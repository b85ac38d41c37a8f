"""The front of two goals: every design that was simulated, those on the front with their intervals."""

from dataclasses import dataclass

from experiments.report import style
from experiments.report.figures.errorbar import errorbar
from experiments.report.style import Axes, Figure
from experiments.statistics import Interval


@dataclass(frozen=True, slots=True)
class FrontChart:
    """Axes with their units; `others` and `own` as (x, y); the front as (x, y), each with its interval, by x."""

    x_name: str
    y_name: str
    others: tuple[tuple[float, float], ...]
    own: tuple[float, float] | None
    front: tuple[tuple[Interval, Interval], ...]


def figure(chart: FrontChart) -> Figure:
    drawn, ax = style.panel(4.8, 7.5)
    draw(ax, chart)
    style.legend_below(drawn, [ax])
    return drawn


def draw(ax: Axes, chart: FrontChart) -> None:
    if chart.others:
        ax.scatter([x for x, _ in chart.others], [y for _, y in chart.others], s=12, color=style.PALETTE[4], alpha=0.6,
                   linewidths=0, label="a design that was simulated")  # fmt: skip
    errorbar(ax, [x for x, _ in chart.front], [y for _, y in chart.front], fmt="o", markersize=5,
             color=style.PALETTE[0], elinewidth=1, capsize=2.5,
             label="on the front, mean and 95 % interval")  # fmt: skip
    if chart.own is not None:
        # Behind the front, on which it may lie.
        ax.plot(*chart.own, marker="D", linestyle="", markersize=10, color=style.PALETTE[1], zorder=1.5,
                label="as configured")  # fmt: skip
    ax.set_xlabel(chart.x_name)
    ax.set_ylabel(chart.y_name)
    ax.xaxis.set_major_formatter("{x:,g}")
    ax.yaxis.set_major_formatter("{x:,g}")
    ax.grid(alpha=0.3)
