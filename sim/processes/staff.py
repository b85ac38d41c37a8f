"""Staff: posts are manned by roster, and what is in hand when a shift ends is finished."""

from collections.abc import Iterable, Mapping

import simpy

from sim.domain.site import Hall, Manning
from sim.kernels.queueing import Servers
from sim.processes.phases import Process, at
from sim.processes.pool import Pool


def start_shifts(env: simpy.Environment, pools: Iterable[Pool], manning: Mapping[str, Manning]) -> None:
    """Have the pools' tokens follow the roster, kind by kind."""
    for pool in pools:
        for kind in pool.capacity:
            if kind in manning:
                env.process(_shifts(env, pool, kind, manning[kind]))


def _shifts(env: simpy.Environment, pool: Pool, kind: str, manning: Manning) -> Process:
    for start, posts in zip(manning.start, manning.posts, strict=True):
        yield at(env, start)
        pool.set_capacity(kind, posts)


def servers_of(hall: Hall, desks: str) -> Servers:
    """A hall's desks of a kind, as many as the roster mans."""
    manning = hall.manning.get(desks)
    return Servers(manning.start, manning.posts) if manning else Servers.always(getattr(hall, desks))
