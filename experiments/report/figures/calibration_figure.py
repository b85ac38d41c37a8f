"""The picture of a calibration: observed weeks against fitted ones, and the indices with their intervals."""

import numpy as np

from experiments.formatting import number
from experiments.report import style
from experiments.report.style import Axes
from experiments.statistics.calendar_indices import MONTHS, WEEKDAYS, Estimates
from experiments.statistics.calibration import Calibration

OBSERVED, FITTED, BREAK = "0.45", style.PALETTE[0], style.PALETTE[1]


def draw_weeks(ax: Axes, result: Calibration) -> None:
    """Observed and fitted flights a day, a point a week, and the breaks of the level."""
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
    ax.set_ylim(bottom=0)
    ax.set_ylabel("flights per day")
    ax.set_title(f"{result.airport}, {result.column}: {result.days[0]} to {result.days[-1]}")


def draw_index(ax: Axes, estimates: Estimates, names: tuple[str, ...], title: str) -> None:
    """An index with its 95 % intervals; the mean is one."""
    reach = (estimates.value - estimates.low, estimates.high - estimates.value)
    ax.axhline(1, color="0.8", linewidth=1)
    ax.errorbar(range(len(names)), estimates.value, yerr=reach, fmt="o", color=FITTED, capsize=3, markersize=4)
    ax.set_xticks(range(len(names)), names)
    ax.set_ylabel("index (mean 1)")
    ax.set_title(title)


def calibration_svg(result: Calibration) -> bytes:
    """The whole picture as SVG; the same result gives the same bytes."""
    with style.look():
        drawing = style.new_figure(7, 10)
        places = drawing.subplot_mosaic([["weeks", "weeks"], ["weekday", "month"]], width_ratios=(7, 12))
        draw_weeks(places["weeks"], result)
        draw_index(places["weekday"], result.fit.weekday_index, WEEKDAYS, "Weekday index, 95 % intervals")
        draw_index(places["month"], result.fit.month_index, MONTHS, "Month index, 95 % intervals")
        style.legend_below(drawing, [places["weeks"]])
        return style.svg(drawing)


def _position(day: np.datetime64) -> float:
    from matplotlib.dates import date2num

    return float(date2num(day))  # type: ignore[no-untyped-call] # matplotlib has no types there
