r"""`cargohub expansion`: expansion paths over years: when, how much, under a permit that may not come.

Lays paths of expansion side by side over years: phases with dates or rules, what others decide as a tree
with probabilities, growth of demand, money. Says which path has the highest expected net present value, how surely,
what each loses against hindsight, what it would be worth to know, and what would turn the choice.

  cargohub expansion                                           the packaged study, some four minutes on two cores
  cargohub expansion '~expansion.paths.second_site' expansion.years=10
  cargohub expansion +paths@expansion.paths.mine=mine --config-dir DIR         a path of yours beside the others
  cargohub expansion expansion.stages.permit.results.granted.probability=0.1 \
      expansion.stages.permit.results.refused.probability=0.35 --json

configs/study/expansion.yaml has the tree and the growth, configs/paths the paths, configs/cost the prices;
docs/expansion.md tells how it is computed.

How: paths (`configs/paths/`) are phases with dates or rules; stages of the study are decisions that others take, a
tree of results with probabilities; demand grows along one of several paths. Each path meets the same futures. Years
are sampled weeks of the hub that is there at the time (`curves`), so that few runs serve all of it; docs/expansion.md
tells the method.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from experiments import execution
from experiments.arguments import Arguments
from experiments.composition import compose, hub, study
from experiments.store import RunDirectory
from experiments.studies.designs.design import Point, with_study
from experiments.studies.expansion.answer import Answer, answer
from experiments.studies.expansion.design import ExpansionStudy
from experiments.studies.expansion.futures import Simulate, explored
from experiments.studies.expansion.hubs import states_of
from experiments.studies.expansion.page import tell
from experiments.studies.expansion.result import tables_of
from experiments.studies.replications.evaluating import evaluated, open_study
from sim.errors import ConfigError
from sim.reading import plain

KEYS = ExpansionStudy
VERB = "expansion"


def main(arguments: Arguments) -> int:
    return carry_out(arguments, *asked(arguments.words, arguments.config_dir))


def asked(words: Sequence[str], config_dir: Path | None) -> tuple[list[Point], ExpansionStudy]:
    """The hub of today, and after it the different hubs of all states; all checked before anything runs."""
    words = with_study(words, VERB)
    composed = compose(words, config_dir)
    if VERB not in composed:
        raise ConfigError("study: expansion needs expansion.paths and others, as study=expansion has them")
    base, keys = hub(composed), study(ExpansionStudy, composed)
    if keys.expansion.states:
        raise ConfigError("expansion.states: is filled from the paths; leave it empty")
    hubs, states = states_of(words, base, keys.expansion, config_dir)
    return [Point("today", base), *hubs], replace(keys, expansion=replace(keys.expansion, states=states))


def carry_out(arguments: Arguments, points: Sequence[Point], keys: ExpansionStudy) -> int:
    """Compute what is not there, and tell; the first point is the hub of today, the others those of the states."""
    folder, found = computed(arguments, points, keys)
    tell(arguments, folder, points[0], found)
    return 0


def again(arguments: Arguments, points: Sequence[Point], keys: ExpansionStudy) -> Path:
    """A stored run computed again, for `cargohub reproduce`: the folder of what was computed."""
    return computed(arguments, points, keys)[0]


def computed(arguments: Arguments, points: Sequence[Point], keys: ExpansionStudy) -> tuple[Path, Answer]:
    base = points[0].hub
    hubs = {point.label: point.hub for point in points}
    with (
        open_study(arguments, f"{len(keys.expansion.paths)}-paths", hubs, plain(keys)) as run,
        execution.opened(keys.execution, keys.workers) as pool,
    ):
        found = answer(explored(points[1:], base, keys, _simulator(run, pool, keys, is_quiet=arguments.quiet)))
        if not run.is_complete:
            run.complete({}, tables=tables_of(found))
    return run.path, found


def _simulator(run: RunDirectory, pool: execution.Pool, keys: ExpansionStudy, *, is_quiet: bool) -> Simulate:
    """Makes the runs that are asked for, kept in the folder as they come; says beforehand how many."""

    def simulate(points: Sequence[Point]) -> Mapping[tuple[str, int], Mapping[str, float]]:
        if not is_quiet:
            days = points[0].hub.warmup_days + points[0].hub.horizon_days
            flights = sum(point.hub.demand.flights_per_day for point in points) * keys.replications * days
            sys.stderr.write(
                f"expansion: {len(points)} weeks that differ in hub or load, {keys.replications * len(points)} runs of"
                f" {days} days, {flights:,.0f} flights\n"
            )
        return evaluated(run, points, keys.replications, pool, is_quiet=is_quiet)

    return simulate
