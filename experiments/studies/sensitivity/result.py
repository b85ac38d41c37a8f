"""What `cargohub sensitivity` found: its tables, and what it says in sentences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.report.words import number
from experiments.statistics import Interval
from experiments.statistics.indices import Index
from experiments.statistics.screening import Effect
from experiments.store.summaries import ANSWER
from experiments.store.tables import Columns, as_columns
from experiments.studies import telling
from experiments.studies.sensitivity.design import Factor, Group, Sensitivity, Stage
from sim.measures.kpis import KPIS
from sim.record.schemas import Column, TableSchema

_MUCH_NOISE: Final = 0.1
"""Share of the variance between points from which noise may hide what factors do (assumption)."""
_WIDE: Final = 0.5
"""Width of the interval of a total index from which it says little: half of all that it can be (assumption)."""
_NAMED: Final = 3
"""Factors that a sentence names."""
_FACTOR = Column("factor", "string", "", "its name in the study")
_KPI = Column("kpi", "string", "", "the KPI that it acts on")


def _ends(name: str, unit: str, meaning: str) -> tuple[Column, ...]:
    return (
        Column(name, "float64", unit, meaning),
        Column(f"{name}_low", "float64", unit, "lower end of its 95 % interval; NaN: none"),
        Column(f"{name}_high", "float64", unit, "upper end of its 95 % interval; NaN: none"),
    )


EFFECTS: Final = TableSchema(
    "effects",
    "Morris's elementary effects of each factor, a range of the factor each",
    (
        _KPI,
        _FACTOR,
        Column("group", "string", "", "what the factor is counted with"),
        *_ends("mu_star", "see kpi", "mean of the absolute effects"),
        *_ends("mu", "see kpi", "mean of the effects, its sign the direction"),
        Column("sigma", "float64", "see kpi", "their standard deviation: large where the effect depends on others"),
    ),
    ("kpi", "factor"),
)
INDICES: Final = TableSchema(
    "indices",
    "Sobol's indices: shares of the variance over the ranges of all factors in the table",
    (
        _KPI,
        _FACTOR,
        Column("group", "string", "", "what the factor is counted with"),
        *_ends("first", "1", "what the factor makes alone, S1"),
        *_ends("total", "1", "with all that it acts with, ST"),
    ),
    ("kpi", "factor"),
)
DESIGNS: Final = TableSchema(
    "designs",
    "the values of the factors at each point that was simulated",
    (
        Column("scenario", "string", "", "the point, as the table kpis calls it"),
        _FACTOR,
        Column("value", "float64", "see factor", "of the factor; a factor that is not there stays as configured"),
    ),
    ("scenario", "factor"),
)
NOISE: Final = TableSchema(
    "noise",
    "of the variance of the mean response between points, the share that is noise of the replications",
    (Column("method", "string", "", "morris or sobol"), _KPI, Column("share", "float64", "1", "that share")),
    ("method", "kpi"),
)


@dataclass(frozen=True, slots=True)
class Screened:
    """Morris's stage, its effects by KPI, and the share of noise by KPI."""

    stage: Stage
    effects: Mapping[str, tuple[Effect, ...]]
    noise: Mapping[str, float]

    def ranked(self, kpi: str) -> list[str]:
        """The factors, the largest effect first."""
        return [effect.factor for effect in sorted(self.effects[kpi], key=lambda effect: -effect.size.mean)]


@dataclass(frozen=True, slots=True)
class Crossed:
    """Sobol's stage, its indices by KPI, and the share of noise by KPI."""

    stage: Stage
    indices: Mapping[str, tuple[Index, ...]]
    noise: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Result:
    asked: Sensitivity
    replications: int
    screened: Screened | None
    crossed: Crossed | None

    @property
    def warnings(self) -> list[str]:
        lines = []
        for method, stage in (("morris", self.screened), ("sobol", self.crossed)):
            for kpi, share in stage.noise.items() if stage is not None else ():
                if share > _MUCH_NOISE:
                    lines.append(
                        f"{method}: {100 * share:.0f} % of the variance of {kpi} between points is noise of the"
                        " simulation: more replications, or a longer horizon, tell better"
                    )
        for kpi, found in self.crossed.indices.items() if self.crossed is not None else ():
            if all(index.total.low is None for index in found):
                lines.append(f"sobol: {kpi} is the same at all points: no factor moves it")
            wide = [name_of(index.factor) for index in found if (possible(index.total).half_width or 0) > _WIDE / 2]
            if wide:
                lines.append(
                    f"sobol: of {kpi} the intervals of {', '.join(wide)} leave most open: more sensitivity.samples tell"
                    " better"
                )
        return lines

    def sizes(self, kpi: str) -> list[tuple[str, Interval]]:
        """Each factor's weight, the largest first: of all factors by the screening, else by total index."""
        if self.screened is not None:
            found = [(effect.factor, effect.size) for effect in self.screened.effects[kpi]]
        else:
            assert self.crossed is not None
            found = [(index.factor, index.total) for index in self.crossed.indices[kpi]]
        return sorted(found, key=lambda one: -one[1].mean)

    def as_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {}
        if self.screened is not None:
            document["effects"] = {
                kpi: {
                    effect.factor: {
                        "mu_star": telling.as_json(effect.size, KPIS[kpi].unit),
                        "mu": telling.as_json(effect.mean, KPIS[kpi].unit),
                        "sigma": effect.spread,
                    }
                    for effect in found
                }
                for kpi, found in self.screened.effects.items()
            }
        if self.crossed is not None:
            document["indices"] = {
                kpi: {
                    index.factor: {
                        "first": telling.as_json(index.first, "1"),
                        "total": telling.as_json(index.total, "1"),
                    }
                    for index in found
                }
                for kpi, found in self.crossed.indices.items()
            }
        return document


def sentences(result: Result) -> list[str]:
    """Which factors matter most to each KPI, and what a study of another air hub found."""
    said = [_most(result, kpi) for kpi in result.asked.kpis]
    if result.crossed is not None:
        said += [line for kpi in result.asked.kpis if (line := _shares(result.crossed, kpi))]
    return [*said, *_ups(result)]


def name_of(factor: str) -> str:
    return factor.replace("_", " ")


def range_of(factor: Factor) -> str:
    return f"{factor.low:,g} to {factor.high:,g} {factor.unit}"


def amount(kpi: str, interval: Interval) -> str:
    """A change of a KPI with its interval, shares in percentage points."""
    is_share = KPIS[kpi].unit == "1"
    scale, unit = (100, "percentage points") if is_share else (1, KPIS[kpi].unit)
    text = f"{number(scale * interval.mean)} {unit}"
    cut = changing(kpi, interval)
    if cut.low is None or cut.high is None:
        return text
    return f"{text} ({number(scale * cut.low)} to {number(scale * cut.high)})"


def changing(kpi: str, interval: Interval) -> Interval:
    """As a page tells a change of a KPI: with bounds as far as the KPI reaches, but for those that hold the mean."""
    lowest, highest = KPIS[kpi].range
    most = max(highest - lowest, abs(interval.mean))
    return interval.within(-most, most)


def possible(index: Interval) -> Interval:
    """As a page tells an index: a share of the variance is between 0 and 1, beyond which an estimate lies by chance."""
    low, high = (None if end is None else min(1.0, max(0.0, end)) for end in (index.low, index.high))
    return Interval(min(1.0, max(0.0, index.mean)), low, high, index.n)


def _most(result: Result, kpi: str) -> str:
    sizes = result.sizes(kpi)
    if sizes[0][1].mean == 0:
        return f"No factor moves {kpi}."
    if result.screened is None:
        named = ", ".join(name_of(name) for name, _ in sizes[:_NAMED])
        return f"Of {len(sizes)} factors, these move {kpi} most: {named}."
    factors = result.asked.factors
    listed = "; ".join(
        f"{name_of(name)} ({range_of(factors[name])}) by {amount(kpi, size)}" for name, size in sizes[:_NAMED]
    )
    following = sizes[_NAMED][1] if len(sizes) > _NAMED else None
    sure = "; the intervals leave that order open" if _may_change(sizes[:_NAMED][-1][1], following) else ""
    return f"Of {len(sizes)} factors, these move {kpi} most, each over its whole range, on average: {listed}{sure}."


def _shares(crossed: Crossed, kpi: str) -> str:
    found = sorted(crossed.indices[kpi], key=lambda index: -index.total.mean)
    if found[0].total.low is None:
        return ""
    listed = ", ".join(
        f"{name_of(index.factor)} {_percent(index.first)} alone and {_percent(index.total)} with others"
        for index in found[:_NAMED]
    )
    return f"Of the variance of {kpi} over the ranges of {len(found)} factors, {listed}."


def _percent(share: Interval) -> str:
    """An estimate beyond 0 or 1 is there by chance: the table has it, a sentence does not."""
    cut = possible(share)
    text = f"{100 * cut.mean:.0f} %"
    if cut.low is None or cut.high is None:
        return text
    return f"{text} ({100 * cut.low:.0f} to {100 * cut.high:.0f})"


def _may_change(last: Interval, following: Interval | None) -> bool:
    """Whether the one that follows may be larger than the last."""
    return following is not None and following.high is not None and last.low is not None and following.high > last.low


def _ups(result: Result) -> list[str]:
    """What UPS found in 1996 beside what is found here: the groups of factors by weight."""
    told = (
        "UPS's study of an air hub (Winter Simulation Conference, 1996) found it extremely sensitive to the arrival"
        " pattern and to the availability of crews"
    )
    wanted = (Group.ARRIVALS, Group.CREWS)
    if not set(wanted) <= {factor.group for factor in result.asked.factors.values()}:
        return [f"{told}; this study does not vary both, and cannot say."]
    return [f"{told}.", *(_beside(result, kpi, wanted) for kpi in result.asked.kpis)]


def _beside(result: Result, kpi: str, wanted: Sequence[Group]) -> str:
    """Whether the groups wanted weigh most; a group weighs what its heaviest factor does."""
    heaviest: dict[Group, tuple[str, Interval]] = {}
    for name, size in result.sizes(kpi):
        heaviest.setdefault(result.asked.factors[name].group, (name, size))
    groups = list(heaviest)
    order = ", ".join(f"{group} ({name_of(name)})" for group, (name, _) in heaviest.items())
    last = max(groups.index(group) for group in wanted)
    on_top = last < len(wanted)
    below = heaviest[groups[len(wanted)]][1] if len(groups) > len(wanted) else None
    is_open = _may_change(heaviest[groups[len(wanted) - 1]][1], below)
    sure = "; the intervals leave that order open" if is_open else ""
    if on_top:
        return f"So here for {kpi}: arrivals and crews are the first of {len(groups)} groups{sure}. In order: {order}."
    places = ", ".join(f"{group} come {_ordinal(1 + groups.index(group))}" for group in wanted)
    return f"Not so here for {kpi}: of {len(groups)} groups {places}{sure}. In order: {order}."


def _ordinal(rank: int) -> str:
    names = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
    return names[rank - 1] if rank <= len(names) else f"{rank}th"


def tables_of(result: Result) -> list[tuple[TableSchema, Columns]]:
    factors = result.asked.factors
    rows: list[tuple[TableSchema, list[tuple[Any, ...]]]] = []
    if result.screened is not None:
        rows.append((EFFECTS, [
            (kpi, effect.factor, str(factors[effect.factor].group), *_numbers(effect.size), *_numbers(effect.mean),
             effect.spread)
            for kpi, found in result.screened.effects.items() for effect in found
        ]))  # fmt: skip
    if result.crossed is not None:
        rows.append((INDICES, [
            (kpi, index.factor, str(factors[index.factor].group), *_numbers(index.first), *_numbers(index.total))
            for kpi, found in result.crossed.indices.items() for index in found
        ]))  # fmt: skip
    stages = [("morris", result.screened), ("sobol", result.crossed)]
    there = [(method, stage) for method, stage in stages if stage is not None]
    rows.append((DESIGNS, [row for _, stage in there for row in _design_rows(stage.stage)]))
    rows.append((NOISE, [(method, kpi, share) for method, stage in there for kpi, share in stage.noise.items()]))
    rows.append((ANSWER, list(enumerate(sentences(result)))))
    return [(schema, as_columns(schema.columns, table)) for schema, table in rows]


def _design_rows(stage: Stage) -> Iterable[tuple[Any, ...]]:
    for point, values in zip(stage.designs, stage.values, strict=True):
        yield from ((point.label, name, value) for name, value in zip(stage.box.names, values, strict=True))


def _numbers(interval: Interval) -> tuple[float | None, ...]:
    return interval.mean, interval.low, interval.high
