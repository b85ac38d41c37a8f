"""Columns of parcels in slots, one slot for each load that is inside: a flight's or a collection's.

One integer identifies a parcel: number of its load | number of its slot | row in the load. Ascending parcels are in the
order (load, row). The low bits of the integer are the parcel's place in the columns. A load gets the lowest free slot,
and leaves it when its last parcel has left, so that the columns stay short.
"""

from collections.abc import Mapping, Sequence
from enum import IntFlag
from heapq import heappop, heappush
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sim.errors import ConfigError
from sim.units import NEVER, Flags, Ticks

_SLOT_BITS: Final = 14
"""The most loads inside at the same time, as a power of two."""
_SLOTS: Final = 64
"""Initial number of slots: more than most hubs need; unused slots take no memory."""


def has(mark: NDArray[np.uint8], flags: IntFlag) -> Flags:
    """Which marks (P) have one of some flags; numpy would treat a flag as 64 bits."""
    marked: Flags = mark & np.uint8(flags) > 0
    return marked


class ParcelSlots:
    """Columns of the parcels inside, by place; with time stamps if those of any load are recorded."""

    def __init__(
        self, most_parcels: int, columns: Mapping[str, DTypeLike], stamps: Sequence[str], *, keeps_stamps: bool
    ) -> None:
        """`most_parcels` of any load."""
        self._row_bits = max(1, int(most_parcels - 1).bit_length())
        self._load_bit = self._row_bits + _SLOT_BITS
        self._mask = (1 << self._load_bit) - 1
        self._free = list(range(_SLOTS))
        """Free slots, a heap."""
        self._n_slots = _SLOTS
        self._slot: dict[int, int] = {}
        """Slot by load inside."""
        self._inside: dict[int, int] = {}
        self._stamps = tuple(stamps) if keeps_stamps else ()
        self.keeps_stamps = keeps_stamps
        kinds = {**columns, **dict.fromkeys(self._stamps, np.int64)}
        self.column: dict[str, NDArray[Any]] = {
            name: np.empty(_SLOTS << self._row_bits, dtype=kind) for name, kind in kinds.items()
        }
        self.kept: dict[int, dict[str, NDArray[Any]]] = {}
        """Columns of the loads that are recorded, by number."""
        self._wants: dict[int, bool] = {}
        self._size: dict[int, int] = {}

    def _place(self, load: int, n_parcels: int, *, is_kept: bool) -> slice:
        """The place of a new load's parcels."""
        if not self._free:
            self._grow()
        self._slot[load] = heappop(self._free)
        self._inside[load] = self._size[load] = n_parcels
        self._wants[load] = is_kept
        rows = self._rows_of_load(load)
        for name in self._stamps:
            self.column[name][rows] = NEVER
        return rows

    def _first(self, load: int) -> int:
        """The first parcel of a load inside; the others follow."""
        return load << self._load_bit | self._slot[load] << self._row_bits

    def rows(self, parcel: Ticks) -> Ticks:
        """Places of parcels (P)."""
        return parcel & self._mask

    def of(self, name: str, parcels: Ticks) -> NDArray[Any]:
        """Values of a column for parcels (P)."""
        return self.column[name].take(self.rows(parcels))

    def row(self, parcels: Ticks) -> Ticks:
        """Rows of parcels (P) in their loads."""
        return parcels & ((1 << self._row_bits) - 1)

    def run_of(self, first: int, stop: int) -> slice:
        """Places of consecutive parcels of one load."""
        row = first & self._mask
        return slice(row, row + stop - first)

    def stamp(self, name: str, parcel: Ticks, instants: Ticks | int) -> None:
        if self.keeps_stamps:
            self.column[name][parcel & self._mask] = instants

    def stamp_service(self, name: str, parcels: Ticks, begin: Ticks, end: Ticks) -> None:
        """Record when a service of parcels (P) began and ended."""
        self.stamp(f"{name}_begin", parcels, begin)
        self.stamp(f"{name}_end", parcels, end)

    def load(self, parcels: Ticks) -> Ticks:
        return parcels >> self._load_bit

    def loads_of(self, parcels: Ticks) -> list[tuple[int, int]]:
        """The loads of parcels (P), ascending, and the number of parcels of each."""
        loads = self.load(parcels)
        lowest = int(loads.min())
        counts = np.bincount(loads - lowest)
        return [(lowest + i, int(counts[i])) for i in np.flatnonzero(counts).tolist()]

    def leave(self, load: int, n_parcels: int) -> None:
        """Record that parcels of a load have left the hub."""
        self._inside[load] -= n_parcels
        if self._inside[load] == 0:
            self._close(load)
            del self._inside[load]

    def close(self) -> None:
        """End the run: keep the records of loads inside, and free all columns."""
        for load in self._inside:
            self._close(load)
        self.column.clear()

    def _close(self, load: int) -> None:
        if self._wants.pop(load):
            self.kept[load] = self._keep(load, self._rows_of_load(load))
        del self._size[load]
        heappush(self._free, self._slot.pop(load))

    def _keep(self, load: int, rows: slice) -> dict[str, NDArray[Any]]:  # noqa: ARG002 - for those who know more
        """The records of a load that leaves."""
        return {name: self.column[name][rows].copy() for name in self._stamps}

    def _rows_of_load(self, load: int) -> slice:
        first = self._first(load)
        return self.run_of(first, first + self._size[load])

    def _grow(self) -> None:
        """Double the number of slots; the parcels inside stay where they are."""
        if self._n_slots == 1 << _SLOT_BITS:
            raise ConfigError(
                f"more than {self._n_slots:,} flights, or collections, have parcels inside at the same time"
            )
        self._free = list(range(self._n_slots, 2 * self._n_slots))
        self._n_slots *= 2
        for name, old in self.column.items():
            self.column[name] = np.empty(2 * len(old), dtype=old.dtype)
            self.column[name][: len(old)] = old
