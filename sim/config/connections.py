"""Imports that fly on: their lanes, their destinations, and the shortest time of a connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated

from sim.config.arrivals import Wave
from sim.config.bounds import check_known
from sim.domain.presorting import Presorting
from sim.reading import Bounds

_Minimum = Annotated[float, Bounds(ge=0, le=10_080)]


@dataclass(frozen=True, slots=True)
class Pair:
    """Flights whose keys match a pattern, and a destination to which their parcels connect."""

    flights: str
    to: str
    minimum_min: _Minimum


@dataclass(frozen=True, slots=True)
class Connections:
    lanes: dict[str, str]
    """The destination of the exports, by lane. Either all lanes of a route have one, or none."""
    minimum_min: _Minimum
    pairs: tuple[Pair, ...]
    in_turn: bool
    """Flights that come from no file leave to the destinations in turn, by their number."""
    waves: tuple[Wave, ...]
    """Waves of departures, for flights whose schedule has no departure. Empty: each leaves after its turnaround."""

    def minimum_of(self, flight: str, to: str) -> float:
        """Shortest connection [min] from a flight to a destination: the first pair that matches decides."""
        pairs = (pair for pair in self.pairs if pair.to == to and fnmatchcase(flight, pair.flights))
        return next((pair.minimum_min for pair in pairs), self.minimum_min)


def check_connections(
    connections: Connections, route_of: Mapping[str, str], destinations: Mapping[str, float], goods: Presorting
) -> None:
    """Refuse lanes that cannot fly, and destinations that no flight has; `route_of` has the route of each lane.

    Raises:
        ValueError: the first contradiction.
    """
    lanes = connections.lanes
    check_known("connections.lanes", "no lane", lanes, route_of)
    if lanes and not destinations:
        raise ValueError("connections.lanes: lanes fly on with exports, but exports.share = 0")
    for key, names in (("lanes", lanes.values()), ("pairs", [pair.to for pair in connections.pairs])):
        check_known(f"connections.{key}", "no destination of exports.lanes", names, destinations)
    if not lanes:
        return
    if goods is not Presorting.NONE:
        raise ValueError(f"connections.lanes: only parcels fly on, but presorted.goods = {goods} brings other units")
    if len(lanes) == len(route_of):
        raise ValueError("connections.lanes: all lanes fly on; at least one must leave by road")
    for lane, route in route_of.items():
        others = {lanes.get(other) for other, its_route in route_of.items() if its_route == route}
        if len(others) > 1:
            raise ValueError(
                f"connections.lanes: lane {lane} is of route {route}: either all lanes of a route fly to"
                " the same destination, or none flies"
            )
