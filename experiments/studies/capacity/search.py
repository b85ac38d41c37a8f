"""The searches of `cargohub capacity`: one a replication of a scenario, advanced together, round after round."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from experiments.designs.design import Design, at_demand, demand_label
from experiments.designs.what_if import BLOCKED, NEVER_BLOCKS, WhatIf, what_ifs
from experiments.execution.progress import Left
from experiments.frame.study import Bench, Kpis
from experiments.replications.crossing import Bisection, most_flights
from experiments.replications.replicating import Task
from experiments.replications.stability import judged, longer_hubs, longer_label
from experiments.replications.work import evaluate, grow
from experiments.report.sections import said
from experiments.store.tables import Key
from sim.config import HubConfig
from sim.measures.ladder import capacity_ladder
from sim.reading import Bounds

_FIRST: Final = 0.95
"""Of the lowest rung: where a search starts."""
_STEP: Final = 0.1
"""Of the lowest rung: its first step."""
_WORTHWHILE: Final = 0.1
"""Of the best lift in the first replication: what lifts less is not simulated in the others (assumption)."""
_ABOVE: Final = 1.05
"""Times the lowest demand that is not sustained: where the bottleneck is looked for (assumption)."""
_LEAST: Final = 0.02
"""Hours a day, about a minute, that count as none: who waits no longer gains nothing by more (assumption)."""


@dataclass(frozen=True, slots=True)
class Sustained:
    """What counts as sustained, and how closely the threshold is looked for [flights/d]."""

    target: Annotated[float, Bounds(gt=0, le=1)]
    tolerance: Annotated[float, Bounds(ge=0.001, le=50)]
    binding: bool
    """Whether the bottleneck is looked for, which takes about as many simulations as the threshold."""


class Search(Bisection):
    """One replication of a scenario: its threshold, then what lifts it."""

    def __init__(self, design: Design, number: int, asked: Sustained, first: "Search | None") -> None:
        super().__init__(design, number)
        self.first, self._asked = first, asked
        self._resources = tuple(what_ifs(design.hub))
        """That the hub has."""
        self._limit = most_flights(design.hub)
        self._is_begun = False
        if first is not None:
            self.first_asked: float = first.first_asked
            return
        lowest = min(capacity_ladder(design.hub, {}).values()) / design.hub.mean_parcels_per_flight
        lowest = min(lowest, self._limit)
        step = max(_STEP * lowest, asked.tolerance)
        self._begin(_FIRST * lowest, step)
        # The same for all replications: those of a scenario stay in order, the first before those that wait for it.
        self.first_asked = self.at

    def _begin(self, start: float, step: float) -> None:
        self.begin(start, step=step, tolerance=self._asked.tolerance, limit=self._limit)
        self._is_begun = True

    def missing(self, kpis: Kpis) -> list[Task]:
        """What has to be simulated next; nothing before the first replication has its threshold.

        That is where the others begin: theirs are near, so that most are found by two to four demands.
        """
        if not self._is_begun:
            assert self.first is not None
            if self.first.crossing is None:
                return []
            self._begin(max(self.first.crossing.yes, self._asked.tolerance), self._asked.tolerance)
        while self.crossing is None:
            if (key := self.key(self.at)) not in kpis:
                return [(key, evaluate, (at_demand(self.design.hub, self.at), self.number))]
            if (longer := self._longer(self.at, kpis)) is not None:
                return [longer]
            self.answer(is_yes=not self._reason(self.at, kpis))
        if not self._asked.binding:
            return []
        if self.crossing.no is not None and self.key(self.above) not in kpis:
            return [(self.key(self.above), evaluate, (at_demand(self.design.hub, self.above), self.number))]
        return [
            (key, evaluate, (what.hub, self.number))
            for what in self.lifting(kpis)
            if (key := self.key(self.above, what.resource)) not in kpis
        ]

    def _longer(self, flights: float, kpis: Kpis) -> Task | None:
        """The longer run that shows whether the backlog grows, where that alone is open; None if none is needed."""
        if on_time(kpis[self.key(flights)]) < self._asked.target:
            return None
        for key, config in self._runs(flights):
            if key not in kpis:
                return key, grow, (config, self.number)
            if judged([kpis[key]], config.horizon_days).is_unstable is not None:
                break
        return None

    def _runs(self, flights: float) -> Iterator[tuple[Key, HubConfig]]:
        """The run at a demand, and the longer ones that may be made for the verdict on its backlog."""
        config = at_demand(self.design.hub, flights)
        label, number = self.key(flights)
        yield (label, number), config
        for hub in longer_hubs(config):
            yield (longer_label(label, hub.horizon_days), number), hub

    def growth(self, flights: float, kpis: Kpis) -> bool | None:
        """Whether the backlog grows, by the longest run that is there; None: undecided."""
        verdicts = [judged([kpis[key]], hub.horizon_days) for key, hub in self._runs(flights) if key in kpis]
        return verdicts[-1].is_unstable

    def _reason(self, flights: float, kpis: Kpis) -> str:
        """Why this replication does not sustain the demand: late, backlog or both; empty if it does.

        A backlog of which nothing says that it grows sets no threshold.
        """
        is_late = on_time(kpis[self.key(flights)]) < self._asked.target
        is_growing = self.growth(flights, kpis)
        return "both" if is_late and is_growing else "late" if is_late else "backlog" if is_growing else ""

    def reason(self, kpis: Kpis) -> str:
        """Why the demand just above the threshold is not sustained; empty if there is none."""
        return (
            self._reason(self.crossing.no, kpis) if self.crossing is not None and self.crossing.no is not None else ""
        )

    @property
    def above(self) -> float:
        """A demand slightly above the threshold, at which resources are compared."""
        assert self.crossing is not None and self.crossing.no is not None
        return min(round(self.crossing.no * _ABOVE, 4), self._limit)

    def lifting(self, kpis: Kpis) -> list[WhatIf]:
        """The what-ifs to simulate just above the threshold, as far as is known by now."""
        if self.crossing is None or self.crossing.no is None:
            return []
        before = kpis[self.key(self.above)]
        worthwhile = list(self._resources) if self.first is None else self.first.worthwhile(kpis)
        whats = what_ifs(at_demand(self.design.hub, self.above))
        return [whats[name] for name in worthwhile if blocked_h(name, before) is not None]

    def worthwhile(self, kpis: Kpis) -> list[str]:
        """The resources that are worth simulating in other replications; none before all are simulated in this."""
        if self.missing(kpis):
            return []
        lifts = {name: lift for name in self._resources if (lift := self.lift(name, kpis)) is not None}
        best = max(lifts.values(), default=0.0)
        return [
            name for name in self._resources if name not in lifts or (best > 0 and lifts[name] >= _WORTHWHILE * best)
        ]

    def lift(self, resource: str, kpis: Kpis) -> float | None:
        """What more of the resource adds to the share on time; None if that was not simulated."""
        if self.crossing is None or self.crossing.no is None:
            return None
        before = kpis[self.key(self.above)]
        if blocked_h(resource, before) is None:
            return 0.0
        after = kpis.get(self.key(self.above, resource))
        return None if after is None else on_time(after) - on_time(before)

    def left(self, kpis: Kpis) -> int:
        """About how many simulations are still to come."""
        if self.crossing is None:
            return self.n_left + (len(self._resources) // 2 if self.first is None else 1)
        return len(self.missing(kpis))

    def key(self, flights: float, resource: str | None = None) -> Key:
        more = f", +10 % {resource}" if resource else ""
        return f"{demand_label(self.design.label, flights)}{more}", self.number


def searches_of(design: Design, replications: int, asked: Sustained) -> list[Search]:
    first = Search(design, 0, asked, None)
    return [first, *(Search(design, number, asked, first) for number in range(1, replications))]


def on_time(kpis: Mapping[str, float]) -> float:
    """The share on time, or of exports that are kept up with where that is lower.

    Whether exports are on time hangs on how often flights leave to their destination: fewer flights would be worse.
    """
    return min(kpis["on_time_share"], kpis["exports_kept_up_share"])


def blocked_h(resource: str, kpis: Mapping[str, float]) -> float | None:
    """Hours a day for which others waited for the resource; NaN if no KPI says so, None if there were none."""
    if resource in NEVER_BLOCKS:
        return None
    name = BLOCKED[resource]
    if name is None:
        return math.nan
    return kpis[name] if kpis[name] > _LEAST else None


def simulate_all(bench: Bench, searches: Sequence[Search]) -> Kpis:
    """Round after round: every search asks, all are answered."""
    # The longest first, so that no core waits at the end of a round; bits do not depend on it.
    by_size = sorted(searches, key=lambda each: -each.first_asked * each.design.hub.mean_parcels_per_flight)

    def line(kpis: Kpis, left: Left) -> str:
        n_found = sum(search.crossing is not None for search in searches)
        time = left(sum(search.left(kpis) for search in searches))
        return said("thresholds_found", n_found=n_found, n=len(searches), n_done=len(kpis), time=time)

    kpis = bench.answered([], line)
    left = sum(search.left(kpis) for search in searches)
    days = searches[0].design.hub.days
    if any(search.missing(kpis) for search in searches):
        bench.say(said("capacity_begins", n=len(searches), left=left, days=days))
    while tasks := [task for search in by_size for task in search.missing(kpis)]:
        kpis = bench.answered(tasks, line)
    return kpis
