"""Paths in other worlds: all accounts computed again, with weeks simulated there or scaled from the configured world.

Prices, growth, decisions, construction times and slots are the world's. The flows of a hub in a week are either
simulated with the world's hubs, or scaled from the same hub of the configured world at the same load (`carried_over`),
of which all weeks are simulated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Self

import numpy as np

from experiments.assumptions.drawn import Drawn
from experiments.designs.design import Design
from experiments.frame.study import Kpis
from experiments.replications.summing import by_design
from experiments.report.sections import sentence_of
from experiments.studies.expansion.carried_over import Week, carried_over
from experiments.studies.expansion.curves import Node, at_load, node_label, rounded, week_indices
from experiments.studies.expansion.design import Expansion, ExpansionKeys, composed_of, months_after
from experiments.studies.expansion.futures import Explored, Simulate, explored, futures_of
from experiments.studies.expansion.hubs import flights_at, month_indices
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.reading import read
from sim.units import Flags

KEPT: Final = ("expansion.paths.*.phases.*.learning.fields.*",)
"""Numbers that do not vary: they are part of hubs that the study composes, and worlds do not compose hubs again."""
_BEYOND: Final = 1.001
"""Factor by which the loads exceed those of the weeks."""


@dataclass(slots=True)
class Weeks:
    """Weeks of the configured world, by label of a hub at a load; each is simulated once."""

    simulate: Simulate
    keys: ExpansionKeys
    known: dict[str, Week] = field(default_factory=dict)

    def simulated(self, nodes: Sequence[Node]) -> Kpis:
        kpis = self.simulate(nodes)
        by_label = by_design(kpis)
        for node in nodes:
            rows = by_label[node.label]
            means = {kpi: float(np.mean([row[kpi] for row in rows])) for kpi in rows[0]}
            self.known[node.label] = Week(node.rostered, means)
        return kpis

    def of(self, hubs: Sequence[tuple[Design, float]]) -> list[Week]:
        """Weeks of hubs of the configured world, each at a load."""
        nodes = [at_load(design, load) for design, load in hubs]
        if missing := [node for node in nodes if node.label not in self.known]:
            self.simulated(missing)
        return [self.known[node.label] for node in nodes]


def weighed(expansion: Expansion) -> Expansion:
    """The study without growth paths of weight zero."""
    growth = {name: growth for name, growth in expansion.growth.items() if growth.probability > 0}
    return replace(expansion, growth=growth)


class InWorld:
    """The paths in one of the worlds. `base`, `hubs`: of the configured world."""

    def __init__(
        self, worlds: Drawn, number: int, base: HubConfig, hubs: Sequence[Design], keys: ExpansionKeys
    ) -> None:
        """Raises ConfigError: values that no hub can have together."""
        configured, values = keys.expansion, worlds.values[number]
        self.base = worlds.hub(base, number)
        self.hubs = [Design(design.label, worlds.hub(design.hub, number)) for design in hubs]
        document = worlds.worlds.document(composed_of(base, configured), values)
        in_order = replace(read(Expansion, _in_order(document["expansion"])), states=configured.states)
        loads = _holding(in_order, self.base, self.hubs)
        self._keys = replace(keys, replications=1, expansion=replace(in_order, loads=loads))
        self._weeks = {
            node_label(design.label, world_load): (design, load)
            for load, world_load in zip(configured.loads, loads, strict=True) for design in hubs
        }  # fmt: skip
        """Designs and loads of the configured world, by label of the world's hub at a load."""

    def explored(self, simulate: Simulate) -> Explored:
        return explored(self.hubs, self.base, self._keys, simulate)

    def scaled(self, weeks: Weeks) -> Explored:
        """Results with the flows of the configured world, scaled."""

        def simulate(nodes: Sequence[Node]) -> Kpis:
            known = weeks.of([self._weeks[node.label] for node in nodes])
            pairs = zip(nodes, known, strict=True)
            return {(node.label, 0): carried_over(week, node.rostered) for node, week in pairs}

        return self.explored(simulate)


@dataclass(frozen=True, slots=True)
class InWorlds:
    """The paths in all worlds in which the hubs are possible."""

    drawn: Drawn
    numbers: tuple[int, ...]
    """Numbers of these worlds among all."""
    paths: tuple[InWorld, ...]

    @classmethod
    def of(cls, drawn: Drawn, base: HubConfig, hubs: Sequence[Design], keys: ExpansionKeys) -> Self:
        """All worlds; `base`, `hubs`: of the configured world.

        Raises:
            ConfigError: the hubs are possible in no world.
        """
        paths: dict[int, InWorld] = {}
        refused: list[str] = []
        for number in range(len(drawn.values)):
            try:
                paths[number] = InWorld(drawn, number, base, hubs, keys)
            except ConfigError as error:
                refused.append(str(error))
        if not paths:
            raise ConfigError(sentence_of("no_world", n=len(drawn.values), reason=refused[0]))
        return cls(drawn.some(list(paths)), tuple(paths), tuple(paths.values()))


def left_out(
    drawn: Drawn, is_possible: Flags, width: float, base: HubConfig, hubs: Sequence[Design], keys: ExpansionKeys
) -> str:
    """Sentence on worlds that are left out, with ranges of this width and the first reason; empty without such."""
    if is_possible.all():
        return ""
    try:
        InWorld(drawn, int(is_possible.argmin()), base, hubs, keys)
    except ConfigError as error:
        n = int((~is_possible).sum())
        return sentence_of("worlds_left_out", n=n, n_worlds=len(is_possible), width=width, reason=error)
    return ""


def _in_order(expansion: Mapping[str, Any]) -> dict[str, Any]:
    """A world's study in which no phase begins before the previous one opens."""
    paths = {name: {"phases": _shifted(path["phases"])} for name, path in expansion["paths"].items()}
    return {**expansion, "paths": paths}


def _holding(expansion: Expansion, base: HubConfig, hubs: Sequence[Design]) -> tuple[float, ...]:
    """Loads that enclose all weeks of a world, from the largest hub's quietest to the busiest accepted."""
    first, *between, last = expansion.loads
    full = [flights_at(design.hub, 1.0) for design in hubs]
    caps = [result.most_flights_per_day for stage in expansion.stages.values() for result in stage.results.values()]
    # A hub operates what is asked for, up to slots that are at first those of a smaller one, and up to caps.
    least = min(futures_of(expansion, base).demand.min(), expansion.accept_load * min(full), *filter(None, caps))
    quietest = least * week_indices(month_indices(base)).min() / max(full)
    busiest = expansion.accept_load * max(month_indices(base))
    return min(first, rounded(quietest / _BEYOND)), *between, max(last, rounded(busiest * _BEYOND))


def _shifted(phases: Mapping[str, Any]) -> Mapping[str, Any]:
    opened, shifted = date.min, {}
    for name, phase in phases.items():
        starts = max(opened, date.fromisoformat(phase["starts"]))
        opened = months_after(starts, phase["lead_months"] + phase["construction_months"])
        shifted[name] = {**phase, "starts": starts.isoformat()}
    return shifted
