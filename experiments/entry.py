"""The command `cargohub` before anything is loaded, so that even an unreadable disk gives one line."""

import os
import sys
from typing import NoReturn


def console() -> NoReturn:
    """Run the console command of `experiments.main`."""
    _open_closed_streams()
    # Workers are started by `python -m`, which would import a random.py or queue.py of the current folder.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    try:
        from experiments.main import console as command
    except (OSError, ImportError, MemoryError) as error:
        sys.stderr.write(f"cargohub: cannot be loaded: {error}; check the disk, then install it again\n")
        sys.exit(2)
    command()


def _open_closed_streams() -> None:
    # Without an output or error stream (2>&-) the first file opened would get its number, and texts for it.
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)  # the lowest free number
            os.set_inheritable(descriptor, True)  # noqa: FBT003 - takes no names
            setattr(sys, name, os.fdopen(descriptor, "w" if number else "r", encoding="utf-8"))
