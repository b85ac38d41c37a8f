"""What `cargohub capacity` asks: scenarios, or designs of a file or along the values of a key; and its keys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from experiments.arguments import Arguments
from experiments.composition import hub, study
from experiments.designs.design import Design, Designed, named, with_study
from experiments.designs.grid import Grid, grid_of
from experiments.designs.spreadsheet import WORD, key_of
from experiments.designs.what_if import what_ifs
from experiments.studies.capacity.search import Sustained
from sim.config import ArrivalModel
from sim.errors import ConfigError
from sim.site.room import check_area

_NOT_ASKED: Final = MappingProxyType(
    {
        "demand.flights_per_day": "is what capacity looks for; leave it out",
        "scenario": "capacity takes several, as scenarios=[liege_30k,liege_66k]",
    }
)


@dataclass(frozen=True, slots=True)
class CapacityKeys(Designed):
    """Keys of the study beside the hub's."""

    scenarios: tuple[str, ...]
    capacity: Sustained

    def __post_init__(self) -> None:
        Designed.__post_init__(self)
        twice = sorted({name for name in self.scenarios if self.scenarios.count(name) > 1})
        if twice:
            raise ValueError(f"scenarios: {twice[0]} is there twice")


def asked(arguments: Arguments) -> tuple[list[Design], CapacityKeys]:
    """The designs, each checked with ten per cent more of every resource, before anything runs."""
    config_dir = arguments.config_dir
    grid = grid_of(_words(arguments.words), config_dir)
    if "capacity" not in grid.composed[0]:
        raise ConfigError("study: capacity needs capacity.target and capacity.tolerance, as study=capacity has them")
    keys = study(CapacityKeys, grid.composed[0])
    if any(study(CapacityKeys, other) != keys for other in grid.composed[1:]):
        raise ConfigError("replications, scenarios, capacity, workers, execution: the same at every point")
    designs = _points(grid, keys, config_dir)
    for design in designs:
        if design.hub.arrivals.model is ArrivalModel.FILE:
            raise ConfigError("arrivals: a file's flights do not follow demand.flights_per_day, which capacity varies")
        check_area(design.hub)
        what_ifs(design.hub)
    return designs, replace(keys, factors=grid.factors(grid.labels))


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


def _points(grid: Grid, keys: CapacityKeys, config_dir: Path | None) -> list[Design]:
    """The rows of the file, or the scenarios, at every combination of the values given."""
    for design in grid.designs:
        if "demand.flights_per_day" in {key_of(word) for word in design.words}:
            raise ConfigError(f"{design.place}: demand.flights_per_day is what capacity looks for; leave it out")
    if grid.designs:
        return [Design(label, hub(one)) for label, one in zip(grid.labels, grid.composed, strict=True)]
    if not keys.scenarios:
        raise ConfigError("scenarios: capacity needs some, or designs=FILE")
    return [
        Design(_label(design.label, grid.varied, row), design.hub)
        for words_of_point, row in zip(grid.words, grid.values, strict=True)
        for design in named(words_of_point, keys.scenarios, config_dir)
    ]


def _label(scenario: str, varied: Sequence[str], values: Sequence[str]) -> str:
    """A scenario is called by its name; of several designs of it, each by all that tells it apart."""
    if not varied:
        return scenario
    return ", ".join(f"{key}={value}" for key, value in zip(("scenario", *varied), (scenario, *values), strict=True))
