"""The parcels of collections. In the queue of a machine they follow imports of the same instant."""

from enum import IntFlag, auto
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.domain.export_entities import OutParcelStamps
from sim.domain.exports import Collection, ExportParcels
from sim.domain.fields import stamps_of
from sim.processes.slots import ParcelSlots, has
from sim.units import Ticks


class Mark(IntFlag):
    """Why a parcel does not go from the machine to its lane."""

    NO_READ = auto()
    BY_HAND = auto()
    PRESORTED = auto()


NO_MACHINE: Final = 255
"""Replaces a machine's number in its hall."""
FIRST_EXPORT: Final = 1 << 62
"""Parcels from this number on are exports: half of the range of an integer, so that imports stay below."""

_COLUMNS = {
    "route": np.uint8,
    "mark": np.uint8,
    "machine": np.uint8,
    "mass": np.int32,
    "volume": np.int32,
}
EXPORT_STAMPS = stamps_of(OutParcelStamps)


class ExportStore(ParcelSlots):
    """Columns of the collections' parcels.

    `route` is the export lane; `collection_of` gives the collection of a load.
    """

    def __init__(self, most_parcels: int, *, keeps_stamps: bool) -> None:
        super().__init__(most_parcels, _COLUMNS, EXPORT_STAMPS, keeps_stamps=keeps_stamps)
        self._base = FIRST_EXPORT >> self._load_bit

    def collection_of(self, load: int) -> int:
        return load - self._base

    def add(self, collection: Collection, parcels: ExportParcels, machine: int, *, is_kept: bool) -> Ticks:
        """A collection begins to be unloaded; returns its parcels (P). `machine` of the hall sorts them."""
        load, n = self._base + collection.number, len(parcels.lane)
        rows = self._place(load, n, is_kept=is_kept)
        column = self.column
        column["route"][rows] = parcels.lane
        column["mark"][rows] = (
            np.full(n, Mark.PRESORTED, dtype=np.uint8)
            if collection.is_presorted
            else parcels.is_no_read * np.uint8(Mark.NO_READ) | parcels.is_non_conveyable * np.uint8(Mark.BY_HAND)
        )
        column["machine"][rows] = np.where(
            has(column["mark"][rows], Mark.PRESORTED | Mark.BY_HAND), NO_MACHINE, machine
        )
        column["mass"][rows] = parcels.mass
        column["volume"][rows] = parcels.volume
        first = self._first(load)
        return np.arange(first, first + n)

    def _keep(self, load: int, rows: slice) -> dict[str, NDArray[Any]]:
        column = {name: self.column[name][rows] for name in _COLUMNS}
        return super()._keep(load, rows) | {
            "lane": column["route"].copy(),
            "mass_g": column["mass"].copy(),
            "volume_cm3": column["volume"].copy(),
            "is_no_read": has(column["mark"], Mark.NO_READ),
            "is_non_conveyable": has(column["mark"], Mark.BY_HAND),
        }
