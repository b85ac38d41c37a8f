"""A hub, its demand and its period, and numbers computed from its groups."""

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from sim.config.arrivals import ArrivalModel, Arrivals, Demand, HubShare
from sim.config.chutes import Shared, balanced, planned, with_homes
from sim.config.connections import Connections
from sim.config.customs import Customs
from sim.config.data_views import lookup_in_force
from sim.config.disruptions import Disruption, Recovery
from sim.config.exports import Exports
from sim.config.exposure import Exposure
from sim.config.fleet import AircraftType, LoadLimit, Parcels
from sim.config.hall import Complex, Hall, Space
from sim.config.handling import Apron, Breakdown, Handcoding, ManualSort, Packout, Sorting
from sim.config.presorted import Presorted
from sim.config.road import Environment, Lane, Linehaul, Outbound
from sim.config.roster import Roster
from sim.config.trade import Trade
from sim.config.zones import clock_of
from sim.distributions import Shape
from sim.domain.clock import Clock
from sim.names import Name, Source
from sim.own import FILE, SOURCE, OwnFile
from sim.reading import Bounds
from sim.units import DAYS_PER_YEAR, G_PER_KG, MIN_PER_DAY, MIN_PER_H, TICKS_PER_DAY

_LARGEST_NORMAL = 4.33
"""Above all of the 65,536 quantiles from which sizes are drawn."""


@dataclass(frozen=True, slots=True)
class Record:
    bin_min: Annotated[float, Bounds(ge=1, le=1440)]
    flow_min: Annotated[float, Bounds(ge=0, le=1440)]
    """0: flows are not counted."""
    parcels_of_flights: tuple[str, ...] | Literal["all"]
    """Keys of flights. A replication without a flight of this key records nothing for it."""
    parcels_of_collections: tuple[str, ...] | Literal["all"]

    @property
    def without_flows(self) -> "Record":
        """The same records without flows, for a run whose table of flows is not read."""
        return replace(self, flow_min=0)

    @property
    def without_details(self) -> "Record":
        """The same records without flows and single parcels, for a run of which only counts are read."""
        return replace(self.without_flows, parcels_of_flights=(), parcels_of_collections=())


_SHARE_TOLERANCE = 0.005
"""Tolerance between a demand and that of the assumed share, whose numbers are rounded."""


@dataclass(frozen=True, slots=True)
class HubGroups:
    """A hub, its demand and its period, group by group, and numbers computed from them."""

    scenario: str
    seed: Annotated[int, Bounds(ge=0, le=2**63 - 1)]
    start_date: dt.date
    time_zone: str | None
    """Time zone of all local times of the configuration, with its clock changes; null: none."""
    horizon_days: Annotated[int, Bounds(ge=1, le=3660)]
    warmup_days: Annotated[int, Bounds(ge=0, le=366)]
    service_h: Annotated[float, Bounds(gt=0, le=240)]
    demand: Demand
    arrivals: Arrivals
    fleet: dict[Name, AircraftType]
    parcels: Parcels
    presorted: Presorted
    apron: Apron
    halls: dict[Name, Hall]
    complex: Complex
    space: Space
    breakdown: Breakdown
    sorting: Sorting
    handcoding: Handcoding
    packout: Packout
    manual_sort: ManualSort
    customs: Customs
    lanes: dict[Name, Lane]
    outbound: Outbound
    linehaul: Linehaul
    environment: Environment
    exports: Exports
    connections: Connections
    exposure: Exposure
    trade: Trade
    roster: Roster
    disruptions: dict[Name, Disruption]
    """By a name that the planner chooses."""
    recovery: Recovery
    record: Record
    rules: dict[str, Source]
    """The name of a rule for each decision (`sim.rules`); `complex.policy` names that of the hall. For a file of the
    user's functions (`sim.own`) also its `file`, its `source`, and the function that makes its `arrivals`."""
    fit: Literal["none", "auto"]
    """Whether units without room are refused (none) or get room (auto)."""
    fitted: tuple[str, ...]
    """The changes that `fit: auto` made."""

    @property
    def own_file(self) -> OwnFile | None:
        """The file of the user's own functions."""
        is_whole = FILE in self.rules and SOURCE in self.rules
        return OwnFile(self.rules[FILE], self.rules[SOURCE]) if is_whole else None

    @property
    def days(self) -> int:
        """Days of the warm-up and measured days together."""
        return self.warmup_days + self.horizon_days

    @property
    def clock(self) -> Clock:
        return clock_of(self.time_zone, self.start_date, self.days)

    @property
    def end_min(self) -> float:
        """End of the run: the promised time after the measured days (the longer of imports' and exports')."""
        exports_h = self.exports.service_h if self.exports.share else 0.0
        return self.days * MIN_PER_DAY + max(self.service_h, exports_h) * MIN_PER_H

    def load_limit(self, aircraft: str) -> LoadLimit:
        """The most parcels that flights of a type carry."""
        packed_l = self.parcels.mean_l * self.parcels.tightest_share
        return self.fleet[aircraft].load_limit(self.demand.mean_parcel_kg, packed_l)

    def fullest_load(self, aircraft: str) -> int:
        """Parcels of the fullest flight of a type, by payload and volume (rule 57)."""
        packed_l = self.parcels.mean_l * self.parcels.tightest_share
        demand = self.demand
        return self.fleet[aircraft].load_limit(demand.mean_parcel_kg, packed_l, demand.load.fullest).parcels

    def types_that_carry(self, parcels: int) -> dict[str, float]:
        """The shares of the aircraft types that can carry this number of parcels."""
        return {name: kind.share for name, kind in self.fleet.items() if self.load_limit(name).parcels >= parcels}

    def parcels_of(self, aircraft: str) -> int:
        """Parcels of a flight whose schedule has none: the demand's mean, or what the type carries if that is less."""
        return min(self.demand.mean_parcels_per_flight, self.load_limit(aircraft).parcels)

    @property
    def mean_parcels_per_flight(self) -> float:
        """Mean over the types, weighted by their shares."""
        return sum(kind.share * self.parcels_of(name) for name, kind in self.fleet.items())

    @property
    def hub_share(self) -> HubShare | None:
        """The share on which the demand rests; None if the demand differs from it, or if flights come from a file."""
        share = self.demand.hub_share
        if share is None or self.arrivals.model is ArrivalModel.FILE:
            return None
        a_year = self.flights_coming_per_day * self.mean_parcels_per_flight * DAYS_PER_YEAR
        supposed = share.supposed * share.airport_parcels_per_year
        return share if abs(a_year - supposed) <= _SHARE_TOLERANCE * supposed else None

    @property
    def flights_coming_per_day(self) -> float:
        """Mean number of the demand's flights that are not cancelled."""
        return self.demand.flights_per_day * (1 - self.arrivals.cancelled_share)

    def flights_on(self, date: dt.date) -> float:
        """Mean number of flights on a usual day of this month."""
        assert self.arrivals.month_index is not None
        return self.demand.flights_per_day * self.arrivals.month_index[date.month - 1]

    def flights_coming_on(self, date: dt.date) -> float:
        """Mean number of these flights that are not cancelled."""
        return self.flights_on(date) * (1 - self.arrivals.cancelled_share)

    def opens_at(self, hall: Hall) -> int:
        """The instant from which a hall is open [ticks]: its day's midnight by local time (rule 60)."""
        return self.clock.instant(hall.opens_on(self.start_date) * TICKS_PER_DAY)

    @property
    def route_shares(self) -> dict[str, float]:
        """Share of the parcels by route, in the order of each route's first lane."""
        shares: dict[str, float] = {}
        for lane in self.lanes.values():
            shares[lane.route] = shares.get(lane.route, 0.0) + lane.share
        return shares

    @property
    def route_of(self) -> dict[str, str]:
        return {name: lane.route for name, lane in self.lanes.items()}

    @property
    def flies_to(self) -> dict[str, str]:
        """Destination of the exports by route, for routes that fly on."""
        return {self.lanes[lane].route: to for lane, to in self.connections.lanes.items()}

    @property
    def flown_share(self) -> float:
        """Share of the imports that fly on."""
        return sum((self.lanes[lane].share for lane in self.connections.lanes), 0.0)

    @property
    def road_share(self) -> float:
        """Share of the imports that leave by truck."""
        return 1 - self.flown_share

    def all_chutes(self, hall: Hall) -> tuple[tuple[Shared, ...], ...]:
        """The chutes of each machine of a hall: those of all routes by truck, and of others that lead to a machine."""
        machines = range(hall.sorting_machines)
        plan = self.packout.chute_plan if hall.chute_plan is None else hall.chute_plan
        if plan is not None:
            return tuple(planned(plan, self.route_of, self.connections.lanes, machine) for machine in machines)
        flown = self.flies_to
        if self.packout.home_machines and len(machines) > 1:
            return with_homes(self.route_shares, flown, len(machines), self.packout.chutes_per_machine)
        shares = {route: share for route, share in self.route_shares.items() if route not in flown}
        made = balanced(shares, self.packout.chutes_per_machine or len(shares))
        return (tuple(map(Shared, made)),) * len(machines)

    def chutes(self, hall: Hall) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """The routes of each chute with packers, for each machine of a hall."""
        return tuple(
            tuple(chute.routes for chute in machine if chute.second is None) for machine in self.all_chutes(hall)
        )

    def least_packout_posts(self, hall: Hall) -> int:
        """The fewest posts with which each chute has one.

        Machines share the posts equally, and the first machines get the remainder. Machines whose chutes all lead to
        other machines get none.
        """
        by_machine = [len(chutes) for chutes in self.chutes(hall) if chutes]
        return max((n - 1) * len(by_machine) + number + 1 for number, n in enumerate(by_machine))

    def lane_places_m2(self, hall: Hall) -> float:
        """Floor of the pallets at chutes that routes share, without the first pallet of each chute [m²]."""
        places = sum(len(routes) - 1 for chutes in self.chutes(hall) for routes in chutes)
        return places * self.space.pallet_m2

    @property
    def unit_room(self) -> int:
        """Floor of a unit, as the number of parcels that need the same floor."""
        return self.presorted.unit_room(self.space.parcels_per_pallet)

    @property
    def bulkiest_l(self) -> float:
        """Largest volume of a parcel [l]."""
        sigma = self.parcels.l_per_kg_sigma
        bulk = sigma.highest if isinstance(sigma, Shape) else math.exp(_LARGEST_NORMAL * sigma - sigma**2 / 2)
        return self.parcels.heaviest_kg * self.parcels.mean_l / self.demand.mean_parcel_kg * bulk

    @property
    def coded_per_desk_h(self) -> float:
        """Parcels that a hand-coding desk handles in an hour, including lookups."""
        lookup = lookup_in_force(self.exposure)
        if lookup is None or lookup.handcoding_min == 0:
            return self.handcoding.parcels_per_desk_h
        return MIN_PER_H / (MIN_PER_H / self.handcoding.parcels_per_desk_h + lookup.handcoding_min)

    @property
    def product_groups(self) -> tuple[str, ...]:
        """Product groups of the declarations; without declarations, those of the goods."""
        declared = self.customs.declared
        return tuple(self.trade.goods if declared is None else declared.goods)

    @property
    def duty_free_eur(self) -> float:
        """Declared value up to which no duty is due; with declarations, their limit of low value."""
        declared = self.customs.declared
        return self.trade.duty_free_eur if declared is None else declared.low_value_limit_eur

    @property
    def area_m2(self) -> float:
        return sum(hall.area_m2 for hall in self.halls.values())

    @property
    def rated_per_h(self) -> float:
        """Rated throughput of all machines [parcels/h]."""
        return sum(hall.rated_per_h for hall in self.halls.values())

    @property
    def mass_sigma(self) -> float:
        """Log-standard deviation of the parcel mass, from its median and the mean that the demand implies."""
        assert not isinstance(self.parcels.median_kg, Shape)
        return math.sqrt(2 * math.log(self.demand.mean_parcel_kg / self.parcels.median_kg))

    @property
    def heaviest_g(self) -> int:
        return round(self.parcels.heaviest_kg * G_PER_KG)
