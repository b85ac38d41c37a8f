"""What a parser may do with any bytes: give a value, or raise our error of one line, soon and in little memory."""

import os
import resource
import time
import traceback
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from fuzz.parsers import Parser

from experiments.main import _refused
from sim.errors import CargohubError

MOST_S, MOST_MB, SMALL = 2.0, 512, 64 * 1024
"""Of processor time, and of memory, for an input of at most so many bytes."""


def problem_of(parser: Parser, data: bytes, root: Path) -> str | None:
    """What is wrong with how the parser took the bytes; None: nothing. `root`: a folder for the file."""
    path = root / parser.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(
        path, ns=(0, time.monotonic_ns())
    )  # what was read is kept by the time of the file, which the clock gives seldom
    before, began = _peak_mb(), time.process_time()
    problem = None
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            parser.read(path)
    except CargohubError as error:
        problem = _wrong_line(str(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - that is what is looked for
        if not isinstance(error, Exception) or _refused(error) is None:
            problem = _problem(error)
    took_s, took_mb = time.process_time() - began, _peak_mb() - before
    if problem is None and len(data) <= SMALL and took_s > MOST_S:
        problem = "slow"
    if problem is None and len(data) <= SMALL and took_mb > MOST_MB:
        problem = "memory"
    return problem


def _wrong_line(text: str) -> str | None:
    line = " ".join(text.split())
    if not 0 < len(line) < 1_000:
        return f"line of {len(line)} characters"
    return None if line.isprintable() else "control characters"


def _problem(error: BaseException) -> str:
    """Its class, and the last place of ours that it came through."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "/tests/" not in frame.filename]
    ours = [frame for frame in ours if "/sim/" in frame.filename or "/experiments/" in frame.filename] or ours[-1:]
    where = f"{Path(ours[-1].filename).name}:{ours[-1].name}" if ours else "?"
    return f"{type(error).__name__} in {where}"


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
