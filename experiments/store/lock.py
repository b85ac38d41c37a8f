"""One command at a time in a run folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import CargohubError


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder until the block ends. The system lets go of it however the process ends.

    Raises:
        CargohubError: another command holds it.
        OSError: the folder is read-only, and the like.
    """
    import fcntl

    # A file, since folders cannot be locked on NFS; it stays, since removing it would let two commands hold two files.
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CargohubError(
                f"{folder}: another command is writing here; wait until it has finished, or choose another --out"
            ) from None
        yield
    finally:
        os.close(descriptor)
