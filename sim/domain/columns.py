"""Kinds of columns of the output tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Table = Mapping[str, NDArray[Any]]
"""Read-only columns by name."""


class Made(Table):
    """Columns that are computed each time they are read, because a whole table may need too much memory.

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
    """Columns in pieces, which are computed each time they are read, because all rows may need too much memory.

    >>> import numpy as np
    >>> rows = Pieced(("a", "b"), lambda name: iter([np.array([name]), np.array([name, name])]))
    >>> rows["a"].tolist(), [piece["b"].tolist() for piece in rows.pieces()]
    (['a', 'a', 'a'], [['b'], ['b', 'b']])
    """

    def __init__(self, names: Iterable[str], pieces_of: Callable[[str], Iterator[NDArray[Any]]]) -> None:
        """`pieces_of` gives the pieces of a column, at least one; all columns have pieces of the same lengths."""
        self._names, self.pieces_of = dict.fromkeys(names), pieces_of

    @classmethod
    def of(cls, table: Table) -> Self:
        """The table itself if it is in pieces; otherwise the table as a single piece."""
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
        """All columns of the first rows, then of the next rows, and so on."""
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
        """`sort` names the columns by which rows are sorted, separated by blanks; empty: rows keep their order."""
        return cls(name, meaning, columns, tuple(sort.split()))


def time(name: str, meaning: str) -> Column:
    return Column(name, "float64", "min", meaning)


def number(name: str, meaning: str, dtype: str = "int32", unit: str = "1") -> Column:
    return Column(name, dtype, unit, meaning)


def flag(name: str, meaning: str) -> Column:
    return Column(name, "bool", "", meaning)


def text(name: str, meaning: str) -> Column:
    return Column(name, "string", "", meaning)
