"""Columns for the factors of designs, the keys in which they differ: each has its own type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from experiments.store.tables import LEADING, Columns, as_columns
from sim.domain.columns import Column, TableSchema

_TRUTH: Final = {"true": True, "false": False}
_MISSING: Final = ("", "null")


@dataclass(frozen=True, slots=True)
class FactorColumns:
    """A column for each factor, and the values of each design."""

    columns: tuple[Column, ...] = ()
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @classmethod
    def make(cls, labels: Sequence[str], keys: Sequence[str], rows: Sequence[Sequence[str]]) -> "FactorColumns":
        """`rows`: as typed, of each design, whose label is in `labels`."""
        made = [typed([row[at] for row in rows]) for at in range(len(keys))]
        columns = [
            Column(column_of(key), dtype, "", f"value of the key {key}")
            for key, (dtype, _) in zip(keys, made, strict=True)
        ]
        of_designs = zip(*(values for _, values in made), strict=True) if keys else ((),) * len(labels)
        return cls(tuple(columns), dict(zip(labels, of_designs, strict=True)))

    def of(self, label: str) -> tuple[Any, ...]:
        return self.values[label] if self.columns else ()

    def beside(self, table: tuple[TableSchema, Columns], labels: Sequence[str]) -> tuple[TableSchema, Columns]:
        """The table with these columns after its first column; `labels`: the design of each row."""
        schema, columns = table
        first, *rest = schema.columns
        factors = as_columns(self.columns, [self.of(label) for label in labels])
        return replace(schema, columns=(first, *self.columns, *rest)), {**columns, **factors}


NONE: Final = FactorColumns()


def column_of(key: str) -> str:
    """Name of a factor's column: the key, unless all tables have another column of that name.

    >>> column_of("demand.flights_per_day"), column_of("scenario")
    ('demand.flights_per_day', 'scenario_name')
    """
    return f"{key}_name" if key in {column.name for column in LEADING} else key


def typed(texts: Sequence[str]) -> tuple[str, list[Any]]:
    """The narrowest type that all values have, and the values; a number that a design lacks is NaN.

    >>> typed(["8", "10"]), typed(["8", "0.5", "null"]), typed(["true", "false"]), typed(["today", "8"])
    (('int64', [8, 10]), ('float64', [8.0, 0.5, nan]), ('bool', [True, False]), ('string', ['today', '8']))
    """
    if all(text in _TRUTH for text in texts):
        return "bool", [_TRUTH[text] for text in texts]
    try:
        return "int64", np.array([int(text) for text in texts], dtype=np.int64).tolist()
    except (ValueError, OverflowError):
        pass
    try:
        return "float64", [float("nan" if text in _MISSING else text) for text in texts]
    except ValueError:
        return "string", list(texts)
