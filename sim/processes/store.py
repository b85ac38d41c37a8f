"""The parcels that are in the hub or about to be: columns in a ring of flights.

A parcel is known by one integer: flight number << `shift` | row in its flight, so that ascending parcels are in the
order (flight, ULD, row). Its place in the ring is the integer's low bits. A flight's place is free again when the last
of its parcels has left; the ring doubles when a flight finds its place taken.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.domain.flight import Flight
from sim.domain.parcels import Channel, Parcels
from sim.units import NEVER, Ticks

NO_READ, HELD, EXAMINED, REFUSED = 1, 2, 4, 8
"""Marks: why a parcel leaves the straight way."""

_COLUMNS = {
    "route": np.uint8,
    "hall": np.uint8,
    "mark": np.uint8,
    "mass": np.int32,
    "volume": np.int32,
    "release": np.int64,
    "handling": np.uint32,
}
STAMPS = (
    "start",
    "handled",
    "sort_begin",
    "sort_end",
    "code_begin",
    "code_end",
    "held",
    "exam_begin",
    "exam_end",
    "freed",
    "second_begin",
    "second_end",
    "sent_ready",
    "sent",
    "ready",
    "cut_off",
    "departed",
)
_FIRST_FLIGHTS = 4


class ParcelStore:
    """Columns of the parcels inside, by place in the ring; time stamps too if some flight's are to be kept."""

    def __init__(self, most_parcels: int, route_of_lane: NDArray[np.uint8], *, keeps_stamps: bool) -> None:
        self.shift = max(1, int(most_parcels - 1).bit_length())
        self._route_of_lane = route_of_lane
        self._flights = _FIRST_FLIGHTS
        self._inside: dict[int, int] = {}
        self._names = {**_COLUMNS, **(dict.fromkeys(STAMPS, np.int64) if keeps_stamps else {})}
        self.keeps_stamps = keeps_stamps
        self.column: dict[str, NDArray[Any]] = {
            name: np.empty(self._flights << self.shift, dtype=kind) for name, kind in self._names.items()
        }
        self._first: dict[int, NDArray[np.int64]] = {}
        self._mask = (self._flights << self.shift) - 1
        self.kept: dict[int, dict[str, NDArray[Any]]] = {}
        self._wants: dict[int, bool] = {}

    def add(self, flight: Flight, parcels: Parcels, *, is_kept: bool) -> None:
        """A flight has landed."""
        while any((other ^ flight.number) & (self._flights - 1) == 0 for other in self._inside):
            self._double()
        self._inside[flight.number] = parcels.n_parcels
        self._first[flight.number] = parcels.first
        self._wants[flight.number] = is_kept
        rows = self._rows_of_flight(flight.number, parcels.n_parcels)
        column = self.column
        column["route"][rows] = self._route_of_lane[parcels.lane]
        column["mark"][rows] = (
            parcels.is_no_read * np.uint8(NO_READ)
            | (parcels.channel != Channel.RELEASED) * np.uint8(HELD)
            | (parcels.channel == Channel.EXAMINED) * np.uint8(EXAMINED)
            | parcels.is_refused * np.uint8(REFUSED)
        )
        for name in ("mass", "volume", "release", "handling"):
            column[name][rows] = getattr(parcels, name)
        if self.keeps_stamps:
            for name in STAMPS:
                column[name][rows] = NEVER

    def uld(self, flight: int, index: int) -> tuple[int, int]:
        """The first parcel of a ULD, and the first after it."""
        first = self._first[flight]
        return (flight << self.shift) + int(first[index]), (flight << self.shift) + int(first[index + 1])

    def by_route(self, flight: int, index: int, n_routes: int) -> list[int]:
        """Parcels of a ULD by route (R); its flight is gone only if the ULD is empty."""
        if flight not in self._first:
            return [0] * n_routes
        routes = self.column["route"][self.run_of(*self.uld(flight, index))]
        counts: list[int] = np.bincount(routes, minlength=n_routes).tolist()
        return counts

    def rows(self, parcel: Ticks) -> Ticks:
        """Places in the ring of parcels (P)."""
        return parcel & self._mask

    def run_of(self, first: int, stop: int) -> slice:
        """Places of consecutive parcels of one flight."""
        row = first & self._mask
        return slice(row, row + stop - first)

    def stamp(self, name: str, parcel: Ticks, instants: Ticks | int) -> None:
        if self.keeps_stamps:
            self.column[name][parcel & self._mask] = instants

    def flights_of(self, parcels: Ticks) -> list[tuple[int, int]]:
        """The flights of parcels (P), ascending, and how many of each."""
        flights = parcels >> self.shift
        lowest = int(flights.min())
        counts = np.bincount(flights - lowest)
        return [(lowest + i, int(counts[i])) for i in np.flatnonzero(counts).tolist()]

    def leave(self, flight: int, n_parcels: int) -> None:
        """Parcels of a flight have left the hub."""
        self._inside[flight] -= n_parcels
        if self._inside[flight] == 0:
            self._keep(flight)
            del self._inside[flight]

    def close(self) -> None:
        """The run is over: what is inside stays where it is."""
        for flight in self._inside:
            self._keep(flight)

    def _keep(self, flight: int) -> None:
        first = self._first.pop(flight)
        if self._wants.pop(flight):
            rows = self._rows_of_flight(flight, int(first[-1]))
            self.kept[flight] = {name: self.column[name][rows].copy() for name in STAMPS} | {
                "uld": np.repeat(np.arange(len(first) - 1), np.diff(first)),
                "route": self.column["route"][rows].copy(),
                "is_refused_gone": (self.column["mark"][rows] & REFUSED > 0) & (self.column["freed"][rows] != NEVER),
            }

    def _rows_of_flight(self, flight: int, n_parcels: int) -> slice:
        return self.run_of(flight << self.shift, (flight << self.shift) + n_parcels)

    def _double(self) -> None:
        size = self._flights << self.shift
        old = dict(self.column)
        self._flights *= 2
        self._mask = (self._flights << self.shift) - 1
        self.column = {name: np.empty(2 * size, dtype=kind) for name, kind in self._names.items()}
        for flight in self._inside:
            was, place = (flight << self.shift) & (size - 1), (flight << self.shift) & self._mask
            for name, values in old.items():
                self.column[name][place : place + (1 << self.shift)] = values[was : was + (1 << self.shift)]
