"""The command `cargohub` before anything is loaded, so that even an unreadable disk gives one line."""

import sys
from typing import NoReturn


def console() -> NoReturn:
    """Run the console command of `experiments.main`."""
    try:
        from experiments.main import console as command
    except (OSError, ImportError, MemoryError) as error:
        sys.stderr.write(f"cargohub: cannot be loaded: {error}; check the disk, then install it again\n")
        sys.exit(2)
    command()
