"""Tornado of elementary effects, and bars of Sobol's indices: a panel for each KPI, a row for each factor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from experiments.report import style
from experiments.report.marks import errorbar
from experiments.report.style import Axes, Figure
from experiments.statistics import Interval
from experiments.statistics.factors import Index

P = TypeVar("P")
_RAISES, _LOWERS, _MARK = style.PALETTE[0], style.PALETTE[1], style.PALETTE[6]
_ALONE, _WITH_OTHERS = style.PALETTE[0], style.PALETTE[4]
_ROW_IN: Final = 0.27
"""Height of a row [in]; twice this for two bars."""
_BESIDE: Final = 0.25
"""Width drawn of a share's axis below 0 and above 1."""


@dataclass(frozen=True, slots=True)
class Effects:
    """A panel of a tornado: for each factor the size of its effects, their direction and their spread."""

    title: str
    axis: str
    sizes: tuple[Interval, ...]
    raises: tuple[bool, ...]
    spreads: tuple[float, ...]
    most: float
    """Largest possible change of a KPI, at which intervals are cut."""


def tornado(names: Sequence[str], panels: Sequence[Effects]) -> Figure:
    """Factors from top to bottom, in the given order, in every panel."""
    return _side_by_side(names, panels, _draw_effects, _ROW_IN)


def shares(names: Sequence[str], panels: Mapping[str, Sequence[Index]]) -> Figure:
    """As `tornado`, for indices by the panels' titles."""
    return _side_by_side(names, list(panels.items()), _draw_shares, 2 * _ROW_IN)


def _side_by_side(
    names: Sequence[str],
    panels: Sequence[P],
    draw: Callable[[Axes, P], None],
    row_in: float,
) -> Figure:
    figure = style.new_figure(1.5 + row_in * len(names))
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for ax, panel in zip(axes, panels, strict=True):
        draw(ax, panel)
    style.name_rows(axes[0], names)
    return style.legend_below(figure, axes)


def _draw_effects(ax: Axes, panel: Effects) -> None:
    kinds = ((True, _RAISES, "µ*, raises it on average"), (False, _LOWERS, "µ*, lowers it on average"))
    for is_up, color, label in kinds:
        # No bars have the legend's default colour.
        if rows := [row for row, up in enumerate(panel.raises) if up is is_up]:
            ax.barh(rows, [panel.sizes[row].mean for row in rows], color=color, height=0.62, label=label)
    _whiskers(ax, range(len(panel.sizes)), panel.sizes, "95 % interval of µ*")
    ax.plot(panel.spreads, range(len(panel.spreads)), "D", color=_MARK, markerfacecolor="white", markersize=4.5,
            label="σ, spread of the effects")  # fmt: skip
    ax.set(title=panel.title, xlabel=panel.axis)
    _limit(ax, 0.0, panel.most)


def _draw_shares(ax: Axes, panel: tuple[str, Sequence[Index]]) -> None:
    title, of_factors = panel
    for offset, kind, color, label in (
        (-0.2, "first", _ALONE, "alone (S1)"), (0.2, "total", _WITH_OTHERS, "with the others (ST)"),
    ):  # fmt: skip
        places = [row + offset for row in range(len(of_factors))]
        intervals: list[Interval] = [getattr(index, kind) for index in of_factors]
        ax.barh(places, [interval.mean for interval in intervals], color=color, height=0.36, label=label)
        _whiskers(ax, places, intervals, "95 % interval")
    ax.axvline(0, color=style.LIMIT, linewidth=0.8)
    ax.set(title=title, xlabel="share of the variance")
    _limit(ax, max(ax.get_xlim()[0], -_BESIDE), 1 + _BESIDE)


def _limit(ax: Axes, low: float, high: float) -> None:
    """Ends of the axis, with a note if a bar or interval is cut."""
    ends = ax.get_xlim()
    ax.set_xlim(low, min(ends[1], high))
    if ends[1] > high or ends[0] < min(low, 0.0):
        ax.set_xlabel(f"{ax.get_xlabel()};\nlonger bars and intervals are cut")


def _whiskers(ax: Axes, places: Sequence[float], intervals: Sequence[Interval], label: str) -> None:
    errorbar(ax, intervals, places, fmt="none", ecolor=style.LIMIT, elinewidth=1.1, capsize=2.5, label=label)
