"""Which hall the ULDs of a flight go to."""

from collections.abc import Sequence

import numpy as np
import simpy

from sim.domain.flight import Flight
from sim.domain.site import HallPolicy, Site
from sim.kernels.policies import hall_free_first, halls_for_ulds
from sim.processes.pool import Key
from sim.processes.store import ParcelStore
from sim.record.rows import UldRow
from sim.units import NEVER


class Reception:
    """Knows how many ULDs were sent to each hall whose break-down has not begun."""

    def __init__(self, env: simpy.Environment, site: Site, flights: Sequence[Flight], store: ParcelStore) -> None:
        self._env, self._site, self._flights, self._store = env, site, flights, store
        self._to_come = [0] * len(site.halls)
        """ULDs sent, by hall (H)."""
        self.loads: dict[Key, list[UldRow]] = {}
        """What a tug train that was asked for will carry, by (flight, deck)."""
        # Of a route, whether its parcels leave from each hall (H, R).
        self._serves = np.array([hall.serves for hall in site.halls], dtype=np.int64)

    def assign_flight(self, key: Key) -> int:
        """The hall of a flight (key: its number) that has just been given a loader set."""
        if self._site.policy is not HallPolicy.FLIGHT:
            return NEVER
        hall = hall_free_first(self._site.halls, self._to_come, int(self._env.now))
        self._to_come[hall] += self._flights[key[0]].n_ulds
        return hall

    def assign_train(self, key: Key) -> int:
        """The halls of the ULDs of a train that has just been given a tug (key: flight, deck)."""
        load = self.loads.pop(key)
        if self._site.policy is not HallPolicy.FLIGHT:
            served = [self._served(uld) for uld in load]
            halls = halls_for_ulds(self._site.policy, self._site.halls, self._to_come, served, int(self._env.now))
            for uld, hall in zip(load, halls, strict=True):
                uld.hall = hall
                self._to_come[hall] += 1
        return 0

    def _served(self, uld: UldRow) -> list[int]:
        """Parcels of a ULD that leave from each hall (H)."""
        by_route = self._store.by_route(uld.flight, uld.index, self._site.n_routes)
        served: list[int] = (self._serves @ by_route).tolist()
        return served

    def start(self, hall: int) -> None:
        """Break-down of a ULD begins."""
        self._to_come[hall] -= 1
