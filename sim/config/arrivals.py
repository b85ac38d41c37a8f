"""What comes, and when: demand, the pattern of arrivals and its delays."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from sim.config.bounds import DAYS_PER_WEEK, HOURS, MOST_PARCELS, Count, Positive, Share, check_sum
from sim.reading import Bounds
from sim.units import KG_PER_T

MONTHS = 12


class ArrivalModel(StrEnum):
    TIMETABLE = "timetable"
    POISSON = "poisson"
    ALL_IFR = "all_ifr"
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

    spread: Annotated[float, Bounds(ge=0, le=1)]
    """Standard deviation over the mean; 0: every flight carries the mean."""
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
    """Drawn arrival minus scheduled in-block: Laplace about zero, cut on both sides."""

    scale_min: Annotated[float, Bounds(ge=0, le=10_000)]
    earliest_h: Annotated[float, Bounds(ge=-48, le=0)]
    latest_h: Annotated[float, Bounds(ge=0, le=240)]


@dataclass(frozen=True, slots=True)
class ArrivalCap:
    """At most so many scheduled arrivals in each block of so many hours, counted from Monday's midnight."""

    flights: Count
    hours: Annotated[int, Bounds(ge=1, le=DAYS_PER_WEEK * HOURS)]

    def __post_init__(self) -> None:
        if DAYS_PER_WEEK * HOURS % self.hours:
            raise ValueError(f"hours: must divide a week of {DAYS_PER_WEEK * HOURS} hours, got {self.hours}")


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When flights come. The indices have mean one; `hour_share` sums to one."""

    model: ArrivalModel
    month_index: tuple[Positive, ...] | None
    weekday_index: tuple[Positive, ...] | None
    hour_share: tuple[Share, ...] | None
    cap: ArrivalCap | None
    delay: Delay | None
    envelope_flights_per_day: Annotated[float, Bounds(gt=0, le=200)] | None
    schedule: str | None
    repeat: Annotated[int, Bounds(ge=1, le=520)]
    """Times that the weeks of the file are flown, one after the other."""

    def __post_init__(self) -> None:
        from_file = self.model is ArrivalModel.FILE
        if from_file != (self.schedule is not None):
            wanted = "needs a file: arrivals.schedule=FILE" if from_file else "takes no schedule file"
            raise ValueError(f"schedule: model {self.model} {wanted}")
        if self.repeat > 1 and not from_file:
            raise ValueError(f"repeat: model {self.model} has no file to repeat: must be 1, got {self.repeat}")
        for name, length in (("month_index", MONTHS), ("weekday_index", DAYS_PER_WEEK), ("hour_share", HOURS)):
            profile = getattr(self, name)
            if from_file != (profile is None) or (profile is not None and len(profile) != length):
                wanted = "null" if from_file else f"{length} numbers"
                got = "null" if profile is None else f"{len(profile)} numbers"
                raise ValueError(f"{name}: model {self.model} takes {wanted}, got {got}")
        if self.hour_share is not None:
            check_sum("hour_share", self.hour_share)
        if self.cap is not None and self.model is not ArrivalModel.TIMETABLE:
            raise ValueError(f"cap: model {self.model} has no timetable that could keep to one (null)")
        thinned = self.model in (ArrivalModel.POISSON, ArrivalModel.ALL_IFR)
        if thinned != (self.envelope_flights_per_day is not None):
            raise ValueError(
                f"envelope_flights_per_day: model {self.model} {'needs one' if thinned else 'takes none (null)'}"
            )
        if (self.model is ArrivalModel.TIMETABLE and self.delay is None) or (thinned and self.delay is not None):
            raise ValueError(f"delay: model {self.model} {'takes none (null)' if thinned else 'needs one'}")
