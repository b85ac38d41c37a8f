"""The threshold of one replication of a scenario: the demands to simulate, and what they show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final, Self

from experiments.designs.design import Design, at_demand, demand_label
from experiments.designs.what_if import what_ifs
from experiments.frame.study import Kpis
from experiments.replications.crossing import Crossing, most_flights
from experiments.replications.replicating import Task
from experiments.replications.stability import judged, longer_hubs, longer_label
from experiments.replications.work import evaluate, grow
from experiments.store.tables import Key
from experiments.studies.capacity.bracket import Bracketing, Shown
from sim.config import HubConfig
from sim.measures.ladder import capacity_ladder
from sim.reading import Bounds

_FIRST: Final = 1.02
"""Of the lowest rung: where a search starts; most halls sustain a little less, so that resources are compared there."""
_STEP: Final = 0.1
"""Of the lowest rung: the first step of the first replication, where its run does not show how far the threshold is."""
_STEP_OF_OTHERS: Final = 0.03
"""Likewise of the others, which start at the threshold of the first (assumption)."""
Group = tuple[str, ...]
"""Resources that get ten per cent more together."""


@dataclass(frozen=True, slots=True)
class Sustained:
    """What counts as sustained, and how closely the threshold is looked for [flights/d]."""

    target: Annotated[float, Bounds(gt=0, le=1)]
    tolerance: Annotated[float, Bounds(ge=0.001, le=50)]
    binding: bool
    """Whether the bottleneck is looked for, which takes about as many simulations as the threshold."""


class ThresholdSearch:
    """On its way to the highest demand that a replication sustains; goes on as its simulations come in."""

    def __init__(self, design: Design, number: int, asked: Sustained, others: list[Self]) -> None:
        """`others`: the searches of the design so far, to which this one is added."""
        self.design, self.number, self._asked = design, number, asked
        self.crossing: Crossing | None = None
        self._of_design = others
        self._of_design.append(self)
        self._resources = tuple(what_ifs(design.hub))
        """That the hub has."""
        self._shown: dict[float, Shown] = {}
        self.by_share: Crossing | None = None
        """As far as the share on time says; all replications together judge the backlog at the demand sustained."""
        self._limit = most_flights(design.hub)
        rung = min(capacity_ladder(design.hub, {}).values()) / design.hub.mean_parcels_per_flight
        self.lowest = min(rung, self._limit)
        """The same for all replications: those of a scenario stay in order, the first before those that wait for it."""
        self._bracketing = self._from(_FIRST * self.lowest, _STEP) if self.first is None else None

    @property
    def first(self) -> Self | None:
        """The first replication, where this is another."""
        return None if self._of_design[0] is self else self._of_design[0]

    def _from(self, start: float, step: float) -> Bracketing:
        asked, hub = self._asked, self.design.hub
        step = max(step * self.lowest, asked.tolerance)
        late = 1 - asked.target
        return Bracketing(start, step, asked.tolerance, self._limit, late, hub.warmup_days, hub.horizon_days)

    def for_threshold(self, kpis: Kpis) -> list[Task]:
        """What has to be simulated next until the threshold is known; nothing while it waits for other replications.

        The others begin where the first ends: theirs are near, so that most are found by two or three demands.
        """
        if self._bracketing is None:
            assert self.first is not None
            if self.first.by_share is None:
                return []
            start = max(self.first.by_share.yes, self._asked.tolerance)
            self._bracketing = self._from(start, _STEP_OF_OTHERS)
        while self.crossing is None:
            at, (yes, _) = self._bracketing.after(self._shown), self._bracketing.ends(self._shown)
            is_found = isinstance(at, Crossing)
            if isinstance(at, Crossing) and self.by_share is None:
                self.by_share = at
            if yes > 0 and (is_found or self._is_of_backlog) and (tasks := self._undecided(yes, kpis)) is not None:
                return tasks
            if yes > 0 and self.growth(yes, kpis):
                self._shown[yes] = replace(self._shown[yes], is_sustained=False)
            elif isinstance(at, Crossing):
                self.crossing = at
            elif (key := self.key(at)) not in kpis:
                return [(key, evaluate, (at_demand(self.design.hub, at), self.number))]
            else:
                self._shown[at] = Shown(not self._reason(at, kpis), 1 - on_time(kpis[key]))
        return []

    @property
    def _is_of_backlog(self) -> bool:
        """Whether a demand was met that is on time but not sustained: from then on each one's backlog is judged."""
        late = 1 - self._asked.target
        return any(run.late <= late and not run.is_sustained for run in self._shown.values())

    def _undecided(self, flights: float, kpis: Kpis) -> list[Task] | None:
        """The longer run that shows whether the backlog grows at a demand, where nothing else does; None: none is left.

        One week of one replication seldom shows it, that of all replications at their own demands more often: longer
        runs are made only where that does not, of one replication after the other, the shortest first.
        """
        if self.growth(flights, kpis) is not None:
            return None
        if self._is_of_all(flights) and any(search.by_share is None for search in self._of_design):
            return []
        tasks = self.longer(flights, kpis)
        if tasks and self._is_of_all(flights):
            found = [(search, search.by_share) for search in self._of_design]
            n_left = [len(search.longer(at.yes, kpis)) if at is not None else 0 for search, at in found]
            return tasks[:1] if n_left.index(max(n_left)) == self.number else []
        return tasks[:1] or None

    def longer(self, flights: float, kpis: Kpis) -> list[Task]:
        """The longer runs that may still be made where nothing shows whether the backlog grows."""
        if flights == 0 or self.growth(flights, kpis) is not None:
            return []
        return [(key, grow, (config, self.number)) for key, config in self.runs(flights) if key not in kpis]

    def _is_of_all(self, flights: float) -> bool:
        """Whether it is the demand whose backlog all replications judge together."""
        return self.by_share is not None and flights == self.by_share.yes

    def runs(self, flights: float) -> Iterator[tuple[Key, HubConfig]]:
        """The run at a demand, and the longer ones that may be made for the verdict on its backlog."""
        config = at_demand(self.design.hub, flights)
        label, number = self.key(flights)
        yield (label, number), config
        for hub in longer_hubs(config):
            yield (longer_label(label, hub.horizon_days), number), hub

    def growth(self, flights: float, kpis: Kpis) -> bool | None:
        """Whether the backlog grows, by the longest run that is there, or by all replications; None: undecided."""
        verdicts = [judged([kpis[key]], hub.horizon_days) for key, hub in self.runs(flights) if key in kpis]
        verdict = verdicts[-1].is_unstable
        return False if verdict is None and self._is_of_all(flights) and self._is_level(kpis) else verdict

    def _is_level(self, kpis: Kpis) -> bool:
        """Whether the longest runs of all replications, each at its demand, show together that no backlog grows."""
        found = [(search, search.by_share.yes) for search in self._of_design if search.by_share is not None]
        runs = [[kpis[key] for key, _ in search.runs(at) if key in kpis] for search, at in found if at > 0]
        is_level = judged([of_search[-1] for of_search in runs], self.design.hub.horizon_days).is_unstable is False
        return is_level and len(found) == len(self._of_design)

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

    def key(self, flights: float, group: Group = ()) -> Key:
        more = f", +10 % {' + '.join(group)}" if group else ""
        return f"{demand_label(self.design.label, flights)}{more}", self.number


def on_time(kpis: Mapping[str, float]) -> float:
    """The share on time, or of exports that are kept up with where that is lower.

    Whether exports are on time hangs on how often flights leave to their destination: fewer flights would be worse.
    """
    return min(kpis["on_time_share"], kpis["exports_kept_up_share"])
