"""A day of the hub: flights on stands, their ULDs at break-down stations, trucks at doors."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.grouping import lowest_free
from experiments.report import style
from experiments.report.marks import bar
from experiments.report.stored_designs import Frame, Window
from experiments.report.style import Axes, Figure
from sim.units import MIN_PER_DAY

_BAR: Final = 0.72
_LETTER_H: Final = 0.2
"""Width of a letter of a name; shorter bars than their name stay without it."""
_TRUCKS: Final = {0: "a timetabled truck", 1: "an extra truck"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A stay at one unit [h of the day]; `held`: work is done but the unit is not free; both limited to the day."""

    row: int
    start: float
    held: float
    end: float
    color: str
    name: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource; `n_rows`: the largest number of units in use at the same time."""

    title: str
    bars: tuple[Bar, ...]
    n_rows: int


@dataclass(frozen=True, slots=True)
class Day:
    title: str
    stands: Resource
    stations: Resource
    doors: Resource


def busiest(flights: Frame, window: Window) -> int:
    """The measured day, counted from the first midnight, with the most arriving parcels; the first of several."""
    cohort = flights[flights["is_cohort"]]
    first = round(window.low / MIN_PER_DAY)
    if cohort.empty:
        return first
    arrival = window.clock.locals(cohort["arrival"].to_numpy(dtype=float))
    days = (arrival // MIN_PER_DAY).astype(int) - first
    # Measured days are elapsed hours: their first and last hour may be of another local day.
    days += (days == -1).astype(int) - (days == window.n_days)
    return first + int(np.bincount(days, weights=cohort["n_parcels"].to_numpy(dtype=float)).argmax())


def of_run(tables: Mapping[str, Frame], label: str, window: Window, day: int | None = None) -> Day:
    """A day of a design's first replication; by default the busiest day."""
    flights, ulds, trucks = (
        tables[name][(tables[name]["scenario"] == label) & (tables[name]["replication"] == 0)]
        for name in ("flights", "ulds", "trucks")
    )
    return prepare(flights, ulds, trucks, window, busiest(flights, window) if day is None else day)


def prepare(flights: Frame, ulds: Frame, trucks: Frame, window: Window, day: int) -> Day:
    """Bars from the tables of one replication of one design; `day` counts from the first midnight.

    Hours are those after local midnight: on the day of a clock change the clocks differ from them afterwards.
    """
    low = float(window.clock.instants(np.array(day * MIN_PER_DAY, dtype=float)))
    date = window.start_date + dt.timedelta(days=day)
    numbers = flights["number"].tolist()
    colors = {number: style.PALETTE[at % (len(style.PALETTE) - 1)] for at, number in enumerate(sorted(numbers))}
    names = dict(zip(numbers, flights["key"].astype(str).tolist(), strict=True))
    stands = [
        (start, unloaded, end, colors[number], names[number])
        for number, start, unloaded, end in _rows(flights, low, "number", "aibt", "unloading_end", "aobt")
    ]
    stations = [
        (start, handled, end, colors[number], "")
        for number, start, handled, end in _rows(ulds, low, "flight", "start", "end", "released")
    ]
    docked = trucks[~trucks["is_cancelled"]]
    doors = [
        (start, end, end, style.PALETTE[0] if kind == 0 else style.PALETTE[1], "")
        for kind, start, end in _rows(docked, low, "kind", "docked", "departed")
    ]
    return Day(
        f"{window.day_name(day)}, {date}",
        _resource("Stands, by flight", stands, low),
        _resource("Break-down stations, by flight", stations, low),
        _resource("Outbound dock doors, by truck", doors, low),
    )


_Stay = tuple[float, float, float, str, str]


def _rows(table: Frame, low: float, what: str, start: str, *ends: str) -> Iterable[tuple[float, ...]]:
    """Stays that overlap the day from an instant on, with their arrival and end; one without end lasts for ever."""
    known = table.assign(**{ends[-1]: table[ends[-1]].fillna(np.inf)})
    of_day = known[(known[start] < low + MIN_PER_DAY) & (known[ends[-1]] > low)]
    return zip(*(of_day[name].tolist() for name in (what, start, *ends)), strict=True)


def _resource(title: str, stays: Sequence[_Stay], low: float) -> Resource:
    """Stays in rows, each in the lowest free row: tables do not record which unit it was."""
    high = low + MIN_PER_DAY
    of_day = sorted(stays, key=lambda stay: stay[0])
    rows = list(lowest_free((start, end) for start, _, end, *_ in of_day))
    bars = []
    for row, (start, held, end, color, name) in zip(rows, of_day, strict=True):
        hours = [(min(max(at, low), high) - low) / 60 for at in (start, end if np.isnan(held) else held, end)]
        bars.append(Bar(row, hours[0], hours[1], hours[2], color, name))
    return Resource(title, tuple(bars), max(rows, default=-1) + 1)


def draw(ax: Axes, result: Resource) -> None:
    from matplotlib.patheffects import AbstractPathEffect, withStroke

    around: list[AbstractPathEffect] = [
        withStroke(linewidth=2, foreground="white")
    ]  # a name is readable on dark and pale colours
    for stay in result.bars:
        bar(ax, stay.row, stay.start, stay.held, _BAR, stay.color)
        if stay.end > stay.held:
            bar(ax, stay.row, stay.held, stay.end, _BAR, stay.color, alpha=0.35)
        if stay.name and stay.end - stay.start >= _LETTER_H * len(stay.name):
            middle = (stay.start + stay.end) / 2
            name = ax.text(middle, stay.row, stay.name, ha="center", va="center", fontsize=7, clip_on=True)
            name.set_path_effects(around)
    step = max(1, -(-result.n_rows // 6))
    ax.set_yticks(range(0, result.n_rows, step), [str(row + 1) for row in range(0, result.n_rows, step)])
    ax.set(ylim=(max(1, result.n_rows) - 0.4, -0.6), xlim=(0, 24))
    ax.set_xticks(range(0, 25, 3))
    ax.set_title(result.title if result.bars else f"{result.title}: none that day")
    ax.grid(axis="x", color="0.92")
    ax.set_axisbelow(True)


def figure(result: Day) -> Figure:
    resources = (result.stands, result.stations, result.doors)
    heights = [0.75 + 0.2 * min(resource.n_rows, 8) + 0.1 * max(0, resource.n_rows - 8) for resource in resources]
    drawing = style.new_figure(sum(heights) + 0.5)
    axes = drawing.subplots(3, 1, sharex=True, gridspec_kw={"height_ratios": heights})
    for ax, resource in zip(axes, resources, strict=True):
        draw(ax, resource)
    axes[-1].set_xlabel(f"hours after midnight, {result.title}")
    for kind, label in _TRUCKS.items():
        axes[-1].barh([0], [0], color=style.PALETTE[kind], label=label)
    return style.legend_below(drawing, [axes[-1]])
