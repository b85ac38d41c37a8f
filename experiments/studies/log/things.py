"""Objects that are few: flights, ULDs, trains, trucks, collections, machines, packers and desks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments.studies.log.batches import NONE, Batch, Indices, Moments, Relation, attributes_of
from experiments.studies.log.kinds import GROUPS, KINDS, MACHINE, OF_PARCELS, UNITS, Kind
from experiments.studies.replay.flows import check_ranges
from experiments.studies.trace.run import Replication
from sim.domain.entities import FLOWN
from sim.domain.site import PackoutRule
from sim.errors import InputError
from sim.measures.tracing.journal import NEEDED, TRUCK_KEY, Journal
from sim.record.schemas import Table

TABLES: Final = (*NEEDED, "collections", "out_ulds", "out_loads", "out_trains")
"""Tables that are read as a whole."""
_POSTS: Final = "posts"
_ON_A_TRAIN: Final = ("on_train", "at_door", "placed")
_ON_A_FLIGHT: Final = ("taken", "loaded", "departed")


class Things:
    """Names of things, by number, and their relations.

    Raises InputError if the tables contradict each other or the configuration.
    """

    def __init__(self, replication: Replication, moments: Moments) -> None:
        self.hub, self.moments, self.halls = replication.hub, moments, tuple(replication.hub.halls)
        flights = replication.tables["flights"]
        renamed = {**flights, "key": np.array(_one_each(flights["key"].tolist()), dtype=np.str_)}
        journal = Journal({**replication.tables, "flights": renamed}, self.hub)
        self.keys = renamed["key"].tolist()
        self.tables = {name: replication.tables[name] for name in TABLES}
        self.tables["shuttles"] = {**self.tables["shuttles"], "hall": self.tables["shuttles"]["origin"]}
        self.first_uld = journal.first_uld
        machines = [hall.sorting_machines for hall in self.hub.halls.values()]
        self.first_machine = np.cumsum([0, *machines])
        """Number of the first machine of each hall, then the number of machines (H + 1)."""
        self._check()
        self.names: list[str] = []
        self.first: dict[str, int] = {}
        """Number of the first name of each table's things, and of machines and posts."""
        for kind in KINDS:
            self._add(kind.table, self._names_of(kind, journal))
        self._add(MACHINE, [f"machine {number}" for number in range(sum(machines))])
        has_posts = self.hub.packout.rule is PackoutRule.DEDICATED
        self.n_posts = [hall.packout_posts * has_posts for hall in self.hub.halls.values()]
        posts = [f"post {hall}/{post}" for hall, n in zip(self.halls, self.n_posts, strict=True) for post in range(n)]
        self._add(_POSTS, posts)
        self.groups = {name: self._group(name) for name in GROUPS}
        """Names of groups of equal units, by hall; `NONE` if a hall has none (H)."""
        if len({*self.names}) < len(self.names):
            raise InputError(f"{replication.manifest.folder}: two things have the same name")

    def n(self, table: str) -> int:
        return len(next(iter(self.tables[table].values())))

    def batches(self) -> Iterator[Batch]:
        """All objects of these kinds, resources first."""
        machines = np.arange(self.first_machine[-1]) + self.first[MACHINE]
        posts = np.arange(sum(self.n_posts)) + self.first[_POSTS]
        yield _resources(MACHINE, machines, np.ones_like(machines))
        yield _resources(GROUPS["packers"].type, posts, np.ones_like(posts))
        for name, group in GROUPS.items():
            names = np.unique(self.groups[name][self.groups[name] != NONE])
            units = [n for n in self._units(name) if n][: len(names)]
            yield _resources(group.type, names, np.array(units, dtype=np.int64))
        for kind in KINDS:
            if kind.table not in OF_PARCELS:
                yield self._batch(kind)

    def resource(self, name: str, halls: Indices) -> Indices:
        """The group of each hall; `NONE` for things without a hall."""
        return np.where(halls < 0, NONE, self.groups[name][halls])

    def posts(self, halls: Indices, post: Indices) -> Indices:
        """Packers of a hall: a post by its number, or the hall's packers.

        Raises:
            InputError: a post that the hall does not have.
        """
        if (post >= np.array(self.n_posts)[halls]).any():
            raise InputError("table parcels: a post that is not in the configuration")
        first = self.first[_POSTS] + np.cumsum([0, *self.n_posts])[halls]
        return np.where(post < 0, self.resource("packers", halls), first + post)

    def _batch(self, kind: Kind) -> Batch:
        table = self.tables[kind.table]
        n = self.n(kind.table)
        resources = {
            column: self.resource(event.at, table["hall"]) for column, event in kind.events.items() if event.at
        }
        return Batch(
            kind.type, np.arange(n) + self.first[kind.table], np.full(n, NONE),
            attributes_of(kind, table, self.halls, self.moments),
            [relation for relation in self._relations(kind) if len(relation.rows)], kind, 0, table, resources,
        )  # fmt: skip

    def _relations(self, kind: Kind) -> Iterator[Relation]:
        table, every = self.tables[kind.table], tuple(kind.events)

        def to(of: str, rows: Indices, qualifier: str, columns: Sequence[str] = (), says: str = "") -> Relation:
            known = np.flatnonzero(rows != NONE)
            return Relation(qualifier, known, rows[known] + self.first[of], columns, says)

        if kind.table in ("trains", "out_trains"):
            yield to("flights", table["flight"], "of", every, "flight")
        elif kind.table == "ulds":
            trains = rows_of(self.tables["trains"], table, ("flight", "deck", "train"))
            yield to("flights", table["flight"], "on", every, "flight")
            yield to("trains", trains, "carried by", _ON_A_TRAIN, "tug train")
            yield to(MACHINE, table["machine"], "feeds")
        elif kind.table == "trucks":
            yield self._takes(table, is_flown=False)
        elif kind.table == "out_ulds":
            yield to("flights", table["flight"], "leaves on", _ON_A_FLIGHT, "flight")
            yield self._takes(table, is_flown=True)
            loads = self.tables["out_loads"]
            rows = rows_of(table, loads, ("hall", "lane", "sequence"))
            yield Relation("takes parcels of", rows, loads["collection"] + self.first["collections"])

    def _takes(self, table: Table, *, is_flown: bool) -> Relation:
        """Flights from which a truck, or a ULD of connecting imports, takes parcels."""
        loads = self.tables["loads"]
        chosen = (loads["kind"] == FLOWN) == is_flown
        loads = {name: values[chosen] for name, values in loads.items()}
        rows = rows_of(table, loads, ("hall", "route", "sequence") if is_flown else TRUCK_KEY)
        return Relation("takes parcels of", rows, loads["flight"] + self.first["flights"])

    def _check(self) -> None:
        """Check that rows without a journal refer to existing things."""
        hall, flights = (0, len(self.halls)), self.n("flights")
        check_ranges("out_ulds", self.tables["out_ulds"], {"hall": hall, "flight": (-1, flights)})
        check_ranges("out_trains", self.tables["out_trains"], {"hall": hall, "flight": (0, flights)})
        check_ranges("out_loads", self.tables["out_loads"], {"collection": (0, self.n("collections"))})
        check_ranges("ulds", self.tables["ulds"], {"machine": (-1, int(self.first_machine[-1]))})

    def _add(self, key: str, names: Sequence[str]) -> None:
        self.first[key] = len(self.names)
        self.names += names

    def _names_of(self, kind: Kind, journal: Journal) -> list[str]:
        """Names as `cargohub trace` accepts them; for parcels without the row."""
        if kind.table in OF_PARCELS:
            keys = self.keys if kind.table == "parcels" else self.tables["collections"]["key"].tolist()
            return [f"{kind.type} {key}/" for key in keys]
        table, n = self.tables[kind.table], self.n(kind.table)
        if kind.table == "out_ulds":
            keys = zip(*(table[name].tolist() for name in ("hall", "lane_name", "sequence")), strict=True)
            return [f"{kind.type} {self.halls[hall]}/{lane}/{number}" for hall, lane, number in keys]
        if kind.table == "out_trains":
            pairs = zip(table["flight"].tolist(), table["train"].tolist(), strict=True)
            return [f"{kind.type} {self.keys[flight]}/{train}" for flight, train in pairs]
        return [journal.name(kind.table, row) for row in range(n)]

    def _units(self, name: str) -> list[int]:
        """Number of units of a group, by hall; those of the apron belong to the first hall."""
        where, _, path = GROUPS[name].units.partition(".")
        if where == "apron":
            return [attrgetter(path)(self.hub.apron)]
        return [attrgetter(path)(hall) for hall in self.hub.halls.values()]

    def _group(self, name: str) -> Indices:
        units = self._units(name)
        is_apron = GROUPS[name].units.startswith("apron")
        names = np.full(len(self.halls), NONE)
        for hall, n in enumerate(units):
            if n and not (name == "packers" and any(self.n_posts)):
                names[slice(None) if is_apron else hall] = len(self.names)
                self.names.append(name if is_apron else f"{name} {self.halls[hall]}")
        return names


def rows_of(table: Table, wanted: Table, columns: Sequence[str]) -> Indices:
    """The first row of the table with the wanted values in some columns; `NONE` if there is none.

    >>> table = {"hall": np.array([0, 0, 1]), "train": np.array([0, 1, 0])}
    >>> rows_of(table, {"hall": np.array([1, 0, 1]), "train": np.array([0, 1, 1])}, ("hall", "train")).tolist()
    [2, 1, -1]
    """
    known, asked = (pd.MultiIndex.from_arrays([each[column] for column in columns]) for each in (table, wanted))
    first = np.flatnonzero(~known.duplicated())
    return np.append(first, NONE)[known[first].get_indexer(asked)]  # which is -1, the last, for a row that is unknown


def _one_each(keys: Sequence[str]) -> list[str]:
    """Flights' names, or their numbers if several share a name, as `cargohub trace` accepts them.

    >>> _one_each(["a", "b", "a"])
    ['#0', 'b', '#2']
    """
    count = Counter(keys)
    return [key if count[key] == 1 else f"#{number}" for number, key in enumerate(keys)]


def _resources(type_: str, names: Indices, units: Any) -> Batch:  # noqa: ANN401 - a column
    return Batch(type_, names, np.full(len(names), NONE), {UNITS: pa.array(units)})
