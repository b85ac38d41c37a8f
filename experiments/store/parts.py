"""Files of a running command: one line for each finished replication, and its tables in a separate file."""

import json
import math
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NotRequired, TypedDict

import numpy as np
from numpy.lib.format import dtype_to_descr, read_array_header_1_0, read_magic, write_array_header_1_0
from numpy.typing import NDArray

from experiments.store.files import append_line, sha256_of, whole, write_whole
from experiments.store.tables import ROWS_PER_GROUP, Columns, Key
from sim.domain.columns import Pieced

LINES: Final = "replications.jsonl"
FOLDER: Final = "parts"
_CHECK: Final = "check"
_BEFORE_HEADER: Final = 10
"""Bytes of a column before its header; the last two have the header's length."""
_MOST_OPEN: Final = 8
"""Most files open at a time; each lists about a hundred columns."""


class Part(TypedDict):
    """The result of one replication; `seconds`: its duration; `is_cached`: from an earlier study."""

    kpis: Mapping[str, float]
    tables: Mapping[str, Columns]
    seconds: NotRequired[float]
    is_cached: NotRequired[bool]


@dataclass(frozen=True, slots=True)
class Line:
    """The content of a finished replication's line."""

    kpis: dict[str, float]
    tables: tuple[str, ...]
    seconds: float | None
    sha256: str | None
    """Hash of the file of its tables; None without tables."""
    is_cached: bool


IsPossible = Callable[["Line", zipfile.ZipFile | None], bool]
"""Whether a line, and the file of its tables if any, can be a replication's."""


def resume(folder: Path, environment: Mapping[str, Any], is_possible: IsPossible = lambda *_: True) -> dict[Key, Line]:
    """Replications that a previous command finished here, and a folder ready for more.

    Incomplete, changed or impossible parts are dropped with a message. All are dropped if computed with other versions
    or on another CPU family: numbers in one table must not differ in the last bit.

    Raises:
        OSError: the folder cannot be read or written.
    """
    path = folder / LINES
    head = json.dumps({"environment": environment}, sort_keys=True)
    content = path.read_bytes() if path.exists() else b""
    # The first line describes the program that wrote the others; text after the last line break is the rest of a killed
    # write.
    first, *rest = content.split(b"\n")[:-1] or [b""]
    if first != head.encode():
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
        rest = []
    lines, texts = {}, [head.encode()]
    n_damaged = 0
    for text in rest:
        read = _read(text)
        if read is not None and _is_as_kept(folder, *read, is_possible):
            lines[read[0]] = read[1]
            texts.append(text)
        else:
            n_damaged += 1
            if read is not None and (file := _file(folder, read[0])).is_dir():  # no file can replace a folder
                shutil.rmtree(file, ignore_errors=True)
    kept = b"".join(text + b"\n" for text in texts)
    if kept != content:
        write_whole(path, kept)
    if n_damaged:
        sys.stderr.write(f"{folder}: finished parts that changed since and are computed again: {n_damaged}\n")
    return lines


def lines_in(folder: Path) -> dict[Key, Line]:
    """Replications finished so far. The command may still be writing; nothing is changed.

    Raises:
        OSError: the folder cannot be read.
    """
    path = folder / LINES
    # The first line describes the program that wrote the others; the last may be incomplete.
    whole_lines = (path.read_bytes() if path.exists() else b"").split(b"\n")[1:-1]
    return dict(line for line in map(_read, whole_lines) if line is not None)


def keep(folder: Path, key: Key, part: Part) -> Line:
    """Store one replication: its tables first, because the line refers to them.

    Raises:
        ValueError: a column of objects.
        OSError: the disk is full, the folder read-only, and the like.
    """
    sha256 = None
    if any(part["tables"].values()):
        with whole(_file(folder, key)) as unfinished:
            with zipfile.ZipFile(unfinished, "w") as archive:
                write_tables(archive, part["tables"])
            sha256 = sha256_of(unfinished)
    line = Line(
        kpis={name: float(value) for name, value in part["kpis"].items()},
        tables=tuple(part["tables"]),
        seconds=part.get("seconds"),
        sha256=sha256,
        is_cached=part.get("is_cached", False),
    )
    append_line(folder / LINES, _text(key, line))
    return line


@contextmanager
def opened(folder: Path, keys: Iterable[Key]) -> Iterator[Mapping[Key, zipfile.ZipFile]]:
    """Open files of the first replications for `stored`. Opening lists all columns and takes most of the time.

    Raises:
        OSError: a file cannot be read.
    """
    with ExitStack() as stack:
        first = islice(keys, _MOST_OPEN)
        yield {key: stack.enter_context(zipfile.ZipFile(_file(folder, key))) for key in first}


def stored(
    folder: Path, lines: Mapping[Key, Line], table: str, keys: Iterable[Key],
    files: Mapping[Key, zipfile.ZipFile] = MappingProxyType({}),
) -> Iterator[tuple[Key, Columns]]:  # fmt: skip
    """One table of the replications that have it, one at a time; `files`: those already open.

    Raises:
        OSError: a file cannot be read.
    """
    for key in keys:
        if table not in lines[key].tables:
            continue
        if key in files:
            yield key, table_in(files[key], table)
        else:
            with zipfile.ZipFile(_file(folder, key)) as file:
                yield key, table_in(file, table)


def clear(folder: Path) -> None:
    """Remove files needed only while running, as far as possible; in a complete run they do no harm."""
    with suppress(OSError):
        (folder / LINES).unlink(missing_ok=True)
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def write_tables(archive: zipfile.ZipFile, tables: Mapping[str, Columns]) -> None:
    """Write each column of tables in numpy's format, in pieces if it arrives in pieces.

    Raises:
        ValueError: a column of objects.
        OSError: the disk is full, and the like.
    """
    for table, columns in ((table, Pieced.of(columns)) for table, columns in tables.items()):
        n_rows = sum(map(len, columns.pieces_of(next(iter(columns))))) if columns else 0
        for name in columns:
            pieces = columns.pieces_of(name)
            first = next(pieces)
            if first.dtype.hasobject:
                raise ValueError(f"table {table}/{name}: arrays of objects cannot be stored; use numpy.str_ for texts")
            header = {"descr": dtype_to_descr(first.dtype), "fortran_order": False, "shape": (n_rows,)}
            with archive.open(f"{table}/{name}.npy", "w", force_zip64=True) as member:
                write_array_header_1_0(member, header)
                for piece in chain([first], pieces):
                    member.write(piece.tobytes())


def table_in(archive: zipfile.ZipFile, table: str) -> Pieced:
    """One table of a file of tables; columns are read when accessed."""
    start, end = f"{table}/", ".npy"
    names = (name for name in archive.namelist() if name.startswith(start))
    columns = [name.removeprefix(start).removesuffix(end) for name in names]
    return Pieced(columns, lambda name: _pieces(archive, f"{start}{name}{end}"))


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[NDArray[Any]]:
    """A column in pieces, each with the rows that were written together.

    Raises:
        ValueError: no column as `write_tables` writes it.
    """
    with archive.open(name) as member:
        magic = member.read(_BEFORE_HEADER)
        n_rows, dtype = _rows_and_type(magic + member.read(int.from_bytes(magic[-2:], "little")))
        for start in range(0, max(1, n_rows), ROWS_PER_GROUP):
            content = member.read(min(n_rows - start, ROWS_PER_GROUP) * dtype.itemsize)
            yield np.frombuffer(content, dtype) if n_rows else np.empty(0, dtype)


@lru_cache(maxsize=1_000)
def _rows_and_type(header: bytes) -> tuple[int, np.dtype[Any]]:
    """Length and type of a column. Most columns of a file have one of few headers, and numpy parses one as Python."""
    stream = BytesIO(header)
    read_magic(stream)
    (n_rows,), _, dtype = read_array_header_1_0(stream)
    return n_rows, dtype


def _file(folder: Path, key: Key) -> Path:
    """A readable file name, different for different keys, whatever characters the scenario's name contains."""
    scenario, replication = key
    readable = re.sub(r"[^A-Za-z0-9_.-]", "-", scenario)[:40]
    return folder / FOLDER / f"{readable}-{sha256_of(scenario.encode())[:8]}-{replication}.npz"


def _is_as_kept(folder: Path, key: Key, line: Line, is_possible: IsPossible) -> bool:
    """Whether the file of the tables is unchanged since our command wrote it."""
    path = _file(folder, key)
    if line.sha256 is None:
        return not line.tables and is_possible(line, None)
    if not path.is_file() or sha256_of(path) != line.sha256:
        return False
    try:
        with zipfile.ZipFile(path) as file:
            return is_possible(line, file)
    except Exception:  # noqa: BLE001 - what libraries raise of a file that is none of ours
        return False


def _text(key: Key, line: Line) -> str:
    """A stored line; its last value is the hash of all others."""
    scenario, replication = key
    stored = {"scenario": scenario, "replication": replication, **asdict(line)}
    stored["kpis"] = {name: _plain(value) for name, value in line.kpis.items()}
    text = json.dumps(stored, allow_nan=False)
    return f'{text[:-1]}, "{_CHECK}": "{sha256_of(text.encode())}"}}'


def _read(text: bytes) -> tuple[Key, Line] | None:
    """The content of a line; None if it is damaged, as after a crash of the machine."""
    try:
        line = json.loads(text)
        key = (str(line["scenario"]), int(line["replication"]))
        kpis = {str(name): math.nan if value is None else float(value) for name, value in line["kpis"].items()}
        read = Line(
            kpis=kpis, tables=tuple(line["tables"]), seconds=line["seconds"], sha256=line["sha256"],
            is_cached=line["is_cached"],
        )  # fmt: skip
        return (key, read) if _text(key, read).encode() == text else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _plain(value: float) -> float | str | None:
    # JSON has no NaN and no infinity.
    return None if math.isnan(value) else str(value) if math.isinf(value) else value
