"""Arrival at the destinations: the road with its breaks and rests, and the daily cut-off there.

It is computed from the trucks' departures; nothing in the hub waits for it.
"""

import math

import numpy as np

from sim.config import HubConfig, Lane, Linehaul
from sim.config.bounds import minute_of_day
from sim.domain.clock import NO_CHANGES, Clock
from sim.domain.entities import FLOWN
from sim.measures.window import Minutes, Window
from sim.record.schemas import Table, in_order
from sim.units import MIN_PER_DAY, MIN_PER_H, NEVER, Numbers

_ROUNDING = 1e-9


def drive_and_rest_h(drive_h: float, rules: Linehaul) -> float:
    """Time that one driver, rested at the start, needs for some hours of driving [h].

    A break after each stint of driving and a rest after each day, none at the end: Regulation (EC) No 561/2006 of 15
    March 2006, articles 6(1), 7 and 8(2), OJ L 102, without its extensions to 10 h and reduced rests of 9 h.

    >>> rules = Linehaul(70, 4.5, 45, 9, 11, 3)
    >>> [drive_and_rest_h(hours, rules) for hours in (4.5, 5, 9, 10, 18.5)]
    [4.5, 5.75, 9.75, 21.75, 42.0]
    """
    days = max(0, math.ceil(drive_h / rules.drive_per_day_h - _ROUNDING) - 1)
    breaks = days * _breaks(rules.drive_per_day_h, rules) + _breaks(drive_h - days * rules.drive_per_day_h, rules)
    return drive_h + days * rules.daily_rest_h + breaks * rules.break_min / MIN_PER_H


def _breaks(drive_h: float, rules: Linehaul) -> int:
    return max(0, math.ceil(drive_h / rules.drive_before_break_h - _ROUNDING) - 1)


def journeys_h(config: HubConfig) -> dict[str, float]:
    """Time from a truck's departure to its arrival at each lane's sorting centre [h].

    A lane that shares its route has one additional change of trailers.
    """
    routes = [lane.route for lane in config.lanes.values()]
    rules = config.linehaul
    return {
        name: drive_and_rest_h(lane.km / rules.speed_km_h, rules)
        + (rules.pool_transfer_h if routes.count(lane.route) > 1 else 0.0)
        for name, lane in config.lanes.items()
    }


def destination_columns(
    config: HubConfig,
    flights: Table,
    trucks: Table,
    loads: Table,
    connections: Table,
) -> dict[str, list[object]]:
    """The cohort of each lane by truck: its road, its departures, its arrivals, and its on-time share.

    A load belongs to a route, and a parcel of the route goes to each of its lanes with the lane's share: trucks take
    parcels first come, first served, of any lane. Numbers of lanes that share a route are therefore expected values,
    and so is the part of each lane in the parcels that have not left.
    """
    journeys = journeys_h(config)
    is_cohort = flights["is_cohort"]
    left = is_cohort[loads["flight"]] & ~np.isnan(loads["departed"])
    inside = _inside(config, flights, loads, connections)
    numbers, firsts = np.unique(trucks["route"], return_index=True)
    number_of = dict(zip(trucks["route_name"][firsts].tolist(), numbers.tolist(), strict=True))
    route = loads["route"][left]
    arrival, departed, counts = (
        values[left] for values in (flights["arrival"][loads["flight"]], loads["departed"], loads["n_parcels"])
    )
    rows = []
    for order, (name, lane) in enumerate(config.lanes.items()):
        if name in config.connections.lanes:
            continue
        is_of_route = route == number_of.get(lane.route, NEVER)
        n, since = counts[is_of_route].astype(np.int64), arrival[is_of_route]
        arrived = departed[is_of_route] + journeys[name] * MIN_PER_H
        # Whole parcels are added up before they are divided, so that a part never exceeds the whole.
        share = _share_of_route(config, lane)
        is_in_time = arrived <= deadlines(lane, since, config.clock)
        n_left, n_in_time = (int(part.sum()) * share for part in (n, n[is_in_time]))
        total = n_left + lane.share * inside
        mean = float(((arrived - since) * n).sum() / n.sum()) / MIN_PER_H if n_left else math.nan
        drive = lane.km / config.linehaul.speed_km_h
        in_time = n_in_time / total if total else 1.0
        rows.append((order, name, lane.route, drive, journeys[name], total, n_left, n_in_time, mean, in_time))
    return in_order("destinations", rows)


def _inside(config: HubConfig, flights: Table, loads: Table, connections: Table) -> float:
    """The cohort's parcels that have not left, scaled so that each lane by truck has its share of them.

    Parcels that landed and fly on are known, and none of these lanes has them.
    """
    is_cohort = flights["is_cohort"]
    inside = flights["n_parcels"] - flights["n_departed"] - flights["n_refused"]
    if not config.connections.lanes:
        return float(inside[is_cohort].sum())
    has_landed = ~np.isnan(flights["aldt"])
    flown = is_cohort[loads["flight"]] & (loads["kind"] == FLOWN) & ~np.isnan(loads["departed"])
    to_fly = (connections["n_parcels"] - connections["n_refused"])[is_cohort[connections["flight"]]].sum()
    by_truck = int(inside[is_cohort & has_landed].sum() - to_fly + loads["n_parcels"][flown].sum())
    return float(inside[is_cohort & ~has_landed].sum()) + (by_truck / config.road_share if by_truck else 0.0)


def route_km(config: HubConfig) -> dict[str, float]:
    """Outbound distance of a truck, one way, by route [km]; for several lanes, the mean weighted by their parcels."""
    km = {lane.route: 0.0 for lane in config.lanes.values()}
    for lane in config.lanes.values():
        km[lane.route] += _share_of_route(config, lane) * lane.km
    return km


def mean_truck_km(config: HubConfig) -> float:
    """Outbound distance of a truck, one way, as a mean over the parcels that leave by truck [km]; 0 without any."""
    by_road = {name: share for name, share in config.route_shares.items() if name not in config.flies_to}
    km, total = route_km(config), sum(by_road.values())
    return sum(share * km[name] for name, share in by_road.items()) / total if total else 0.0


def driven_km(config: HubConfig, trucks: Table, window: Window) -> float:
    """Outbound distance of the trucks that departed in the measured days, one way [km]."""
    km = route_km(config)
    return math.fsum(km[name] for name in trucks["route_name"][window.covers(trucks["departed"])].tolist())


def deadlines(lane: Lane, arrival: Minutes, clock: Clock = NO_CHANGES) -> Minutes:
    """The last instant [min] at which parcels of flights (N), by drawn arrival, are on time at a lane's destination."""
    days = np.floor(clock.locals(arrival) / MIN_PER_DAY) + lane.promised_days
    cut_off: Numbers = days * MIN_PER_DAY + minute_of_day(lane.sort_cut_off)
    return clock.instants(cut_off)


def destination_on_time_share(destinations: Table) -> float:
    """On-time share of the cohort's parcels; those that had not left are late."""
    n = float(destinations["n_parcels"].sum())
    return float(destinations["n_in_time"].sum()) / n if n else 1.0


def _share_of_route(config: HubConfig, lane: Lane) -> float:
    total = sum(other.share for other in config.lanes.values() if other.route == lane.route)
    return lane.share / total if total else 0.0
