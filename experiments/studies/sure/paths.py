"""`cargohub sure question=expansion`: which path has the highest NPV, in which share of the assumed worlds.

In every world the accounts of all paths are computed again, with flows scaled from the configured world (`in_worlds`).
In some worlds, in a random order, all weeks are simulated with the world's own hubs. This measures and corrects the
error of the scaled flows, and widens the intervals by it.
"""

from collections.abc import Sequence
from functools import cache, partial

import numpy as np

from experiments.assumptions.drawn import Drawn, scaled
from experiments.assumptions.names import names_of
from experiments.designs.design import Design
from experiments.frame.study import Bench, Kpis, Request
from experiments.report.sections import sentence_of
from experiments.statistics.choosing import Chosen
from experiments.studies.expansion.design import ExpansionKeys, composed_of
from experiments.studies.expansion.futures import Explored, explored
from experiments.studies.expansion.in_worlds import InWorlds, Weeks, left_out, weighed
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
    n_worlds, n_paths = sure.n_worlds, len(expansion.paths)

    def configured() -> Numbers:
        at_once = explored(hubs, base.hub, keys, weeks.simulated)
        worth: Numbers = expected(at_once.npv, at_once.futures.weight).mean(axis=1)  # (P, R)
        return worth

    def drawn_of(width: float) -> Drawn:
        return Drawn.of(document, folder, n=n_worlds, seed=base.hub.seed, width=width, kept=sure.question.kept)

    @cache
    def worlds_of(width: float) -> InWorlds:
        return InWorlds.of(drawn_of(width), base.hub, hubs, keys)

    def accounts(width: float) -> Numbers:
        """Value of each path in each world, from scaled flows (N, P); NaN: the hubs are impossible."""
        bench.say(sentence_of("sure_accounts", n_worlds=n_worlds, width=width))
        worlds, values = worlds_of(width), np.full((n_worlds, n_paths), np.nan)
        values[list(worlds.numbers)] = [_worth(paths.scaled(weeks)) for paths in worlds.paths]
        return values

    def simulated() -> Numbers:
        """The same with all weeks simulated, in as many of the possible worlds as the budget allows; others NaN."""
        values, last = np.full((n_worlds, n_paths), np.nan), 0
        for world, paths in enumerate(worlds_of(1.0).paths):
            if runs.n + last > sure.budget:
                break
            before = runs.n
            values[world] = _worth(paths.explored(partial(runs.of_world, world)))
            last = runs.n - before
        return values

    def every(width: float) -> tuple[Drawn, Numbers, str]:
        """The worlds in which the hubs are possible, their values, and a sentence on the others."""
        values = bench.computed(f"accounts {width:g}", (n_worlds, n_paths), partial(accounts, width))
        drawn, is_possible = drawn_of(width), ~np.isnan(values[:, 0])
        others = left_out(drawn, is_possible, width, base.hub, hubs, keys)
        return drawn.some(np.flatnonzero(is_possible).tolist()), values[is_possible], others

    replicated = bench.computed("configured", (n_paths, keys.replications), configured)
    drawn, predicted, impossible = every(1.0)
    at = bench.computed("simulated", (n_worlds, n_paths), simulated)
    known = {world: values for world, values in enumerate(at) if not np.isnan(values[0])}
    chosen = Chosen.of(predicted, known, replicated, drawn.points, scaled(drawn.values, sure.ranges))
    others = {width: every(width) for width in sure.widths}
    shares = {
        width: chosen.shares(values, other.points, scaled(other.values, sure.ranges))
        for width, (other, values, _) in others.items()
    }
    lines = [impossible, *(line for *_, line in others.values())]
    ((n_runs,),) = bench.computed("runs", (1, 1), lambda: np.array(float(runs.n)))
    return PathsResult(
        request.keys, tuple(expansion.paths), chosen, shares, names_of(drawn.worlds), int(n_runs),
        " ".join(filter(None, lines)),
    )  # fmt: skip


def _worth(result: Explored) -> Numbers:
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
