"""Progress on the error stream: a bar on a terminal, otherwise occasional lines."""

import math
import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import ClassVar, Final, TypeVar

R = TypeVar("R")

FIRST_LINE_S: Final = 10.0
"""Time until the first line if there is no result yet. Short work prints nothing."""
NEXT_LINE_S: Final = 20.0
"""Time between lines without a terminal."""
NEXT_ON_TERMINAL_S: Final = 10.0
"""Time between lines on a terminal, where the first line follows the first result."""
_LOOK_S: Final = 1.0
"""Interval of checks whether a line is due while no result arrives."""


def shown(
    results: Iterator[R], *, total: int, already: int, is_quiet: bool, what: str = "replications"
) -> Generator[R, None, None]:
    """The results, one by one, while the error stream shows how many of `total` are ready and the time left.

    `already` of the total existed before, and do not count towards the speed.
    """
    if is_quiet:
        yield from results
    elif sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown"):
        yield from _with_bar(results, total, already, what)
    else:
        yield from _with_lines(results, total, already, what)


def _with_bar(results: Iterator[R], total: int, already: int, what: str) -> Generator[R, None, None]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    text = TextColumn("{task.description}{task.fields[left]}")
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), text)
    began = time.monotonic()
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar, Lines.none_around():
        task = bar.add_task(what, total=total, completed=already, left="")
        for count, result in enumerate(results, start=1):
            # Results of parallel workers arrive in bursts, so the speed is the mean of the whole work.
            seconds = (time.monotonic() - began) / count * (total - already - count)
            bar.update(task, advance=1, left=f", {time_left(seconds)} left")
            yield result


def _with_lines(results: Iterator[R], total: int, already: int, what: str) -> Generator[R, None, None]:
    done, lines = already, Lines(is_quiet=False)
    with lines.waiting(line := lambda left: f"{done} of {total} {what}, {left(total - done)}"):
        for result in results:
            done += 1
            lines.say(line)
            yield result


Left = Callable[[int], str]
"""Time for this many further results, in words."""


class Lines:
    """Occasional lines on the error stream for work whose results arrive one by one.

    `is_around`: surrounding work, whose lines appear only while inner work prints none.
    """

    _latest: ClassVar[float] = -math.inf
    """Time of the latest line of any object; infinite while a bar is drawn."""

    def __init__(self, *, is_quiet: bool, is_around: bool = False) -> None:
        self._is_quiet, self._is_around = is_quiet, is_around
        self._began, is_terminal = time.monotonic(), sys.stderr.isatty()
        self._due, self._next_s = (0.0, NEXT_ON_TERMINAL_S) if is_terminal else (FIRST_LINE_S, NEXT_LINE_S)
        self._due = self._next_s if is_around else self._due
        self._n, self._last = 0, 0.0
        """Number of results, and when the last one arrived."""
        self._lock = threading.Lock()

    def say(self, line: Callable[[Left], str], n_come: int = 1) -> None:
        """Report that so many results are ready, if it is time for a line."""
        with self._lock:
            now = time.monotonic()
            passed = now - self._began
            if n_come:
                self._n, self._last = self._n + n_come, passed
            if self._is_quiet or passed < max(self._due, 0.0 if self._n else FIRST_LINE_S):
                return
            if self._is_around and now < Lines._latest + self._next_s:
                return
            self._due, Lines._latest = passed + self._next_s, now
            sys.stderr.write(f"{line(lambda n: self._left(n, passed))}\n")
            sys.stderr.flush()

    @classmethod
    @contextmanager
    def none_around(cls) -> Iterator[None]:
        """Suppress lines on surrounding work until the block ends."""
        cls._latest = math.inf
        try:
            yield
        finally:
            cls._latest = time.monotonic()

    @contextmanager
    def waiting(self, line: Callable[[Left], str]) -> Iterator[None]:
        """Until the block ends, write lines even while no result arrives."""
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(_LOOK_S):
                self.say(line, n_come=0)

        looking = threading.Thread(target=look, name="says-how-far", daemon=True)
        if not self._is_quiet:
            looking.start()
        try:
            yield
        finally:
            ended.set()
            if looking.ident is not None:
                looking.join()

    def _left(self, n: int, passed: float) -> str:
        if not self._n:
            return f"{time_left(passed)} passed"
        since = passed - self._last
        rest = self._last / self._n * n - since
        return f"{time_left(rest)} left" if rest >= 0 else f"{time_left(since)} since the last"


def time_left(seconds: float) -> str:
    """A duration in words.

    >>> [time_left(12.0), time_left(130.0), time_left(7300.0)]
    ['12 s', '2 min', '2 h 2 min']
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    whole = round(seconds / 60)
    return f"{whole} min" if whole < 90 else f"{whole // 60} h {whole % 60} min"
