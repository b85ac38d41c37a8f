"""`cargohub sensitivity`: which numbers matter most: Morris screening, then Sobol indices.

Varies many numbers together, each over its own range, and reports which move a KPI most: by elementary effects of all
factors, then by indices of the factors that matter most, with the same draws at every point. Needs the extra study.

  cargohub sensitivity                                         the packaged study; first prints how much work it is
  cargohub sensitivity sensitivity.method=morris sensitivity.trajectories=20 replications=5
  cargohub sensitivity sensitivity.method=sobol '~sensitivity.factors.trailer' --json
  cargohub sensitivity sensitivity.factors.flights.high=6 'sensitivity.kpis=[dwell_p95_h]'

configs/study/sensitivity.yaml has the factors; to add your own, write a study file in --config-dir DIR.

How: every point is simulated with the same replications (common random numbers), so differences between two points come
from the factors only. Effects and indices are those of the mean over replications. Their intervals include both sources
of error: the sample of points and the replications (`experiments.statistics.two_sources`). Points that are equal after
rounding to whole numbers are simulated once.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from experiments.formatting import counted
from experiments.frame.missing_people import Means, kpi_means, lower_bounds
from experiments.frame.study import Bench, Request, Study
from experiments.replications.stability import Stability, judged_as_run
from experiments.replications.summing import by_design
from experiments.report.sections import sentence_of
from experiments.statistics.factors import effects, indices
from experiments.statistics.two_sources import noise_share
from experiments.studies.sensitivity.design import (
    Method,
    SensitivityKeys,
    Stage,
    indices_stage,
    outside_ranges,
    parse,
    screening_stage,
)
from experiments.studies.sensitivity.page import document
from experiments.studies.sensitivity.result import Crossed, Result, Screened
from sim.config import HubConfig
from sim.errors import CargohubError
from sim.units import Numbers


def compute(bench: Bench, request: Request[SensitivityKeys]) -> Result:
    """Run the stages of the method."""
    config, keys = request.designs[0].hub, request.keys
    sensitivity = keys.sensitivity
    is_first_sobol = sensitivity.method is Method.SOBOL
    first = None if is_first_sobol else screening_stage(config, sensitivity)
    second = indices_stage(config, sensitivity, list(sensitivity.factors)) if is_first_sobol else None
    bench.check(request.designs)
    for line in (*outside_ranges(config, sensitivity.factors), _cost(config, keys, first, second)):
        bench.say(line)
    screened = crossed = None
    stability: dict[str, Stability] = {}
    means: dict[str, Means] = {}
    if first is not None:
        outputs, verdicts, of_points = _outputs(bench, first, keys)
        stability, means = stability | verdicts, means | of_points
        of_kpis = {kpi: effects(first.box, first.points, values) for kpi, values in outputs.items()}
        screened = Screened(first, of_kpis, _noise(outputs))
        if sensitivity.method is Method.BOTH:
            second = indices_stage(config, sensitivity, screened.ranked(sensitivity.kpis[0])[: sensitivity.most])
    if second is not None:
        outputs, verdicts, of_points = _outputs(bench, second, keys)
        stability, means = stability | verdicts, means | of_points
        of = {"resamples": sensitivity.resamples, "seed": config.seed}
        shares = {kpi: indices(second.box, values, **of) for kpi, values in outputs.items()}
        crossed = Crossed(second, shares, _noise(outputs))
    bounds = tuple(lower_bounds(sensitivity.kpis, [*means.values()]))
    return Result(sensitivity, keys.replications, screened, crossed, stability, bounds)


def _noise(outputs: Mapping[str, Numbers]) -> dict[str, float]:
    return {kpi: noise_share(values) for kpi, values in outputs.items()}


def _outputs(
    bench: Bench, stage: Stage, keys: SensitivityKeys
) -> tuple[dict[str, Numbers], dict[str, Stability], dict[str, Means]]:
    """Each KPI at all points (R, N), whether the designs are stable, and their means."""
    rows = by_design(bench.evaluated(stage.designs, keys.replications))
    at_points = list(zip(*(rows[label] for label in stage.labels), strict=True))
    by_kpi = {}
    for kpi in keys.sensitivity.kpis:
        values = np.array([[row[kpi] for row in of_replication] for of_replication in at_points])
        if not np.isfinite(values).all():
            raise CargohubError(sentence_of("not_finite_kpi", kpi=kpi))
        by_kpi[kpi] = values
    return by_kpi, judged_as_run(stage.designs, rows), {label: kpi_means(values) for label, values in rows.items()}


def _cost(config: HubConfig, keys: SensitivityKeys, first: Stage | None, second: Stage | None) -> str:
    """One line: the number of simulations."""
    settings = keys.sensitivity
    parts, n = [], 0
    if first is not None:
        n += len(first.designs)
        parts.append(f"{len(first.designs)} designs of {settings.trajectories} trajectories")
    if second is not None:
        n += len(second.designs)
        parts.append(f"{len(second.designs)} designs for the indices")
    elif settings.method is Method.BOTH:
        kept = min(settings.most, len(settings.factors))
        n += settings.samples * (kept + 2)
        parts.append(f"at most {settings.samples * (kept + 2)} for the indices of {kept} factors")
    counts = {"n": counted(keys.replications, "replication"), "n_runs": n * keys.replications}
    return sentence_of("sensitivity_cost", parts=", ".join(parts), days=counted(config.days, "day"), **counts)


STUDY: Final = Study(
    SensitivityKeys,
    parse,
    compute,
    document,
    name=lambda request: f"{request.designs[0].hub.scenario}-{request.keys.sensitivity.method}",
    library="SALib",
)
