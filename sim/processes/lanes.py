"""Lanes on the floor: a route's ready parcels in order, counted, and taken from the front."""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.domain.trailer import TrailerLimits
from sim.kernels.coming import Pending
from sim.kernels.ordering import hub_order, taken
from sim.processes.slots import ParcelSlots
from sim.record.flows import FlowTally
from sim.units import Ticks


@dataclass(slots=True)
class _Run:
    """Consecutive ready parcels of a route (P)."""

    ready: Ticks
    parcels: Ticks
    mass: Ticks
    """Mass [g], cumulative, beginning before the first parcel (P+1)."""
    volume: Ticks
    """Volume [cm³], cumulative in the same way."""

    def split(self, k: int) -> "tuple[_Run, _Run]":
        """The first k parcels, and the rest."""
        return (
            _Run(self.ready[:k], self.parcels[:k], self.mass[: k + 1], self.volume[: k + 1]),
            _Run(self.ready[k:], self.parcels[k:], self.mass[k:], self.volume[k:]),
        )


class Route:
    """Ready parcels for the trucks of a route."""

    def __init__(self) -> None:
        self._runs: deque[_Run] = deque()
        self.n = 0
        self.mass = 0
        """Mass [g]."""
        self.volume = 0
        """Volume [cm³]."""

    def add(self, run: _Run) -> None:
        self._runs.append(run)
        self._count(run, 1)

    def take(self, limits: TrailerLimits) -> tuple[Ticks, Ticks, int, int]:
        """Parcels for a trailer from the front: ready instants and parcels (P), mass [g], volume [cm³]."""
        ready, parcels = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        n, mass, volume = limits.units, limits.mass, limits.volume
        while self._runs:
            run = self._runs.popleft()
            # The number of parcels within the limit of mass, and within that of volume.
            of_mass = int(run.mass.searchsorted(int(run.mass[0]) + mass, "right")) - 1
            of_volume = int(run.volume.searchsorted(int(run.volume[0]) + volume, "right")) - 1
            front, rest = run.split(min(n, of_mass, of_volume))
            self._count(front, -1)
            ready.append(front.ready)
            parcels.append(front.parcels)
            n -= len(front.parcels)
            mass -= int(front.mass[-1] - front.mass[0])
            volume -= int(front.volume[-1] - front.volume[0])
            if len(rest.parcels):
                self._runs.appendleft(rest)
                break
        return np.concatenate(ready), np.concatenate(parcels), limits.mass - mass, limits.volume - volume

    def waiting(self) -> list[tuple[Ticks, Ticks]]:
        return [(run.ready, run.parcels) for run in self._runs]

    def _count(self, run: _Run, sign: int) -> None:
        self.n += sign * len(run.parcels)
        self.mass += sign * int(run.mass[-1] - run.mass[0])
        self.volume += sign * int(run.volume[-1] - run.volume[0])


class Lanes:
    """All routes of a hall. Parcels are delivered with their ready instants, and lined up at these instants."""

    def __init__(self, store: ParcelSlots, n_routes: int, flows: FlowTally) -> None:
        self._store, self._flows = store, flows
        self._coming = Pending()
        self.routes = [Route() for _ in range(n_routes)]

    def deliver(self, ready: Ticks, parcels: Ticks) -> None:
        """Parcels (P) that will be ready at these instants."""
        if len(parcels):
            self._coming.add(ready, parcels)

    def collect(self, until: int) -> None:
        """Line up all parcels that are ready by an instant (inclusive)."""
        now = self._coming.take(until)
        if now is not None:
            self._line_up(*now)

    def take(self, route: int, limits: TrailerLimits, now: int) -> tuple[Ticks, Ticks, int, int]:
        """Parcels that leave a lane now, as in `Route.take`."""
        load = self.routes[route].take(limits)
        self._flows.leave_at(route, now, len(load[1]))
        return load

    def _line_up(self, ready: Ticks, parcels: Ticks) -> None:
        store, route = self._store, self._store.of("route", parcels)
        self._flows.arrive(route, ready)
        ready, parcels = taken(hub_order(ready, parcels, route), ready, parcels)
        store.stamp("ready", parcels, ready)
        mass, volume, bounds = map(_sums, (store.of("mass", parcels), store.of("volume", parcels), np.bincount(route)))
        for number, (low, high) in enumerate(pairwise(bounds.tolist())):
            if high > low:
                part, sums = slice(low, high), slice(low, high + 1)
                self.routes[number].add(_Run(ready[part], parcels[part], mass[sums], volume[sums]))


def _sums(values: NDArray[np.integer]) -> Ticks:
    """Sums of the values (P) before each, and of all (P+1)."""
    sums = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=sums[1:])
    return sums
