"""Parquet files of unknown origin: checked before reading, and read in pieces with bounded memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from experiments.store.foreign_text import damage_reported
from experiments.store.tables import ROWS_PER_GROUP, Arrow
from sim.errors import InputError

MOST_COLUMNS: Final = 2_000
MOST_ROWS: Final = 1_000_000_000
MOST_GROUPS: Final = 10_000
MOST_GROUP_BYTES: Final = 256 * 2**20
"""Most bytes of a row group, unpacked: 50,000 rows of sixty numbers need 24 MB."""
LONGEST: Final = 1_000
"""Most characters of a text: a dictionary's text may occur in a million rows."""
_ROWS: Final = 65_536
_THRIFT_BYTES: Final = 64 * 2**20


def check_table(path: Path) -> int:
    """Read the table once; returns its number of rows.

    Raises:
        InputError: damaged, or not as a run writes tables: nested or odd types, missing values, huge parts.
    """
    return sum(batch.num_rows for batch in batches(path))


def columns_of(path: Path) -> dict[str, str]:
    """Name and type of each column, in order.

    Raises:
        InputError: as in `check_table`.
    """
    import pyarrow.types as kinds

    with _opened(path) as file:
        return {
            field.name: "string" if kinds.is_dictionary(field.type) else str(field.type) for field in file.schema_arrow
        }


def rows_of(path: Path) -> list[dict[str, Any]]:
    """All rows of a small table, as plain values.

    Raises:
        InputError: as in `check_table`.
    """
    return [row for batch in batches(path) for row in batch.to_pylist()]


def batches(path: Path) -> Iterator[Arrow]:
    """The table as record batches with texts, not dictionaries.

    Raises:
        InputError: as in `check_table`.
    """
    import pyarrow as pa

    with _opened(path) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, use_threads=False)
            for name, column in zip(table.column_names, table.columns, strict=True):
                if mistake := _mistake_in(column):
                    raise InputError(f"{path}: column {name!r} {mistake}")
            for batch in table.to_batches(max_chunksize=_ROWS):
                arrays = [
                    array.cast(pa.string()) if pa.types.is_dictionary(array.type) else array for array in batch.columns
                ]
                yield pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _mistake_in(column: Arrow) -> str:
    """A mistake in a column's values, in words; empty without a mistake. Each distinct text is checked once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count:
        return "misses values"
    texts = [chunk.dictionary for chunk in column.chunks if pa.types.is_dictionary(column.type)]
    if any((pc.max(pc.binary_length(each)).as_py() or 0) > LONGEST for each in texts):
        return f"holds a text of more than {LONGEST} bytes"
    is_printable = all(text.isprintable() for each in texts for text in each.to_pylist())
    return "" if is_printable else "holds control characters"


def first_difference(first: Path, other: Path) -> tuple[str | None, int | None, object, object] | None:
    """Column, row and both values where two tables first differ in any bit; None if they are equal.

    Without a row, the columns differ, and their types or None replace the values. Without a column, the numbers of rows
    differ.

    Raises:
        InputError: as in `check_table`.
    """
    ours, theirs = columns_of(first), columns_of(other)
    for name in dict.fromkeys([*ours, *theirs]):
        if ours.get(name) != theirs.get(name):
            return name, None, ours.get(name), theirs.get(name)
    if list(ours) != list(theirs):
        moved = next(name for name, other_name in zip(ours, theirs, strict=True) if name != other_name)
        return moved, None, "another place", "its place"
    n_same, left, right, a, b = 0, batches(first), batches(other), None, None
    while (a := a or next(left, None)) and (b := b or next(right, None)):
        n = min(len(a), len(b))
        if (difference := _first(a.slice(0, n), b.slice(0, n))) is not None:
            name, row, our_value, their_value = difference
            return name, n_same + row, our_value, their_value
        n_same, a, b = n_same + n, a.slice(n), b.slice(n)
    n_ours, n_theirs = (n_same + sum(map(len, (rest or (), *more))) for rest, more in ((a, left), (b, right)))
    return None if n_ours == n_theirs else (None, None, f"{n_ours} rows", f"{n_theirs} rows")


@contextmanager
def _opened(path: Path) -> Iterator[Arrow]:
    import pyarrow as pa
    from pyarrow import parquet

    with damage_reported(path):
        limits = {"thrift_string_size_limit": _THRIFT_BYTES, "thrift_container_size_limit": 1_000_000}
        # Texts remain dictionaries: a short file may repeat a long text a million times.
        with parquet.ParquetFile(path, **limits) as file:
            _check_footer(path, file)
            texts = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
        with parquet.ParquetFile(path, read_dictionary=texts, **limits) as file:
            yield file


def _check_footer(path: Path, file: Arrow) -> None:
    footer = file.metadata
    if not 0 < footer.num_columns <= MOST_COLUMNS or footer.num_row_groups > MOST_GROUPS:
        raise InputError(f"{path}: {footer.num_columns} columns in {footer.num_row_groups} groups; no run writes that")
    if len(set(file.schema_arrow.names)) != footer.num_columns or len(file.schema_arrow) != footer.num_columns:
        raise InputError(f"{path}: columns of the same name, or nested ones")
    for field in file.schema_arrow:
        _check_type(path, field)
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        if not 0 <= group.num_rows <= ROWS_PER_GROUP:
            raise InputError(f"{path}: {group.num_rows} rows in a group; a run writes at most {ROWS_PER_GROUP}")
        # Sizes of columns are not read: with some damaged files pyarrow would end the process.
        if not 0 <= group.total_byte_size <= MOST_GROUP_BYTES:
            raise InputError(f"{path}: a group of more than {MOST_GROUP_BYTES // 2**20} MiB; no run writes that")
    if not 0 <= footer.num_rows <= MOST_ROWS:
        raise InputError(f"{path}: {footer.num_rows} rows; at most {MOST_ROWS}")


def _check_type(path: Path, field: Arrow) -> None:
    import pyarrow.types as kinds

    kind = field.type
    is_number = kinds.is_integer(kind) or kinds.is_float64(kind) or kinds.is_float32(kind)
    if not (is_number or kinds.is_boolean(kind) or kinds.is_string(kind)):
        raise InputError(f"{path}: column {field.name!r} holds {str(kind)[:60]}; no table of a run does")
    if not field.name.isprintable() or len(field.name) > LONGEST:
        raise InputError(f"{path}: not a name of a column: {field.name[:60]!r}")


def _first(a: Arrow, b: Arrow) -> tuple[str, int, object, object] | None:
    """The first row in which batches of equal length differ, and its first differing column."""
    first: tuple[str, int, object, object] | None = None
    for name, ours, theirs in zip(a.schema.names, a.columns, b.columns, strict=True):
        rows = np.flatnonzero(_bits(ours) != _bits(theirs))
        if rows.size and (first is None or rows[0] < first[1]):
            row = int(rows[0])
            first = name, row, ours[row].as_py(), theirs[row].as_py()
    return first


def _bits(array: Arrow) -> Arrow:
    values = array.to_numpy(zero_copy_only=False)
    return values.view(f"u{values.itemsize}") if values.dtype.kind == "f" else values
