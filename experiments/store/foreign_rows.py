"""Rows of a stranger's small tables."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from experiments.store.foreign import Manifest, check_file
from experiments.store.foreign_tables import batches, columns_of, rows_of
from experiments.store.read import TABLES
from experiments.store.rows import rows_from, schema_of, types_of
from experiments.store.tables import LEADING, Key, arrow_type
from sim.domain.columns import TableSchema
from sim.errors import InputError

R = TypeVar("R")


def typed_rows(manifest: Manifest, table: str, kinds: Mapping[str, type]) -> list[dict[str, Any]]:
    """The rows of one of the run's small tables, each column of the type that is read.

    Raises:
        InputError: no such table, a damaged one, or a column that is missing or of another type.
    """
    rows = rows_of(check_file(manifest, f"{TABLES}/{table}.parquet"))
    for row in rows[:1]:
        for name, kind in kinds.items():
            if not isinstance(row.get(name), kind):
                raise InputError(f"{manifest.folder}: table {table}: column {name} is missing, or of a wrong type")
    return rows


def read_rows(manifest: Manifest, row: type[R]) -> list[R]:
    """The rows of one of the run's small tables.

    Raises:
        InputError: as in `typed_rows`.
    """
    return rows_from(row, typed_rows(manifest, schema_of(row).name, types_of(row)))


def kpis_of(manifest: Manifest) -> dict[Key, dict[str, float]]:
    """The KPIs of each replication, by label and replication.

    Raises:
        InputError: as in `typed_rows`.
    """
    kpis: dict[Key, dict[str, float]] = {}
    for row in typed_rows(manifest, "kpis", {"scenario": str, "replication": int, "kpi": str, "value": float}):
        kpis.setdefault((row["scenario"], row["replication"]), {})[row["kpi"]] = row["value"]
    return kpis


FARTHEST_MIN = 1e8
"""From the first midnight: longer than any run."""


def replication_table(manifest: Manifest, schema: TableSchema, scenario: str, replication: int) -> dict[str, Any]:
    """The rows of one replication, by column (N).

    Raises:
        InputError: no such table, a damaged one, other columns than declared, or instants out of any run.
    """
    path = check_file(manifest, f"{TABLES}/{schema.name}.parquet")
    expected = {column.name: str(arrow_type(column.dtype)) for column in (*LEADING, *schema.columns)}
    if columns_of(path) != expected:
        odd = sorted({*columns_of(path).items()} ^ {*expected.items()})
        raise InputError(f"{path}: column {odd[0][0] if odd else 'order'}: another version's run, or damaged")
    parts: dict[str, list[NDArray[Any]]] = {column.name: [] for column in schema.columns}
    for batch in batches(path):
        is_asked = _mine(batch, scenario, replication)
        for column in schema.columns:
            parts[column.name].append(batch.column(column.name).to_numpy(zero_copy_only=False)[is_asked])
    table: dict[str, Any] = {}
    for column in schema.columns:
        kind = np.str_ if column.dtype == "string" else np.dtype(column.dtype)
        table[column.name] = np.concatenate([*parts[column.name], np.empty(0, dtype=object)]).astype(kind)
        if column.unit == "min" and (np.abs(table[column.name]) > FARTHEST_MIN).any():
            raise InputError(f"{path}: column {column.name} holds an instant beyond any run")
    return table


def replications_of(manifest: Manifest, scenarios: Collection[str]) -> dict[str, set[int]]:
    """The replications that are there, by scenario.

    Raises:
        InputError: a damaged table.
    """
    path = check_file(manifest, f"{TABLES}/kpis.parquet")
    numbers: dict[str, set[int]] = {scenario: set() for scenario in scenarios}
    if not {column.name for column in LEADING} <= set(columns_of(path)):
        raise InputError(f"{path}: another version's run, or damaged")
    for batch in batches(path):
        pairs = zip(batch.column("scenario").to_pylist(), batch.column("replication").to_pylist(), strict=True)
        for scenario, replication in set(pairs):
            numbers.setdefault(scenario, set()).add(replication)
    return numbers


def _mine(batch: Any, scenario: str, replication: int) -> NDArray[np.bool_]:  # noqa: ANN401 - pyarrow has no types
    import pyarrow.compute as pc

    matches = pc.and_(pc.equal(batch.column("scenario"), scenario), pc.equal(batch.column("replication"), replication))
    kept: NDArray[np.bool_] = matches.to_numpy(zero_copy_only=False).astype(np.bool_)
    return kept
