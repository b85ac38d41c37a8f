"""`cargohub sure question=expansion`: which path is worth most in how many of the assumed worlds.

In every world the accounts of all paths are made anew: prices, growth, decisions, building times, and the slots that
the world's machines give. What flows through a hub in a week is scaled from the configured world (`carried_over`),
where all weeks are simulated. In some worlds, in a random order, all weeks are simulated with the world's own hubs:
this measures the error of the scaled flows, corrects it, and widens the intervals by it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any, Final

import numpy as np

from experiments.assumptions.names import names_of
from experiments.designs.design import Design
from experiments.frame.study import Asked, Bench, Kpis
from experiments.money.accounts import rostered_ticks
from experiments.replications.summing import daily_parcels
from experiments.report.sections import said
from experiments.statistics.choosing import Chosen
from experiments.statistics.two_sources import Floats
from experiments.studies.expansion.curves import Curves, Measured, node_label, week_indices
from experiments.studies.expansion.design import Expansion, ExpansionKeys, months_after
from experiments.studies.expansion.futures import explored, futures_of
from experiments.studies.expansion.hubs import flights_at
from experiments.studies.expansion.tree import expected
from experiments.studies.sure.design import SureKeys, composed_of
from experiments.studies.sure.paths_page import PathsResult
from experiments.studies.sure.worlds import Drawn, drawn, kpis_of, scaled
from sim.config import HubConfig
from sim.domain.roles import ROLES
from sim.measures.ladder import capacity_ladder
from sim.reading import read

_FLOWS: Final = (
    "parcels_per_day", "late_parcels_per_day", "exports_per_day", "late_exports_per_day", "trucks_per_day",
    "truck_km_per_day", *(f"staff_h_per_day_{role}" for role in ROLES),
)  # fmt: skip
"""KPIs that grow with the parcels."""
_BEYOND: Final = 1.001
"""How much farther than the weeks the loads reach."""
Flows = Mapping[str, float]
Node = tuple[str, int]
"""A hub's label, and the place of a load among the loads."""


def compute(bench: Bench, asked: Asked[SureKeys]) -> PathsResult:
    """The accounts of all paths in all worlds, and all weeks simulated in some of them."""
    sure, (base, *hubs) = asked.keys.sure, asked.designs
    assert asked.keys.expansion is not None
    weighed = {name: growth for name, growth in asked.keys.expansion.growth.items() if growth.probability > 0}
    expansion = replace(asked.keys.expansion, growth=weighed)
    document, folder = composed_of(base.hub, asked.keys.expansion), asked.arguments.config_dir
    flows = _Flows(bench, hubs, expansion, asked.keys.replications)
    bench.say(f"sure: {len(expansion.paths)} paths, at most {sure.budget} runs")
    at_once = explored(hubs, base.hub, _keys(asked.keys, expansion), flows.simulated)
    worth = expected(at_once.npv, at_once.futures.weight).mean(axis=1)  # (P, R)

    def every(width: float) -> tuple[Drawn, Floats]:
        worlds = drawn(document, folder, n=sure.n_worlds, seed=base.hub.seed, width=width, kept=sure.question.kept)
        bench.say(said("sure_accounts", n_worlds=sure.n_worlds, width=width))
        return worlds, np.array([_World(worlds, at, asked, expansion).worth(flows) for at in range(sure.n_worlds)])

    worlds, predicted = every(1.0)
    simulated: dict[int, Floats] = {}
    last = 0
    while len(simulated) < sure.n_worlds and flows.n_runs + last <= sure.budget:
        before, world = flows.n_runs, len(simulated)
        simulated[world] = _World(worlds, world, asked, expansion).worth(flows, is_simulated=True)
        last = flows.n_runs - before
    points = scaled(worlds.values, sure.ranges)
    chosen = Chosen.of(predicted, simulated, worth, worlds.points, points)
    others = {width: every(width) for width in sure.widths}
    shares = {
        width: chosen.shares(values, drawn_worlds.points, scaled(drawn_worlds.values, sure.ranges))
        for width, (drawn_worlds, values) in others.items()
    }
    return PathsResult(asked.keys, tuple(expansion.paths), chosen, shares, names_of(worlds.worlds), flows.n_runs)


def _keys(keys: SureKeys, expansion: Expansion, replications: int | None = None) -> ExpansionKeys:
    return ExpansionKeys(replications or keys.replications, keys.workers, keys.execution, expansion)


@dataclass(slots=True)
class _Flows:
    """What flows through the hubs in a week: simulated in the configured world, once for all that need it."""

    bench: Bench
    hubs: Sequence[Design]
    expansion: Expansion
    replications: int
    n_runs: int = 0
    known: dict[str, tuple[HubConfig, Flows]] = field(default_factory=dict)
    """By label of a hub at a load: the hub, and its KPIs, means over the replications."""

    def simulated(self, designs: Sequence[Design]) -> Kpis:
        kpis = self.bench.evaluated(designs, self.replications)
        for design in designs:
            rows = [kpis[design.label, number] for number in range(self.replications)]
            means = {kpi: float(np.mean([row[kpi] for row in rows])) for kpi in rows[0]}
            self.known[design.label] = design.hub, means
        self.n_runs += self.replications * len(designs)
        return kpis

    def of_world(self, designs: Sequence[Design], world: int) -> Kpis:
        """Of a world's own hubs, one replication of each, with draws of its own."""
        number = self.replications + world
        keys = {design.label: (f"{design.label}, world {world}", number) for design in designs}
        simulated = kpis_of(self.bench, {keys[design.label]: partial(getattr, design, "hub") for design in designs})
        self.n_runs += len(designs)
        return {(label, 0): simulated[key] for label, key in keys.items()}


class _World:
    """The paths in one of the worlds."""

    def __init__(self, worlds: Drawn, number: int, asked: Asked[SureKeys], configured: Expansion) -> None:
        base, *hubs = asked.designs
        self.number, self._configured, self._keys = number, configured, asked.keys
        values = worlds.values[number]
        self.base = worlds.worlds.hub(base.hub, values)
        self.hubs = [Design(design.label, worlds.worlds.hub(design.hub, values)) for design in hubs]
        document = worlds.worlds.document(composed_of(base.hub, configured), values)
        in_order = replace(read(Expansion, _in_order(document["expansion"])), states=configured.states)
        self.expansion = replace(in_order, loads=_holding(in_order, self.base, self.hubs))
        pairs = zip(configured.loads, self.expansion.loads, strict=True)
        self._labels = {
            node_label(design.label, other): node_label(design.label, load)
            for load, other in pairs for design in hubs
        }  # fmt: skip
        self._nodes = {node_label(design.label, load): (design, load) for load in configured.loads for design in hubs}

    def worth(self, flows: _Flows, *, is_simulated: bool = False) -> Floats:
        """Expected net present value of each path (P) [EUR]."""

        def scaled_flows(designs: Sequence[Design]) -> Kpis:
            labels = [self._labels[design.label] for design in designs]
            missing = [_at(flows.expansion, *self._nodes[label]) for label in labels if label not in flows.known]
            if missing:
                flows.simulated(missing)
            return {
                (design.label, 0): carried_over(*flows.known[label], design.hub)
                for label, design in zip(labels, designs, strict=True)
            }

        def simulated(designs: Sequence[Design]) -> Kpis:
            return flows.of_world(designs, self.number)

        simulate: Callable[[Sequence[Design]], Kpis] = simulated if is_simulated else scaled_flows
        result = explored(self.hubs, self.base, _keys(self._keys, self.expansion, 1), simulate)
        return np.asarray(expected(result.npv, result.futures.weight).mean(axis=(1, 2)))


def _at(expansion: Expansion, design: Design, load: float) -> Design:
    """A hub of the configured world at a load."""
    curves = Curves([design], replace(expansion, states={}), Measured((), ()), 1)
    return curves.node(0, expansion.loads.index(load))


def carried_over(configured: HubConfig, kpis: Flows, hub: HubConfig) -> Flows:
    """What flows through a hub of another world, from the same hub of the configured world at the same load.

    In proportion to the parcels, as far as the tightest resource of the capacity ladder lets them through; those that
    it does not are late. Paid hours in proportion to what the roster plans.
    """
    parcels = daily_parcels(configured), daily_parcels(hub)
    ratio = parcels[1] / parcels[0]
    room = [
        min(capacity_ladder(site, {}).values()) / each for site, each in zip((configured, hub), parcels, strict=True)
    ]
    through = min(1.0, room[1]) / min(1.0, room[0])
    carried = {**kpis, **{kpi: kpis[kpi] * ratio for kpi in _FLOWS}}
    kept = 1 - through
    if kept > 0:
        late = carried["late_parcels_per_day"]
        carried["parcels_per_day"] *= through
        carried["late_parcels_per_day"] = min(carried["parcels_per_day"], late + kept * parcels[1])
    for role in ROLES:
        planned = rostered_ticks(configured, role), rostered_ticks(hub, role)
        carried[f"staff_h_paid_per_day_{role}"] *= planned[1] / planned[0] if planned[0] else ratio
    return carried


def _in_order(expansion: Mapping[str, Any]) -> dict[str, Any]:
    """A world's study in which no phase begins before the one before it is open."""
    paths = {name: {"phases": dict(_shifted(path["phases"]))} for name, path in expansion["paths"].items()}
    return {**expansion, "paths": paths}


def _holding(expansion: Expansion, base: HubConfig, hubs: Sequence[Design]) -> tuple[float, ...]:
    """Loads whose first and last hold all weeks of a world: the quietest of the largest hub, the busiest accepted."""
    assert base.arrivals.month_index is not None
    first, *between, last = expansion.loads
    quietest = futures_of(expansion, base).demand.min() * week_indices(base.arrivals.month_index).min()
    quietest /= max(flights_at(design.hub, 1.0) for design in hubs)
    busiest = expansion.accept_load * max(base.arrivals.month_index)
    return min(first, _rounded(quietest / _BEYOND)), *between, max(last, _rounded(busiest * _BEYOND))


def _rounded(load: float) -> float:
    return float(f"{load:.6g}")


def _shifted(phases: Mapping[str, Any]) -> Mapping[str, Any]:
    opened: date | None = None
    shifted = {}
    for name, phase in phases.items():
        starts = date.fromisoformat(phase["starts"])
        starts = starts if opened is None else max(starts, opened)
        opened = months_after(starts, phase["lead_months"] + phase["construction_months"])
        shifted[name] = {**phase, "starts": starts.isoformat()}
    return shifted
