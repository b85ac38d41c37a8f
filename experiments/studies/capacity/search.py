"""The searches of `cargohub capacity`: one for each replication of a scenario, advanced together in rounds."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from experiments.designs.design import Design
from experiments.designs.what_if import BLOCKED, NEVER_BLOCKS, with_more
from experiments.execution.progress import Left
from experiments.formatting import counted, number, resource
from experiments.frame.study import Bench, Kpis
from experiments.replications.crossing import rounded
from experiments.replications.replicating import Task
from experiments.replications.work import evaluate
from experiments.report.bottleneck import by_ladder, rungs
from experiments.report.sections import sentence_of
from experiments.statistics.criterion import least_share, limit
from experiments.studies.capacity.threshold import Group, Sustained, ThresholdSearch
from sim.inputs.traffic import at_demand, measured_parcels, parcels_per_asked_flight
from sim.measures.ladder import capacity_ladder

_WORTHWHILE: Final = 0.25
"""Resources with less than this share of the best lift in the first replication are not simulated in the others
(assumption)."""
_NEARLY_ALL: Final = 0.9
"""Lift from which no other resource can have a much higher one, so none is simulated (assumption)."""
_NARROW: Final = 1.2
"""Resources whose rung is above this multiple of the demand get more units together (assumption)."""
_ABOVE: Final = 1.05, 1.1
"""Multiples of the lowest demand that is not carried (assumption). At the first, resources are compared. A simulated
demand up to the second is used instead if too many parcels are late there."""
_LEAST: Final = 0.02
"""Hours a day, about a minute, below which nothing waits: more of the resource then has no effect (assumption)."""
_LIFTS: Final = 3
"""Usual number of simulations for the lifts of the first replication."""


class Search(ThresholdSearch):
    """The search of one replication of a scenario: its threshold, then the resources that help."""

    def missing(self, kpis: Kpis) -> list[Task]:
        """Simulations needed next; none while the search waits for the first replication, or for all."""
        tasks = self.for_threshold(kpis)
        if self.not_carried is None or not self._settings.binding:
            return tasks
        hub = at_demand(self.design.hub, self.above)
        if self.key(self.above) not in kpis:
            return [*tasks, (self.key(self.above), evaluate, (hub, self.number))]
        return tasks + [
            (key, evaluate, (with_more(hub, group), self.number))
            for group in self.lifting(kpis)
            if (key := self.key(self.above, group)) not in kpis
        ]

    @property
    def above(self) -> float:
        """Demand at which resources are compared: the lowest above the threshold at which too many parcels are late."""
        assert self.not_carried is not None
        no, (aim, most) = self.not_carried, _ABOVE
        late = [at for at, run in self._shown.items() if run.late > 1 - self._settings.target and no <= at <= most * no]
        return min(late, default=min(rounded(aim * no), self._limit))

    def lifting(self, kpis: Kpis) -> list[Group]:
        """Resources to simulate with more units just above the threshold, as far as known.

        In the first replication, resources with low rungs get more one after the other, until one lifts nearly all. All
        others follow together; if they lift enough, each half of them follows, and so on. In other replications these
        are the worthwhile resources.
        """
        if self.not_carried is None:
            return []
        before = kpis[self.key(self.above)]
        waited_for = [name for name in self._resources if blocked_h(name, before) is not None]
        if self.first is not None:
            worthwhile = self.first.worthwhile(kpis)
            return [(name,) for name in waited_for if name in worthwhile]
        hub = at_demand(self.design.hub, self.above)
        limits = {name: limit(rung, self._settings.target) for name, rung in rungs(capacity_ladder(hub, before))}
        waited_for.sort(key=lambda name: limits.get(name, math.inf))
        parcels_per_day = measured_parcels(hub)
        n_narrow = sum(limits.get(name, math.inf) <= _NARROW * parcels_per_day for name in waited_for)
        waiting: list[Group] = [(name,) for name in waited_for[:n_narrow]]
        waiting += [tuple(waited_for[n_narrow:])] if waited_for[n_narrow:] else []
        groups, best = [], 0.0
        while waiting and best < _NEARLY_ALL:
            group = waiting.pop(0)
            groups.append(group)
            lift = self._lift_of(group, kpis)
            if lift is None:
                break
            if len(group) == 1:
                best = max(best, lift)
            elif lift > 0 and lift >= _WORTHWHILE * best:
                waiting += [group[: len(group) // 2], group[len(group) // 2 :]]
        return groups

    def worthwhile(self, kpis: Kpis) -> list[str]:
        """Resources worth simulating in other replications; empty before all are simulated in this one."""
        if self.not_carried is None or self.key(self.above) not in kpis:
            return []
        lifts = {group: self._lift_of(group, kpis) for group in self.lifting(kpis)}
        known = {group: lift for group, lift in lifts.items() if lift is not None}
        best = max(known.values(), default=0.0)
        if len(known) < len(lifts) or best <= 0:
            return []
        return [name for (name, *more), lift in known.items() if not more and lift >= _WORTHWHILE * best]

    def together(self, resource: str, kpis: Kpis) -> Group:
        """Resources in the smallest simulation with more of this one; empty without such a simulation."""
        if self.not_carried is None:
            return ()
        groups = [group for group in self.lifting(kpis) if resource in group and self.key(self.above, group) in kpis]
        return min(groups, key=len, default=())

    def lift(self, resource: str, kpis: Kpis) -> float | None:
        """Share of the late parcels that more of the resource makes on time; None if not simulated."""
        if self.not_carried is None:
            return None
        if blocked_h(resource, kpis[self.key(self.above)]) is None:
            return 0.0
        group = self.together(resource, kpis)
        return self._lift_of(group, kpis) if group else None

    def _lift_of(self, group: Group, kpis: Kpis) -> float | None:
        after, late = kpis.get(self.key(self.above, group)), 1 - least_share(kpis[self.key(self.above)])
        return None if after is None else 1 - (1 - least_share(after)) / late if late else 0.0

    def left(self, kpis: Kpis) -> int:
        """Approximate number of simulations still to come."""
        if self.crossing is None:
            first_left = 3 if self.first is None else 2
            lifts = (_LIFTS if self.first is None else 1) if self._settings.binding else 0
            return max(1, first_left - len(self._shown)) + lifts
        return len(self.missing(kpis))


def searches_of(design: Design, replications: int, settings: Sustained, *, has_longer: bool = True) -> list[Search]:
    """The searches of all replications; `has_longer`: as in `ThresholdSearch`."""
    searches: list[Search] = []
    return [Search(design, number, settings, searches, has_longer=has_longer) for number in range(replications)]


def blocked_h(resource: str, kpis: Mapping[str, float]) -> float | None:
    """Hours a day for which others waited for the resource; NaN if no KPI measures them, None if they did not wait."""
    if resource in NEVER_BLOCKS:
        return None
    name = BLOCKED[resource]
    if name is None:
        return math.nan
    return kpis[name] if kpis[name] > _LEAST else None


def missing(searches: Sequence[Search], kpis: Kpis) -> list[Task]:
    """Simulations that all of the searches need."""
    return [task for search in searches for task in search.missing(kpis)]


def simulate_all(bench: Bench, searches: Sequence[Search], titles: Mapping[str, str]) -> Kpis:
    """Rounds in which every search asks for simulations and all are answered; `titles` of the designs, by label."""
    # The longest are first, so that no core is idle at the end of a round; results do not depend on the order.
    by_size = sorted(searches, key=lambda each: -each.lowest * parcels_per_asked_flight(each.design.hub))

    def line(kpis: Kpis, left: Left) -> str:
        n_found = sum(search.crossing is not None for search in searches)
        time = left(sum(search.left(kpis) for search in searches))
        return sentence_of("thresholds_found", n_found=n_found, n=len(searches), n_done=len(kpis), time=time)

    kpis = bench.answered([], line)
    left = sum(search.left(kpis) for search in searches)
    days = searches[0].design.hub.days
    if missing(searches, kpis):
        for search in searches:
            if search.first is None and (name := by_ladder(capacity_ladder(search.design.hub, {}), search.target)):
                most, title = number(search.most_by_ladder), titles[search.design.label]
                bench.say(sentence_of("capacity_before", title=title, most=most, resource=resource(name)))
        bench.say(sentence_of("capacity_begins", n=len(searches), left=left, days=counted(days, "day")))
    # When the last search of a design finds its threshold, waiting searches continue, so all are asked again.
    while tasks := missing(by_size, kpis) or missing(by_size, kpis):
        kpis = bench.answered(tasks, line)
    return kpis
