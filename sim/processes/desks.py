"""Several equal desks: first come, first served by (instant, parcel), advanced lazily in columns."""

from typing import NamedTuple

from sim.domain.site import Manning
from sim.kernels.coming import Pending
from sim.kernels.ordering import Chunk, hub_order, taken
from sim.kernels.queueing import Servers, several_servers
from sim.record.tallies import DeskTally
from sim.units import Ticks


class Served(NamedTuple):
    """Services in the order of their arrivals (P)."""

    arrival: Ticks
    begin: Ticks
    end: Ticks
    parcels: Ticks
    tag: Ticks
    """The sender's tag for each parcel: a number (P), or several (P, n)."""


class Desks:
    """Parcels that will arrive, and the state of the manned desks. Every service takes the same time [ticks]."""

    def __init__(self, manning: Manning, service: int, tally: DeskTally) -> None:
        self._service = service
        self._servers = Servers(manning.start, manning.posts)
        self._tally = tally
        self._coming = Pending()

    def feed(self, arrival: Ticks, parcels: Ticks, tag: Ticks) -> None:
        """Parcels (P) that arrive, in any order, after the current instant."""
        if len(parcels):
            self._coming.add(arrival, parcels, tag)

    def serve(self, until: int) -> Served | None:
        """Serve all parcels that have arrived by an instant (inclusive); None if there are none."""
        now = self._coming.take(until)
        if now is None:
            return None
        arrival, parcels, tag = now
        arrival, parcels, tag = taken(hub_order(arrival, parcels), arrival, parcels, tag)
        begin = several_servers(arrival, self._service, self._servers)
        served = Served(arrival, begin, begin + self._service, parcels, tag)
        self._tally.add(served.arrival, served.begin, served.end)
        return served

    def to_come(self) -> list[Chunk]:
        """Arrival, parcels and tags (P) of those that have not been served yet."""
        return self._coming.waiting()
