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
from experiments.designs.design import Design, DesignKeys, Margin, at_demand, demand_label
from experiments.replications.crossing import Bisection, most_flights
from experiments.replications.stability import Stability, Values, judged
from experiments.report.sections import said
from experiments.report.verdicts import carries
from experiments.store.summaries import MarginRow
from experiments.store.tables import Key
from sim.config import ArrivalModel, HubConfig
from sim.config.bounds import DAYS_PER_WEEK

_STEP: Final = 0.25
"""Of the reach: the first step from the demand asked for (assumption)."""


def _why_impossible(design: Design) -> str:
    """Why other demands say nothing of a design; empty if they do."""
    if design.hub.arrivals.model is ArrivalModel.FILE:
        return "its flights come from a file, and follow no demand"
    if design.hub.horizon_days < DAYS_PER_WEEK:
        return f"it takes at least horizon_days={DAYS_PER_WEEK}"
    return ""


def margin_notes(arguments: Arguments, designs: Sequence[Design], margin: Margin) -> list[str]:
    """Of designs without a margin: why there is none, or the command that computes it."""
    reasons = {design.label: _why_impossible(design) for design in designs}
    lines = []
    for why in dict.fromkeys(why for why in reasons.values() if why):
        labels = [label for label in reasons if reasons[label] == why]
        subject = "" if len(labels) == len(designs) else f" of {', '.join(labels)}"
        lines.append(f"How far the answer{subject} is from changing is not shown: {why}")
    if len(designs) <= margin.designs or all(reasons.values()):
        return lines
    words = [word for word in arguments.words if word.partition("=")[0].partition(".")[0] != "margin"]
    command = replace(arguments, words=(*words, "margin=near", f"margin.designs={len(designs)}")).command
    return [*lines, said("margin_not_computed", command=command)]


class Walk(Bisection):
    """One replication of a design, on its way to its threshold."""

    def __init__(self, design: Design, number: int, margin: Margin, stability: Stability) -> None:
        super().__init__(design, number)
        self._is_growing = stability.is_unstable
        asked, tolerance = design.hub.demand.flights_per_day, margin.tolerance
        self.begin(
            asked,
            step=tolerance * math.ceil(_STEP * margin.reach * asked / tolerance),
            tolerance=tolerance,
            limit=min(round(asked * (1 + margin.reach), 4), most_flights(design.hub)),
            floor=round(asked * (1 - margin.reach), 4),
        )
        self._start = self.at

    def key(self) -> Key:
        """What the demand that is asked about now is kept under: the first as the run's own."""
        label = self.design.label
        return label if self.at == self._start else demand_label(label, self.at), self.number

    def missing(self, kpis: Mapping[Key, Values]) -> tuple[Key, tuple[HubConfig, int]] | None:
        """What has to be simulated next, and its key; None if the threshold is known."""
        while self.crossing is None:
            if self.key() not in kpis:
                return self.key(), (at_demand(self.design.hub, self.at), self.number)
            self.answer(is_yes=self._is_carried(kpis[self.key()]))
        return None

    def _is_carried(self, kpis: Values) -> bool:
        is_growing = (
            self._is_growing if self.at == self._start else judged([kpis], self.design.hub.horizon_days).is_unstable
        )
        return carries(kpis["on_time_share"], is_unstable=is_growing)

    def threshold(self) -> MarginRow:
        assert self.crossing is not None
        no = math.nan if self.crossing.no is None else self.crossing.no
        return MarginRow(self.design.label, self.number, self.crossing.yes, no)


def walks_of(designs: Sequence[Design], n: int, study: DesignKeys, stability: Mapping[str, Stability]) -> list[Walk]:
    """One of each of the first replications of each design that has a margin."""
    margin = study.answers_margin
    if margin is None or len(designs) > margin.designs:
        return []
    return [
        Walk(design, number, margin, stability[design.label])
        for design in designs
        if not _why_impossible(design)
        for number in range(min(n, margin.replications))
    ]
