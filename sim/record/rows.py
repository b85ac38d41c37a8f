"""Rows of a table, stored as integers once they no longer change; objects would take five times the memory."""

import zlib
from array import array
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.domain.columns import Made
from sim.domain.fields import schema_of
from sim.units import Ticks

R = TypeVar("R")
_Packed = tuple[np.dtype[np.integer], bytes]
_DTYPES: Final = {"bool": np.bool_}
"""Types of columns that are not stored as integers."""
_PART: Final = 4096


class Rows(Generic[R]):
    """Rows of whole numbers and flags, in the order in which they were added.

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
        self._n = 0
        self._parts: list[array[int] | list[_Packed]] = []
        """Parts of `_PART` rows, except the last: rows in sequence, or columns if the rows no longer change."""
        self._open: dict[int, tuple[int, R]] = {}
        """Places and rows that may change, by identity."""

    def append(self, row: R) -> None:
        """Add a row that may change until it is closed."""
        self.add(row)
        self._open[id(row)] = self._n - 1, row

    def add(self, row: R) -> None:
        """Add a row that no longer changes."""
        if self._n % _PART == 0:
            self._pack()
            self._parts.append(array("q"))
        part = self._parts[-1]
        assert isinstance(part, array)
        part.extend(self._get(row))
        self._n += 1

    def close(self, row: R) -> None:
        """The row no longer changes."""
        self._write(*self._open.pop(id(row)))

    def _write(self, place: int, row: R) -> None:
        number, at = divmod(place, _PART)
        part, width = self._parts[number], len(self._names)
        assert isinstance(part, array)
        part[at * width : (at + 1) * width] = array("q", self._get(row))

    def _pack(self) -> None:
        """Turn parts of unchanging rows into narrow compressed columns, which take a tenth of the memory."""
        changing = {place // _PART for place, _ in self._open.values()}
        for number, part in enumerate(self._parts):
            if isinstance(part, array) and number not in changing:
                self._parts[number] = [_packed(column) for column in self._in_columns(part)]

    def _in_columns(self, part: "array[int] | list[_Packed]") -> Sequence[NDArray[np.integer]]:
        return [self._in_column(part, number) for number in range(len(self._names))]

    def _in_column(self, part: "array[int] | list[_Packed]", number: int) -> NDArray[np.integer]:
        """A view of an array, which must be released before another row is added."""
        if isinstance(part, array):
            return np.frombuffer(part, dtype=np.int64).reshape(-1, len(self._names))[:, number]
        dtype, content = part[number]
        return np.frombuffer(zlib.decompress(content), dtype)

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[R]:
        self._write_open()
        for part in self._parts:
            columns = [column.tolist() for column in self._in_columns(part)]
            yield from (self.row(*values) for values in zip(*columns, strict=True))

    def _write_open(self) -> None:
        for place, row in self._open.values():
            self._write(place, row)

    def column(self, name: str) -> Ticks:
        """A column of all rows, in the order in which they were added."""
        self._write_open()
        number = self._names.index(name)
        parts = [self._in_column(part, number) for part in self._parts]
        return np.concatenate([np.empty(0, dtype=np.int64), *parts])

    def columns(self) -> Made:
        """Columns in the order of their table."""
        order = np.lexsort([self.column(name) for name in reversed(self._schema.sort)])
        kinds = {column.name: _DTYPES.get(column.dtype, np.int64) for column in self._schema.columns}
        return Made(kinds, lambda name: self.column(name).take(order).astype(kinds[name], copy=False))


def _packed(column: NDArray[np.integer]) -> _Packed:
    """The column in the smallest sufficient integer type, compressed.

    >>> [_packed(np.array([-1, highest]))[0] for highest in (127, 1 << 40)]
    [dtype('int8'), dtype('int64')]
    """
    narrow = column.astype(np.min_scalar_type(min(int(column.min()), -1 - int(column.max()))))
    return narrow.dtype, zlib.compress(narrow.tobytes(), 1)
