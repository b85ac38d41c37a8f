"""`cargohub customs`: what checks find, and what they cost: the frontier of checks against dwell.

One control at a time is set to several values, all else as configured and with the same flights, parcels and draws.
Every value is held against the hub as configured, replication by replication.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from experiments import execution
from experiments.arguments import Arguments
from experiments.composition import compose, hub, study
from experiments.studies import telling
from experiments.studies.customs.page import print_summary, write_page
from experiments.studies.customs.result import Result, found_in, sentences, tables_of
from experiments.studies.designs.design import Point, Replicated, period_warnings, with_study
from experiments.studies.designs.varying import changed
from experiments.studies.replications.evaluating import evaluated, open_study
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.inputs.inputs import make_inputs
from sim.reading import Bounds, plain

_VERB = "customs"
_GROUP = "customs.declared."


@dataclass(frozen=True, slots=True)
class Control:
    """A control: the key that sets it, and the values to try."""

    key: str
    values: tuple[Annotated[float, Bounds(ge=0)], ...]

    def __post_init__(self) -> None:
        if not self.key.startswith(_GROUP):
            raise ValueError(f"key: one of {_GROUP}*, got {self.key!r}")
        if not self.values:
            raise ValueError("values: at least one")
        twice = [value for value in self.values if self.values.count(value) > 1]
        if twice:
            raise ValueError(f"values: {twice[0]:g} is there twice")


@dataclass(frozen=True, slots=True)
class CustomsStudy(Replicated):
    """Keys of the study beside the hub's."""

    frontier: dict[str, Control]

    def __post_init__(self) -> None:
        if not self.frontier:
            raise ValueError("frontier: at least one control")


KEYS = CustomsStudy


def main(arguments: Arguments) -> int:
    config, keys = asked(arguments.words, arguments.config_dir)
    return carry_out(arguments, [Point(config.scenario, config)], keys)


def asked(words: Sequence[str], config_dir: Path | None) -> tuple[HubConfig, CustomsStudy]:
    """The hub, and the study."""
    composed = compose(with_study(words, _VERB), config_dir)
    if "frontier" not in composed:
        raise ConfigError(f"study: customs needs frontier, with a key and values by control, as study={_VERB} has")
    config, keys = hub(composed), study(CustomsStudy, composed)
    if config.customs.declared is None:
        raise ConfigError("customs.declared: null, so nothing is declared and nothing found; take customs=declared")
    return config, keys


def carry_out(arguments: Arguments, points: Sequence[Point], keys: CustomsStudy) -> int:
    """Compute what is not there, and tell; the points are one, the hub as configured."""
    config = points[0].hub
    folder, result = measured(arguments, config, keys)
    warnings = [*period_warnings(config), *result.warnings]
    page = write_page(folder, arguments, config, result, warnings)
    if arguments.json:
        document = {**result.as_json(), "sentences": sentences(result), "run_dir": str(folder), "warnings": warnings}
        telling.print_json(document)
    else:
        print_summary(result, warnings, folder, page)
    return 0


def again(arguments: Arguments, points: Sequence[Point], keys: CustomsStudy) -> Path:
    """A stored run computed again, for `cargohub reproduce`: the folder of what was computed."""
    return measured(arguments, points[0].hub, keys)[0]


def measured(arguments: Arguments, config: HubConfig, keys: CustomsStudy) -> tuple[Path, Result]:
    """Every value of every control, each replication kept as it comes; the folder, and what was found."""
    base, n = Point("as configured", config), keys.replications
    points = {
        (name, value): Point(f"{name} {value:g}", changed(config, {control.key: value}))
        for name, control in keys.frontier.items()
        for value in control.values
    }
    for point in (base, *points.values()):
        make_inputs(point.hub, 0)
    if not arguments.quiet:
        n_hubs = 1 + len(points)
        sys.stderr.write(f"customs: {n_hubs} hubs, with {n} replications {n * n_hubs} simulations\n")
    with (
        open_study(arguments, config.scenario, {config.scenario: config}, plain(keys)) as run,
        execution.opened(keys.execution, keys.workers) as pool,
    ):
        there = evaluated(run, [base, *points.values()], n, pool, is_quiet=arguments.quiet)
        samples = {label: [there[label, number] for number in range(n)] for label in {key for key, _ in there}}
        mine = {at: samples[point.label] for at, point in points.items()}
        result = found_in(config.scenario, samples[base.label], mine, config.customs.examination_min)
        if not run.is_complete:
            run.complete({}, tables=tables_of(result))
    return run.path, result
