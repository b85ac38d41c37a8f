"""Published figures and the model's: the rows of `validate`."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, Final

from experiments.designs.design import Design
from experiments.frame import runner
from experiments.frame.study import Kpis
from experiments.replications.summing import design_row, traffic
from experiments.report import public_hubs, validation
from experiments.report.public_hubs import Case
from experiments.report.sections import sentence_of
from experiments.report.stored_designs import NamedDesign
from experiments.report.validation import FLIGHTS, with_counts
from experiments.statistics import mean_interval
from experiments.statistics.interval import Value
from experiments.store.foreign import manifest_of
from sim.config import HubConfig
from sim.errors import InputError
from sim.inputs.staffing import rostered_h_per_day
from sim.measures.kpis import KPIS
from sim.measures.kpis.people import OWN
from sim.units import DAYS_PER_YEAR

JSON: Final = ("case", "published", "simulated", "ratio", "independent", "within")
"""Scripts rely on exactly these keys."""


def json_rows(cases: Sequence[Case]) -> list[Mapping[str, Any]]:
    return [{name: getattr(case, name) for name in JSON} for case in cases]


def sentences(cases: Sequence[Case]) -> list[str]:
    """Number of rows that agree, separately for independent ones, and the rows that do not."""
    apart = [case for case in cases if case.independent]
    n_own, n_all = (sum(case.within for case in some) for some in (apart, cases))
    agree = sentence_of("rows_within", n_within=n_all, n=len(cases), n_own=len(apart), n_own_within=n_own)
    outside = [f"{case.case} (ratio {case.ratio:.2f})" for case in cases if not case.within]
    lines = [agree, f"Outside: {'; '.join(outside)}."] if outside else [agree]
    unsure = [case.case for case in cases if case.open]
    return [*lines, sentence_of("rows_open", cases="; ".join(unsure))] if unsure else lines


def cases_of(designs: Sequence[Design], kpis: Kpis, n: int) -> list[Case]:
    """Cases of simulated hubs, by the means of their first n replications."""
    values: dict[str, dict[str, Value]] = {}
    for design in designs:
        runs = [kpis[design.label, at] for at in range(n)]
        values[design.label] = {kpi: _value([each[kpi] for each in runs], KPIS[kpi].unit) for kpi in runs[0]}
        diverted = values[design.label]["diverted_flights_per_day"].mean
        values[design.label][FLIGHTS] = Value(traffic(design.hub)[0] - diverted, None, None, n, "")
    return [*validation.rows([_reported(design) for design in designs], values), *public_hubs.rows(designs[0].hub)]


def cases_of_run(folder: Path) -> tuple[list[Case], list[Design]]:
    """Cases of a stored run from its own tables, and its designs.

    Raises:
        InputError: a run without KPIs of designs, which cannot be validated.
    """
    manifest = manifest_of(folder)
    if not {"points", "summary", "flights"} <= manifest.tables.keys():
        raise InputError(f"{folder}: {manifest.verb} stores no designs; run, compare and sweep do")
    with runner.of_a_stranger(manifest):
        request, document = runner.request_and_document(manifest)
        assert document.run is not None
        run = document.run(folder, len(request.designs))
        values = with_counts(run.tables, run.kpis, run.window)
        rows = [*validation.rows(run.points, values), *public_hubs.rows(request.designs[0].hub)]
    return rows, list(request.designs)


def planned_rows(designs: Sequence[Design], configured: Sequence[Design] = ()) -> list[Case]:
    """Rows without simulation: public hubs, the traffic, and the roster's plan.

    `configured`: the designs by which reports are chosen, if `designs` are variations of them.
    """
    values: dict[str, dict[str, Value]] = {
        design.label: {kpi: _value([value], "") for kpi, value in _planned(design.hub).items()} for design in designs
    }
    of_hub = validation.rows([_reported(design) for design in configured or designs], values)
    return [*of_hub, *public_hubs.rows(designs[0].hub)]


def _planned(config: HubConfig) -> Mapping[str, float]:
    rostered = rostered_h_per_day(config)
    paid = sum(rostered[role] for role in OWN if role in rostered)
    flights, parcels = traffic(config)
    return {
        "full_time_jobs": paid * DAYS_PER_YEAR / config.roster.job_h_per_year,
        "m2_per_parcel_h": config.area_m2 / config.rated_per_h,
        FLIGHTS: flights,
        "parcels_per_day": parcels,
    }


def _reported(design: Design) -> NamedDesign:
    """The source, as named on a page."""
    return NamedDesign(*astuple(design_row(design)), site=design.label, traffic="", title=design.label)


def _value(samples: Sequence[float], unit: str) -> Value:
    return Value.of(mean_interval(samples), unit)
