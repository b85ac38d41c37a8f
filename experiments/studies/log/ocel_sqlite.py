"""OCEL 2.0 as an SQLite database: a table for each type of object and event, and for each kind of relation."""

import errno
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.studies.log.batches import QUALIFIERS, Arrow, Batch, Indices, Moments
from experiments.studies.log.kinds import ACTIVITIES, OBJECT_TYPES, OWNERS
from experiments.studies.log.spool import codes_of
from experiments.studies.log.texts import ids
from sim.errors import InputError

_ALWAYS = "1970-01-01 00:00:00"
"""Instant from which constant attributes are valid."""
_TYPES: Final = MappingProxyType(
    {"string": "TEXT", "time": "TIMESTAMP", "integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN"}
)
_ROWS: Final = 50
"""Rows of one statement."""
_ACTIVITIES: Final = np.array(ACTIVITIES, dtype=object)
_QUALIFIERS: Final = np.array([[name or owner for name in QUALIFIERS] for owner in OWNERS], dtype=object)
"""Qualifiers by type of event and number."""
# Rows arrive almost in the order of their keys. A table without row numbers is its own index.
_SCHEMA: Final = """
PRAGMA page_size = 16384; PRAGMA cache_size = -65536;
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type (ocel_type)) WITHOUT ROWID;
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type (ocel_type)) WITHOUT ROWID;
CREATE TABLE event_object (
    ocel_event_id TEXT REFERENCES event (ocel_id), ocel_object_id TEXT REFERENCES object (ocel_id), ocel_qualifier TEXT,
    PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)) WITHOUT ROWID;
CREATE TABLE object_object (
    ocel_source_id TEXT REFERENCES object (ocel_id), ocel_target_id TEXT REFERENCES object (ocel_id),
    ocel_qualifier TEXT, PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)) WITHOUT ROWID;
"""


class SqliteLog:
    """Writes objects first, then events."""

    def __init__(self, path: Path, names: Sequence[str], moments: Moments) -> None:
        path.unlink(missing_ok=True)
        self._base, self._moments = sqlite3.connect(path, isolation_level=None), moments
        self._names = pa.array(names, pa.string())
        self._base.executescript(_SCHEMA)
        self._base.execute("BEGIN")
        for name, attributes in OBJECT_TYPES.items():
            columns = [f'"{key}" {_TYPES[what]}' for key, what in attributes.items()]
            self._make("object", name, "TEXT", "ocel_changed_field TEXT", *columns)
        for name in ACTIVITIES:
            self._make("event", name, "TEXT PRIMARY KEY")

    def objects(self, batch: Batch) -> None:
        names = ids(self._names, batch.names, batch.rows).to_pylist()
        columns = {name: column.to_pylist() for name, column in batch.attributes.items()}
        listed = ", ".join(f'"{name}"' for name in ("ocel_id", "ocel_time", *columns))
        self._fill("object", names, [batch.type] * len(names))
        self._fill(f"object_{_short(batch.type)} ({listed})", names, [_ALWAYS] * len(names), *columns.values())
        for relation in batch.relations:
            targets = self._names.take(pa.array(relation.targets)).to_pylist()
            sources = [names[row] for row in relation.rows.tolist()]
            self._fill("object_object", sources, targets, [relation.qualifier] * len(targets))

    def begin_events(self) -> None:
        """Create the tables of events."""

    def events(self, records: NDArray[Any], starts: Indices, ids_: Arrow) -> None:
        codes, names = codes_of(records), np.array(ids_.to_pylist(), dtype=object)
        times = np.array(self._moments(records["time"][starts]).to_pylist(), dtype=object)
        of_events = codes[starts]
        self._fill("event", names.tolist(), _ACTIVITIES[of_events].tolist())
        for code in np.unique(of_events).tolist():
            chosen = of_events == code
            self._fill(f"event_{_short(ACTIVITIES[code])}", names[chosen].tolist(), times[chosen].tolist())
        counts = np.diff(np.append(starts, len(records)))
        related = ids(self._names, records["name"], records["row"]).to_pylist()
        qualifiers = _QUALIFIERS[codes, records["qualifier"]].tolist()
        self._fill("event_object", np.repeat(names, counts).tolist(), related, qualifiers)

    def close(self) -> None:
        self._base.execute("COMMIT")
        self._base.close()

    def _make(self, of: str, type_: str, key: str, *columns: str) -> None:
        """Create the table of a type, and its line in the map."""
        self._fill(f"{of}_map_type", [type_], [_short(type_)])
        listed = ", ".join([f"ocel_id {key} REFERENCES {of} (ocel_id)", "ocel_time TIMESTAMP", *columns])
        self._base.execute(f"CREATE TABLE {of}_{_short(type_)} ({listed})")

    def _fill(self, table: str, *columns: Sequence[Any]) -> None:
        """Insert rows by columns, many with one statement: half the time of single inserts."""
        width, n = len(columns), len(columns[0])
        values: list[Any] = [None] * (width * n)
        for at, column in enumerate(columns):
            values[at::width] = column
        row = f"({', '.join('?' * width)})"
        for begin in range(0, n, _ROWS):
            rows = ", ".join([row] * min(_ROWS, n - begin))
            part = values[begin * width : (begin + _ROWS) * width]
            self._base.execute(f"INSERT INTO {table} VALUES {rows}", part)  # noqa: S608 - names of our own


@contextmanager
def errors_of(path: Path) -> Iterator[None]:
    """Context that turns errors of SQLite into our errors.

    Raises:
        InputError: two things have the same name.
        OSError: the disk is full, and the like.
    """
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise InputError(f"{path}: two rows of the run's tables are the same ({error})") from None
    except sqlite3.Error as error:
        raise OSError(errno.EIO, str(error), str(path)) from None


def _short(type_: str) -> str:
    """A type's name as part of a table's name.

    >>> _short("ULD at the hall's door")
    'ULD_at_the_halls_door'
    """
    return re.sub(r"\W+", "_", type_.replace("'", ""))
