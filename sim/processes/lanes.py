"""Lanes on the floor: a route's ready parcels in order, counted, and taken from the front."""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.domain.site import TrailerLimits
from sim.kernels.coming import Pending
from sim.kernels.ordering import hub_order
from sim.processes.slots import ParcelSlots
from sim.record.flows import FlowTally
from sim.units import Ticks


@dataclass(slots=True)
class _Run:
    """Consecutive ready parcels of a route (P), with what they add up to from `taken` on."""

    ready: Ticks
    parcels: Ticks
    mass: Ticks
    """[g], cumulative from an origin of its own."""
    volume: Ticks
    """[cm³], likewise."""
    mass_before: int
    volume_before: int


class Route:
    """What is ready for the trucks of a route."""

    def __init__(self) -> None:
        self._runs: deque[_Run] = deque()
        self.n = 0
        self.mass = 0
        """[g]"""
        self.volume = 0
        """[cm³]"""

    def add(self, run: _Run) -> None:
        self._runs.append(run)
        self._count(run, 1)

    def take(self, limits: TrailerLimits) -> tuple[Ticks, Ticks, int, int]:
        """What a trailer takes from the front: ready instants and parcels (P), mass [g], volume [cm³]."""
        ready, parcels = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        n, mass, volume = limits.units, limits.mass, limits.volume
        while self._runs:
            run = self._runs.popleft()
            k = min(
                n,
                int(np.searchsorted(run.mass, mass + run.mass_before, side="right")),
                int(np.searchsorted(run.volume, volume + run.volume_before, side="right")),
            )
            front, rest = _split(run, k)
            if front is not None:
                self._count(front, -1)
                ready.append(front.ready)
                parcels.append(front.parcels)
                n -= k
                mass -= int(front.mass[-1]) - front.mass_before
                volume -= int(front.volume[-1]) - front.volume_before
            if rest is not None:
                self._runs.appendleft(rest)
                break
        return np.concatenate(ready), np.concatenate(parcels), limits.mass - mass, limits.volume - volume

    def waiting(self) -> list[tuple[Ticks, Ticks]]:
        return [(run.ready, run.parcels) for run in self._runs]

    def _count(self, run: _Run, sign: int) -> None:
        self.n += sign * len(run.parcels)
        self.mass += sign * (int(run.mass[-1]) - run.mass_before)
        self.volume += sign * (int(run.volume[-1]) - run.volume_before)


def _split(run: _Run, k: int) -> tuple[_Run | None, _Run | None]:
    n = len(run.parcels)
    if k == 0:
        return None, run
    if k == n:
        return run, None
    front = _Run(run.ready[:k], run.parcels[:k], run.mass[:k], run.volume[:k], run.mass_before, run.volume_before)
    rest = _Run(
        run.ready[k:], run.parcels[k:], run.mass[k:], run.volume[k:], int(run.mass[k - 1]), int(run.volume[k - 1])
    )
    return front, rest


class Lanes:
    """All routes of a hall: parcels come with the instant from which they are ready, collected when it comes."""

    def __init__(self, store: ParcelSlots, n_routes: int, flows: FlowTally) -> None:
        self._store, self._flows = store, flows
        self._coming = Pending()
        self.routes = [Route() for _ in range(n_routes)]

    def deliver(self, ready: Ticks, parcels: Ticks) -> None:
        """Parcels (P) that will be ready at these instants."""
        if len(parcels):
            self._coming.add(ready, parcels)

    def collect(self, until: int) -> None:
        """Line up all that is ready by an instant, included."""
        now = self._coming.take(until)
        if now is not None:
            self._line_up(*now)

    def _line_up(self, ready: Ticks, parcels: Ticks) -> None:
        column = self._store.column
        route = column["route"][self._store.rows(parcels)]
        order = hub_order(ready, parcels, route)
        ready, parcels = ready[order], parcels[order]
        rows = self._store.rows(parcels)
        self._store.stamp("ready", parcels, ready)
        self._flows.arrive(route[order], ready)
        mass = np.cumsum(column["mass"][rows], dtype=np.int64)
        volume = np.cumsum(column["volume"][rows], dtype=np.int64)
        bounds = np.concatenate(([0], np.cumsum(np.bincount(route, minlength=len(self.routes))))).tolist()
        for number, (low, high) in enumerate(pairwise(bounds)):
            if high > low:
                part = slice(low, high)
                before = (int(mass[low - 1]), int(volume[low - 1])) if low else (0, 0)
                self.routes[number].add(_Run(ready[part], parcels[part], mass[part], volume[part], *before))
