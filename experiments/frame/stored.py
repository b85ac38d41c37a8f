"""The bench that reads what a finished run stored."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from experiments.designs.design import Design, DesignKeys
from experiments.designs.spreadsheet import Varied
from experiments.frame.study import Kpis, Tables
from experiments.grouping import grouped, nested
from experiments.money.kpis import KPIS
from experiments.replications.replicating import Line, Task, too_wide, without_parcels
from experiments.replications.stability import Stability, stability_of
from experiments.replications.summing import Outcome, describes, interval_of, samples_of
from experiments.report.margin import margins_of
from experiments.report.sections import sentence_of
from experiments.statistics.family import Differences, Statement
from experiments.statistics.precision import needs
from experiments.store.foreign import Manifest
from experiments.store.foreign_tables import checked_kpis_of, read_rows
from experiments.store.rows import schema_of
from experiments.store.summaries import VERDICTS, ComputedRow, DifferenceRow, MarginRow, StabilityRow, SummaryRow
from experiments.store.tables import Key
from sim.errors import InputError
from sim.measures.kpis import KPIS as OF_HUB
from sim.units import Numbers

R = TypeVar("R")
S = TypeVar("S", SummaryRow, DifferenceRow)


@dataclass(frozen=True)
class Stored:
    """Reads what a finished run stored, without trust in it; simulates, writes, checks and prints nothing.

    Raises:
        InputError: a table that the study needs is missing or damaged.
    """

    manifest: Manifest

    def check(self, designs: Sequence[Design], replications: int = 1, why: str = "") -> None:
        """Do nothing: a stored run was possible, and its paths must not be followed."""

    def complete(self, outcome: Outcome, more: Tables = (), varied: Varied | None = None) -> None:
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
            (*too_wide(wide, n), *without_parcels(designs, samples)),
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
        return InputError(
            sentence_of("other_version", folder=self.manifest.folder, what=what, of=of, label=design.label)
        )

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
