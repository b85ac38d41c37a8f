"""The command `cargohub`, before anything of it is loaded: a disk that cannot be read by then is one line, too."""

import sys
from typing import NoReturn


def console() -> NoReturn:
    """As that of `experiments.main`."""
    try:
        from experiments.main import console as command
    except (OSError, ImportError, MemoryError) as error:
        sys.stderr.write(f"cargohub: cannot be loaded: {error}; check the disk, then install it again\n")
        sys.exit(2)
    command()
