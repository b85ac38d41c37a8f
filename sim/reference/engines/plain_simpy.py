"""The reduced hub in SimPy, one process for each parcel."""

from collections.abc import Generator
from itertools import cycle, pairwise

import numpy as np
import simpy

from sim.reference.engines import Leaving, Prepared
from sim.reference.engines.network import Network

Steps = Generator[simpy.Event, object, None]


def prepared(network: Network) -> Prepared:
    return lambda: _run(network)


def _run(network: Network) -> Leaving:
    env = simpy.Environment()
    stations = simpy.Resource(env, network.stations)
    machines = [simpy.Resource(env) for _ in range(network.n_machines)]
    posts = [cycle([simpy.Resource(env) for _ in range(n)]) for n in network.posts.tolist()]
    handling, packing, chute = network.handling.tolist(), network.packing.tolist(), network.chute.tolist()
    packed, departed = [0] * network.n_parcels, [0] * network.n_parcels
    next_truck = [env.event()]

    def uld(arrival: int, parcels: range, machine: simpy.Resource) -> Steps:
        yield env.timeout(arrival)
        with stations.request() as station:
            yield station
            for parcel in parcels:
                yield env.timeout(handling[parcel])
                env.process(through(parcel, machine))

    def through(parcel: int, machine: simpy.Resource) -> Steps:
        with machine.request() as turn:
            yield turn
            yield env.timeout(network.service)
        with next(posts[chute[parcel]]).request() as turn:
            yield turn
            yield env.timeout(packing[parcel])
        packed[parcel] = int(env.now)
        yield next_truck[0]
        departed[parcel] = int(env.now)

    def trucks() -> Steps:
        for cut_off in network.cut_offs.tolist():
            yield env.timeout(cut_off - env.now)
            next_truck[0].succeed()
            next_truck[0] = env.event()

    of_ulds = pairwise(network.first.tolist())
    for arrival, slot, machine in zip(network.arrival.tolist(), of_ulds, network.machine.tolist(), strict=True):
        env.process(uld(arrival, range(*slot), machines[machine]))
    env.process(trucks())
    env.run()
    return np.array(packed), np.array(departed)
