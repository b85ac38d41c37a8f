"""Processes of a case: how long they have worked, what is below them, and whether they end."""

import os
import select
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

PATIENCE_S = 120


class Idle:
    """Whether processes do not end: on a machine that is busy with others, time alone says little."""

    def __init__(self) -> None:
        self.begin, self.since, self.used_s = time.monotonic(), time.monotonic(), 0.0

    def is_hang(self, processes: Collection[int]) -> bool:
        """They have worked for long, or have done nothing for long while nothing kept them from it."""
        now = time.monotonic()
        if now < self.begin + PATIENCE_S / 4:
            return False
        ours = {each for process in processes for each in (process, *below(process))}
        worked_s = sum(map(used_s, ours))
        if worked_s > self.used_s + 0.01 or any(_is_runnable(each) for each in ours):
            self.since, self.used_s = now, max(worked_s, self.used_s)
        return worked_s > PATIENCE_S or now > self.since + PATIENCE_S


def _is_runnable(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "RD"
    except OSError:
        return False


def wait(processes: Collection[int], most_s: float) -> None:
    """Until one of them ends, or for so long."""
    descriptors = []
    with suppress(OSError):
        descriptors = [os.pidfd_open(process) for process in processes]
    select.select(descriptors, [], [], most_s)
    for descriptor in descriptors:
        os.close(descriptor)


def below(process: int) -> list[int]:
    return [each for child_ in children(process) for each in (child_, *below(child_))]


def children(process: int) -> list[int]:
    try:
        return [*map(int, Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split())]
    except OSError:
        return []


def processor_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def used_s(process: int) -> float:
    """Processor time of a process that runs, without its children."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def has_children(until: float, but: Collection[int]) -> bool:
    """Whether a process of ours, or an orphan, still runs at that time."""
    while left := set(children(os.getpid())) - set(but):
        for process in left:
            os.waitpid(process, os.WNOHANG)
        if time.monotonic() > until:
            return True
        time.sleep(0.005)
    return False
