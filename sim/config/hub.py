"""A hub: its groups, and the conditions on several of them."""

import datetime as dt
import math
from dataclasses import dataclass

from sim.config.arrivals import ArrivalModel
from sim.config.bounds import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_LANES,
    check_at_most,
    check_known,
    check_longest,
    check_number,
    check_sum,
)
from sim.config.chutes import check_plan
from sim.config.connections import check_connections
from sim.config.controls import check_controls
from sim.config.data_views import check_exposure
from sim.config.disruptions import check_disruptions, demand_factors, highest_factor
from sim.config.fleet import Deck
from sim.config.groups import HubGroups
from sim.config.zones import zone_of
from sim.distributions import Shape
from sim.domain.presorting import Presorting
from sim.own import ARRIVALS, FILE, SOURCE
from sim.reading import near
from sim.rules import DECISIONS, check, check_own
from sim.units import DAYS_PER_YEAR, L_PER_M3

_MOST_HALLS = 16
_OF_FILE = frozenset({FILE, SOURCE, ARRIVALS})


@dataclass(frozen=True, slots=True)
class HubConfig(HubGroups):
    """A consistent configuration. With a replication number it is all that `sim.simulate` needs.

    Raises:
        ValueError: the first contradiction, with key, value and bound.
    """

    def __post_init__(self) -> None:
        _check(self)


def _check(config: HubGroups) -> None:
    """Refuse groups that contradict each other: the message has key, value and bound of the first contradiction."""
    if config.fitted and config.fit == "none":
        raise ValueError("fitted: lists what fit=auto changed, but fit = none; leave it out")
    _check_rules(config)
    destinations = config.exports.lanes if config.exports.share else {}
    check_connections(config.connections, config.route_of, destinations, config.presorted.goods)
    last_year = config.start_date.year + config.days / DAYS_PER_YEAR
    if config.start_date.year < FIRST_YEAR or last_year > LAST_YEAR:
        raise ValueError(f"start_date: the run must lie between {FIRST_YEAR} and {LAST_YEAR}, got {config.start_date}")
    _check_halls(config)
    if config.time_zone is not None:
        zone_of(config.time_zone)
    check_sum("fleet", {name: kind.share for name, kind in config.fleet.items()})
    check_sum("lanes", {name: lane.share for name, lane in config.lanes.items()})
    check_number("lanes", config.lanes, MOST_LANES)
    lanes = config.route_of, config.connections.lanes
    machines = [hall.sorting_machines for hall in config.halls.values() if hall.chute_plan is None]
    if config.packout.chute_plan is not None and machines:
        check_plan(config.packout.chute_plan, *lanes, machines)
    for name, hall in config.halls.items():
        if hall.chute_plan is not None:
            check_plan(hall.chute_plan, *lanes, [hall.sorting_machines], f"halls.{name}.chute_plan")
    _check_parcels(config)
    _check_units(config)
    _check_customs(config)
    if config.exports.share:
        _check_exports(config)
    check_exposure(config.exposure)
    config.trade.check_names(tuple(config.lanes), config.product_groups)
    _check_disruptions(config)


def _check_rules(config: HubGroups) -> None:
    if (own_file := config.own_file) is not None:
        check_own(own_file)
        if (name := config.rules.get(ARRIVALS)) is not None and name not in (known := own_file.names(ARRIVALS)):
            raise ValueError(f"rules.{ARRIVALS}: no function {name!r} is marked @{ARRIVALS}{near(name, known)}")
        if name is not None and config.arrivals.model is ArrivalModel.FILE:
            raise ValueError(f"rules.{ARRIVALS}: no rule can change the flights of a file (arrivals.schedule)")
    elif not _OF_FILE.isdisjoint(config.rules):
        raise ValueError("rules: file, source and arrivals need a file of functions: rules=FILE.py")
    for decision, name in config.rules.items():
        if decision not in _OF_FILE:
            check(decision, name, f"rules.{decision}", own_file)
    check("hall", config.complex.policy, "complex.policy", own_file)
    missing = DECISIONS.keys() - config.rules - {"hall"}
    if missing or "hall" in config.rules:
        raise ValueError(
            f"rules: must have a rule for each decision but the hall (complex.policy); got {', '.join(config.rules)}"
        )


def _check_halls(config: HubGroups) -> None:
    if not 1 <= len(config.halls) <= _MOST_HALLS:
        raise ValueError(f"halls: 1 to {_MOST_HALLS} halls, got {len(config.halls)}")
    last = config.start_date + dt.timedelta(days=config.days)
    for name, hall in config.halls.items():
        if hall.opens is not None and hall.opens >= last:
            raise ValueError(f"halls.{name}.opens: must be before the measured days end on {last}, got {hall.opens}")
        for key, each, workers in (
            ("breakdown.workers_per_station", config.breakdown.workers_per_station, "breakdown_workers"),
            ("outbound.workers_per_truck", config.outbound.workers_per_truck, "dock_workers"),
        ):
            check_at_most(key, each, f"halls.{name}.{workers}", getattr(hall, workers))
    _check_routes(config)
    if all(hall.opens_late(config.start_date) for hall in config.halls.values()):
        raise ValueError(f"halls: at least one must be open on start_date = {config.start_date} (opens: null)")


def _check_routes(config: HubGroups) -> None:
    """Refuse halls that no route leaves, and routes that no hall serves."""
    routes = tuple(route for route in config.route_shares if route not in config.flies_to)
    for name, hall in config.halls.items():
        if hall.serves == ():
            raise ValueError(f"halls.{name}.serves: no lane reaches this hall; null means that it serves all routes")
        check_known(f"halls.{name}.serves", "no route", hall.serves or (), routes)
    for route in routes:
        serving = {name: hall for name, hall in config.halls.items() if hall.serves is None or route in hall.serves}
        if not serving:
            raise ValueError(f"halls: no hall serves route {route!r}")
        first, hall = next(iter(serving.items()))
        if hall.opens_late(config.start_date) and len(serving) < len(config.halls):
            raise ValueError(
                f"halls.{first}.opens: other halls send it parcels of route {route!r}, so it must be open on"
                f" start_date = {config.start_date}, got {hall.opens}"
            )


def _check_customs(config: HubGroups) -> None:
    declared = config.customs.declared
    if declared is None:
        return
    check_known("customs.declared.home_lanes", "no lane", declared.home_lanes, config.lanes)
    check_controls(declared, {name: hall.controls for name, hall in config.halls.items()})


def _check_parcels(config: HubGroups) -> None:
    """Refuse sizes that contradict the demand, and parcels that no truck can carry."""
    median_kg = config.parcels.median_kg
    if not isinstance(median_kg, Shape) and median_kg > config.demand.mean_parcel_kg:
        raise ValueError(
            f"parcels.median_kg: must be below the mean (lognormal), which demand makes"
            f" {config.demand.mean_parcel_kg:.4g} kg a parcel; got {median_kg:.4g}"
        )
    if config.demand.mean_parcel_kg >= config.parcels.heaviest_kg:
        raise ValueError(
            f"demand: parcels_per_flight, net_t_per_flight and kg_per_parcel make {config.demand.mean_parcel_kg:.4g}"
            f" kg a parcel, which must be below parcels.heaviest_kg = {config.parcels.heaviest_kg:g}"
        )
    key = "parcels.heaviest_kg: a parcel that no truck can carry"
    check_at_most(key, config.parcels.heaviest_kg, "outbound.trailer.kg", config.outbound.trailer.kg)
    if config.bulkiest_l > config.outbound.trailer.m3 * L_PER_M3:
        raise ValueError(
            f"outbound.trailer.m3: a parcel that no truck can carry: parcels can have"
            f" {config.bulkiest_l / L_PER_M3:.3g} m3, a trailer takes {config.outbound.trailer.m3:g}"
        )
    for name in config.fleet:
        if config.load_limit(name).parcels < 1:
            raise ValueError(f"fleet.{name}: carries no parcel of mean size ({config.load_limit(name).reason})")


def _check_units(config: HubGroups) -> None:
    """Refuse bags that no ULD or truck can carry, and units for which no truck or shuttle has room."""
    goods, room, trailer = config.presorted.goods, config.unit_room, config.outbound.trailer
    key = "bag_parcels: a bag" if goods is Presorting.BAGS else "uld_pallets: a whole ULD"
    takes = f"presorted.{key} takes the room of {room} parcels"
    if room > trailer.parcels:
        raise ValueError(f"{takes}, more than outbound.trailer.parcels = {trailer.parcels}")
    if len(config.halls) > 1 and room > config.complex.transfer_parcels:
        raise ValueError(f"{takes}, more than complex.transfer_parcels = {config.complex.transfer_parcels}")
    if goods is not Presorting.NONE and config.customs.declared is not None:
        raise ValueError(
            f"presorted.goods: with {goods} customs decides bag by bag or ULD by ULD, with customs.declared parcel"
            " by parcel: choose one"
        )
    if goods is not Presorting.BAGS:
        return
    check_longest("breakdown.handling_spread", config.breakdown.handling_spread, config.presorted.bag_min)
    for name, kind in config.fleet.items():
        decks = [deck for deck in (kind.main_deck, kind.lower_deck) if deck.ulds]
        share = min(deck.parcels for deck in decks) / sum(deck.ulds * deck.parcels for deck in decks)
        smallest = math.floor(config.parcels_of(name) * share)
        if room > smallest:
            raise ValueError(
                f"presorted.bag_parcels: a bag is larger than a ULD: the smallest on fleet.{name} has {smallest}"
                f" parcels of a mean flight, got {room}"
            )
    if room * config.parcels.heaviest_kg > trailer.kg:
        raise ValueError(
            f"presorted.bag_parcels: a bag that no truck can carry: {room} parcels of parcels.heaviest_kg ="
            f" {config.parcels.heaviest_kg:g} are above outbound.trailer.kg = {trailer.kg:g}"
        )
    if room * config.bulkiest_l > trailer.m3 * L_PER_M3:
        raise ValueError(
            f"presorted.bag_parcels: a bag that no truck can carry: {room} parcels can have"
            f" {room * config.bulkiest_l / L_PER_M3:.3g} m3, above outbound.trailer.m3 = {trailer.m3:g}"
        )


def _check_exports(config: HubGroups) -> None:
    """Refuse parcels that no ULD or truck can carry, and halls that cannot handle exports."""
    check_number("exports.lanes", config.exports.lanes)
    check_sum("exports.lanes", config.exports.lanes)
    if all(hall.doors_in == 0 or hall.opens_late(config.start_date) for hall in config.halls.values()):
        raise ValueError(
            "exports.share: above 0, but no hall that is open on start_date has an inbound door (halls.*.doors_in)"
        )
    for name, kind in config.fleet.items():
        for deck in ("main_deck", "lower_deck"):
            if getattr(kind, deck).ulds:
                _check_limits(config, f"fleet.{name}.{deck}", getattr(kind, deck))
    trailer, collections = config.outbound.trailer, config.exports.collections
    most = collections.most_parcels
    each_kg, each_l = config.demand.mean_parcel_kg, config.parcels.mean_l
    fits = min(trailer.parcels, trailer.kg / each_kg, trailer.m3 * L_PER_M3 / each_l)
    if most > fits:
        raise ValueError(
            f"exports.collections.parcels: a truck brings up to {most}, because of the spread; a trailer takes"
            f" {math.floor(fits)} parcels of {each_kg:.3g} kg and {each_l:.3g} l, as demand.net_t_per_flight,"
            " demand.parcels_per_flight and parcels set these; exports=none removes exports"
        )
    for name, hall in config.halls.items():
        for key, each, workers in (
            ("dock_workers_in", "collections", collections.workers_per_truck),
            ("build_up_workers", "build_up", config.exports.build_up.workers_per_place),
        ):
            if workers > getattr(hall.exports, key) and (each == "build_up" or hall.doors_in):
                raise ValueError(
                    f"halls.{name}.exports.{key}: at least exports.{each} = {workers}, got {getattr(hall.exports, key)}"
                )


def _check_limits(config: HubGroups, key: str, deck: Deck) -> None:
    if config.parcels.heaviest_kg > deck.kg:
        raise ValueError(
            f"{key}.kg: a ULD must take the heaviest parcel: at least parcels.heaviest_kg ="
            f" {config.parcels.heaviest_kg:g}, got {deck.kg:g}"
        )
    if config.bulkiest_l > deck.m3 * L_PER_M3:
        raise ValueError(
            f"{key}.m3: a ULD must take the largest parcel: parcels can have {config.bulkiest_l / L_PER_M3:.3g} m3,"
            f" got {deck.m3:g}"
        )


def _check_disruptions(config: HubGroups) -> None:
    """Refuse impossible disruptions, and demand whose peaks exceed the envelope of Poisson flights."""
    check_disruptions(config.disruptions, config)
    factors = demand_factors(config.disruptions, config)
    if factors and ARRIVALS in config.rules:
        raise ValueError("disruptions: demand: no disruption can change the flights of a function (rules.arrivals)")
    envelope, peak, hour = (
        config.arrivals.envelope_flights_per_day,
        highest_factor(factors),
        config.arrivals.busiest_hour,
    )
    if envelope is not None and config.demand.flights_per_day * hour * peak > envelope:
        times = f" times {peak:g} of disruptions" if peak > 1 else ""
        times += f" times {hour:.3g} in the busiest hour" if hour > 1 else ""
        raise ValueError(
            f"demand.flights_per_day: at most arrivals.envelope_flights_per_day = {envelope:g},"
            f" got {config.demand.flights_per_day:g}{times}"
        )
