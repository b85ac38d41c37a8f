"""Shuttles between halls (rule 20)."""

import simpy

from sim.domain.entities import Shuttle
from sim.domain.site import Site
from sim.processes.phases import Phase, after, at
from sim.reference.hall import Hall
from sim.reference.records import Parcel, Steps
from sim.units import NEVER


def shuttle(env: simpy.Environment, site: Site, way: tuple[Hall, Hall], shuttles: list[Shuttle]) -> Steps:
    """The shuttle from one hall to another; each trip is added to the shuttles of the hub."""
    rules, (sender, receiver), sequence, rounds = site.transfers, way, 0, 0
    while True:
        rounds += 1
        while rounds * rules.round < env.now:
            rounds += 1
        yield at(env, rounds * rules.round, Phase.ROUND)
        load = _take(site, sender, receiver, int(env.now))
        if not load:
            continue
        n_parcels = sum(parcel.count for parcel in load)
        trip = Shuttle(sender.number, receiver.number, sequence, int(env.now), n_parcels, len(load))
        shuttles.append(trip)
        sequence += 1
        yield after(env, rules.loading)
        trip.departed = int(env.now)
        sender.breakdown.release(floor=len(load) * site.units.room)
        yield after(env, rules.trip)
        trip.arrived = int(env.now)
        for parcel in load:
            receiver.docks[parcel.route].reserved += parcel.count
            receiver.stage(parcel)
        yield after(env, rules.trip)
        trip.returned = int(env.now)


def _take(site: Site, sender: Hall, receiver: Hall, now: int) -> list[Parcel]:
    """The first parcels of the queues that lead to the receiver, as many as the rule says."""
    leads = [number == receiver.number for number in sender.destinations]
    ready = [len(dock.queue) * is_for_it for dock, is_for_it in zip(sender.docks, leads, strict=True)]
    load = []
    for dock, n in zip(sender.docks, site.rules.shuttle(ready, site.transfers.units), strict=True):
        for _ in range(n):
            parcel = dock.take()
            parcel.sent_ready, parcel.ready, parcel.sent = parcel.ready, NEVER, now
            dock.reserved -= parcel.count
            load.append(parcel)
    return load
