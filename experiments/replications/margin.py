"""How far the answer of a design is from changing: its threshold among demands around the one asked for.

Each of the run's first replications has a threshold of its own, by bisection that starts at the demand
asked for, where its KPIs are known. A demand is carried by the page's measure: enough parcels on time, and
no growing backlog. Of the demand asked for the run's own verdict says whether the backlog grows; of others
their run alone, without longer ones, and where it does not show it, the backlog sets no threshold. The
demands lie within `margin.reach` of the one asked for, so that the cost is bounded. Their KPIs are kept
apart from the run's, and change none.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from experiments.arguments import Arguments
from experiments.designs.design import Design, DesignKeys, Margin, MarginKeys, at_demand, demand_label
from experiments.replications.crossing import Crossing, crossing, most_flights
from experiments.replications.stability import Stability, Values, judged
from experiments.report.margin import Threshold
from experiments.report.verdicts import carries
from experiments.store.summaries import MarginRow
from experiments.store.tables import Key
from sim.config import ArrivalModel, HubConfig
from sim.config.bounds import DAYS_PER_WEEK

_STEP: Final = 0.25
"""Of the reach: the first step from the demand asked for (assumption)."""
Margins = Mapping[str, tuple[Threshold, ...]]
"""Thresholds of the first replications, by the design's label."""


def _why_impossible(design: Design) -> str:
    """Why other demands say nothing of a design; empty if they do."""
    if design.hub.arrivals.model is ArrivalModel.FILE:
        return "its flights come from a file, and follow no demand"
    if design.hub.horizon_days < DAYS_PER_WEEK:
        return f"it takes at least horizon_days={DAYS_PER_WEEK}"
    return ""


def margin_notes(arguments: Arguments, designs: Sequence[Design], study: MarginKeys) -> list[str]:
    """Of designs without a margin: why there is none, or the command that computes it."""
    reasons = {design.label: _why_impossible(design) for design in designs}
    lines = []
    for why in dict.fromkeys(why for why in reasons.values() if why):
        labels = [label for label in reasons if reasons[label] == why]
        subject = "" if len(labels) == len(designs) else f" of {', '.join(labels)}"
        lines.append(f"How far the answer{subject} is from changing is not shown: {why}")
    if len(designs) <= study.margin.designs or all(reasons.values()):
        return lines
    words = [word for word in arguments.words if word.partition("=")[0].partition(".")[0] != "margin"]
    command = replace(arguments, words=(*words, "margin=near", f"margin.designs={len(designs)}")).command
    return [*lines, f"How far the answer is from changing was not computed. This command computes it: {command}"]


class Walk:
    """One replication of a design, on its way to its threshold. Goes on as its answers come in."""

    def __init__(self, design: Design, number: int, margin: Margin, stability: Stability) -> None:
        self.design = design
        self._number = number
        self._is_growing = stability.is_unstable
        asked, tolerance = design.hub.demand.flights_per_day, margin.tolerance
        self._search = crossing(
            asked,
            step=tolerance * math.ceil(_STEP * margin.reach * asked / tolerance),
            tolerance=tolerance,
            limit=min(round(asked * (1 + margin.reach), 4), most_flights(design.hub)),
            floor=round(asked * (1 - margin.reach), 4),
        )
        self._at = self._start = next(self._search)
        self._end: Crossing | None = None

    def key(self) -> Key:
        """What the demand that is asked about now is kept under: the first as the run's own."""
        label = self.design.label
        return label if self._at == self._start else demand_label(label, self._at), self._number

    def missing(self, kpis: Mapping[Key, Values]) -> tuple[Key, tuple[HubConfig, int]] | None:
        """What has to be simulated next, and its key; None if the threshold is known."""
        while self._end is None:
            if self.key() not in kpis:
                return self.key(), (at_demand(self.design.hub, self._at), self._number)
            try:
                self._at = self._search.send(self._is_carried(kpis[self.key()]))
            except StopIteration as end:
                self._end = end.value
        return None

    def _is_carried(self, kpis: Values) -> bool:
        is_growing = (
            self._is_growing if self._at == self._start else judged([kpis], self.design.hub.horizon_days).is_unstable
        )
        return carries(kpis["on_time_share"], is_unstable=is_growing)

    def threshold(self) -> Threshold:
        assert self._end is not None
        return Threshold(self._end.yes, math.nan if self._end.no is None else self._end.no)


def walks_of(designs: Sequence[Design], n: int, study: DesignKeys, stability: Mapping[str, Stability]) -> list[Walk]:
    """One of each of the first replications of each design that has a margin."""
    if not isinstance(study, MarginKeys) or len(designs) > study.margin.designs:
        return []
    return [
        Walk(design, number, study.margin, stability[design.label])
        for design in designs
        if not _why_impossible(design)
        for number in range(min(n, study.margin.replications))
    ]


def thresholds_of(walks: Sequence[Walk]) -> dict[str, tuple[Threshold, ...]]:
    """By label, of walks that have ended."""
    labels = dict.fromkeys(walk.design.label for walk in walks)
    return {label: tuple(walk.threshold() for walk in walks if walk.design.label == label) for label in labels}


def margin_rows(margins: Margins) -> list[MarginRow]:
    return [
        MarginRow(label, number, threshold.carried, threshold.not_carried)
        for label, thresholds in margins.items()
        for number, threshold in enumerate(thresholds)
    ]
