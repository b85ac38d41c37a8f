"""Parquet from strangers: looked at before it is read, read in pieces, and never more than fits."""

import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from experiments.store.foreign import Manifest, check_file
from experiments.store.foreign_text import first_line
from experiments.store.read import TABLES
from experiments.store.rows import rows_from, schema_of, types_of
from experiments.store.summaries import SummaryRow
from experiments.store.tables import LEADING, ROWS_PER_GROUP, Key, arrow_type
from sim.domain.columns import TableSchema
from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS: Final = 2_000
MOST_ROWS: Final = 1_000_000_000
MOST_GROUPS: Final = 10_000
MOST_CHUNK_BYTES: Final = 256 * 2**20
"""Of one column of a row group, unpacked: a million numbers take 8 MB."""
LONGEST: Final = 1_000
"""Characters of a text: one of a dictionary's may stand in a million rows."""
_ROWS: Final = 65_536
_THRIFT_BYTES: Final = 64 * 2**20


def check_table(path: Path) -> int:
    """Read the table once, and give its number of rows.

    Raises:
        InputError: damaged, or not as a run writes tables: nested or odd types, missing values, huge parts.
    """
    return sum(batch.num_rows for batch in batches(path))


def columns_of(path: Path) -> dict[str, str]:
    """Name and type of each column, in order.

    Raises:
        InputError: as in `check_table`.
    """
    with _opened(path) as file:
        return {field.name: _type_name(field.type) for field in file.schema_arrow}


def rows_of(path: Path) -> list[dict[str, Any]]:
    """All rows of a small table, as plain values.

    Raises:
        InputError: as in `check_table`.
    """
    return [row for batch in batches(path) for row in batch.to_pylist()]


def batches(path: Path) -> Iterator[Any]:
    """The table as record batches with texts, not dictionaries.

    Raises:
        InputError: as in `check_table`.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    with _opened(path) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, use_threads=False)
            for name, column in zip(table.column_names, table.columns, strict=True):
                if column.null_count:
                    raise InputError(f"{path}: column {name!r} misses values")
                if pa.types.is_dictionary(column.type):
                    longest = [pc.max(pc.binary_length(chunk.dictionary)).as_py() or 0 for chunk in column.chunks]
                    if max(longest, default=0) > LONGEST:
                        raise InputError(f"{path}: column {name!r} holds a text of more than {LONGEST} bytes")
                    texts = (text for chunk in column.chunks for text in chunk.dictionary.to_pylist())
                    if not all(text.isprintable() for text in texts):
                        raise InputError(f"{path}: column {name!r} holds control characters")
            for batch in table.to_batches(max_chunksize=_ROWS):
                arrays = [
                    array.cast(pa.string()) if pa.types.is_dictionary(array.type) else array for array in batch.columns
                ]
                yield pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def first_difference(first: Path, other: Path) -> tuple[str | None, int | None, object, object] | None:
    """Column, row and both values where two tables differ first, bit by bit; None if nowhere.

    Without a row, the columns themselves differ (their types or None stand for the values); without a
    column, the numbers of rows.

    Raises:
        InputError: as in `check_table`.
    """
    ours, theirs = columns_of(first), columns_of(other)
    for name in dict.fromkeys([*ours, *theirs]):
        if ours.get(name) != theirs.get(name):
            return name, None, ours.get(name), theirs.get(name)
    if list(ours) != list(theirs):
        moved = next(name for name, there in zip(ours, theirs, strict=True) if name != there)
        return moved, None, "another place", "its place"
    done = 0
    left, right = batches(first), batches(other)
    a, b = next(left, None), next(right, None)
    while a is not None and b is not None:
        n = min(a.num_rows, b.num_rows)
        difference = _first(a.slice(0, n), b.slice(0, n))
        if difference is not None:
            name, row, value, there = difference
            return name, done + row, value, there
        done += n
        a = a.slice(n) if a.num_rows > n else next(left, None)
        b = b.slice(n) if b.num_rows > n else next(right, None)
    if a is None and b is None:
        return None
    rows = [done + sum(batch.num_rows for batch in [*([rest] if rest is not None else []), *more])
            for rest, more in ((a, left), (b, right))]  # fmt: skip
    return None, None, f"{rows[0]} rows", f"{rows[1]} rows"


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        limits = {"thrift_string_size_limit": _THRIFT_BYTES, "thrift_container_size_limit": 1_000_000}
        # Texts stay dictionaries: a short file may say a long text a million times.
        with parquet.ParquetFile(path, **limits) as file:
            _check_footer(path, file)
            texts = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
        with parquet.ParquetFile(path, read_dictionary=texts, **limits) as file:
            yield file
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise InputError(f"{path}: damaged: {first_line(error)}") from None


def _check_footer(path: Path, file: Any) -> None:  # noqa: ANN401 - pyarrow has no types to name
    footer = file.metadata
    if not 0 < footer.num_columns <= MOST_COLUMNS or footer.num_row_groups > MOST_GROUPS:
        raise InputError(f"{path}: {footer.num_columns} columns in {footer.num_row_groups} groups, which no run writes")
    if len(set(file.schema_arrow.names)) != footer.num_columns or len(file.schema_arrow) != footer.num_columns:
        raise InputError(f"{path}: columns of the same name, or nested ones")
    for field in file.schema_arrow:
        _check_type(path, field)
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        if not 0 <= group.num_rows <= ROWS_PER_GROUP:
            raise InputError(f"{path}: {group.num_rows} rows in a group; a run writes at most {ROWS_PER_GROUP}")
        for place in range(group.num_columns):
            column = group.column(place)
            if not 0 <= column.total_uncompressed_size <= MOST_CHUNK_BYTES or column.file_path:
                raise InputError(f"{path}: column {column.path_in_schema!r} is too large, or elsewhere")
    if not 0 <= footer.num_rows <= MOST_ROWS:
        raise InputError(f"{path}: {footer.num_rows} rows; at most {MOST_ROWS}")


def _check_type(path: Path, field: Any) -> None:  # noqa: ANN401 - pyarrow has no types to name
    import pyarrow.types as kinds

    kind = field.type
    is_number = kinds.is_integer(kind) or kinds.is_float64(kind) or kinds.is_float32(kind)
    if not (is_number or kinds.is_boolean(kind) or kinds.is_string(kind)):
        raise InputError(f"{path}: column {field.name!r} holds {str(kind)[:60]}, which no table of a run does")
    if not field.name.isprintable() or len(field.name) > LONGEST:
        raise InputError(f"{path}: no name of a column: {field.name[:60]!r}")


def _type_name(kind: Any) -> str:  # noqa: ANN401 - pyarrow has no types to name
    import pyarrow.types as kinds

    return "string" if kinds.is_dictionary(kind) else str(kind)


def _first(a: Any, b: Any) -> tuple[str, int, object, object] | None:  # noqa: ANN401 - as above
    """The first row in which the batches of equal length differ, and there the first column."""
    first: tuple[str, int, object, object] | None = None
    for name, ours, theirs in zip(a.schema.names, a.columns, b.columns, strict=True):
        rows = np.flatnonzero(_bits(ours) != _bits(theirs))
        if rows.size and (first is None or rows[0] < first[1]):
            row = int(rows[0])
            first = name, row, ours[row].as_py(), theirs[row].as_py()
    return first


def _bits(array: Any) -> Any:  # noqa: ANN401 - as above
    values = array.to_numpy(zero_copy_only=False)
    return values.view(f"u{values.itemsize}") if values.dtype.kind == "f" else values


R = TypeVar("R")


def typed_rows(manifest: Manifest, table: str, kinds: Mapping[str, type]) -> list[dict[str, Any]]:
    """The rows of one of the run's small tables, each column of the type that is read.

    Raises:
        InputError: no such table, a damaged one, or a column that is missing or of another type.
    """
    rows = rows_of(check_file(manifest, f"{TABLES}/{table}.parquet"))
    for row in rows[:1]:
        for name, kind in kinds.items():
            if not isinstance(row.get(name), kind):
                raise InputError(f"{manifest.folder}: table {table}: column {name} is missing, or of a wrong type")
    return rows


def frame_of(manifest: Manifest, schema: TableSchema, names: Collection[str] = ()) -> "pd.DataFrame":
    """A table of the run's replications: all its columns, or those named.

    Raises:
        InputError: as in `typed_rows`.
    """
    import pandas as pd

    columns = [column for column in schema.columns if not names or column.name in names]
    kinds = types_of((*LEADING, *columns))
    frame = pd.DataFrame(typed_rows(manifest, schema.name, kinds), columns=list(kinds))
    return frame.astype({name: kind for name, kind in kinds.items() if kind is float})  # without rows they have no type


def read_rows(manifest: Manifest, row: type[R]) -> list[R]:
    """The rows of one of the run's small tables.

    Raises:
        InputError: as in `typed_rows`.
    """
    schema = schema_of(row)
    return rows_from(row, typed_rows(manifest, schema.name, types_of(schema.columns)))


def means_of(manifest: Manifest, kpis: Collection[str]) -> dict[str, dict[str, float]]:
    """The finite means of some KPIs, by design; none of a run without the table `summary`."""
    means: dict[str, dict[str, float]] = {}
    for row in read_rows(manifest, SummaryRow) if "summary" in manifest.tables else ():
        if row.kpi in kpis and math.isfinite(row.value.mean):
            means.setdefault(row.scenario, {})[row.kpi] = row.value.mean
    return means


def kpis_of(manifest: Manifest) -> dict[Key, dict[str, float]]:
    """The KPIs of each replication, by label and replication.

    Raises:
        InputError: as in `typed_rows`.
    """
    kpis: dict[Key, dict[str, float]] = {}
    for row in typed_rows(manifest, "kpis", {"scenario": str, "replication": int, "kpi": str, "value": float}):
        kpis.setdefault((row["scenario"], row["replication"]), {})[row["kpi"]] = row["value"]
    return kpis


FARTHEST_MIN = 1e8
"""From the first midnight: longer than any run."""


def replication_table(manifest: Manifest, schema: TableSchema, scenario: str, replication: int) -> dict[str, Any]:
    """The rows of one replication, by column (N).

    Raises:
        InputError: no such table, a damaged one, other columns than declared, or instants out of any run.
    """
    path = check_file(manifest, f"{TABLES}/{schema.name}.parquet")
    expected = {column.name: str(arrow_type(column.dtype)) for column in (*LEADING, *schema.columns)}
    if columns_of(path) != expected:
        odd = sorted({*columns_of(path).items()} ^ {*expected.items()})
        raise InputError(f"{path}: column {odd[0][0] if odd else 'order'}: another version's run, or damaged")
    parts: dict[str, list[NDArray[Any]]] = {column.name: [] for column in schema.columns}
    for batch in batches(path):
        is_asked = _mine(batch, scenario, replication)
        for column in schema.columns:
            parts[column.name].append(batch.column(column.name).to_numpy(zero_copy_only=False)[is_asked])
    table: dict[str, Any] = {}
    for column in schema.columns:
        kind = np.str_ if column.dtype == "string" else np.dtype(column.dtype)
        table[column.name] = np.concatenate([*parts[column.name], np.empty(0, dtype=object)]).astype(kind)
        if column.unit == "min" and (np.abs(table[column.name]) > FARTHEST_MIN).any():
            raise InputError(f"{path}: column {column.name} holds an instant beyond any run")
    return table


def replications_of(manifest: Manifest, scenarios: Collection[str]) -> dict[str, set[int]]:
    """The replications that are there, by scenario.

    Raises:
        InputError: a damaged table.
    """
    path = check_file(manifest, f"{TABLES}/kpis.parquet")
    numbers: dict[str, set[int]] = {scenario: set() for scenario in scenarios}
    if not {column.name for column in LEADING} <= set(columns_of(path)):
        raise InputError(f"{path}: another version's run, or damaged")
    for batch in batches(path):
        pairs = zip(batch.column("scenario").to_pylist(), batch.column("replication").to_pylist(), strict=True)
        for scenario, replication in set(pairs):
            numbers.setdefault(scenario, set()).add(replication)
    return numbers


def _mine(batch: Any, scenario: str, replication: int) -> NDArray[np.bool_]:  # noqa: ANN401 - pyarrow has no types
    import pyarrow.compute as pc

    matches = pc.and_(pc.equal(batch.column("scenario"), scenario), pc.equal(batch.column("replication"), replication))
    kept: NDArray[np.bool_] = matches.to_numpy(zero_copy_only=False).astype(np.bool_)
    return kept
