"""The frontier of checks: detections against officers' hours and against delay, a line for each control."""

from collections.abc import Mapping
from typing import Final

from experiments.report import style
from experiments.report.marks import errorbar
from experiments.report.style import Figure
from experiments.statistics import Interval

Curve = tuple[tuple[Interval, Interval, Interval], ...]
"""(officers' hours, delay, detections) a day above those of the configured hub, by value of the control."""

_NOTHING: Final = 1e-9
"""Detections a day that count as zero: far below one in the life of a hub."""
_AXES: Final = ("officers' hours a day", "delay, h a day")


def figure(curves: Mapping[str, Curve]) -> Figure:
    drawn = style.new_figure(4.4)
    axes = drawn.subplots(1, 2, sharey=True)
    looks = style.lines_of(list(curves))
    for place, (ax, axis) in enumerate(zip(axes, _AXES, strict=True)):
        for name, curve in curves.items():
            xs, ys = [point[place] for point in curve], [point[2] for point in curve]
            errorbar(ax, xs, ys, **looks[name], marker="o", markersize=4,
                     elinewidth=0.8, capsize=2, label=name)  # fmt: skip
        ax.axhline(0, color=style.LIMIT, linewidth=0.6)
        ax.axvline(0, color=style.LIMIT, linewidth=0.6)
        ax.set_xlabel(f"{axis}:\nincrease over the configured hub")
        ax.locator_params(axis="x", nbins=4)  # wide numbers side by side
        ax.xaxis.set_major_formatter(style.NUMBERS)
        ax.grid(alpha=0.3)
    low, high = axes[0].get_ylim()
    if high - low < _NOTHING:  # differences that are only rounding
        axes[0].set_ylim(-1, 1)
    axes[0].set_ylabel("detections a day: increase over the configured hub")
    return style.legend_below(drawn, axes)
