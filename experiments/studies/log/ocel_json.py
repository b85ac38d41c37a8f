"""OCEL 2.0 as one JSON document, written while the run is read."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.studies.log.batches import QUALIFIERS, Arrow, Batch, Indices, Moments
from experiments.studies.log.kinds import ACTIVITIES, OBJECT_TYPES, OWNERS
from experiments.studies.log.spool import codes_of
from experiments.studies.log.texts import data_of, grouped, ids, joined, quoted, some, values_of

_ALWAYS = "1970-01-01T00:00:00Z"
"""Instant from which constant attributes are valid."""


class JsonLog:
    """Writes objects first, then events."""

    def __init__(self, path: Path, names: Sequence[str], moments: Moments) -> None:
        self._file, self._moments = path.open("wb"), moments
        self._names = pa.array([quoted(name) for name in names], pa.string())
        self._is_first = True
        self._heads = pa.array([f'","type":"{quoted(what)}","time":"' for what in ACTIVITIES])
        self._qualifiers = pa.array(
            [f'","qualifier":"{quoted(name or owner)}"}}' for owner in OWNERS for name in QUALIFIERS]
        )
        """Qualifiers by type of event, then by number."""
        types = {
            "objectTypes": [_type(name, attributes) for name, attributes in OBJECT_TYPES.items()],
            "eventTypes": [_type(name, {}) for name in ACTIVITIES],
        }
        self._file.write(json.dumps(types, ensure_ascii=False)[:-1].encode() + b',\n"objects":[')

    def objects(self, batch: Batch) -> None:
        if not len(batch):
            return
        parts = ',\n{"id":"', ids(self._names, batch.names, batch.rows), f'","type":"{quoted(batch.type)}"'
        self._write(joined(*parts, self._attributes(batch), self._relations(batch), "}"))

    def begin_events(self) -> None:
        self._file.write(b'],\n"events":[')
        self._is_first = True

    def events(self, records: NDArray[Any], starts: Indices, ids_: Arrow) -> None:
        codes = codes_of(records)
        qualifiers = self._qualifiers.take(pa.array(codes * len(QUALIFIERS) + records["qualifier"]))
        related = joined('{"objectId":"', ids(self._names, records["name"], records["row"]), qualifiers)
        heads, times = self._heads.take(pa.array(codes[starts])), self._moments(records["time"][starts])
        relations = grouped(related, starts, ",")
        self._write(joined(',\n{"id":"', ids_, heads, times, '","relationships":[', relations, "]}"))

    def close(self) -> None:
        self._file.write(b"]}\n")
        self._file.close()

    def _write(self, nodes: Arrow) -> None:
        self._file.write(data_of(nodes, skipped=len(",\n") * self._is_first))
        self._is_first = False

    def _attributes(self, batch: Batch) -> Arrow:
        types = OBJECT_TYPES[batch.type]
        texts = values_of(batch.attributes, types, quoted)
        quote = {name: '"' if types[name] in ("string", "time") else "" for name in batch.attributes}
        each = [
            joined(f'{{"name":"{name}","time":"{_ALWAYS}","value":{mark}', text, f"{mark}}}")
            for (name, mark), text in zip(quote.items(), texts, strict=True)
        ]
        return joined(',"attributes":[', some(each, ","), "]")

    def _relations(self, batch: Batch) -> Arrow:
        if not batch.relations:
            return ""
        rows = np.concatenate([relation.rows for relation in batch.relations])
        order = np.argsort(rows, kind="stable")
        texts = pa.concat_arrays(
            [
                joined('{"objectId":"', self._names.take(pa.array(each.targets)), f'","qualifier":"{each.qualifier}"}}')
                for each in batch.relations
            ]
        ).take(pa.array(order))
        starts = np.searchsorted(rows[order], np.arange(len(batch)))
        return joined(',"relationships":[', grouped(texts, starts, ","), "]")


def _type(name: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": key, "type": what} for key, what in attributes.items()]}
