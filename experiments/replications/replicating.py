"""Replications of designs: simulated in parallel, stored as they finish, until intervals are narrow enough."""

import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from experiments import execution
from experiments.designs.design import Design, DesignKeys, Longer, Replicated
from experiments.execution.progress import Left, time_left
from experiments.formatting import kpi_name, unit_name, whole
from experiments.money.kpis import KPIS
from experiments.replications.stability import judged_as_run, verdicts, walks_of
from experiments.replications.summing import Outcome, describes, interval_of, outcome_of
from experiments.replications.work import evaluate, grow, replicate
from experiments.report.design_names import design_name, named_together
from experiments.report.margin import margins_of
from experiments.report.sections import sentence_of
from experiments.statistics.precision import UNREACHABLE, Need, Samples, narrow
from experiments.store import Part
from experiments.store.tables import Key
from sim.config import HubConfig
from sim.inputs.flight_files import schedules_of
from sim.inputs.inputs import check_inputs, check_recorded
from sim.inputs.traffic import daily_parcels
from sim.measures.recovery import LONGER

Simulation = Callable[[HubConfig, int], Part]
"""The work of a worker: `replicate` or `evaluate`."""
Task = execution.Task[Key, Part]
Kpis = Mapping[Key, Mapping[str, float]]
"""KPIs by label and number."""
Line = Callable[[Kpis, Left], str]
"""Text on progress, from the finished results and the time for further ones."""


class Made(Protocol):
    """KPIs of all existing replications, including those of these tasks."""

    def __call__(self, tasks: Sequence[Task], line: Line | None = None) -> Kpis:
        """`line`: printed while replications are made, if their number is not known."""


def check_designs(designs: Sequence[Design], study: Replicated) -> None:
    """Refuse hubs that cannot be simulated: units without room, flights that no hall can take, unknown keys of flights.

    This is for studies that store their replications; others check the hubs that they simulate.

    Raises:
        CargohubError: the first mistake.
    """
    if (most := study.max_replications) is not None:
        for design in designs:
            check_schedules(design.hub, most)
            check_inputs(design.hub)
            check_recorded(design.hub, most)


def check_schedules(hub: HubConfig, replications: int, why: str = "") -> None:
    """Refuse more replications than flight files, if each has its own; `why` as in `Schedules.check`.

    Raises:
        InputError: too few files, or a file that cannot be read.
    """
    if hub.arrivals.schedule is not None and hub.arrivals.resampled_weeks is None:
        schedules_of(hub).check(replications, why)


def replications(
    designs: Sequence[Design], study: DesignKeys, make: Made, *, is_quiet: bool, work_of: Simulation = replicate
) -> Outcome:
    """Make the missing replications and sum them up.

    If a precision is requested, replications are added in rounds. Their number depends only on the values, so a resumed
    run, or one with other workers, has the same result.
    """
    began, n_before, most = time.monotonic(), len(make([])), study.max_replications

    def made(tasks: Sequence[Task]) -> Kpis:
        if tasks and not is_quiet and len(make([])) == n_before:
            _print_longer(designs)
        return make(tasks)

    def rows(some: Sequence[Design], n: int, work: Simulation) -> dict[str, list[Mapping[str, float]]]:
        kpis = made(missing(some, n, made([]), work))
        return {design.label: [kpis[design.label, number] for number in range(n)] for design in some}

    def samples(n: int) -> Samples:
        by_design = rows(designs, n, work_of)
        return {label: {kpi: [row[kpi] for row in of_label] for kpi in KPIS} for label, of_label in by_design.items()}

    def report(n: int, wide: Sequence[Need]) -> None:
        if not is_quiet and missing(designs, n + 1, made([]), work_of):
            n_made = len(made([])) - n_before
            each = (time.monotonic() - began) / n_made if n_made else None
            report_cost(wide, n, most=most, designs=len(designs), seconds=each)

    n, wide = narrow(
        samples, study.half_widths, first=study.replications, most=most, report=report, interval_of=interval_of
    )
    known = rows(designs, n, work_of)
    stability = judged_as_run(designs, known)
    if study.stability is not Longer.OFF:
        stability = verdicts(designs, stability, lambda undecided: rows(undecided, n, grow), is_quiet=is_quiet)
    values = samples(n)
    outcome = outcome_of(designs, values, study, stability, [*too_wide(wide, n), *without_parcels(designs, values)])
    walks = walks_of(designs, n, study, stability)

    def line(kpis: Kpis, left: Left) -> str:
        n_found = sum(walk.crossing is not None for walk in walks)
        time = left(sum(walk.n_left for walk in walks))
        return sentence_of("margin_found", n_found=n_found, n=len(walks), n_done=len(kpis), time=time)

    while needs := [need for walk in walks if (need := walk.missing(make([])))]:
        make([(key, evaluate, task) for key, task in needs], line)
    return replace(outcome, margins=margins_of(walk.threshold() for walk in walks))


def _print_longer(designs: Sequence[Design]) -> None:
    """Announce that replications with disruptions may run longer than requested."""
    hubs = [design.hub for design in designs if design.hub.disruptions and design.hub.recovery.runs_on]
    if days := max((hub.horizon_days for hub in hubs), default=0):
        sys.stderr.write(f"{sentence_of('runs_on', twice=LONGER[0] * days, most=LONGER[-1] * days)}\n")


def missing(designs: Sequence[Design], n: int, finished: Collection[Key], work_of: Simulation) -> list[Task]:
    """Tasks for those of the first n replications of each design that do not exist."""
    # The longest are first, so that no core is idle at the end; results do not depend on the order.
    by_size = sorted(designs, key=lambda design: -daily_parcels(design.hub))
    return [
        ((design.label, number), work_of, (design.hub, number))
        for design in by_size
        for number in range(n)
        if (design.label, number) not in finished
    ]


def report_cost(wide: Sequence[Need], n: int, *, most: int, designs: int, seconds: float | None) -> None:
    """One line on the error stream before further replications; `seconds` for each, None if not known."""
    need = max(wide, key=lambda need: need.n or 0)
    wanted = min(need.n or n, most)
    text = f"precision: {_width_text(need)} after {n} replications; {_wanted(need)}"
    text += f", at most {most}" if (need.n or n) > most else ""
    text += f": {wanted - n} more" + (f" of each of {designs} designs" if designs > 1 else "")
    if seconds is not None:
        text += f", about {time_left(seconds * (wanted - n) * designs)}"
    sys.stderr.write(text + "\n")


def too_wide(wide: Sequence[Need], n: int) -> list[str]:
    """A warning for each interval that is too wide at the end."""
    return [f"precision: target not reached: {_why(need, n)}" for need in wide]


def without_parcels(designs: Iterable[Design], values: Samples) -> list[str]:
    """Warnings with the designs whose means include replications without a parcel of the cohort, or without exports.

    Exports of the cohort are called or late; a hub without exports is not named.
    """
    empty = []
    for design in designs:
        kpis = values[design.label]
        exports = np.add(kpis["exports_called_per_day"], kpis["late_exports_per_day"])
        for name, counts in (("no_cohort", np.array(kpis["dwell_mean_h"])), ("no_export_cohort", exports)):
            n_empty = int((counts == 0).sum())
            if n_empty and (name == "no_cohort" or describes("export_on_time_share", design)):
                empty.append((sentence_of(name), design_name(design.label), f"{n_empty} of {len(counts)}"))
    return named_together(empty)


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
    return f"±{need.target:.3g} takes {count}"


def _unit(kpi: str) -> str:
    unit = KPIS[kpi].unit
    return "" if unit == "1" else unit_name(unit)
