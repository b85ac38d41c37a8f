"""A path in one future, by quarter: open phases, construction, demand, and when the next phase begins.

A quarter has the state at its middle. Demand is that of the growth path, with random deviations. The hub accepts
flights up to its slots and up to `accept_load` of the machines' rate. Slots of an opened phase are filled over
`ramp_months`, because customers do not all arrive on one day. Conditions of a permit apply from the opening of the
first phase that needs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.studies.expansion.curves import Curves, quarter_means
from experiments.studies.expansion.design import CAPACITY_USE, Expansion, Phase, month_of
from experiments.studies.expansion.hubs import LEARNED, State
from experiments.studies.expansion.tree import Draw, Leaf, ended
from sim.config.bounds import DAYS_PER_WEEK
from sim.errors import ConfigError
from sim.units import DAYS_PER_YEAR, MONTHS_PER_YEAR, Numbers

QUARTERS: Final = 4
MONTHS_PER_QUARTER: Final = 3
_WEEKS_PER_MONTH: Final = DAYS_PER_YEAR / DAYS_PER_WEEK / MONTHS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Opening:
    """A phase that is built: begin and end of its construction [months from the first year's beginning]."""

    phase: str
    begins: float
    opens: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """By quarter: the hub's number, and flights a day of demand, slots, and flights operated."""

    path: str
    limit_m2: float | None
    """Limit of the permit; None: the whole path."""
    hubs: NDArray[np.intp]
    wanted: Numbers
    slots: Numbers
    flights: Numbers
    openings: tuple[Opening, ...]
    conditions: tuple[tuple[int, str, str], ...]
    """Quarter from which a stage's result applies: (quarter, stage, result)."""
    is_whole: bool
    """Whether all results that rules watched had been simulated."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything that timelines share."""

    settings: Expansion
    curves: Curves
    weeks: Numbers
    """Indices of each quarter's weeks (4, 2)."""
    accepted: Numbers
    """Flights a day that each hub accepts (n_hubs)."""

    def label(self, state: State) -> str:
        """Label of the state's hub.

        Raises:
            ConfigError: no such state, which is possible in a configuration of unknown origin.
        """
        if state.name not in self.settings.states:
            raise ConfigError(f"expansion.states: no state {state.name!r}")
        return self.settings.states[state.name][0]

    def hub(self, state: State) -> int:
        return self.curves.labels[self.label(state)]

    def n_phases(self, path: str, limit: float | None) -> int:
        """Number of phases that fit the limit."""
        n = 0
        while State(path, limit, n + 1).name in self.settings.states:
            n += 1
        return n

    def weeks_of(self, line: Timeline) -> tuple[NDArray[np.intp], Numbers]:
        """The hub and the daily flights of each week of a timeline (Q, 2)."""
        by_week = line.flights[:, None] * np.tile(self.weeks, (self.settings.years, 1))
        return np.repeat(line.hubs[:, None], 2, axis=1), by_week


class Course:
    """The state of a path as its quarters pass. `leaf`: results of the stages that the path needs."""

    def __init__(self, world: World, path: str, leaf: Leaf, draw: Draw) -> None:
        self._world, self._path, self._leaf = world, path, leaf
        settings = world.settings
        self._phases: Sequence[tuple[str, Phase]] = list(settings.paths[path].phases.items())
        needs = settings.needs(phase for _, phase in self._phases)
        self._ended = {stage: ended(stage, leaf, draw, settings) for stage in needs}
        results = [settings.stages[stage].results[name] for stage in self._ended if (name := leaf[stage]) is not None]
        limits = [result.most_area_m2 for result in results if result.most_area_m2 is not None]
        self._limit = min(limits, default=None)
        self._n_phases = world.n_phases(path, self._limit)
        self._openings: list[Opening] = []
        self._n_open = 0
        self._conditions: list[tuple[int, str, str]] = []
        self._named: tuple[str, ...] = ()
        """Results with a condition that sets fields of the hub."""
        self._hubs: dict[tuple[int, bool, float, tuple[str, ...]], int] = {}
        """Numbers of the path's hubs: by phases open, whether one is being built, learning, and results.

        Each is looked up once: a study of 64 worlds passes through 17 million quarters.
        """
        self._watched: list[tuple[int, float, float]] = []
        self._is_whole = True

    def run(self, demand: Numbers) -> Timeline:
        """The timeline; `demand`: flights a day by year, in this future."""
        wanted = np.repeat(demand, QUARTERS)
        n = wanted.size
        hubs, slots, flights = np.zeros(n, dtype=np.intp), np.zeros(n), np.zeros(n)
        for quarter in range(n):
            self._begin(quarter)
            hubs[quarter] = self._hub(quarter)
            slots[quarter] = self._slots(quarter, int(hubs[quarter]))
            flights[quarter] = min(wanted[quarter], slots[quarter])
            self._watched.append((int(hubs[quarter]), flights[quarter], wanted[quarter] / slots[quarter]))
        done = tuple(opening for opening in self._openings if opening.begins < MONTHS_PER_QUARTER * n)
        conditions = tuple(self._conditions)
        return Timeline(self._path, self._limit, hubs, wanted, slots, flights, done, conditions, self._is_whole)

    def _begin(self, quarter: int) -> None:
        """Plan and open the phases due before the middle of the quarter."""
        middle = MONTHS_PER_QUARTER * (quarter + 0.5)
        while True:
            if len(self._openings) == self._n_open and not self._plan(quarter):
                return
            if self._openings[-1].opens > middle:
                return
            self._n_open += 1
            self._bind(quarter)

    def _plan(self, quarter: int) -> bool:
        """Set the date of the next phase, if it can have one."""
        if self._n_open >= self._n_phases:
            return False
        name, phase = self._phases[self._n_open]
        times = [time for stage in phase.needs if (time := self._ended[stage]) is not None]
        if len(times) < len(phase.needs):
            return False
        opened = self._openings[-1].opens if self._openings else 0.0
        may = max(month_of(phase.starts, self._world.settings.first_year), *times, opened)
        if phase.when:
            now = float(MONTHS_PER_QUARTER * quarter)
            if now < may or not self._is_due(phase):
                return False
            may = now
        begins = may + phase.lead_months
        self._openings.append(Opening(name, begins, begins + phase.construction_months))
        return True

    def _is_due(self, phase: Phase) -> bool:
        """Whether any of the phase's triggers has been true in the last quarters."""
        return any(
            len(self._watched) >= trigger.quarters
            and all(trigger.holds(self._seen(trigger.kpi, at)) for at in range(-trigger.quarters, 0))
            for trigger in phase.when
        )

    def _seen(self, kpi: str, at: int) -> float:
        hub, flights, use = self._watched[at]
        if kpi == CAPACITY_USE:
            return use
        world = self._world
        by_week = flights * world.weeks[(len(self._watched) + at) % QUARTERS]
        weeks = world.curves.weeks(np.full(2, hub), by_week)
        mean = quarter_means(weeks, by_week, world.curves.measured).mean(axis=0)
        value = float(mean[world.curves.measured.place(kpi)])
        self._is_whole &= not np.isnan(value)
        return value

    def _bind(self, quarter: int) -> None:
        """Apply the conditions of the stages that the opened phase needed, and of the stages before them."""
        for stage in self._world.settings.needs([self._phases[self._n_open - 1][1]]):
            result = self._leaf[stage]
            if result is not None and not any(stage == known for _, known, _ in self._conditions):
                self._conditions.append((quarter, stage, result))
                if self._world.settings.stages[stage].results[result].sets:
                    self._named += (result,)

    def _hub(self, quarter: int) -> int:
        middle = MONTHS_PER_QUARTER * (quarter + 0.5)
        is_building = len(self._openings) > self._n_open and self._openings[-1].begins <= middle
        return self._hub_of((self._n_open, is_building, self._learned(quarter), self._named))

    def _hub_of(self, state: tuple[int, bool, float, tuple[str, ...]]) -> int:
        if state not in self._hubs:
            self._hubs[state] = self._world.hub(State(self._path, self._limit, *state))
        return self._hubs[state]

    def _learned(self, quarter: int) -> float:
        """Mean learning effect of the quarter since the last opening, at the nearest step."""
        learning = self._phases[self._n_open - 1][1].learning if self._n_open else None
        if learning is None:
            return 1.0
        since = [MONTHS_PER_QUARTER * at - self._openings[self._n_open - 1].opens for at in (quarter, quarter + 1)]
        low, high = (max(0.0, months) * _WEEKS_PER_MONTH / learning.weeks for months in since)
        # The integral of min(1, t) from low to high, over its length.
        area = [min(1.0, t) ** 2 / 2 + max(0.0, t - 1.0) for t in (low, high)]
        mean = (area[1] - area[0]) / (high - low)
        return min(LEARNED, key=lambda step: abs(step - mean))

    def _slots(self, quarter: int, hub: int) -> float:
        settings, accepted = self._world.settings, self._world.accepted
        slots = float(accepted[hub])
        if self._n_open and settings.ramp_months:
            each = [float(accepted[self._hub_of((n, False, 1.0, ()))]) for n in range(self._n_open + 1)]
            filled = each[0]
            for opening, before, after in zip(self._openings, each, each[1:], strict=False):
                since = MONTHS_PER_QUARTER * (quarter + 0.5) - opening.opens
                filled = (
                    after if since >= settings.ramp_months else filled + since / settings.ramp_months * (after - before)
                )
            slots = min(slots, filled)
        caps = [settings.stages[stage].results[result].most_flights_per_day for _, stage, result in self._conditions]
        return min([slots, *(cap for cap in caps if cap is not None)])
