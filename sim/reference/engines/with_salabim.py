"""The reduced hub in salabim, one component for each parcel."""

from itertools import cycle, pairwise
from typing import Any

import numpy as np

from sim.reference.engines import Leaving, Prepared
from sim.reference.engines.network import Network


def prepared(network: Network) -> Prepared:
    import salabim

    salabim.yieldless(value=False)
    return lambda: _run(salabim, network)


def _run(salabim: Any, network: Network) -> Leaving:
    env = salabim.Environment(trace=False)
    stations = salabim.Resource(capacity=network.stations, env=env)
    machines = [salabim.Resource(env=env) for _ in range(network.n_machines)]
    posts = [cycle([salabim.Resource(env=env) for _ in range(n)]) for n in network.posts.tolist()]
    handling, packing, chute = network.handling.tolist(), network.packing.tolist(), network.chute.tolist()
    packed, departed = [0.0] * network.n_parcels, [0.0] * network.n_parcels
    truck_leaves = salabim.State(env=env)

    class Uld(salabim.Component):  # type: ignore[misc]
        def process(self, parcels: range, machine: Any) -> Any:
            yield self.request(stations)
            for parcel in parcels:
                yield self.hold(handling[parcel])
                Parcel(env=env, parcel=parcel, machine=machine)
            self.release(stations)

    class Parcel(salabim.Component):  # type: ignore[misc]
        def process(self, parcel: int, machine: Any) -> Any:
            yield self.request(machine)
            yield self.hold(network.service)
            self.release(machine)
            post = next(posts[chute[parcel]])
            yield self.request(post)
            yield self.hold(packing[parcel])
            self.release(post)
            packed[parcel] = env.now()
            yield self.wait(truck_leaves)
            departed[parcel] = env.now()

    class Trucks(salabim.Component):  # type: ignore[misc]
        def process(self) -> Any:
            for cut_off in network.cut_offs.tolist():
                yield self.hold(till=cut_off)
                truck_leaves.trigger()

    of_ulds = pairwise(network.first.tolist())
    for arrival, slot, machine in zip(network.arrival.tolist(), of_ulds, network.machine.tolist(), strict=True):
        Uld(at=arrival, parcels=range(*slot), machine=machines[machine], env=env)
    Trucks(env=env)
    env.run()
    return np.array(packed, dtype=np.int64), np.array(departed, dtype=np.int64)
