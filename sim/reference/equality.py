"""The two hubs, side by side on the same inputs: every instant and every record must be equal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import simpy

from sim.domain.inputs import Inputs
from sim.measures.parcels import HANDLED_BY, handled_by
from sim.processes import hub
from sim.processes.export_store import EXPORT_STAMPS, ExportStore
from sim.processes.store import STAMPS
from sim.record.recorder import CustomsRow, columns
from sim.reference import COLUMNS, run
from sim.streams import Streams
from sim.units import TICKS_PER_MIN

Tables = dict[str, dict[str, list[Any]]]
_ORDER = {
    "flights": ("number",),
    "ulds": ("flight", "index"),
    "trains": ("flight", "deck", "train"),
    "shuttles": ("origin", "destination", "sequence"),
    "trucks": ("hall", "route", "kind", "sequence"),
    "collections": ("number",),
    "out_ulds": ("hall", "lane", "sequence"),
    "out_trains": ("flight", "train"),
    "packout": ("hall",),
}


class ShuffledEnvironment(simpy.Environment):
    """Events of the same instant and phase in random order, so that no result hangs on the order of creation."""

    def __init__(self, seed: int) -> None:
        super().__init__(0)
        self._eid = _shuffled(seed)  # type: ignore[assignment]  # SimPy only ever takes the next event number


def _shuffled(seed: int) -> Iterator[int]:
    """Event numbers: a random part above the running one, which keeps them apart."""
    order = Streams(seed, 0).of("event_order")
    for first in count(0, 1 << 12):
        for i, high in enumerate(order.integers(0, 1 << 30, 1 << 12).tolist()):
            yield (high << 32) + first + i


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two hubs differ first."""

    table: str
    column: str
    row: dict[str, Any]
    """The row of the vectorised hub."""
    expected: dict[str, Any]
    """The row of the reference."""

    def __str__(self) -> str:
        lines = [f"{self.table}: first difference in {self.column}", f"{'':24}{'reference':>24}{'vectorised':>24}"]
        for name in self.expected:
            a, b = self.expected[name], self.row.get(name)
            lines.append(f"{name:24}{_shown(a):>24}{_shown(b):>24}{'  <--' if a != b else ''}")
        return "\n".join(lines)


def vectorised_tables(inputs: Inputs, env: simpy.Environment | None = None) -> Tables:
    """What the vectorised hub records, in the columns of the reference."""
    result = hub.run(inputs, env)
    record, end = result.record, inputs.end
    tables: Tables = {name: columns(getattr(record, name), order) for name, order in _ORDER.items()}
    tables["loads"] = _table("loads", record.loads)
    parcels: dict[str, list[Any]] = {
        name: [] for name in ("flight", "row", "uld", *STAMPS, *HANDLED_BY, "is_refused_gone")
    }
    for flight, kept in sorted(result.store.kept.items()):
        n = len(kept["uld"])
        parcels["flight"] += [flight] * n
        parcels["row"] += range(n)
        parcels["uld"] += kept["uld"].tolist()
        parcels["is_refused_gone"] += kept["is_refused_gone"].tolist()
        for name, values in handled_by(kept, record.trucks, end).items():
            parcels[name] += values.tolist()
        for name in STAMPS:
            instants = kept[name].astype(np.int64)
            parcels[name] += np.where(instants < end, instants, -1).tolist()
    tables["parcels"] = parcels
    tables["refusals"] = _table(
        "refusals", [(r.flight, r.instant, r.hall, r.n_parcels, r.value) for r in record.refused]
    )
    tables["customs"] = _table("customs", [(row.flight, *row.by_channel, *_referred(row)) for row in record.customs])
    tables["out_loads"] = _table("out_loads", record.out_loads)
    tables["out_parcels"] = _out_parcels(result.export_store, end)
    tables["pools"] = record.pools
    return tables


def _referred(row: CustomsRow) -> tuple[int, int]:
    """Before loading: asked back, and left behind."""
    return (0, 0) if row.counts is None else (row.counts.n_referrals, row.counts.n_left_behind)


def _table(name: str, rows: Sequence[tuple[int, ...]]) -> dict[str, list[Any]]:
    """Rows, sorted, as the columns of the reference's table."""
    ordered = sorted(rows)
    return {column: [row[i] for row in ordered] for i, column in enumerate(COLUMNS[name].split())}


def _out_parcels(store: ExportStore | None, end: int) -> dict[str, list[Any]]:
    parcels: dict[str, list[Any]] = {name: [] for name in ("collection", "row", *EXPORT_STAMPS)}
    if store is None:
        return parcels
    for load, kept in sorted(store.kept.items()):
        n = len(kept["ready"])
        parcels["collection"] += [store.collection_of(load)] * n
        parcels["row"] += range(n)
        for name in EXPORT_STAMPS:
            parcels[name] += np.where(kept[name] < end, kept[name], -1).tolist()
    return parcels


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both hubs, run on the same inputs."""

    tables: Tables
    """What the reference tells."""
    difference: Difference | None
    """None if both are equal to the bit."""


def compare(inputs: Inputs, seed: int) -> Comparison:
    """Run both hubs, each with the events of an instant in a random order of its own."""
    expected = run(inputs, ShuffledEnvironment(2 * seed)).tables
    return Comparison(expected, differ(expected, vectorised_tables(inputs, ShuffledEnvironment(2 * seed + 1))))


def differ(expected: Tables, got: Tables) -> Difference | None:
    """The earliest differing instant, or the first differing record."""
    found: list[tuple[float, int, Difference]] = []
    for name, text in COLUMNS.items():
        table = expected[name]
        rows = len(next(iter(table.values()), []))
        other = got[name]
        if name == "pools":
            names = list(zip(other["name"], other["hall"], strict=True))
            order = [names.index(name) for name in zip(table["name"], table["hall"], strict=True)]
            other = {column: [values[i] for i in order] for column, values in other.items()}
        others = len(next(iter(other.values()), []))
        if rows != others:
            row = {"rows": others}
            found.append((float("inf"), len(found), Difference(name, "number of rows", row, {"rows": rows})))
            continue
        for column in text.split() if rows else ():
            for i, (a, b) in enumerate(zip(table[column], other[column], strict=True)):
                if a != b:
                    instant = min((v for v in (a, b) if isinstance(v, int) and v >= 0), default=0)
                    is_instant = name != "pools" and instant > TICKS_PER_MIN
                    difference = Difference(name, column, _row(other, i), _row(table, i))
                    found.append((instant if is_instant else float("inf"), len(found), difference))
                    break
    return min(found)[2] if found else None


def _row(table: dict[str, list[Any]], i: int) -> dict[str, Any]:
    return {name: values[i] for name, values in table.items()}


def _shown(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value > TICKS_PER_MIN // 64:
        return f"{value / TICKS_PER_MIN:.9f} min"
    return str(value)
