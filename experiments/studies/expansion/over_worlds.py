"""How often each path is the best, and has the highest mean value, over worlds with other assumed numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path as File
from typing import Final

import numpy as np

from experiments.assumptions.drawn import Drawn
from experiments.assumptions.ranges import ranges_of, refuse_moved
from experiments.frame.study import Bench, Request, Tables
from experiments.interval_text import in_percent
from experiments.report.sections import sentence_of
from experiments.statistics.interval import Interval, mean_interval
from experiments.store.rows import column, interval, stored, table
from experiments.studies.expansion.design import ExpansionKeys, composed_of, in_millions, path_name
from experiments.studies.expansion.in_worlds import KEPT, InWorlds, Weeks, left_out, weighed
from experiments.studies.expansion.tree import of_paths, share
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.units import Numbers

_DRAWS: Final = 2
"""Draws for each growth and result in a world: worlds are drawn in addition (choice)."""


@table("over_assumptions", "how often each path is the best over futures and assumed worlds", sort="path")
class OverRow:
    path: str = column("", "name of the path", heading="path", show=path_name)
    best: Interval = interval(
        "1", "futures of all worlds in which it is the best", heading="best in futures", show=in_percent
    )
    most: Interval = interval(
        "1", "worlds in which its expected NPV is the highest", heading="worth most in worlds", show=in_percent
    )
    npv: Interval = interval("EUR", "expected NPV, mean over worlds", heading="NPV [MEUR]", show=in_millions)


@table("worlds", "the paths by assumed world, with flows scaled from the configured hub's", sort="world path")
class WorldRow:
    world: int = column("1", "number of the world")
    path: str = column("", "name of the path")
    npv: float = column("EUR", "NPV, expected over the futures")
    best: float = column("1", "share of its futures in which the path is the best")


@dataclass(frozen=True, slots=True)
class OverWorlds:
    """For N worlds and P paths: expected NPV, and the share of futures in which a path is the best, each (N, P)."""

    paths: tuple[str, ...]
    npv: Numbers
    best: Numbers

    def rows(self) -> list[OverRow]:
        """A row for each path; none without worlds."""
        if not self.npv.size:
            return []
        most = self.npv == self.npv.max(axis=1, keepdims=True)
        return [
            OverRow(path, _share(self.best[:, at]), _share(most[:, at]), mean_interval(self.npv[:, at].tolist()))
            for at, path in enumerate(self.paths)
        ]

    def tables(self) -> Tables:
        worlds = [
            WorldRow(world, path, float(self.npv[world, at]), float(self.best[world, at]))
            for world in range(len(self.npv))
            for at, path in enumerate(self.paths)
        ]
        return [stored(OverRow, self.rows()), stored(WorldRow, worlds)]

    def sentences(self, recommended: str) -> Iterator[str]:
        rows = {row.path: row for row in self.rows()}
        if not rows:
            return
        chosen, often = rows[recommended], max(rows.values(), key=lambda row: row.most.mean)
        is_other = often.most.mean > chosen.most.mean
        other = (
            sentence_of("expansion_other", path=path_name(often.path), share=in_percent(often.most)) if is_other else ""
        )
        path, best, most = path_name(recommended), in_percent(chosen.best), in_percent(chosen.most)
        yield sentence_of("expansion_in_worlds", n=len(self.npv), path=path, best=best, most=most, other=other)


NONE: Final = OverWorlds((), np.zeros((0, 0)), np.zeros((0, 0)))


def _share(values: Numbers) -> Interval:
    return mean_interval(values.tolist(), possible=(0.0, 1.0))


def with_ranges(keys: ExpansionKeys, base: HubConfig, config_dir: File | None) -> ExpansionKeys:
    """The keys with the ranges from which the worlds are drawn, if any."""
    if not keys.expansion.worlds:
        return keys
    ranges = ranges_of(composed_of(base, keys.expansion), config_dir, KEPT)
    return replace(keys, expansion=replace(keys.expansion, ranges=ranges))


def valued(bench: Bench, request: Request[ExpansionKeys], weeks: Weeks) -> OverWorlds:
    """Accounts of all paths in every world, from weeks of the configured one; for a finished run, as stored.

    Raises:
        RangesMovedError: the ranges differ from those of the run.
    """
    if (rows := bench.kept(WorldRow)) is None:
        return _computed(bench, request, weeks)
    paths = tuple(request.keys.expansion.paths)
    values = {(row.world, row.path): (row.npv, row.best) for row in rows}
    n = request.keys.expansion.worlds
    shape = min(n, len({row.world for row in rows})), len(paths), 2
    of_each = [values.get((world, path)) for world in range(shape[0]) for path in paths]
    if None in of_each or shape[0] < min(n, 1):
        raise ConfigError(sentence_of("worlds_damaged"))
    each = np.array(of_each, dtype=np.float64).reshape(shape)
    return OverWorlds(paths, each[..., 0], each[..., 1])


def _computed(bench: Bench, request: Request[ExpansionKeys], weeks: Weeks) -> OverWorlds:
    base, *hubs = request.designs
    expansion, folder = request.keys.expansion, request.arguments.config_dir
    refuse_moved(expansion.ranges, with_ranges(request.keys, base.hub, folder).expansion.ranges, "expansion.ranges")
    if not expansion.worlds:
        return NONE
    bench.say(sentence_of("sure_accounts", n_worlds=expansion.worlds, width=1.0))
    document = composed_of(base.hub, expansion)
    drawn = Drawn.of(document, folder, n=expansion.worlds, seed=base.hub.seed, kept=KEPT)
    keys = replace(request.keys, expansion=replace(weighed(expansion), draws=_DRAWS))
    worlds = InWorlds.of(drawn, base.hub, hubs, keys)
    is_possible = np.isin(np.arange(expansion.worlds), worlds.numbers)
    if others := left_out(drawn, is_possible, 1.0, base.hub, hubs, keys):
        bench.say(others)
    npv, best = np.zeros((2, len(worlds.paths), len(expansion.paths)))
    for number, paths in enumerate(worlds.paths):
        result = paths.scaled(weeks)
        each, weight = result.npv, result.futures.weight
        npv[number], values = of_paths(each, weight), each.mean(axis=4)
        best[number] = [share(path >= values.max(axis=0), weight) for path in values]
    return OverWorlds(tuple(expansion.paths), npv, best)
