"""The verdicts on designs from KPIs alone, and on designs as configured, for verbs that ask another question."""

from collections.abc import Mapping, Sequence

from experiments.designs.design import Design, Longer
from experiments.designs.spreadsheet import Factors
from experiments.frame.study import Bench, Kpis
from experiments.money.kpis import KPIS
from experiments.replications.replicating import missing
from experiments.replications.stability import Stability, judged_as_run, verdicts
from experiments.replications.summing import by_design, describes, design_row, intervals_of, samples_of
from experiments.replications.work import grow
from experiments.report.sections import sentence_of
from experiments.report.stored_designs import NamedDesign, named_designs
from experiments.report.verdicts import DesignVerdict, design_verdicts
from experiments.statistics.interval import Value, Values


def named_values(
    designs: Sequence[Design], kpis: Kpis, stability: Mapping[str, Stability], factors: Factors
) -> tuple[tuple[NamedDesign, ...], Values]:
    """Designs with their names for a reader, and their KPIs over these replications; unknown growth is undecided."""
    intervals = intervals_of(samples_of(kpis))
    values = {
        design.label: {
            kpi: Value.of(each, KPIS[kpi].unit)
            for kpi, each in intervals[design.label].items()
            if describes(kpi, design)
        }
        for design in designs
    }
    rows = [
        design_row(
            design,
            order,
            stability[design.label].verdict if design.label in stability else "undecided",
            values[design.label]["blocked_after_h"].mean,
        )
        for order, design in enumerate(designs)
    ]
    return named_designs(rows, factors), values


def as_configured(
    bench: Bench, designs: Sequence[Design], n: int, stability: Longer | None
) -> dict[str, DesignVerdict]:
    """The verdict on each design, by its label, from its first n replications: as `run` gives it for this number."""
    kpis = bench.evaluated(designs, n)
    known = judged_as_run(designs, by_design(kpis))
    if stability is not Longer.OFF:

        def longer(some: Sequence[Design]) -> Mapping[str, Sequence[Mapping[str, float]]]:
            tasks = missing(some, n, (), grow)
            made = bench.answered(tasks, lambda _, left: sentence_of("computes", time=left(0)))
            return {design.label: [made[design.label, number] for number in range(n)] for design in some}

        known = verdicts(designs, known, longer, is_quiet=True)
    points, values = named_values(designs, kpis, known, {})
    return {verdict.label: verdict for verdict in design_verdicts(points, values, {})}
