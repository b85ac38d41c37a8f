"""The choice of a hall for the ULDs of a flight."""

from collections.abc import Sequence

import numpy as np
import simpy

from sim.domain.entities import Uld
from sim.domain.site import Site
from sim.processes.pool import Key
from sim.processes.store import ParcelStore
from sim.rules.hall import Place
from sim.units import NEVER, Ticks


class Reception:
    """Counts the ULDs that were sent to each hall and whose break-down has not begun."""

    def __init__(self, env: simpy.Environment, site: Site, store: ParcelStore) -> None:
        self._env, self._site, self._store = env, site, store
        self._to_come = [0] * len(site.halls)
        """ULDs sent, by hall (H)."""
        self.loads: dict[Key, list[Uld]] = {}
        """ULDs of flights and trains that wait for a grant, by (flight,) or (flight, deck)."""
        # Whether parcels of a route leave from each hall (H, R).
        self._serves = np.array([hall.serves for hall in site.halls], dtype=np.int64)

    def assign_flight(self, key: Key) -> int:
        """The hall of a flight that has just got a loader set, if all its ULDs go to the same hall."""
        ulds = self.loads.pop(key)
        return self._send(ulds) if self._site.rules.hall.is_of_flight else NEVER

    def assign_train(self, key: Key) -> int:
        """The halls of the ULDs of a train that has just got a tug, if they are chosen one by one."""
        ulds = self.loads.pop(key)
        if not self._site.rules.hall.is_of_flight:
            for uld in ulds:
                self._send([uld])
        return 0

    def _send(self, ulds: Sequence[Uld]) -> int:
        """Choose one hall for ULDs."""
        now = int(self._env.now)
        served = sum((self._served(uld) for uld in ulds), np.zeros(len(self._to_come), dtype=np.int64))
        columns = zip(self._site.halls, self._to_come, served.tolist(), strict=True)
        places = [Place(hall.opens <= now, sum(hall.stations), to_come, n) for hall, to_come, n in columns]
        number = self._site.rules.hall.choose(places)
        self._to_come[number] += len(ulds)
        for uld in ulds:
            uld.hall = number
        return number

    def _served(self, uld: Uld) -> Ticks:
        """Units of a ULD that leave from each hall (H)."""
        served: Ticks = self._serves @ self._store.by_route(uld.flight, uld.index, self._site.n_routes)
        return served

    def start(self, hall: int) -> None:
        """Record that break-down of a ULD begins."""
        self._to_come[hall] -= 1
