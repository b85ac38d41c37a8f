"""Halls: their resources, the area that these need, and transport between halls."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from sim.config.bounds import SUM_TOLERANCE, Count, CountOrZero, Duration, NotNegative, PerHour, Positive, Share
from sim.config.chutes import Chute
from sim.config.controls import Controls, ControlSpace
from sim.config.exports import HallExports
from sim.reading import Bounds


@dataclass(frozen=True, slots=True)
class ZoneShares:
    """How a hall's area is divided."""

    uld_positions: Share
    breakdown: Share
    export: Share
    customs: Share
    empty_ulds: Share
    airside_circulation: Share
    sorting: Share
    packout: Share
    lanes: Share
    handcoding: Share
    dock_doors: Share
    landside_circulation: Share

    def __post_init__(self) -> None:
        total = sum(getattr(self, name) for name in self.__dataclass_fields__)
        if total > 1 + SUM_TOLERANCE:
            raise ValueError(f"zone shares must sum to at most 1, got {total:.4f}")


@dataclass(frozen=True, slots=True)
class Hall:
    opens: dt.date | None
    """Null: open from the start."""
    area_m2: Annotated[float, Bounds(ge=100, le=10_000_000)]
    facade_m: Positive
    tug_round_trip_min: Duration
    apron_distance_m: NotNegative
    uld_positions: Count
    breakdown_stations: Count
    breakdown_workers: Count
    sorting_machines: Annotated[int, Bounds(ge=1, le=64)]
    machine_rated_per_h: PerHour
    handcoding_desks: Count
    packout_posts: Annotated[int, Bounds(ge=0, le=10_000)]
    """0: nothing is packed; a sorted parcel is in its lane immediately."""
    manual_sort_posts: Annotated[int, Bounds(ge=0, le=10_000)]
    """For parcels that no machine can handle."""
    customs_desks: Count
    controls: Controls
    doors_out: Count
    doors_in: CountOrZero
    dock_workers: Count
    serves: tuple[str, ...] | None
    """Routes whose trucks leave from this hall; null: all."""
    transfer_share: Share
    """Share of the lanes' floor that is reserved for parcels from other halls."""
    exports: HallExports
    zone_shares: ZoneShares
    chute_plan: tuple[Chute, ...] | None = None
    """Null: the plan of all halls (`packout.chute_plan`), if there is one."""

    @property
    def rated_per_h(self) -> float:
        """Rated throughput of its machines [parcels/h]."""
        return self.sorting_machines * self.machine_rated_per_h

    def opens_on(self, start_date: dt.date) -> int:
        """The day of the run, counted from 0, on which the hall opens."""
        return 0 if self.opens is None else max(0, (self.opens - start_date).days)

    def opens_late(self, start_date: dt.date) -> bool:
        """Whether the hall opens after the start."""
        return self.opens_on(start_date) > 0

    def __post_init__(self) -> None:
        if self.breakdown_stations < self.sorting_machines:
            raise ValueError(
                f"breakdown_stations: each machine needs a station to feed it: at least {self.sorting_machines},"
                f" got {self.breakdown_stations}"
            )


@dataclass(frozen=True, slots=True)
class Complex:
    """Rules and times between halls."""

    policy: str
    """A rule of `sim.rules.hall`, or of the user's file."""
    between_halls_min: Duration
    between_halls_m: NotNegative
    transfer_round_min: Annotated[float, Bounds(ge=1, le=720)]
    transfer_loading_min: Duration
    transfer_trip_min: Duration
    transfer_parcels: Count


@dataclass(frozen=True, slots=True)
class Space:
    """Net space standards: the area that each unit needs in its zone."""

    uld_position_m2: Positive
    breakdown_station_m2: Positive
    customs_hold_share: Share
    customs_desk_m2: Positive
    controls: ControlSpace
    pallet_m2: Positive
    parcels_per_pallet: Count
    sorting_m2_per_parcel_per_h: Positive
    handcoding_desk_m2: Positive
    packout_post_m2: Positive
    dock_door_m2: Positive
    door_facade_m: Positive
    export_build_up_share: Share
    export_staging_share: Share
    export_screening_share: Share
    build_up_place_m2: Positive
    screening_line_m2: Positive
    hand_sorting_post_m2: Positive
    empty_uld_m2: Positive

    def __post_init__(self) -> None:
        total = self.export_build_up_share + self.export_staging_share + self.export_screening_share
        if total > 1 + SUM_TOLERANCE:
            raise ValueError(
                "export_build_up_share + export_staging_share + export_screening_share: at most 1 of the export zone,"
                f" got {total:.6g}"
            )
