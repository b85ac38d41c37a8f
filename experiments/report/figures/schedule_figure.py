"""The picture of a schedule: flights of a mean week by weekday and hour."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from experiments.formatting import short
from experiments.report import style
from experiments.report.marks import draw_cells
from experiments.report.style import Figure
from experiments.statistics.calendar_indices import WEEKDAYS
from sim.config.bounds import HOURS
from sim.units import Counts, Numbers


@dataclass(frozen=True, slots=True)
class WeekPattern:
    """Flights counted by their scheduled time."""

    title: str
    first: dt.date
    last: dt.date
    counts: Counts
    """Flights (weekday from Monday, hour of the clock), of all replications."""
    replications: int = 1

    @property
    def days(self) -> Counts:
        """How often the range has each weekday, from Monday."""
        n_after = (np.arange(len(WEEKDAYS)) - self.first.weekday()) % len(WEEKDAYS)
        return ((self.last - self.first).days - n_after) // len(WEEKDAYS) + 1

    @property
    def a_week(self) -> Numbers:
        """Flights a week (weekday, hour): of a weekday, over how often the range has it."""
        return self.counts / np.maximum(1, self.days)[:, None] / self.replications


def figure(result: WeekPattern) -> Figure:
    """A cell for each weekday and hour, darker for more flights; cells with flights show their number."""
    drawing, ax = style.panel(3.6, 10)
    a_week = result.a_week
    texts = np.where(result.counts > 0, np.vectorize(short)(a_week, 2), "")
    hours = [f"{hour:02}" for hour in range(HOURS)]
    draw_cells(ax, a_week, texts, WEEKDAYS, hours, size=7, ends=(0.0, max(float(a_week.max()), 1e-9)))
    ax.set_xlabel("hour of scheduled in-block")
    unit = "flights a week" if result.days.max() > 1 else "flights"
    unit += " and replication" if result.replications > 1 else ""
    ax.set_title(f"{result.title}: {unit}, {result.first} to {result.last}")
    return drawing
