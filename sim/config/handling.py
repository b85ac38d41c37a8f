"""How long work takes: on the apron, at break-down, at machines, desks and posts."""

from dataclasses import dataclass
from typing import Annotated

from sim.config.bounds import (
    LONGEST_PIECE_MIN,
    Count,
    Duration,
    NotNegative,
    PerHour,
    Positive,
    Round,
    Share,
    check_longest,
)
from sim.config.chutes import Chute
from sim.distributions import Shape, Times
from sim.domain.site import PackoutRule
from sim.reading import Bounds
from sim.units import MIN_PER_H, SECONDS_PER_MIN, ticks


@dataclass(frozen=True, slots=True)
class Apron:
    stands: Count
    loader_sets: Count
    crew_per_loader_set: Count
    tugs: Count
    outbound_tugs: Count
    dollies_per_train: Count
    taxi_in_min: Duration
    doors_open_min: Duration
    main_deck_uld_min: Duration
    lower_deck_uld_min: Duration
    turnaround_min: Duration
    longest_hold_h: NotNegative


@dataclass(frozen=True, slots=True)
class Breakdown:
    uld_min: Duration
    uld_parcels: Count
    handling_spread: Share | Shape
    workers_per_station: Count
    check_in_min: Duration

    @property
    def handling_min(self) -> float:
        """Mean handling time of a parcel [min]."""
        return self.uld_min / self.uld_parcels

    def __post_init__(self) -> None:
        if ticks(self.handling_min) < 1:
            raise ValueError(
                f"uld_min / uld_parcels: at least one tick of 2**-20 min a parcel, got {self.handling_min}"
            )
        if self.handling_min > LONGEST_PIECE_MIN:
            raise ValueError(
                f"uld_min / uld_parcels: at most {LONGEST_PIECE_MIN} min a parcel, got {self.handling_min:g}"
            )
        check_longest("handling_spread", self.handling_spread, self.handling_min)


@dataclass(frozen=True, slots=True)
class Outages:
    mtbf_h: Positive | Times
    mttr_min: Positive | Times


@dataclass(frozen=True, slots=True)
class Sorting:
    efficiency: Annotated[float, Bounds(ge=0.001, le=1)]
    inductions: Annotated[int, Bounds(ge=1, le=100)]
    length_m: Annotated[float, Bounds(ge=0, le=10_000)]
    """Length of a machine's loop."""
    speed_m_per_s: Annotated[float, Bounds(ge=0.1, le=10)]
    outages: Outages | None

    @property
    def to_chute_min(self) -> float:
        """Mean time from induction to chute, over half the loop [min].

        >>> Sorting(1.0, 10, length_m=240, speed_m_per_s=2.0, outages=None).to_chute_min
        1.0
        """
        return self.length_m / 2 / self.speed_m_per_s / SECONDS_PER_MIN


@dataclass(frozen=True, slots=True)
class Handcoding:
    parcels_per_desk_h: PerHour
    to_lane_min: Duration


@dataclass(frozen=True, slots=True)
class Packout:
    """Packing of parcels onto pallets at posts. If `spread` is a number, times are uniform within it around the mean.

    `look_min`, `review_min` and `walk_min` belong to the flexible rule. A machine has a chute for every route, or
    `chutes_per_machine` chutes, or those of `chute_plan`. A packer at a chute of several routes sorts each parcel
    first. Some chutes of a plan lead to a second machine, and are emptied every `second_round_min`. With
    `home_machines` each route is packed at one machine of a hall, and its chutes at all other machines lead to that
    machine.
    """

    rule: PackoutRule
    parcels_per_post_h: PerHour
    spread: Share | Shape
    look_min: Round
    review_min: Duration
    walk_min: Duration
    chutes_per_machine: Annotated[int, Bounds(ge=1, le=1000)] | None
    chute_plan: tuple[Chute, ...] | None
    home_machines: bool
    second_sort_min: Annotated[float, Bounds(ge=0, le=10)]
    second_round_min: Round

    def __post_init__(self) -> None:
        for key, given in (("chutes_per_machine", self.chutes_per_machine), ("home_machines", self.home_machines)):
            if given and self.chute_plan is not None:
                raise ValueError(f"chute_plan: says which chutes there are, as {key} does; set only one of the two")
        check_longest("spread", self.spread, self.packing_min)
        if self.walk_min >= self.look_min:
            raise ValueError(f"walk_min: must be below look_min = {self.look_min:g}, got {self.walk_min:g}")
        if ticks(self.review_min) % ticks(self.look_min):
            raise ValueError(f"review_min: must be a multiple of look_min = {self.look_min:g}, got {self.review_min:g}")

    @property
    def packing_min(self) -> float:
        """Mean packing time of a parcel [min]."""
        return MIN_PER_H / self.parcels_per_post_h

    @property
    def second_sort(self) -> float:
        """Extra time of a parcel that is sorted before it is packed, as a multiple of the packing time."""
        return self.second_sort_min / self.packing_min


@dataclass(frozen=True, slots=True)
class ManualSort:
    parcels_per_post_h: PerHour
