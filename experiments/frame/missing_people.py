"""Warnings on designs that are late because people are missing, for verbs whose answers do not show it."""

from collections.abc import Iterable, Mapping, Sequence

from experiments.designs.design import Design
from experiments.formatting import share_text, whole
from experiments.frame.study import Kpis
from experiments.replications.replicating import without_parcels
from experiments.replications.stability import judged_as_run, unsure_lines
from experiments.replications.summing import by_design, design_row, intervals_of, ladder_of, samples_of
from experiments.report import bottleneck
from experiments.report.design_names import design_name
from experiments.report.sections import said
from experiments.statistics import Interval
from experiments.statistics.criterion import LEAST_ON_TIME


def missing_people(designs: Iterable[Design], intervals: Mapping[str, Mapping[str, Interval]]) -> list[str]:
    """For whose people work waits in the design that is least on time, of those whose ladder does not explain it.

    `intervals` by design and KPI. Empty if there is no such design.
    """
    shares, waits = {}, {}
    for design in designs:
        values = intervals[design.label]
        if (share := values["on_time_share"].mean) >= LEAST_ON_TIME:
            continue
        if text := bottleneck.unexplained(ladder_of(design.hub, values), design_row(design), values):
            shares[design.label], waits[design.label] = share, text
    if not waits:
        return []
    worst = min(shares, key=lambda label: shares[label])
    n, least, which = whole(len(waits)), share_text(LEAST_ON_TIME), design_name(worst, begins=False)
    return [said("people_missing", n=n, least=least, which=which, text=f"{waits[worst]}. {bottleneck.MORE_PEOPLE}")]


def cautions(designs: Sequence[Design], kpis: Kpis) -> tuple[str, ...]:
    """Warnings on designs whose backlog grows or may grow, whose people are missing, or that saw no parcel."""
    growing, samples = unsure_lines(judged_as_run(designs, by_design(kpis)), has_table=False), samples_of(kpis)
    return (*growing, *missing_people(designs, intervals_of(samples)), *without_parcels(samples))
