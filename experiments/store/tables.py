"""Tables as Parquet files: columns with unit and meaning, sorted rows, the same bytes for the same numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from experiments.store.files import whole, write_whole
from sim.csv_rows import csv_text
from sim.domain.columns import Column, Pieced, TableSchema

Arrow: TypeAlias = Any
"""An object of pyarrow, which has no types."""
Columns = Mapping[str, NDArray[Any]]
Key = tuple[str, int]
"""Scenario and replication."""

ROWS_PER_GROUP: Final = 50_000
"""Rows collected before they are written, so that memory does not grow with the table."""


LEADING: Final = (
    Column("scenario", "string", "", "the scenario that the row belongs to"),
    Column("replication", "int32", "", "its replication, counted from 0"),
)
"""First columns of a table of replications."""
DICTIONARY_COLUMNS: Final = ("table", "column", "dtype", "unit", "meaning")


def as_columns(schema: Sequence[Column], rows: Sequence[tuple[Any, ...]]) -> Columns:
    """Rows as typed columns; None in a column of numbers is NaN."""
    kinds = [np.str_ if column.dtype == "string" else np.dtype(column.dtype) for column in schema]
    return {column.name: np.array([row[i] for row in rows], dtype=kinds[i]) for i, column in enumerate(schema)}


def write_table(path: Path, schema: TableSchema, columns: Columns) -> None:
    """Write one table, its rows sorted by `schema.sort`. NaN stays NaN.

    Raises:
        ValueError: columns missing or undeclared, of different lengths, or of another kind of type.
        OSError: the disk is full, the folder read-only, and the like.
    """
    _write(path, schema.columns, [checked(schema, columns)])


def write_replications(path: Path, schema: TableSchema, parts: Iterable[tuple[Key, Columns]]) -> None:
    """Write the rows of many replications as one table, in the order of `parts` and sorted within each.

    Raises:
        ValueError: as in `write_table`.
        OSError: the disk is full, the folder read-only, and the like.
    """
    labelled = (_labelled(key, rows) for key, columns in parts for rows in sorted_pieces(schema, columns))
    _write(path, [*LEADING, *schema.columns], labelled)


def write_dictionary(path: Path, of_study: Iterable[TableSchema], by_replication: Iterable[TableSchema]) -> None:
    """Write the description of every column of the run: table, column, dtype, unit and meaning, as CSV.

    Raises:
        OSError: the disk is full, the folder read-only, and the like.
    """
    rows = [DICTIONARY_COLUMNS]
    described = {schema.name: schema.columns for schema in of_study}
    described |= {schema.name: (*LEADING, *schema.columns) for schema in by_replication}
    for table, columns in sorted(described.items()):
        rows += ((table, column.name, column.dtype, column.unit, column.meaning) for column in columns)
    write_whole(path, csv_text(rows).encode())


def _labelled(key: Key, columns: Columns) -> dict[str, NDArray[Any]]:
    length = len(next(iter(columns.values())))
    scenario, replication = key
    return {
        "scenario": np.full(length, scenario),
        "replication": np.full(length, replication, dtype=np.int32),
        **columns,
    }


def sorted_pieces(schema: TableSchema, columns: Columns) -> Iterator[dict[str, NDArray[Any]]]:
    """The table checked and sorted; piece by piece if the pieces are in order, otherwise whole.

    Raises:
        ValueError: as in `checked`.
    """
    table = Pieced.of(columns)
    pieces = table.pieces()
    first = next(pieces, {})
    if next(pieces, None) is None:
        yield checked(schema, first)
    elif _follow(Pieced(schema.sort, table.pieces_of)):
        yield from (checked(schema, piece) for piece in table.pieces())
    else:
        yield checked(schema, table)


def _follow(keys: Pieced) -> bool:
    """Whether each row of a piece sorts after all rows of the previous pieces."""
    last: tuple[Any, ...] | None = None
    for piece in keys.pieces():
        columns = [*piece.values()]
        order = np.lexsort(columns[::-1])
        if last is not None and not last <= tuple(values[order[0]] for values in columns):
            return False
        last = tuple(values[order[-1]] for values in columns)
    return True


def checked(schema: TableSchema, columns: Columns) -> dict[str, NDArray[Any]]:
    """The columns in declared order and type, rows sorted.

    Raises:
        ValueError: others than declared, of another type, or not of one length.
    """
    declared = [column.name for column in schema.columns]
    if set(columns) != set(declared):
        odd = sorted(set(columns) ^ set(declared))
        raise ValueError(f"table {schema.name}: columns missing or undeclared: {', '.join(odd)}")
    typed = {column.name: _typed(schema.name, column, columns[column.name]) for column in schema.columns}
    lengths = {name: values.shape for name, values in typed.items()}
    if len(set(lengths.values())) != 1 or any(len(shape) != 1 for shape in lengths.values()):
        raise ValueError(f"table {schema.name}: columns must be of one length, got {lengths}")
    if not schema.sort:
        return typed
    # numpy sorts by the last key first.
    order = np.lexsort([typed[name] for name in reversed(schema.sort)])
    if (order[1:] > order[:-1]).all():  # usually true: millions of rows need no copy
        return typed
    return {name: values[order] for name, values in typed.items()}


def _typed(table: str, column: Column, values: NDArray[Any]) -> NDArray[Any]:
    values = np.asarray(values)
    if column.dtype == "string":
        if values.size and values.dtype.kind not in "UT":
            raise ValueError(f"table {table}: column {column.name} holds {values.dtype}, declared string")
        return values.astype(np.str_, copy=False)
    wanted = np.dtype(column.dtype)
    if values.size and not np.can_cast(values.dtype, wanted, casting="same_kind"):
        raise ValueError(f"table {table}: column {column.name} holds {values.dtype}, declared {column.dtype}")
    return values.astype(wanted, copy=False)


def _write(path: Path, columns: Sequence[Column], chunks: Iterable[Mapping[str, NDArray[Any]]]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    types = {column.name: arrow_type(column.dtype) for column in columns}
    described = [{"unit": column.unit, "meaning": column.meaning} for column in columns]
    pairs = zip(types.items(), described, strict=True)
    schema = pa.schema([pa.field(name, kind, nullable=False, metadata=about) for (name, kind), about in pairs])
    # No index, no pandas metadata, no versions: only the numbers decide the bytes.
    with whole(path) as unfinished, parquet.ParquetWriter(unfinished, schema, compression="zstd") as writer:
        waiting, count = [], 0
        for chunk in chunks:
            length = len(next(iter(chunk.values()), ()))
            for start in range(0, max(1, length), ROWS_PER_GROUP):
                part = slice(start, start + ROWS_PER_GROUP)
                arrays = [_arrow_array(chunk[name][part], kind) for name, kind in types.items()]
                waiting.append(pa.table(arrays, schema=schema))
                count += waiting[-1].num_rows
                if count >= ROWS_PER_GROUP:
                    writer.write_table(pa.concat_tables(waiting), row_group_size=ROWS_PER_GROUP)
                    waiting, count = [], 0
        if count:
            writer.write_table(pa.concat_tables(waiting), row_group_size=ROWS_PER_GROUP)


def _arrow_array(values: NDArray[Any], kind: Arrow) -> Arrow:
    """As `pyarrow.array`, which would import pandas to check the values; no value is missing."""
    import pyarrow as pa

    if values.dtype.kind == "U":
        texts = [text.encode() for text in values.tolist()]
        ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
        return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(texts)))
    bits = np.packbits(values, bitorder="little") if values.dtype == bool else np.ascontiguousarray(values)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(bits)])


def arrow_type(dtype: str) -> Arrow:
    """Parquet's type of a declared type."""
    import pyarrow as pa

    return pa.string() if dtype == "string" else pa.from_numpy_dtype(np.dtype(dtype))
