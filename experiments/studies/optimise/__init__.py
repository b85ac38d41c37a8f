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

from typing import Final

from experiments.frame.study import Asked, Bench, Study
from experiments.studies.optimise.design import OptimiseKeys, asked, check_variables
from experiments.studies.optimise.page import document
from experiments.studies.optimise.result import FrontPoint, Result, intervals_of
from experiments.studies.optimise.search import Found, goals_of, search, simulated


def compute(bench: Bench, asked: Asked[OptimiseKeys]) -> Result:
    """The search, and the confirmation of its front."""
    config, keys = asked.designs[0].hub, asked.keys
    own = keys.optimise
    check_variables(config, own.variables)
    bench.say(
        f"optimise: {own.trials} designs, at most {own.trials * keys.replications:,} simulations, each of"
        f" {config.warmup_days + config.horizon_days} days; then {own.confirm} more of each design on the front"
    )
    found = search(bench, config, keys)
    return Result(own, keys.replications, found, _front(bench, found, keys))


def _front(bench: Bench, found: Found, keys: OptimiseKeys) -> tuple[FrontPoint, ...]:
    own = keys.optimise
    numbers = range(keys.replications, keys.replications + own.confirm)
    there = simulated(bench, [trial.design for trial in found.front], numbers.stop)
    points = []
    for trial in found.front:
        seen = intervals_of(trial.samples)
        after = intervals_of(goals_of(trial.design, own, there, numbers)) if numbers else seen
        points.append(FrontPoint(trial, seen, after))
    return tuple(points)


STUDY: Final = Study(
    OptimiseKeys,
    asked,
    compute,
    document,
    name=lambda asked: f"{asked.designs[0].hub.scenario}-{asked.keys.optimise.sampler}",
    library="optuna",
)
