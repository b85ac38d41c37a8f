"""The week of the backlog: what has arrived and not left, by weekday and hour."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from experiments.report import style
from experiments.report.stored_designs import NamedDesign, Window
from sim.units import MIN_PER_DAY

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_MAPS: Final = 12
HOURS: Final = 24
DAYS: Final = 7
THOUSAND: Final = 1000


@dataclass(frozen=True, slots=True)
class Week:
    """Backlog [thousand parcels], (days, hours), mean over weeks and replications; NaN where nothing was measured."""

    title: str
    days: tuple[str, ...]
    backlog: NDArray[np.float64]
    low: float
    high: float


def prepare(occupancy: "pd.DataFrame", points: tuple[NamedDesign, ...], window: Window) -> tuple[Week, ...]:
    """A map for each of the first designs."""
    mine = occupancy[(occupancy["zone"] == "backlog") & window.closes(occupancy["time"])]
    first = round(window.low / MIN_PER_DAY)
    n_days = min(DAYS, window.n_days)
    weekday = window.start_date.weekday() if window.start_date is not None else 0
    # Monday first where whole weeks were measured; else the days as they came.
    shift = (weekday + first) % DAYS if n_days == DAYS and window.start_date is not None else 0
    names = [window.day_name(first + (row - shift) % DAYS) for row in range(n_days)]
    found = []
    for point in points[:MOST_MAPS]:
        of_point = mine[mine["scenario"] == point.label]
        # The end of an interval belongs to the hour that it closes.
        time = of_point["time"].to_numpy(dtype=np.float64) - window.low - 1e-6
        inside = of_point["inside"].to_numpy(dtype=np.float64) / THOUSAND
        day = (np.floor(time / MIN_PER_DAY).astype(np.int64) + shift) % DAYS
        hour = np.floor(time % MIN_PER_DAY / 60).astype(np.int64)
        total, count = np.zeros((2, DAYS, HOURS))
        np.add.at(total, (day, hour), inside)
        np.add.at(count, (day, hour), 1)
        backlog = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)[:n_days]
        known = backlog[~np.isnan(backlog)]
        high = float(known.max()) if known.size else 1.0
        found.append(Week(point.title, tuple(names), backlog, 0.0, high if high > 0 else 1.0))
    return tuple(found)


def draw(ax: "Axes", result: Week) -> None:
    mesh = ax.pcolormesh(
        np.arange(result.backlog.shape[1] + 1), np.arange(result.backlog.shape[0] + 1), result.backlog,
        cmap="cividis_r", vmin=result.low, vmax=result.high,
    )  # fmt: skip
    ax.set_title(result.title, fontsize=9)
    ax.set_yticks(np.arange(len(result.days)) + 0.5, list(result.days), fontsize=8.5)
    ax.set_xticks([0, 6, 12, 18, 24])
    ax.invert_yaxis()
    ax.set_xlabel("hour of the day", fontsize=8.5)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02)
    bar.set_label("thousand parcels", fontsize=8.5)
    bar.ax.tick_params(labelsize=8.5)


def figure(result: tuple[Week, ...]) -> "Figure":
    n_columns = min(2, len(result))
    n_rows = -(-len(result) // n_columns)
    drawing = style.new_figure(2.05 * n_rows)
    axes = list(drawing.subplots(n_rows, n_columns, squeeze=False).flat)
    for ax, week in zip(axes, result, strict=False):
        draw(ax, week)
    for ax in axes[len(result) :]:
        ax.remove()
    return drawing
