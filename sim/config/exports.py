"""Exports: parcels that leave by air, the trucks that bring them, and the resources that a hall has for them."""

from dataclasses import dataclass
from typing import Annotated

from sim.config.bounds import HOURS, Count, CountOrZero, Duration, PerHour, Share, check_longest, check_sum
from sim.distributions import Shape
from sim.names import Name
from sim.reading import Bounds
from sim.units import MIN_PER_H, ticks


@dataclass(frozen=True, slots=True)
class HallExports:
    """Resources of one hall for exports, without its inbound doors."""

    dock_workers_in: CountOrZero
    screening_lines: Count
    hand_sorting_posts: Count
    build_up_places: Count
    build_up_workers: Count
    empty_ulds: CountOrZero


@dataclass(frozen=True, slots=True)
class Collections:
    """Trucks that bring exports by a timetable."""

    hour_share: tuple[Share, ...]
    parcels: Count
    spread: Share | Shape
    presorted_share: Share
    call_in_min: Duration
    docking_min: Duration
    unloaded_per_h: PerHour
    handling_spread: Share | Shape
    workers_per_truck: Count

    @property
    def handling_min(self) -> float:
        """Mean handling time of a parcel [min]."""
        return MIN_PER_H / self.unloaded_per_h

    @property
    def most_parcels(self) -> int:
        """Parcels of the largest collection."""
        reach = self.spread.highest if isinstance(self.spread, Shape) else 1 + self.spread
        return max(1, round(self.parcels * reach))

    def __post_init__(self) -> None:
        if len(self.hour_share) != HOURS:
            raise ValueError(f"hour_share: must have {HOURS} numbers, got {len(self.hour_share)}")
        check_sum("hour_share", self.hour_share)
        check_longest("handling_spread", self.handling_spread, self.handling_min)


@dataclass(frozen=True, slots=True)
class BuildUp:
    round_min: Annotated[float, Bounds(ge=1, le=720)]
    fixed_min: Duration
    parcels_per_h: PerHour
    workers_per_place: Count


@dataclass(frozen=True, slots=True)
class Departure:
    """Times of a flight that carries exports."""

    cut_off_min: Duration
    close_out_min: Duration
    doors_close_min: Duration
    empties_per_position: Count

    def __post_init__(self) -> None:
        if not ticks(self.close_out_min) < ticks(self.cut_off_min):
            raise ValueError(
                f"cut_off_min: must be above close_out_min = {self.close_out_min:g}, or no flight could get its last"
                f" ULD; got {self.cut_off_min:g}"
            )


@dataclass(frozen=True, slots=True)
class Exports:
    share: Annotated[float, Bounds(ge=0, le=0.9)]
    """Share of exports in all goods by mass; 0: nothing leaves by air."""
    service_h: Annotated[float, Bounds(gt=0, le=240)]
    lanes: dict[Name, Share]
    collections: Collections
    non_conveyable_share: Share
    screened_per_line_h: PerHour
    hand_sorted_per_post_h: PerHour
    build_up: BuildUp
    departure: Departure

    @property
    def ratio(self) -> float:
        """Ratio of exports to imports, by mass."""
        return self.share / (1 - self.share)
