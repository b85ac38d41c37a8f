"""Result of history matching: observed figures compared with the model's, and ranges before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.formatting import number
from experiments.report import style
from experiments.report.style import Axes, Figure
from experiments.statistics.calendar_indices import MONTHS, WEEKDAYS, Estimates
from experiments.statistics.calibration import Calibration

_BEFORE, _AFTER, _SEEN = style.LIMIT, style.PALETTE[0], style.PALETTE[1]
_ROW_IN: Final = 0.32


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: the range of 90 % of all and of the remaining worlds (NaN: none), and the configured value."""

    name: str
    before: tuple[float, float]
    after: tuple[float, float]
    configured: float


@dataclass(frozen=True, slots=True)
class Panel:
    """An observed figure with its tolerance, and the model's values."""

    title: str
    seen: tuple[float, float]
    model: Bar


def observed(panels: Sequence[Panel]) -> Figure:
    """A panel for each observation, stacked because each has its own unit."""
    return style.each_drawn(_draw_panel, panels, 1, 1.05, 0.5)


def ranges(bars: Sequence[Bar]) -> Figure:
    """A row for each number, in per cent of its range."""
    figure, ax = style.panel(0.9 + _ROW_IN * len(bars))
    for row, bar in enumerate(bars):
        _draw(ax, row, bar)
    style.name_rows(ax, [bar.name for bar in bars])
    ax.set(xlim=(-2, 102), xlabel="position in the number's range, %")
    return style.legend_below(figure, [ax])


def _draw_panel(ax: Axes, panel: Panel) -> None:
    ax.axvspan(*panel.seen, color=_SEEN, alpha=0.25, linewidth=0, label="observed, with its tolerance")
    _draw(ax, 0, panel.model)
    ax.set(ylim=(0.6, -0.6), yticks=[], title=panel.title)
    ax.xaxis.set_major_formatter(style.NUMBERS)


def _draw(ax: Axes, row: int, bar: Bar) -> None:
    ax.plot(bar.before, [row - 0.16] * 2, color=_BEFORE, linewidth=5, solid_capstyle="butt", label="all assumed worlds")
    ax.plot(bar.after, [row + 0.16] * 2, color=_AFTER, linewidth=5, solid_capstyle="butt", label="worlds that remain")
    ax.plot(bar.configured, row, "X", color="black", markersize=7, markeredgecolor="white", label="configured")


OBSERVED, FITTED, BREAK = "0.45", style.PALETTE[0], style.PALETTE[1]


def draw_weeks(ax: Axes, result: Calibration) -> None:
    """Observed and fitted flights a day, a point for each week, and the breaks of the level."""
    ax.plot(result.mondays, result.observed, ".", color=OBSERVED, markersize=4, label="observed, mean of a week")
    ax.plot(result.mondays, result.expected, "-", color=FITTED, linewidth=1.4, label="fitted")
    for order, change in enumerate(result.breaks.breaks):
        label = "change of level" if order == 0 else None
        at = _position(change.week)
        ax.axvline(at, color=BREAK, linestyle="--", linewidth=1, label=label)
        ax.annotate(
            f" {change.week} ×{number(change.ratio, 2)}", (at, 0.02), xycoords=("data", "axes fraction"),
            color=BREAK, fontsize=8,
        )  # fmt: skip
    ax.set(ylim=(0, None), ylabel="flights a day")
    ax.set_title(f"{result.airport}, {result.column}: {result.days[0]} to {result.days[-1]}")


def draw_index(ax: Axes, estimates: Estimates, names: tuple[str, ...], title: str) -> None:
    """An index with its 95 % intervals; its mean is one."""
    reach = (estimates.value - estimates.low, estimates.high - estimates.value)
    ax.axhline(1, color="0.8", linewidth=1)
    ax.errorbar(range(len(names)), estimates.value, yerr=reach, fmt="o", color=FITTED, capsize=3, markersize=4)
    ax.set_xticks(range(len(names)), names)
    ax.set(ylabel="index (mean 1)", title=title)


def calendar(result: Calibration) -> Figure:
    """Weeks above, indices of weekdays and months below."""
    drawing = style.new_figure(7, 10)
    places = drawing.subplot_mosaic([["weeks", "weeks"], ["weekday", "month"]], width_ratios=(7, 12))
    draw_weeks(places["weeks"], result)
    draw_index(places["weekday"], result.fit.weekday_index, WEEKDAYS, "Weekday index, 95 % intervals")
    draw_index(places["month"], result.fit.month_index, MONTHS, "Month index, 95 % intervals")
    return style.legend_below(drawing, [places["weeks"]])


def _position(day: np.datetime64) -> float:
    from matplotlib.dates import date2num

    return float(date2num(day))  # type: ignore[no-untyped-call] # matplotlib has no types there
