"""The demand that each scenario carries, with its interval, and the capacity of each resource alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from experiments import formatting
from experiments.report import style
from experiments.report.bottleneck import by_ladder, rungs
from experiments.report.marks import errorbar
from experiments.report.sentences import means_of
from experiments.report.style import Figure
from experiments.statistics import Interval
from experiments.statistics.criterion import LEAST_ON_TIME
from sim.measures.ladder import Ladder

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
    at: float
    """Rung of the bottleneck by the ladder; NaN without a ladder [flights a day]."""
    bottleneck: str
    """Its name, and those of rungs at the same place."""


def prepare(
    values: Mapping[str, Interval], ladders: Mapping[str, Ladder], parcels: Sequence[float],
    target: float = LEAST_ON_TIME,
) -> list[Threshold]:  # fmt: skip
    """Thresholds and rungs to draw; `values` and `ladders` by scenario, `parcels` a flight asked."""
    reach = REACH * max((max(flights.mean, flights.high or 0.0) for flights in values.values()), default=0.0)
    thresholds = []
    for (name, flights), of_flight in zip(values.items(), parcels, strict=True):
        rates = {resource: rung.parcels_per_day / of_flight for resource, rung in rungs(ladders[name])}
        at = rates.get(by_ladder(ladders[name], target) or "", math.nan)
        together = [formatting.resource(resource) for resource, rate in rates.items() if abs(rate - at) <= NEAR * reach]
        shown = tuple((formatting.resource(resource), rate) for resource, rate in rates.items() if rate <= reach)
        thresholds.append(Threshold(name, flights, shown, at, ", ".join(together)))
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
        if threshold.at <= ax.get_xlim()[1]:  # its name is near the middle, where there is room
            side = "left" if 2 * threshold.at < ax.get_xlim()[1] else "right"
            style.note(ax, threshold.bottleneck, (threshold.at, row), (0, -16), 8, ha=side, va="top", color=style.LIMIT)
    ax.set_xlabel(f"flights a day; carried: at least {formatting.share_text(target)} on time, backlog not growing")
    return style.legend_below(drawn, [ax])
