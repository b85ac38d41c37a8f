"""Replications of designs: in parallel, kept as they finish, until intervals are as narrow as asked."""

import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from experiments import execution
from experiments.designs.design import Design, DesignKeys
from experiments.execution.progress import time_left
from experiments.formatting import kpi_name, whole
from experiments.replications.margin import walks_of
from experiments.replications.stability import Stability, grow, verdicts
from experiments.replications.summing import Outcome, daily_parcels, interval_of, outcome_of
from experiments.report.margin import Margins, margins_of
from experiments.report.sections import said
from experiments.statistics.precision import UNREACHABLE, Need, Samples, narrow
from experiments.store import Part, RunDirectory
from experiments.store.tables import Key
from sim.config import HubConfig
from sim.inputs.inputs import check_recorded, make_inputs
from sim.measures.kpis import KPIS
from sim.measures.recovery import LONGER

Simulation = Callable[[HubConfig, int], Part]
"""What a worker does: `replicate`, or `evaluate`."""


def replicate(config: HubConfig, replication: int) -> Part:
    """One replication as the store keeps it: what a worker does."""
    from sim.simulation import simulate

    began = time.perf_counter()
    result = simulate(config, replication)
    return {"kpis": result.kpis, "tables": result.tables, "seconds": time.perf_counter() - began}


def evaluate(config: HubConfig, replication: int) -> Part:
    """A replication's KPIs alone: its tables would fill the disk, and can be had from `cargohub run`."""
    config = replace(config, record=config.record.without_flows)
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

    Where a precision is asked for, replications are added in rounds. The values alone say how many, so that
    a run that goes on where a former one ended, or has other workers, ends with the same.
    """
    work = _Work(run, designs, study, pool, is_quiet, work_of)
    most = study.max_replications
    n, wide = narrow(
        work.samples, study.asked, first=study.replications, most=most, report=work.report, interval_of=interval_of
    )
    stability = work.stability(n)
    return outcome_of(designs, work.samples(n), study, stability, work.margins(n, stability), too_wide(wide, n))


@dataclass
class _Work:
    """The replications of a run: those there, and the making of more."""

    run: RunDirectory
    designs: Sequence[Design]
    study: DesignKeys
    pool: execution.Pool
    is_quiet: bool
    work_of: Simulation
    n_made: int = 0

    def __post_init__(self) -> None:
        self._finished = self.run.finished()
        self._began = time.monotonic()

    def samples(self, n: int) -> Samples:
        """The KPIs of the first n replications of each design; those missing are made."""
        self._make(self._tasks(n))
        return {
            design.label: {kpi: [self._finished[design.label, number][kpi] for number in range(n)] for kpi in KPIS}
            for design in self.designs
        }

    def stability(self, n: int) -> dict[str, Stability]:
        """The verdicts on the designs, from their first n replications; longer runs are made where those cannot say."""

        def values(designs: Sequence[Design]) -> dict[str, list[Mapping[str, float]]]:
            return {design.label: [self._finished[design.label, number] for number in range(n)] for design in designs}

        def longer(designs: Sequence[Design]) -> dict[str, list[Mapping[str, float]]]:
            self._make(missing(designs, n, self._finished, grow))
            return values(designs)

        return verdicts(self.designs, values(self.designs), longer, is_quiet=self.is_quiet)

    def margins(self, n: int, stability: Mapping[str, Stability]) -> Margins:
        """How far the answers are from changing, from at most the first n replications; other demands are made."""
        walks = walks_of(self.designs, n, self.study, stability)
        while needs := [need for walk in walks if (need := walk.missing(self._finished))]:
            self._make([(key, evaluate, task) for key, task in needs])
        return margins_of(walk.threshold() for walk in walks)

    def _make(self, tasks: Sequence[execution.Task[Key, Part]]) -> None:
        if tasks:
            self._say_longer()
            for key, part in self.pool.run(tasks, is_quiet=self.is_quiet, already=len(self._finished)):
                self.run.keep(key, part)
            self.n_made += len(tasks)
            self._finished = self.run.finished()

    def _say_longer(self) -> None:
        """Before the first are made: that those with disruptions may go on for longer than was asked."""
        hubs = [design.hub for design in self.designs if design.hub.disruptions and design.hub.recovery.runs_on]
        days = max((hub.horizon_days for hub in hubs), default=0)
        if days and not self.is_quiet and not self.n_made:
            sys.stderr.write(f"{said('runs_on', twice=LONGER[0] * days, most=LONGER[-1] * days)}\n")
            sys.stderr.flush()

    def report(self, n: int, wide: Sequence[Need]) -> None:
        if self.is_quiet or not self._tasks(n + 1):
            return
        each = (time.monotonic() - self._began) / self.n_made if self.n_made else None
        report_cost(wide, n, most=self.study.max_replications, designs=len(self.designs), seconds=each)

    def _tasks(self, n: int) -> list[execution.Task[Key, Part]]:
        return missing(self.designs, n, self._finished, self.work_of)


def missing(
    designs: Sequence[Design], n: int, finished: Collection[Key], work_of: Simulation
) -> list[execution.Task[Key, Part]]:
    """Those of the first n replications of each design that are not there, as tasks."""
    # The longest first, so that no core waits at the end; bits do not depend on it.
    by_size = sorted(designs, key=lambda design: -daily_parcels(design.hub))
    return [
        ((design.label, number), work_of, (design.hub, number))
        for design in by_size
        for number in range(n)
        if (design.label, number) not in finished
    ]


def report_cost(wide: Sequence[Need], n: int, *, most: int, designs: int, seconds: float | None) -> None:
    """One line on the error stream before further replications are made; `seconds` each, None if it is not known."""
    need = max(wide, key=lambda need: need.n or 0)
    wanted = min(need.n or n, most)
    text = f"precision: {_width_text(need)} after {n} replications; {_wanted(need)}"
    text += f", at most {most}" if (need.n or n) > most else ""
    text += f": {wanted - n} more" + (f" of each of {designs} designs" if designs > 1 else "")
    if seconds is not None:
        text += f", about {time_left(seconds * (wanted - n) * designs)}"
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def too_wide(wide: Sequence[Need], n: int) -> list[str]:
    """A warning for each interval that is wider than asked in the end: its target was not reached."""
    return [f"precision: target not reached: {_why(need, n)}" for need in wide]


def _why(need: Need, n: int) -> str:
    if need.n is not None:
        return f"{_width_text(need)} after {n} replications, the most allowed; {_wanted(need)}"
    reason = "a single replication has none" if n == 1 else "a value is not finite"
    return f"{kpi_name(need.kpi)} of {need.label} has no interval: {reason}"


def _width_text(need: Need) -> str:
    return f"{kpi_name(need.kpi)} of {need.label} is ±{need.half_width:.3g} {_unit(need.kpi)}".rstrip()


def _wanted(need: Need) -> str:
    n = need.n or 0
    count = f"about {whole(n)}" if n < UNREACHABLE else f"more than {whole(UNREACHABLE)}"
    return f"±{need.asked:.3g} takes {count}"


def _unit(kpi: str) -> str:
    unit = KPIS[kpi].unit
    return "" if unit == "1" else unit
