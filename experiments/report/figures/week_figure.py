"""The backlog by weekday and hour: parcels that have arrived and not left."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from experiments.formatting import number
from experiments.report import style
from experiments.report.stored_designs import Frame, NamedDesign, Window
from experiments.report.style import Axes, Figure
from experiments.report.tooltips import give_cells
from sim.config.bounds import DAYS_PER_WEEK, HOURS
from sim.units import MIN_PER_DAY, Numbers

MOST_MAPS: Final = 12
THOUSAND: Final = 1000


def figure(occupancy: Frame, points: Sequence[NamedDesign], window: Window) -> Figure:
    """A map for each of the first designs, of the mean over weeks and replications."""
    backlog = occupancy[(occupancy["zone"] == "backlog") & window.closes(occupancy["time"])]
    first = round(window.low / MIN_PER_DAY)
    n_days = min(DAYS_PER_WEEK, window.n_days)
    # Monday is first if at least a week was measured; otherwise the first measured day.
    shift = (window.start_date.weekday() + first) % DAYS_PER_WEEK if n_days == DAYS_PER_WEEK else 0
    names = [window.day_name(first + row - shift) for row in range(n_days)]
    shown = points[:MOST_MAPS]
    drawing, axes = style.panels(len(shown), 2, 2.05)
    maps = [_by_hour(backlog[backlog["scenario"] == point.label], window, shift)[:n_days] for point in shown]
    known = np.concatenate([hours[~np.isnan(hours)] for hours in maps])
    top = float(known.max(initial=0.0))  # one scale, because a colour means the same in all maps
    for ax, point, hours in zip(axes, shown, maps, strict=True):
        _draw(ax, style.in_lines(point.title), names, hours, top)
    return drawing


def _by_hour(rows: Frame, window: Window, shift: int) -> Numbers:
    """The backlog [thousand parcels] (days, hours); NaN where nothing was measured."""
    # An instant on the hour counts for the hour before it.
    time = window.clock.locals(rows["time"].to_numpy(dtype=float) - 1e-6) - window.low
    day = (np.floor(time / MIN_PER_DAY).astype(np.int64) + shift) % DAYS_PER_WEEK
    hour = np.floor(time % MIN_PER_DAY / 60).astype(np.int64)
    total, count = np.zeros((2, DAYS_PER_WEEK, HOURS))
    np.add.at(total, (day, hour), rows["inside"].to_numpy(dtype=float) / THOUSAND)
    np.add.at(count, (day, hour), 1)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _draw(ax: Axes, title: str, days: Sequence[str], backlog: Numbers, top: float) -> None:
    mesh = ax.pcolormesh(
        np.arange(HOURS + 1), np.arange(len(days) + 1), backlog, cmap="cividis_r", vmin=0.0, vmax=top or 1.0
    )
    names = (
        (hour, day, f"{days[day]}, from {hour} to {hour + 1} h: {number(THOUSAND * value)} parcels")
        for (day, hour), value in np.ndenumerate(backlog)
        if not np.isnan(value)
    )
    give_cells(ax, names)
    ax.set_title(title, fontsize=9)
    ax.set_yticks(np.arange(len(days)) + 0.5, list(days), fontsize=8.5)
    ax.set_xticks([0, 6, 12, 18, 24])
    ax.invert_yaxis()
    ax.set_xlabel("hour of the day", fontsize=8.5)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02)
    bar.set_label("backlog, thousand parcels\n(yellow: none)", fontsize=8.5)
    bar.ax.tick_params(labelsize=8.5)
