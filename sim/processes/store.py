"""The parcels of flights that are in the hub or about to arrive.

Ascending parcels are in the order (flight, ULD, row).
"""

from enum import IntFlag, auto
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.domain.entities import ParcelStamps
from sim.domain.fields import stamps_of
from sim.domain.flight import Flight
from sim.domain.parcels import Channel, Parcels
from sim.processes.slots import ParcelSlots, has
from sim.units import NEVER, Counts, Ticks


class Mark(IntFlag):
    """Why a parcel leaves the direct path."""

    NO_READ = auto()
    HELD = auto()
    EXAMINED = auto()
    REFUSED = auto()
    NON_CONVEYABLE = auto()
    XRAYED = auto()
    TRANSIT = auto()
    ALARM = auto()
    CONTROLLED = EXAMINED | XRAYED | TRANSIT
    """A control must take place before customs releases it."""


_OF_CHANNEL = {
    Channel.RELEASED: Mark(0),
    Channel.EXAMINED: Mark.HELD | Mark.EXAMINED,
    Channel.XRAYED: Mark.HELD | Mark.XRAYED,
    Channel.TRANSIT: Mark.HELD | Mark.TRANSIT,
}
_MARK_OF_CHANNEL = np.array([_OF_CHANNEL.get(channel, Mark.HELD) for channel in Channel], dtype=np.uint8)

_COLUMNS = {
    "hall": np.uint8,
    "mark": np.uint8,
    "mass": np.int32,
    "volume": np.int32,
    "handling": np.uint32,
    "packing": np.uint32,
}
STAMPS = stamps_of(ParcelStamps)
DRAWN = ("lane", "mass", "volume", "channel", "is_no_read", "is_non_conveyable")
"""Recorded columns of a parcel as it was drawn."""
NUMBERS = ("post", "truck")
"""Numbers of handlers, among the posts of the hall and among all trucks, not instants."""


class ParcelStore(ParcelSlots):
    """Columns of the flights' parcels."""

    def __init__(
        self,
        most_parcels: int,
        route_of_lane: NDArray[np.unsignedinteger],
        *,
        counts: bool,
        values: bool,
        keeps_stamps: bool,
    ) -> None:
        """`counts`: whether a unit may have several parcels; `values`: whether units have declared values."""
        columns = (
            {"route": route_of_lane.dtype}
            | _COLUMNS
            | ({"count": np.int32} if counts else {})
            | ({"value": np.int32} if values else {})
        )
        super().__init__(most_parcels, columns, (*STAMPS, *NUMBERS), keeps_stamps=keeps_stamps)
        self._counts, self._values = counts, values
        self._route_of_lane = route_of_lane
        self._first_of_ulds: dict[int, Counts] = {}
        """First unit of each ULD, by flight inside."""
        self._by_route: dict[int, dict[int, list[int]]] = {}
        """Units by route, by flight inside and ULD, once computed."""
        self._drawn: dict[int, Parcels] = {}
        """Drawn columns of the flights inside that are recorded."""
        self._held, self._release = np.empty((2, 0), dtype=np.int64)
        """Held parcels of the flights inside (P), ascending, and when customs releases each."""
        self.departures: list[tuple[int, Ticks, Ticks]] | None = None
        """Instant [ticks], flights and rows of the units (P) of each truck that left; None: not recorded."""

    def add(self, flight: Flight, parcels: Parcels, *, is_kept: bool) -> None:
        rows = self._place(flight.number, parcels.n_units, is_kept=is_kept)
        self._first_of_ulds[flight.number], self._by_route[flight.number] = parcels.first, {}
        if is_kept:
            self._drawn[flight.number] = parcels
        column = self.column
        column["route"][rows] = self._route_of_lane.take(parcels.lane)
        column["mark"][rows] = (
            parcels.is_no_read * np.uint8(Mark.NO_READ)
            | _MARK_OF_CHANNEL.take(parcels.channel)
            | parcels.is_refused * np.uint8(Mark.REFUSED)
            | parcels.is_non_conveyable * np.uint8(Mark.NON_CONVEYABLE)
            | parcels.is_alarm * np.uint8(Mark.ALARM)
        )
        for name in ("mass", "volume", "handling", "packing"):
            column[name][rows] = getattr(parcels, name)
        held = np.flatnonzero(has(column["mark"][rows], Mark.HELD))
        at = self._held_of(flight.number).start
        self._held = np.insert(self._held, at, self._first(flight.number) + held)
        self._release = np.insert(self._release, at, parcels.release[held])
        if self._counts:
            column["count"][rows] = parcels.count
        if self._values:
            column["value"][rows] = parcels.value

    def release(self, held: Ticks) -> Ticks:
        """When customs releases parcels (P) that it holds."""
        return self._release.take(self._held.searchsorted(held))

    def _held_of(self, flight: int) -> slice:
        first = self._first(flight)
        return slice(*self._held.searchsorted([first, first + (1 << self._row_bits)]))

    def depart(self, units: Ticks, instant: int) -> None:
        """Units (P) leave on a truck at an instant [ticks]."""
        self.stamp("departed", units, instant)
        if self.departures is not None:
            self.departures.append((instant, self.load(units), self.row(units)))
        for flight, n in self.loads_of(units):
            self.leave(flight, n)

    def counts(self, units: Ticks) -> NDArray[np.int32] | None:
        """Parcels in each of some units (P); None: one."""
        if not self._counts:
            return None
        counts: NDArray[np.int32] = self.of("count", units)
        return counts

    def n_parcels(self, units: Ticks) -> int:
        counts = self.counts(units)
        return len(units) if counts is None else int(counts.sum())

    def parcels_by_route(self, units: Ticks, n_routes: int) -> list[int]:
        """Parcels in units (P) by route (R)."""
        routes = self.of("route", units)
        return _int_sums(routes, self.counts(units), n_routes)

    def by_flight(self, units: Ticks) -> list[tuple[int, int, int]]:
        """The flights of units (P), ascending, with the parcels and the declared value [cents] of each."""
        flights = self.load(units)
        lowest = int(flights.min())
        flights -= lowest
        parcels = _int_sums(flights, self.counts(units), 0)
        cents = _int_sums(flights, self.values(units), 0) if self._values else [0] * len(parcels)
        return [(lowest + i, n, value) for i, (n, value) in enumerate(zip(parcels, cents, strict=True)) if n]

    def values(self, units: Ticks) -> NDArray[np.int32]:
        """Declared values of units (P) [cents]; 0 if nothing is declared."""
        if not self._values:
            return np.zeros(len(units), dtype=np.int32)
        values: NDArray[np.int32] = self.of("value", units)
        return values

    def uld(self, flight: int, index: int) -> tuple[int, int]:
        """The first parcel of a ULD, and the end of its parcels."""
        of_ulds, first = self._first_of_ulds[flight], self._first(flight)
        return first + int(of_ulds[index]), first + int(of_ulds[index + 1])

    def by_route(self, flight: int, index: int, n_routes: int) -> list[int]:
        """Units of a ULD by route (R); if its flight has left, the ULD is empty."""
        if flight not in self._first_of_ulds:
            return [0] * n_routes
        known = self._by_route[flight]
        if index not in known:
            routes = self.column["route"][self.run_of(*self.uld(flight, index))]
            known[index] = np.bincount(routes, minlength=n_routes).tolist()
        return known[index]

    def _close(self, number: int) -> None:
        gone = self._held_of(number)
        self._held, self._release = (np.delete(each, gone) for each in (self._held, self._release))
        super()._close(number)
        del self._first_of_ulds[number], self._by_route[number]
        self._drawn.pop(number, None)

    def _keep(self, number: int, rows: slice) -> dict[str, NDArray[Any]]:
        first, drawn = self._first_of_ulds[number], self._drawn[number]
        counts = self.counts(np.arange(first[-1]) + self._first(number))
        return super()._keep(number, rows) | {
            "n_parcels": np.ones(rows.stop - rows.start, dtype=np.int64) if counts is None else counts.astype(np.int64),
            "uld": np.repeat(np.arange(len(first) - 1), np.diff(first)),
            "route": self.column["route"][rows].copy(),
            **{name: getattr(drawn, name) for name in DRAWN},
            "is_refused_gone": has(self.column["mark"][rows], Mark.REFUSED) & (self.column["freed"][rows] != NEVER),
        }


def _int_sums(index: NDArray[Any], weights: NDArray[np.int32] | None, least: int) -> list[int]:
    """Sums of integer weights (or of ones without weights) by index."""
    sums: list[int] = np.bincount(index, weights=weights, minlength=least).astype(np.int64).tolist()
    return sums
