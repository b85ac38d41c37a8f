"""Texts of many things at once, as columns of Arrow."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.studies.log.batches import Arrow, Indices, Moments
from sim.config import HubConfig
from sim.config.zones import zone_of


def moments_of(hub: HubConfig) -> Moments:
    """Instants as ISO 8601 in UTC; without a time zone the hub's clocks are assumed to show UTC."""
    zone = dt.UTC if hub.time_zone is None else zone_of(hub.time_zone)
    midnight = dt.datetime.combine(hub.start_date, dt.time(), tzinfo=zone).astimezone(dt.UTC).replace(tzinfo=None)
    first = int(np.datetime64(midnight, "us").astype(np.int64))

    def moments(us: NDArray[np.int64]) -> Arrow:
        texts = pc.cast(pa.array((us + first).view("M8[us]")), pa.string())
        return joined(pc.binary_replace_slice(texts, 10, 11, "T"), "Z")

    return moments


def quoted(text: str) -> str:
    r"""Texts escaped for quotes of JSON.

    >>> quoted('a "b"')
    'a \\"b\\"'
    """
    return json.dumps(text, ensure_ascii=False)[1:-1]


def joined(*parts: Arrow) -> Arrow:
    """Texts concatenated; null if any is null."""
    return pc.binary_join_element_wise(*parts, "")


def some(parts: Sequence[Arrow], between: str) -> Arrow:
    """Texts that are not null, joined with a separator."""
    return pc.binary_join_element_wise(*parts, between, null_handling="skip")


def ids(names: Arrow, index: Indices, rows: Indices) -> Arrow:
    """Names, followed by the row number if they have one."""
    numbers = pc.if_else(pa.array(rows >= 0), pc.cast(pa.array(rows), pa.string()), "")
    return joined(names.take(pa.array(index)), numbers)


def grouped(texts: Arrow, starts: Indices, between: str) -> Arrow:
    """Texts of each group joined; groups begin at `starts`."""
    ends = pa.array(np.append(starts, len(texts)).astype(np.int32))
    return pc.binary_join(pa.ListArray.from_arrays(ends, texts), between)


def by_text(column: Arrow, change: Callable[[str], str]) -> Arrow:
    """A function applied to each distinct text, of which there are few."""
    coded = column.dictionary_encode()
    changed = [change(text) for text in coded.dictionary.to_pylist()]
    return pa.array(changed, pa.string()).take(coded.indices)


def values_of(columns: Mapping[str, Arrow], types: Mapping[str, str], change: Callable[[str], str]) -> Iterable[Arrow]:
    """Columns as texts; null stays null."""
    for name, column in columns.items():
        yield by_text(column, change) if types[name] == "string" else pc.cast(column, pa.string())


def data_of(texts: Arrow, skipped: int = 0) -> Any:  # noqa: ANN401 - a part of a buffer
    """All texts concatenated, without the first bytes."""
    ends = np.frombuffer(texts.buffers()[1], np.int32)
    return memoryview(texts.buffers()[2])[ends[texts.offset] + skipped : ends[texts.offset + len(texts)]]
