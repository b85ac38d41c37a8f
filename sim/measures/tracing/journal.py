"""One replication's tables, by flight, ULD and truck."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from sim.config import HubConfig
from sim.domain.entities import EXTRA
from sim.domain.flight import Deck
from sim.errors import InputError
from sim.measures.stays import READY, with_ready
from sim.measures.train_stops import train_stops
from sim.measures.window import Minutes, left_door
from sim.record.schemas import Table
from sim.units import MIN_PER_H, TICKS_PER_MIN, Counts, ticks

KINDS: Final = ("timetabled", "extra")
"""Kinds of trucks, by number."""
TRUCK_KEY: Final = ("hall", "route", "kind", "sequence")
DECKS: Final = ("main", "lower")
"""Decks, by number."""
NEEDED: Final = ("flights", "ulds", "trains", "shuttles", "trucks", "loads")
"""Tables that a journal needs; also `parcels` for paths of parcels, and `collections` for their trucks."""


class Journal:
    """The tables, checked to fit each other, with derived data. Minutes.

    Raises InputError if they contradict each other, because they may be from another program.
    """

    def __init__(self, tables: Mapping[str, Table], config: HubConfig) -> None:
        self.tables: dict[str, Table] = dict(tables)
        self.config = config
        self.end = ticks(config.end_min) / TICKS_PER_MIN
        self.longest_hold = ticks(config.apron.longest_hold_h * MIN_PER_H) / TICKS_PER_MIN
        self.halls = tuple(config.halls)
        self.destinations = _destinations(config)
        """The hall from which parcels leave, by hall and route (H, R)."""
        self.flies = tuple(route in config.flies_to for route in config.route_shares)
        """Whether parcels fly on, by route (R)."""
        _check(self.tables, *self.destinations.shape)
        trucks = self.tables["trucks"]
        docking_min = ticks(config.outbound.docking_min) / TICKS_PER_MIN
        self.tables["trucks"] = {**trucks, "left_door": left_door(trucks, docking_min)}
        flights = self.tables["flights"]
        # A crew that loads exports stays with its flight.
        free = flights["loading_end" if config.exports.share else "unloading_end"]
        self.tables["flights"] = {**flights, "crew_free": free}
        self.tables["ulds"] = with_ready(tables["ulds"])
        self.tables["train_stops"] = train_stops(tables["ulds"])._asdict()
        self.tables["shuttles"] = {**tables["shuttles"], "hall": tables["shuttles"]["origin"]}
        self.tables["floor"] = self._floor()
        self.first_uld = np.searchsorted(self.tables["ulds"]["flight"], np.arange(self.n_flights + 1))
        """Rows of a flight's ULDs: from its own to the next flight's (F + 1)."""
        self.queue, self.head_from = self._breakdown_queue()

    @property
    def n_flights(self) -> int:
        return len(self.tables["flights"]["number"])

    def name(self, table: str, row: int) -> str:
        columns = self.tables[table]
        if table == "flights":
            return f"flight {columns['key'][row]}"
        if table == "trucks":
            return f"truck {self.truck_name(row)}"
        if table == "collections":
            return f"collection truck {columns['key'][row]}"
        if table == "shuttles":
            way = "-".join(self.halls[columns[end][row]] for end in ("origin", "destination"))
            return f"shuttle {way}/{columns['sequence'][row]}"
        flight = str(self.tables["flights"]["key"][columns["flight"][row]])
        if table == "ulds":
            return f"ULD {flight}/{columns['index'][row]}"
        if table == "trains":
            return f"train {flight}/{DECKS[int(columns['deck'][row] == Deck.LOWER)]}/{columns['train'][row]}"
        return f"flight {flight}"

    def truck_name(self, row: int) -> str:
        """`ROUTE/kind/sequence`, after its hall if there are several."""
        trucks = self.tables["trucks"]
        kind = KINDS[int(trucks["kind"][row] == EXTRA)]
        hall = f"{self.halls[trucks['hall'][row]]}/" if len(self.halls) > 1 else ""
        return f"{hall}{trucks['route_name'][row]}/{kind}/{trucks['sequence'][row]}"

    def truck_rows(self) -> dict[tuple[int, ...], int]:
        """Row by the key of the truck."""
        columns = (self.tables["trucks"][name].tolist() for name in TRUCK_KEY)
        return {key: row for row, key in enumerate(zip(*columns, strict=True))}

    def ulds_of(self, flight: int) -> range:
        """Rows of a flight's ULDs; none before it lands."""
        return range(int(self.first_uld[flight]), int(self.first_uld[flight + 1]))

    def train_of(self, uld: int) -> int | None:
        """Row of a ULD's train; None before it has one."""
        ulds, trains = self.tables["ulds"], self.tables["trains"]
        matching = np.flatnonzero(
            (trains["flight"] == ulds["flight"][uld])
            & (trains["deck"] == ulds["deck"][uld])
            & (trains["train"] == ulds["train"][uld])
        )
        return int(matching[0]) if len(matching) else None

    def parcel(self, flight: int, row: int) -> int:
        parcels = self.tables["parcels"]
        matching = np.flatnonzero((parcels["flight"] == flight) & (parcels["row"] == row))
        if len(matching) != 1:
            raise InputError(f"{self.name('flights', flight)}: parcel {row} must occur once in the table parcels")
        return int(matching[0])

    def _floor(self) -> Table:
        """Start and end of the time in which each flight has parcels on the floor, by flight and hall of its ULDs."""
        flights, ulds, loads = (self.tables[name] for name in ("flights", "ulds", "loads"))
        until = np.full(self.n_flights, np.nan)
        left = ~np.isnan(loads["departed"])
        np.fmax.at(until, loads["flight"][left], loads["departed"][left])
        is_inside = flights["n_departed"] + flights["n_refused"] < flights["n_parcels"]
        started = np.flatnonzero(~np.isnan(ulds["start"]))
        key = ulds["flight"][started].astype(np.int64) * len(self.halls) + ulds["hall"][started]
        groups, place = np.unique(key, return_inverse=True)
        since = np.full(len(groups), np.inf)
        np.minimum.at(since, place, ulds["start"][started])
        flight, hall = np.divmod(groups, len(self.halls))
        return {"flight": flight, "hall": hall, "since": since, "until": np.where(is_inside, np.nan, until)[flight]}

    def _breakdown_queue(self) -> tuple[Counts, Minutes]:
        """Rows of ULDs in the order of the break-down queues (Q), and since when each heads its hall's queue [min]."""
        ulds = self.tables["ulds"]
        since = ulds[READY]
        requested = np.flatnonzero(~np.isnan(since))
        order = requested[np.lexsort((ulds["index"][requested], ulds["flight"][requested], since[requested]))]
        start, hall = np.nan_to_num(ulds["start"][order], nan=np.inf), ulds["hall"][order]
        before = np.full(len(order), -np.inf)
        for number in range(len(self.halls)):
            matching = np.flatnonzero(hall == number)
            before[matching[1:]] = start[matching[:-1]]
        return order, np.maximum(since[order], before)


def _destinations(config: HubConfig) -> Counts:
    """By hall and route (H, R): the same hall, or else the first that serves the route."""
    routes = list(config.route_shares)
    serves = np.array(
        [
            [route in config.flies_to or hall.serves is None or route in hall.serves for route in routes]
            for hall in config.halls.values()
        ]
    )
    return np.where(serves, np.arange(len(serves))[:, None], serves.argmax(axis=0))


def _check(tables: Mapping[str, Table], n_halls: int, n_routes: int) -> None:
    """Check that rows refer to existing rows."""
    n = len(tables["flights"]["number"])
    if not np.array_equal(tables["flights"]["number"], np.arange(n)):
        raise InputError("table flights: numbers are not 0, 1, 2, …")
    ranges = [(name, "flight", 0, n) for name in ("ulds", "trains", "loads", "parcels")]
    ranges += [(name, "hall", -1, n_halls) for name in ("flights", "ulds", "trains", "trucks", "loads", "collections")]
    ranges += [("shuttles", end, 0, n_halls) for end in ("origin", "destination")]
    ranges += [("parcels", "route", 0, n_routes)]
    for name, column, lowest, high in ranges:
        number = tables[name][column] if name in tables else np.empty(0, dtype=np.int32)
        if len(number) and not lowest <= number.min() <= number.max() < high:
            where = "the table flights" if column == "flight" else "the configuration"
            raise InputError(f"table {name}: a {column} that is not in {where}")
    _check_ulds(tables["ulds"])
    for table, columns in tables.items():
        for column, values in columns.items():
            if values.dtype.kind == "f" and np.isinf(values).any():
                raise InputError(f"table {table}: column {column} contains infinity")


def _check_ulds(ulds: Table) -> None:
    first = np.searchsorted(ulds["flight"], ulds["flight"])
    is_sorted = np.array_equal(np.sort(ulds["flight"], kind="stable"), ulds["flight"])
    if not is_sorted or not np.array_equal(ulds["index"], np.arange(len(first)) - first):
        raise InputError("table ulds: ULDs of a flight are not 0, 1, 2, …")
    if ((ulds["hall"] < 0) & ~np.isnan(ulds["checked_in"])).any():
        raise InputError("table ulds: a ULD is checked in but has no hall")
