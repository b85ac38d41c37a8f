"""The parcels of flights whose parcels are kept, one by one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.parcels import Channel
from sim.processes.store import STAMPS
from sim.record.recorder import Recorder
from sim.record.rows import TruckRow
from sim.record.schemas import TABLES, Table, as_column
from sim.units import NEVER

Kept = Mapping[str, NDArray[Any]]
"""Columns (P) of a flight's parcels, as the store keeps them."""
HANDLED_BY: Final = ("post", "truck_hall", "truck_kind", "truck_sequence")
_ALIKE: Final = {
    **{name: name for name in ("n_parcels", "uld", "route", "is_no_read", "is_non_conveyable", "is_refused_gone")},
    "mass_g": "mass",
    "volume_cm3": "volume",
}
"""Columns of the table, and what the store calls them."""


def handled_by(kept: Kept, trucks: Sequence[TruckRow], end: int) -> dict[str, NDArray[Any]]:
    """Post and truck (P) of a flight's parcels; `NEVER` of what was not packed, or not loaded, before the end [ticks].

    A truck is told by the columns that it has in its table; its route is the parcel's.
    """
    is_loaded = kept["truck"] != NEVER
    number = kept["truck"][is_loaded].tolist()
    columns = {"post": np.where((kept["pack_begin"] != NEVER) & (kept["pack_begin"] < end), kept["post"], NEVER)}
    for name in HANDLED_BY[1:]:
        columns[name] = np.full(len(is_loaded), NEVER, dtype=np.int64)
        columns[name][is_loaded] = [getattr(trucks[truck], name.removeprefix("truck_")) for truck in number]
    return columns


def parcels_table(config: HubConfig, record: Recorder, kept: Mapping[int, Kept], end: int) -> Table:
    """The table of parcels; `kept`: by number of the flight; `end` of the run [ticks]."""
    texts = {"lane": np.array(list(config.lanes)), "channel": np.array([channel.name.lower() for channel in Channel])}
    handled = {flight: handled_by(columns, record.trucks, end) for flight, columns in kept.items()}

    def column_of(name: str, flight: int) -> NDArray[Any]:
        columns = kept[flight]
        if name in _ALIKE:
            return columns[_ALIKE[name]]
        if name in STAMPS:
            return np.where(columns[name] < end, columns[name], NEVER)
        if name in HANDLED_BY:
            return handled[flight][name]
        if name in texts:
            return texts[name][columns[name]]
        n = len(columns["uld"])
        return np.full(n, flight) if name == "flight" else np.arange(n)

    def gathered(name: str) -> NDArray[Any]:
        of_flights = [column_of(name, flight) for flight in sorted(kept)]
        return np.concatenate(of_flights) if of_flights else np.empty(0)

    # Column by column: of all flights they are millions of rows.
    return {column.name: as_column(column, gathered(column.name)) for column in TABLES["parcels"].columns}
