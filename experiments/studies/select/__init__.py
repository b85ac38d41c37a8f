"""`cargohub select`: the cheapest of many designs that meets a service level, with a stated probability.

Designs are rows of a spreadsheet (`designs=FILE`), swept values, or both. They are replicated in stages, and each is
dropped as soon as it is known to miss the target, or to be dearer than one that meets it: `statistics/selection.py`
(KN, KN++) and `statistics/allocation.py` (OCBA). The values alone decide what is simulated next, so that an interrupted
study goes on where it stopped, and workers change nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from experiments import execution
from experiments.arguments import Arguments
from experiments.composition import hub, study
from experiments.statistics.allocation import ocba
from experiments.statistics.precision import Samples
from experiments.statistics.selection import Selection, kim_nelson
from experiments.store import RunDirectory
from experiments.studies.designs.design import Point, with_study
from experiments.studies.designs.grid import Grid, grid_of
from experiments.studies.designs.scaled_halls import scaled_to
from experiments.studies.replications.replicating import complete, open_directory
from experiments.studies.select.design import AREA, COLUMN, Method, Select, SelectStudy, check_recorded
from experiments.studies.select.page import write_page
from experiments.studies.select.result import Found, found_in, tables_of, tell_selection
from experiments.studies.select.stages import Need, Stages, Values, by_label, sample_of
from sim.errors import ConfigError, InputError

KEYS = SelectStudy
"""The kind of its study."""


def main(arguments: Arguments) -> int:
    return carry_out(arguments, *asked(arguments.words, arguments.config_dir))


def carry_out(arguments: Arguments, points: Sequence[Point], keys: SelectStudy) -> int:
    """Compute what is not there in the study's folder, and tell."""
    check_recorded(arguments.out, points, keys)
    with open_directory(arguments, f"{keys.select.kpi}-{len(points)}-designs", points, keys) as run:
        found = computed(run, points, keys, is_quiet=arguments.quiet)
        page = write_page(run.path, arguments, found)
    tell_selection(found, run.path, page, is_json=arguments.json)
    return 0


def asked(words: Sequence[str], config_dir: Path | None) -> tuple[list[Point], SelectStudy]:
    """The designs and their costs, all checked before anything runs."""
    grid = grid_of(with_study(words, "select"), config_dir, beside=(COLUMN,))
    if "select" not in grid.composed[0]:
        raise ConfigError("study: select needs select.kpi, select.target and others, as study=select has them")
    keys = study(SelectStudy, grid.composed[0])
    if any(study(SelectStudy, other) != keys for other in grid.composed[1:]):
        raise ConfigError("replications, workers, select: the same for every design")
    labels = [design.name for design in grid.designs] if grid.designs and len(grid.varied) == 1 else grid.labels
    points = [Point(label, hub(one)) for label, one in zip(labels, grid.composed, strict=True)]
    factors = grid.factors(labels)
    areas = keys.select.areas_m2
    if areas is not None:
        scaled = [(point, _on(point, area)) for point in points for area in areas]
        points = [design for _, design in scaled]
        factors = {design.label: factors[point.label] for point, design in scaled if factors}
    if len(points) < 2:
        raise ConfigError("designs: select needs several: designs=FILE, or values as halls.main.doors_out=20,30")
    keys = replace(keys, select=_with_costs(keys.select, grid, labels), factors=factors)
    if keys.select.method is Method.OCBA and keys.select.budget < keys.replications * len(points):
        least = keys.replications * len(points)
        raise ConfigError(f"select.budget: at least replications x designs = {least}, got {keys.select.budget}")
    return points, keys


def _on(point: Point, area_m2: float) -> Point:
    label = f"{area_m2:,.0f} m2"
    return Point(label if point.label == "all" else f"{point.label}, {label}", scaled_to(point.hub, area_m2))


def computed(run: RunDirectory, points: Sequence[Point], keys: SelectStudy, *, is_quiet: bool) -> Found:
    """Stages of replications until all is decided; tables written, if they are not."""
    with execution.opened(keys.execution, keys.workers) as pool:
        found = found_again(points, keys, Stages(run, pool, is_quiet=is_quiet).need)
    complete(run, found.outcome, tables_of(found))
    return found


def found_again(points: Sequence[Point], keys: SelectStudy, need: Need) -> Found:
    """What the values say, wherever they come from."""
    selection = selected(points, keys, need)
    return found_in(points, keys, selection, by_label(need([])))


def retold(folder: Path, points: Sequence[Point], keys: SelectStudy, values: Samples) -> Found:
    """What a stored run said.

    Raises:
        InputError: the run lacks costs, or replications that its procedure asks for.
    """
    check_recorded(folder, points, keys)
    there = {
        (label, number): {kpi: own[kpi][number] for kpi in own}
        for label, own in values.items()
        for number in range(min(map(len, own.values()), default=0))
    }

    def need(wanted: Sequence[tuple[Point, int]]) -> Values:
        for point, n in wanted:
            if (point.label, n - 1) not in there:
                raise InputError(f"{folder}: table kpis: {n} replications of {point.label} are not there")
        return there

    return found_again(points, keys, need)


def selected(points: Sequence[Point], keys: SelectStudy, need: Need) -> Selection:
    sample, goal = sample_of(points, keys.select, need), keys.goal(points)
    if keys.select.method is Method.OCBA:
        return ocba(sample, goal, keys.looks, budget=keys.select.budget)
    return kim_nelson(sample, goal, keys.looks, is_updated=keys.select.method is Method.KN_UPDATED)


def _with_costs(own: Select, grid: Grid, labels: Sequence[str]) -> Select:
    """The question with the costs of the file's column, where they are meant."""
    has_column = any(COLUMN in design.beside for design in grid.designs)
    cost = own.cost or (COLUMN if has_column or own.costs else AREA)
    if cost != COLUMN:
        return replace(own, cost=cost)
    if has_column and own.costs:
        raise ConfigError("select.costs: the file has a column cost; one of them decides it")
    if not has_column:
        for label in [*labels, *own.costs]:
            if label not in own.costs or label not in labels:
                what = "no cost of" if label in labels else "no design"
                raise ConfigError(f"select.costs: {what} {label!r}; give designs=FILE with a column cost")
        return replace(own, cost=cost)
    costs = {}
    for label, design in zip(labels, grid.designs, strict=True):
        text = design.beside.get(COLUMN, "")
        try:
            costs[label] = float(text)
        except ValueError:
            costs[label] = math.nan
        if not math.isfinite(costs[label]):
            raise InputError(f"{design.place}, column {COLUMN!r}: expected a number, got {text[:60]!r}")
    return replace(own, cost=cost, costs=costs)
