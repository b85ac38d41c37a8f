"""The parcels of flights that are in the hub or about to be: ascending parcels are in the order (flight, ULD, row)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.domain.flight import Flight
from sim.domain.parcels import Channel, Parcels
from sim.processes.ring import ParcelRing
from sim.units import NEVER

NO_READ, HELD, EXAMINED, REFUSED, NON_CONVEYABLE, XRAYED, TRANSIT, ALARM = 1, 2, 4, 8, 16, 32, 64, 128
"""Marks: why a parcel leaves the straight way."""
CONTROLLED = EXAMINED | XRAYED | TRANSIT
"""Something must be done with it before customs lets it go."""
_OF_CHANNEL = {
    Channel.RELEASED: 0,
    Channel.EXAMINED: HELD | EXAMINED,
    Channel.XRAYED: HELD | XRAYED,
    Channel.TRANSIT: HELD | TRANSIT,
}
_MARK_OF_CHANNEL = np.array([_OF_CHANNEL.get(channel, HELD) for channel in Channel], dtype=np.uint8)

_COLUMNS = {
    "route": np.uint8,
    "hall": np.uint8,
    "mark": np.uint8,
    "mass": np.int32,
    "volume": np.int32,
    "release": np.int64,
    "handling": np.uint32,
    "packing": np.uint32,
}
_LOADS = 4
"""Flights that are inside at once, to begin with."""
STAMPS = (
    "start",
    "handled",
    "sort_begin",
    "sort_end",
    "code_begin",
    "code_end",
    "held",
    "xray_begin",
    "xray_end",
    "transit_begin",
    "transit_end",
    "exam_begin",
    "exam_end",
    "freed",
    "second_begin",
    "second_end",
    "at_chute",
    "pack_begin",
    "sent_ready",
    "sent",
    "ready",
    "cut_off",
    "departed",
)


class ParcelStore(ParcelRing):
    """Columns of the flights' parcels."""

    def __init__(self, most_parcels: int, route_of_lane: NDArray[np.uint8], *, keeps_stamps: bool) -> None:
        super().__init__(most_parcels, _COLUMNS, STAMPS, keeps_stamps=keeps_stamps, loads=_LOADS)
        self._route_of_lane = route_of_lane
        self._first: dict[int, NDArray[np.int64]] = {}

    def add(self, flight: Flight, parcels: Parcels, *, is_kept: bool) -> None:
        """A flight has landed."""
        rows = self._place(flight.number, parcels.n_parcels, is_kept=is_kept)
        self._first[flight.number] = parcels.first
        column = self.column
        column["route"][rows] = self._route_of_lane[parcels.lane]
        column["mark"][rows] = (
            parcels.is_no_read * np.uint8(NO_READ)
            | _MARK_OF_CHANNEL[parcels.channel]
            | parcels.is_refused * np.uint8(REFUSED)
            | parcels.is_non_conveyable * np.uint8(NON_CONVEYABLE)
            | parcels.is_alarm * np.uint8(ALARM)
        )
        for name in ("mass", "volume", "release", "handling", "packing"):
            column[name][rows] = getattr(parcels, name)

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

    def _close(self, number: int) -> None:
        super()._close(number)
        del self._first[number]

    def _keep(self, number: int, rows: slice) -> dict[str, NDArray[Any]]:
        first = self._first[number]
        return super()._keep(number, rows) | {
            "uld": np.repeat(np.arange(len(first) - 1), np.diff(first)),
            "route": self.column["route"][rows].copy(),
            "is_non_conveyable": self.column["mark"][rows] & NON_CONVEYABLE > 0,
            "is_refused_gone": (self.column["mark"][rows] & REFUSED > 0) & (self.column["freed"][rows] != NEVER),
        }
