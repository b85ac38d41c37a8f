"""The content of a file that somebody names: a regular file, and no larger than what is read of its kind."""

import os
import stat
from pathlib import Path
from typing import Final

from sim.errors import InputError

MOST_BYTES: Final = 256 * 2**20
"""Of a table: some millions of rows."""


def content_of(path: str | Path, most: int = MOST_BYTES, *, may_be_link: bool = True, hint: str = "") -> bytes:
    """The whole file.

    `hint`: of a file that cannot be read.

    Raises:
        InputError: no such file; a pipe or a device, which are not waited for, or a folder; more than `most` bytes; a
            link where none may be.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags if may_be_link else flags | getattr(os, "O_NOFOLLOW", 0))
        try:
            mode = os.fstat(descriptor).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise InputError(f"{path}: no regular file, but a pipe or a device{hint}")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(most + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}{hint}") from None
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{str(path)!r}: cannot be read: {error}{hint}") from None
    if len(content) > most:
        raise InputError(f"{path}: larger than {most // 2**20} MiB")
    return content
