"""Lanes, trucks, the road to the sorting centres, and the energy that the hub and its trucks use."""

from dataclasses import dataclass
from typing import Annotated

from sim.config.bounds import Count, CountOrZero, Duration, NotNegative, Share, minute_of_day
from sim.reading import Bounds


@dataclass(frozen=True, slots=True)
class Lane:
    """A destination: its share of the parcels, its route, its distance, and the cut-off of its sorting centre."""

    share: Share
    route: str
    km: NotNegative
    sort_cut_off: str
    promised_days: Annotated[int, Bounds(ge=0, le=60)]

    def __post_init__(self) -> None:
        minute_of_day(self.sort_cut_off, "sort_cut_off")


@dataclass(frozen=True, slots=True)
class Trailer:
    parcels: Annotated[int, Bounds(ge=1, le=1_000_000)]
    kg: Annotated[float, Bounds(gt=0, le=2_000_000)]
    m3: Annotated[float, Bounds(gt=0, le=2_000)]


@dataclass(frozen=True, slots=True)
class Outbound:
    trailer: Trailer
    timetable: tuple[str, ...]
    least_fill: Share
    longest_hold_min: NotNegative
    round_min: Annotated[float, Bounds(ge=1, le=720)]
    call_out_min: Duration
    extra_trucks_per_day: CountOrZero
    yard: CountOrZero
    docking_min: Duration
    loading_min: Duration
    workers_per_truck: Count

    def __post_init__(self) -> None:
        for text in self.timetable:
            minute_of_day(text, "timetable")
        if not self.timetable and (self.extra_trucks_per_day == 0 or self.yard == 0):
            raise ValueError(
                "timetable: empty, and extra_trucks_per_day or yard is 0: no truck would ever arrive, and break-down"
                " would wait forever on a full floor"
            )


@dataclass(frozen=True, slots=True)
class Linehaul:
    """The road to the lanes' sorting centres, with drivers' breaks and rests."""

    speed_km_h: Annotated[float, Bounds(ge=1, le=200)]
    drive_before_break_h: Annotated[float, Bounds(ge=0.1, le=24)]
    break_min: Annotated[float, Bounds(ge=0, le=1440)]
    drive_per_day_h: Annotated[float, Bounds(ge=0.1, le=24)]
    daily_rest_h: Annotated[float, Bounds(ge=0, le=48)]
    pool_transfer_h: Annotated[float, Bounds(ge=0, le=240)]


@dataclass(frozen=True, slots=True)
class Environment:
    """The night, and the energy of tugs, standing aircraft, halls and trucks."""

    night_from: str
    night_to: str
    tug_idling_share: Share
    tug_diesel_l_per_h: NotNegative
    diesel_co2_kg_per_l: NotNegative
    apu_share: Share
    apu_fuel_kg_per_h: NotNegative
    jet_fuel_co2_kg_per_kg: NotNegative
    gpu_diesel_l_per_h: NotNegative
    hall_kwh_per_m2_year: NotNegative
    grid_co2_kg_per_kwh: NotNegative
    truck_diesel_l_per_km: NotNegative

    def __post_init__(self) -> None:
        for name in ("night_from", "night_to"):
            minute_of_day(getattr(self, name), name)
