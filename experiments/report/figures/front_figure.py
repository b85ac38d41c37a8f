"""The front of two goals: every simulated design, and intervals for those on the front."""

from collections.abc import Sequence

from experiments.report import style
from experiments.report.marks import errorbar
from experiments.report.sentences import means_of
from experiments.report.style import Figure
from experiments.statistics import Interval

Point = tuple[float, float]


def figure(
    names: Sequence[str], others: Sequence[Point], configured: Point | None, front: Sequence[tuple[Interval, Interval]]
) -> Figure:
    """`names` of the axes, with units; designs as (x, y), with intervals on the front."""
    drawn, ax = style.panel(4.8, 7.5)
    if others:
        ax.scatter([x for x, _ in others], [y for _, y in others], s=12, color=style.PALETTE[4], alpha=0.6,
                   linewidths=0, label="a design that was simulated")  # fmt: skip
    errorbar(ax, [x for x, _ in front], [y for _, y in front], fmt="o", markersize=5,
             color=style.PALETTE[0], elinewidth=1, capsize=2.5,
             label=f"on the front, {means_of(front[0][0].n)}")  # fmt: skip
    if configured is not None:
        # Drawn behind the front, because it may lie on it.
        ax.plot(*configured, marker="D", linestyle="", markersize=10, color=style.PALETTE[1], zorder=1.5,
                label="as configured")  # fmt: skip
    ax.set(xlabel=names[0], ylabel=names[1])
    ax.xaxis.set_major_formatter(style.NUMBERS)
    ax.yaxis.set_major_formatter(style.NUMBERS)
    ax.grid(alpha=0.3)
    return style.legend_below(drawn, [ax])
