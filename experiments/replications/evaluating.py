"""Many designs by their KPIs alone: what searches, screenings and optimisers ask for."""

from collections.abc import Sequence

from experiments import execution
from experiments.designs.design import Design
from experiments.replications.replicating import evaluate, missing
from experiments.store import RunDirectory
from experiments.store.tables import Key


def evaluated(
    run: RunDirectory, designs: Sequence[Design], n: int, pool: execution.Pool, *, is_quiet: bool
) -> dict[Key, dict[str, float]]:
    """The KPIs of the first n replications of each design, by label and replication; those missing are simulated.

    Each is kept in the run as it comes, so that what was interrupted goes on from there.
    """
    there = run.finished()
    keys = [(design.label, number) for design in designs for number in range(n)]
    tasks = missing(designs, n, there, evaluate)
    if tasks:
        already = len(keys) - len(tasks)
        for key, part in pool.run(tasks, is_quiet=is_quiet, already=already):
            run.keep(key, part)
        there = run.finished()
    return {key: there[key] for key in keys}
