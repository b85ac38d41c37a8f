"""Work over the week: people and equipment in use, compared with the roster and the installed units."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.formatting import capitalised, resource_heading, role_name
from experiments.report import style
from experiments.report.marks import steps
from experiments.report.stored_designs import Frame
from experiments.report.style import Axes, Figure
from experiments.statistics.calendar_indices import WEEKDAYS
from sim.units import HOURS_PER_WEEK

Hours = NDArray[np.float64]
COLUMNS: Final = 3
WAITS: Final = "#F8E0CF"
"""Colour of the hours in which work waits."""


def figure(curves: Frame, label: str) -> Figure:
    """Curves of one design, one panel for each role or equipment, people first; NaN where nothing was measured."""
    groups = [rows for _, rows in curves[curves["scenario"] == label].groupby("order", sort=True)]
    drawing, axes = style.panels(len(groups), COLUMNS, 1.75, 0.4)
    for ax, rows in zip(axes, groups, strict=True):
        first = rows.iloc[0]
        name = str(first["name"])
        what = capitalised(role_name(name)) if first["is_role"] else resource_heading(name)
        by_hour = rows.groupby("hour").agg(
            {"wanted_mean": "mean", "in_use_mean": "mean", "in_use_highest": "max", "there_mean": "mean"}
        )
        wanted, in_use, highest, available = by_hour.reindex(range(HOURS_PER_WEEK)).to_numpy(dtype=float).T
        days = slice(int(by_hour.index.min()) // 24, int(by_hour.index.max()) // 24 + 1)
        _draw(ax, days, wanted > available, in_use, highest, available)
        ax.set_title(f"{what} [{first['unit']}]", fontsize=9)
    return style.legend_below(drawing, axes)


def _draw(
    ax: Axes, days: slice, waits: NDArray[np.bool_], in_use: Hours, highest: Hours, available: Hours
) -> None:  # fmt: skip
    """`days`: the weekdays from the first to the last that was measured; `waits`: hours with more work than units."""
    known = np.concatenate((in_use, highest, available))
    top = 1.08 * float(np.nanmax(known)) if known.size else 1.0
    steps(ax, np.where(waits, top, 0.0), WAITS, fill=True, label="hours in which work waits for them")
    steps(ax, in_use, style.PALETTE[4], fill=True, label="at work or in use, mean")
    steps(ax, highest, style.PALETTE[0], linewidth=0.8, label="at work or in use, highest")
    steps(ax, available, style.PALETTE[1], linewidth=1.3, baseline=None, label="people on the roster, or units")
    ax.set(ylim=(0, top or 1.0), xlim=(24 * days.start, 24 * days.stop))
    ax.tick_params(axis="y", labelsize=8)
    ax.locator_params(axis="y", integer=True)
    _part_days(ax, days)


def _part_days(ax: Axes, days: slice) -> None:
    """Names of days and lines between them, drawn with few artists: ticks in twenty panels take twice the time."""
    below, start, names = ax.get_xaxis_transform(), 24 * days.start, WEEKDAYS[days]
    ends = np.arange(start + 24, 24 * days.stop, 24)
    ax.set_xticks([])
    at = style.clock_times(names) if len(names) == 1 else {24 * i: day for i, day in enumerate(names)}
    for hour, name in at.items():
        style.note(
            ax, name, (start + hour, 0), (0, -3.5), 8, xycoords=below, ha="left", va="top", annotation_clip=False
        )
    if len(ends) == 0:  # a line without points has no extent, with which the layout would collapse
        return
    ax.vlines(ends, 0, 1, transform=below, color="0.9", linewidth=0.8, zorder=0.5)
    ax.plot(
        ends, 0 * ends, "k", marker=3, linestyle="", transform=below, markersize=2, markeredgewidth=0.6, clip_on=False
    )
