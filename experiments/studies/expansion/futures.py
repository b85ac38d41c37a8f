"""All paths in all futures: the runs that they need, and the value of each path in each future."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.designs.design import Design
from experiments.frame.study import Kpis
from experiments.money.accounts import Rostered, activity, annual_lines
from experiments.money.assets import investment
from experiments.money.prices import Paid
from experiments.replications.stability import judged_as_run
from experiments.replications.summing import by_design
from experiments.studies.expansion.curves import Curves, Measured, Node, check_loads, week_indices
from experiments.studies.expansion.design import Expansion, ExpansionKeys
from experiments.studies.expansion.hubs import State, flights_at, month_indices
from experiments.studies.expansion.timeline import Course, Timeline, World
from experiments.studies.expansion.tree import Draw, Leaf, draws, factors, leaves, most_shares
from experiments.studies.expansion.value import Books, Worth, worth
from experiments.studies.expansion.value import factors as discount_factors
from sim.config import HubConfig
from sim.inputs.traffic import flights_asked
from sim.measures.kpis import KPIS
from sim.units import MONTHS_PER_YEAR, Numbers

ALWAYS: Final = ("on_time_share", "parcels_per_day", "exports_per_day")
Simulate = Callable[[Sequence[Node]], Kpis]
"""The KPIs of each replication of hubs at a load."""
Key = tuple[str, int, int, tuple[tuple[str, str | None], ...]]
"""Path, growth, draw, and the results that affect the path."""


@dataclass(frozen=True, slots=True)
class Futures:
    """G growths, F leaves, K draws; `weight`: probability of each growth and leaf (G, F), which sum to 1."""

    growths: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    draws: tuple[Draw, ...]
    weight: Numbers
    demand: Numbers
    """Flights a day (G, K, Y)."""


@dataclass(frozen=True, slots=True)
class Explored:
    """The course of each path in each future: `number[path]` is the number of its timeline (G, F, K)."""

    keys: ExpansionKeys
    world: World
    books: Books
    futures: Futures
    timelines: tuple[Timeline, ...]
    worths: tuple[Worth, ...]
    number: Mapping[str, NDArray[np.intp]]
    n_runs: int

    def of(self, path: str, pick: Callable[[Worth], Numbers]) -> Numbers:
        """A figure of each future (G, F, K, …)."""
        numbers, places = np.unique(self.number[path], return_inverse=True)
        values = np.stack([pick(self.worths[number]) for number in numbers])
        return values[places.reshape(self.number[path].shape)]

    def expected(self, pick: Callable[[Worth], Numbers]) -> Numbers:
        """Expected value of a figure of each path by draw and replication, (R, …) to (P, K, R, …)."""
        each = (self.of(path, pick) for path in self.number)
        return np.stack([np.einsum("gfkr...,gf->kr...", values, self.futures.weight) for values in each])

    def means(self, pick: Callable[[Worth], Numbers]) -> Numbers:
        """Means over draws and replications (P, …)."""
        return np.asarray(self.expected(pick).mean(axis=(1, 2)))

    @property
    def npv(self) -> Numbers:
        """NPV of each path and future, by replication (P, G, F, K, R)."""
        return np.stack([self.of(path, lambda worth: worth.present.sum(axis=1)) for path in self.number])

    @property
    def opens(self) -> list[list[float]]:
        """For each timeline, when its phases open, if before the end of the last year [months from the first]."""
        last = MONTHS_PER_YEAR * self.keys.expansion.years
        return [[opening.opens for opening in line.openings if opening.opens <= last] for line in self.timelines]


def futures_of(settings: Expansion, base: HubConfig) -> Futures:
    outcomes = tuple(leaves(settings.stages))
    drawn = tuple(draws(settings, base.seed))
    growth = np.array([growth_path.probability for growth_path in settings.growth.values()])
    weight = growth[:, None] * np.array([p for _, p in outcomes])
    paths = np.stack([factors(growth_path, settings) for growth_path in settings.growth.values()])
    paths = paths * most_shares(settings)
    demand = flights_asked(base) * paths[:, None, :] * np.stack([growth_path.strays for growth_path in drawn])
    return Futures(tuple(settings.growth), tuple(leaf for leaf, _ in outcomes), drawn, weight, demand)


def explored(designs: Sequence[Design], base: HubConfig, keys: ExpansionKeys, simulate: Simulate) -> Explored:
    """All paths in all futures. `designs`: the different hubs; `base`: the hub of today with its month index."""
    settings = keys.expansion
    check_loads(settings, month_indices(base))
    curves = Curves(designs, settings, _measured(settings, base), keys.replications)
    accepted = np.array([flights_at(design.hub, settings.accept_load) for design in designs])
    world = World(settings, curves, week_indices(month_indices(base)), accepted)
    futures = futures_of(settings, base)
    number, wanted = _wanted(settings, futures)

    def timeline(key: Key) -> Timeline:
        path, growth, draw, leaf = key
        return Course(world, path, dict(leaf), futures.draws[draw]).run(futures.demand[growth, draw])

    timelines: dict[Key, Timeline] = {}
    runs: set[tuple[int, int]] = set()
    while True:
        now = {key: timeline(key) for key in wanted if key not in timelines or not timelines[key].is_whole}
        timelines |= now
        missing = sorted(set().union(*(curves.missing(*world.weeks_of(line)) for line in now.values())))
        if not missing:
            break
        runs |= set(missing)
        _simulate(curves, missing, keys.replications, simulate)
    books = _books(world, designs, settings, base)
    worths = tuple(worth(books, line) for line in timelines.values())
    return Explored(keys, world, books, futures, tuple(timelines.values()), worths, number, len(runs))


def _simulate(curves: Curves, missing: Sequence[tuple[int, int]], replications: int, simulate: Simulate) -> None:
    nodes = {node: curves.node(*node) for node in missing}
    kpis = simulate(list(nodes.values()))
    curves.stability |= judged_as_run(nodes.values(), by_design(kpis))
    for (hub, load), node in nodes.items():
        curves.put(hub, load, node.rostered, [kpis[node.label, replication] for replication in range(replications)])
    curves.compose()


def _wanted(settings: Expansion, futures: Futures) -> tuple[dict[str, NDArray[np.intp]], list[Key]]:
    """Each path's timelines by number (G, F, K), and the content of each."""
    at: dict[Key, int] = {}
    number = {}
    for path in settings.paths:
        needs = settings.needs(settings.paths[path].phases.values())
        results = [tuple((stage, leaf[stage]) for stage in needs) for leaf in futures.leaves]
        number[path] = np.zeros((*futures.weight.shape, len(futures.draws)), dtype=np.intp)
        for g, f, k in np.ndindex(*number[path].shape):
            number[path][g, f, k] = at.setdefault((path, g, k, results[f]), len(at))
    return number, list(at)


def _measured(settings: Expansion, base: HubConfig) -> Measured:
    nothing = activity(Rostered(base), dict.fromkeys(KPIS, 0.0), settings.cost.labour)
    lines = tuple(line.name for line in annual_lines(base, nothing, settings.cost))
    watched = [
        trigger.kpi for path in settings.paths.values() for phase in path.phases.values() for trigger in phase.when
    ]
    return Measured(
        lines, tuple(dict.fromkeys((*ALWAYS, *settings.kpis, *(kpi for kpi in watched if kpi in KPIS)))), tuple(Paid)
    )


def _books(world: World, designs: Sequence[Design], settings: Expansion, base: HubConfig) -> Books:
    built = tuple(line.name for line in investment(base, base, settings.cost))
    hubs = {design.label: design.hub for design in designs}

    @cache
    def change(path: str, limit: float | None, n: int) -> Numbers:
        before, after = (hubs[world.label(State(path, limit, at))] for at in (n, n + 1))
        return np.array([line.eur for line in investment(before, after, settings.cost)])

    return Books(world, built, discount_factors(settings, settings.cost.discounting.rate), change)
