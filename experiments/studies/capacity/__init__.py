"""`cargohub capacity`: the highest demand that scenarios sustain, and its bottleneck there.

Looks for the most flights a day that each scenario sustains: on time at least `capacity.target`, and the
backlog level. Each replication has its threshold, by bisection under common random numbers; then says of which
resource 10 % more would help most there.

  cargohub capacity                                            the packaged study, some fifteen minutes on two cores
  cargohub capacity 'scenarios=[liege_30k]' replications=5
  cargohub capacity 'scenarios=[liege_30k]' halls.main.breakdown_stations=6,8,10,12   a curve, and its picture
  cargohub capacity 'scenarios=[liege_30k]' capacity.binding=false                    the thresholds alone
  cargohub capacity 'scenarios=[liege_30k,liege_100k]' capacity.target=0.9 capacity.tolerance=0.2 --json

How: a demand is sustained when the share on time reaches `capacity.target` and the backlog is level; with exports
both shares must, that of imports and that of exports, each within its own promise, and the lower one is the share on
time below. Each replication has a threshold of its own, by bisection over `demand.flights_per_day`. The first begins
at the lowest rung of the capacity ladder, the others at the threshold of the first, to which theirs are near. Since
fewer flights are always among more, with the same draws, nothing but the demand changes within a search. The interval
is that of the thresholds' mean.

Nothing makes service fall steadily with demand (one flight more may fill a truck that would have been held), so there
may be several crossings. The threshold is in any case a demand that was simulated and is sustained, and one at most
`capacity.tolerance` above it was simulated and is not. Where the share on time is reached and the run does not show
whether the backlog grows, longer runs do; where these do not either, the backlog sets no threshold, and a warning
says so.

Designs are scenarios, or rows of a spreadsheet (`designs=FILE`). Several rows, or values of a key as in a sweep, make
a curve: each design has its thresholds, and a picture shows them against the values.

The bottleneck by what-if is the resource of which ten per cent more lifts the share on time most at a demand a
twentieth above what the replication was seen not to sustain. A resource that blocked nobody there in the measured
days is not simulated with more: its lift is 0. What only exports and customs' controls use counts where they are
switched on. Those that lift next to nothing in the first replication are not simulated in the others, and cannot be
the bottleneck. The bottleneck by the ladder, its lowest rung, is shown beside it.
"""

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from experiments import execution
from experiments.arguments import Arguments
from experiments.composition import hub, study
from experiments.formatting import number, resource, with_interval
from experiments.report.bottleneck import by_ladder
from experiments.report.sentences import too_few_replications
from experiments.store import RunDirectory
from experiments.studies import telling
from experiments.studies.capacity.curve import curve_tables, draw_curve, values_of
from experiments.studies.capacity.result import Result, result_of, tables_of
from experiments.studies.capacity.search import Sustained, searches_of, simulate_all
from experiments.studies.designs.design import Designed, Point, named, period_warnings, with_study
from experiments.studies.designs.design_factors import Factors, factor_tables, keys_of
from experiments.studies.designs.grid import Grid, grid_of
from experiments.studies.designs.spreadsheet import WORD, key_of
from experiments.studies.designs.what_if import what_ifs
from experiments.studies.replications.evaluating import open_study
from sim.config import ArrivalModel
from sim.errors import ConfigError
from sim.inputs.room import check_area
from sim.measures.kpis import LAID_OUT

_NOT_ASKED: Final = MappingProxyType(
    {
        "demand.flights_per_day": "is what capacity looks for; leave it out",
        "scenario": "capacity takes several, as scenarios=[liege_30k,liege_66k]",
    }
)


@dataclass(frozen=True, slots=True)
class CapacityStudy(Designed):
    """Keys of the study beside the hub's."""

    scenarios: tuple[str, ...]
    capacity: Sustained

    def __post_init__(self) -> None:
        Designed.__post_init__(self)
        twice = sorted({name for name in self.scenarios if self.scenarios.count(name) > 1})
        if twice:
            raise ValueError(f"scenarios: {twice[0]} is there twice")


KEYS = CapacityStudy


def main(arguments: Arguments) -> int:
    return carry_out(arguments, *_asked(arguments.words, arguments.config_dir))


def carry_out(arguments: Arguments, points: Sequence[Point], keys: CapacityStudy) -> int:
    """Compute what is not there, and tell."""
    folder, results = _computed(arguments, points, keys)
    chart = draw_curve(folder, results, keys.factors) or _draw(folder, results, keys.capacity.target)
    warnings = [*period_warnings(points[0].hub), *too_few_replications(keys.replications)]
    warnings += [line for result in results for line in result.warnings]
    if arguments.json:
        telling.print_json(
            {
                "scenarios": {
                    result.point.label: {
                        "flights_per_day": telling.as_json(result.flights, "1/d"),
                        "binding": result.binding,
                        "bottleneck": {"by_what_if": result.binding, "by_ladder": by_ladder(result.ladder)},
                        **values_of(result, keys.factors),
                        "resources": {lift.what.resource: lift.as_json() for lift in result.lifts},
                    }
                    for result in results
                },
                "run_dir": str(folder),
                "warnings": warnings,
            }
        )
    else:
        _print_table(results, keys.factors, warnings, folder, chart)
    return 0


def again(arguments: Arguments, points: Sequence[Point], keys: CapacityStudy) -> Path:
    """A stored run computed again, for `cargohub reproduce`: the folder of what was computed."""
    return _computed(arguments, points, keys)[0]


def _computed(arguments: Arguments, points: Sequence[Point], keys: CapacityStudy) -> tuple[Path, list[Result]]:
    """All searches made, as far as they are not there; tables written, if they are not."""
    searches = [one for point in points for one in searches_of(point, keys.replications, keys.capacity)]
    with _opened(arguments, points, keys) as run:
        there = run.finished()
        with execution.opened(keys.execution, keys.workers) as pool:
            simulate_all(run, searches, there, pool, is_quiet=arguments.quiet)
        results = [
            result_of(point, [one for one in searches if one.point is point], there, has_binding=keys.capacity.binding)
            for point in points
        ]
        if not run.is_complete:
            run.complete(
                {}, tables=[*tables_of(results), *curve_tables(results, keys.factors), *factor_tables(keys.factors)]
            )
    return run.path, results


def _asked(words: Sequence[str], config_dir: Path | None) -> tuple[list[Point], CapacityStudy]:
    """The designs, each checked with ten per cent more of every resource, before anything runs."""
    grid = grid_of(_words(words), config_dir)
    if "capacity" not in grid.composed[0]:
        raise ConfigError("study: capacity needs capacity.target and capacity.tolerance, as study=capacity has them")
    keys = study(CapacityStudy, grid.composed[0])
    if any(study(CapacityStudy, other) != keys for other in grid.composed[1:]):
        raise ConfigError("replications, scenarios, capacity, workers, execution: the same at every point")
    points = _points(grid, keys, config_dir)
    for point in points:
        if point.hub.arrivals.model is ArrivalModel.FILE:
            raise ConfigError("arrivals: a file's flights do not follow demand.flights_per_day, which capacity varies")
        check_area(point.hub)
        what_ifs(point.hub)
    return points, replace(keys, factors=grid.factors(grid.labels))


def _words(words: Sequence[str]) -> list[str]:
    """The words with the packaged study, which names scenarios, where a file of designs does not."""
    if any(word.lstrip("+~").startswith("precision") for word in words):
        raise ConfigError("precision: capacity makes the replications asked for; give replications=N")
    given = {key_of(word) for word in words}
    for key, why in _NOT_ASKED.items():
        if key in given:
            raise ConfigError(f"{key}: {why}")
    own = with_study(words, "capacity")
    if not any(word.startswith(WORD) for word in words):
        return own
    if "scenarios" in given:
        raise ConfigError("designs: the file says of which hubs; leave scenarios out, or give it a column scenario")
    return [*own, "scenarios=[]"]


def _points(grid: Grid, keys: CapacityStudy, config_dir: Path | None) -> list[Point]:
    """The rows of the file, or the scenarios, at every combination of the values given."""
    for design in grid.designs:
        if "demand.flights_per_day" in {key_of(word) for word in design.words}:
            raise ConfigError(f"{design.place}: demand.flights_per_day is what capacity looks for; leave it out")
    if grid.designs:
        return [Point(label, hub(one)) for label, one in zip(grid.labels, grid.composed, strict=True)]
    if not keys.scenarios:
        raise ConfigError("scenarios: capacity needs some, or designs=FILE")
    return [
        Point(_label(point.label, grid.varied, row), point.hub)
        for words_of_point, row in zip(grid.words, grid.values, strict=True)
        for point in named(words_of_point, keys.scenarios, config_dir)
    ]


def _label(scenario: str, varied: Sequence[str], values: Sequence[str]) -> str:
    """A scenario is called by its name; of several designs of it, each by all that tells it apart."""
    if not varied:
        return scenario
    return ", ".join(f"{key}={value}" for key, value in zip(("scenario", *varied), (scenario, *values), strict=True))


def _opened(arguments: Arguments, points: Sequence[Point], keys: CapacityStudy) -> RunDirectory:
    hubs = {point.label: point.hub for point in points}
    return open_study(arguments, "-".join(keys.scenarios) or f"{len(points)}-designs", hubs, keys.as_plain())


def _draw(folder: Path, results: Sequence[Result], target: float) -> Path:
    from experiments.report.figures.capacity_figure import CapacityChart, write_chart

    values = {result.point.label: result.flights for result in results}
    ladders = {
        result.point.label: {
            name: rate / result.point.hub.mean_parcels_per_flight
            for name, rate in result.ladder.items()
            if name not in LAID_OUT
        }
        for result in results
    }
    path = folder / "figures" / "capacity.svg"
    write_chart(path, CapacityChart.of(values, ladders, target))
    return path


def _print_table(results: Sequence[Result], factors: Factors, warnings: Sequence[str], path: Path, chart: Path) -> None:
    cell = partial(with_interval, show=partial(number, digits=2), between="..")
    width = 2 + max(len(result.point.label) for result in results)
    is_asked = any(result.lifts for result in results)
    columns = {key: [factors[result.point.label][key] for result in results] for key in keys_of(factors)}
    widths = {key: 2 + max(map(len, (key, *values))) for key, values in columns.items()}

    def row(label: str, own: Iterable[str]) -> str:
        cells = (f"{text:{across}}" for text, across in zip(own, widths.values(), strict=True))
        return f"{label:{width}}" + "".join(cells)

    lines = [f"{row('', columns)}{'sustained, flights/day':28}{'parcels/day':>12}"]
    for at, result in enumerate(results):
        own = row(result.point.label, (values[at] for values in columns.values()))
        parcels = result.flights.mean * result.point.hub.mean_parcels_per_flight
        lines.append(f"{own}{cell(result.flights):28}{parcels:>12,.0f}")
    lines += ["", *(f"{result.point.label}: {result.bottleneck}" for result in results)]
    for result in results if is_asked else ():
        lines += ["", f"{result.point.label}, just above that"]
        wide = 2 + max(len(resource(lift.what.resource)) for lift in result.lifts)
        lines.append(
            f"  {'10 % more of':{wide}}{'from':>10}{'to':>10}{'used, %':>10}{'blocked, h/d':>14}  on time, % points"
        )
        for lift in result.lifts:
            blocked = "" if math.isnan(lift.blocked_h_per_day) else f"{lift.blocked_h_per_day:.1f}"
            lines.append(
                f"  {resource(lift.what.resource):{wide}}{lift.what.before:>10,.5g}{lift.what.after:>10,.5g}"
                f"{100 * lift.utilisation:>10.1f}{blocked:>14}  {cell(lift.lift.scaled(100))}"
            )
    lines += ["", *(f"warning: {line}" for line in warnings), f"tables: {path}", telling.shown_at(chart)]
    sys.stdout.write("\n".join(lines) + "\n")
