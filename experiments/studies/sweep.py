"""`cargohub sweep`: a grid of designs, one row a point, one line chart."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.arguments import Arguments
from experiments.composition import hub, study
from experiments.store.tables import Columns
from experiments.studies import telling
from experiments.studies.designs.design import Point, Study, period_warnings
from experiments.studies.designs.design_factors import drawn, with_factors
from experiments.studies.designs.grid import Grid, grid_of, varied_of
from experiments.studies.replications.replicating import Outcome, complete, open_directory, replications
from experiments.studies.replications.warming import check_warmup
from sim.errors import ConfigError
from sim.measures.kpis import KPIS
from sim.record.schemas import Column, TableSchema

KEYS = Study
_CHARTED = "on_time_share"


def main(arguments: Arguments) -> int:
    points, keys = points_of(grid_of(arguments.words, arguments.config_dir, is_quiet=arguments.quiet))
    return carry_out(arguments, points, keys)


def points_of(grid: Grid) -> tuple[list[Point], Study]:
    """The points of the grid, each checked, and the study's keys, the same at all of them.

    Raises:
        ConfigError: keys that the schema refuses, that are another verb's, or that differ from point to point.
    """
    keys = study(Study, grid.composed[0])
    if keys.scenarios or keys.demands or keys.arrival_models:
        raise ConfigError("scenarios: sweep takes scenario=a,b; scenarios=[a,b] is for compare")
    if any(study(Study, other) != keys for other in grid.composed[1:]):
        raise ConfigError("replications, workers, execution: the same at every point of a sweep")
    points = [Point(label, hub(one)) for label, one in zip(grid.labels, grid.composed, strict=True)]
    return points, replace(keys, factors=grid.factors(grid.labels))


def carry_out(arguments: Arguments, points: Sequence[Point], keys: Study) -> int:
    """Compute what is not there, and tell."""
    labels = [point.label for point in points]
    swept, rows = varied_of(labels)
    varied, values = with_factors(labels, swept, rows, keys.factors)
    with open_directory(arguments, "-".join(swept) or points[0].hub.scenario, points, keys) as run:
        outcome = replications(run, points, keys, is_quiet=arguments.quiet)
        complete(run, outcome, [sweep_table(outcome, varied, values)])
        _draw(run.path, outcome, *drawn(varied, values))
        page = telling.write_page(run.path, arguments, points, replications=outcome.n)
        early = check_warmup(run.path, points)
    own = [*period_warnings(points[0].hub), *telling.page_warnings(points), *outcome.warnings, *early]
    warnings = telling.warnings_of(outcome, own)
    if arguments.json:
        telling.print_json(
            {
                "points": [
                    {**telling.scenario_object(outcome, point), "values": dict(zip(varied, row, strict=True))}
                    for point, row in zip(points, values, strict=True)
                ],
                "run_dir": str(run.path),
                "warnings": warnings,
            }
        )
    else:
        telling.print_table(outcome, warnings, run.path, page, command=arguments.command)
    return 0


def sweep_table(
    outcome: Outcome, varied: Sequence[str], values: Sequence[tuple[str, ...]]
) -> tuple[TableSchema, Columns]:
    """One row a point: what was varied, then mean and interval of every KPI."""
    columns = [Column("point", "int32", "1", "in the order of the sweep")]
    columns += [Column(key, "string", "", "value of this key") for key in varied]
    data: dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]] = {"point": np.arange(len(values), dtype=np.int32)}
    data |= {key: np.array([row[i] for row in values], dtype=np.str_) for i, key in enumerate(varied)}
    for name, kpi in KPIS.items():
        own = [outcome.intervals[point.label][name] for point in outcome.points]
        for part in ("mean", "low", "high"):
            columns.append(Column(f"{name}_{part}", "float64", kpi.unit, f"{part} of: {kpi.meaning}"))
            ends = [getattr(interval, part) for interval in own]
            data[f"{name}_{part}"] = np.array([np.nan if end is None else end for end in ends])
    return TableSchema("sweep", "one row a point of the sweep", tuple(columns), ("point",)), data


def _draw(folder: Path, outcome: Outcome, varied: Sequence[str], values: Sequence[tuple[str, ...]]) -> None:
    """The line chart, and the maps of a sweep over two keys."""
    from experiments.report.figures.sweep_figure import SweepChart, write_chart
    from experiments.report.figures.sweep_map import maps_of, write_maps

    own = [outcome.intervals[point.label] for point in outcome.points]
    shares = [one[_CHARTED] for one in own]
    chart = SweepChart.of(
        varied,
        values,
        [100 * share.mean for share in shares],
        [(_percent(share.low), _percent(share.high)) for share in shares],
        what="parcels in time, %, mean and 95 % interval",
    )
    path = folder / "figures" / "sweep.svg"
    write_chart(path, chart)
    maps = maps_of(varied, values, own, [outcome.is_unstable(point) for point in outcome.points])
    if maps:
        write_maps(path.with_name("sweep_map.svg"), maps)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
