"""One command line in a fork of the campaign's process, which is watched and, if it is to be, troubled."""

import atexit
import errno
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from torture.shim import Plan

EXECUTED = "CARGOHUB_TORTURE_EXECUTED"
"""Where code that nobody trusted says that it was executed."""
SEEN = "seen"
"""What the watch has to say, in the folder of the case."""
TROUBLES = ("disk", "threads", "clock", "limit", "closed", "reader", "environment")
"""Those that begin inside the child."""
_WATCHED: dict[str, Any] = {}


def watch() -> None:
    """From now on, in this process and its forks; a hook cannot be taken away."""
    sys.addaudithook(_audited)


def _audited(event: str, given: tuple[Any, ...]) -> None:
    if "descriptor" not in _WATCHED:
        return
    if (
        event == "socket.connect"
        and isinstance(given[1], tuple)
        and given[1][0] not in ("127.0.0.1", "::1", "localhost")
    ):
        _say(f"connects to {given[1][0]}")
    elif event == "exec" and given[0].co_filename.startswith(_WATCHED["folder"]):
        _say(f"executes {given[0].co_filename}")


def _say(text: str) -> None:
    os.write(_WATCHED["descriptor"], f"{text}\n".encode())


def run(
    words: Sequence[str], folder: Path, trouble: Sequence[Any], plan: Plan | None, *, streams: str = ""
) -> NoReturn:
    """The command line; with `streams` its output goes to other files."""
    enter(folder)
    for stream, name in ((1, "stdout"), (2, "stderr")):
        opened(stream, f"{name}{streams}")
    if trouble and trouble[0] in TROUBLES:
        _begin(plan, *trouble)
    from experiments.main import console

    sys.argv[:] = ["cargohub", *words]
    code: Any = 1
    try:
        console()
    except SystemExit as end:
        code = end.code
        if trouble and os.getpid() % 4 == 0:
            raise  # Python ends as it does, slowly
    except BaseException:  # noqa: BLE001 - what a process of its own would print
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    flush()
    os._exit(code)


def enter(folder: Path) -> None:
    """The folder of a case, in a session of its own, watched, with the signals of a new process."""
    os.setsid()
    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _WATCHED.update(folder=str(folder), descriptor=os.open(SEEN, os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    os.environ[EXECUTED] = str(folder / "executed")
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache") if (folder / "cache").is_dir() else os.devnull
    signal.signal(signal.SIGINT, signal.default_int_handler)


def opened(stream: int, name: str) -> None:
    """Standard output (1) or standard error (2) to a file; our parent's are of its own files, which may be no pipes."""
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, stream)
    os.close(descriptor)
    _anew(stream)


def _anew(stream: int) -> None:
    file = os.fdopen(stream, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    setattr(sys, ("stdin", "stdout", "stderr")[stream], file)


def flush() -> None:
    """As Python does when it ends."""
    for file in filter(None, (sys.stdout, sys.stderr)):
        file.flush()


def _begin(plan: Plan | None, kind: str, *given: Any) -> None:
    if kind == "disk":
        assert plan is not None
        name, sort, until, stays, halves = given
        plan.begin(sort, until, error=getattr(errno, name), stays=stays, halves=halves)
    elif kind == "threads":
        assert plan is not None
        plan.begin("threads", given[0])
    elif kind == "clock":
        assert plan is not None
        plan.begin("clock", given[0])
        plan.clock_s = given[1]
    elif kind == "limit":
        name, most = given
        if name == "AS":  # so many more than there are
            most += int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    elif kind == "closed":
        for stream in given:
            os.close(stream)
            setattr(sys, ("stdin", "stdout", "stderr")[stream], None)
    elif kind == "reader":  # which leaves before anything is written
        out, into = os.pipe()
        os.dup2(into, 1)
        os.close(into)
        os.close(out)
        _anew(1)
    elif kind == "environment":
        os.environ.update(dict(given))
