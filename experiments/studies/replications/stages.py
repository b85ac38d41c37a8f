"""Replications made as a procedure asks for them, and kept as they finish."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence

from experiments import execution
from experiments.execution.progress import FIRST_LINE_S, NEXT_LINE_S, time_left
from experiments.store import Part, RunDirectory
from experiments.store.tables import Key
from experiments.studies.designs.design import Point
from experiments.studies.replications.replicating import evaluate

Values = Mapping[Key, Mapping[str, float]]
Need = Callable[[Sequence[tuple[Point, int]]], Values]
"""The KPIs of so many replications of each design, by design and replication."""


class Stages:
    """The replications that are there, and the making of more."""

    def __init__(self, run: RunDirectory, pool: execution.Pool, *, is_quiet: bool) -> None:
        self._run, self._pool, self._is_quiet = run, pool, is_quiet
        self._there = run.finished()
        self._began = time.monotonic()
        self._due = FIRST_LINE_S
        self._made = 0

    def need(self, wanted: Sequence[tuple[Point, int]]) -> Values:
        tasks: list[execution.Task[Key, Part]] = [
            ((point.label, number), evaluate, (point.hub, number))
            for point, n in wanted
            for number in range(n)
            if (point.label, number) not in self._there
        ]
        for done, (key, part) in enumerate(self._pool.run(tasks, is_quiet=True) if tasks else (), 1):
            self._run.keep(key, part)
            self._there[key] = dict(part["kpis"])
            self._made += 1
            self._tell(len(wanted), len(tasks) - done)
        return self._there

    def _tell(self, n_designs: int, left: int) -> None:
        """How long this look takes; how many looks there will be is what the values decide."""
        passed = time.monotonic() - self._began
        if self._is_quiet or passed < self._due:
            return
        self._due = passed + NEXT_LINE_S
        sys.stderr.write(
            f"{n_designs} designs in question, {len(self._there)} replications done, {left} more to this look,"
            f" {time_left(passed / self._made * left)} left\n"
        )
        sys.stderr.flush()
