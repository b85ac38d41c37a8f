"""How far the work is, on the error stream: a bar on a terminal, now and then a line elsewhere."""

import os
import sys
import time
from collections.abc import Callable, Generator, Iterator
from typing import Final, TypeVar

R = TypeVar("R")

FIRST_LINE_S: Final = 10.0
NEXT_LINE_S: Final = 60.0
"""Without a terminal: the first line after this many seconds, then one in so many. Short work says nothing."""
NEXT_ON_TERMINAL_S: Final = 10.0
"""On a terminal, where the first line comes with the first result."""


def shown(
    results: Iterator[R], *, total: int, already: int, is_quiet: bool, what: str = "replications"
) -> Generator[R, None, None]:
    """The results, one by one, while the error stream tells how many of `total` are there and how long the rest takes.

    `already` of the total were there before, and do not count towards the speed.
    """
    if is_quiet:
        yield from results
    elif sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown"):
        yield from _with_bar(results, total, already, what)
    else:
        yield from _with_lines(results, total, already, what)


def _with_bar(results: Iterator[R], total: int, already: int, what: str) -> Generator[R, None, None]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}{task.fields[left]}"))
    began = time.monotonic()
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=total, completed=already, left="")
        for count, result in enumerate(results, start=1):
            # Results of parallel workers come in bursts: the speed is that of the whole work.
            seconds = (time.monotonic() - began) / count * (total - already - count)
            bar.update(task, advance=1, left=f", {time_left(seconds)} left")
            yield result


def _with_lines(results: Iterator[R], total: int, already: int, what: str) -> Generator[R, None, None]:
    lines = Lines(is_quiet=False)
    for count, result in enumerate(results, start=1):
        done = already + count
        lines.say(lambda passed: f"{done} of {total} {what}, {time_left(passed / count * (total - done))} left")  # noqa: B023
        yield result


class Lines:
    """Lines on the error stream, now and then."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._is_quiet, self._began, is_terminal = is_quiet, time.monotonic(), sys.stderr.isatty()
        self._due, self._next_s = (0.0, NEXT_ON_TERMINAL_S) if is_terminal else (FIRST_LINE_S, NEXT_LINE_S)

    def say(self, line: Callable[[float], str]) -> None:
        """Write the line, which is made of the seconds passed, if it is time for one."""
        passed = time.monotonic() - self._began
        if self._is_quiet or passed < self._due:
            return
        sys.stderr.write(f"{line(passed)}\n")
        sys.stderr.flush()
        self._due = passed + self._next_s


def time_left(seconds: float) -> str:
    """A duration as one says it.

    >>> [time_left(12.0), time_left(130.0), time_left(7300.0)]
    ['12 s', '2 min', '2 h 2 min']
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    whole = round(seconds / 60)
    return f"{whole} min" if whole < 90 else f"{whole // 60} h {whole % 60} min"
