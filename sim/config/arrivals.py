"""What comes, and when: demand, the pattern of arrivals and its delays."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

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


class ArrivalModel(StrEnum):
    TIMETABLE = "timetable"
    POISSON = "poisson"
    ALL_IFR = "all_ifr"
    HOURLY = "hourly"
    BANKS = "banks"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class HubShare:
    """The hub's undisclosed share of the airport's parcels: between which ends it lies, and what a demand supposes."""

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
    """How flights' loads differ about the demand's mean (docs/model.md, rule 57)."""

    spread: Annotated[float, Bounds(ge=0, le=1)] | Shape
    """Standard deviation over the mean, of a beta; 0: every flight carries the mean."""
    fullest: Annotated[float, Bounds(ge=1, le=2)]
    """The heaviest load of a flight, of its type's payload."""


@dataclass(frozen=True, slots=True)
class Demand:
    """How much comes: flights, and what is in them. Of the last three exactly two are given; the third follows."""

    name: str
    flights_per_day: Annotated[float, Bounds(gt=0, le=200)]
    parcels_per_flight: Annotated[int, Bounds(ge=1, le=MOST_PARCELS)] | None
    net_t_per_flight: Annotated[float, Bounds(gt=0, le=500)] | None
    kg_per_parcel: Annotated[float, Bounds(gt=0, le=100)] | None
    load: Load
    hub_share: HubShare | None
    """Null: no estimate of the hub's demand."""

    def __post_init__(self) -> None:
        bound = (self.parcels_per_flight, self.net_t_per_flight, self.kg_per_parcel)
        if sum(value is None for value in bound) != 1:
            raise ValueError(
                "give two of parcels_per_flight, net_t_per_flight and kg_per_parcel, and null for the third, which"
                f" follows; got {self.parcels_per_flight}, {self.net_t_per_flight} and {self.kg_per_parcel}"
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
    """Drawn arrival minus scheduled in-block: Laplace about zero, or another distribution, cut on both sides."""

    scale_min: Annotated[float, Bounds(ge=0, le=10_000)] | Delays
    """Of the Laplace distribution, or another one in its place."""
    earliest_h: Annotated[float, Bounds(ge=-48, le=0)]
    latest_h: Annotated[float, Bounds(ge=0, le=240)]

    def __post_init__(self) -> None:
        if (late := self.distribution) is not None:
            try:
                late.made  # noqa: B018 - refuses cuts that leave nothing
            except ValueError as error:
                raise ValueError(f"scale_min: between earliest_h and latest_h: {error}") from error

    @property
    def distribution(self) -> Delays | None:
        """Between the cuts [min]; None: Laplace."""
        if not isinstance(self.scale_min, Delays):
            return None
        return self.scale_min.between(self.earliest_h * MIN_PER_H, self.latest_h * MIN_PER_H)


@dataclass(frozen=True, slots=True)
class ArrivalCap:
    """At most so many scheduled arrivals in each block of so many hours, counted from Monday's midnight."""

    flights: Count
    hours: Annotated[int, Bounds(ge=1, le=DAYS_PER_WEEK * HOURS)]

    def __post_init__(self) -> None:
        if DAYS_PER_WEEK * HOURS % self.hours:
            raise ValueError(f"hours: must divide a week of {DAYS_PER_WEEK * HOURS} hours, got {self.hours}")


@dataclass(frozen=True, slots=True)
class Wave:
    """From `start` to the next `end`, every day."""

    start: str
    end: str

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            minute_of_day(getattr(self, name), name)

    @property
    def window(self) -> tuple[int, int]:
        """First minute of the day, and length [min]; the same clock time twice: a day."""
        begins = minute_of_day(self.start)
        return begins, (minute_of_day(self.end) - begins - 1) % MIN_PER_DAY + 1


@dataclass(frozen=True, slots=True)
class Bank(Wave):
    """A wave of arrivals: a share of each day's flights, scheduled evenly."""

    share: Share


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When flights come. The indices have mean one; `hour_share` sums to one."""

    model: ArrivalModel
    month_index: tuple[Positive, ...] | None
    weekday_index: tuple[Positive, ...] | None
    hour_share: tuple[Share, ...] | None
    hour_of_week: dict[str, tuple[NotNegative, ...]] | None
    """Of each weekday the rates of its hours; only their proportions count."""
    banks: dict[Name, Bank] | None
    """By a name of the planner's; what they leave of a day's flights comes by `hour_share`."""
    cancelled_share: Share
    """Of the flights, each by its own draw."""
    cap: ArrivalCap | None
    delay: Delay | None
    envelope_flights_per_day: Annotated[float, Bounds(gt=0, le=200)] | None
    schedule: str | None
    repeat: Annotated[int, Bounds(ge=1, le=520)]
    """Times that the weeks of the file are flown, one after the other."""
    resampled_weeks: Annotated[int, Bounds(ge=1, le=520)] | None
    """Weeks are drawn from the file, so many that follow each other at a time; null: they come as they are."""

    def __post_init__(self) -> None:
        from_file = self.model is ArrivalModel.FILE
        if from_file != (self.schedule is not None):
            wanted = "needs a file: arrivals.schedule=FILE" if from_file else "reads no file: null; arrivals=file does"
            raise ValueError(f"schedule: model {self.model} {wanted}")
        if self.resampled_weeks is not None and (not from_file or self.repeat > 1):
            wanted = "must be 1" if from_file else f"model {self.model} has no file"
            raise ValueError(
                f"{'repeat' if from_file else 'resampled_weeks'}: weeks that are drawn are as many as horizon_days has:"
                f" {wanted}, got {self.repeat if from_file else self.resampled_weeks}"
            )
        if self.repeat > 1 and not from_file:
            raise ValueError(f"repeat: model {self.model} has no file to repeat: must be 1, got {self.repeat}")
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
            raise ValueError(f"cap: model {self.model} has no timetable that could keep to one (null)")
        thinned = self.model in (ArrivalModel.POISSON, ArrivalModel.ALL_IFR, ArrivalModel.HOURLY)
        if thinned != (self.envelope_flights_per_day is not None):
            raise ValueError(
                f"envelope_flights_per_day: model {self.model} {'needs one' if thinned else 'takes none (null)'}"
            )
        scheduled = self.model in (ArrivalModel.TIMETABLE, ArrivalModel.BANKS)
        if (scheduled and self.delay is None) or (thinned and self.delay is not None):
            raise ValueError(f"delay: model {self.model} {'takes none (null)' if thinned else 'needs one'}")

    def _check_week(self, *, is_weekly: bool) -> None:
        if is_weekly != (self.hour_of_week is not None):
            wanted = "needs the rates of the week's hours" if is_weekly else "takes none (null)"
            raise ValueError(f"hour_of_week: model {self.model} {wanted}")
        if self.hour_of_week is None:
            return
        if self.hour_of_week.keys() != set(DAYS):
            raise ValueError(f"hour_of_week: the days {', '.join(DAYS)}, got {', '.join(self.hour_of_week) or 'none'}")
        for day, rates in self.hour_of_week.items():
            if len(rates) != HOURS:
                raise ValueError(f"hour_of_week.{day}: {HOURS} numbers, got {len(rates)}")
        if not any(map(any, self.hour_of_week.values())):
            raise ValueError("hour_of_week: at least one hour with flights, got 0 in all of them")

    def _check_banks(self) -> None:
        has_banks = self.model is ArrivalModel.BANKS
        if has_banks != bool(self.banks):
            raise ValueError(f"banks: model {self.model} {'needs at least one' if has_banks else 'takes none (null)'}")
        total = sum(bank.share for bank in (self.banks or {}).values())
        if total > 1 + _ROUNDING:
            raise ValueError(
                f"banks: the shares of {', '.join(self.banks or {})} sum to at most 1, got {total:g};"
                " ~arrivals.banks.NAME leaves one out"
            )

    @property
    def busiest_hour(self) -> float:
        """Rate of the busiest hour of the busiest month over the mean; 1 where the envelope follows the hours."""
        if self.hour_of_week is None or self.month_index is None:
            return 1.0
        rates = [rate for day in DAYS for rate in self.hour_of_week[day]]
        return max(rates) * len(rates) / sum(rates) * max(self.month_index)
