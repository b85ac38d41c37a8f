"""The kinds of disruptions, each with its keys, phrases, spans and effect."""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from sim.config.bounds import Count, NotNegative, Positive, Share, check_at_most, check_known, minute_of_day
from sim.config.disruptions.base import Disruption, Hub, Span, Spell, kind
from sim.distributions import Times, stretched
from sim.domain.roles import ROLES
from sim.reading import Bounds
from sim.streams import Streams, name_words, up_and_down
from sim.units import HOURS_PER_DAY, MIN_PER_DAY, MIN_PER_H, TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN

Equipment = Literal["loader_sets", "tugs"]


@kind("a sorting machine outage", "one or more sorting machines stood still")
class MachineOutage(Spell):
    """Sorting machines stand still, in addition to their random outages."""

    kind: Literal["machine_outage"]
    hall: str
    machines: tuple[Count, ...] | None
    """Numbered from 1 in their hall; null: all."""

    def check(self, hub: Hub) -> None:
        Spell.check(self, hub)
        check_known("hall", "no hall", (self.hall,), hub.halls)
        most = hub.halls[self.hall].sorting_machines
        for machine in self.machines or ():
            if machine > most:
                raise ValueError(f"machines: hall {self.hall} has machines 1 to {most}, got {machine}")

    def stops(self, hall: str, machine: int) -> bool:
        return hall == self.hall and (self.machines is None or machine in self.machines)


@kind("loaders or tugs away", "loaders or tugs were away")
class EquipmentAway(Spell):
    """Loader sets or tug trains that are broken down or taken away."""

    kind: Literal["equipment_away"]
    equipment: Equipment
    units: Count

    def check(self, hub: Hub) -> None:
        Spell.check(self, hub)
        check_at_most("units", self.units, f"apron.{self.equipment}", getattr(hub.apron, self.equipment))

    def takes(self, equipment: str) -> int:
        return self.units if equipment == self.equipment else 0


@kind("breakdowns of loaders or tugs", "breakdowns", is_drawn=True)
class Breakdowns(Disruption):
    """Loader sets or tug trains break down at random, each by itself; a number is an exponential mean."""

    kind: Literal["breakdowns"]
    equipment: Equipment
    mtbf_h: Positive | Times
    mttr_min: Positive | Times

    def spans(self, name: str, hub: Hub, streams: Streams, end: int) -> Iterator[Span]:
        """The spans of each unit. Each has its own stream, so that one more unit changes nothing for the others."""
        for unit in range(getattr(hub.apron, self.equipment)):
            rng = streams.of(f"breakdowns_{self.equipment}", *name_words(name), unit)
            for begin, until in up_and_down(rng, self.mtbf_h, self.mttr_min, end):
                if until > 0 and begin < end:
                    yield begin, min(until, end)

    def takes(self, equipment: str) -> int:
        return int(equipment == self.equipment)


@kind("a closed runway", "the runway was closed", closes_runway=True)
class RunwayClosed(Spell):
    kind: Literal["runway_closed"]


@kind("a runway that closes at random", "closures of the runway", is_drawn=True, closes_runway=True)
class RandomClosures(Disruption):
    """The runway closes at random: a Poisson number of times a day; a number is an exponential mean."""

    kind: Literal["random_closures"]
    per_day: Annotated[float, Bounds(gt=0, le=100)]
    mean_h: Annotated[float, Bounds(gt=0, le=240)] | Times

    def spans(self, name: str, hub: Hub, streams: Streams, end: int) -> Iterator[Span]:
        """The spans of each day. Each day has its own stream, so that a longer run only adds spans."""
        for day in range(-(-end // TICKS_PER_DAY)):
            date = hub.start_date + dt.timedelta(days=day)
            rng = streams.of("closures", *name_words(name), date.toordinal())
            n = rng.poisson(self.per_day)
            begins = rng.random(n) * TICKS_PER_DAY
            lasts = stretched(self.mean_h, rng.standard_exponential(n), TICKS_PER_H)
            for begin, last in zip(begins, lasts, strict=True):
                if (start := day * TICKS_PER_DAY + int(begin)) < end:
                    yield start, start + max(1, round(last))


@kind("a night curfew", "a night curfew", is_nightly=True, closes_runway=True, is_traffic=True)
class NightCurfew(Disruption):
    """The runway is closed every night, and flights of the night move out of it."""

    kind: Literal["night_curfew"]
    closes: str
    opens: str

    def __post_init__(self) -> None:
        if minute_of_day(self.closes, "closes") == minute_of_day(self.opens, "opens"):
            raise ValueError(f"opens: must differ from closes, or the night would last 24 hours; both are {self.opens}")

    @property
    def night_min(self) -> int:
        return (minute_of_day(self.opens) - minute_of_day(self.closes)) % MIN_PER_DAY

    def spans(self, name: str, hub: Hub, streams: Streams, end: int) -> Iterator[Span]:
        """The nights of the run, including that which began on the day before."""
        for day in range(-1, -(-end // TICKS_PER_DAY) + 1):
            begin = (day * MIN_PER_DAY + minute_of_day(self.closes)) * TICKS_PER_MIN
            yield hub.clock.instant(begin), hub.clock.instant(begin + self.night_min * TICKS_PER_MIN)

    def moved_min(self, sibt: float) -> float:
        """The fewest whole hours out of the night (ties: later), so that not all flights arrive at its edge."""
        into = (sibt - minute_of_day(self.closes)) % MIN_PER_DAY
        if into >= self.night_min:
            return 0
        earlier = int(into // MIN_PER_H) + 1
        later = -int((into - self.night_min) // MIN_PER_H)
        return (later if later <= earlier else -earlier) * MIN_PER_H


@kind("absent staff", "people stayed away")
class StaffAway(Spell):
    """A strike or an illness: only a share of the rostered people arrives. Several such disruptions multiply."""

    kind: Literal["staff_away"]
    roles: tuple[str, ...] | None
    """Null: all."""
    share: Share
    """Share of the rostered posts that are manned."""

    def __post_init__(self) -> None:
        Spell.__post_init__(self)
        check_known("roles", "unknown role", self.roles or (), ROLES)

    def staff(self) -> tuple[float, tuple[str, ...] | None]:
        return self.share, self.roles


@kind("late flights", "flights came late")
class LateFlights(Spell):
    """Flights that would land in this time land after it, one behind the other: a closure upstream."""

    kind: Literal["late_flights"]
    separation_min: NotNegative

    def holds_min(self) -> float:
        return self.separation_min


@kind("a customs data outage", "customs data did not arrive")
class DataOutage(Spell):
    """No customs data arrive."""

    kind: Literal["data_outage"]
    share: Share
    """Share of the parcels that would have been released before landing; their data were still missing when the outage
    began."""

    def data_lost(self) -> float:
        return self.share


@kind("times the usual flights", "more or fewer flights than usual", is_traffic=True)
class DemandFactor(Spell):
    """More or fewer flights than usual in the month."""

    kind: Literal["demand"]
    factor: Annotated[float, Bounds(ge=0, le=20)]

    def words(self) -> str:
        days = self.hours / HOURS_PER_DAY
        spell = f"{self.hours:g} h" if days < 1 else f"{days:g} day{'' if days == 1 else 's'}"
        return f"{self.factor:g} {self.phrase} for {spell}"

    def demand(self) -> float:
        return self.factor
