"""The single parcels of flights that are recorded."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.entities import Truck
from sim.domain.parcels import Channel
from sim.processes.store import STAMPS
from sim.record.recorder import Recorder
from sim.record.rows import Rows
from sim.record.schemas import TABLES, Table, as_column
from sim.units import NEVER, Ticks

Kept = Mapping[str, NDArray[Any]]
"""Columns (P) of a flight's parcels, as the store keeps them."""
_OF_TRUCK: Final = "truck_"
_STORED_AS: Final = {"mass_g": "mass", "volume_cm3": "volume"}
"""Columns of the table that have another name in the store."""


class KeptParcels:
    """Columns of all recorded parcels (P), flight after flight, made when needed, because they may be millions."""

    def __init__(self, kept: Mapping[int, Kept], trucks: Rows[Truck], end: int) -> None:
        """`kept` by number of the flight; instants after the `end` of the run [ticks] did not happen."""
        self._kept, self._trucks, self._end = dict(sorted(kept.items())), trucks, end

    def column(self, name: str) -> NDArray[Any]:
        """A column by its name in the table; instants in ticks, lane and channel as numbers."""
        of_flights = [self._of_flight(name, flight, columns) for flight, columns in self._kept.items()]
        return np.concatenate(of_flights) if of_flights else np.empty(0, dtype=np.int64)

    def _of_flight(self, name: str, flight: int, columns: Kept) -> NDArray[Any]:
        if name in STAMPS:
            instants = columns[name].astype(np.int64)
            return np.where(instants < self._end, instants, NEVER)
        if name == "post":
            return np.where(columns["pack_begin"] < self._end, columns["post"], NEVER)
        if name.startswith(_OF_TRUCK):
            return self._of_truck(name.removeprefix(_OF_TRUCK), columns["truck"])
        if (stored := _STORED_AS.get(name, name)) in columns:
            return columns[stored]
        n = len(columns["uld"])
        return np.full(n, flight) if name == "flight" else np.arange(n)

    def _of_truck(self, name: str, numbers: Ticks) -> Ticks:
        """Values of the table of trucks for each parcel's truck (P); `NEVER` for parcels that were not loaded."""
        is_loaded = numbers != NEVER
        values = np.full(len(numbers), NEVER, dtype=np.int64)
        values[is_loaded] = self._trucks.column(name)[numbers[is_loaded]]
        return values


def parcels_table(config: HubConfig, record: Recorder, kept: Mapping[int, Kept], end: int) -> Table:
    """The table of parcels; `kept` by number of the flight; `end` of the run [ticks]."""
    texts = {"lane": np.array(list(config.lanes)), "channel": np.array([channel.name.lower() for channel in Channel])}
    parcels = KeptParcels(kept, record.trucks, end)

    def gathered(name: str) -> NDArray[Any]:
        return texts[name][parcels.column(name)] if name in texts else parcels.column(name)

    return {column.name: as_column(column, gathered(column.name)) for column in TABLES["parcels"].columns}
