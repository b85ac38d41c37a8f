"""Columns of parcels in a ring of loads: of flights, or of collections.

A parcel is known by one integer: number of its load << `shift` | row in the load, so that ascending parcels are in the
order (load, row). Its place in the ring is the integer's low bits. A load's place is free again when the last of its
parcels has left; the ring doubles when a load finds its place taken.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sim.units import NEVER, Ticks


class ParcelRing:
    """Columns of the parcels inside, by place in the ring; time stamps too if some load's are to be kept."""

    def __init__(
        self,
        most_parcels: int,
        columns: Mapping[str, DTypeLike],
        stamps: Sequence[str],
        *,
        keeps_stamps: bool,
        loads: int,
    ) -> None:
        """`loads`: places to begin with, a power of two."""
        self.shift = max(1, int(most_parcels - 1).bit_length())
        self._loads = loads
        self._inside: dict[int, int] = {}
        self._stamps = tuple(stamps) if keeps_stamps else ()
        self._names: dict[str, DTypeLike] = {**columns, **dict.fromkeys(self._stamps, np.int64)}
        self.keeps_stamps = keeps_stamps
        self.column: dict[str, NDArray[Any]] = {
            name: np.empty(self._loads << self.shift, dtype=kind) for name, kind in self._names.items()
        }
        self._mask = (self._loads << self.shift) - 1
        self.kept: dict[int, dict[str, NDArray[Any]]] = {}
        """Columns of the loads that were asked for, by number."""
        self._wants: dict[int, bool] = {}
        self._size: dict[int, int] = {}

    def _place(self, number: int, n_parcels: int, *, is_kept: bool) -> slice:
        """Where a new load's parcels are put."""
        while any((other ^ number) & (self._loads - 1) == 0 for other in self._inside):
            self._double()
        self._inside[number] = self._size[number] = n_parcels
        self._wants[number] = is_kept
        rows = self._rows_of_load(number)
        for name in self._stamps:
            self.column[name][rows] = NEVER
        return rows

    def rows(self, parcel: Ticks) -> Ticks:
        """Places in the ring of parcels (P)."""
        return parcel & self._mask

    def run_of(self, first: int, stop: int) -> slice:
        """Places of consecutive parcels of one load."""
        row = first & self._mask
        return slice(row, row + stop - first)

    def stamp(self, name: str, parcel: Ticks, instants: Ticks | int) -> None:
        if self.keeps_stamps:
            self.column[name][parcel & self._mask] = instants

    def loads_of(self, parcels: Ticks) -> list[tuple[int, int]]:
        """The loads of parcels (P), ascending, and how many of each."""
        loads = parcels >> self.shift
        lowest = int(loads.min())
        counts = np.bincount(loads - lowest)
        return [(lowest + i, int(counts[i])) for i in np.flatnonzero(counts).tolist()]

    def leave(self, number: int, n_parcels: int) -> None:
        """Parcels of a load have left the hub."""
        self._inside[number] -= n_parcels
        if self._inside[number] == 0:
            self._close(number)
            del self._inside[number]

    def close(self) -> None:
        """The run is over: what is inside stays where it is."""
        for number in self._inside:
            self._close(number)

    def _close(self, number: int) -> None:
        if self._wants.pop(number):
            self.kept[number] = self._keep(number, self._rows_of_load(number))
        del self._size[number]

    def _keep(self, number: int, rows: slice) -> dict[str, NDArray[Any]]:  # noqa: ARG002 - for those who know more
        """What is kept of a load that goes."""
        return {name: self.column[name][rows].copy() for name in self._stamps}

    def _rows_of_load(self, number: int) -> slice:
        return self.run_of(number << self.shift, (number << self.shift) + self._size[number])

    def _double(self) -> None:
        size = self._loads << self.shift
        old = dict(self.column)
        self._loads *= 2
        self._mask = (self._loads << self.shift) - 1
        self.column = {name: np.empty(2 * size, dtype=kind) for name, kind in self._names.items()}
        for number in self._inside:
            was, place = (number << self.shift) & (size - 1), (number << self.shift) & self._mask
            for name, values in old.items():
                self.column[name][place : place + (1 << self.shift)] = values[was : was + (1 << self.shift)]
