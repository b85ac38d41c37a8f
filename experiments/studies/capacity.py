"""`cargohub capacity`: the highest demand that a scenario sustains, and the resource that binds there.

A demand is sustained when the share on time reaches `capacity.target` and the backlog is level. Each replication has a
threshold of its own, by bisection over `demand.flights_per_day`, beginning at the lowest rung of the capacity ladder;
since fewer flights are always among more, with the same draws, nothing but the demand changes within a search. The
interval is that of the thresholds' mean.

Nothing makes service fall steadily with demand (one flight more may fill a truck that would have been held), so there
may be several crossings. The threshold is in any case a demand that was simulated and is sustained, and one at most
`capacity.tolerance` above it was simulated and is not. In a single replication of a week a flight more or less may pass
for growth of the backlog, which puts the threshold low: a longer horizon tells better, and a warning says where it
matters.

The binding resource is the one of which ten per cent more (`what_ifs`) lifts the share on time most, just above the
threshold, at the lowest demand that the replication was seen not to sustain. A resource that blocked nobody there in
the measured days is not simulated with more: its lift is 0. Those that lift next to nothing in the first replication
are not simulated in the others, and cannot be called binding.
"""

import math
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import yaml

from experiments import execution
from experiments.arguments import Arguments
from experiments.composition import compose, hub, scenarios, study
from experiments.execution.progress import FIRST_LINE_S, NEXT_LINE_S, time_left
from experiments.statistics import Interval, mean_interval
from experiments.store import Part, RunDirectory, identity_of
from experiments.store.summaries import LADDER
from experiments.store.tables import Columns, Key
from experiments.studies import telling
from experiments.studies.crossing import Crossing, crossing
from experiments.studies.design import Point, period_warnings
from experiments.studies.replicating import (
    _GROWTH_THAT_COUNTS,
    as_columns,
    daily_parcels,
    plain_hubs,
    replicate,
)
from experiments.studies.what_if import BLOCKED, WhatIf, what_ifs
from sim.config import ArrivalModel, HubConfig
from sim.errors import ConfigError
from sim.inputs.layout import check_area, floor_parcels
from sim.measures.ladder import HOURS_PER_DAY, capacity_ladder
from sim.reading import Bounds, near, plain
from sim.record.schemas import Column, TableSchema

_STUDY: Final = "study=capacity"
_MOST_FLIGHTS: Final = 200.0
"""The bound of demand.flights_per_day."""
_FIRST: Final = 0.95
"""Of the lowest rung: where a search starts."""
_STEP: Final = 0.1
"""Of the lowest rung: its first step."""
_WORTHWHILE: Final = 0.1
"""Of the best lift in the first replication: what lifts less is not simulated in the others (assumption)."""
_LEAST: Final = 1e-9
"""Hours a day that count as none."""

_SCENARIO = Column("scenario", "string", "", "the scenario")
CAPACITY: Final = TableSchema(
    "capacity",
    "the highest demand that each replication sustains",
    (
        _SCENARIO,
        Column("replication", "int32", "", "its replication, counted from 0"),
        Column("flights_per_day", "float64", "1/d", "demand that was simulated and is sustained; 0: none was"),
        Column("not_sustained", "float64", "1/d", "demand that was simulated and is not; NaN: all were sustained"),
        Column("reason", "string", "", "why that one is not: late, backlog or both; empty: all were sustained"),
        Column("n_evaluations", "int32", "1", "demands that were simulated"),
    ),
    ("scenario", "replication"),
)
BINDING: Final = TableSchema(
    "binding",
    "what ten per cent more of each resource lifts, just above the threshold",
    (
        _SCENARIO,
        Column("resource", "string", "", "name"),
        Column("before", "float64", "see resource", "units; parcels/h of a machine; m2 of floor"),
        Column("after", "float64", "see resource", "ten per cent more, of units at least one"),
        Column("lift", "float64", "1", "growth of on_time_share, mean over replications"),
        Column("lift_low", "float64", "1", "lower end of its 95 % interval; NaN: none"),
        Column("lift_high", "float64", "1", "upper end of its 95 % interval; NaN: none"),
        Column("n", "int32", "1", "replications; 1: it lifted next to nothing in the first"),
        Column("n_simulated", "int32", "1", "those of them in which it blocked someone; in the others the lift is 0"),
        Column("utilisation", "float64", "1", "time-average share in use before, mean"),
        Column("blocked_h_per_day", "float64", "h/d", "for which it blocked others before, mean; NaN: not measured"),
        Column("is_binding", "bool", "", "lifts most"),
    ),
    ("scenario", "resource"),
)


@dataclass(frozen=True, slots=True)
class Sustained:
    """What counts as sustained, and how closely the threshold is looked for [flights/d]."""

    target: Annotated[float, Bounds(gt=0, le=1)]
    tolerance: Annotated[float, Bounds(ge=0.001, le=50)]


@dataclass(frozen=True, slots=True)
class CapacityStudy:
    """Keys of the study beside the hub's."""

    replications: Annotated[int, Bounds(ge=1, le=10_000)]
    workers: Annotated[int, Bounds(ge=1, le=1024)] | None
    scenarios: tuple[str, ...]
    capacity: Sustained

    def __post_init__(self) -> None:
        if not self.scenarios:
            raise ValueError("scenarios: capacity needs some")
        twice = sorted({name for name in self.scenarios if self.scenarios.count(name) > 1})
        if twice:
            raise ValueError(f"scenarios: {twice[0]} is there twice")


def main(arguments: Arguments) -> int:
    points, keys = _asked(arguments.words, arguments.config_dir)
    searches = [one for point in points for one in _searches(point, keys)]
    with _opened(arguments, points, keys) as run:
        there = run.finished()
        _simulate(run, searches, there, keys.workers or execution.usable_workers(), is_quiet=arguments.quiet)
        results = [_result(point, [one for one in searches if one.point is point], there) for point in points]
        if not run.is_complete:
            run.complete({}, tables=_tables(results))
        chart = _draw(run.path, results, keys.capacity.target)
    warnings = [*period_warnings(points[0].hub), *(line for result in results for line in result.warnings)]
    if arguments.json:
        telling.print_json(
            {
                "scenarios": {
                    result.point.label: {
                        "flights_per_day": telling.as_json(result.flights, "1/d"),
                        "binding": result.binding,
                        "resources": {lift.what.resource: lift.as_json() for lift in result.lifts},
                    }
                    for result in results
                },
                "run_dir": str(run.path),
                "warnings": warnings,
            }
        )
    else:
        _print_table(results, warnings, run.path, chart)
    return 0


def _asked(words: Sequence[str], config_dir: Path | None) -> tuple[list[Point], CapacityStudy]:
    """The scenarios, each checked with ten per cent more of every resource, before anything runs."""
    own = list(words) if any(word.startswith("study=") for word in words) else [_STUDY, *words]
    if any(word.lstrip("+~").startswith("precision") for word in words):
        raise ConfigError("precision: capacity makes the replications asked for; give replications=N")
    composed = compose(own, config_dir)
    composed.pop("precision", None)
    keys = study(CapacityStudy, composed)
    known = scenarios(config_dir)
    points = []
    for name in keys.scenarios:
        if name not in known:
            raise ConfigError(f"scenarios: unknown scenario {name!r}{near(name, known)}; known: {', '.join(known)}")
        rest = [word for word in own if not word.startswith("scenario=")]
        config = hub(compose([*rest, f"scenario={name}"], config_dir))
        if config.arrivals.model is ArrivalModel.FILE:
            raise ConfigError("arrivals: a file's flights do not follow demand.flights_per_day, which capacity varies")
        check_area(config)
        what_ifs(config)
        points.append(Point(name, config))
    return points, keys


def _opened(arguments: Arguments, points: Sequence[Point], keys: CapacityStudy) -> RunDirectory:
    hubs = {point.label: point.hub for point in points}
    document = {"verb": arguments.verb, "study": plain(keys), "hubs": plain_hubs(hubs)}
    header = f"# cargohub {arguments.verb} {' '.join(arguments.words)}\n"
    text = header + yaml.safe_dump(document, sort_keys=False)
    identity = identity_of(hubs, plain(keys))
    return RunDirectory.open(arguments.out, arguments.verb, "-".join(keys.scenarios), identity, text)


_There = dict[Key, dict[str, float]]
_Task = execution.Task[Key, Part]


class _Search:
    """One replication of a scenario: its threshold, then what lifts it. Goes on as its answers come in."""

    def __init__(self, point: Point, number: int, asked: Sustained, first: "_Search | None") -> None:
        self.point = point
        self.number = number
        self.first = first
        self.found: Crossing | None = None
        self.n_asked = 0
        self._target = asked.target
        lowest = min(capacity_ladder(point.hub, 0.0).values()) / point.hub.demand.mean_parcels_per_flight
        limit = point.hub.arrivals.envelope_flights_per_day or _MOST_FLIGHTS
        lowest = min(lowest, limit)
        step = max(_STEP * lowest, asked.tolerance)
        self._search = crossing(_FIRST * lowest, step=step, tolerance=asked.tolerance, limit=limit)
        self._expected = 2 + max(0, math.ceil(math.log2(step / asked.tolerance)))
        self._at = next(self._search)

    def missing(self, there: _There) -> list[_Task]:
        """What has to be simulated next."""
        while self.found is None:
            key = self.key(self._at)
            if key not in there:
                return [(key, _evaluate, (at_demand(self.point.hub, self._at), self.number))]
            self._answer(self._reason(self._at, there))
        tasks: list[_Task] = []
        for what in self.lifting(there):
            key = self.key(self.above, what.resource)
            if key not in there:
                tasks.append((key, _evaluate, (what.hub, self.number)))
        return tasks

    def _answer(self, reason: str) -> None:
        self.n_asked += 1
        try:
            self._at = self._search.send(not reason)
        except StopIteration as end:
            self.found = end.value

    def _reason(self, flights: float, there: _There) -> str:
        return _reason(self.point.hub, flights, there[self.key(flights)], self._target)

    def reason(self, there: _There) -> str:
        """Why the demand just above the threshold is not sustained; empty if there is none."""
        return self._reason(self.above, there) if self.found is not None and self.found.no is not None else ""

    @property
    def above(self) -> float:
        """The lowest demand that was simulated and is not sustained."""
        assert self.found is not None and self.found.no is not None
        return self.found.no

    def lifting(self, there: _There) -> list[WhatIf]:
        """The what-ifs to simulate just above the threshold, as far as is known by now."""
        if self.found is None or self.found.no is None:
            return []
        before = there[self.key(self.above)]
        worthwhile = list(BLOCKED) if self.first is None else self.first.worthwhile(there)
        whats = what_ifs(at_demand(self.point.hub, self.above))
        return [whats[name] for name in worthwhile if _blocked(name, before) is not None]

    def worthwhile(self, there: _There) -> list[str]:
        """The resources that are worth simulating in other replications; none before all are simulated in this."""
        if self.missing(there):
            return []
        lifts = {name: lift for name in BLOCKED if (lift := self.lift(name, there)) is not None}
        best = max(lifts.values(), default=0.0)
        return [name for name in BLOCKED if name not in lifts or (best > 0 and lifts[name] >= _WORTHWHILE * best)]

    def lift(self, resource: str, there: _There) -> float | None:
        """What more of the resource adds to the share on time; None if that was not simulated."""
        if self.found is None or self.found.no is None:
            return None
        before = there[self.key(self.above)]
        if _blocked(resource, before) is None:
            return 0.0
        after = there.get(self.key(self.above, resource))
        return None if after is None else after["on_time_share"] - before["on_time_share"]

    def left(self, there: _There) -> int:
        """About how many simulations are still to come."""
        if self.found is None:
            return max(1, self._expected - self.n_asked) + (len(BLOCKED) // 2 if self.first is None else 1)
        return len(self.missing(there))

    def key(self, flights: float, resource: str | None = None) -> Key:
        more = f", +10 % {resource}" if resource else ""
        return f"{self.point.label}, {flights:.4f} flights/d{more}", self.number


def _searches(point: Point, keys: CapacityStudy) -> list[_Search]:
    first = _Search(point, 0, keys.capacity, None)
    return [first, *(_Search(point, number, keys.capacity, first) for number in range(1, keys.replications))]


def at_demand(config: HubConfig, flights_per_day: float) -> HubConfig:
    return replace(config, demand=replace(config.demand, flights_per_day=flights_per_day))


def _evaluate(config: HubConfig, replication: int) -> Part:
    """A replication's KPIs alone: its tables would fill the disk, and can be had from `cargohub run`."""
    return {**replicate(config, replication), "tables": {}}


def _reason(config: HubConfig, flights: float, kpis: Mapping[str, float], target: float) -> str:
    """Why this replication does not sustain the demand: late, backlog (by the measure of every study), or both.

    Empty if it does.
    """
    is_late = kpis["on_time_share"] < target
    is_growing = kpis["backlog_slope_per_day"] > _GROWTH_THAT_COUNTS * daily_parcels(at_demand(config, flights))
    return "both" if is_late and is_growing else "late" if is_late else "backlog" if is_growing else ""


def _blocked(resource: str, kpis: Mapping[str, float]) -> float | None:
    """Hours a day for which others waited for the resource; NaN if no KPI says so, None if there were none."""
    name = BLOCKED[resource]
    if name is None:
        return math.nan
    return kpis[name] if kpis[name] > _LEAST else None


def _simulate(run: RunDirectory, searches: Sequence[_Search], there: _There, workers: int, *, is_quiet: bool) -> None:
    """Round after round: every search asks, all are answered, each answer is kept as it comes."""
    # The longest first, so that no core waits at the end of a round; bits do not depend on it.
    by_size = sorted(searches, key=lambda one: -daily_parcels(one.point.hub) * one.point.hub.hall.area_m2)
    told = _Progress(is_quiet)
    while tasks := [task for search in by_size for task in search.missing(there)]:
        for key, part in execution.run(tasks, workers=workers, is_quiet=True):
            run.keep(key, part)
            there[key] = dict(part["kpis"])
            told.one_more(searches, there)


@dataclass(slots=True)
class _Progress:
    """Lines on the error stream, now and then."""

    is_quiet: bool
    _n: int = 0
    _began: float = field(default_factory=time.monotonic)
    _due: float = FIRST_LINE_S

    def one_more(self, searches: Sequence[_Search], there: _There) -> None:
        self._n += 1
        passed = time.monotonic() - self._began
        if self.is_quiet or passed < self._due:
            return
        self._due = passed + NEXT_LINE_S
        left = sum(search.left(there) for search in searches)
        found = sum(search.found is not None for search in searches)
        sys.stderr.write(
            f"{found} of {len(searches)} thresholds found, {len(there)} simulations done, about"
            f" {time_left(passed / self._n * left)} left\n"
        )
        sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Lift:
    """What more of one resource does to a scenario just above its threshold."""

    what: WhatIf
    lift: Interval
    n_simulated: int
    utilisation: float
    blocked_h_per_day: float

    def as_json(self) -> dict[str, Any]:
        blocked = None if math.isnan(self.blocked_h_per_day) else self.blocked_h_per_day
        return {
            "before": self.what.before,
            "after": self.what.after,
            "lift": telling.as_json(self.lift, "1"),
            "utilisation": self.utilisation,
            "blocked_h_per_day": blocked,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario's threshold; `lifts` are sorted, the highest first."""

    point: Point
    crossings: tuple[Crossing, ...]
    reasons: tuple[str, ...]
    """Why the demand just above each is not sustained."""
    flights: Interval
    lifts: tuple[Lift, ...]
    ladder: Mapping[str, float]
    """Parcels a day by resource."""

    @property
    def binding(self) -> str | None:
        """The resource that lifts most, of those known in every replication; None if nothing lifts."""
        return self.best.what.resource if self.best is not None and self.best.lift.mean > 0 else None

    @property
    def best(self) -> Lift | None:
        n = max((lift.lift.n for lift in self.lifts), default=0)
        return next((lift for lift in self.lifts if lift.lift.n == n), None)

    @property
    def warnings(self) -> list[str]:
        name = self.point.label
        lines = []
        if any(one.no is None for one in self.crossings):
            most = max(one.yes for one in self.crossings)
            lines.append(f"{name}: sustains {most:g} flights a day, the most that can be asked for")
        n_backlog = self.reasons.count("backlog")
        if n_backlog:
            lines.append(
                f"{name}: in {n_backlog} of {len(self.reasons)} replications the backlog alone sets the threshold,"
                " which may be chance: a longer horizon_days tells growth better"
            )
        if any(one.yes == 0 for one in self.crossings):
            lines.append(f"{name}: sustains no demand that was simulated")
        if self.best is not None and self.binding is None:
            lines.append(f"{name}: 10 % more of no resource alone lifts on_time_share; several bind together")
        elif self.best is not None and (self.best.lift.low or 0.0) < 0:
            lines.append(f"{name}: whether {self.binding} bind is not sure: the interval of their lift holds 0")
        return lines


def _result(point: Point, searches: Sequence[_Search], there: _There) -> Result:
    crossings = tuple(search.found for search in searches if search.found is not None)
    bounded = [search for search in searches if search.found is not None and search.found.no is not None]
    lifts = [_lift(resource, point, bounded, there) for resource in BLOCKED] if bounded else []
    lifts.sort(key=lambda lift: -lift.lift.mean)
    return Result(
        point,
        crossings,
        tuple(search.reason(there) for search in searches),
        mean_interval([one.yes for one in crossings]),
        tuple(lifts),
        capacity_ladder(point.hub, _floor_stay_h(point, searches, there)),
    )


def _lift(resource: str, point: Point, searches: Sequence[_Search], there: _There) -> Lift:
    befores = [there[search.key(search.above)] for search in searches]
    lifts = [lift for search in searches if (lift := search.lift(resource, there)) is not None]
    return Lift(
        what_ifs(point.hub)[resource],
        mean_interval(lifts),
        sum(search.key(search.above, resource) in there for search in searches),
        mean_interval([before[f"utilisation_{resource}"] for before in befores]).mean,
        mean_interval([_blocked(resource, before) or 0.0 for before in befores]).mean,
    )


def _floor_stay_h(point: Point, searches: Sequence[_Search], there: _There) -> float:
    """Mean time on the floor at the thresholds, by Little's law; 0 if none is above zero."""
    kpis = [there[search.key(search.found.yes)] for search in searches if search.found and search.found.yes > 0]
    passing = sum(one["parcels_per_day"] for one in kpis)
    floor = floor_parcels(point.hub.hall, point.hub.space)
    return sum(one["utilisation_floor"] for one in kpis) * floor / passing * HOURS_PER_DAY if passing else 0.0


def _tables(results: Sequence[Result]) -> list[tuple[TableSchema, Columns]]:
    capacity = [
        (result.point.label, number, one.yes, math.nan if one.no is None else one.no, reason, one.n_asked)
        for result in results
        for number, (one, reason) in enumerate(zip(result.crossings, result.reasons, strict=True))
    ]
    binding = [
        (
            result.point.label,
            lift.what.resource,
            lift.what.before,
            lift.what.after,
            lift.lift.mean,
            math.nan if lift.lift.low is None else lift.lift.low,
            math.nan if lift.lift.high is None else lift.lift.high,
            lift.lift.n,
            lift.n_simulated,
            lift.utilisation,
            lift.blocked_h_per_day,
            lift.what.resource == result.binding,
        )
        for result in results
        for lift in result.lifts
    ]
    ladder = [(result.point.label, *rung) for result in results for rung in result.ladder.items()]
    rows: list[tuple[TableSchema, list[tuple[Any, ...]]]] = [(CAPACITY, capacity), (BINDING, binding), (LADDER, ladder)]
    return [(schema, as_columns(schema.columns, table)) for schema, table in rows]


def _draw(folder: Path, results: Sequence[Result], target: float) -> Path:
    from experiments.report.capacity_figure import CapacityChart, write_chart

    values = {result.point.label: (result.flights.mean, result.flights.low, result.flights.high) for result in results}
    ladders = {
        result.point.label: {
            name: rate / result.point.hub.demand.mean_parcels_per_flight for name, rate in result.ladder.items()
        }
        for result in results
    }
    path = folder / "figures" / "capacity.svg"
    write_chart(path, CapacityChart.of(values, ladders, target))
    return path


def _print_table(results: Sequence[Result], warnings: Sequence[str], path: Path, chart: Path) -> None:
    def cell(interval: Interval, scale: float = 1.0) -> str:
        ends = [interval.low, interval.high]
        between = "" if None in ends else f" ({'..'.join(f'{scale * (end or 0.0):.2f}' for end in ends)})"
        return f"{scale * interval.mean:.2f}{between}"

    width = 2 + max(len(result.point.label) for result in results)
    lines = [f"{'':{width}}{'sustained, flights/day':28}{'parcels/day':>12}  binding"]
    for result in results:
        parcels = result.flights.mean * result.point.hub.demand.mean_parcels_per_flight
        lines.append(
            f"{result.point.label:{width}}{cell(result.flights):28}{parcels:>12,.0f}  {result.binding or 'none alone'}"
        )
    for result in results:
        lines += ["", f"{result.point.label}, just above that"]
        lines.append(
            f"  {'10 % more of':18}{'from':>10}{'to':>10}{'used, %':>10}{'blocked, h/d':>14}  on time, % points"
        )
        for lift in result.lifts:
            blocked = "" if np.isnan(lift.blocked_h_per_day) else f"{lift.blocked_h_per_day:.1f}"
            lines.append(
                f"  {lift.what.resource:18}{lift.what.before:>10,.5g}{lift.what.after:>10,.5g}"
                f"{100 * lift.utilisation:>10.1f}{blocked:>14}  {cell(lift.lift, 100)}"
            )
    lines += ["", *(f"warning: {line}" for line in warnings), f"tables: {path}", f"chart:  {chart}"]
    sys.stdout.write("\n".join(lines) + "\n")
