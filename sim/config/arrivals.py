"""Demand, the pattern of arrivals, and delays."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from sim.config.bounds import (
    DAYS_PER_WEEK,
    HOURS,
    MOST_PARCELS,
    Count,
    NotNegative,
    Positive,
    Share,
    check_sum,
    minute_of_day,
)
from sim.config.roster import DAYS
from sim.distributions import Delays, Shape
from sim.names import Name
from sim.reading import Bounds
from sim.units import KG_PER_T, MIN_PER_DAY, MIN_PER_H, MONTHS_PER_YEAR

_ROUNDING = 1e-9
MOST_TIMES: Final = 20
"""Most flights of a hub for each flight of its file."""


class ArrivalModel(StrEnum):
    TIMETABLE = "timetable"
    POISSON = "poisson"
    ALL_IFR = "all_ifr"
    HOURLY = "hourly"
    BANKS = "banks"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class HubShare:
    """The hub's undisclosed share of the airport's parcels: its range, and the value that a demand assumes."""

    airport_parcels_per_year: Positive
    least: Share
    supposed: Share
    most: Share

    def __post_init__(self) -> None:
        if not 0 < self.least <= self.supposed <= self.most:
            raise ValueError(
                "least, supposed and most must be above 0 and in this order, got"
                f" {self.least:g}, {self.supposed:g} and {self.most:g}"
            )


@dataclass(frozen=True, slots=True)
class Load:
    """How the loads of flights vary about the demand's mean (docs/model.md, rule 57)."""

    spread: Annotated[float, Bounds(ge=0, le=1)] | Shape
    """Standard deviation divided by the mean, of a beta distribution. At 0 every flight carries the mean."""
    fullest: Annotated[float, Bounds(ge=1, le=2)]
    """The heaviest load of a flight, as a multiple of its type's payload."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Number of flights and their loads. Exactly two of the last three numbers are set; the third is computed."""

    name: str
    flights_per_day: Annotated[float, Bounds(gt=0, le=200)]
    parcels_per_flight: Annotated[int, Bounds(ge=1, le=MOST_PARCELS)] | None
    net_t_per_flight: Annotated[float, Bounds(gt=0, le=500)] | None
    kg_per_parcel: Annotated[float, Bounds(gt=0, le=100)] | None
    load: Load
    hub_share: HubShare | None
    """Null: there is no estimate of the hub's demand."""

    def __post_init__(self) -> None:
        bound = (self.parcels_per_flight, self.net_t_per_flight, self.kg_per_parcel)
        if sum(value is None for value in bound) != 1:
            raise ValueError(
                "give two of parcels_per_flight, net_t_per_flight and kg_per_parcel, and null for the third, which is"
                f" computed; got {self.parcels_per_flight}, {self.net_t_per_flight} and {self.kg_per_parcel}"
            )

    @property
    def mean_parcels_per_flight(self) -> int:
        if self.parcels_per_flight is not None:
            return self.parcels_per_flight
        assert self.net_t_per_flight is not None and self.kg_per_parcel is not None
        return max(1, round(self.net_t_per_flight * KG_PER_T / self.kg_per_parcel))

    @property
    def mean_parcel_kg(self) -> float:
        if self.kg_per_parcel is not None:
            return self.kg_per_parcel
        assert self.net_t_per_flight is not None and self.parcels_per_flight is not None
        return self.net_t_per_flight * KG_PER_T / self.parcels_per_flight


@dataclass(frozen=True, slots=True)
class Delay:
    """Drawn arrival minus scheduled in-block: Laplace about zero or another distribution, cut on both sides."""

    scale_min: Annotated[float, Bounds(ge=0, le=10_000)] | Delays
    """Scale of the Laplace distribution, or another distribution in its place."""
    earliest_h: Annotated[float, Bounds(ge=-48, le=0)]
    latest_h: Annotated[float, Bounds(ge=0, le=240)]

    def __post_init__(self) -> None:
        if (late := self.distribution) is not None:
            try:
                late.made  # noqa: B018 - raises if the cuts leave nothing
            except ValueError as error:
                raise ValueError(f"scale_min: between earliest_h and latest_h: {error}") from error

    @property
    def distribution(self) -> Delays | None:
        """The distribution between the cuts [min]; None for Laplace."""
        if not isinstance(self.scale_min, Delays):
            return None
        return self.scale_min.between(self.earliest_h * MIN_PER_H, self.latest_h * MIN_PER_H)


@dataclass(frozen=True, slots=True)
class ArrivalCap:
    """The most scheduled arrivals in each block of some hours; blocks count from Monday's midnight."""

    flights: Count
    hours: Annotated[int, Bounds(ge=1, le=DAYS_PER_WEEK * HOURS)]

    def __post_init__(self) -> None:
        if DAYS_PER_WEEK * HOURS % self.hours:
            raise ValueError(f"hours: must divide a week of {DAYS_PER_WEEK * HOURS} hours, got {self.hours}")


@dataclass(frozen=True, slots=True)
class Wave:
    """A time window of every day, from `start` to the next `end`."""

    start: str
    end: str

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            minute_of_day(getattr(self, name), name)

    @property
    def window(self) -> tuple[int, int]:
        """First minute of the day, and length [min]. If both clock times are the same, the window lasts a day."""
        begins = minute_of_day(self.start)
        return begins, (minute_of_day(self.end) - begins - 1) % MIN_PER_DAY + 1


@dataclass(frozen=True, slots=True)
class Bank(Wave):
    """A wave of arrivals, with its share of each day's flights at even intervals."""

    share: Share


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When flights arrive. The mean of each index is one; `hour_share` sums to one."""

    model: ArrivalModel
    month_index: tuple[Positive, ...] | None
    weekday_index: tuple[Positive, ...] | None
    hour_share: tuple[Share, ...] | None
    hour_of_week: dict[str, tuple[NotNegative, ...]] | None
    """The rates of the hours of each weekday; only their proportions count."""
    banks: dict[Name, Bank] | None
    """Banks by a name that the planner chooses. The flights of a day that are in no bank follow `hour_share`."""
    cancelled_share: Share
    """Share of the flights; each flight has its own draw."""
    cap: ArrivalCap | None
    delay: Delay | None
    envelope_flights_per_day: Annotated[float, Bounds(gt=0, le=200)] | None
    schedule: str | None
    repeat: Annotated[int, Bounds(ge=1, le=520)]
    """How often the weeks of the file are repeated, one after the other."""
    factor: Annotated[float, Bounds(gt=0, le=MOST_TIMES)]
    """How many times as many flights come as the file has (docs/model.md, section 3)."""
    resampled_weeks: Annotated[int, Bounds(ge=1, le=520)] | None
    """Number of consecutive weeks in each block that is drawn from the file. Null: the weeks are used in order."""

    def index_on(self, date: dt.date) -> float:
        """Month index with which the flights of a day are drawn; a week of a timetable has that of its Monday."""
        assert self.month_index is not None
        of_week = self.model is ArrivalModel.TIMETABLE
        return self.month_index[(date - dt.timedelta(days=date.weekday()) if of_week else date).month - 1]

    def __post_init__(self) -> None:
        from_file = self.model is ArrivalModel.FILE
        if from_file != (self.schedule is not None):
            no_file = "reads no file: must be null, or choose arrivals=file"
            wanted = "needs a file: arrivals.schedule=FILE" if from_file else no_file
            raise ValueError(f"schedule: model {self.model} {wanted}")
        self._check_repeats(from_file=from_file)
        is_weekly = self.model is ArrivalModel.HOURLY
        for name, length, is_null in (
            ("month_index", MONTHS_PER_YEAR, from_file),
            ("weekday_index", DAYS_PER_WEEK, from_file or is_weekly),
            ("hour_share", HOURS, from_file or is_weekly),
        ):
            profile = getattr(self, name)
            if is_null != (profile is None) or (profile is not None and len(profile) != length):
                wanted = "null" if is_null else f"{length} numbers"
                got = "null" if profile is None else f"{len(profile)} numbers"
                raise ValueError(f"{name}: model {self.model} takes {wanted}, got {got}")
        if self.hour_share is not None:
            check_sum("hour_share", self.hour_share)
        self._check_week(is_weekly=is_weekly)
        self._check_banks()
        if self.cap is not None and self.model is not ArrivalModel.TIMETABLE:
            raise ValueError(f"cap: model {self.model} has no timetable that a cap could limit: must be null")
        thinned = self.model in (ArrivalModel.POISSON, ArrivalModel.ALL_IFR, ArrivalModel.HOURLY)
        if thinned != (self.envelope_flights_per_day is not None):
            raise ValueError(
                f"envelope_flights_per_day: model {self.model}"
                f" {'needs a value' if thinned else 'has none: must be null'}"
            )
        scheduled = self.model in (ArrivalModel.TIMETABLE, ArrivalModel.BANKS)
        if (scheduled and self.delay is None) or (thinned and self.delay is not None):
            raise ValueError(f"delay: model {self.model} {'has none: must be null' if thinned else 'needs a value'}")

    def _check_repeats(self, *, from_file: bool) -> None:
        if self.resampled_weeks is not None and not from_file:
            raise ValueError(
                f"resampled_weeks: model {self.model} has no file to draw weeks from: must be null,"
                f" got {self.resampled_weeks}"
            )
        if self.resampled_weeks is not None and self.repeat > 1:
            raise ValueError(f"repeat: resampled weeks fill all of horizon_days: must be 1, got {self.repeat}")
        if self.repeat > 1 and not from_file:
            raise ValueError(f"repeat: model {self.model} has no file to repeat: must be 1, got {self.repeat}")
        if self.factor != 1 and not from_file:
            raise ValueError(
                f"factor: multiplies the flights of a file, and model {self.model} has none: must be 1,"
                f" got {self.factor:g}; set demand.flights_per_day"
            )

    def _check_week(self, *, is_weekly: bool) -> None:
        if is_weekly != (self.hour_of_week is not None):
            wanted = "needs the rates of the week's hours" if is_weekly else "has none: must be null"
            raise ValueError(f"hour_of_week: model {self.model} {wanted}")
        if self.hour_of_week is None:
            return
        if self.hour_of_week.keys() != set(DAYS):
            got = ", ".join(self.hour_of_week) or "none"
            raise ValueError(f"hour_of_week: must have the days {', '.join(DAYS)}, got {got}")
        for day, rates in self.hour_of_week.items():
            if len(rates) != HOURS:
                raise ValueError(f"hour_of_week.{day}: must have {HOURS} numbers, got {len(rates)}")
        if not any(map(any, self.hour_of_week.values())):
            raise ValueError("hour_of_week: at least one hour must have flights, got 0 in all hours")

    def _check_banks(self) -> None:
        has_banks = self.model is ArrivalModel.BANKS
        if has_banks != bool(self.banks):
            wanted = "needs at least one" if has_banks else "has none: must be null"
            raise ValueError(f"banks: model {self.model} {wanted}")
        total = sum(bank.share for bank in (self.banks or {}).values())
        if total > 1 + _ROUNDING:
            raise ValueError(
                f"banks: the shares of {', '.join(self.banks or {})} must sum to at most 1, got {total:g};"
                " ~arrivals.banks.NAME removes one"
            )

    @property
    def busiest_hour(self) -> float:
        """Rate of the busiest hour of the busiest month over the mean; 1 where the envelope follows the hours."""
        if self.hour_of_week is None or self.month_index is None:
            return 1.0
        rates = [rate for day in DAYS for rate in self.hour_of_week[day]]
        return max(rates) * len(rates) / sum(rates) * max(self.month_index)
