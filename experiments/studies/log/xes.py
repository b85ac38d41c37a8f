"""XES: cases of one kind of object, each with its events in order of time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa

from experiments.studies.log.batches import NONE, Batch, Moments, types_of, us
from experiments.studies.log.kinds import ACTIVITIES, OBJECT_TYPES
from experiments.studies.log.texts import data_of, grouped, ids, joined, some, values_of

_HEAD: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event">
<string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
</global>
<classifier name="Activity" keys="concept:name"/>
"""
_TAGS: Final = {"string": "string", "time": "date", "integer": "int", "float": "float", "boolean": "boolean"}
_NOT_YET: Final = np.iinfo(np.int64).max


def quoted(text: str) -> str:
    """Text escaped for the quotes of an attribute."""
    return escape(text, {'"': "&quot;"})


class XesLog:
    """Writes case by case."""

    def __init__(self, path: Path, names: Sequence[str], moments: Moments) -> None:
        self._file, self._moments = path.open("wb"), moments
        self._names = pa.array([quoted(name) for name in names], pa.string())
        head = '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="'
        self._heads = pa.array([head.format(quoted(what)) for what in ACTIVITIES])
        # The last text is for events without a resource.
        self._resources = pa.array([*(f'<string key="org:resource" value="{quoted(name)}"/>' for name in names), ""])
        self._file.write(_HEAD)

    def cases(self, batch: Batch) -> None:
        """Write cases; columns are by case and event (N, E)."""
        assert batch.kind is not None
        columns, nobody = list(batch.kind.events), np.full(len(batch), NONE)
        minutes = np.stack([batch.table[column] for column in columns], axis=1)
        types = np.stack([types_of(batch, column) for column in columns], axis=1)
        named = np.stack([batch.resources.get(column, nobody) for column in columns], axis=1)
        happened = ~np.isnan(minutes)
        time = np.where(happened, us(minutes), _NOT_YET)
        order = np.argsort(time, axis=1, kind="stable")
        counts = happened.sum(axis=1)
        row, place = np.nonzero(np.arange(len(columns)) < counts[:, None])
        at = order[row, place]
        starts = np.cumsum(counts) - counts
        events = joined(
            self._heads.take(pa.array(types[row, at])), self._moments(time[row, at]), '"/>',
            self._resources.take(pa.array(named[row, at] % len(self._resources))), "</event>\n",
        )  # fmt: skip
        head = joined('<trace><string key="concept:name" value="', ids(self._names, batch.names, batch.rows), '"/>')
        kinds = OBJECT_TYPES[batch.type]
        texts = values_of(batch.attributes, kinds, quoted)
        attributes = [
            joined(f'<{_TAGS[kinds[name]]} key="{name}" value="', text, '"/>')
            for name, text in zip(batch.attributes, texts, strict=True)
        ]
        self._file.write(data_of(joined(head, some(attributes, ""), "\n", grouped(events, starts, ""), "</trace>\n")))

    def close(self) -> None:
        self._file.write(b"</log>\n")
        self._file.close()
