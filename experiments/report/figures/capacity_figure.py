"""The demand that each scenario carries, with its interval, and the capacity of each resource alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from experiments import formatting
from experiments.report import style
from experiments.report.marks import errorbar
from experiments.report.sentences import means_of
from experiments.report.style import Figure
from experiments.statistics import Interval

REACH: Final = 2.0
"""Rungs above this multiple of the largest threshold are left out."""
NEAR: Final = 0.005
"""Rungs nearer than this share of the axis share a name."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A scenario's threshold and its rungs, lowest first [flights a day]."""

    name: str
    flights: Interval
    rungs: tuple[tuple[str, float], ...]
    lowest: str
    """Name of the lowest rung, and of rungs at the same place."""


def prepare(values: Mapping[str, Interval], ladders: Mapping[str, Mapping[str, float]]) -> list[Threshold]:
    """Thresholds and rungs to draw; `values` and `ladders` by scenario, rungs lowest first [flights/d]."""
    reach = REACH * max((max(flights.mean, flights.high or 0.0) for flights in values.values()), default=0.0)
    thresholds = []
    for name, flights in values.items():
        rungs = [*ladders[name].items()]
        together = [formatting.resource(rung) for rung, rate in rungs if rate <= rungs[0][1] + NEAR * reach]
        shown = tuple((formatting.resource(rung), rate) for rung, rate in rungs if rate <= reach)
        thresholds.append(Threshold(name, flights, shown, ", ".join(together)))
    return thresholds


def figure(thresholds: Sequence[Threshold], target: float) -> Figure:
    """The figure; `target`: required on-time share."""
    drawn, ax = style.panel(1.4 + 0.8 * len(thresholds))
    for row, threshold in enumerate(thresholds):
        rates = [rate for _, rate in threshold.rungs]
        if rates:
            ax.scatter(rates, [row] * len(rates), marker="|", s=260, color=style.PALETTE[4],
                       label="a resource alone could handle")  # fmt: skip
        errorbar(ax, [threshold.flights], [row], fmt="o", color=style.PALETTE[1], capsize=4,
                 label=f"carried, {means_of(threshold.flights.n)}")  # fmt: skip
        mean = threshold.flights.mean
        style.note(ax, formatting.number(mean), (mean, row), (0, 9), ha="center")
    style.name_rows(ax, [threshold.name for threshold in thresholds])
    ax.set_xlim(left=0)
    for row, threshold in enumerate(thresholds):
        if threshold.rungs:  # its name is near the middle, where there is room
            rate = threshold.rungs[0][1]
            side = "left" if 2 * rate < ax.get_xlim()[1] else "right"
            style.note(ax, threshold.lowest, (rate, row), (0, -16), 8, ha=side, va="top", color=style.LIMIT)
    ax.set_xlabel(f"flights a day; carried: at least {formatting.share_text(target)} on time, backlog not growing")
    return style.legend_below(drawn, [ax])
