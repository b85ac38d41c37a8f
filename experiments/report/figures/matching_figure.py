"""What history matching leaves: observed figures beside the model's, and ranges before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from experiments.report import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BEFORE, _AFTER, _SEEN = style.LIMIT, style.PALETTE[0], style.PALETTE[1]
_ROW_IN: Final = 0.32


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: what nine worlds of ten have, of all and of those that remain (NaN: none), and the configured value."""

    name: str
    before: tuple[float, float]
    after: tuple[float, float]
    configured: float


@dataclass(frozen=True, slots=True)
class Panel:
    """An observed figure with the ends of its tolerance, and the model's."""

    title: str
    seen: tuple[float, float]
    model: Bar


def observed(panels: Sequence[Panel]) -> "Figure":
    """A panel an observation, one below the other: each has its own unit."""
    figure = style.new_figure(0.5 + 1.05 * len(panels))
    axes = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    for ax, panel in zip(axes, panels, strict=True):
        ax.axvspan(*panel.seen, color=_SEEN, alpha=0.25, linewidth=0, label="observed, with its tolerance")
        _draw(ax, 0, panel.model)
        ax.set_ylim(0.6, -0.6)
        ax.set_yticks([])
        ax.xaxis.set_major_formatter("{x:,.0f}" if panel.seen[1] >= 10 else "{x:g}")
        ax.set_title(panel.title)
    style.legend_below(figure, list(axes))
    return figure


def ranges(bars: Sequence[Bar]) -> "Figure":
    """A row a number, in per cent of its range."""
    figure = style.new_figure(0.9 + _ROW_IN * len(bars))
    ax = figure.subplots()
    for row, bar in enumerate(bars):
        _draw(ax, row, bar)
    style.name_rows(ax, [bar.name for bar in bars])
    ax.set_xlim(-2, 102)
    ax.set_xlabel("place in the number's range, %")
    style.legend_below(figure, [ax])
    return figure


def _draw(ax: "Axes", row: int, bar: Bar) -> None:
    ax.plot(bar.before, [row - 0.16] * 2, color=_BEFORE, linewidth=5, solid_capstyle="butt", label="all assumed worlds")
    ax.plot(bar.after, [row + 0.16] * 2, color=_AFTER, linewidth=5, solid_capstyle="butt", label="worlds that remain")
    ax.plot(bar.configured, row, "X", color="black", markersize=7, markeredgecolor="white", label="configured")
