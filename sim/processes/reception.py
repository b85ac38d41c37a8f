"""Which hall a flight's ULDs go to."""

from collections.abc import Sequence

import simpy

from sim.domain.flight import Flight
from sim.domain.site import Site
from sim.kernels.policies import hall_free_first
from sim.processes.pool import Key


class Reception:
    """Knows how many ULDs were sent to each hall whose break-down has not begun."""

    def __init__(self, env: simpy.Environment, site: Site, flights: Sequence[Flight]) -> None:
        self._env, self._site, self._flights = env, site, flights
        self._to_come = [0] * len(site.halls)
        """ULDs sent, by hall (H)."""

    def assign(self, key: Key) -> int:
        """The hall of a flight (key: its number) that has just been given a loader set."""
        hall = hall_free_first(self._site.halls, self._to_come, int(self._env.now))
        self._to_come[hall] += self._flights[key[0]].n_ulds
        return hall

    def start(self, hall: int) -> None:
        """Break-down of a ULD begins."""
        self._to_come[hall] -= 1
