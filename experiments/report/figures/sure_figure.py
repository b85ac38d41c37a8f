"""Shares of worlds, and the numbers that decide them: bars, a tornado, and a map over the two most important."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from experiments.report import style
from experiments.report.style import Axes, Figure
from experiments.statistics import Interval
from sim.units import Numbers

if TYPE_CHECKING:
    from matplotlib.collections import QuadMesh

_LOW, _HIGH, _MARK = style.PALETTE[1], style.PALETTE[0], style.PALETTE[6]
_ROW_IN: Final = 0.27


@dataclass(frozen=True, slots=True)
class Bars:
    """A panel of a tornado: numbers, and the response with each number low and high, as drawn."""

    title: str
    names: tuple[str, ...]
    ends: tuple[tuple[float, float], ...]
    mean: float
    unsure: frozenset[int] = frozenset()
    """Rows of numbers that may have no effect alone."""


@dataclass(frozen=True, slots=True)
class Map:
    """A panel of a map: names and ends of the axes, and the probability (rows from below) [1]."""

    title: str
    names: tuple[str, str]
    ends: tuple[tuple[float, float], tuple[float, float]]
    probability: Numbers
    configured: tuple[float, float]
    dots: tuple[tuple[float, float, bool], ...]
    """Simulated worlds, and whether the answer holds in each."""


def shares(rows: Sequence[tuple[str, Interval]], label: str) -> Figure:
    """A bar for each share of worlds [1], with its 95 % interval."""
    figure, ax = style.panel(0.9 + 1.3 * _ROW_IN * len(rows))
    for row, (_, share) in enumerate(rows):
        low, high = share.bounds or (share.mean, share.mean)
        ax.barh(row, 100 * share.mean, height=0.6, color=_HIGH, alpha=0.5)
        ax.plot([100 * low, 100 * high], [row, row], color=_MARK, linewidth=1.4, marker="|", markersize=8)
    style.name_rows(ax, [name for name, _ in rows])
    ax.set(xlim=(0, 102), xlabel=label)
    return figure


def tornado(panels: Sequence[Bars], label: str, limits: tuple[float, float] | None = None) -> Figure:
    """A panel for each design, stacked; `label`: of the response; `limits`: ends of its axis."""
    rows = [len(panel.names) + 2.5 for panel in panels]
    figure = style.new_figure(0.6 + _ROW_IN * sum(rows))
    axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=rows, sharex=True)[:, 0]
    for ax, panel in zip(axes, panels, strict=True):
        _draw_bars(ax, panel)
    axes[-1].set_xlabel(label)
    if limits is not None:
        axes[-1].set_xlim(limits)
    return style.legend_below(figure, axes)


def maps(panels: Sequence[Map]) -> Figure:
    """Maps, two panels a row."""
    n_rows, n_columns = (len(panels) + 1) // 2, min(2, len(panels))
    figure = style.new_figure(0.6 + 3.6 * n_rows)
    axes = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    drawn = [_draw_map(ax, panel) for ax, panel in zip(axes, panels, strict=False)]
    for ax in axes[len(panels) :]:
        ax.set_visible(False)
    figure.colorbar(drawn[0], ax=list(axes), label="probability that it carries, %", shrink=0.8)
    return style.legend_below(figure, axes[: len(panels)])


def _draw_bars(ax: Axes, panel: Bars) -> None:
    for row, (low, high) in enumerate(panel.ends):
        ax.plot([low, high], [row, row], color=style.LIMIT, linewidth=5, alpha=0.35, solid_capstyle="butt")
    for end, marker, color, name in ((0, "o", _LOW, "low"), (1, "D", _HIGH, "high")):
        values = [ends[end] for ends in panel.ends]
        ax.plot(values, range(len(values)), marker, color=color, label=f"number at the {name} end of its range")
    for row in panel.unsure:
        ax.plot(panel.ends[row], (row, row), "o", color="white", markersize=3, zorder=3)
    ax.axvline(panel.mean, color=_MARK, linewidth=0.9, linestyle="--", label="over all worlds")
    style.name_rows(ax, panel.names)
    ax.set_title(panel.title)


def _draw_map(ax: Axes, panel: Map) -> "QuadMesh":
    (left, low), (right, high) = panel.ends
    xs, ys = np.linspace(left, right, panel.probability.shape[1]), np.linspace(low, high, panel.probability.shape[0])
    drawn = ax.pcolormesh(
        xs, ys, 100 * panel.probability, cmap="cividis", vmin=0, vmax=100, shading="nearest", rasterized=True
    )
    if panel.probability.min() < 0.5 < panel.probability.max():
        ax.contour(xs, ys, panel.probability, levels=[0.5], colors="white", linewidths=1.6)
    kinds = ((True, "white", "black", "simulated, carries"), (False, "black", "white", "simulated, does not"))
    for holds, face, edge, label in kinds:
        dots = [(x, y) for x, y, is_yes in panel.dots if is_yes is holds]
        ax.plot([x for x, _ in dots], [y for _, y in dots], "o", markersize=4.5, markeredgecolor=edge,
                markerfacecolor=face, linestyle="none", label=label)  # fmt: skip
    ax.plot(*panel.configured, "X", color=style.PALETTE[1], markersize=9, markeredgecolor="white", label="configured")
    names = (
        name.replace(" [", "\n[") for name in panel.names
    )  # on two lines, because names can be as long as a panel is wide
    ax.set(**dict(zip(("xlabel", "ylabel"), names, strict=True)), title=panel.title)
    ax.locator_params(nbins=5)
    return drawn
