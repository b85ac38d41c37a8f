"""What the searches of `cargohub capacity` found, and its tables."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.formatting import with_interval
from experiments.report import bottleneck
from experiments.statistics import Interval, mean_interval
from experiments.statistics.paired import difference_of
from experiments.store.summaries import ANSWER, LADDER
from experiments.store.tables import Columns, as_columns
from experiments.studies import telling
from experiments.studies.capacity.search import Search, There, blocked_h
from experiments.studies.designs.design import Point
from experiments.studies.designs.what_if import WhatIf, what_ifs
from experiments.studies.replications.crossing import Crossing
from sim.measures.kpis import KPIS
from sim.measures.ladder import capacity_ladder
from sim.record.schemas import Column, TableSchema

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
        Column(
            "before",
            "float64",
            "see resource",
            "units; parcels/h of a machine; m2 of floors and of the customs hold zone",
        ),
        Column("after", "float64", "see resource", "ten per cent more, of units at least one"),
        Column(
            "lift",
            "float64",
            "1",
            "growth of on_time_share, or of exports_kept_up_share where that is lower; mean over replications",
        ),
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
    n_undecided: int
    """Replications in which nothing shows whether the backlog grows at the demand sustained."""
    flights: Interval
    lifts: tuple[Lift, ...]
    ladder: Mapping[str, float]
    """Parcels a day by resource."""

    @property
    def binding(self) -> str | None:
        """The resource that lifts most, of those known in every replication; None if nothing lifts."""
        return self.best.what.resource if self.best is not None and self.best.lift.mean > 0 else None

    @property
    def bottleneck(self) -> str:
        """By what-if and by the ladder, in words."""
        return bottleneck.named(self.binding, self.ladder)

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
                f"{name}: in {n_backlog} of {len(self.reasons)} replications the backlog alone sets the threshold"
            )
        if self.n_undecided:
            lines.append(
                f"{name}: in {self.n_undecided} of {len(self.reasons)} replications it is undecided whether the backlog"
                " grows at the demand sustained: a longer horizon_days may show it"
            )
        if any(one.yes == 0 for one in self.crossings):
            lines.append(f"{name}: sustains no demand that was simulated")
        if self.best is not None and self.binding is None:
            lines.append(f"{name}: 10 % more of no resource alone lifts the share on time just above the threshold")
        elif self.best is not None and (self.best.lift.low or 0.0) < 0:
            lines.append(f"{name}: the bottleneck by what-if is not sure: the interval of its lift includes 0")
        return lines


def result_of(point: Point, searches: Sequence[Search], there: There, *, has_binding: bool = True) -> Result:
    crossings = tuple(search.found for search in searches if search.found is not None)
    bounded = [search for search in searches if search.found is not None and search.found.no is not None]
    resources = what_ifs(point.hub) if bounded and has_binding else ()
    lifts = [_lift(resource, point, bounded, there) for resource in resources]
    lifts.sort(key=lambda lift: -lift.lift.mean)
    return Result(
        point,
        crossings,
        tuple(search.reason(there) for search in searches),
        sum(
            search.growth(search.found.yes, there) is None
            for search in searches
            if search.found and search.found.yes > 0
        ),
        mean_interval([one.yes for one in crossings]).within(0.0),
        tuple(lifts),
        capacity_ladder(point.hub, _at_thresholds(searches, there)),
    )


def _lift(resource: str, point: Point, searches: Sequence[Search], there: There) -> Lift:
    befores = [there[search.key(search.above)] for search in searches]
    lifts = [lift for search in searches if (lift := search.lift(resource, there)) is not None]
    return Lift(
        what_ifs(point.hub)[resource],
        mean_interval(lifts, possible=difference_of(KPIS["on_time_share"].range)),
        sum(search.key(search.above, resource) in there for search in searches),
        mean_interval([before[f"utilisation_{resource}"] for before in befores]).mean,
        mean_interval([blocked_h(resource, before) or 0.0 for before in befores]).mean,
    )


def _at_thresholds(searches: Sequence[Search], there: There) -> dict[str, float]:
    """Mean KPIs at the thresholds; none if none is above zero."""
    kpis = [there[search.key(search.found.yes)] for search in searches if search.found and search.found.yes > 0]
    return {name: sum(one[name] for one in kpis) / len(kpis) for name in (kpis[0] if kpis else ())}


def sentences(results: Sequence[Result]) -> list[str]:
    """What each scenario sustains, and its bottleneck."""
    said = []
    for result in results:
        n = result.flights.n
        flights = with_interval(result.flights, "{:.2f}".format, unit=" flights a day")
        line = f"{result.point.label} sustains {flights}, in {n} replication{'s' if n != 1 else ''}"
        said.append(f"{line}; {result.bottleneck}.")
    return said


def tables_of(results: Sequence[Result]) -> list[tuple[TableSchema, Columns]]:
    capacity = [
        (result.point.label, number, one.yes, one.no, reason, one.n_asked)
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
            lift.lift.low,
            lift.lift.high,
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
    rows: list[tuple[TableSchema, list[tuple[Any, ...]]]] = [
        (CAPACITY, capacity),
        (BINDING, binding),
        (LADDER, ladder),
        (ANSWER, list(enumerate(sentences(results)))),
    ]
    return [(schema, as_columns(schema.columns, table)) for schema, table in rows]
