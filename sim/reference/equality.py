"""Comparison of the two programs on the same inputs: every instant and every record must be equal."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

import simpy

from sim.domain.export_entities import ENTITIES
from sim.domain.fields import in_columns, schema_of
from sim.domain.inputs import Inputs
from sim.measures.export_tables import out_parcel_columns
from sim.measures.parcels import KeptParcels
from sim.processes import hub
from sim.record.recorder import CustomsRow
from sim.reference import COLUMNS, run
from sim.reference.small_hubs import make
from sim.reference.small_numbers import SmallHub, draw
from sim.streams import Streams
from sim.units import TICKS_PER_MIN

Tables = dict[str, dict[str, list[Any]]]


class ShuffledEnvironment(simpy.Environment):
    """Events of the same instant and phase in random order, so that no result depends on the order of creation."""

    def __init__(self, seed: int) -> None:
        super().__init__(0)
        self._eid = _shuffled(seed)  # type: ignore[assignment]  # SimPy only ever takes the next event number


def _shuffled(seed: int) -> Iterator[int]:
    """Event numbers: a random part above the running number, which makes them unique."""
    order = Streams(seed, 0).of("event_order")
    for first in count(0, 1 << 12):
        for i, high in enumerate(order.integers(0, 1 << 30, 1 << 12).tolist()):
            yield (high << 32) + first + i


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference between the two programs."""

    table: str
    column: str
    row: dict[str, Any]
    """The row of the vectorised program."""
    expected: dict[str, Any]
    """The row of the reference."""

    def __str__(self) -> str:
        lines = [f"{self.table}: first difference in {self.column}", f"{'':24}{'reference':>24}{'vectorised':>24}"]
        for name in self.expected:
            a, b = self.expected[name], self.row.get(name)
            lines.append(f"{name:24}{_shown(a):>24}{_shown(b):>24}{'  <--' if a != b else ''}")
        return "\n".join(lines)


def vectorised_tables(inputs: Inputs, env: simpy.Environment | None = None) -> Tables:
    """The records of the vectorised program, in the columns of the reference."""
    result = hub.run(inputs, env)
    record, end = result.record, inputs.end
    schemas = ((row, schema_of(row).name) for row in ENTITIES)
    tables: Tables = {name: in_columns(row, getattr(record, name)) for row, name in schemas}
    parcels, out = KeptParcels(result.store.kept, record.trucks, end), out_parcel_columns(result.export_store, end)
    tables["parcels"] = {name: parcels.column(name).tolist() for name in COLUMNS["parcels"]}
    tables["out_parcels"] = {name: out[name].tolist() if out else [] for name in COLUMNS["out_parcels"]}
    rows = sorted((row.flight, *row.by_channel, *_referred(row)) for row in record.customs)
    tables["customs"] = {name: [row[i] for row in rows] for i, name in enumerate(COLUMNS["customs"])}
    tables["pools"] = record.pools
    return tables


def _referred(row: CustomsRow) -> tuple[int, int]:
    """Parcels before loading: asked back, and left behind."""
    return (0, 0) if row.counts is None else (row.counts.n_referrals, row.counts.n_left_behind)


def compare(inputs: Inputs, seed: int) -> tuple[Tables, Difference | None]:
    """Run both programs, each with the events of an instant in another random order.

    Returns the reference's records, and the first difference.
    """
    expected = run(inputs, ShuffledEnvironment(2 * seed)).tables
    return expected, differ(expected, vectorised_tables(inputs, ShuffledEnvironment(2 * seed + 1)))


def differ(expected: Tables, got: Tables) -> Difference | None:
    """The earliest instant that differs, or the first record that differs."""
    differences: list[tuple[float, int, Difference]] = []
    for name, columns in COLUMNS.items():
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
            differences.append(
                (float("inf"), len(differences), Difference(name, "number of rows", row, {"rows": rows}))
            )
            continue
        for column in columns if rows else ():
            for i, (a, b) in enumerate(zip(table[column], other[column], strict=True)):
                if a != b:
                    instant = min((v for v in (a, b) if isinstance(v, int) and v >= 0), default=0)
                    is_instant = name != "pools" and instant > TICKS_PER_MIN
                    difference = Difference(name, column, _row(other, i), _row(table, i))
                    differences.append((instant if is_instant else float("inf"), len(differences), difference))
                    break
    return min(differences)[2] if differences else None


def _row(table: dict[str, list[Any]], i: int) -> dict[str, Any]:
    return {name: values[i] for name, values in table.items()}


def _shown(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value > TICKS_PER_MIN // 64:
        return f"{value / TICKS_PER_MIN:.9f} min"
    return str(value)


Watch = Callable[[Inputs, Tables], None]
"""A function that gets the reference's records of each hub."""


def _look_away(_: Inputs, __: Tables) -> None: ...


@dataclass(frozen=True, slots=True)
class Unequal:
    """A small hub on which the two programs differ."""

    hub: SmallHub
    difference: Difference

    def __str__(self) -> str:
        return f"{self.difference}\n\nRerun: {self.hub!r}\nJSON:  {json.dumps(asdict(self.hub))}"


def try_hub(hub: SmallHub, watch: Watch = _look_away, make: Callable[[SmallHub], Inputs] = make) -> Unequal | None:
    """Compare both programs on a small hub."""
    inputs = make(hub)
    tables, difference = compare(inputs, hub.seed)
    watch(inputs, tables)
    return None if difference is None else Unequal(hub, difference)


def try_seeds(
    seeds: Iterable[int], watch: Watch = _look_away, make: Callable[[SmallHub], Inputs] = make
) -> list[Unequal]:
    """Compare both programs on the small hubs of these seeds."""
    return [unequal for seed in seeds if (unequal := try_hub(draw(seed), watch, make)) is not None]
