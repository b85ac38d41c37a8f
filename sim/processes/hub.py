"""The hub, assembled.

    flight ─► stand ─► loaders ─► tug train ─► ULD position ─► station ─► machine ─┬─► chute ─► lane ─► truck
              (apron)                                       (breakdown)  (sorting) │ (packout) (lanes) (outbound)
                                                             │               ▲     ├─► hand-coding desk ─► chute
                                                             │               ├─────┼─► hold zone (customs)
                                                             │               └─────┴─► chute to a machine (second_sort)
                                                             └─► manual sort ─► lane

    collection truck ─► inbound door ─► screening ─┬─► machine ─┬─► export lane ─► build-up ─► outbound train ─► flight
                                                  └─► by hand ─┘ (export_hall)    (buildup)   (loading)

Flights, trains, ULDs and trucks are processes from event to event; parcels are rows of columns (`store`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import simpy

from sim.domain.entities import Connection, Uld, Visit
from sim.domain.fields import begun
from sim.domain.flight import Flight
from sim.domain.inputs import Inputs
from sim.processes.apron import Apron, flight_process
from sim.processes.breakdown import Breakdown, breakdown_process
from sim.processes.export_store import ExportStore
from sim.processes.exports import Exports, make_exports
from sim.processes.hall import Hall
from sim.processes.outbound import Outbound, dispatcher_process, timetable_process
from sim.processes.phases import Phase, Process, start
from sim.processes.pool import Pool
from sim.processes.reception import Reception
from sim.processes.shared import Shared
from sim.processes.staff import Meter, start_shifts
from sim.processes.store import ParcelStore
from sim.processes.transfers import shuttle_process
from sim.record.recorder import CustomsRow, Recorder
from sim.record.tallies import StaffTime
from sim.units import NEVER


@dataclass(frozen=True, slots=True)
class HubRun:
    """The result of a run: the record, and the stamps of the recorded parcels."""

    record: Recorder
    store: ParcelStore
    export_store: ExportStore | None


def run(inputs: Inputs, env: simpy.Environment | None = None) -> HubRun:
    """Run a hub to the end of its inputs."""
    env = env or simpy.Environment(0)
    site = inputs.site
    record = Recorder(inputs.end, inputs.measured, inputs.bin_width, inputs.flow_width)
    store = ParcelStore(
        max((flight.n_parcels for flight in inputs.flights), default=1),
        site.route_of_lane,
        counts=not site.units.are_parcels,
        values=inputs.has_values,
        keeps_stamps=any(inputs.is_recorded(flight) for flight in inputs.flights),
    )
    store.departures = [] if inputs.keeps_departures else None
    shared = Shared(env, inputs, store, record)
    halls = [Hall(shared, number) for number in range(len(site.halls))]
    exports = None if inputs.exports is None else make_exports(shared, halls)
    apron = _make_apron(shared, halls, exports)
    _start_flights(apron, inputs.flights, record)
    start_shifts(env, apron.pools, site.apron.manning)
    for hall in halls:
        start_shifts(env, hall.pools, hall.site.manning)
    pools = {NEVER: apron.pools} | {hall.number: hall.pools for hall in halls}
    if exports is not None:
        pools = {place: of_place + exports.pools[place] for place, of_place in pools.items()}
    meter = Meter(env, pools, inputs.measured)
    outbound = Outbound(env, site, halls, store, record)
    start(timetable_process(outbound, inputs.end))
    start(dispatcher_process(outbound))
    for hall in halls:
        start(hall.zone.rounds(hall.sortation))
        if hall.second_sort is not None:
            start(hall.second_sort.rounds(hall.sortation))
    for origin, rooms in enumerate(site.rooms):
        for destination in rooms:
            start(shuttle_process(shared, halls, (origin, destination)))
    env.run(until=inputs.end)
    for hall in halls:
        hall.sortation.close(inputs.end)
    if exports is not None:
        exports.close(inputs.end)
    for hall in halls:
        _close_hall(shared, hall)
    meter.close(inputs.end, record)
    record.close()
    store.close()
    return HubRun(record, store, None if exports is None else exports.store)


def _make_apron(shared: Shared, halls: Sequence[Hall], exports: Exports | None) -> Apron:
    (env, inputs, store, record), site = shared, shared.site
    reception = Reception(env, site, store)
    flies_on = [route for route, lane in enumerate(site.flies_to) if lane != NEVER]
    empties = [] if exports is None else [hall.build_up for hall in exports.halls]
    arrivals = {flight.number: flight.arrival for flight in inputs.flights}
    breakdown = Breakdown(env, site, halls, reception, store, record.stages["breakdown"], arrivals, empties)

    def land(flight: Flight) -> list[Uld]:
        parcels = inputs.parcels_of(flight)
        store.add(flight, parcels, is_kept=inputs.is_recorded(flight))
        record.customs.append(CustomsRow(flight.number, parcels.by_channel, parcels.counts))
        if flies_on:
            by_route = np.bincount(site.route_of_lane[parcels.lane], minlength=site.n_routes).tolist()
            ways = ((flight.number, route) for route in flies_on if by_route[route])
            record.connection_of.update({way: Connection(*way, by_route[way[1]]) for way in ways})
        drawn = parcels.parcels_of_ulds.tolist(), np.diff(parcels.first).tolist(), parcels.is_uld_xrayed.tolist()
        of_ulds = enumerate(zip(*drawn, strict=True))
        ulds = [Uld(flight.number, index, int(flight.deck(index)), *values) for index, values in of_ulds]
        for uld in ulds:
            record.ulds.append(uld)
        return ulds

    def break_down(uld: Uld) -> Process:
        yield from breakdown_process(breakdown, uld)
        record.ulds.close(uld)

    return Apron(
        env,
        site,
        stands=Pool(env, Phase.STAND, stands=site.apron.stands),
        loader_sets=Pool(env, Phase.LOADER, reception.assign_flight, loader_sets=site.apron.loader_sets),
        tugs=Pool(env, Phase.TUG, reception.assign_train, tugs=site.apron.tugs),
        positions=[hall.positions for hall in halls],
        land=land,
        break_down=break_down,
        trains=record.trains,
        loads=reception.loads,
        loading=None if exports is None else exports.loading,
        gone={flight.after: env.event() for flight in inputs.flights if flight.after is not None},
    )


def _start_flights(apron: Apron, flights: tuple[Flight, ...], record: Recorder) -> None:
    for flight in flights:
        visit = begun(Visit, flight)
        record.flights.append(visit)
        start(flight_process(apron, flight, visit))
        if apron.loading is not None:
            start(apron.loading.build_up.cut_off(flight, visit))


def _close_hall(shared: Shared, hall: Hall) -> None:
    end, store, record = shared.inputs.end, shared.store, shared.record
    hall.look(end - 1)
    hall.zone.take_in(end)
    if hall.second_sort is not None:
        hall.second_sort.close(end)
    since, held = hall.zone.waiting(end)
    record.stages["customs_hold"].add(since, end, store.counts(held))
    for route in hall.lanes.routes:
        for ready, units in route.waiting():
            record.stages["lane"].add(ready, end, store.counts(units))
    record.machine_work += [machine.n_begun for machine in hall.sortation.machines]
    short = sum(machine.short.time for machine in hall.sortation.machines)
    record.staff["inductions", hall.number] = StaffTime(lacked=short, overtime=0)
    if hall.packout is not None:
        hall.packout.close(end)
        record.packout_work += hall.packout.work
        record.staff["packout_posts", hall.number] = StaffTime(lacked=hall.packout.short.time, overtime=0)
