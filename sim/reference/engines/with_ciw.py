"""The reduced hub in Ciw. Its customers cannot be split, so parcels are inputs from the end of break-down on."""

from itertools import cycle
from typing import Any

import numpy as np

from sim.reference.engines import Leaving, Prepared
from sim.reference.engines.network import Network


def prepared(network: Network) -> Prepared:
    import ciw

    handled = network.handled()
    order = np.argsort(handled)
    parcel_of = order.tolist()
    machine, chute, packing = (
        column.tolist() for column in (network.machine_of_parcel, network.chute, network.packing)
    )
    n_posts = int(network.posts.sum())
    first_machine, first_post = 2, 2 + network.n_machines
    lane = first_post + n_posts
    """Nodes count from 1; all parcels enter at node 1."""

    class Packing(ciw.dists.Distribution):  # type: ignore[misc]
        def sample(self, t: float | None = None, ind: Any = None) -> int:  # noqa: ARG002 - as Ciw calls it
            return int(packing[parcel_of[ind.id_number - 1]])

    class Arriving(ciw.dists.Distribution):  # type: ignore[misc]
        """Not Ciw's own sequence, which Python 3.14 cannot copy."""

        def __init__(self) -> None:
            self._gaps = np.diff(handled[order], prepend=0)[::-1].tolist()

        def sample(self, t: float | None = None, ind: Any = None) -> float:  # noqa: ARG002 - as Ciw calls it
            return self._gaps.pop() if self._gaps else float("inf")

    class To(ciw.routing.NodeRouting):  # type: ignore[misc]
        def __init__(self, place: Any) -> None:
            self._place = place

        def next_node(self, ind: Any) -> Any:
            return self.simulation.nodes[self._place(parcel_of[ind.id_number - 1])]

    def run() -> Leaving:
        turns = [
            cycle(range(first, first + n))
            for first, n in zip((first_post + network.first_post).tolist(), network.posts.tolist(), strict=True)
        ]
        at_once, on_truck = ciw.dists.Deterministic(0), [10**9] * len(network.cut_offs)
        routers = [
            To(lambda parcel: first_machine + machine[parcel]),
            *(To(lambda parcel: next(turns[chute[parcel]])) for _ in range(network.n_machines)),
            *(To(lambda _: lane) for _ in range(n_posts)),
            ciw.routing.Leave(),
        ]
        services = [ciw.dists.Deterministic(network.service)] * network.n_machines + [Packing()] * n_posts
        nodes = ciw.create_network(
            arrival_distributions=[Arriving(), *[None] * (lane - 1)],
            service_distributions=[at_once, *services, at_once],
            number_of_servers=[
                float("inf"),
                *[1] * len(services),
                ciw.Slotted(slots=network.cut_offs.tolist(), slot_sizes=on_truck),
            ],
            routing=ciw.routing.NetworkRouting(routers=routers),
        )
        simulation = ciw.Simulation(nodes)
        simulation.simulate_until_max_time(float(network.cut_offs[-1]) + 1)
        packed, departed = np.zeros((2, network.n_parcels), dtype=np.int64)
        for stay in simulation.get_all_records():
            if stay.node == lane:
                parcel = parcel_of[stay.id_number - 1]
                packed[parcel], departed[parcel] = stay.arrival_date, stay.exit_date
        return packed, departed

    return run
