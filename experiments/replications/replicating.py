"""Replications of designs: in parallel, kept as they finish, summed up, written, and shown."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from experiments import execution
from experiments.designs.design import Design, DesignKeys
from experiments.designs.design_factors import Factors, factor_tables
from experiments.replications.margin import Margins, margin_rows, stored_margins, thresholds_of, walks_of
from experiments.replications.narrowing import tell_cost, too_wide
from experiments.replications.point_rows import daily_parcels, point_rows
from experiments.replications.stability import (
    Stability,
    grow,
    longer_rows,
    stability_row,
    stored_verdicts,
    verdicts,
)
from experiments.replications.warming import rows_of, warm_ups
from experiments.report.margin import Threshold
from experiments.statistics import Interval, mean_interval
from experiments.statistics.family import Family, Statement, statements
from experiments.statistics.precision import Need, Samples, narrow
from experiments.store import Part, RunDirectory
from experiments.store.summaries import (
    AREA,
    DIFFERENCES,
    LADDER,
    LONGER_RUNS,
    MARGIN,
    POINTS,
    STABILITY,
    SUMMARY,
    WARMUP,
)
from experiments.store.tables import Columns, Key, as_columns
from sim.config import HubConfig
from sim.inputs.inputs import check_recorded, make_inputs
from sim.measures.kpis import KPIS, reads_more_than
from sim.measures.ladder import capacity_ladder
from sim.record.schemas import TABLES, TableSchema
from sim.site.zones import set_aside, zones_in_use

Simulation = Callable[[HubConfig, int], Part]
"""What a worker does: `replicate`, or `evaluate`."""
_Extra = Sequence[tuple[TableSchema, Columns]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the replications of a study say. Intervals by label and KPI; `differences` against the first label.

    `stability` by label; `warnings` name the intervals that stayed wider than asked.
    """

    designs: tuple[Design, ...]
    intervals: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Statement]]
    family: Family
    stability: Mapping[str, Stability]
    warnings: tuple[str, ...] = ()
    factors: Factors = field(default_factory=dict)
    margins: Margins = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Replications of each design."""
        return next(interval.n for own in self.intervals.values() for interval in own.values())

    def is_unstable(self, design: Design) -> bool | None:
        """Whether the backlog grows; None: undecided."""
        return self.stability[design.label].is_unstable

    def ladder(self, design: Design) -> dict[str, float]:
        """Parcels a day that each resource alone could handle."""
        return capacity_ladder(
            design.hub, {kpi: interval.mean for kpi, interval in self.intervals[design.label].items()}
        )

    def is_lower_bound(self, label: str, kpi: str) -> bool:
        return reads_more_than(kpi, {name: own.mean for name, own in self.intervals[label].items()})


def replicate(config: HubConfig, replication: int) -> Part:
    """One replication as the store keeps it: what a worker does."""
    from sim.simulation import simulate

    began = time.perf_counter()
    result = simulate(config, replication)
    return {"kpis": result.kpis, "tables": result.tables, "seconds": time.perf_counter() - began}


def evaluate(config: HubConfig, replication: int) -> Part:
    """A replication's KPIs alone: its tables would fill the disk, and can be had from `cargohub run`."""
    return {**replicate(config, replication), "tables": {}}


def check_designs(designs: Sequence[Design], study: DesignKeys) -> None:
    """Refuse what cannot be simulated: units without room, flights that no hall can take, keys that no flight has.

    Raises:
        CargohubError: the first mistake.
    """
    for design in designs:
        make_inputs(design.hub, 0)
        check_recorded(design.hub, study.max_replications)


def replications(
    run: RunDirectory,
    designs: Sequence[Design],
    study: DesignKeys,
    pool: execution.Pool,
    *,
    is_quiet: bool,
    work_of: Simulation = replicate,
) -> Outcome:
    """Do what is missing, keep each as it finishes, and sum up.

    Where a precision is asked for, replications are added in rounds. The values alone say how many, so that a run that
    goes on where a former one ended, or has other workers, ends with the same.
    """
    work = _Work(run, designs, study, work_of, pool, is_quiet=is_quiet)
    most = study.max_replications
    n, wide = narrow(
        work.samples, study.asked, first=study.replications, most=most, tell=work.tell, interval_of=interval_of
    )
    stability = stored_verdicts(run.path) if run.is_complete else work.stability(n)
    margins = stored_margins(run.path) if run.is_complete else work.margins(n, stability)
    return replace(_outcome(designs, work.samples(n), study, stability, too_wide(wide, n)), margins=margins)


class _Work:
    """The replications of a run: those there, and the making of more."""

    def __init__(
        self,
        run: RunDirectory,
        designs: Sequence[Design],
        study: DesignKeys,
        work_of: Simulation,
        pool: execution.Pool,
        *,
        is_quiet: bool,
    ) -> None:
        self._run, self._points, self._study, self._is_quiet = run, designs, study, is_quiet
        self._work_of, self._pool = work_of, pool
        self._there = run.finished()
        self._made = 0
        self._began = time.monotonic()

    def samples(self, n: int) -> Samples:
        """The KPIs of the first n replications of each design; those missing are made."""
        self._make(self._tasks(n))
        return {
            design.label: {kpi: [self._there[design.label, number][kpi] for number in range(n)] for kpi in KPIS}
            for design in self._points
        }

    def stability(self, n: int) -> dict[str, Stability]:
        """The verdicts on the designs, from their first n replications; longer runs are made where those cannot say."""

        def values(designs: Sequence[Design]) -> dict[str, list[Mapping[str, float]]]:
            return {design.label: [self._there[design.label, number] for number in range(n)] for design in designs}

        def longer(designs: Sequence[Design]) -> dict[str, list[Mapping[str, float]]]:
            self._make(missing(designs, n, self._there, grow))
            return values(designs)

        return verdicts(self._points, values(self._points), longer, is_quiet=self._is_quiet)

    def margins(self, n: int, stability: Mapping[str, Stability]) -> dict[str, tuple[Threshold, ...]]:
        """How far the answers are from changing, from at most the first n replications; other demands are made."""
        walks = walks_of(self._points, n, self._study, stability)
        while needs := [need for walk in walks if (need := walk.missing(self._there))]:
            self._make([(key, evaluate, task) for key, task in needs])
        return thresholds_of(walks)

    def _make(self, tasks: Sequence[execution.Task[Key, Part]]) -> None:
        if tasks:
            for key, part in self._pool.run(tasks, is_quiet=self._is_quiet, already=len(self._there)):
                self._run.keep(key, part)
            self._made += len(tasks)
            self._there = self._run.finished()

    def tell(self, n: int, wide: Sequence[Need]) -> None:
        if self._is_quiet or not self._tasks(n + 1):
            return
        each = (time.monotonic() - self._began) / self._made if self._made else None
        tell_cost(wide, n, most=self._study.max_replications, designs=len(self._points), seconds=each)

    def _tasks(self, n: int) -> list[execution.Task[Key, Part]]:
        return missing(self._points, n, self._there, self._work_of)


def missing(
    designs: Sequence[Design], n: int, there: Collection[Key], work_of: Simulation
) -> list[execution.Task[Key, Part]]:
    """Those of the first n replications of each design that are not there, as tasks."""
    # The longest first, so that no core waits at the end; bits do not depend on it.
    by_size = sorted(designs, key=lambda design: -daily_parcels(design.hub))
    return [
        ((design.label, number), work_of, (design.hub, number))
        for design in by_size
        for number in range(n)
        if (design.label, number) not in there
    ]


def samples_of(kpis: Mapping[Key, Mapping[str, float]]) -> Samples:
    """Values by design and KPI, of KPIs by design and replication."""
    found: dict[str, dict[str, list[float]]] = {}
    for (label, _), own in sorted(kpis.items()):
        for kpi, value in own.items():
            found.setdefault(label, {}).setdefault(kpi, []).append(value)
    return found


def intervals_of(values: Samples) -> dict[str, dict[str, Interval]]:
    """By design and KPI."""
    return {label: {kpi: interval_of(kpi, sample) for kpi, sample in own.items()} for label, own in values.items()}


def _outcome(
    designs: Sequence[Design],
    values: Samples,
    study: DesignKeys,
    stability: Mapping[str, Stability],
    warnings: Sequence[str],
) -> Outcome:
    baseline, family = designs[0].label, study.family
    intervals = intervals_of(values)
    differences: dict[str, dict[str, Statement]] = {design.label: {} for design in designs[1:]}
    for kpi in KPIS if len(designs) > 1 else ():
        samples = {name: own[kpi] for name, own in values.items()}
        for label, one in statements(samples, baseline, family, possible=KPIS[kpi].range).items():
            differences[label][kpi] = one
    return Outcome(tuple(designs), intervals, differences, family, stability, tuple(warnings), study.factors)


def interval_of(name: str, sample: Sequence[float]) -> Interval:
    """Of a figure's mean over replications, within the possible values of a KPI."""
    if name not in KPIS:
        return mean_interval(sample)
    return mean_interval(sample, possible=KPIS[name].range, good_end=KPIS[name].good_end)


def complete(run: RunDirectory, outcome: Outcome, extra: _Extra = ()) -> None:
    """Write all tables, if they are not there yet."""
    if run.is_complete:
        return
    steady = {design.label: design for design in outcome.designs if not outcome.is_unstable(design)}
    warmed = as_columns(WARMUP.columns, rows_of(warm_ups(run.table_of("occupancy"), steady)))
    finished = run.finished()
    longer = as_columns(LONGER_RUNS.columns, longer_rows(outcome.designs, finished))
    own = [key for key in finished if key[0] in outcome.intervals]
    run.complete(
        TABLES,
        keys=own,
        tables=[*_summaries(outcome), (WARMUP, warmed), (LONGER_RUNS, longer), *factor_tables(outcome.factors), *extra],
    )


def _summaries(outcome: Outcome) -> list[tuple[TableSchema, Columns]]:
    summary = [
        (label, kpi, *_numbers(interval), KPIS[kpi].unit, outcome.is_lower_bound(label, kpi))
        for label, own in outcome.intervals.items()
        for kpi, interval in own.items()
    ]
    differences = [
        (
            label,
            outcome.designs[0].label,
            kpi,
            *_numbers(one.interval),
            KPIS[kpi].unit,
            one.p_value,
            one.adjusted,
            one.is_different,
            one.variance_ratio,
        )
        for label, own in outcome.differences.items()
        for kpi, one in own.items()
    ]
    ladder = [
        (design.label, resource, rate)
        for design in outcome.designs
        for resource, rate in outcome.ladder(design).items()
    ]
    area = [
        (
            design.label,
            use.hall,
            use.zone,
            use.area_m2,
            use.n_units,
            use.n_fit,
            use.unit,
            use.spare_m2 if use.n_fit else 0.0,
        )
        for design in outcome.designs
        for use in (*zones_in_use(design.hub), *set_aside(design.hub))
    ]
    rows: list[tuple[TableSchema, list[tuple[Any, ...]]]] = [
        (POINTS, point_rows(outcome)),
        (SUMMARY, summary),
        (DIFFERENCES, differences),
        (LADDER, ladder),
        (AREA, area),
        (MARGIN, margin_rows(outcome.margins)),
        (STABILITY, [stability_row(design.label, outcome.stability[design.label]) for design in outcome.designs]),
    ]
    return [(schema, as_columns(schema.columns, table)) for schema, table in rows]


def _numbers(interval: Interval) -> tuple[float | None, ...]:
    return interval.mean, interval.low, interval.high, interval.n
