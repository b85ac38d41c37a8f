"""The page of `cargohub select`: which design it is, how surely, and what became of each of the others."""

from experiments.designs.design_factors import keys_of
from experiments.formatting import number
from experiments.frame.study import Asked, Document
from experiments.report.factor_names import tagged
from experiments.report.figures.select_figure import Dot, SelectChart, figure
from experiments.report.pictures import Picture, picture
from experiments.store.rows import Grid, plain_interval
from experiments.studies.select.design import AREA, Method, SelectKeys
from experiments.studies.select.result import Found, answer, said, warnings_of
from sim.measures.kpis import KPIS

_METHODS = {
    Method.KN: "KN (Kim and Nelson 2001), with feasibility first (Andradóttir and Kim 2010)",
    Method.KN_UPDATED: "KN++ (Kim and Nelson 2006), with feasibility first (Andradóttir and Kim 2010)",
    Method.OCBA: "OCBA (Chen et al. 2000): replications go where they tell most; its probability is an estimate",
}


def document(_: Asked[SelectKeys], found: Found) -> Document:
    own, config = found.keys.select, found.rows[0].design.hub
    limit = f"{own.budget:,} in all" if own.method is Method.OCBA else f"{own.max_replications:,} of a design"
    how = (
        f"{_METHODS[own.method]}; probability of a wrong selection (alpha) {own.alpha:g}. {found.keys.replications}"
        f" replications of each design to begin with, then {own.step} at a time, at most {limit}."
    )
    runs = (
        f"Replications of {config.warmup_days} days of warm-up and {config.horizon_days} measured days: the same"
        " flights, parcels and draws for every design (common random numbers). Intervals are of 95 %, of the"
        " replications that each design got."
    )
    best = found.selected
    return Document(
        title="Which is the cheapest" + ("?" if own.target is None else f" with {own.wanted}?"),
        sentences=answer(found),
        warnings=warnings_of(found),
        grids=[_grid(found)],
        data={
            "selected": None if best is None else best.design.label,
            "probability": found.probability,
            "designs": {
                row.design.label: {
                    **found.values(row),
                    "cost": row.cost,
                    "replications": row.kpi.n,
                    own.kpi: plain_interval(row.kpi, KPIS[own.kpi].unit),
                    "verdict": str(row.fate),
                    "reason": row.reason,
                }
                for row in found.rows
            },
        },
        method=[how, f"A design within {own.tolerance:g} of the target may be taken for either.", runs],
        pictures=lambda: [_picture(found)],
    )


def _grid(found: Found) -> Grid:
    own = found.keys.select
    rows = tuple(
        (
            row.design.label,
            *found.factors(row),
            str(row.fate),
            row.reason,
            number(row.cost),
            said(row.kpi),
            f"{row.kpi.n:,}",
        )
        for row in sorted(found.rows, key=lambda row: row.cost)
    )
    cost = f"cost, {own.cost_unit}" if own.cost_unit else "cost"
    keys = keys_of(found.keys.factors)
    header = ("design", *keys, "verdict", "why", cost, own.kpi, "replications")
    return Grid("The designs, by cost", header, rows, n_texts=3 + len(keys))


def _picture(found: Found) -> Picture:
    own = found.keys.select
    dots = [Dot(tagged(row.design.label, found.keys.factors), row.cost, row.kpi, str(row.fate)) for row in found.rows]
    chart = SelectChart.of(dots, own.kpi, own.target, own.cost or AREA, own.cost_unit)
    says = (
        "Above, every design by its cost and service; below, one a row with what it got. A design is dropped as soon as"
        " it is known to miss the target, or not to be cheaper than one that meets it, so intervals differ in width."
    )
    return picture("select", "Cost and service", says, figure(chart))
