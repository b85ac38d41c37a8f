"""Manning by the roster (rules 33 and 34)."""

from collections.abc import Callable, Iterable, Mapping

import simpy

from sim.domain.site import Manning
from sim.processes.phases import at, call
from sim.processes.pool import Pool


def follow_roster(env: simpy.Environment, manning: Mapping[str, Manning], pools: Iterable[Pool]) -> None:
    """At each step a pool gets as many tokens of a kind as are manned; grants of that instant follow."""
    for pool in pools:
        for kind in manning.keys() & pool.capacity.keys():
            of_kind = manning[kind]
            for instant, posts, rostered in zip(of_kind.start, of_kind.posts, of_kind.rostered, strict=True):
                call(at(env, instant), _change(pool, kind, posts, rostered))


def _change(pool: Pool, kind: str, posts: int, rostered: int) -> Callable[[simpy.Event], None]:
    return lambda _: pool.set_capacity(kind, posts, rostered)
