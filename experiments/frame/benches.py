"""The two benches: one simulates what a run folder lacks, the other reads what a finished run stored."""

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

import numpy as np

from experiments import execution
from experiments.designs.design import Design, DesignKeys
from experiments.execution.progress import Left, Lines
from experiments.formatting import counted
from experiments.frame.study import Kpis, Opening, Tables
from experiments.grouping import grouped, nested
from experiments.money.kpis import KPIS
from experiments.money.prices import Prices
from experiments.replications.replicating import (
    Line,
    Task,
    check_designs,
    check_schedules,
    missing,
    replications,
    too_wide,
    without_parcels,
)
from experiments.replications.stability import Stability, stability_of
from experiments.replications.summing import Outcome, complete, describes, interval_of, samples_of
from experiments.replications.work import evaluate, replicate
from experiments.report.margin import margins_of
from experiments.report.sections import said
from experiments.report.verdicts import DesignVerdict
from experiments.statistics.family import Differences, Statement
from experiments.statistics.precision import needs
from experiments.store import Part, RunDirectory
from experiments.store.cache import Cache
from experiments.store.foreign import Manifest, manifest_of
from experiments.store.foreign_tables import checked_kpis_of, read_rows
from experiments.store.rows import schema_of, stored
from experiments.store.summaries import VERDICTS, ComputedRow, DifferenceRow, MarginRow, StabilityRow, SummaryRow
from experiments.store.tables import Key
from sim.errors import InputError
from sim.inputs.inputs import check_inputs
from sim.measures.kpis import KPIS as OF_HUB
from sim.units import Numbers

R = TypeVar("R")
S = TypeVar("S", SummaryRow, DifferenceRow)


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
        say_first: Callable[[Sequence[DesignVerdict | str]], None] | None = None,
        cache: Cache | None = None,
    ) -> None:
        self._opened, self._pool, self._cache = opened, pool, cache
        self.is_quiet, self._say_first = is_quiet, say_first
        priced = (partial(work, prices=prices) if prices else work for work in (replicate, evaluate))
        self._replicate, self._evaluate = priced
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
            return said("designs_in_question", n=n, n_done=len(kpis), n_left=n_left, time=left(n_left))

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
            names[key] = self._cache.name_of(work, *arguments) if self._cache else ""
            if self._cache and (part := self._cache.get(names[key])) is not None:
                already += 1
                yield key, part
            else:
                rest.append((key, work, arguments))
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
        opening: Opening | None = None,
    ) -> Outcome:
        check_designs(designs, keys)
        if self.run.is_complete:
            return Stored(self._manifest).replicated(designs, keys)
        for line in before:
            self.say(line)
        work_of = self._replicate if has_tables else self._evaluate

        def first(outcome: Outcome) -> None:
            if opening and self._say_first:
                self._say_first(opening(outcome))

        def so_far(outcome: Outcome) -> None:
            for verdict in opening(outcome) if opening else ():
                if isinstance(verdict, DesignVerdict) and outcome.stability[verdict.label].is_unstable is None:
                    self.say(said("verdict_so_far", verdict=verdict))

        return replications(
            designs, keys, self._made, is_quiet=self.is_quiet, work_of=work_of, so_far=so_far, first=first
        )

    def _made(self, tasks: Sequence[Task], line: Line | None = None) -> Kpis:
        if line is not None:
            return self.answered(tasks, line)
        for key, part in self._results(tasks, is_quiet=self.is_quiet, already=len(self._finished)):
            self._keep(key, part)
        return self._finished

    def complete(self, outcome: Outcome, more: Tables = ()) -> None:
        complete(self.run, outcome, more)

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


@dataclass(frozen=True)
class Stored:
    """Reads what a finished run stored, without trust in it; simulates, writes, checks and prints nothing.

    Raises:
        InputError: a table that the study needs is missing or damaged.
    """

    manifest: Manifest

    def check(self, designs: Sequence[Design], replications: int = 1, why: str = "") -> None:
        """Do nothing: a stored run was possible, and its paths must not be followed."""

    def complete(self, outcome: Outcome, more: Tables = ()) -> None:
        """Do nothing: the tables exist."""

    def say(self, line: str) -> None:
        """Do nothing: nothing is simulated."""

    def evaluated(self, designs: Sequence[Design], n: int) -> Kpis:
        kpis = self.needed([(design, n) for design in designs])
        return {(design.label, number): kpis[design.label, number] for design in designs for number in range(n)}

    def needed(self, wanted: Sequence[tuple[Design, int]]) -> Kpis:
        return self._with([(design.label, number) for design, n in wanted for number in range(n)])

    def answered(self, tasks: Sequence[Task], line: Line) -> Kpis:  # noqa: ARG002 - as Bench
        return self._with([key for key, _, _ in tasks])

    def _with(self, keys: Sequence[Key]) -> Kpis:
        for label, number in keys:
            if (label, number) not in self._kpis:
                raise InputError(f"{self.manifest.folder}: table kpis: replication {number} of {label} is missing")
        return self._kpis

    @cached_property
    def _kpis(self) -> Kpis:
        return checked_kpis_of(self.manifest)

    def replicated(
        self,
        designs: Sequence[Design],
        keys: DesignKeys,
        *,
        has_tables: bool = True,  # noqa: ARG002 - as Bench
        before: Iterable[str] = (),  # noqa: ARG002
        opening: Opening | None = None,  # noqa: ARG002
    ) -> Outcome:
        """The outcome according to the stored tables."""
        intervals = nested((row.scenario, row.kpi, row.value) for row in self._finite(SummaryRow))
        differences = self._differences() if len(designs) > 1 else {}
        for design in designs:
            values = intervals.get(design.label, {})
            compared = [kpi for kpi in KPIS if design is not designs[0] and describes(kpi, designs[0], design)]
            tested = differences.get(design.label, {})
            if missing := [kpi for kpi in KPIS if kpi not in values or (kpi in compared and kpi not in tested)]:
                raise self._other_version(missing[0], "of", design)
        n = min(interval.n for values in intervals.values() for interval in values.values())
        samples = samples_of({key: kpis for key, kpis in self._kpis.items() if key[0] in intervals})
        wide = needs(samples, keys.half_widths, interval_of) if keys.half_widths else []
        return Outcome(
            tuple(designs),
            intervals,
            differences,
            keys.family,
            self._stability(designs),
            (*too_wide(wide, n), *without_parcels(samples)),
            keys.factors,
            margins_of(self.rows(MarginRow)),
        )

    def rows(self, row: type[R]) -> list[R]:
        return read_rows(self.manifest, row)

    kept = rows

    def computed(self, name: str, shape: tuple[int, int], compute: Callable[[], Numbers]) -> Numbers:  # noqa: ARG002
        cells = {(row.i, row.j): row.value for row in self._matrices.get(name, ())}
        if cells.keys() != {*np.ndindex(shape)}:
            raise InputError(f"{self.manifest.folder}: table computed: {name} is missing, or has other values")
        return np.array([cells[at] for at in np.ndindex(shape)]).reshape(shape)

    @cached_property
    def _matrices(self) -> dict[str, list[ComputedRow]]:
        return grouped((row.matrix, row) for row in self.rows(ComputedRow))

    def _stability(self, designs: Sequence[Design]) -> dict[str, Stability]:
        rows = {row.scenario: row for row in self.rows(StabilityRow)}
        for design in designs:
            if design.label not in rows or rows[design.label].verdict not in VERDICTS:
                raise self._other_version("verdict", "on", design)
        return {design.label: stability_of(rows[design.label]) for design in designs}

    def _other_version(self, what: str, of: str, design: Design) -> InputError:
        return InputError(said("other_version", folder=self.manifest.folder, what=what, of=of, label=design.label))

    def _differences(self) -> Differences:
        def difference(row: DifferenceRow) -> Statement:
            return Statement(row.value, row.p_value, row.p_family, row.is_different, row.variance_ratio)

        return nested((row.scenario, row.kpi, difference(row)) for row in self._finite(DifferenceRow))

    def _finite(self, kind: type[S]) -> list[S]:
        """The rows of a table, KPIs as declared. NaN is refused in KPIs of the hub, none of which can be missing."""
        place = {kpi: at for at, kpi in enumerate(KPIS)}
        rows = sorted(self.rows(kind), key=lambda row: place.get(row.kpi, len(place)))
        for row in rows:
            if row.kpi in OF_HUB and not math.isfinite(row.value.mean):
                name, mean = schema_of(kind).name, row.value.mean
                raise InputError(f"{self.manifest.folder}: table {name}: {row.kpi} of {row.scenario} is {mean}")
        return rows
