"""Shuttles, which carry parcels in rounds to the hall from which their trucks leave."""

from collections.abc import Sequence

import numpy as np

from sim.domain.entities import Shuttle
from sim.domain.trailer import TrailerLimits
from sim.processes.hall import Hall
from sim.processes.phases import Phase, Process, after, at
from sim.processes.shared import Shared
from sim.units import NEVER, Ticks

_ANY = 1 << 62
"""A limit above all values."""


def shuttle_process(shared: Shared, halls: Sequence[Hall], way: tuple[int, int]) -> Process:
    """The shuttle from one hall to another (hall, hall): it leaves in each round in which it is at home."""
    env, inputs, store, record = shared
    rules, (sender, receiver) = inputs.site.transfers, (halls[number] for number in way)
    sequence = now = 0
    while True:
        # A shuttle that comes back at the instant of a round leaves in it.
        now = max(now + rules.round, -(-int(env.now) // rules.round) * rules.round)
        yield at(env, now, Phase.ROUND)
        sender.look(now)
        parcels = _take(shared, sender, receiver)
        if len(parcels) == 0:
            continue
        shuttle = Shuttle(*way, sequence, now, store.n_parcels(parcels), len(parcels))
        record.shuttles.append(shuttle)
        sequence += 1
        arrival = now + rules.loading + rules.trip
        record.stages["transfer"].add(now, arrival, shuttle.n_parcels)
        receiver.lanes.deliver(np.full(len(parcels), arrival), np.sort(parcels))
        yield after(env, rules.loading)
        shuttle.departed = int(env.now)
        sender.breakdown.release(floor=len(parcels) * inputs.site.units.room)
        yield after(env, rules.trip)
        shuttle.arrived = int(env.now)
        by_route = store.parcels_by_route(parcels, len(receiver.on_floor))
        receiver.on_floor = [n + more for n, more in zip(receiver.on_floor, by_route, strict=True)]
        yield after(env, rules.trip)
        shuttle.returned = int(env.now)


def _take(shared: Shared, sender: Hall, receiver: Hall) -> Ticks:
    """The load of a shuttle: the fronts of the lanes of its routes."""
    store, site, now = shared.store, shared.site, int(shared.env.now)
    lanes = zip(sender.destinations, sender.lanes.routes, strict=True)
    numbers = site.rules.shuttle([lane.n * (hall == receiver.number) for hall, lane in lanes], site.transfers.units)
    taken = [np.empty(0, dtype=np.int64)]
    for route, n in enumerate(numbers):
        if n:
            ready, parcels, _, _ = sender.lanes.take(route, TrailerLimits(n, _ANY, _ANY), now)
            sender.on_floor[route] -= store.n_parcels(parcels)
            store.stamp("sent_ready", parcels, ready)
            store.stamp("ready", parcels, NEVER)
            store.stamp("sent", parcels, now)
            shared.record.stages["lane"].add(ready, now, store.counts(parcels))
            taken.append(parcels)
    return np.concatenate(taken)
