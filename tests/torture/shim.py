"""`shim.c`, compiled where there is a C compiler, and what it is to do in the next child."""

import ctypes
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import ClassVar

SORTS = ("writes", "reads", "threads", "clock")
_PRELOAD = "LD_PRELOAD"


class Plan(ctypes.Structure):
    """In memory that children share; the parent itself is left in peace."""

    _fields_: ClassVar = [
        *((name, ctypes.c_int * len(SORTS)) for name in ("calls", "until")),
        *((name, ctypes.c_int) for name in ("error", "stays", "halves", "hits")),
        ("clock_s", ctypes.c_longlong),
    ]

    def clear(self) -> None:
        """Only count from now on."""
        for at in range(len(SORTS)):
            self.calls[at], self.until[at] = 0, -1
        self.error = self.stays = self.halves = self.hits = self.clock_s = 0

    def begin(self, sort: str, until: int, *, error: int = 0, stays: bool = True, halves: bool = False) -> None:
        """Trouble of this sort after so many calls, once or from then on; `halves`: the first write is cut short."""
        self.error, self.stays, self.halves = error, stays, halves
        self.until[SORTS.index(sort)] = until

    def counted(self) -> dict[str, int]:
        return {sort: self.calls[at] for at, sort in enumerate(SORTS)}


def loaded() -> Plan | None:
    """The plan of this process's children; None: there is no compiler. Begins this program once more to load it."""
    if "torture" not in os.environ.get(_PRELOAD, ""):
        compiler = shutil.which("cc")
        if compiler is None:
            return None
        folder = Path(tempfile.mkdtemp(prefix="cargohub-torture-shim-"))
        library = folder / "torture.so"
        source = Path(__file__).with_name("shim.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
        os.environ[_PRELOAD] = str(library)
        os.environ["CARGOHUB_TORTURE_SEEN"] = str(folder / "seen")
        os.execv(sys.executable, [sys.executable, "-m", "torture.campaign", *sys.argv[1:]])
    plan = Plan.from_buffer(mmap.mmap(-1, ctypes.sizeof(Plan)))
    plan.clear()
    ctypes.CDLL(os.environ[_PRELOAD]).torture_plan(ctypes.byref(plan))
    return plan


def left_this_machine() -> bool:
    """Whether a process of this campaign has connected to another machine."""
    return Path(os.environ.get("CARGOHUB_TORTURE_SEEN", os.devnull)).is_file()
