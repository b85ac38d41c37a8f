"""Kinds of columns of the output tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from numpy.typing import NDArray

Table = dict[str, NDArray[Any]]
Arrays = Mapping[str, NDArray[Any]]
"""Columns by name, that are only read."""


class Made(Arrays):
    """Columns that are made when they are asked for, each time anew: all of a table at a time may be much.

    >>> import numpy as np
    >>> rows = Made(("a", "b"), lambda name: np.full(2, len(name))) | {"b": np.zeros(1)}
    >>> {name: values.tolist() for name, values in rows.items()}
    {'a': [1, 1], 'b': [0.0]}
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], NDArray[Any]]) -> None:
        self._names, self._make = dict.fromkeys(names), make

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._names:
            raise KeyError(name)
        return self._make(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __or__(self, more: Arrays) -> "Made":
        return Made((*self, *more), lambda name: more[name] if name in more else self[name])


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
