"""Files that exist whole or not at all, whenever the process or the machine stops."""

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from sim.errors import CargohubError, InputError
from sim.inputs.flight_files import files_of

UNFINISHED = ".unfinished"
_FIRST_YEAR: Final = 1980
"""Of the ZIP format."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary name for the file, which is renamed if the block succeeds and removed otherwise.

    Raises:
        OSError: the disk is full, the folder read-only, and the like.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        with _named(path):
            yield unfinished
            _settle(unfinished)
            unfinished.replace(path)
            _settle(path.parent)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Add this file's name to a system error without one, such as that of a full disk."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def check_clock() -> None:
    """Check the machine's clock before an archive is written, such as a workbook or slides.

    Raises:
        CargohubError: a clock without a battery shows a year that no archive can hold.
    """
    if time.localtime().tm_year < _FIRST_YEAR:
        raise CargohubError(
            f"no archive has a date before {_FIRST_YEAR}, which this machine's clock shows; set the clock"
        )


def write_whole(path: Path, content: bytes) -> None:
    """Write the file so that it exists whole or not at all.

    Raises:
        OSError: the disk is full, the folder read-only, and the like.
    """
    with whole(path) as unfinished:
        unfinished.write_bytes(content)


def hash_of_input(path: Path) -> str:
    """SHA-256 of a file; for a folder, of the names and hashes of its flight files."""
    if not path.is_dir():
        return sha256_of(path)
    lines = (f"{sha256_of(Path(file))}  {Path(file).name}\n" for file in files_of(str(path)))
    return sha256_of("".join(lines).encode())


def check_unchanged(before: Mapping[Path, str], now: Mapping[Path, str]) -> None:
    """Refuse input files whose hashes are no longer those of before.

    Raises:
        InputError: a changed file.
    """
    for path, digest in before.items():
        if now[path] != digest:
            raise InputError(f"{path}: changed since the command began, or not the same file on a worker's machine")


def write_if_possible(path: Path, picture: bytes) -> Path | None:
    """Write a picture that was not requested; if the folder cannot be written, only print a message."""
    try:
        write_whole(path, picture)
    except OSError as error:
        sys.stderr.write(f"no picture: {path}: {error.strerror}\n")
        return None
    return path


def append_line(path: Path, line: str) -> None:
    """Append a line and flush it to the disk. If writing fails, the file stays as it was.

    Raises:
        OSError: the disk is full, the folder read-only, and the like.
    """
    content = f"{line}\n".encode()
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        before = os.fstat(descriptor).st_size
        try:
            with _named(path):
                while content:
                    content = content[os.write(descriptor, content) :]
                os.fsync(descriptor)
        except BaseException:
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)


def sha256_of(content: Path | bytes) -> str:
    """The SHA-256 of a file's content, or of bytes, in hexadecimal digits.

    Raises:
        OSError: the file cannot be read.
    """
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _settle(path: Path) -> None:
    # A rename reaches the disk with the folder. It must not do so before the content.
    is_windows = os.name == "nt"  # which opens no folders, and flushes only what may be written
    if is_windows and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDWR if is_windows else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def as_json(document: object) -> bytes:
    """JSON text of a value; refuses NaN and infinity.

    Raises:
        ValueError: NaN or infinity.
    """
    return json.dumps(document, indent=2, allow_nan=False).encode() + b"\n"


def write_all(content: Mapping[Path, bytes]) -> list[Path]:
    """Write several files, all of them or, if one fails, none.

    Raises:
        OSError: the disk is full, the folder read-only, and the like.
    """
    with ExitStack() as stack:
        # Each file gets its name when the stack unwinds, after all have been written.
        for path, data in content.items():
            stack.enter_context(whole(path)).write_bytes(data)
    return list(content)
