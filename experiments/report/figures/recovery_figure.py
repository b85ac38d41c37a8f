"""The backlog with disruptions and without them, with the same draws."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.interval_text import amount
from experiments.report import style
from experiments.report.stored_designs import Frame, NamedDesign, Window
from experiments.report.style import Axes, Figure
from experiments.statistics.interval import Values
from sim.measures.recovery import PATHS as ZONES
from sim.measures.window import nightly_kinds
from sim.units import MIN_PER_DAY

Days = NDArray[np.float64]
MOST_DESIGNS: Final = 6
_THOUSAND: Final = 1000
_TITLE: Final = 110
"""Largest length of a line of a title [letters]."""
_SHADES: Final = {
    "night curfew": (style.PALETTE[4], 0.2),
    "disruption": (style.PALETTE[5], 0.22),
    "drawn at random": (style.PALETTE[3], 0.5),
}
"""Colour and opacity of disruptions that last for a time."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """Mean backlog of a design over replications [thousand parcels], at `day` (B) [d]; `spells`: name, begin, end [d].

    If disruptions are drawn at random, only the first replication is shown, because each has different ones.
    """

    title: str
    day: Days
    disturbed: Days
    undisturbed: Days
    low: Days
    high: Days
    spells: tuple[tuple[str, float, float], ...]
    window: Window


def prepare(
    occupancy: Frame, disruptions: Frame, points: tuple[NamedDesign, ...], values: Values, window: Window
) -> tuple[Recovery, ...]:
    """Designs with disruptions, from the first measured day to the end of the run."""
    rows = occupancy[occupancy["zone"].isin(ZONES) & (occupancy["time"] > window.low)]
    first = rows["replication"].min()
    results = []
    for point in points:
        its = rows["scenario"] == point.label
        if not its.any():
            continue
        happened = disruptions[disruptions["scenario"] == point.label]
        is_drawn = bool(happened["is_drawn"].any())
        drawn = rows[its & (rows["replication"] == first)] if is_drawn else rows[its]
        mean = drawn.groupby(["zone", "time"], as_index=False)["inside"].mean()
        series = {zone: mean.loc[mean["zone"] == zone, "inside"].to_numpy(dtype=float) / _THOUSAND for zone in ZONES}
        day = mean.loc[mean["zone"] == ZONES[0], "time"].to_numpy(dtype=float) / MIN_PER_DAY
        spells = _spells(happened[happened["replication"] == first])
        says = ""
        if any(what == "disruption" for what, *_ in spells):
            kpis = values[point.label]
            says = f" – recovery {amount(kpis['recovery_h'])}"
            says += f", 90 % of the extra backlog gone after {amount(kpis['recovery_90_h'])}"
        says += " (picture: first replication)" if is_drawn else ""
        within = tuple(
            (what, max(begin, day[0]), min(end, day[-1]))
            for what, begin, end in spells
            if end > day[0] and begin < day[-1]
        )
        disturbed, undisturbed, low, high = (series[zone] for zone in ZONES)
        title = style.in_lines(point.title_line + says, _TITLE)
        results.append(Recovery(title, day, disturbed, undisturbed, low, high, within, window))
    return tuple(results)


def _spells(happened: Frame) -> list[tuple[str, float, float]]:
    """Disruptions with their begin and end [d]."""
    once = np.where(happened["kind"].isin(nightly_kinds()), "night curfew", "disruption")
    names = np.where(happened["is_drawn"], "drawn at random", once)
    spans = happened[["start", "end"]].to_numpy(dtype=float) / MIN_PER_DAY
    return [(str(name), begin, end) for name, (begin, end) in zip(names, spans.tolist(), strict=True)]


def draw(ax: Axes, result: Recovery) -> None:
    for what, low, high in result.spells:
        color, alpha = _SHADES[what]
        ax.axvspan(low, high, color=color, alpha=alpha, linewidth=0, label=what)
    ax.fill_between(result.day, result.low, result.high, color="0.87", linewidth=0, label="band without disruptions")
    ax.plot(result.day, result.undisturbed, color=style.PALETTE[0], linestyle="--", label="without disruptions")
    ax.plot(result.day, result.disturbed, color=style.PALETTE[1], label="with them")
    ax.set(xlim=(result.day[0], result.day[-1]), ylim=(0, None))
    ax.set_title(result.title, fontsize=9)
    ax.set_ylabel("thousand parcels")
    style.name_days(ax, result.window, int(np.ceil(result.day[-1])), 10)
    ax.grid(axis="y", color="0.92")


def figure(results: tuple[Recovery, ...]) -> Figure:
    return style.each_drawn(draw, results, 1, 2.3, 0.8)
