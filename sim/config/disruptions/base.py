"""The interface of a kind of disruption: when it is active, and its effects on the hub."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol, TypeVar, dataclass_transform

from sim.config.bounds import FIRST_YEAR, LAST_YEAR, minute_of_day
from sim.domain.clock import Clock
from sim.reading import Bounds
from sim.streams import Streams
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_MIN, ticks

Span = tuple[int, int]
"""Start and end (exclusive) [ticks]."""


class _Hall(Protocol):
    @property
    def sorting_machines(self) -> int: ...


class _Apron(Protocol):
    @property
    def loader_sets(self) -> int: ...
    @property
    def tugs(self) -> int: ...


class Hub(Protocol):
    """The parts of a configuration that disruptions need."""

    @property
    def start_date(self) -> dt.date: ...
    @property
    def warmup_days(self) -> int: ...
    @property
    def end_min(self) -> float: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def halls(self) -> Mapping[str, _Hall]: ...
    @property
    def apron(self) -> _Apron: ...


class Disruption:
    """A kind of disruption: a dataclass with a field `kind`, phrases, spans and effects."""

    __slots__ = ()
    kind: str
    phrase: ClassVar[str]
    """What the hub has: "a closed runway"."""
    happened: ClassVar[str]
    """What happened: "the runway was closed"."""
    is_drawn: ClassVar[bool] = False
    """Whether it happens at random."""
    is_nightly: ClassVar[bool] = False
    """Whether it happens every night, so that schedules take it into account."""
    closes_runway: ClassVar[bool] = False
    is_traffic: ClassVar[bool] = False
    """Whether it only changes which flights are to come."""
    kinds: ClassVar[dict[str, type["Disruption"]]] = {}
    """All kinds that a configuration may have, by name."""

    def words(self) -> str:
        """The `phrase`, with the numbers of this disruption."""
        return self.phrase

    def check(self, hub: Hub) -> None:
        """Refuse what the hub does not have; the ValueError begins with the key."""

    def spans(self, name: str, hub: Hub, streams: Streams, end: int) -> Iterator[Span]:
        """The spans in which it is active, up to `end` [ticks]; its `name` gives it its own draws."""
        raise NotImplementedError

    # Effects while it is active

    def stops(self, hall: str, machine: int) -> bool:
        """Whether a machine of a hall, numbered from 1, stands still."""
        return False

    def takes(self, equipment: str) -> int:
        """Number of loader sets or tugs that are away."""
        return 0

    def staff(self) -> tuple[float, tuple[str, ...] | None] | None:
        """Share of the rostered people that arrive, and their roles (None: all); None: everybody arrives."""
        return None

    def moved_min(self, sibt: float) -> float:
        """Time [min] by which the schedule of a flight with this in-block instant [min] moves."""
        return 0

    def holds_min(self) -> float | None:
        """Separation [min] of flights that would land, and land afterwards; None: they land."""
        return None

    def data_lost(self) -> float | None:
        """Share of the parcels whose customs data do not arrive; None: all data arrive."""
        return None


K = TypeVar("K", bound=Disruption)


@dataclass_transform(frozen_default=True)
def kind(phrase: str, happened: str, **traits: bool) -> Callable[[type[K]], type[K]]:
    """Make a class a frozen dataclass, and register it by its name; `traits` are flags of `Disruption`."""

    def declare(declared: type[K]) -> type[K]:
        cls: type[K] = dataclass(frozen=True, slots=True)(declared)
        for name, value in {"phrase": phrase, "happened": happened, **traits}.items():
            setattr(cls, name, value)
        (kind_name,) = cls.__annotations__["kind"].__args__
        Disruption.kinds[kind_name] = cls
        return cls

    return declare


@dataclass(frozen=True, slots=True)
class Spell(Disruption):
    """A disruption that happens once, from an instant for some hours."""

    start: str
    hours: Annotated[float, Bounds(gt=0, le=8784)]

    def __post_init__(self) -> None:
        _parsed(self.start)

    def span(self, start_date: dt.date, warmup_days: int) -> tuple[float, float]:
        """Start and end (exclusive) [minutes since the first midnight of `start_date`]."""
        day, minute = _parsed(self.start)
        days = (day - start_date).days if isinstance(day, dt.date) else warmup_days + day - 1
        begin = days * MIN_PER_DAY + minute
        return begin, begin + self.hours * MIN_PER_H

    def begins(self, hub: Hub) -> int:
        """The instant of its start [ticks]."""
        return hub.clock.instant(ticks(self.span(hub.start_date, hub.warmup_days)[0]))

    def spans(self, name: str, hub: Hub, streams: Streams, end: int) -> Iterator[Span]:
        begin, until = map(ticks, self.span(hub.start_date, hub.warmup_days))
        instant = self.begins(hub)
        yield instant, instant + until - begin

    def demand(self) -> float | None:
        """Factor on the flights of the month; None: no change."""
        return None

    def check(self, hub: Hub) -> None:
        """Check that it lies inside the run."""
        begin, end = map(ticks, self.span(hub.start_date, hub.warmup_days))
        instant, run_ends = self.begins(hub), ticks(hub.end_min)
        if instant + end - begin <= 0 or instant >= run_ends:
            minutes = hub.clock.local(run_ends) / TICKS_PER_MIN
            last = dt.datetime.combine(hub.start_date, dt.time()) + dt.timedelta(minutes=minutes)
            raise ValueError(
                f"start: from {self.start!r} for {self.hours:g} h lies outside the run, {hub.start_date} 00:00 to"
                f" {last:%Y-%m-%d %H:%M}, where day 1 is {hub.start_date + dt.timedelta(days=hub.warmup_days)};"
                f" {self._where(hub)}"
            )

    def _where(self, hub: Hub) -> str:
        """The values that would place it inside the run."""
        day, _ = _parsed(self.start)
        last_day = int(hub.end_min // MIN_PER_DAY) - 1
        if isinstance(day, dt.date):
            first, last = (day - dt.timedelta(days=days) for days in (last_day, hub.warmup_days))
            return f"start_date={first} to {last} would include it"
        return f"'day 1' to 'day {last_day - hub.warmup_days + 1}' lie inside"


def _parsed(text: str) -> tuple[int | dt.date, int]:
    """The day, as a number or a date, and the minute after its midnight."""
    day, _, time = text.rpartition(" ")
    word, _, number = day.partition(" ")
    with suppress(ValueError):
        if word == "day" and number.isdecimal() and int(number) > 0:
            return int(number), minute_of_day(time, "start")
        date = dt.date.fromisoformat(day)
        if FIRST_YEAR <= date.year <= LAST_YEAR:
            return date, minute_of_day(time, "start")
    raise ValueError(
        "start: must be like 'day 3 12:00' (day 1 is the first measured day) or '2022-11-15 12:00'"
        f" ({FIRST_YEAR} to {LAST_YEAR}), got {text!r}"
    )
