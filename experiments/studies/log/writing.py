"""An event log of one replication, written while its parcels are read: objects, then events in order of time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.execution.progress import Lines
from experiments.formatting import whole
from experiments.report.sections import sentence_of
from experiments.store import files
from experiments.studies.log.batches import Batch, Indices, records_of, types_of
from experiments.studies.log.kinds import ACTIVITIES, OF_PARCELS
from experiments.studies.log.ocel_json import JsonLog
from experiments.studies.log.ocel_sqlite import SqliteLog, errors_of
from experiments.studies.log.parcels import parcels_of
from experiments.studies.log.spool import Spool, codes_of
from experiments.studies.log.texts import joined
from experiments.studies.log.things import Things
from experiments.studies.log.xes import XesLog
from experiments.studies.trace.run import Replication
from sim.errors import InputError

DOCUMENTS, DATABASES = (".json", ".jsonocel"), (".sqlite", ".db")
"""Suffixes of both forms of OCEL."""
CASES: Final = {"parcel": "parcels", "uld": "ulds", "flight": "flights", "truck": "trucks"}
"""Tables of objects that can be cases."""
_DIGITS: Final = 10
"""Digits of an event's number, so that numbers and texts have the same order."""


@dataclass(slots=True)
class Written:
    """Numbers of objects and events by type, and the number of flights with parcels."""

    objects: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    flights: set[int] = field(default_factory=set)

    @property
    def plain(self) -> dict[str, Any]:
        return {"objects": dict(self.objects), "events": dict(self.events), "flights_with_parcels": len(self.flights)}

    def count(self, types: Indices) -> None:
        """Count events by the numbers of their types."""
        counts = np.bincount(types, minlength=len(ACTIVITIES)).tolist()
        self.events += Counter(dict(zip(ACTIVITIES, counts, strict=True)))

    def add(self, batch: Batch, lines: Lines) -> None:
        self.objects[batch.type] += len(batch)
        if "flight" in batch.table and batch.shared:
            self.flights |= {*np.unique(batch.table["flight"]).tolist()}
        lines.say(lambda _: sentence_of("objects_logged", n=whole(sum(self.objects.values()))), len(batch))


def write_objects(path: Path, replication: Replication, things: Things, lines: Lines) -> Written:
    """Write OCEL in the format given by the suffix.

    Raises:
        InputError: a damaged run, or one whose tables contradict each other.
        OSError: the disk is full, the folder read-only, and the like.
    """
    written = Written()
    form = JsonLog if path.suffix.lower() in DOCUMENTS else SqliteLog
    with (
        files.whole(path) as unfinished,
        errors_of(path),
        Spool(path.parent) as spool,
        closing(form(unfinished, things.names, things.moments)) as log,
    ):
        for batch in _all(replication, things):
            written.add(batch, lines)
            log.objects(batch)
            spool.add(records_of(batch))
        log.begin_events()
        n = 0
        for records, starts in spool.sorted():
            numbers = pc.cast(pa.array(np.arange(n, n + len(starts))), pa.string())
            log.events(records, starts, joined("e", pc.utf8_lpad(numbers, _DIGITS, "0")))
            written.count(codes_of(records)[starts])
            n += len(starts)
    return written


def write_cases(path: Path, replication: Replication, things: Things, table: str, lines: Lines) -> Written:
    """Write XES, a case for each row of a table.

    Raises:
        InputError: as in `write_objects`, or no parcels although they are the cases.
        OSError: as in `write_objects`.
    """
    written = Written()
    with files.whole(path) as unfinished, closing(XesLog(unfinished, things.names, things.moments)) as log:
        for batch in _all(replication, things, (table,)):
            written.add(batch, lines)
            log.cases(batch)
            for column in batch.kind.events if batch.kind else ():
                written.count(types_of(batch, column)[~np.isnan(batch.table[column])])
        if not written.objects["parcel"] and table == "parcels":
            raise InputError(f"{replication.manifest.folder}: {sentence_of('no_parcels_kept')}")
    return written


def _all(replication: Replication, things: Things, tables: tuple[str, ...] = ()) -> Iterator[Batch]:
    """Things of some tables, or of all; the few ones first."""
    for batch in things.batches():
        if not tables or (batch.kind is not None and batch.kind.table in tables):
            yield batch
    for table in OF_PARCELS:
        if not tables or table in tables:
            yield from parcels_of(replication, things, table)
