"""A row class declares a table: unit, meaning and display of each column in one place.

The class decides Parquet's schema, the data dictionary, the JSON object and the table of terminal and page:

>>> @table("doors", "what a door more brings", sort="doors")
... class Door:
...     doors: int = column("1", "that there are", heading="doors")
...     worth: Interval = interval("EUR", "of the last of them", heading="worth", show=lambda own: f"{own.mean} EUR")
>>> rows = [Door(2, Interval(5.0, 4.0, 6.0, 3)), Door(1, Interval(7.0, None, None, 1))]
>>> [column.name for column in schema_of(Door).columns]
['doors', 'worth_mean', 'worth_low', 'worth_high']
>>> grid_of("Doors", rows).rows
(('2', '5.0 EUR'), ('1', '7.0 EUR'))
>>> plain_row(rows[1])
{'doors': 1, 'worth': {'mean': 7.0, 'low': None, 'high': None, 'n': 1, 'unit': 'EUR'}}
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, is_dataclass
from enum import EnumType
from typing import Any, Final, TypeAlias, TypeVar, dataclass_transform, get_type_hints

from experiments.statistics import Interval
from experiments.store.tables import Columns, as_columns
from sim.domain.columns import Column, TableSchema
from sim.domain.fields import FieldSpec

R = TypeVar("R")
Held: TypeAlias = Any

_DECLARED: Final = "column"
_DTYPES: Final[dict[Any, str]] = {str: "string", bool: "bool", int: "int32", float: "float64", float | None: "float64"}
_TYPES: Final[dict[str, type]] = {"string": str, "bool": bool, "int32": int, "int64": int, "float64": float}
ENDS: Final = ("mean", "low", "high")
ENDS_AND_N: Final = (*ENDS, "n")
_SCHEMAS: Final[dict[type, TableSchema]] = {}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of terminal and page; the first `n_texts` columns hold text, the others numbers.

    On a page the second line of a cell is small. `looks`: style of a cell by its text.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_texts: int = 1
    looks: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared column, or the columns of an interval; without a heading it is not shown on terminal and page."""

    unit: str
    meaning: str
    heading: str | None
    show: Callable[[Any], str]
    ends: tuple[str, ...] = ()
    """Attributes of an interval that have a column each."""
    names: str = "{field}_{end}"
    level: str = ""

    def columns(self, name: str) -> dict[str, str]:
        """A column for each end of an interval."""
        more = {end: "" if end == "mean" else f"_{end}" for end in self.ends}
        return {
            end: self.names.format(field=name, end=end, _end=more[end], own=more[end].removeprefix("_") or name)
            for end in self.ends
        }


def column(
    unit: str,
    meaning: str,
    *,
    heading: str | None = None,
    show: Callable[[Any], str] = str,
) -> FieldSpec:
    return field(metadata={_DECLARED: Declared(unit, meaning, heading, show)})


def interval(
    unit: str, meaning: str, *, show: Callable[[Any], str] = str, heading: str | None = None,
    ends: tuple[str, ...] = ENDS, names: str = "{field}_{end}", level: str = " of its 95 % interval",
) -> FieldSpec:  # fmt: skip
    """A field that is an interval: one column for each of its `ends`, named by the pattern `names`.

    The pattern may contain `{field}`, `{end}`, and `{_end}`, which is empty for the mean: "{field}{_end}" gives x and
    x_low. `{own}` gives x and low. `level` describes the interval of low and high.
    """
    return field(metadata={_DECLARED: Declared(unit, meaning, heading, show, ends, names, level)})


@dataclass_transform(frozen_default=True)
def table(name: str, meaning: str, *, sort: str) -> Callable[[type[R]], type[R]]:
    """Declare the row class of a table: a frozen dataclass; fields that are not columns stay in memory."""

    def declare(declared: type[R]) -> type[R]:
        row = declared if is_dataclass(declared) else dataclass(frozen=True, slots=True)(declared)
        kinds = get_type_hints(row)
        columns = [made for each, declared in _declared(row) for made in _columns(each, declared, kinds[each.name])]
        _SCHEMAS[row] = TableSchema.of(name, meaning, *columns, sort=sort)
        return row

    return declare


def schema_of(row: type) -> TableSchema:
    return _SCHEMAS[row]


def declared_tables() -> dict[str, TableSchema]:
    """Tables declared by the loaded classes, by name."""
    return {schema.name: schema for schema in _SCHEMAS.values()}


def stored(row: type[R], rows: Iterable[R]) -> tuple[TableSchema, Columns]:
    """The table that a run stores."""
    schema, columns = schema_of(row), list(_declared(row))
    cells = [
        tuple(cell for each, declared in columns for cell in _cells(getattr(line, each.name), declared))
        for line in rows
    ]
    return schema, as_columns(schema.columns, cells)


def types_of(columns: Iterable[Column]) -> dict[str, type]:
    """Each column's type in Python."""
    return {column.name: _TYPES[column.dtype] for column in columns}


def rows_from(row: type[R], records: Iterable[Mapping[str, Any]]) -> list[R]:
    """Rows of a table that `stored` wrote; NaN becomes None if the type permits it.

    An interval whose table has no column for the number of values has 0 of them.
    """
    columns, kinds = list(_declared(row)), get_type_hints(row)

    def value(record: Mapping[str, Any], name: str, declared: Declared) -> Held:
        if declared.ends:
            mean, low, high, *n = (record[column] for column in declared.columns(name).values())
            return Interval(mean, _or_none(low), _or_none(high), n[0] if n else 0)
        return _or_none(record[name]) if kinds[name] == float | None else record[name]

    return [row(**{each.name: value(record, each.name, declared) for each, declared in columns}) for record in records]


def plain_row(row: object, *, without: Collection[str] = (), unit: str = "") -> dict[str, Any]:
    """The row for JSON; missing values are null. `unit`: of intervals whose unit is in another column."""
    return {
        each.name: plain_interval(value, unit or declared.unit) if declared.ends else _or_none(value)
        for each, declared in _declared(type(row))
        if each.name not in without
        for value in [getattr(row, each.name)]
    }


def _or_none(value: Held) -> Held:
    return None if isinstance(value, float) and math.isnan(value) else value


def plain_interval(interval: Interval, unit: str) -> dict[str, Any] | None:
    """The interval for JSON; null without a mean."""
    return interval_object(interval, unit) if math.isfinite(interval.mean) else None


def interval_object(interval: Interval, unit: str) -> dict[str, Any]:
    """The interval for JSON; a missing mean is null, and so is `n` of a table without such a column."""
    mean = _or_none(interval.mean)
    return {"mean": mean, "low": interval.low, "high": interval.high, "n": interval.n or None, "unit": unit}


def figures_of(row: object) -> Iterator[tuple[str, Any, str]]:
    """Name, value and unit of each field, for a table with a row for each figure."""
    yield from ((each.name, getattr(row, each.name), declared.unit) for each, declared in _declared(type(row)))


def grid_of(caption: str, rows: Sequence[object], *, without: Collection[str] = ()) -> Grid:
    """The table for terminal and page; texts come first."""
    columns = sorted(_declared(type(rows[0])), key=lambda column: column[0].type is not str)
    shown = [(each, declared) for each, declared in columns if declared.heading and each.name not in without]
    n_texts = sum(each.type is str for each, _ in shown)
    cells = tuple(tuple(declared.show(getattr(row, each.name)) for each, declared in shown) for row in rows)
    return Grid(caption, tuple(str(declared.heading) for _, declared in shown), cells, n_texts or 1)


def _declared(row: type) -> Iterator[tuple[Field[Any], Declared]]:
    for each in fields(row):
        if _DECLARED in each.metadata:
            yield each, each.metadata[_DECLARED]


def _columns(each: Field[Any], declared: Declared, kind: type) -> Iterator[Column]:
    if not declared.ends:
        dtype = "string" if isinstance(kind, EnumType) else _DTYPES[kind]
        yield Column(each.name, dtype, declared.unit, declared.meaning)
    meanings = {
        "low": f"lower end{declared.level}; NaN: none",
        "high": f"upper end{declared.level}; NaN: none",
        "n": "replications",
    }
    for end, name in declared.columns(each.name).items():
        dtype, unit = ("int32", "1") if end == "n" else ("float64", declared.unit)
        yield Column(name, dtype, unit, meanings.get(end, declared.meaning))


def _cells(value: Held, declared: Declared) -> Iterator[Held]:
    if not declared.ends:
        yield value
    yield from (getattr(value, end) for end in declared.ends)
