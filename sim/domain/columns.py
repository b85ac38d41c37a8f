"""Kinds of columns of the output tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Table = Mapping[str, NDArray[Any]]
"""Columns by name, that are only read."""


class Made(Table):
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

    def __or__(self, more: Table) -> "Made":
        return Made((*self, *more), lambda name: more[name] if name in more else self[name])


class Pieced(Table):
    """Columns that come in pieces, each time anew: all rows may be too many to be held.

    >>> import numpy as np
    >>> rows = Pieced(("a", "b"), lambda name: iter([np.array([name]), np.array([name, name])]))
    >>> rows["a"].tolist(), [piece["b"].tolist() for piece in rows.pieces()]
    (['a', 'a', 'a'], [['b'], ['b', 'b']])
    """

    def __init__(self, names: Iterable[str], pieces_of: Callable[[str], Iterator[NDArray[Any]]]) -> None:
        """`pieces_of`: of a column, one at least; those of all columns are of the same lengths."""
        self._names, self.pieces_of = dict.fromkeys(names), pieces_of

    @classmethod
    def of(cls, table: Table) -> Self:
        """The table itself if it comes in pieces, else as a single one."""
        return table if isinstance(table, cls) else cls(table, lambda name: iter([np.asarray(table[name])]))

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._names:
            raise KeyError(name)
        return np.concatenate([*self.pieces_of(name)])

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def pieces(self) -> Iterator[Table]:
        """All columns of some rows after the others."""
        for piece in zip(*map(self.pieces_of, self), strict=True):
            yield dict(zip(self, piece, strict=True))


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
