"""The request of `cargohub expansion`: paths of phases, growth of demand, and decisions that others take."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import pairwise
from typing import Annotated, Any, Final

from experiments.assumptions.ranges import Ranges
from experiments.designs.design import Replicated
from experiments.formatting import millions, plain_name
from experiments.interval_text import with_interval
from experiments.money.prices import Paid, Price, Prices
from experiments.report.sections import sentence_of
from sim.config import HubConfig
from sim.config.bounds import FIRST_YEAR, LAST_YEAR, NotNegative, Share, check_known, check_sum
from sim.measures.kpis import KPIS
from sim.reading import Bounds, plain
from sim.units import MONTHS_PER_YEAR

CAPACITY_USE: Final = "capacity_use"
"""Demand over the hub's slots: a figure that a rule can watch in addition to KPIs."""
PAID: Final = {way: sentence_of(f"paid_{way}") for way in Paid}
"""Ways of paying labour, in words."""

_Months = Annotated[float, Bounds(ge=0, le=360)]


class Op(StrEnum):
    BELOW = "<"
    ABOVE = ">"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A KPI that stays below or above a value for so many consecutive quarters."""

    kpi: str
    op: Op
    value: float
    quarters: Annotated[int, Bounds(ge=1, le=100)]

    def __post_init__(self) -> None:
        check_known("kpi", "no KPI", [self.kpi], [CAPACITY_USE, *KPIS])

    def holds(self, value: float) -> bool:
        return value < self.value if self.op is Op.BELOW else value > self.value


@dataclass(frozen=True, slots=True)
class Learning:
    """Fields of the halls that a phase adds or changes, and their initial factors, which approach 1 evenly."""

    weeks: Annotated[float, Bounds(gt=0, le=520)]
    fields: dict[str, Annotated[float, Bounds(gt=0, le=10)]]


@dataclass(frozen=True, slots=True)
class Phase:
    """A step of a path; `configs/paths/` explains its keys."""

    starts: dt.date
    when: tuple[Trigger, ...]
    needs: tuple[str, ...]
    lead_months: _Months
    construction_months: _Months
    changes: tuple[str, ...]
    smaller: tuple[str, ...] | None
    closed: tuple[str, ...]
    learning: Learning | None


@dataclass(frozen=True, slots=True)
class Path:
    phases: dict[str, Phase]

    def __post_init__(self) -> None:
        for (before, first), (name, phase) in pairwise(self.phases.items()):
            if phase.starts < (end := months_after(first.starts, _months_of(first))):
                raise ValueError(sentence_of("phases_overlap", name=name, before=before, end=end, starts=phase.starts))


@dataclass(frozen=True, slots=True)
class Months:
    """A triangular distribution [months]; three equal values: no uncertainty."""

    least: _Months
    mode: _Months
    most: _Months

    def __post_init__(self) -> None:
        if not self.least <= self.mode <= self.most:
            raise ValueError(f"least: needs least <= mode <= most, got {self.least:g}, {self.mode:g} and {self.most:g}")


@dataclass(frozen=True, slots=True)
class Result:
    """A possible result of a stage, and its effect on the phases that need it."""

    probability: Share
    is_refused: bool
    later: Months | None
    most_area_m2: Annotated[float, Bounds(gt=0, le=1e9)] | None
    most_flights_per_day: Annotated[float, Bounds(gt=0, le=1000)] | None
    sets: tuple[str, ...]
    eur_once: Price
    eur_per_year: Price


@dataclass(frozen=True, slots=True)
class Stage:
    """A decision of others: asked for on a date, or after another stage has ended in favour."""

    asked: dt.date | None
    after: str | None
    months: Months
    results: dict[str, Result]

    def __post_init__(self) -> None:
        if (self.asked is None) == (self.after is None):
            raise ValueError(sentence_of("stage_asked"))
        check_sum("results", {name: result.probability for name, result in self.results.items()}, "probabilities")


@dataclass(frozen=True, slots=True)
class Growth:
    """A demand path: flights of a year relative to the configuration's, interpolated between years."""

    probability: Share
    factors: dict[str, Annotated[float, Bounds(gt=0, le=1000)]]
    reads: str | None = None
    """What a published figure is read as; the answer has the best path under each reading. None: no reading."""

    def __post_init__(self) -> None:
        if not self.factors:
            raise ValueError("factors: needs at least one year with its factor")
        _check_years("factors", self.factors)


@dataclass(frozen=True, slots=True)
class Aircraft:
    share: Share
    """Of the hub's flights."""
    points: NotNegative
    """Quota of noise of a take-off."""


@dataclass(frozen=True, slots=True)
class NightQuota:
    """The noise quota of a take-off at night, by year, and the aircraft that it bans."""

    points: dict[str, NotNegative]
    """Highest quota of a take-off, from each year on."""
    take_off_share: Share
    """Of the hub's take-offs, at night."""
    lost_share: Share
    """Of the banned take-offs, those whose flights go elsewhere; the others leave by day."""
    aircraft: dict[str, Aircraft]

    def __post_init__(self) -> None:
        _check_years("points", self.points)
        check_sum("aircraft", {name: aircraft.share for name, aircraft in self.aircraft.items()})

    def most_share(self, year: int) -> float:
        """At most this share of the flights that are asked for can come in a year."""
        since = max((int(first) for first in self.points if int(first) <= year), default=None)
        if since is None:
            return 1.0
        most = self.points[str(since)]
        banned = sum(aircraft.share for aircraft in self.aircraft.values() if aircraft.points > most)
        return 1 - self.take_off_share * banned * self.lost_share


def _check_years(key: str, years: Iterable[str]) -> None:
    for year in years:
        if not (year.isdecimal() and FIRST_YEAR <= int(year) <= LAST_YEAR):
            raise ValueError(f"{key}: keys must be years, got {year!r}")


@dataclass(frozen=True, slots=True)
class Expansion:
    """The keys below `expansion`; `configs/study/expansion.yaml` explains them.

    `states` are derived from the paths, `ranges` from the ranges of all numbers if there are worlds.
    """

    first_year: Annotated[int, Bounds(ge=FIRST_YEAR, le=LAST_YEAR)]
    years: Annotated[int, Bounds(ge=1, le=40)]
    growth: dict[str, Growth]
    night_quota: NightQuota | None
    """None: take-offs at night are free."""
    spread: Annotated[float, Bounds(ge=0, le=1)]
    draws: Annotated[int, Bounds(ge=2, le=10_000)]
    accept_load: Annotated[float, Bounds(gt=0, le=2)]
    ramp_months: _Months
    loads: tuple[Annotated[float, Bounds(gt=0, le=3)], ...]
    at_risk_share: Share
    swing: Annotated[float, Bounds(gt=0, lt=1)]
    kpis: tuple[str, ...]
    cost: Prices
    stages: dict[str, Stage]
    paths: dict[str, Path]
    states: dict[str, tuple[str, ...]]
    worlds: Annotated[int, Bounds(ge=0, le=1024)]
    ranges: Ranges

    def __post_init__(self) -> None:
        check_sum("growth", {name: growth.probability for name, growth in self.growth.items()}, "probabilities")
        if list(self.loads) != sorted(set(self.loads)) or len(self.loads) < 2:
            got = ", ".join(map(str, self.loads)) or "none"
            raise ValueError(f"loads: needs at least two, each above the previous one, got {got}")
        check_known("kpis", "no KPI", self.kpis, KPIS)
        if self.worlds == 1 or self.worlds & (self.worlds - 1):
            raise ValueError(f"worlds: must be 0 or a power of two from 2 to 1024, got {self.worlds}")
        if not self.paths:
            raise ValueError("paths: at least one")
        for name, stage in self.stages.items():
            if stage.after is not None and stage.after not in list(self.stages)[: list(self.stages).index(name)]:
                raise ValueError(f"stages.{name}.after: expected a stage that is listed above it, got {stage.after!r}")
        for path_name, path in self.paths.items():
            for name, phase in path.phases.items():
                self._check_phase(f"paths.{path_name}.phases.{name}", phase)

    def _check_phase(self, key: str, phase: Phase) -> None:
        check_known(f"{key}.needs", "no stage", phase.needs, self.stages)
        for stage in phase.needs:
            earliest, opens = self.earliest(stage), months_after(phase.starts, _months_of(phase))
            if opens < earliest:
                raise ValueError(sentence_of("opens_too_early", key=key, opens=opens, stage=stage, earliest=earliest))

    @property
    def idle(self) -> str | None:
        """The first path that builds nothing."""
        return next((name for name, path in self.paths.items() if not path.phases), None)

    @property
    def needed(self) -> dict[str, Stage]:
        """The stages that some path needs, and the stages before them."""
        stages = self.needs(phase for path in self.paths.values() for phase in path.phases.values())
        return {name: stage for name, stage in self.stages.items() if name in stages}

    def needs(self, phases: Iterable[Phase]) -> tuple[str, ...]:
        """The stages for which these phases wait, and the stages before them."""
        return tuple(dict.fromkeys(name for phase in phases for stage in phase.needs for name in self.chain(stage)))

    def chain(self, stage: str) -> dict[str, Stage]:
        """The stage and all stages before it, in order of time."""
        asked = self.stages[stage]
        return {**({} if asked.after is None else self.chain(asked.after)), stage: asked}

    def first_asked(self, stage: str) -> dt.date:
        """The date on which the first stage of its chain is asked for."""
        day = next(iter(self.chain(stage).values())).asked
        assert day is not None
        return day

    def earliest(self, stage: str) -> dt.date:
        """The first day on which a stage can end in favour."""
        day = self.first_asked(stage)
        for asked in self.chain(stage).values():
            ends = [end for end in asked.results.values() if not end.is_refused]
            later = [0.0 if end.later is None else end.later.least for end in ends]
            day = months_after(day, asked.months.least + min(later, default=0.0))
        return day


@dataclass(frozen=True, slots=True)
class ExpansionKeys(Replicated):
    expansion: Expansion


def months_after(day: dt.date, months: float) -> dt.date:
    """The day so many months later; fractions of a month as days of 1/30."""
    whole = int(months)
    year, month = divmod(day.year * MONTHS_PER_YEAR + day.month - 1 + whole, MONTHS_PER_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last)) + dt.timedelta(days=round(30 * (months - whole)))


def month_of(day: dt.date, first_year: int) -> float:
    """Months from the beginning of the first year, including the day's part."""
    return (day.year - first_year) * MONTHS_PER_YEAR + day.month - 1 + (day.day - 1) / 31


def path_name(key: str) -> str:
    """The name of a path for a reader.

    >>> path_name("permit_100k_at_once"), path_name("stay_30k"), path_name("second_site")
    ('permit, 100,000 m² at once', 'stay, 30,000 m²', 'second site')
    """
    return re.sub(r" (\d+)k\b", r", \1,000 m²", plain_name(key))


in_millions = partial(with_interval, show=millions, hides_same=True)
"""An interval of EUR as displayed in a table of MEUR."""


def _months_of(phase: Phase) -> float:
    return phase.lead_months + phase.construction_months


def composed_of(base: HubConfig, expansion: Expansion | None) -> dict[str, Any]:
    """The plain configuration whose numbers have ranges: the hub's, and for an expansion also its prices."""
    document: dict[str, Any] = plain(base)
    return document if expansion is None else {**document, "expansion": plain(replace(expansion, states={}, ranges={}))}
