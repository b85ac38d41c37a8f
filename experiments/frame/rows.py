"""A row class is a table: each column has its unit, its meaning and how it is shown in one place.

Parquet's schema, the data dictionary, the JSON object and the table of terminal and page follow from the class:

>>> @table("doors", "what a door more brings", sort=("doors",))
... @dataclass(frozen=True, slots=True)
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
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any, Final, TypeVar, get_type_hints

from experiments.report.study_page import Grid
from experiments.statistics import Interval
from experiments.store.tables import Columns, as_columns
from sim.record.columns import Column, TableSchema

R = TypeVar("R")

_DECLARED: Final = "column"
_DTYPES: Final[dict[Any, str]] = {str: "string", bool: "bool", int: "int32", float: "float64", float | None: "float64"}
_MEANINGS: Final = {
    "low": "lower end of its 95 % interval; NaN: none",
    "high": "upper end of its 95 % interval; NaN: none",
    "n": "replications",
}
_SCHEMAS: Final[dict[type, TableSchema]] = {}


@dataclass(frozen=True, slots=True)
class Declared:
    """A column, or the columns of an interval; without a heading it is not in the tables of terminal and page."""

    unit: str
    meaning: str
    heading: str | None
    show: Callable[[Any], str]
    ends: tuple[str, ...] = ()
    """Of an interval: the attributes that have a column each."""
    names: str = "{field}_{end}"


def column(unit: str, meaning: str, *, heading: str | None = None, show: Callable[[Any], str] = str) -> Any:  # noqa: ANN401 - as dataclasses.field
    """A field that is a column."""
    return field(metadata={_DECLARED: Declared(unit, meaning, heading, show)})


def interval(
    unit: str, meaning: str, *, show: Callable[[Any], str], heading: str | None = None,
    ends: tuple[str, ...] = ("mean", "low", "high"), names: str = "{field}_{end}",
) -> Any:  # fmt: skip  # noqa: ANN401 - as above
    """A field that is an interval: one column for each of its `ends`, called by the pattern `names`.

    The pattern may hold `{field}`, `{end}`, and `{_end}`, which is empty for the mean: "{field}{_end}" are x and x_low.
    """
    return field(metadata={_DECLARED: Declared(unit, meaning, heading, show, ends, names)})


def table(name: str, meaning: str, *, sort: Sequence[str]) -> Callable[[type[R]], type[R]]:
    """Declare a dataclass to be the row of a table; fields that are no columns stay in memory."""

    def declare(row: type[R]) -> type[R]:
        kinds = get_type_hints(row)
        columns = [one for each, said in _declared(row) for one in _columns(each, said, kinds[each.name])]
        _SCHEMAS[row] = TableSchema(name, meaning, tuple(columns), tuple(sort))
        return row

    return declare


def schema_of(row: type) -> TableSchema:
    return _SCHEMAS[row]


def stored(row: type[R], rows: Sequence[R]) -> tuple[TableSchema, Columns]:
    """The table that a run stores."""
    schema, declared = schema_of(row), list(_declared(row))
    cells = [tuple(cell for each, said in declared for cell in _cells(getattr(one, each.name), said)) for one in rows]
    return schema, as_columns(schema.columns, cells)


def plain_row(row: object, *, without: Collection[str] = ()) -> dict[str, Any]:
    """For JSON; what has no value is null."""
    told = {each.name: (getattr(row, each.name), said) for each, said in _declared(type(row))}
    return {
        name: plain_interval(value, said.unit) if said.ends else _or_none(value)
        for name, (value, said) in told.items()
        if name not in without
    }


def _or_none(value: Any) -> Any:  # noqa: ANN401 - whatever the field holds
    return None if isinstance(value, float) and math.isnan(value) else value


def plain_interval(one: Interval, unit: str) -> dict[str, Any] | None:
    """For JSON; null if it has no mean."""
    return interval_object(one, unit) if math.isfinite(one.mean) else None


def interval_object(one: Interval, unit: str) -> dict[str, Any]:
    return {"mean": one.mean, "low": one.low, "high": one.high, "n": one.n, "unit": unit}


def figures_of(row: object) -> Iterator[tuple[str, Any, str]]:
    """Name, value and unit of each field, for a table with a row a figure."""
    yield from ((each.name, getattr(row, each.name), said.unit) for each, said in _declared(type(row)))


def grid_of(caption: str, rows: Sequence[object], *, without: Collection[str] = ()) -> Grid:
    """The table of terminal and page; texts stand first."""
    declared = sorted(_declared(type(rows[0])), key=lambda one: one[0].type is not str)
    shown = [(each, said) for each, said in declared if said.heading and each.name not in without]
    n_texts = sum(each.type is str for each, _ in shown)
    cells = tuple(tuple(said.show(getattr(row, each.name)) for each, said in shown) for row in rows)
    return Grid(caption, tuple(str(said.heading) for _, said in shown), cells, n_texts or 1)


def _declared(row: type) -> Iterator[tuple[Field[Any], Declared]]:
    for each in fields(row):
        if _DECLARED in each.metadata:
            yield each, each.metadata[_DECLARED]


def _columns(each: Field[Any], said: Declared, kind: type) -> Iterator[Column]:
    if not said.ends:
        yield Column(each.name, _DTYPES[kind], said.unit, said.meaning)
    for end in said.ends:
        dtype, unit = ("int32", "1") if end == "n" else ("float64", said.unit)
        name = said.names.format(field=each.name, end=end, _end="" if end == "mean" else f"_{end}")
        yield Column(name, dtype, unit, _MEANINGS.get(end, said.meaning))


def _cells(value: Any, said: Declared) -> Iterator[Any]:  # noqa: ANN401 - whatever the field holds
    if not said.ends:
        yield value
    for end in said.ends:
        yield getattr(value, end)
