"""`cargohub sensitivity`: which numbers matter most: Morris screening, then Sobol indices.

Varies many numbers at once, each over a range of its own, and says which move a KPI most: by elementary
effects of all factors, then by indices of those that matter most, with the same draws at every point.
Needs the extra study.

  cargohub sensitivity                                         the packaged study; it says beforehand how much that is
  cargohub sensitivity sensitivity.method=morris sensitivity.trajectories=20 replications=5
  cargohub sensitivity sensitivity.method=sobol '~sensitivity.factors.trailer' --json
  cargohub sensitivity sensitivity.factors.flights.high=6 'sensitivity.kpis=[dwell_p95_h]'

configs/study/sensitivity.yaml has the factors; one of your own: a study file in --config-dir DIR.

How: every point is simulated with the same replications, so that the same flights, parcels and draws are seen at all
of them (common random numbers) and what differs between two points is what the factors do. Effects and indices are
those of the mean over replications; their intervals hold both sources of error, the sample of points and the
replications (`experiments.statistics.two_sources`). Points that turn out alike, as whole numbers make them, are
simulated once.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from experiments import execution
from experiments.arguments import Arguments
from experiments.statistics.factors import Floats
from experiments.statistics.indices import Index, indices
from experiments.statistics.screening import effects
from experiments.statistics.two_sources import noise_share
from experiments.store import RunDirectory
from experiments.studies import telling
from experiments.studies.designs.design import Point, period_warnings
from experiments.studies.extras import need
from experiments.studies.replications.evaluating import evaluated, open_study
from experiments.studies.replications.stability import Stability, judged_as_run
from experiments.studies.sensitivity.design import (
    Method,
    Sensitivity,
    SensitivityStudy,
    Stage,
    asked,
    indices_stage,
    screening_stage,
)
from experiments.studies.sensitivity.page import print_summary, write_page
from experiments.studies.sensitivity.result import Crossed, Result, Screened
from experiments.studies.sensitivity.tables import tables_of
from experiments.studies.sensitivity.text import sentences
from sim.config import HubConfig
from sim.errors import CargohubError
from sim.inputs.inputs import make_inputs
from sim.reading import plain

KEYS = SensitivityStudy


def main(arguments: Arguments) -> int:
    need("SALib", "study")
    config, keys = asked(arguments.words, arguments.config_dir)
    return carry_out(arguments, [Point(config.scenario, config)], keys)


def carry_out(arguments: Arguments, points: Sequence[Point], keys: SensitivityStudy) -> int:
    """Compute what is not there, and tell; the points are one, the hub that is varied."""
    need("SALib", "study")
    config = points[0].hub
    folder, result = analysed(arguments, config, keys)
    warnings = [*period_warnings(config), *result.warnings]
    page = write_page(folder, arguments, config, result, warnings)
    if arguments.json:
        document = {**result.as_json(), "sentences": sentences(result), "run_dir": str(folder), "warnings": warnings}
        telling.print_json(document)
    else:
        print_summary(result, warnings, folder, page)
    return 0


def again(arguments: Arguments, points: Sequence[Point], keys: SensitivityStudy) -> Path:
    """A stored run computed again, for `cargohub reproduce`: the folder of what was computed."""
    need("SALib", "study")
    return analysed(arguments, points[0].hub, keys)[0]


def analysed(arguments: Arguments, config: HubConfig, keys: SensitivityStudy) -> tuple[Path, Result]:
    """The stages that the method has, each point kept as it comes; the folder, and what was found."""
    own = keys.sensitivity
    first = None if own.method is Method.SOBOL else screening_stage(config, own)
    second = indices_stage(config, own, list(own.factors)) if own.method is Method.SOBOL else None
    make_inputs(config, 0)
    if not arguments.quiet:
        sys.stderr.write(_cost(config, keys, first, second) + "\n")
    with (
        open_study(arguments, f"{config.scenario}-{own.method}", {config.scenario: config}, plain(keys)) as run,
        execution.opened(keys.execution, keys.workers) as pool,
    ):
        screened = crossed = None
        stability: dict[str, Stability] = {}
        if first is not None:
            outputs, verdicts = _outputs(run, first, keys, pool, is_quiet=arguments.quiet)
            stability |= verdicts
            found = {kpi: effects(first.box, first.points, values) for kpi, values in outputs.items()}
            screened = Screened(first, found, _noise(outputs))
            if own.method is Method.BOTH:
                second = indices_stage(config, own, screened.ranked(own.kpis[0])[: own.most])
        if second is not None:
            outputs, verdicts = _outputs(run, second, keys, pool, is_quiet=arguments.quiet)
            stability |= verdicts
            crossed = Crossed(second, _indices(config, own, second, outputs), _noise(outputs))
        result = Result(own, keys.replications, screened, crossed, stability)
        if not run.is_complete:
            run.complete({}, tables=tables_of(result))
    return run.path, result


def _indices(
    config: HubConfig, own: Sensitivity, stage: Stage, outputs: Mapping[str, Floats]
) -> dict[str, tuple[Index, ...]]:
    return {
        kpi: indices(stage.box, values, resamples=own.resamples, seed=config.seed) for kpi, values in outputs.items()
    }


def _noise(outputs: Mapping[str, Floats]) -> dict[str, float]:
    return {kpi: noise_share(values) for kpi, values in outputs.items()}


def _outputs(
    run: RunDirectory, stage: Stage, keys: SensitivityStudy, pool: execution.Pool, *, is_quiet: bool
) -> tuple[dict[str, Floats], dict[str, Stability]]:
    """Each KPI at all points, (R, N), and whether the designs are stable."""
    n = keys.replications
    there = evaluated(run, stage.designs, n, pool, is_quiet=is_quiet)
    found = {}
    for kpi in keys.sensitivity.kpis:
        values = np.array([[there[label, number][kpi] for label in stage.labels] for number in range(n)])
        if not np.isfinite(values).all():
            raise CargohubError(f"sensitivity.kpis: {kpi} is not finite at some point, and can have no index")
        found[kpi] = values
    replications = {point.label: [there[point.label, number] for number in range(n)] for point in stage.designs}
    return found, judged_as_run(stage.designs, replications)


def _cost(config: HubConfig, keys: SensitivityStudy, first: Stage | None, second: Stage | None) -> str:
    """One line: how many simulations there will be."""
    own = keys.sensitivity
    parts, n = [], 0
    if first is not None:
        n += len(first.designs)
        parts.append(f"{len(first.designs)} designs of {own.trajectories} trajectories")
    if second is not None:
        n += len(second.designs)
        parts.append(f"{len(second.designs)} designs for the indices")
    elif own.method is Method.BOTH:
        kept = min(own.most, len(own.factors))
        n += own.samples * (kept + 2)
        parts.append(f"at most {own.samples * (kept + 2)} for the indices of {kept} factors")
    days = config.warmup_days + config.horizon_days
    return (
        f"sensitivity: {', '.join(parts)}; with {keys.replications} replications"
        f" {n * keys.replications:,} simulations, each of {days} days"
    )
