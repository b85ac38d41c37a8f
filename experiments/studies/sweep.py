"""`cargohub sweep`: a grid of values, also of scenarios.

Simulates every combination of the given values. Each replication has the same draws at every point.

  cargohub sweep demand.flights_per_day=3,5,7,9
  cargohub sweep 'demand.flights_per_day=range(3,12,0.5)' scenario=liege_66k
  cargohub sweep 'scenario=glob(liege_*)' demand=today,permit  every hall of Liège under each demand
  cargohub sweep designs=FILE                                  designs of a spreadsheet, CSV or XLSX, one per row

FILE has a column `name`, and one for each key that a design sets, such as halls.main.area_m2; an empty cell sets none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from experiments.arguments import Arguments
from experiments.designs.design import Design, DesignKeys
from experiments.designs.grid import Combinations, combinations_of, varied_of
from experiments.designs.spreadsheet import Values, Varied, drawn, with_factors
from experiments.frame import console, of_designs
from experiments.frame.of_designs import Replications
from experiments.frame.study import Bench, Document, Request, Study
from experiments.replications.summing import Outcome
from experiments.report.figures import sweep_figure, sweep_map
from experiments.report.sections import Picture, picture_of, sentence_of
from experiments.report.sentences import means_of
from sim.errors import ConfigError

_CHARTED = "on_time_share"


def parse(arguments: Arguments) -> tuple[list[Design], DesignKeys]:
    return points_of(combinations_of(arguments.words, arguments.config_dir, is_quiet=arguments.quiet))


def points_of(grid: Combinations) -> tuple[list[Design], DesignKeys]:
    """Points of the grid, each checked, and the study's keys, which are the same at all points.

    Raises:
        ConfigError: keys that the schema refuses, that are another verb's, or that differ from point to point.
    """
    keys = grid.keys(DesignKeys)
    if any(keys.compared):
        raise ConfigError(sentence_of("takes_points", verb="sweep"))
    return grid.designs(grid.labels), replace(keys, factors=grid.factors(grid.labels))


def varied(request: Request[DesignKeys]) -> Varied:
    """Keys in which the designs differ, and the values of each."""
    labels = [design.label for design in request.designs]
    return with_factors(labels, *varied_of(labels), request.keys.factors)


def compute(bench: Bench, request: Request[DesignKeys]) -> Replications:
    return of_designs.compute(bench, request, varied)


def document(request: Request[DesignKeys], summed: Replications) -> Document:
    keys, values = varied(request)
    data = {
        "points": [
            {**console.scenario_object(summed.outcome, design), "values": dict(zip(keys, row, strict=True))}
            for design, row in zip(request.designs, values, strict=True)
        ]
    }

    return of_designs.document(request, summed, data, pictures=lambda: _pictures(summed.outcome, *drawn(keys, values)))


def _pictures(outcome: Outcome, varied: Sequence[str], values: Sequence[Values]) -> Iterator[Picture]:
    """The line chart, and the maps of a sweep over two keys."""
    intervals = [outcome.intervals[design.label] for design in outcome.designs]
    on_time = [of_design[_CHARTED].scaled(100) for of_design in intervals]
    means = means_of(outcome.n)
    chart = sweep_figure.SweepChart.of(varied, values, on_time, what=f"parcels on time, %, {means}")
    yield picture_of("sweep", sweep_figure.figure(chart), means=means)
    is_unstable = [outcome.is_unstable(design) for design in outcome.designs]
    kpis = of_designs.values_of(outcome)
    if maps := list(sweep_map.maps_of(varied, values, [kpis[design.label] for design in outcome.designs], is_unstable)):
        yield picture_of("sweep_map", sweep_map.figure(maps))


STUDY: Final = Study(
    DesignKeys,
    parse,
    compute,
    document,
    name=lambda request: (
        "-".join(varied_of([design.label for design in request.designs])[0]) or request.designs[0].hub.scenario
    ),
    replications=of_designs.replications,
)
