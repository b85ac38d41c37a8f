"""Disruptions: what goes wrong, each a configuration group of its own, so that any of them go together.

Those with `start` and `hours` happen once. `start` is `day 3 12:00`, day 1 the first measured one, or
`2022-11-15 12:00`; the hub's local time.
"""

import datetime as dt
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from sim.config.bounds import Count, NotNegative, Positive, Share, minute_of_day
from sim.domain.roles import ROLES
from sim.reading import Bounds, near
from sim.units import MIN_PER_DAY, MIN_PER_H

Equipment = Literal["loader_sets", "tugs"]


@dataclass(frozen=True, slots=True)
class Spell:
    """What happens once, from an instant on, for so many hours."""

    start: str
    hours: Annotated[float, Bounds(gt=0, le=8784)]

    def __post_init__(self) -> None:
        _parsed(self.start)

    def span(self, start_date: dt.date, warmup_days: int) -> tuple[float, float]:
        """From and to before [minutes since the first midnight of `start_date`]."""
        day, minute = _parsed(self.start)
        days = (day - start_date).days if isinstance(day, dt.date) else warmup_days + day - 1
        begin = days * MIN_PER_DAY + minute
        return begin, begin + self.hours * MIN_PER_H


@dataclass(frozen=True, slots=True)
class MachineOutage(Spell):
    """Sorting machines stand still, besides their random outages."""

    kind: Literal["machine_outage"]
    hall: str
    machines: tuple[Count, ...] | None
    """Numbered from 1 in their hall; null: all."""


@dataclass(frozen=True, slots=True)
class EquipmentAway(Spell):
    """Loader sets or tug trains that are broken down or taken away."""

    kind: Literal["equipment_away"]
    equipment: Equipment
    units: Count


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """Loader sets or tug trains break down at random, each by itself; exponential."""

    kind: Literal["breakdowns"]
    equipment: Equipment
    mtbf_h: Positive
    mttr_min: Positive


@dataclass(frozen=True, slots=True)
class RunwayClosed(Spell):
    kind: Literal["runway_closed"]


@dataclass(frozen=True, slots=True)
class RandomClosures:
    """The runway closes at random: a Poisson number of times a day, each for an exponential time."""

    kind: Literal["random_closures"]
    per_day: Annotated[float, Bounds(gt=0, le=100)]
    mean_h: Annotated[float, Bounds(gt=0, le=240)]


@dataclass(frozen=True, slots=True)
class NightCurfew:
    """The runway is closed every night, and flights of the night are moved out of it."""

    kind: Literal["night_curfew"]
    closes: str
    opens: str

    def __post_init__(self) -> None:
        if minute_of_day(self.closes, "closes") == minute_of_day(self.opens, "opens"):
            raise ValueError(f"opens: a night of 24 hours has no day to move flights to, got {self.opens} twice")

    @property
    def night_min(self) -> int:
        return (minute_of_day(self.opens) - minute_of_day(self.closes)) % MIN_PER_DAY


@dataclass(frozen=True, slots=True)
class StaffAway(Spell):
    """A strike, or an illness: only a share of those rostered comes. Several multiply."""

    kind: Literal["staff_away"]
    roles: tuple[str, ...] | None
    """Null: all."""
    share: Share
    """Of the posts that the roster mans."""

    def __post_init__(self) -> None:
        Spell.__post_init__(self)
        for role in self.roles or ():
            if role not in ROLES:
                raise ValueError(f"roles: unknown role {role!r}{near(role, ROLES)}")


@dataclass(frozen=True, slots=True)
class LateFlights(Spell):
    """Flights that would land in this time come after it, one behind the other: a closure upstream."""

    kind: Literal["late_flights"]
    separation_min: NotNegative


@dataclass(frozen=True, slots=True)
class DataOutage(Spell):
    """No customs data come in."""

    kind: Literal["data_outage"]
    share: Share
    """Of the parcels that would have been released before landing; their data had not come before the outage."""


@dataclass(frozen=True, slots=True)
class DemandFactor(Spell):
    """More or fewer flights than the month's."""

    kind: Literal["demand"]
    factor: Annotated[float, Bounds(ge=0, le=20)]


Disruption = (
    MachineOutage
    | EquipmentAway
    | Breakdowns
    | RunwayClosed
    | RandomClosures
    | NightCurfew
    | StaffAway
    | LateFlights
    | DataOutage
    | DemandFactor
)


def kind_of(disruption: Disruption) -> str:
    return str(disruption.kind)


@dataclass(frozen=True, slots=True)
class Recovery:
    """When the backlog counts as recovered."""

    band_h: NotNegative
    """The band is what the backlog without disruptions was between so long before and after."""
    stay_h: NotNegative
    """For which the backlog must stay in it."""


def _parsed(text: str) -> tuple[int | dt.date, int]:
    """The day, counted or by date, and the minute after its midnight."""
    day, _, time = text.rpartition(" ")
    word, _, number = day.partition(" ")
    try:
        if word == "day" and number.isdecimal() and int(number) > 0:
            return int(number), minute_of_day(time, "start")
        return dt.date.fromisoformat(day), minute_of_day(time, "start")
    except ValueError:
        raise ValueError(
            f"start: as 'day 3 12:00' (day 1: the first measured) or '2022-11-15 12:00', got {text!r}"
        ) from None


def demand_factors(
    disruptions: Mapping[str, Disruption], start_date: dt.date, warmup_days: int
) -> tuple[tuple[float, float, float], ...]:
    """From, to before [minutes after the first midnight] and factor of each change of demand; all that hold count."""
    return tuple(
        (*one.span(start_date, warmup_days), one.factor)
        for one in disruptions.values()
        if isinstance(one, DemandFactor)
    )


def highest_factor(factors: Collection[tuple[float, float, float]]) -> float:
    """The highest product of factors at any instant, one where none counts."""
    begins = [begin for begin, *_ in factors]
    return max([1.0, *(math.prod(f for low, high, f in factors if low <= begin < high) for begin in begins)])


class _Hall(Protocol):
    """What is asked of a hall."""

    @property
    def sorting_machines(self) -> int: ...


def check_disruptions(
    disruptions: Mapping[str, Disruption],
    *,
    halls: Mapping[str, _Hall],
    units: Mapping[str, int],
    start_date: dt.date,
    warmup_days: int,
    end_min: float,
) -> None:
    """Refuse what lies outside the run, and what names a hall, machine or more units than there are.

    `units`: of each equipment; `end_min`: of the run [minutes after the first midnight].
    """
    for name, one in disruptions.items():
        key = f"disruptions.{name}"
        if isinstance(one, Spell):
            begin, end = one.span(start_date, warmup_days)
            if end <= 0 or begin >= end_min:
                last = dt.datetime.combine(start_date, dt.time()) + dt.timedelta(minutes=end_min)
                raise ValueError(
                    f"{key}.start: from {one.start!r} for {one.hours:g} h lies outside the run, {start_date} 00:00 to"
                    f" {last:%Y-%m-%d %H:%M}, of which day 1 is {start_date + dt.timedelta(days=warmup_days)}"
                )
        if isinstance(one, MachineOutage):
            _check_machines(key, one, halls)
        if isinstance(one, EquipmentAway) and one.units > units[one.equipment]:
            raise ValueError(f"{key}.units: at most apron.{one.equipment} = {units[one.equipment]}, got {one.units}")
    _check_curfews([name for name, one in disruptions.items() if isinstance(one, NightCurfew)])


def _check_machines(key: str, outage: MachineOutage, halls: Mapping[str, _Hall]) -> None:
    if outage.hall not in halls:
        raise ValueError(f"{key}.hall: no hall {outage.hall!r}{near(outage.hall, halls)}")
    most = halls[outage.hall].sorting_machines
    for machine in outage.machines or ():
        if machine > most:
            raise ValueError(f"{key}.machines: hall {outage.hall} has machines 1 to {most}, got {machine}")


def _check_curfews(names: Collection[str]) -> None:
    if len(names) > 1:
        raise ValueError(f"disruptions: one night_curfew at most, got {' and '.join(names)}")
