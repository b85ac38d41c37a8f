"""A hub, its demand and its period, and what its groups must satisfy together."""

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from sim.config.arrivals import ArrivalModel, Arrivals, Demand, HubShare
from sim.config.bounds import check_number, check_sum
from sim.config.controls import check_controls
from sim.config.customs import Customs
from sim.config.data_views import check_exposure, lookup_in_force
from sim.config.disruptions import Disruption, Recovery, check_disruptions, demand_factors, highest_factor
from sim.config.exports import Exports
from sim.config.exposure import Exposure
from sim.config.fleet import AircraftType, Deck, LoadLimit, Parcels
from sim.config.hall import Complex, Hall, Space
from sim.config.handling import Apron, Breakdown, Handcoding, ManualSort, Packout, Sorting
from sim.config.presorted import Presorted
from sim.config.road import Environment, Lane, Linehaul, Outbound
from sim.config.roster import Roster
from sim.config.trade import Trade
from sim.domain.presorting import Presorting
from sim.reading import Bounds, near
from sim.rules import DECISIONS, check
from sim.units import DAYS_PER_YEAR, G_PER_KG, L_PER_M3, MIN_PER_DAY, MIN_PER_H

_FIRST_YEAR, _LAST_YEAR, _DAYS_PER_YEAR = 1950, 2200, 365.25
_LARGEST_NORMAL = 4.33
"""Above all of the 65,536 quantiles that sizes are drawn from."""
_MOST_HALLS = 16


@dataclass(frozen=True, slots=True)
class Record:
    bin_min: Annotated[float, Bounds(ge=1, le=1440)]
    parcels_of_flights: tuple[str, ...] | Literal["all"]
    """Keys of flights. A replication that has no flight of a key keeps nothing of it."""
    parcels_of_collections: tuple[str, ...] | Literal["all"]

    @property
    def without_parcels(self) -> "Record":
        """The same, with no parcels kept one by one: for a run of which only counts are read."""
        return replace(self, parcels_of_flights=(), parcels_of_collections=())


_SHARE_TOLERANCE = 0.005
"""By which a demand may differ from that of the supposed share, whose numbers are rounded."""


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
    rules: dict[str, str]
    """The name of a rule by decision (`sim.rules`); that of the hall is `complex.policy`."""
    fit: Literal["none", "auto"]
    """Units without room: refused, or given room."""
    fitted: tuple[str, ...]
    """What `fit: auto` changed."""

    def __post_init__(self) -> None:
        if self.fitted and self.fit == "none":
            raise ValueError("fitted: what fit=auto has changed, which fit = none does not; leave it out")
        self._check_rules()
        self._check_halls()
        last_year = self.start_date.year + (self.warmup_days + self.horizon_days) / _DAYS_PER_YEAR
        if self.start_date.year < _FIRST_YEAR or last_year > _LAST_YEAR:
            raise ValueError(f"start_date: between {_FIRST_YEAR} and {_LAST_YEAR} to the end, got {self.start_date}")
        check_sum("fleet", [kind.share for kind in self.fleet.values()])
        check_sum("lanes", [lane.share for lane in self.lanes.values()])
        check_number("lanes", self.lanes)
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

    def load_limit(self, aircraft: str) -> LoadLimit:
        """The most parcels that flights of a type carry."""
        packed_l = self.parcels.mean_l * self.parcels.tightest_share
        return self.fleet[aircraft].load_limit(self.demand.mean_parcel_kg, packed_l)

    def parcels_of(self, aircraft: str) -> int:
        """Of a flight of a type, where its schedule names none: the demand's mean, or what the type carries if less."""
        return min(self.demand.mean_parcels_per_flight, self.load_limit(aircraft).parcels)

    @property
    def mean_parcels_per_flight(self) -> float:
        """Over the types, by their shares."""
        return sum(kind.share * self.parcels_of(name) for name, kind in self.fleet.items())

    @property
    def hub_share(self) -> HubShare | None:
        """Which the demand rests on; None if it is another than that of the supposed share, or that of a file."""
        share = self.demand.hub_share
        if share is None or self.arrivals.model is ArrivalModel.FILE:
            return None
        a_year = self.demand.flights_per_day * self.demand.mean_parcels_per_flight * DAYS_PER_YEAR
        supposed = share.supposed * share.airport_parcels_per_year
        return share if abs(a_year - supposed) <= _SHARE_TOLERANCE * supposed else None

    def _check_disruptions(self) -> None:
        """Also that no demand, with its peaks, is above what Poisson flights are thinned from."""
        check_disruptions(self.disruptions, self)
        factors = demand_factors(self.disruptions, self)
        if factors and self.arrivals.model is ArrivalModel.FILE:
            raise ValueError("disruptions: demand: the flights of a file (arrivals.schedule) are what they are")
        envelope, peak = self.arrivals.envelope_flights_per_day, highest_factor(factors)
        if envelope is not None and self.demand.flights_per_day * peak > envelope:
            times = f" times {peak:g} of disruptions" if peak > 1 else ""
            raise ValueError(
                f"demand.flights_per_day: at most arrivals.envelope_flights_per_day = {envelope:g},"
                f" got {self.demand.flights_per_day:g}{times}"
            )

    def _check_rules(self) -> None:
        for decision, name in self.rules.items():
            check(decision, name, f"rules.{decision}")
        missing = DECISIONS.keys() - self.rules - {"hall"}
        if missing or "hall" in self.rules:
            raise ValueError(
                f"rules: a rule for each decision but the hall, which is complex.policy; got {', '.join(self.rules)}"
            )

    def _check_halls(self) -> None:
        if not 1 <= len(self.halls) <= _MOST_HALLS:
            raise ValueError(f"halls: 1 to {_MOST_HALLS} halls, got {len(self.halls)}")
        last = self.start_date + dt.timedelta(days=self.warmup_days + self.horizon_days)
        for name, hall in self.halls.items():
            if hall.opens is not None and hall.opens >= last:
                raise ValueError(f"halls.{name}.opens: before the measured days end on {last}, got {hall.opens}")
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
        if all(hall.opens_late(self.start_date) for hall in self.halls.values()):
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
            if hall.opens_late(self.start_date) and len(serving) < len(self.halls):
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
        for name in self.fleet:
            if self.load_limit(name).parcels < 1:
                raise ValueError(f"fleet.{name}: carries no parcel of mean size ({self.load_limit(name).reason})")

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
            smallest = math.floor(self.parcels_of(name) * share)
            if room > smallest:
                raise ValueError(
                    f"presorted.bag_parcels: a bag larger than a ULD: on fleet.{name} the smallest has {smallest}"
                    f" parcels of a mean flight, got {room}"
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
        check_number("exports.lanes", self.exports.lanes)
        check_sum("exports.lanes", list(self.exports.lanes.values()))
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
