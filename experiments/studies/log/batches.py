"""Things of one kind in batches of some thousands: names, attributes and events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.studies.log.kinds import CODES, OPEN, Kind
from sim.record.schemas import Table
from sim.units import SECONDS_PER_MIN

Arrow: TypeAlias = Any
"""An object of pyarrow, which has no types."""
Indices: TypeAlias = NDArray[np.integer]
Moments: TypeAlias = Callable[[NDArray[np.int64]], Arrow]
"""Texts of instants [µs after the first midnight]."""

NONE: Final = -1
"""No such name or row."""
_US_PER_MIN: Final = SECONDS_PER_MIN * 1_000_000
"""A tick has 57 microseconds, so different instants remain different."""
QUALIFIERS: Final = ("", "flight", "tug train", "resource", "parcel")
"""Qualifiers of the objects of an event; the first stands for the type of the event's own object."""
RECORD: Final = np.dtype([("time", "i8"), ("order", "i8"), ("name", "i4"), ("row", "i4"), ("qualifier", "u1")])
"""An object of an event. `order` contains the number of the event's type, of the event, and of the qualifier."""
CODE_BITS, EVENT_BITS = 44, 4
"""First bits of type and event in `order`."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Relations of a batch's things to others, by name; events in one of the `columns` involve both."""

    qualifier: str
    rows: Indices
    targets: Indices
    columns: Sequence[str] = ()
    says: str = ""
    """Qualifier of the others in those events."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Things of one type (N). Each has the name with its number, followed by its `rows` unless `NONE`."""

    type: str
    names: Indices
    rows: Indices
    attributes: Mapping[str, Arrow]
    relations: Sequence[Relation] = ()
    kind: Kind | None = None
    """None: it has no events."""
    first: int = 0
    """Number of earlier things of the kind."""
    table: Table = field(default_factory=dict)
    resources: Mapping[str, Indices] = field(default_factory=dict)
    """Name of the resource of each event, by column."""
    shared: Mapping[str, Indices] = field(default_factory=dict)
    """Row of the table in whose event each thing takes part, by column; `NONE`: in none."""

    def __len__(self) -> int:
        return len(self.names)


def us(minutes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Microseconds after the first midnight; an arbitrary number for NaN."""
    return np.rint(np.nan_to_num(minutes) * _US_PER_MIN).astype(np.int64)


def attributes_of(kind: Kind, table: Table, halls: Sequence[str], moments: Moments) -> dict[str, Arrow]:
    """Typed columns, null if unknown, and whether each thing is open at the end of the run."""
    columns = {}
    for name, what in kind.attributes.items():
        if name == OPEN:
            continue
        values = table[name]
        if name == "hall":
            columns[name] = pa.array([*halls, None]).take(pa.array(np.where(values < 0, len(halls), values)))
        elif what == "time":
            known = ~np.isnan(values)
            columns[name] = pc.if_else(known, moments(us(values)), None)
        elif what == "string":
            columns[name] = pa.array(values.tolist(), pa.string())
        else:
            columns[name] = pa.array(values, mask=np.isnan(values) if what == "float" else None)
    return {**columns, OPEN: pa.array(~is_closed(kind, table))}


def is_closed(kind: Kind, table: Table) -> NDArray[np.bool_]:
    marks = [table[name] for name in kind.closed]
    done: NDArray[np.bool_] = np.any([mark if mark.dtype == bool else ~np.isnan(mark) for mark in marks], axis=0)
    return done


def records_of(batch: Batch) -> NDArray[Any]:
    """Objects of all events of a batch: each thing, and the things related to it at that time."""
    kind, parts = batch.kind, [np.empty(0, RECORD)]
    for column, event in () if kind is None else kind.events.items():
        assert kind is not None
        happened = np.flatnonzero(~np.isnan(batch.table[column]))
        time, shared = us(batch.table[column]), batch.shared.get(column, np.full(len(batch), NONE))
        taken, single = happened[shared[happened] != NONE], happened[shared[happened] == NONE]
        for rows, table, events, qualifier in (
            (taken, event.of, shared[taken], QUALIFIERS.index("parcel")),
            (single, kind.table, batch.first + single, 0),
        ):
            parts.append(_records(table, column, time[rows], events, batch.names[rows], batch.rows[rows], qualifier))
        others = [(each.says, each.rows, each.targets) for each in batch.relations if column in each.columns]
        if column in batch.resources:
            others.append(("resource", np.arange(len(batch)), batch.resources[column]))
        for qualifier_text, of_rows, targets in others:
            named = np.full(len(batch), NONE)
            named[of_rows] = targets
            rows = happened[named[happened] != NONE]
            parts.append(
                _records(kind.table, column, time[rows], batch.first + rows, named[rows], np.full(len(rows), NONE),
                         QUALIFIERS.index(qualifier_text))
            )  # fmt: skip
    return np.concatenate(parts)


def _records(
    table: str, column: str, time: Indices, events: Indices, names: Indices, rows: Indices, qualifier: int
) -> NDArray[Any]:
    records = np.empty(len(time), RECORD)
    records["time"], records["name"], records["row"], records["qualifier"] = time, names, rows, qualifier
    code = CODES[table, column] if len(time) else 0
    records["order"] = (code << CODE_BITS) | (events.astype(np.int64) << EVENT_BITS) | qualifier
    return records


def types_of(batch: Batch, column: str) -> Indices:
    """Numbers of the types of events that things have in a column (N)."""
    assert batch.kind is not None
    of_kind = CODES.get((batch.kind.table, column), NONE)
    if column not in batch.shared:
        return np.full(len(batch), of_kind)
    return np.where(batch.shared[column] == NONE, of_kind, CODES[batch.kind.events[column].of, column])
