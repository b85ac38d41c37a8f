"""`cargohub sure question=expansion`: which path has the highest NPV, in which share of the assumed worlds.

In every world the accounts of all paths are computed again, with flows scaled from the configured world (`in_worlds`).
In some worlds, in a random order, all weeks are simulated with the world's own hubs. This measures and corrects the
error of the scaled flows, and widens the intervals by it.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from experiments.assumptions.drawn import Drawn, scaled
from experiments.assumptions.names import names_of
from experiments.designs.design import Design
from experiments.frame.study import Bench, Kpis, Request
from experiments.report.sections import said
from experiments.statistics.choosing import Chosen
from experiments.studies.expansion.design import ExpansionKeys, composed_of
from experiments.studies.expansion.futures import Found, explored
from experiments.studies.expansion.in_worlds import InWorlds, Weeks, weighed
from experiments.studies.expansion.tree import expected, of_paths
from experiments.studies.sure.design import SureKeys
from experiments.studies.sure.paths_page import PathsResult
from experiments.studies.sure.worlds import kpis_of
from sim.units import Numbers


def compute(bench: Bench, request: Request[SureKeys]) -> PathsResult:
    """Accounts of all paths in all worlds, and all weeks simulated in some worlds."""
    sure, (base, *hubs) = request.keys.sure, request.designs
    assert request.keys.expansion is not None
    expansion = weighed(request.keys.expansion)
    document, folder = composed_of(base.hub, request.keys.expansion), request.arguments.config_dir
    how = request.keys
    keys = ExpansionKeys(how.replications, how.workers, how.execution, expansion, cache_mb=how.cache_mb)
    runs = _Runs(bench, keys.replications)
    weeks = Weeks(runs.configured, keys)
    bench.say(f"sure: {len(expansion.paths)} paths, at most {sure.budget} runs")
    at_once = explored(hubs, base.hub, keys, weeks.simulated)
    worth = expected(at_once.npv, at_once.futures.weight).mean(axis=1)  # (P, R)

    def every(width: float) -> tuple[InWorlds, Numbers]:
        drawn = Drawn.of(document, folder, n=sure.n_worlds, seed=base.hub.seed, width=width, kept=sure.question.kept)
        bench.say(said("sure_accounts", n_worlds=sure.n_worlds, width=width))
        worlds = InWorlds.of(drawn, base.hub, hubs, keys)
        return worlds, np.array([_worth(paths.scaled(weeks)) for paths in worlds.paths])

    worlds, predicted = every(1.0)
    simulated: dict[int, Numbers] = {}
    last = 0
    for world, paths in enumerate(worlds.paths):
        if runs.n + last > sure.budget:
            break
        before = runs.n
        simulated[world] = _worth(paths.explored(partial(runs.of_world, world)))
        last = runs.n - before
    points = scaled(worlds.drawn.values, sure.ranges)
    chosen = Chosen.of(predicted, simulated, worth, worlds.drawn.points, points)
    others = {width: every(width) for width in sure.widths}
    shares = {
        width: chosen.shares(values, other.drawn.points, scaled(other.drawn.values, sure.ranges))
        for width, (other, values) in others.items()
    }
    left_out = [worlds.left_out(1.0), *(other.left_out(width) for width, (other, _) in others.items())]
    called = names_of(worlds.drawn.worlds)
    return PathsResult(
        request.keys, tuple(expansion.paths), chosen, shares, called, runs.n, " ".join(filter(None, left_out))
    )


def _worth(result: Found) -> Numbers:
    """Expected net present value of each path (P) [EUR]."""
    return of_paths(result.npv, result.futures.weight)


class _Runs:
    """The simulations of a study, and their number."""

    def __init__(self, bench: Bench, replications: int) -> None:
        self._bench, self._replications, self.n = bench, replications, 0

    def configured(self, designs: Sequence[Design]) -> Kpis:
        self.n += self._replications * len(designs)
        return self._bench.evaluated(designs, self._replications)

    def of_world(self, world: int, designs: Sequence[Design]) -> Kpis:
        """Simulations of a world's own hubs, one replication of each, with separate draws."""
        number = self._replications + world
        keys = {design.label: (f"{design.label}, world {world}", number) for design in designs}
        simulated = kpis_of(self._bench, {keys[design.label]: partial(getattr, design, "hub") for design in designs})
        self.n += len(designs)
        return {(label, 0): simulated[key] for label, key in keys.items()}
