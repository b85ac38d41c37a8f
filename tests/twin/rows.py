"""Ways that hang on one row of a table."""

from collections.abc import Callable, Iterable
from typing import Any

from sim.domain.inputs import Inputs
from sim.reference.equality import Tables

Way = Callable[[Inputs, Tables], bool]
"""Whether a hub took it."""
Condition = Callable[[dict[str, Any]], bool]
"""Of a row."""


def rows(table: dict[str, list[Any]]) -> Iterable[dict[str, Any]]:
    """Those of a table, one after the other."""
    return (dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True))


def some(table: str, condition: Condition) -> Way:
    """Whether a condition holds of some row of a table."""
    return lambda _, tables: any(condition(row) for row in rows(tables[table]))
