"""A ULD in the hall, from its position to a break-down station, until the machine has begun its last parcel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.domain.entities import Uld
from sim.domain.site import Site
from sim.processes.hall import Hall
from sim.processes.phases import Process, after, at
from sim.processes.pool import Grant, Pool
from sim.processes.reception import Reception
from sim.processes.slots import has
from sim.processes.sorting import Machine
from sim.processes.store import Mark, ParcelStore
from sim.record.recorder import StageTally
from sim.rules.next_uld import Waiting
from sim.units import Ticks

_NONE: Ticks = np.empty(0, dtype=np.int64)


@dataclass(slots=True)
class Breakdown:
    env: simpy.Environment
    site: Site
    halls: Sequence[Hall]
    reception: Reception
    store: ParcelStore
    tally: StageTally
    arrivals: Mapping[int, int]
    """Drawn arrival of each flight [ticks]."""
    empties: Sequence[Pool]
    """Empty ULDs of each hall (H) after break-down; none without exports."""


def breakdown_process(breakdown: Breakdown, uld: Uld) -> Process:
    env, site, hall = breakdown.env, breakdown.site, breakdown.halls[uld.hall]
    yield after(env, site.handling.check_in)
    uld.checked_in = int(env.now)
    if uld.is_xrayed:
        yield from _xray(env, site, hall, uld)
    by_route = breakdown.store.by_route(uld.flight, uld.index, site.n_routes)
    rooms = hall.rooms(by_route)
    on_floor = (
        by_route if site.units.are_parcels else breakdown.store.parcels_by_route(_units(breakdown, uld), site.n_routes)
    )
    uld.n_sent = sum(n for n, place in zip(on_floor, hall.destinations, strict=True) if place != hall.number)
    floor = uld.n_units * site.units.room
    demand = {"floor": floor} | rooms
    if not site.units.are_ulds:
        demand = {"stations": 1, "workers": site.handling.workers_per_station} | demand
    arrival = breakdown.arrivals[uld.flight]
    waiting = Waiting(int(env.now), uld.n_units, uld.n_parcels, uld.n_sent, floor, uld.flight, arrival)
    grant = yield hall.breakdown.request((uld.flight, uld.index), about=waiting, **demand)
    assert isinstance(grant, Grant)
    uld.start = int(env.now)
    uld.wait_station = grant.waited.get("stations", 0)
    uld.wait_workers = grant.waited.get("workers", 0)
    uld.wait_floor = sum(grant.waited.get(kind, 0) for kind in ("floor", *rooms))
    hall.positions.release(positions=1)
    breakdown.reception.start(uld.hall)
    hall.on_floor = [n + more for n, more in zip(hall.on_floor, on_floor, strict=True)]
    if site.units.are_ulds:
        uld.end = uld.released = uld.start
        _carry(breakdown, hall, uld, _units(breakdown, uld))
        return
    uld.machine = hall.first_machine + grant.unit
    if uld.n_units:
        machine = hall.sortation.machines[grant.unit]
        last, end = _hand_over(breakdown, hall, machine, uld)
        yield at(env, end)
        uld.end = end
        if last is not None:
            machine.advance(end)
            yield at(env, max(end, machine.begun.pop(last)))
    else:
        uld.end = uld.start
    uld.released = int(env.now)
    hall.held_stations[grant.unit] -= 1
    hall.breakdown.release(stations=1, workers=site.handling.workers_per_station)
    if breakdown.empties:
        breakdown.empties[uld.hall].add(empty_ulds=1)


def _units(breakdown: Breakdown, uld: Uld) -> Ticks:
    """The units of a ULD (P)."""
    return np.arange(*breakdown.store.uld(uld.flight, uld.index)) if uld.n_units else _NONE


def _xray(env: simpy.Environment, site: Site, hall: Hall, uld: Uld) -> Process:
    """X-ray of a whole ULD in its machine; the ULD keeps its position."""
    yield hall.uld_xrays.request((uld.flight, uld.index), uld_xrays=1)
    uld.xray_begin = int(env.now)
    yield after(env, site.customs.uld_xray)
    uld.xray_end = int(env.now)
    hall.uld_xrays.release(uld_xrays=1)


def _carry(breakdown: Breakdown, hall: Hall, uld: Uld, units: Ticks) -> None:
    """A ULD goes whole (its only unit is itself; none if it is empty) to its lane, or to the hold zone."""
    store = breakdown.store
    if not uld.n_units:
        if breakdown.empties:
            breakdown.empties[uld.hall].add(empty_ulds=1)
        return
    rows = store.rows(units)
    arrival = uld.start + store.column["handling"][rows].astype(np.int64)
    store.column["hall"][rows] = hall.number
    store.stamp("start", units, uld.start)
    store.stamp("handled", units, arrival)
    breakdown.tally.add(uld.start, arrival, store.counts(units))
    hall.sortation.carry(arrival, units)


def _hand_over(breakdown: Breakdown, hall: Hall, machine: Machine, uld: Uld) -> tuple[int | None, int]:
    """Feed machine and manual sort with the ULD's parcels.

    Returns the last parcel on the machine, and the instant at which all are handled.
    """
    store = breakdown.store
    first, stop = store.uld(uld.flight, uld.index)
    rows = store.run_of(first, stop)
    arrival = uld.start + np.cumsum(store.column["handling"][rows], dtype=np.int64)
    parcels = np.arange(first, stop)
    store.column["hall"][rows] = hall.number
    store.stamp("start", parcels, uld.start)
    store.stamp("handled", parcels, arrival)
    breakdown.tally.add(uld.start, arrival, store.counts(parcels))
    end = int(arrival[-1])
    by_hand = has(store.column["mark"][rows], Mark.NON_CONVEYABLE)
    if by_hand.any():
        hall.sortation.feed_by_hand(arrival[by_hand], parcels[by_hand])
        arrival, parcels = arrival[~by_hand], parcels[~by_hand]
        if len(parcels) == 0:
            return None, end
    machine.feed(arrival, parcels, is_watched=True)
    return int(parcels[-1]), end
