"""The searches of `cargohub capacity`: one a replication of a scenario, advanced together, round after round."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from experiments.designs.design import Design, at_demand
from experiments.designs.what_if import BLOCKED, NEVER_BLOCKS, with_more
from experiments.execution.progress import Left
from experiments.frame.study import Bench, Kpis
from experiments.replications.replicating import Task
from experiments.replications.work import evaluate
from experiments.report.bottleneck import rungs as by_rung
from experiments.report.sections import said
from experiments.studies.capacity.threshold import Group, Sustained, ThresholdSearch, on_time
from sim.measures.ladder import capacity_ladder

_WORTHWHILE: Final = 0.25
"""Of the best lift in the first replication: what lifts less is not simulated in the others (assumption)."""
_ABOVE: Final = 1.05
"""Times the lowest demand that is not sustained: where the bottleneck is looked for (assumption)."""
_ALMOST: Final = 1.02, 1.1
"""Likewise a demand that was simulated and is not sustained serves as well (assumption)."""
_NARROW: Final = 1.2
"""Times the demand there: resources whose rung is higher get more together (assumption)."""
_LEAST: Final = 0.02
"""Hours a day, about a minute, that count as none: who waits no longer gains nothing by more (assumption)."""
_LIFTS: Final = 5
"""About so many simulations show what lifts the first replication."""


class Search(ThresholdSearch):
    """One replication of a scenario: its threshold, then what lifts it."""

    def missing(self, kpis: Kpis) -> list[Task]:
        """What has to be simulated next; nothing while it waits for the first replication, or for all."""
        if tasks := self.for_threshold(kpis):
            return tasks
        if self.crossing is None or not self._asked.binding:
            return []
        if self.crossing.no is not None and self.key(self.above) not in kpis:
            return [(self.key(self.above), evaluate, (at_demand(self.design.hub, self.above), self.number))]
        return [
            (key, evaluate, (with_more(at_demand(self.design.hub, self.above), group), self.number))
            for group in self.lifting(kpis)
            if (key := self.key(self.above, group)) not in kpis
        ]

    @property
    def above(self) -> float:
        """A demand slightly above the threshold, at which resources are compared: one that was simulated, if any is."""
        assert self.crossing is not None and self.crossing.no is not None
        no = self.crossing.no
        aim, (low, high) = min(round(_ABOVE * no, 4), self._limit), _ALMOST
        near = [at for at, run in self._shown.items() if not run.is_sustained and low * no <= at <= high * no]
        return min(near, key=lambda at: (abs(at - aim), at), default=aim)

    def lifting(self, kpis: Kpis) -> list[Group]:
        """The resources to simulate just above the threshold with more of them, as far as is known by now.

        In the first replication each with a low rung, and all others together; where these lift as much as counts, each
        half of them, and so on. In the other replications those that are worth it.
        """
        if self.crossing is None or self.crossing.no is None:
            return []
        before = kpis[self.key(self.above)]
        waited_for = [name for name in self._resources if blocked_h(name, before) is not None]
        if self.first is not None:
            worthwhile = self.first.worthwhile(kpis)
            return [(name,) for name in waited_for if name in worthwhile]
        hub = at_demand(self.design.hub, self.above)
        rungs, parcels_per_day = dict(by_rung(capacity_ladder(hub, before))), self.above * hub.mean_parcels_per_flight
        waited_for.sort(key=lambda name: rungs.get(name, math.inf))
        n_narrow = sum(rungs.get(name, math.inf) <= _NARROW * parcels_per_day for name in waited_for)
        groups: list[Group] = [(name,) for name in waited_for[:n_narrow]]
        together = [tuple(waited_for[n_narrow:])] if waited_for[n_narrow:] else []
        while together:
            groups += together
            if any(self._lift_of(group, kpis) is None for group in groups):
                break
            best = max([self._lift_of(group, kpis) or 0.0 for group in groups if len(group) == 1], default=0.0)
            split = [group for group in together if len(group) > 1 and self._counts(group, best, kpis)]
            together = [half for group in split for half in (group[: len(group) // 2], group[len(group) // 2 :])]
        return groups

    def _counts(self, group: Group, best: float, kpis: Kpis) -> bool:
        lift = self._lift_of(group, kpis)
        return lift is not None and lift > 0 and lift >= _WORTHWHILE * best

    def worthwhile(self, kpis: Kpis) -> list[str]:
        """The resources that are worth simulating in other replications; none before all are simulated in this."""
        if self.missing(kpis):
            return []
        lifts = {group: self._lift_of(group, kpis) or 0.0 for group in self.lifting(kpis)}
        best = max(lifts.values(), default=0.0)
        return [name for (name, *more), lift in lifts.items() if not more and best > 0 and lift >= _WORTHWHILE * best]

    def together(self, resource: str, kpis: Kpis) -> Group:
        """The resources in the smallest simulation with more of this one; empty if there was none."""
        if self.crossing is None or self.crossing.no is None:
            return ()
        groups = [group for group in self.lifting(kpis) if resource in group and self.key(self.above, group) in kpis]
        return min(groups, key=len, default=())

    def lift(self, resource: str, kpis: Kpis) -> float | None:
        """What more of the resource adds to the share on time; None if that was not simulated."""
        if self.crossing is None or self.crossing.no is None:
            return None
        if blocked_h(resource, kpis[self.key(self.above)]) is None:
            return 0.0
        group = self.together(resource, kpis)
        return self._lift_of(group, kpis) if group else None

    def _lift_of(self, group: Group, kpis: Kpis) -> float | None:
        after = kpis.get(self.key(self.above, group))
        return None if after is None else on_time(after) - on_time(kpis[self.key(self.above)])

    def left(self, kpis: Kpis) -> int:
        """About how many simulations are still to come."""
        if self.crossing is None:
            first_left = 4 if self.first is None else 3
            lifts = (_LIFTS if self.first is None else 2) if self._asked.binding else 0
            return max(1, first_left - len(self._shown)) + lifts
        return len(self.missing(kpis))


def searches_of(design: Design, replications: int, asked: Sustained) -> list[Search]:
    searches: list[Search] = []
    return [Search(design, number, asked, searches) for number in range(replications)]


def blocked_h(resource: str, kpis: Mapping[str, float]) -> float | None:
    """Hours a day for which others waited for the resource; NaN if no KPI says so, None if there were none."""
    if resource in NEVER_BLOCKS:
        return None
    name = BLOCKED[resource]
    if name is None:
        return math.nan
    return kpis[name] if kpis[name] > _LEAST else None


def asked(searches: Sequence[Search], kpis: Kpis) -> list[Task]:
    """What all of them ask for."""
    return [task for search in searches for task in search.missing(kpis)]


def simulate_all(bench: Bench, searches: Sequence[Search]) -> Kpis:
    """Round after round: every search asks, all are answered."""
    # The longest first, so that no core waits at the end of a round; bits do not depend on it.
    by_size = sorted(searches, key=lambda each: -each.lowest * each.design.hub.mean_parcels_per_flight)

    def line(kpis: Kpis, left: Left) -> str:
        n_found = sum(search.crossing is not None for search in searches)
        time = left(sum(search.left(kpis) for search in searches))
        return said("thresholds_found", n_found=n_found, n=len(searches), n_done=len(kpis), time=time)

    kpis = bench.answered([], line)
    left = sum(search.left(kpis) for search in searches)
    days = searches[0].design.hub.days
    if asked(searches, kpis):
        bench.say(said("capacity_begins", n=len(searches), left=left, days=days))
    # The last of a design that finds its threshold is what others have waited for: where nobody asks, all look again.
    while tasks := asked(by_size, kpis) or asked(by_size, kpis):
        kpis = bench.answered(tasks, line)
    return kpis
