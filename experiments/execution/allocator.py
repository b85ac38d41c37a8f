"""How this process's C library gives memory back to the system."""

import ctypes
from typing import Final

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Of `mallopt(3)`."""
_TRIM: Final = 64 << 20
_MMAP: Final = 32 << 20
"""The largest that glibc takes."""


def keep_freed_memory() -> None:
    """Keep what is freed for the next column, up to 64 MiB of it.

    Otherwise glibc returns the pages of columns of more than 128 KiB at once, and the system clears them again for the
    next. Where the C library is another one, nothing happens.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _MMAP)
    mallopt(_M_TRIM_THRESHOLD, _TRIM)
