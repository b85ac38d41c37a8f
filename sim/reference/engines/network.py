"""A hub reduced to the features that every engine of discrete events has; all drawn values are inputs.

    ULD ─► break-down station ─► machine ─► chute ─► post ─► lane ─► truck

Queues are first come, first served, and without limits. Parcels of a chute go to its posts in turn, and a truck takes
all parcels in its lane. No two parcels arrive at a machine at the same instant, so that no engine has a tie to break.
"""

from dataclasses import dataclass, replace

import numpy as np

from sim.domain.flight import Deck
from sim.domain.inputs import Inputs
from sim.errors import ConfigError
from sim.kernels.queueing import Servers, several_servers
from sim.units import TICKS_PER_DAY, Counts, Ticks


@dataclass(frozen=True, slots=True)
class Network:
    """Instants and durations in ticks."""

    stations: int
    arrival: Ticks
    """Arrivals of ULDs at the hall (U), ascending."""
    first: Counts
    """Parcels of ULD u are first[u] … first[u+1]-1 (U+1)."""
    machine: Counts
    """The machine that sorts the parcels of each ULD (U)."""
    handling: Ticks
    """Handling times of parcels, one after the other in their ULD (P)."""
    service: int
    """Time of a parcel on a machine."""
    n_routes: int
    route: Counts
    """Route of each parcel (P)."""
    posts: Counts
    """Posts at each chute, machine by machine and route by route (C)."""
    packing: Ticks
    """Packing times of parcels at a post (P)."""
    cut_offs: Ticks
    """When trucks of all routes leave (T), ascending, the last after all work."""

    @property
    def n_parcels(self) -> int:
        return len(self.route)

    @property
    def n_machines(self) -> int:
        return len(self.posts) // self.n_routes

    @property
    def machine_of_parcel(self) -> Counts:
        """Machine of each parcel (P)."""
        return np.repeat(self.machine, np.diff(self.first))

    @property
    def chute(self) -> Counts:
        """Chute of each parcel (P)."""
        return self.machine_of_parcel * self.n_routes + self.route

    @property
    def first_post(self) -> Counts:
        """First post of each chute (C)."""
        return np.cumsum(self.posts) - self.posts

    def handled(self) -> Ticks:
        """When parcels arrive at their machines (P)."""
        done = np.cumsum(self.handling)
        before = np.concatenate(([0], done))[self.first]
        begin = several_servers(self.arrival, np.diff(before), Servers.always(self.stations))
        return done + np.repeat(begin - before[:-1], np.diff(self.first))

    def of_first(self, n_parcels: int) -> "Network":
        """The first ULDs, with at most this many parcels, or one ULD; later ULDs do not delay them."""
        n = max(1, int(self.first.searchsorted(n_parcels, "right")) - 1)
        stop = int(self.first[n])
        return replace(
            self,
            arrival=self.arrival[:n],
            first=self.first[: n + 1],
            machine=self.machine[:n],
            handling=self.handling[:stop],
            route=self.route[:stop],
            packing=self.packing[:stop],
        )


def reduced(inputs: Inputs, n_flights: int) -> Network:
    """The first hall of a hub, with its first flights; their ULDs go to its machines in turn.

    Raises:
        ConfigError: the hall has no pack-out with a chute for each route of each machine.
    """
    site, hall = inputs.site, inputs.site.halls[0]
    if not hall.packout_posts or hall.chute_of != tuple(range(len(hall.packout_posts))):
        raise ConfigError("packout: engines are compared with a chute for each route of each machine")
    flights = inputs.flights[:n_flights]
    drawn = [inputs.parcels_of(flight) for flight in flights]
    lift = site.apron.lift[Deck.MAIN]
    arrival = np.concatenate([flight.arrival + lift * np.arange(flight.n_ulds) for flight in flights])
    in_turn = np.argsort(arrival, kind="stable")
    sizes = np.concatenate([np.diff(parcels.first) for parcels in drawn])
    ulds = np.split(np.arange(sizes.sum()), np.cumsum(sizes)[:-1])
    rows = np.concatenate([ulds[uld] for uld in in_turn])
    lane, handling, packing = (
        np.concatenate([getattr(parcels, name) for parcels in drawn])[rows].astype(np.int64)
        for name in ("lane", "handling", "packing")
    )
    last = int(arrival.max() + handling.sum() + hall.service * len(rows) + packing.sum())
    midnights = np.arange(0, last + 2 * TICKS_PER_DAY, TICKS_PER_DAY)
    cut_offs = (midnights[:, np.newaxis] + np.array(site.trucks.cut_offs)).ravel()
    network = Network(
        stations=sum(hall.stations),
        arrival=arrival[in_turn],
        first=np.concatenate(([0], np.cumsum(sizes[in_turn]))),
        machine=np.arange(len(sizes)) % hall.n_machines,
        handling=handling,
        service=hall.service,
        n_routes=site.n_routes,
        route=site.route_of_lane[lane].astype(np.int64),
        posts=np.array(hall.packout_posts),
        packing=packing,
        cut_offs=cut_offs[cut_offs > arrival.min()],
    )
    return _apart(network)


def _apart(network: Network) -> Network:
    """The network with an extra tick of handling for parcels that would arrive at a machine together with another."""
    while True:
        place = network.handled() * network.n_machines + network.machine_of_parcel
        _, first = np.unique(place, return_index=True)
        if len(first) == len(place):
            return network
        is_second = np.ones(len(place), dtype=np.bool_)
        is_second[first] = False
        network = replace(network, handling=network.handling + is_second)


def until(network: Network, packed: Ticks) -> Network:
    """The network without trucks after the first that leaves when all parcels are packed."""
    return replace(network, cut_offs=network.cut_offs[: 1 + int(network.cut_offs.searchsorted(packed.max()))])
