"""Several equal desks: first come, first served by (instant, parcel), advanced lazily in columns."""

from typing import NamedTuple

import numpy as np

from sim.domain.site import Manning
from sim.kernels.ordering import hub_order, joined
from sim.kernels.queueing import Servers, several_servers
from sim.record.staffing import DeskTally
from sim.units import Ticks


class Served(NamedTuple):
    """Services in the order of their arrivals (P)."""

    arrival: Ticks
    begin: Ticks
    end: Ticks
    parcels: Ticks
    tag: Ticks
    """What came with each parcel, as its sender wants it back: a number (P), or several (P, n)."""


class Desks:
    """Who is to come, and how far the desks that are manned have got. Every service takes the same time [ticks]."""

    def __init__(self, manning: Manning, service: int, tally: DeskTally) -> None:
        self._service = service
        self._servers = Servers(manning.start, manning.posts)
        self._tally = tally
        self._coming: list[tuple[Ticks, Ticks, Ticks]] = []

    def feed(self, arrival: Ticks, parcels: Ticks, tag: Ticks) -> None:
        """Parcels (P) that arrive, in any order, after the instant served to."""
        if len(parcels):
            self._coming.append((arrival, parcels, tag))

    def serve(self, until: int) -> Served | None:
        """Serve all that has arrived by an instant, included; None if nothing has."""
        if not self._coming:
            return None
        arrival, parcels, tag = joined(self._coming)
        order = hub_order(arrival, parcels)
        arrival, parcels, tag = arrival[order], parcels[order], tag[order]
        n = int(np.searchsorted(arrival, until, side="right"))
        self._coming = [(arrival[n:], parcels[n:], tag[n:])] if n < len(arrival) else []
        if n == 0:
            return None
        begin = several_servers(arrival[:n], self._service, self._servers)
        served = Served(arrival[:n], begin, begin + self._service, parcels[:n], tag[:n])
        self._tally.add(served.arrival, served.begin, served.end)
        return served

    def to_come(self) -> list[tuple[Ticks, Ticks, Ticks]]:
        """Arrival, parcels and tags (P) of those who have not been served yet."""
        return self._coming
