"""What designs sustain along the values of a key: the table and the picture of `cargohub capacity KEY=A,B,C`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.formatting import resource
from experiments.report.bottleneck import by_ladder
from experiments.store.tables import Columns, as_columns
from experiments.studies.capacity.result import Result
from experiments.studies.designs.design_factors import Factors, drawn, with_factors
from experiments.studies.designs.grid import varied_of
from sim.record.schemas import Column, TableSchema


def curve_tables(results: Sequence[Result], factors: Factors) -> list[tuple[TableSchema, Columns]]:
    """One row a design: what was varied, what it sustains, its bottleneck; none without several values of a key."""
    varied, values = _varied(results, factors)
    if not varied:
        return []
    columns = (
        Column("point", "int32", "1", "in the order asked for"),
        *(Column(key, "string", "", "value of this key") for key in varied),
        Column("flights_per_day", "float64", "1/d", "the most that is sustained, mean over replications"),
        Column("low", "float64", "1/d", "lower end of its 95 % interval; NaN: none"),
        Column("high", "float64", "1/d", "upper end of its 95 % interval; NaN: none"),
        Column("binding", "string", "", "the bottleneck by what-if; empty: none, or not asked"),
        Column("lowest_rung", "string", "", "the bottleneck by the ladder"),
    )
    rows: list[tuple[Any, ...]] = []
    for at, (result, row) in enumerate(zip(results, values, strict=True)):
        own = result.flights
        rows.append((at, *row, own.mean, own.low, own.high, result.binding or "", by_ladder(result.ladder)))
    schema = TableSchema("curve", "what each design sustains", columns, ("point",))
    return [(schema, as_columns(schema.columns, rows))]


def values_of(result: Result, factors: Factors) -> dict[str, Any]:
    """The values that tell the design apart, for JSON; nothing for a scenario as it is."""
    varied, values = _varied([result], factors)
    return {"values": dict(zip(varied, values[0], strict=True))} if varied else {}


def draw_curve(folder: Path, results: Sequence[Result], factors: Factors) -> Path | None:
    """The curve: sustained flights a day over the first key that is a number; None without several values of a key."""
    varied, values = _varied(results, factors)
    if not varied:
        return None
    from experiments.report.figures.sweep_figure import SweepChart, write_chart

    path = folder / "figures" / "capacity.svg"
    chart = SweepChart.of(
        *drawn(varied, values),
        [result.flights for result in results],
        what="sustained flights a day, mean and 95 % interval",
        notes=[resource(result.binding) if result.binding else "" for result in results],
    )
    write_chart(path, chart)
    return path


def _varied(results: Sequence[Result], factors: Factors) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    labels = [result.point.label for result in results]
    if not all("=" in label for label in labels):
        return (), ()
    return with_factors(labels, *varied_of(labels), factors)
