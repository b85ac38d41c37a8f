"""The command `cargohub`, before anything of it is loaded: a disk that cannot be read by then is one line, too."""

import os
import sys
from typing import NoReturn

# OpenBLAS would start a thread a processor, once for numpy and once for scipy: a third of what all imports take. Our
# matrices are small, and what is computed from them shall not depend on how many processors there are.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Arrow's own allocator keeps what tables have freed from all others: a sixth of what the page of a year takes.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def console() -> NoReturn:
    """As that of `experiments.main`."""
    try:
        from experiments.main import console as command
    except (OSError, ImportError, MemoryError) as error:
        sys.stderr.write(f"cargohub: cannot be loaded: {error}; if the disk can be read, install it again\n")
        sys.exit(2)
    command()
