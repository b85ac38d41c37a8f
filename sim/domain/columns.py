"""Kinds of columns of the output tables."""

from dataclasses import dataclass
from typing import Any, Self

from numpy.typing import NDArray

Table = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    dtype: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class TableSchema:
    name: str
    meaning: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...]

    @classmethod
    def of(cls, name: str, meaning: str, *columns: Column, sort: str = "") -> Self:
        """`sort`: the columns that rows are sorted by, with blanks between; as they come without any."""
        return cls(name, meaning, columns, tuple(sort.split()))


def time(name: str, meaning: str) -> Column:
    return Column(name, "float64", "min", meaning)


def number(name: str, meaning: str, dtype: str = "int32", unit: str = "1") -> Column:
    return Column(name, dtype, unit, meaning)


def flag(name: str, meaning: str) -> Column:
    return Column(name, "bool", "", meaning)


def text(name: str, meaning: str) -> Column:
    return Column(name, "string", "", meaning)
