"""The bench that simulates what a run folder lacks."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from experiments import execution
from experiments.designs.design import Design, DesignKeys
from experiments.designs.spreadsheet import Varied
from experiments.execution.progress import Left, Lines
from experiments.formatting import counted
from experiments.frame.stored import Stored
from experiments.frame.study import Kpis, Tables
from experiments.money.prices import Prices
from experiments.replications.replicating import Line, Task, check_designs, check_schedules, missing, replications
from experiments.replications.summing import Outcome, complete
from experiments.replications.work import evaluate, replicate, with_files
from experiments.report.sections import sentence_of
from experiments.store import Part, RunDirectory
from experiments.store.cache import Cache
from experiments.store.files import check_unchanged
from experiments.store.foreign import Manifest, manifest_of
from experiments.store.foreign_tables import read_rows
from experiments.store.identity import input_hashes
from experiments.store.rows import stored
from experiments.store.summaries import ComputedRow
from experiments.store.tables import Key
from sim.inputs.inputs import check_inputs
from sim.units import Numbers

R = TypeVar("R")


class Simulated:
    """Simulates what the run folder lacks, and stores each result as it arrives.

    The folder is opened when it is first needed, so a request that is refused before leaves no folder.
    """

    def __init__(
        self,
        opened: Callable[[], RunDirectory],
        pool: Callable[[], execution.Pool],
        prices: Prices | None,
        *,
        is_quiet: bool,
        cache: Cache | None = None,
    ) -> None:
        self._opened, self._pool, self._cache = opened, pool, cache
        self.is_quiet = is_quiet
        priced = (partial(work, prices=prices) if prices else work for work in (replicate, evaluate))
        self._replicate, self._evaluate = priced
        self._hashes = dict[Path, str]()
        """Of the files that hubs read, from the first time that they are needed."""
        self._matrices: list[ComputedRow] = []

    @cached_property
    def run(self) -> RunDirectory:
        return self._opened()

    @cached_property
    def pool(self) -> execution.Pool:
        return self._pool()

    @cached_property
    def _finished(self) -> dict[Key, dict[str, float]]:
        return self.run.finished()

    @cached_property
    def _lines(self) -> Lines:
        return Lines(is_quiet=self.is_quiet)

    def check(self, designs: Sequence[Design], replications: int = 1, why: str = "") -> None:
        for design in designs:
            check_schedules(design.hub, replications, why)
            check_inputs(design.hub)

    def evaluated(self, designs: Sequence[Design], n: int) -> Kpis:
        keys = [(design.label, number) for design in designs for number in range(n)]
        tasks = missing(designs, n, self._finished, self._evaluate)
        for key, part in self._results(tasks, is_quiet=self.is_quiet, already=len(keys) - len(tasks)):
            self._keep(key, part)
        return {key: self._finished[key] for key in keys}

    def needed(self, wanted: Sequence[tuple[Design, int]]) -> Kpis:
        tasks = [task for design, n in wanted for task in missing([design], n, self._finished, self._evaluate)]

        def line(kpis: Kpis, left: Left) -> str:
            """Expected time of this look; the values decide how many looks follow."""
            n_left = sum(key not in kpis for key, _, _ in tasks)
            n = counted(len(wanted), "design")
            return sentence_of("designs_in_question", n=n, n_done=len(kpis), n_left=n_left, time=left(n_left))

        return self.answered(tasks, line)

    def answered(self, tasks: Sequence[Task], line: Line) -> Kpis:
        now = partial(line, self._finished)
        with self._lines.waiting(now):
            for key, part in self._results(tasks, is_quiet=True):
                self._keep(key, part)
                self._lines.say(now)
        return self._finished

    def _results(self, tasks: Sequence[Task], *, is_quiet: bool, already: int = 0) -> Iterator[tuple[Key, Part]]:
        """Results that other studies have simulated, then the others as they arrive."""
        names, rest = {}, list[Task]()
        for key, work, arguments in tasks:
            if hashes := input_hashes(arguments[0]):
                self._hashes = hashes | self._hashes
                check_unchanged(self._hashes, self._hashes | hashes)
            names[key] = self._cache.name_of(work, *arguments) if self._cache else ""
            if self._cache and (part := self._cache.get(names[key])) is not None:
                already += 1
                yield key, part
            else:
                rest.append((key, partial(with_files, work=work, hashes=hashes) if hashes else work, arguments))
        for key, part in self.pool.run(rest, is_quiet=is_quiet, already=already) if rest else ():
            if self._cache:
                self._cache.put(names[key], part)
            yield key, part

    def _keep(self, key: Key, part: Part) -> None:
        self.run.keep(key, part)
        self._finished[key] = dict(part["kpis"])

    def replicated(
        self,
        designs: Sequence[Design],
        keys: DesignKeys,
        *,
        has_tables: bool = True,
        before: Iterable[str] = (),
    ) -> Outcome:
        check_designs(designs, keys)
        if self.run.is_complete:
            return Stored(self._manifest).replicated(designs, keys)
        for line in before:
            self.say(line)
        work_of = self._replicate if has_tables else self._evaluate

        return replications(designs, keys, self._made, is_quiet=self.is_quiet, work_of=work_of)

    def _made(self, tasks: Sequence[Task], line: Line | None = None) -> Kpis:
        if line is not None:
            return self.answered(tasks, line)
        for key, part in self._results(tasks, is_quiet=self.is_quiet, already=len(self._finished)):
            self._keep(key, part)
        return self._finished

    def complete(self, outcome: Outcome, more: Tables = (), varied: Varied | None = None) -> None:
        complete(self.run, outcome, more, varied)

    @property
    def _manifest(self) -> Manifest:
        """The manifest, read again: with all configurations of many designs it is large."""
        return manifest_of(self.run.path)

    def rows(self, row: type[R]) -> list[R]:
        return read_rows(self._manifest, row)

    def kept(self, row: type[R]) -> list[R] | None:
        return self.rows(row) if self.run.is_complete else None

    def computed(self, name: str, shape: tuple[int, int], compute: Callable[[], Numbers]) -> Numbers:
        if self.run.is_complete:
            return Stored(self._manifest).computed(name, shape, compute)
        values = compute().reshape(shape)
        self._matrices += [ComputedRow(name, i, j, float(value)) for (i, j), value in np.ndenumerate(values)]
        return values

    @property
    def tables(self) -> Tables:
        """What was computed, as a table of the run."""
        return [stored(ComputedRow, self._matrices)] if self._matrices else []

    def say(self, line: str) -> None:
        if not self.is_quiet:
            sys.stderr.write(f"{line}\n")
