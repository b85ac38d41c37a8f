"""The threshold of one replication of a scenario: the demands to simulate, and their results."""

from dataclasses import dataclass, replace
from typing import Annotated, Final, Self

from experiments.designs.design import Design
from experiments.designs.varying import demand_label
from experiments.designs.what_if import resources_of
from experiments.frame.study import Kpis
from experiments.replications.crossing import Crossing, most_flights, rounded
from experiments.replications.replicating import Task
from experiments.replications.stability import judged, longer_hubs, longer_label
from experiments.replications.work import evaluate, grow
from experiments.statistics.criterion import is_carried, ladder_limit, least_share
from experiments.store.tables import Key
from experiments.studies.capacity.bracket import Bracketing, Shown
from sim.inputs.traffic import at_demand, measured_parcels_per_asked_flight, parcels_per_asked_flight
from sim.measures.weekly_lows import GROWTH_KPIS
from sim.reading import Bounds

_FIRST: Final = 1.02
"""Start of a search, over what the ladder lets the hub carry: most halls carry a little less, so resources can be
compared there."""
_STEP: Final = 0.1
"""First step of the first replication, over the same, if its run does not show how far the threshold is."""
_STEP_OF_OTHERS: Final = 0.03
"""First step of the other replications, which start at the threshold of the first (assumption)."""
Group = tuple[str, ...]
"""Resources that get ten per cent more together."""


@dataclass(frozen=True, slots=True)
class Sustained:
    """When a demand counts as carried, and the tolerance of the threshold [flights/d]."""

    target: Annotated[float, Bounds(gt=0, le=1)]
    tolerance: Annotated[float, Bounds(ge=0.001, le=50)]
    binding: bool
    """Whether to find the bottleneck, which needs about as many simulations as the threshold."""


class ThresholdSearch:
    """The search for the highest demand that a replication carries, continued as its simulations finish."""

    def __init__(
        self, design: Design, number: int, settings: Sustained, others: list[Self], *, has_longer: bool = True
    ) -> None:
        """`others`: the previous searches of the design, to which this one is added.

        `has_longer`: a longer run is made where the runs do not show whether the backlog grows.
        """
        self.design, self.number, self._settings, self._has_longer = design, number, settings, has_longer
        self.crossing: Crossing | None = None
        self._of_design = others
        self._of_design.append(self)
        self._resources = tuple(resources_of(design.hub))
        self._shown: dict[float, Shown] = {}
        self.is_growing: bool | None = None
        """Whether the backlog grows at the demand carried, by all replications together; None: undecided."""
        self._limit = most_flights(design.hub)
        rung = ladder_limit(design.hub, settings.target) / parcels_per_asked_flight(design.hub)
        self.lowest = min(rung, self._limit)
        """What the ladder lets the hub carry, as flights of a mean month and week; the same for all replications."""
        self._bracketing = self._from(_FIRST * self.lowest, _STEP) if self.first is None else None

    @property
    def target(self) -> float:
        """The share on time at which a demand is carried."""
        return self._settings.target

    @property
    def most_by_ladder(self) -> float:
        """What the ladder lets the hub carry in the measured days, as flights a day asked."""
        hub = self.design.hub
        return min(ladder_limit(hub, self.target) / measured_parcels_per_asked_flight(hub), self._limit)

    @property
    def first(self) -> Self | None:
        """The search of the first replication, if this is another one."""
        return None if self._of_design[0] is self else self._of_design[0]

    def _from(self, start: float, step: float) -> Bracketing:
        settings, hub = self._settings, self.design.hub
        apart, late = 2 * settings.tolerance, 1 - settings.target
        step = max(step * self.lowest, apart)
        return Bracketing(start, step, apart, self._limit, late, hub.warmup_days, hub.horizon_days)

    @property
    def threshold(self) -> float:
        """The middle of the crossing's two demands; the lower one if nothing or everything is carried."""
        assert self.crossing is not None
        yes, no = self.crossing.yes, self.crossing.no
        return yes if no is None or yes == 0 else rounded((yes + no) / 2)

    def for_threshold(self, kpis: Kpis) -> list[Task]:
        """Simulations needed next until the threshold is known; none while the search waits for other replications.

        Other replications begin at the threshold of the first. Theirs are near, so most need two or three demands.
        """
        if self._bracketing is None:
            assert self.first is not None
            if self.first.crossing is None:
                return []
            self._bracketing = self._from(max(self.first.threshold, self._settings.tolerance), _STEP_OF_OTHERS)
        while self.crossing is None:
            at = self._bracketing.after(self._shown)
            if isinstance(at, Crossing):
                self.crossing = at
            elif (key := self.key(at)) not in kpis:
                return [(key, evaluate, (at_demand(self.design.hub, at), self.number))]
            else:
                is_enough = is_carried(kpis[key], is_unstable=None, least=self._settings.target)
                self._shown[at] = Shown(is_enough, 1 - least_share(kpis[key]))
        return self._for_backlog(kpis)

    def _for_backlog(self, kpis: Kpis) -> list[Task]:
        """The longer run that shows whether the backlog grows at the demands carried, if existing runs do not.

        All replications decide together. Only the replication whose backlog grows most is run longer. If the backlog
        grows, none of these demands is carried, and all searches continue below.
        """
        bounded = [search for search in self._of_design if search.carried > 0]
        if not bounded or any(search.crossing is None for search in self._of_design):
            return []
        longest, longer = {search.number: kpis[search.key(search.carried)] for search in bounded}, []
        most = max(bounded, key=lambda search: longest[search.number][GROWTH_KPIS[1]])
        longest_hubs = [*longer_hubs(at_demand(self.design.hub, most.carried))][-1:]
        for hub in longest_hubs if self._has_longer else ():
            key = longer_label(most.key(most.carried)[0], hub.horizon_days), most.number
            longest[most.number] = kpis.get(key, longest[most.number])
            longer = [(key, grow, (hub, most.number))] if key not in kpis else []
        is_growing = judged([*longest.values()], self.design.hub.horizon_days).is_unstable
        if is_growing is None and longer:
            return longer if most is self else []
        for search in bounded:
            search.is_growing = is_growing
            if is_growing:
                search.step_below()
        return self.for_threshold(kpis) if is_growing else []

    @property
    def carried(self) -> float:
        """The highest simulated demand that is carried; 0 if none is, or if it is not known."""
        return 0.0 if self.crossing is None else self.crossing.yes

    @property
    def not_carried(self) -> float | None:
        """The lowest simulated demand above it that is not carried; None if all are, or if it is not known."""
        return None if self.crossing is None else self.crossing.no

    def step_below(self) -> None:
        """Continue below the demand that seemed to be carried."""
        self._shown[self.carried] = replace(self._shown[self.carried], is_carried=False)
        self.crossing = None

    def reason(self, kpis: Kpis) -> str:
        """Why the demand just above the threshold is not carried, as in `Threshold.reason`; empty if all are."""
        if self.not_carried is None:
            return ""
        run = kpis[self.key(self.not_carried)]
        if least_share(run) >= self._settings.target:
            return "backlog"
        if run["on_time_share"] >= self._settings.target:
            return "exports"
        return "both" if judged([run], self.design.hub.horizon_days).is_unstable else "late"

    def key(self, flights: float, group: Group = ()) -> Key:
        more = f", +10 % {' + '.join(group)}" if group else ""
        return f"{demand_label(self.design.label, flights)}{more}", self.number
