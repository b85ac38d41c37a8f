"""The schema of a hub: one frozen dataclass a configuration group, with bounds, and no default.

Every number lives in `configs/`, with its unit and its source; `sim.reading.read(HubConfig, mapping, "")` checks it.
Shares are fractions of one. What several fields must satisfy together is said in `__post_init__`, whose ValueError
the reader prefixes with the key.
"""

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from sim.config.bounds import (
    DAYS_PER_WEEK,
    HOURS,
    Count,
    CountOrNone,
    Duration,
    NotNegative,
    Positive,
    Share,
    minute_of_day,
)
from sim.config.customs import Controls, ControlSpace, Customs, check_controls
from sim.config.data_views import check_exposure, lookup_in_force
from sim.config.disruptions import Disruption, Recovery, check_disruptions, demand_factors, highest_factor
from sim.config.exports import Exports, HallExports
from sim.config.exposure import Exposure
from sim.config.presorted import Presorted
from sim.config.roster import Roster
from sim.config.trade import Trade
from sim.domain.site import HallPolicy, Presorting
from sim.reading import Bounds, near
from sim.units import G_PER_KG, KG_PER_T, L_PER_M3, MIN_PER_DAY, MIN_PER_H, ticks

_SUM_TOLERANCE = 1e-6
_FIRST_YEAR, _LAST_YEAR, _DAYS_PER_YEAR = 1950, 2200, 365.25
_LARGEST_NORMAL = 4.33
"""Above all of the 65,536 quantiles that sizes are drawn from."""
MONTHS = 12
_MOST_HALLS = 16


class ArrivalModel(StrEnum):
    TIMETABLE = "timetable"
    POISSON = "poisson"
    ALL_IFR = "all_ifr"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Demand:
    """How much comes: flights, and what is in them. Of the last three exactly two are given; the third follows."""

    name: str
    flights_per_day: Annotated[float, Bounds(gt=0, le=200)]
    parcels_per_flight: Annotated[int, Bounds(ge=1, le=500_000)] | None
    net_t_per_flight: Annotated[float, Bounds(gt=0, le=500)] | None
    kg_per_parcel: Annotated[float, Bounds(gt=0, le=100)] | None

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
    """Drawn arrival less scheduled arrival: Laplace about zero, cut on both sides."""

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

    def __post_init__(self) -> None:
        from_file = self.model is ArrivalModel.FILE
        if from_file != (self.schedule is not None):
            wanted = "needs a file: arrivals.schedule=FILE" if from_file else "takes no schedule file"
            raise ValueError(f"schedule: model {self.model} {wanted}")
        for name, length in (("month_index", MONTHS), ("weekday_index", DAYS_PER_WEEK), ("hour_share", HOURS)):
            profile = getattr(self, name)
            if from_file != (profile is None) or (profile is not None and len(profile) != length):
                wanted = "null" if from_file else f"{length} numbers"
                got = "null" if profile is None else f"{len(profile)} numbers"
                raise ValueError(f"{name}: model {self.model} takes {wanted}, got {got}")
        if self.hour_share is not None and abs(sum(self.hour_share) - 1) > _SUM_TOLERANCE:
            raise ValueError(f"hour_share: must sum to 1, got {sum(self.hour_share):.6g}")
        if self.cap is not None and self.model is not ArrivalModel.TIMETABLE:
            raise ValueError(f"cap: model {self.model} has no timetable that could keep to one (null)")
        thinned = self.model in (ArrivalModel.POISSON, ArrivalModel.ALL_IFR)
        if thinned != (self.envelope_flights_per_day is not None):
            raise ValueError(
                f"envelope_flights_per_day: model {self.model} {'needs one' if thinned else 'takes none (null)'}"
            )
        if (self.model is ArrivalModel.TIMETABLE and self.delay is None) or (thinned and self.delay is not None):
            raise ValueError(f"delay: model {self.model} {'takes none (null)' if thinned else 'needs one'}")


@dataclass(frozen=True, slots=True)
class Deck:
    """ULD positions of one deck, the parcels of a ULD there relative to the other deck's, and what exports may fill."""

    ulds: Annotated[int, Bounds(ge=0, le=200)]
    parcels: Annotated[int, Bounds(ge=1, le=100_000)]
    m3: Positive
    kg: Positive


@dataclass(frozen=True, slots=True)
class AircraftType:
    share: Share
    main_deck: Deck
    lower_deck: Deck
    payload_t: Positive

    def __post_init__(self) -> None:
        if self.main_deck.ulds + self.lower_deck.ulds == 0:
            raise ValueError("main_deck.ulds + lower_deck.ulds: an aircraft type needs at least one position, got 0")


@dataclass(frozen=True, slots=True)
class Parcels:
    """Size and legibility of a parcel: lognormal mass, lognormal litres per kilogram."""

    median_kg: Positive
    mean_l: Positive
    l_per_kg_sigma: Annotated[float, Bounds(ge=0, le=2)]
    heaviest_kg: Positive
    no_read_share: Share
    non_conveyable_share: Share


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
        if total > 1 + _SUM_TOLERANCE:
            raise ValueError(f"zone shares sum to {total:.4f}, at most 1")


@dataclass(frozen=True, slots=True)
class Hall:
    opens: dt.date | None
    """Null: from the start."""
    area_m2: Annotated[float, Bounds(ge=100, le=10_000_000)]
    facade_m: Positive
    tug_round_trip_min: Duration
    apron_distance_m: NotNegative
    uld_positions: Count
    breakdown_stations: Count
    breakdown_workers: Count
    sorting_machines: Annotated[int, Bounds(ge=1, le=64)]
    machine_rated_per_h: Annotated[float, Bounds(gt=0, le=1_000_000)]
    handcoding_desks: Count
    packout_posts: Annotated[int, Bounds(ge=0, le=10_000)]
    """0: nothing is packed, what is sorted is in its lane at once."""
    manual_sort_posts: Annotated[int, Bounds(ge=0, le=10_000)]
    """For what no machine takes."""
    customs_desks: Count
    controls: Controls
    doors_out: Count
    doors_in: CountOrNone
    dock_workers: Count
    serves: tuple[str, ...] | None
    """Routes whose trucks leave from here; null: all."""
    transfer_share: Share
    """Of the lanes' floor, set aside for what other halls send."""
    exports: HallExports
    zone_shares: ZoneShares

    @property
    def rated_per_h(self) -> float:
        """Of its machines [parcels/h]."""
        return self.sorting_machines * self.machine_rated_per_h

    def opens_late(self, start_date: dt.date) -> bool:
        """Whether it is not there from the start."""
        return self.opens is not None and self.opens > start_date

    def __post_init__(self) -> None:
        if self.breakdown_stations < self.sorting_machines:
            raise ValueError(
                f"breakdown_stations: each machine needs a station to feed it: at least {self.sorting_machines},"
                f" got {self.breakdown_stations}"
            )


@dataclass(frozen=True, slots=True)
class Complex:
    """What goes on between halls."""

    policy: HallPolicy
    between_halls_min: Duration
    between_halls_m: NotNegative
    transfer_round_min: Annotated[float, Bounds(ge=1, le=720)]
    transfer_loading_min: Duration
    transfer_trip_min: Duration
    transfer_parcels: Count


@dataclass(frozen=True, slots=True)
class Space:
    """Net space standards: what one unit takes of its zone."""

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
        if total > 1 + _SUM_TOLERANCE:
            raise ValueError(
                "export_build_up_share + export_staging_share + export_screening_share: at most 1 of the export zone,"
                f" got {total:.6g}"
            )


@dataclass(frozen=True, slots=True)
class Breakdown:
    uld_min: Duration
    uld_parcels: Count
    handling_spread: Share
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


@dataclass(frozen=True, slots=True)
class Outages:
    mtbf_h: Positive
    mttr_min: Positive


@dataclass(frozen=True, slots=True)
class Sorting:
    efficiency: Annotated[float, Bounds(gt=0, le=1)]
    inductions: Annotated[int, Bounds(ge=1, le=100)]
    outages: Outages | None


@dataclass(frozen=True, slots=True)
class Handcoding:
    parcels_per_desk_h: Positive
    to_lane_min: Duration


@dataclass(frozen=True, slots=True)
class Packout:
    """A post packs parcels onto pallets; a parcel's time is uniform within `spread` of the mean on both sides."""

    parcels_per_post_h: Annotated[float, Bounds(gt=0, le=1_000_000)]
    spread: Share

    @property
    def packing_min(self) -> float:
        """Mean packing time of a parcel [min]."""
        return MIN_PER_H / self.parcels_per_post_h


@dataclass(frozen=True, slots=True)
class ManualSort:
    parcels_per_post_h: Annotated[float, Bounds(gt=0, le=1_000_000)]


@dataclass(frozen=True, slots=True)
class Lane:
    """A destination: its share of the parcels, its trucks, and the sorting centre at the road's other end."""

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
    kg: Positive
    m3: Positive


@dataclass(frozen=True, slots=True)
class Outbound:
    trailer: Trailer
    timetable: tuple[str, ...]
    least_fill: Share
    longest_hold_min: NotNegative
    round_min: Annotated[float, Bounds(ge=1, le=720)]
    call_out_min: Duration
    extra_trucks_per_day: CountOrNone
    yard: CountOrNone
    docking_min: Duration
    loading_min: Duration
    workers_per_truck: Count

    def __post_init__(self) -> None:
        for text in self.timetable:
            minute_of_day(text, "timetable")
        if not self.timetable and (self.extra_trucks_per_day == 0 or self.yard == 0):
            raise ValueError(
                "timetable: empty, and extra_trucks_per_day or yard is 0: no truck would ever come, and break-down"
                " would wait for floor that waits for trucks"
            )


@dataclass(frozen=True, slots=True)
class Linehaul:
    """The road to the lanes' sorting centres, and a driver's breaks and rests on it."""

    speed_km_h: Annotated[float, Bounds(ge=1, le=200)]
    drive_before_break_h: Annotated[float, Bounds(ge=0.1, le=24)]
    break_min: Annotated[float, Bounds(ge=0, le=1440)]
    drive_per_day_h: Annotated[float, Bounds(ge=0.1, le=24)]
    daily_rest_h: Annotated[float, Bounds(ge=0, le=48)]
    pool_transfer_h: Annotated[float, Bounds(ge=0, le=240)]


@dataclass(frozen=True, slots=True)
class Environment:
    """The night, and what tugs and standing aircraft burn."""

    night_from: str
    night_to: str
    tug_idling_share: Share
    tug_diesel_l_per_h: NotNegative
    diesel_co2_kg_per_l: NotNegative
    apu_share: Share
    apu_fuel_kg_per_h: NotNegative
    jet_fuel_co2_kg_per_kg: NotNegative
    gpu_diesel_l_per_h: NotNegative

    def __post_init__(self) -> None:
        for name in ("night_from", "night_to"):
            minute_of_day(getattr(self, name), name)


@dataclass(frozen=True, slots=True)
class Record:
    bin_min: Annotated[float, Bounds(ge=1, le=1440)]
    parcels_of_flights: tuple[str, ...]
    parcels_of_collections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HubConfig:
    """A hub, its demand and its period: with a replication number all that `sim.simulate` needs."""

    scenario: str
    seed: Annotated[int, Bounds(ge=0, le=2**63 - 1)]
    start_date: dt.date
    horizon_days: Annotated[int, Bounds(ge=1, le=3660)]
    warmup_days: Annotated[int, Bounds(ge=0, le=366)]
    service_h: Annotated[float, Bounds(gt=0, le=240)]
    demand: Demand
    arrivals: Arrivals
    fleet: dict[str, AircraftType]
    parcels: Parcels
    presorted: Presorted
    apron: Apron
    halls: dict[str, Hall]
    complex: Complex
    space: Space
    breakdown: Breakdown
    sorting: Sorting
    handcoding: Handcoding
    packout: Packout
    manual_sort: ManualSort
    customs: Customs
    lanes: dict[str, Lane]
    outbound: Outbound
    linehaul: Linehaul
    environment: Environment
    exports: Exports
    exposure: Exposure
    trade: Trade
    roster: Roster
    disruptions: dict[str, Disruption]
    """By a name of the planner's."""
    recovery: Recovery
    record: Record

    def __post_init__(self) -> None:
        self._check_halls()
        last_year = self.start_date.year + (self.warmup_days + self.horizon_days) / _DAYS_PER_YEAR
        if self.start_date.year < _FIRST_YEAR or last_year > _LAST_YEAR:
            raise ValueError(f"start_date: between {_FIRST_YEAR} and {_LAST_YEAR} to the end, got {self.start_date}")
        _check_sum("fleet", [kind.share for kind in self.fleet.values()])
        _check_sum("lanes", [lane.share for lane in self.lanes.values()])
        if not len(self.lanes) <= 256:
            raise ValueError(f"lanes: at most 256, got {len(self.lanes)}")
        self._check_parcels()
        self._check_units()
        self._check_customs()
        if self.exports.share:
            self._check_exports()
        check_exposure(self.exposure)
        self.trade.check_names(tuple(self.lanes), self.product_groups)
        self._check_disruptions()

    @property
    def end_min(self) -> float:
        """The run's end: after the measured days the time promised, that of exports if it is longer."""
        exports_h = self.exports.service_h if self.exports.share else 0.0
        return (self.warmup_days + self.horizon_days) * MIN_PER_DAY + max(self.service_h, exports_h) * MIN_PER_H

    def _check_disruptions(self) -> None:
        """Also that no demand, with its peaks, is above what Poisson flights are thinned from."""
        check_disruptions(
            self.disruptions,
            halls=self.halls,
            units={"loader_sets": self.apron.loader_sets, "tugs": self.apron.tugs},
            start_date=self.start_date,
            warmup_days=self.warmup_days,
            end_min=self.end_min,
        )
        factors = demand_factors(self.disruptions, self.start_date, self.warmup_days)
        if factors and self.arrivals.model is ArrivalModel.FILE:
            raise ValueError("disruptions: demand: the flights of a file (arrivals.schedule) are what they are")
        envelope, peak = self.arrivals.envelope_flights_per_day, highest_factor(factors)
        if envelope is not None and self.demand.flights_per_day * peak > envelope:
            times = f" times {peak:g} of disruptions" if peak > 1 else ""
            raise ValueError(
                f"demand.flights_per_day: at most arrivals.envelope_flights_per_day = {envelope:g},"
                f" got {self.demand.flights_per_day:g}{times}"
            )

    def _check_halls(self) -> None:
        if not 1 <= len(self.halls) <= _MOST_HALLS:
            raise ValueError(f"halls: 1 to {_MOST_HALLS} halls, got {len(self.halls)}")
        last = self.start_date + dt.timedelta(days=self.warmup_days + self.horizon_days)
        for name, hall in self.halls.items():
            if hall.opens is not None and hall.opens >= last:
                raise ValueError(f"halls.{name}.opens: before the measured days end on {last}, got {hall.opens}")
            if self.parcels.non_conveyable_share > 0 and hall.manual_sort_posts == 0:
                raise ValueError(
                    f"halls.{name}.manual_sort_posts: at least 1, since parcels.non_conveyable_share ="
                    f" {self.parcels.non_conveyable_share:g} of the parcels go there; got 0"
                )
            chutes = self.chutes(hall)
            if 0 < hall.packout_posts < chutes:
                raise ValueError(
                    f"halls.{name}.packout_posts: each chute (a machine's of a route) needs a post: at least {chutes},"
                    f" or 0 without pack-out; got {hall.packout_posts}"
                )
            if self.breakdown.workers_per_station > hall.breakdown_workers:
                raise ValueError(
                    f"breakdown.workers_per_station: at most halls.{name}.breakdown_workers ="
                    f" {hall.breakdown_workers}, got {self.breakdown.workers_per_station}"
                )
            if self.outbound.workers_per_truck > hall.dock_workers:
                raise ValueError(
                    f"outbound.workers_per_truck: at most halls.{name}.dock_workers = {hall.dock_workers},"
                    f" got {self.outbound.workers_per_truck}"
                )
        self._check_routes()
        if all(hall.opens is not None and hall.opens > self.start_date for hall in self.halls.values()):
            raise ValueError(f"halls: one must be open on start_date = {self.start_date} (opens: null)")

    def _check_customs(self) -> None:
        declared = self.customs.declared
        if declared is None:
            return
        for lane in declared.home_lanes:
            if lane not in self.lanes:
                raise ValueError(f"customs.declared.home_lanes: no lane {lane!r}{near(lane, self.lanes)}")
        check_controls(declared, {name: hall.controls for name, hall in self.halls.items()})

    def _check_routes(self) -> None:
        """Halls that nothing leaves, routes that no hall serves."""
        routes = tuple(dict.fromkeys(lane.route for lane in self.lanes.values()))
        for name, hall in self.halls.items():
            if hall.serves == ():
                raise ValueError(f"halls.{name}.serves: a hall that no lane reaches; null serves all of them")
            for route in hall.serves or ():
                if route not in routes:
                    raise ValueError(f"halls.{name}.serves: no route {route!r}{near(route, routes)}")
        for route in routes:
            serving = {name: hall for name, hall in self.halls.items() if hall.serves is None or route in hall.serves}
            if not serving:
                raise ValueError(f"halls: none serves route {route!r}")
            first, hall = next(iter(serving.items()))
            if hall.opens is not None and hall.opens > self.start_date and len(serving) < len(self.halls):
                raise ValueError(
                    f"halls.{first}.opens: other halls send it what is for route {route!r}: it must be open on"
                    f" start_date = {self.start_date}, got {hall.opens}"
                )

    def _check_parcels(self) -> None:
        """Sizes that contradict the demand, or that no truck could carry."""
        if self.parcels.median_kg > self.demand.mean_parcel_kg:
            raise ValueError(
                f"parcels.median_kg: a lognormal median is below the mean, which demand puts at"
                f" {self.demand.mean_parcel_kg:.4g} kg a parcel; got {self.parcels.median_kg:.4g}"
            )
        if self.demand.mean_parcel_kg >= self.parcels.heaviest_kg:
            raise ValueError(
                f"demand: parcels_per_flight, net_t_per_flight and kg_per_parcel make {self.demand.mean_parcel_kg:.4g}"
                f" kg a parcel, which must be below parcels.heaviest_kg = {self.parcels.heaviest_kg:g}"
            )
        if self.parcels.heaviest_kg > self.outbound.trailer.kg:
            raise ValueError(
                f"parcels.heaviest_kg: a parcel that no truck can carry: at most outbound.trailer.kg ="
                f" {self.outbound.trailer.kg:g}, got {self.parcels.heaviest_kg:g}"
            )
        if self._bulkiest_l > self.outbound.trailer.m3 * L_PER_M3:
            raise ValueError(
                f"outbound.trailer.m3: a parcel that no truck can carry: parcels may have"
                f" {self._bulkiest_l / L_PER_M3:.3g} m3, a trailer takes {self.outbound.trailer.m3:g}"
            )

    def _check_units(self) -> None:
        """Bags that no ULD or truck could carry, and units that no truck or shuttle has room for."""
        goods, room, trailer = self.presorted.goods, self.unit_room, self.outbound.trailer
        key = "bag_parcels: a bag" if goods is Presorting.BAGS else "uld_pallets: a whole ULD"
        takes = f"presorted.{key} takes the room of {room} parcels"
        if room > trailer.parcels:
            raise ValueError(f"{takes}, more than outbound.trailer.parcels = {trailer.parcels}")
        if len(self.halls) > 1 and room > self.complex.transfer_parcels:
            raise ValueError(f"{takes}, more than complex.transfer_parcels = {self.complex.transfer_parcels}")
        if goods is not Presorting.NONE and self.customs.declared is not None:
            raise ValueError(
                f"presorted.goods: with {goods} customs decides bag by bag or ULD by ULD, with customs.declared parcel"
                " by parcel: one of both"
            )
        if goods is not Presorting.BAGS:
            return
        for name, kind in self.fleet.items():
            decks = [deck for deck in (kind.main_deck, kind.lower_deck) if deck.ulds]
            share = min(deck.parcels for deck in decks) / sum(deck.ulds * deck.parcels for deck in decks)
            smallest = math.floor(self.demand.mean_parcels_per_flight * share)
            if room > smallest:
                raise ValueError(
                    f"presorted.bag_parcels: a bag larger than a ULD: on fleet.{name} the smallest has {smallest}"
                    f" parcels at the demand's mean, got {room}"
                )
        if room * self.parcels.heaviest_kg > trailer.kg:
            raise ValueError(
                f"presorted.bag_parcels: a bag that no truck can carry: {room} parcels of parcels.heaviest_kg ="
                f" {self.parcels.heaviest_kg:g} are above outbound.trailer.kg = {trailer.kg:g}"
            )
        if room * self._bulkiest_l > trailer.m3 * L_PER_M3:
            raise ValueError(
                f"presorted.bag_parcels: a bag that no truck can carry: {room} parcels may have"
                f" {room * self._bulkiest_l / L_PER_M3:.3g} m3, above outbound.trailer.m3 = {trailer.m3:g}"
            )

    def chutes(self, hall: Hall) -> int:
        """Chutes in a hall, each a machine's of a route."""
        return hall.sorting_machines * len({lane.route for lane in self.lanes.values()})

    @property
    def unit_room(self) -> int:
        """Floor that a unit takes, in parcels' room."""
        return self.presorted.unit_room(self.space.parcels_per_pallet)

    def _check_exports(self) -> None:
        """What no ULD or truck could carry, and halls that could not handle it."""
        _check_sum("exports.lanes", list(self.exports.lanes.values()))
        if all(hall.doors_in == 0 or hall.opens_late(self.start_date) for hall in self.halls.values()):
            raise ValueError(
                "exports.share: above 0, but no hall that is open on start_date has an inbound door (halls.*.doors_in)"
            )
        for name, kind in self.fleet.items():
            for deck in ("main_deck", "lower_deck"):
                if getattr(kind, deck).ulds:
                    self._check_limits(f"fleet.{name}.{deck}", getattr(kind, deck))
        trailer, collections = self.outbound.trailer, self.exports.collections
        most = math.floor(collections.parcels * (1 + collections.spread))
        fits = min(
            trailer.parcels, trailer.kg / self.demand.mean_parcel_kg, trailer.m3 * L_PER_M3 / self.parcels.mean_l
        )
        if most > fits:
            raise ValueError(
                f"exports.collections.parcels: with its spread at most what a trailer takes of mean parcels,"
                f" {math.floor(fits)}, got {most}"
            )
        for name, hall in self.halls.items():
            for key, each, workers in (
                ("dock_workers_in", "collections", collections.workers_per_truck),
                ("build_up_workers", "build_up", self.exports.build_up.workers_per_place),
            ):
                if workers > getattr(hall.exports, key) and (each == "build_up" or hall.doors_in):
                    raise ValueError(
                        f"halls.{name}.exports.{key}: at least the {workers} that one needs (exports.{each}), got"
                        f" {getattr(hall.exports, key)}"
                    )

    def _check_limits(self, key: str, deck: Deck) -> None:
        if self.parcels.heaviest_kg > deck.kg:
            raise ValueError(
                f"{key}.kg: a parcel that no ULD takes: at least parcels.heaviest_kg = {self.parcels.heaviest_kg:g},"
                f" got {deck.kg:g}"
            )
        if self._bulkiest_l > deck.m3 * L_PER_M3:
            raise ValueError(
                f"{key}.m3: a parcel that no ULD takes: parcels may have {self._bulkiest_l / L_PER_M3:.3g} m3,"
                f" got {deck.m3:g}"
            )

    @property
    def _bulkiest_l(self) -> float:
        bulk = math.exp(_LARGEST_NORMAL * self.parcels.l_per_kg_sigma)
        return self.parcels.heaviest_kg * self.parcels.mean_l / self.demand.mean_parcel_kg * bulk

    @property
    def coded_per_desk_h(self) -> float:
        """Of a hand-coding desk, with what must be looked up there [parcels/h]."""
        lookup = lookup_in_force(self.exposure)
        if lookup is None or lookup.handcoding_min == 0:
            return self.handcoding.parcels_per_desk_h
        return MIN_PER_H / (MIN_PER_H / self.handcoding.parcels_per_desk_h + lookup.handcoding_min)

    @property
    def product_groups(self) -> tuple[str, ...]:
        """Those that declarations have, or of the goods where there are none."""
        declared = self.customs.declared
        return tuple(self.trade.goods if declared is None else declared.goods)

    @property
    def duty_free_eur(self) -> float:
        """Declared value up to which no duty falls due: the limit of low value, where there are declarations."""
        declared = self.customs.declared
        return self.trade.duty_free_eur if declared is None else declared.low_value_limit_eur

    @property
    def area_m2(self) -> float:
        return sum(hall.area_m2 for hall in self.halls.values())

    @property
    def rated_per_h(self) -> float:
        """Of all machines [parcels/h]."""
        return sum(hall.rated_per_h for hall in self.halls.values())

    @property
    def mass_sigma(self) -> float:
        """Log-standard deviation of the parcel mass: fitted to its median and the mean that demand implies."""
        return math.sqrt(2 * math.log(self.demand.mean_parcel_kg / self.parcels.median_kg))

    @property
    def heaviest_g(self) -> int:
        return round(self.parcels.heaviest_kg * G_PER_KG)


def _check_sum(name: str, shares: list[float]) -> None:
    if abs(sum(shares) - 1) > _SUM_TOLERANCE:
        raise ValueError(f"{name}: shares must sum to 1, got {sum(shares):.6g}")
