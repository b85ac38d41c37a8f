"""Rows of a table, as integers once they change no more: an object a row takes five times the memory."""

from array import array
from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Final, Generic, TypeVar

import numpy as np

from sim.domain.columns import Table
from sim.domain.fields import schema_of
from sim.units import Ticks

R = TypeVar("R")
_DTYPES: Final = {"bool": np.bool_}
"""Of columns; all others are whole numbers."""


class Rows(Generic[R]):
    """Rows of whole numbers and flags, in the order in which they came.

    >>> from sim.domain.entities import Load
    >>> rows, load = Rows(Load), Load(0, 2, 0, 1, 7, 30, 0)
    >>> rows.append(load)
    >>> rows.add(Load(0, 1, 0, 1, 7, 10, 0))
    >>> load.n_parcels = 31
    >>> rows.close(load)
    >>> [row.n_parcels for row in rows], rows.columns()["n_parcels"].tolist()
    ([31, 10], [10, 31])
    """

    def __init__(self, row: type[R]) -> None:
        self.row = row
        self._schema = schema_of(row)
        self._names = tuple(column.name for column in self._schema.columns)
        self._get = attrgetter(*self._names)
        self._values = array("q")
        """Row after row."""
        self._open: dict[int, tuple[int, R]] = {}
        """Places and rows of those that may change, by identity."""

    def append(self, row: R) -> None:
        """One that may change until it is closed."""
        self._open[id(row)] = len(self), row
        self.add(row)

    def add(self, row: R) -> None:
        """One that changes no more."""
        self._values.extend(self._get(row))

    def close(self, row: R) -> None:
        """It changes no more from now on."""
        self._write(*self._open.pop(id(row)))

    def _write(self, place: int, row: R) -> None:
        self._values[self._slice(place)] = array("q", self._get(row))

    def _slice(self, place: int) -> slice:
        return slice(place * len(self._names), (place + 1) * len(self._names))

    def __len__(self) -> int:
        return len(self._values) // len(self._names)

    def __iter__(self) -> Iterator[R]:
        self._write_open()
        return (self.row(*values) for values in zip(*[iter(self._values)] * len(self._names), strict=True))

    def _write_open(self) -> None:
        for place, row in self._open.values():
            self._write(place, row)

    def column(self, name: str) -> Ticks:
        """Of all rows, in the order in which they came."""
        return self._table()[name].copy()

    def columns(self) -> Table:
        """In the order of their table."""
        table = self._table()
        order = np.lexsort([table[name] for name in reversed(self._schema.sort)])
        return {
            column.name: table[column.name][order].astype(_DTYPES.get(column.dtype, np.int64), copy=False)
            for column in self._schema.columns
        }

    def _table(self) -> Mapping[str, Ticks]:
        """Views, which are let go before another row comes."""
        self._write_open()
        rows = np.frombuffer(self._values, dtype=np.int64).reshape(-1, len(self._names))
        return {name: rows[:, i] for i, name in enumerate(self._names)}
