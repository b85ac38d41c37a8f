"""Many designs by their KPIs alone: what searches, screenings and optimisers ask for."""

from collections.abc import Mapping, Sequence
from typing import Any

from experiments import execution
from experiments.arguments import Arguments
from experiments.store import RunDirectory, identity_of
from experiments.store.tables import Key
from experiments.studies.designs.design import Point
from experiments.studies.recorded import config_text
from experiments.studies.replications.replicating import evaluate, missing
from sim.config import HubConfig


def evaluated(
    run: RunDirectory, points: Sequence[Point], n: int, pool: execution.Pool, *, is_quiet: bool
) -> dict[Key, dict[str, float]]:
    """The KPIs of the first n replications of each design, by label and replication; those missing are simulated.

    Each is kept in the run as it comes, so that what was interrupted goes on from there.
    """
    there = run.finished()
    keys = [(point.label, number) for point in points for number in range(n)]
    tasks = missing(points, n, there, evaluate)
    if tasks:
        already = len(keys) - len(tasks)
        for key, part in pool.run(tasks, is_quiet=is_quiet, already=already):
            run.keep(key, part)
        there = run.finished()
    return {key: there[key] for key in keys}


def open_study(arguments: Arguments, name: str, hubs: Mapping[str, HubConfig], keys: Mapping[str, Any]) -> RunDirectory:
    """The folder of a study's run; `keys`: the study's own, as plain values."""
    text = config_text(arguments, keys, hubs)
    return RunDirectory.open(arguments.out, arguments.verb, name, identity_of(hubs, keys), text)
