"""The reduced hub by the kernels of the vectorised program: each stage is one pass over columns."""

from itertools import pairwise

import numpy as np

from sim.kernels.ordering import hub_order
from sim.kernels.queueing import servers_in_turn, single_server
from sim.reference.engines import Leaving, Prepared
from sim.reference.engines.network import Network


def prepared(network: Network) -> Prepared:
    return lambda: _run(network)


def _run(network: Network) -> Leaving:
    arrival, machine, chute = network.handled(), network.machine_of_parcel, network.chute
    parcel = hub_order(arrival, np.arange(network.n_parcels), machine.astype(np.uint8))
    arrival, chute = arrival[parcel], chute[parcel]
    bounds = np.searchsorted(machine[parcel], np.arange(network.n_machines + 1)).tolist()
    served = [single_server(arrival[a:b], network.service, 0) for a, b in pairwise(bounds) if a < b]
    arrival = np.concatenate(served) + network.service
    order = hub_order(arrival, parcel, chute.astype(np.uint16))
    arrival, chute, parcel = arrival[order], chute[order], parcel[order]
    counts = np.bincount(chute, minlength=len(network.posts))
    dealt = np.arange(len(chute)) - np.repeat(np.cumsum(counts) - counts, counts)
    turn, post = np.divmod(dealt, np.repeat(network.posts, counts))
    post += np.repeat(network.first_post, counts)
    packing, free_at = network.packing[parcel], np.zeros(network.posts.sum(), dtype=np.int64)
    packed = np.empty_like(arrival)
    packed[parcel] = servers_in_turn(arrival, packing, post, turn, free_at) + packing
    return packed, network.cut_offs[network.cut_offs.searchsorted(packed)]
