"""Rows of a stored run's tables, each column of the type that is read."""

from collections.abc import Mapping
from typing import Any

from experiments.store.foreign import Manifest, table_rows
from sim.errors import InputError


def typed_rows(manifest: Manifest, table: str, kinds: Mapping[str, type]) -> list[dict[str, Any]]:
    """The rows of a table.

    Raises:
        InputError: no such table, a damaged one, or a column that is missing or of another type.
    """
    rows = table_rows(manifest, table)
    for row in rows[:1]:
        for name, kind in kinds.items():
            if not isinstance(row.get(name), kind):
                raise InputError(f"{manifest.folder}: table {table}: column {name} is missing, or of a wrong type")
    return rows
