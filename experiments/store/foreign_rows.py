"""Rows of a stranger's small tables."""

from collections.abc import Mapping
from typing import Any, TypeVar

from experiments.store.foreign import Manifest, check_file
from experiments.store.foreign_tables import rows_of
from experiments.store.read import TABLES
from experiments.store.rows import rows_from, schema_of, types_of
from experiments.store.tables import Key
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
    found: dict[Key, dict[str, float]] = {}
    for row in typed_rows(manifest, "kpis", {"scenario": str, "replication": int, "kpi": str, "value": float}):
        found.setdefault((row["scenario"], row["replication"]), {})[row["kpi"]] = row["value"]
    return found
