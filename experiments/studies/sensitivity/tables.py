"""The tables of `cargohub sensitivity`."""

from collections.abc import Iterable
from typing import Any, Final

from experiments.replications.stability import stability_table
from experiments.statistics import Interval
from experiments.store.tables import Columns, as_columns
from experiments.studies.sensitivity.design import Stage
from experiments.studies.sensitivity.result import Result
from sim.record.schemas import Column, TableSchema

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
        Column("is_impossible", "bool", "", "estimates that no true index has: below 0, above 1, or S1 above ST"),
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
            (kpi, index.factor, str(factors[index.factor].group), *_numbers(index.first), *_numbers(index.total),
             index.is_impossible)
            for kpi, found in result.crossed.indices.items() for index in found
        ]))  # fmt: skip
    stages = [("morris", result.screened), ("sobol", result.crossed)]
    there = [(method, stage) for method, stage in stages if stage is not None]
    rows.append((DESIGNS, [row for _, stage in there for row in _design_rows(stage.stage)]))
    rows.append((NOISE, [(method, kpi, share) for method, stage in there for kpi, share in stage.noise.items()]))
    tables = [(schema, as_columns(schema.columns, table)) for schema, table in rows]
    return [*tables, stability_table(result.stability)]


def _design_rows(stage: Stage) -> Iterable[tuple[Any, ...]]:
    for point, values in zip(stage.designs, stage.values, strict=True):
        yield from ((point.label, name, value) for name, value in zip(stage.box.names, values, strict=True))


def _numbers(interval: Interval) -> tuple[float | None, ...]:
    return interval.mean, interval.low, interval.high
