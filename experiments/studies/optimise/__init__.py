"""`cargohub optimise`: designs on the front of two goals, such as cost and service.

Tries designs over ranges of any fields, and finds those that no other is as good as in both goals and
better in one; each with its interval, and the command that runs it again. What does not fit is not simulated. Needs the
extra study.

  cargohub optimise                                            the packaged study: cost against service, today's traffic
  cargohub optimise demand=permit scenario=liege_66k optimise.trials=960
  cargohub optimise 'optimise.minimise=[area_m2]' optimise.sampler=tpe --json
  cargohub optimise 'optimise.minimise=[posts_h_per_day,dwell_p95_h]' 'optimise.maximise=[]'

configs/study/optimise.yaml has the variables, configs/cost the prices; others: files of yours in --config-dir DIR.

How: variables are fields of the configuration: units, crews, zone shares, areas, and whatever else is named. Every
design is simulated with the same replications (common random numbers), but those that do not fit the area budget, or
that the schema refuses, are told to the search by how much they do not, counted, and never simulated.

The best of many noisy values looks better than it is. The designs on the front are therefore simulated with
`optimise.confirm` further replications, which played no part in the choice; their means and intervals are told.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments import execution
from experiments.arguments import Arguments
from experiments.store import RunDirectory
from experiments.studies import telling
from experiments.studies.designs.design import Point, period_warnings
from experiments.studies.extras import need
from experiments.studies.optimise.design import OptimiseStudy, asked, check_variables
from experiments.studies.optimise.page import print_summary, write_page
from experiments.studies.optimise.result import FrontPoint, Result, commands_of, intervals_of, sentences, tables_of
from experiments.studies.optimise.search import Found, goals_of, search, simulated
from experiments.studies.replications.evaluating import open_study
from sim.config import HubConfig
from sim.reading import plain

KEYS = OptimiseStudy


def main(arguments: Arguments) -> int:
    need("optuna", "study")
    config, keys = asked(arguments.words, arguments.config_dir)
    return carry_out(arguments, [Point(config.scenario, config)], keys)


def carry_out(arguments: Arguments, points: Sequence[Point], keys: OptimiseStudy) -> int:
    """Compute what is not there, and tell; the points are one, the hub that is varied."""
    need("optuna", "study")
    config = points[0].hub
    folder, result = optimised(arguments, config, keys)
    commands = commands_of(result, arguments.config_dir)
    warnings = [*period_warnings(config), *result.warnings]
    page = write_page(folder, arguments, config, result, warnings, commands)
    if arguments.json:
        document = {
            **result.as_json(commands),
            "sentences": sentences(result),
            "run_dir": str(folder),
            "warnings": warnings,
        }
        telling.print_json(document)
    else:
        print_summary(result, warnings, folder, page)
    return 0


def again(arguments: Arguments, points: Sequence[Point], keys: OptimiseStudy) -> Path:
    """A stored run computed again, for `cargohub reproduce`: the folder of what was computed."""
    need("optuna", "study")
    return optimised(arguments, points[0].hub, keys)[0]


def optimised(arguments: Arguments, config: HubConfig, keys: OptimiseStudy) -> tuple[Path, Result]:
    """The search, the confirmation of its front, and the tables."""
    own = keys.optimise
    check_variables(config, own.variables)
    if not arguments.quiet:
        days = config.warmup_days + config.horizon_days
        sys.stderr.write(
            f"optimise: {own.trials} designs, at most {own.trials * keys.replications:,} simulations, each of {days}"
            f" days; then {own.confirm} more of each design on the front\n"
        )
    name = f"{config.scenario}-{own.sampler}"
    with (
        open_study(arguments, name, {config.scenario: config}, plain(keys)) as run,
        execution.opened(keys.execution, keys.workers) as pool,
    ):
        found = search(run, config, keys, pool, is_quiet=arguments.quiet)
        result = Result(own, keys.replications, found, _front(run, found, keys, pool, is_quiet=arguments.quiet))
        if not run.is_complete:
            run.complete({}, tables=tables_of(result))
    return run.path, result


def _front(
    run: RunDirectory, found: Found, keys: OptimiseStudy, pool: execution.Pool, *, is_quiet: bool
) -> tuple[FrontPoint, ...]:
    own = keys.optimise
    numbers = range(keys.replications, keys.replications + own.confirm)
    there = simulated(run, [trial.design for trial in found.front], numbers, pool, is_quiet=is_quiet)
    points = []
    for trial in found.front:
        seen = intervals_of(dict(trial.samples))
        after = intervals_of(goals_of(trial.design, own, there, numbers)) if numbers else seen
        points.append(FrontPoint(trial, seen, after))
    return tuple(points)
