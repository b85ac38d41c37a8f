"""M/M/c in place of the hub: worlds are arrival and service rates, and the answer is whether the mean wait is short."""

import heapq
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from experiments.statistics.next_runs import Wanted
from experiments.statistics.open_worlds import Answer, Run, Sample
from experiments.statistics.share_of_worlds import sobol_points
from experiments.studies.verify.theory_cases import erlang_c

SERVERS = (3, 4)
"""Of the designs."""
TARGET = 0.5
"""Longest mean wait at which the answer holds, in services at the middle rate."""
_CUSTOMERS, _WARM_UP = 1500, 300
_REACH = (0.3, 0.2, 1.0)
"""Of the numbers around their middle: rate of arrivals, of service, and one that does nothing."""


def rates(scaled):
    """Of arrivals and service, at scaled values in [-1, 1], (…, 3)."""
    return 2.4 * (1 + _REACH[0] * scaled[..., 0]), 1 + _REACH[1] * scaled[..., 1]


def wait(servers: int, arrivals: float, service: float) -> float:
    """Mean wait in closed form (Erlang C); infinite without a steady state."""
    offered = arrivals / service
    return erlang_c(offered, servers) / (servers * service - arrivals) if offered < servers else np.inf


def truth(n: int = 96):
    """Whether the answer holds on a grid of equally likely rates, (designs, n, n)."""
    middle = (np.arange(n) + 0.5) / n * 2 - 1
    return np.array([
        [[wait(c, *rates(np.array([x, y]))) <= TARGET for y in middle] for x in middle] for c in SERVERS
    ])  # fmt: skip


def sample(n: int, seed: int, numbers: int = 3) -> Sample:
    """All numbers from the third on do nothing."""
    points = sobol_points(n, numbers, seed)
    scaled = 2 * points - 1
    arrivals, service = rates(scaled)
    return Sample(np.array([c * service / arrivals for c in SERVERS]), points, scaled)


@cache
def margin(servers: int, arrivals: float, service: float, number: int) -> float:
    """Of a replication: what its mean wait lacks to the target, as a share of that."""
    rng = np.random.default_rng([number, 7])
    come = np.cumsum(rng.exponential(size=_CUSTOMERS) / arrivals)
    need = rng.exponential(size=_CUSTOMERS) / service
    free = [0.0] * servers
    waits = []
    for instant, length in zip(come.tolist(), need.tolist(), strict=True):
        begin = max(instant, heapq.heappop(free))
        heapq.heappush(free, begin + length)
        waits.append(begin - instant)
    return max(-3.0, 1 - float(np.mean(waits[_WARM_UP:])) / TARGET)


def ask_of(worlds: Sample, asked: list[Wanted] | None = None):
    """As a bench answers; what was asked is noted."""

    def ask(wanted: Sequence[Wanted]) -> Mapping[Run, Answer]:
        if asked is not None:
            asked.extend(wanted)
        found = {}
        for design, world, n in wanted:
            arrivals, service = rates(worlds.scaled[world])
            margins = [margin(SERVERS[design], float(arrivals), float(service), 4 * world + at) for at in range(n)]
            found[design, world] = Answer(tuple(margins))
        return found

    return ask
