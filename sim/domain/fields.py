"""Fields of a dataclass that are columns of a table: name, kind and meaning are declared once, where the value is kept.

>>> @table("doors", "one row a door", sort="number")
... class Door:
...     number: int = integer("of the door")
...     docked: int = stamp("a truck is there")
>>> schema_of(Door).columns[1]
Column(name='docked', dtype='float64', unit='min', meaning='a truck is there')
>>> Door(7)
Door(number=7, docked=-1)
"""

from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, field, fields, replace
from operator import attrgetter
from typing import Any, Final, TypeAlias, TypeVar, dataclass_transform

from sim.domain import columns
from sim.domain.columns import Column, TableSchema
from sim.units import NEVER

R = TypeVar("R")
FieldSpec: TypeAlias = Any
"""The result of `dataclasses.field`: a default of any type."""
_COLUMN: Final = "column"
_SCHEMAS: Final[dict[type, TableSchema]] = {}


def _field(column: Column, default: object) -> FieldSpec:
    return field(default=default, metadata={_COLUMN: column})


def stamp(meaning: str, default: object = NEVER) -> FieldSpec:
    """An instant [ticks], `NEVER` until it happens; minutes in the table. Fields are in the order of their instants."""
    return _field(columns.time("", meaning), default)


def instant(meaning: str) -> FieldSpec:
    """An instant that is known from the beginning."""
    return stamp(meaning, MISSING)


def duration(meaning: str) -> FieldSpec:
    """A duration [ticks]; minutes in the table."""
    return stamp(meaning, 0)


def integer(meaning: str, default: object = MISSING, *, dtype: str = "int32", unit: str = "1") -> FieldSpec:
    return _field(columns.number("", meaning, dtype, unit), default)


def flag(meaning: str, default: object = MISSING) -> FieldSpec:
    return _field(columns.flag("", meaning), default)


def label(meaning: str) -> FieldSpec:
    return _field(columns.text("", meaning), MISSING)


@dataclass_transform()
def table(name: str, meaning: str, *, sort: str) -> Callable[[type[R]], type[R]]:
    """Declare a class as the row of a table, a dataclass; rows are in the order of `sort`."""

    def declare(declared: type[R]) -> type[R]:
        row: type[R] = dataclass(slots=True)(declared)
        _SCHEMAS[row] = TableSchema.of(name, meaning, *columns_of(row), sort=sort)
        return row

    return declare


def columns_of(row: type) -> tuple[Column, ...]:
    """The columns that the fields of a row declare, in their order."""
    declared = ((each.name, each.metadata.get(_COLUMN)) for each in fields(row))
    return tuple(replace(column, name=name) for name, column in declared if column is not None)


def stamps_of(row: type) -> tuple[str, ...]:
    """Names of the instants, in the order in which they happen."""
    durations = {each.name for each in fields(row) if each.default == 0}
    return tuple(column.name for column in columns_of(row) if column.unit == "min" and column.name not in durations)


def schema_of(row: type) -> TableSchema:
    """The table of which a class, or the class that it extends, is the row."""
    return next(_SCHEMAS[kind] for kind in row.__mro__ if kind in _SCHEMAS)


def extended(row: type, *more: Column) -> TableSchema:
    """The table of a row, with further columns that are computed from all rows."""
    schema = schema_of(row)
    return replace(schema, columns=(*schema.columns, *more))


def in_columns(row: type, rows: Iterable[Any]) -> dict[str, list[Any]]:
    """Copies of the rows' values, column by column, in the order of their table; the rows are not kept."""
    schema = schema_of(row)
    ordered = sorted(rows, key=attrgetter(*schema.sort))
    return {column.name: [getattr(each, column.name) for each in ordered] for column in schema.columns}


def begun(row: type[R], source: object, **more: object) -> R:
    """A row with all columns of its source that have no default, by name, and with `more` fields."""
    given = (each.name for each in fields(row) if each.default is MISSING and _COLUMN in each.metadata)  # type: ignore[arg-type]  # rows are dataclasses
    return row(**{name: getattr(source, name) for name in given}, **more)
