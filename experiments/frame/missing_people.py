"""Warnings on designs that are late because people are missing, or of which a KPI is a lower bound.

For verbs whose answers do not show it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from experiments.designs.design import Design
from experiments.formatting import full_kpi_name, share_text, whole
from experiments.frame.study import Kpis
from experiments.replications.replicating import without_parcels
from experiments.replications.stability import judged_as_run, unsure_lines
from experiments.replications.summing import by_design, design_row, intervals_of, ladder_of, samples_of
from experiments.report import bottleneck
from experiments.report.design_names import design_name
from experiments.report.sections import sentence_of
from experiments.statistics import Interval
from experiments.statistics.criterion import LEAST_ON_TIME
from sim.measures.kpis import KPIS


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
    return [
        sentence_of("people_missing", n=n, least=least, which=which, text=f"{waits[worst]}. {bottleneck.MORE_PEOPLE}")
    ]


Means = Callable[[str], float]
"""The mean of a KPI over the replications of a design."""


def kpi_means(replications: Sequence[Mapping[str, float]]) -> Means:
    return lambda kpi: sum(values[kpi] for values in replications) / len(replications)


def lower_bounds(kpis: Iterable[str], designs: Sequence[Means]) -> Iterator[str]:
    """Warnings on KPIs that are only lower bounds in some designs, as dwell is where parcels have not left."""
    for kpi in kpis:
        if kpi in KPIS and (n := sum(map(KPIS[kpi].reads_more_than, designs))):
            yield sentence_of("lower_bounds", kpi=full_kpi_name(kpi), n=n, n_designs=len(designs))


def cautions(designs: Sequence[Design], kpis: Kpis, shown: Iterable[str] = ()) -> tuple[str, ...]:
    """Warnings on designs whose backlog grows or may grow, whose people are missing, or that saw no parcel.

    `shown`: the KPIs that are reported.
    """
    rows, samples = by_design(kpis), samples_of(kpis)
    growing = unsure_lines(judged_as_run(designs, rows), has_table=False)
    bounds = lower_bounds(shown, [kpi_means(of_design) for of_design in rows.values()])
    return (*growing, *bounds, *missing_people(designs, intervals_of(samples)), *without_parcels(designs, samples))
