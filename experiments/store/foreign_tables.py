"""Tables of a run of unknown origin: rows of small tables, KPIs, and rows of one replication."""

import csv
import io
import math
from collections.abc import Collection, Iterator, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from experiments.grouping import nested
from experiments.money.kpis import KPIS
from experiments.store.directory import DICTIONARY
from experiments.store.foreign import Manifest, check_file
from experiments.store.foreign_parquet import batches, check_table, columns_of, rows_of
from experiments.store.foreign_text import bytes_of, damage_reported
from experiments.store.read import KPI_COLUMNS, TABLES, by_replication
from experiments.store.rows import rows_from, schema_of, types_of
from experiments.store.summaries import SummaryRow
from experiments.store.tables import DICTIONARY_COLUMNS, LEADING, Key, arrow_type
from sim.domain.columns import TableSchema
from sim.errors import InputError
from sim.measures.laws import time_runs_forward

if TYPE_CHECKING:
    import pandas as pd

R = TypeVar("R")
COUNT = "n_"
"""Beginning of the name of a column that counts."""
ROUNDING = 1e-6
"""Tolerance for shares beyond their ends: shares in use reached 1.0000001 in runs stored before 0.1.0."""
FARTHEST_MIN = 1e8
"""Latest instant after the first midnight: longer than any run."""


def check_tables(manifest: Manifest) -> dict[str, int]:
    """Read all tables of the run once; returns their numbers of rows.

    Raises:
        InputError: as in `check_file` and `check_table`.
    """
    return {name: check_table(check_file(manifest, f"{TABLES}/{name}.parquet")) for name in manifest.tables}


def typed_rows(manifest: Manifest, table: str, kinds: Mapping[str, type]) -> list[dict[str, Any]]:
    """Rows of one of the run's small tables, with checked column types.

    Raises:
        InputError: no such table, a damaged one, or a column that is missing or of another type.
    """
    rows = rows_of(check_file(manifest, f"{TABLES}/{table}.parquet"))
    for row in rows[:1]:
        for name, kind in kinds.items():
            if not isinstance(row.get(name), kind):
                missing = f"{manifest.folder}: table {table}: column {name} is missing, or of a wrong type"
                raise InputError(f"{missing} ({manifest.unread})")
    return rows


def dictionary_of(manifest: Manifest) -> list[list[str]]:
    """The rows of the dictionary of columns, below its header.

    Raises:
        InputError: a damaged one, or one with control characters.
    """
    path = check_file(manifest, DICTIONARY)
    with damage_reported(path):
        header, *rows = csv.reader(io.StringIO(bytes_of(path).decode(), newline=""), strict=True)
        if tuple(header) != DICTIONARY_COLUMNS or any(len(row) != len(header) for row in rows):
            raise ValueError("no dictionary of columns")
    if not all(cell.isprintable() for row in rows for cell in row):
        raise InputError(f"{path}: holds control characters")
    return rows


def frame_of(manifest: Manifest, schema: TableSchema, names: Collection[str] = ()) -> "pd.DataFrame":
    """A table of the run's replications with all columns, or those named.

    Raises:
        InputError: as in `typed_rows`.
    """
    import pandas as pd

    columns = [column for column in schema.columns if not names or column.name in names]
    kinds = types_of((*LEADING, *columns))
    frame = pd.DataFrame(typed_rows(manifest, schema.name, kinds), columns=list(kinds))
    return frame.astype({name: kind for name, kind in kinds.items() if kind is float})  # empty tables have no types


def read_rows(manifest: Manifest, row: type[R]) -> list[R]:
    """The rows of one of the run's small tables.

    Raises:
        InputError: as in `typed_rows`.
    """
    schema = schema_of(row)
    rows = rows_from(row, typed_rows(manifest, schema.name, types_of(schema.columns)))
    means = nested((each.scenario, each.kpi, each.value.mean) for each in rows if isinstance(each, SummaryRow))
    for scenario, kpis in means.items():
        check_kpis(f"{manifest.folder}: table summary: {scenario}", kpis)
    return rows


def check_kpis(place: str, kpis: Mapping[str, float]) -> None:
    """Check the KPIs of a replication, or their means: at least one value, and shares within their range."""
    if not any(map(math.isfinite, kpis.values())):
        raise InputError(f"{place}: no KPI has a value")
    for name, value in kpis.items():
        low, high = KPIS[name].range if name in KPIS and KPIS[name].unit == "1" else (-math.inf, math.inf)
        if value < low - ROUNDING or value > high + ROUNDING:
            raise InputError(f"{place}: {name}: must be from {low:g} to {high:g}, got {value:g}")


def means_of(manifest: Manifest, kpis: Collection[str]) -> dict[str, dict[str, float]]:
    """The finite means of some KPIs by design, in the command's order; empty for a run without table `summary`."""
    order = {label: at for at, label in enumerate(manifest.identity.get("hubs", ()))}
    rows = read_rows(manifest, SummaryRow) if "summary" in manifest.tables else ()
    rows = sorted(rows, key=lambda row: order.get(row.scenario, len(order)))
    means = ((row.scenario, row.kpi, row.value.mean) for row in rows if row.kpi in kpis)
    return nested(cell for cell in means if math.isfinite(cell[2]))


def checked_kpis_of(manifest: Manifest) -> dict[Key, dict[str, float]]:
    """The KPIs of each replication, by label and replication.

    Raises:
        InputError: as in `typed_rows`.
    """
    kpis = by_replication(map(itemgetter(*KPI_COLUMNS), typed_rows(manifest, "kpis", KPI_COLUMNS)))
    for (scenario, replication), values in kpis.items():
        check_kpis(f"{manifest.folder}: table kpis: {scenario}, replication {replication}", values)
    return kpis


def replication_table(
    manifest: Manifest,
    schema: TableSchema,
    scenario: str,
    replication: int,
) -> dict[str, Any]:
    """The rows of one replication, by column (N).

    Raises:
        InputError: no such table, a damaged one, other columns than declared, or instants out of any run.
    """
    parts = list(replication_parts(manifest, schema, scenario, replication))
    return {
        column.name: np.concatenate([np.empty(0, _kind(column.dtype)), *(part[column.name] for part in parts)])
        for column in schema.columns
    }


def replication_parts(
    manifest: Manifest, schema: TableSchema, scenario: str, replication: int
) -> Iterator[dict[str, Any]]:
    """The same rows in parts, for a table that may not fit into memory.

    Raises:
        InputError: as in `replication_table`.
    """
    import pyarrow.compute as pc

    path = check_file(manifest, f"{TABLES}/{schema.name}.parquet")
    expected = {column.name: str(arrow_type(column.dtype)) for column in (*LEADING, *schema.columns)}
    columns = columns_of(path)
    if columns != expected:
        odd = sorted({*columns.items()} ^ {*expected.items()})
        raise InputError(f"{path}: column {odd[0][0] if odd else 'order'}: {manifest.unread}")
    for batch in batches(path):
        is_of = [pc.equal(batch["scenario"], scenario), pc.equal(batch["replication"], replication)]
        rows = batch.filter(pc.and_(*is_of))
        table = {
            column.name: rows[column.name].to_numpy(zero_copy_only=False).astype(_kind(column.dtype))
            for column in schema.columns
        }
        check_values(path, schema, table)
        yield table


def _kind(dtype: str) -> Any:  # noqa: ANN401 - a type of numpy
    return np.str_ if dtype == "string" else np.dtype(dtype)


def check_values(place: object, schema: TableSchema, table: dict[str, Any]) -> None:
    """Check a replication's table, column by column.

    Raises:
        InputError: instants out of any run or before what they follow, or a count below none.
    """
    for column in schema.columns:
        if column.unit == "min" and (np.abs(table[column.name]) > FARTHEST_MIN).any():
            raise InputError(f"{place}: column {column.name} holds an instant that no run reaches")
        if column.name.startswith(COUNT) and (table[column.name] < 0).any():
            raise InputError(f"{place}: column {column.name} has a negative count")
    if broken := next((law for law, holds in time_runs_forward(schema.name, table) if not holds), None):
        raise InputError(f"{place}: {broken.partition(': ')[2]} is before the instant that it follows")


def replications_of(manifest: Manifest, scenarios: Collection[str]) -> dict[str, set[int]]:
    """Existing replications, by scenario.

    Raises:
        InputError: a damaged table.
    """
    path = check_file(manifest, f"{TABLES}/kpis.parquet")
    numbers: dict[str, set[int]] = {scenario: set() for scenario in scenarios}
    if not {column.name for column in LEADING} <= set(columns_of(path)):
        raise InputError(f"{path}: {manifest.unread}")
    for batch in batches(path):
        pairs = zip(batch["scenario"].to_pylist(), batch["replication"].to_pylist(), strict=True)
        for scenario, replication in set(pairs):
            numbers.setdefault(scenario, set()).add(replication)
    return numbers
