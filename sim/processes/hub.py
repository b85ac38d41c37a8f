"""The hub, assembled.

    flight ─► stand ─► loaders ─► tug train ─► ULD position ─► break-down station ─► machine ─┬─► lane ─► truck
              (apron)                                          (breakdown)           (sorting) │ (lanes)  (outbound)
                                                                                         ▲     ├─► hand-coding desk
                                                                                         └─────┴─► hold zone (customs)

Flights, trains, ULDs and trucks are SimPy processes; parcels are rows of columns (`store`).
"""

from dataclasses import dataclass

import numpy as np
import simpy

from sim.domain.flight import Flight
from sim.domain.inputs import Inputs
from sim.domain.site import Site
from sim.kernels.policies import machine_for_next_uld
from sim.processes.apron import Apron, flight_process
from sim.processes.breakdown import Breakdown, breakdown_process
from sim.processes.customs import HoldZone
from sim.processes.lanes import Lanes
from sim.processes.outbound import Outbound, dispatcher_process, timetable_process
from sim.processes.phases import Phase
from sim.processes.pool import Pool
from sim.processes.sorting import Sortation
from sim.processes.store import ParcelStore
from sim.record.recorder import Recorder
from sim.record.rows import FlightRow, UldRow
from sim.units import Ticks


@dataclass(frozen=True, slots=True)
class HubRun:
    """What a run leaves: the record, and the stamps of the parcels that were asked for."""

    record: Recorder
    store: ParcelStore


def run(inputs: Inputs, env: simpy.Environment | None = None) -> HubRun:
    """Run a hub to the end of its inputs."""
    env = env or simpy.Environment(0)
    site = inputs.site
    record = Recorder(inputs.end, inputs.measured, inputs.bin_width)
    store = ParcelStore(
        max((flight.n_parcels for flight in inputs.flights), default=1),
        site.route_of_lane,
        keeps_stamps=any(inputs.is_recorded(flight) for flight in inputs.flights),
    )
    free_stations = list(site.stations)
    pools = _make_pools(env, site, free_stations)
    on_floor = [0] * site.n_routes
    lanes = Lanes(store, site.n_routes)

    def refuse(parcels: Ticks) -> None:
        routes = store.column["route"][store.rows(parcels)].tolist()
        for flight, route in zip((parcels >> store.shift).tolist(), routes, strict=True):
            on_floor[route] -= 1
            record.refused.append((flight, int(env.now), 1))
            store.leave(flight, 1)
        pools["hall"].release(floor=len(parcels))

    zone = HoldZone(env, site, store, tally=record.stages["customs_hold"], refuse=refuse)
    sortation = Sortation(site, store, inputs.measured, tallies=record.stages, deliver=lanes.deliver, hold=zone.hold)

    def look(instant: int) -> None:
        sortation.advance(instant)
        lanes.collect(instant)

    def land(flight: Flight) -> list[UldRow]:
        parcels = inputs.parcels_of(flight)
        store.add(flight, parcels, is_kept=inputs.is_recorded(flight))
        counts = np.diff(parcels.first).tolist()
        ulds = [UldRow(flight.number, index, int(flight.deck(index)), n) for index, n in enumerate(counts)]
        record.ulds.extend(ulds)
        return ulds

    breakdown = Breakdown(
        env,
        site,
        pools["positions"],
        pools["hall"],
        free_stations,
        store,
        sortation,
        on_floor,
        record.stages["breakdown"],
    )
    apron = Apron(
        env,
        site,
        pools["stands"],
        pools["loader_sets"],
        pools["tugs"],
        pools["positions"],
        land,
        lambda uld: breakdown_process(breakdown, uld),
        record.trains,
    )
    outbound = Outbound(env, site, pools["doors"], pools["hall"], lanes, store, record, on_floor, look)
    _start_flights(apron, inputs.flights, record)
    env.process(timetable_process(outbound, inputs.end))
    env.process(dispatcher_process(outbound))
    env.process(zone.rounds(sortation))
    env.run(until=inputs.end)
    _close(inputs.end, record, store, sortation, lanes, zone, pools)
    return HubRun(record, store)


def _make_pools(env: simpy.Environment, site: Site, free_stations: list[int]) -> dict[str, Pool]:
    """The hub's tokens; a granted ULD takes one of the free stations (M, by machine)."""

    def assign() -> int:
        machine = machine_for_next_uld(free_stations)
        free_stations[machine] -= 1
        return machine

    return {
        "stands": Pool(env, Phase.STAND, stands=site.stands),
        "loader_sets": Pool(env, Phase.LOADER, loader_sets=site.loader_sets),
        "tugs": Pool(env, Phase.TUG, tugs=site.tugs),
        "positions": Pool(env, Phase.POSITION, positions=site.positions),
        "hall": Pool(
            env,
            Phase.BREAKDOWN,
            assign,
            stations=sum(site.stations),
            workers=site.breakdown_workers,
            floor=site.floor,
        ),
        "doors": Pool(env, Phase.DOOR, doors=site.doors, dock_workers=site.dock_workers),
    }


def _start_flights(apron: Apron, flights: tuple[Flight, ...], record: Recorder) -> None:
    for flight in flights:
        row = FlightRow(
            flight.number,
            flight.key,
            flight.aircraft,
            flight.sibt,
            flight.arrival,
            flight.n_ulds,
            flight.n_parcels,
            flight.is_cohort,
        )
        record.flights.append(row)
        apron.env.process(flight_process(apron, flight, row))


def _close(
    end: int,
    record: Recorder,
    store: ParcelStore,
    sortation: Sortation,
    lanes: Lanes,
    zone: HoldZone,
    pools: dict[str, Pool],
) -> None:
    """Bring all to the last instant, and count what is still inside."""
    sortation.advance(end - 1)
    lanes.collect(end - 1)
    zone.take_in(end)
    for held in zone.waiting():
        record.stages["customs_hold"].stay_inside(np.sort(held[held < end]))
    for waiting in sortation.waiting_at_desks():
        record.stages["handcoding"].stay_inside(waiting[waiting < end])
    for route in lanes.routes:
        for ready, _ in route.waiting():
            record.stages["lane"].stay_inside(ready)
    record.machine_work = [machine.n_begun for machine in sortation.machines]
    for pool in pools.values():
        for kind, held_time in pool.held_until(end).items():
            record.pools["name"].append(kind)
            record.pools["held_time"].append(held_time)
            record.pools["lacked_time"].append(pool.lacked_time[kind])
    store.close()
