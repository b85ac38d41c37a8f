"""The request of `cargohub sensitivity`: keys, points of each stage, and their designs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations, product
from typing import Annotated

import numpy as np

from experiments.arguments import Arguments, key_of
from experiments.designs.design import Design, Replicated, check_kpis, one_hub
from experiments.designs.varying import changed, check_exports, check_set_once, scaled, value_of
from experiments.formatting import unit_name
from experiments.report.key_names import configured, spelt
from experiments.report.sections import sentence_of
from experiments.statistics.factors import Box, crossed_points, trajectories
from sim.config import HubConfig
from sim.errors import ConfigError, placed
from sim.reading import Bounds
from sim.site.room import check_area
from sim.units import Numbers

VERB = "sensitivity"
_FEWEST = 2
"""Least replications that show the noise of the simulation."""


class Method(StrEnum):
    MORRIS = "morris"
    SOBOL = "sobol"
    BOTH = "both"


class Group(StrEnum):
    ARRIVALS = "arrivals"
    CREWS = "crews"
    LOAD = "load"
    PACE = "pace"
    EQUIPMENT = "equipment"
    TRUCKS = "trucks"
    SPACE = "space"
    CUSTOMS = "customs"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Factor:
    """A number varied from `low` to `high`; each of the `fields` is set to its multiple of the number."""

    fields: dict[str, Annotated[float, Bounds(gt=0)]]
    group: Group
    unit: str
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.fields:
            raise ValueError(sentence_of("some_field"))
        if not self.low < self.high:
            raise ValueError(f"low: must be less than high = {self.high:g}, got {self.low:g}")

    @property
    def range(self) -> str:
        return f"{self.low:,g} to {self.high:,g} {unit_name(self.unit)}"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The study's keys; `configs/study/sensitivity.yaml` explains them."""

    room: Annotated[float, Bounds(ge=1)]
    most_collected: Annotated[int, Bounds(ge=1)]
    method: Method
    kpis: tuple[str, ...]
    trajectories: Annotated[int, Bounds(ge=2, le=1000)]
    levels: Annotated[int, Bounds(ge=2, le=100)]
    samples: Annotated[int, Bounds(ge=4, le=65_536)]
    most: Annotated[int, Bounds(ge=1, le=1000)]
    resamples: Annotated[int, Bounds(ge=10, le=100_000)]
    factors: dict[str, Factor]

    def __post_init__(self) -> None:
        if len(self.factors) < 2:
            raise ValueError(f"factors: needs at least 2, got {len(self.factors)}")
        check_kpis(self.kpis)
        if self.levels % 2:
            raise ValueError(f"levels: must be even, got {self.levels}")
        if self.samples & (self.samples - 1):
            raise ValueError(f"samples: must be a power of two, got {self.samples}")


@dataclass(frozen=True, slots=True)
class SensitivityKeys(Replicated):
    """Keys of the study other than the hub's."""

    sensitivity: Sensitivity

    def __post_init__(self) -> None:
        if self.replications < _FEWEST:
            raise ValueError(f"replications: must be at least {_FEWEST}, got {self.replications}")


@dataclass(frozen=True, slots=True)
class Stage:
    """Points (N, K) of a method in order, and the design of each; equal points are one design."""

    name: str
    box: Box
    points: Numbers
    labels: tuple[str, ...]
    designs: tuple[Design, ...]
    values: tuple[tuple[float, ...], ...]
    """Values of the factors, by design."""


def parse(arguments: Arguments) -> tuple[list[Design], SensitivityKeys]:
    """The varied hub, and the study; checked at the ends of the ranges, two factors at a time."""
    (given,), keys = one_hub(arguments, SensitivityKeys, VERB)
    check_area(given.hub)
    config = _with_room(given.hub, keys.sensitivity)
    _check_words(arguments.words, keys.sensitivity)
    _check_ends(config, keys.sensitivity.factors)
    return [replace(given, hub=config)], keys


def _with_room(config: HubConfig, keys: Sensitivity) -> HubConfig:
    """The hub with space for the ranges: larger halls, whose floors of lanes and customs keep their m²."""
    values: dict[str, object] = {}
    for name, hall in config.halls.items():
        shares = {
            f"halls.{name}.zone_shares.{zone}": getattr(hall.zone_shares, zone) / keys.room
            for zone in ("lanes", "customs")
        }
        values |= {f"halls.{name}.area_m2": hall.area_m2 * keys.room, **shares}
    parcels = min(config.exports.collections.parcels, keys.most_collected)
    return changed(config, {**values, "exports.collections.parcels": parcels})


def _check_words(words: Sequence[str], keys: Sensitivity) -> None:
    """Refuse another value for a varied field, except for factors that a second stage keeps fixed."""
    varied = {field: name for name, factor in keys.factors.items() for field in factor.fields}
    for key in map(key_of, words):
        if key in varied and keys.method is not Method.BOTH:
            name = varied[key]
            rest = f"{VERB}.factors.{name}.low and .high set its range, ~{VERB}.factors.{name} keeps it fixed"
            raise ConfigError(f"{key}: the factor {name} varies it ({keys.factors[name].range}); {rest}")


def screening_stage(config: HubConfig, keys: Sensitivity) -> Stage:
    box = _box(config, keys.factors)
    points = trajectories(box, n=keys.trajectories, levels=keys.levels, seed=config.seed)
    return _stage("morris", config, keys.factors, box, points)


def indices_stage(config: HubConfig, keys: Sensitivity, names: Sequence[str]) -> Stage:
    """The stage for the named factors; the others keep the hub's values."""
    factors = {name: keys.factors[name] for name in names}
    box = _box(config, factors)
    return _stage("sobol", config, factors, box, crossed_points(box, n=keys.samples, seed=config.seed))


def _stage(name: str, config: HubConfig, factors: Mapping[str, Factor], box: Box, points: Numbers) -> Stage:
    rows = [tuple(float(value) for value in row) for row in points]
    labels = {row: f"{name} {number}" for number, row in enumerate(dict.fromkeys(rows))}
    designs = tuple(Design(label, _design(config, factors, row)) for row, label in labels.items())
    return Stage(name, box, np.array(rows), tuple(labels[row] for row in rows), designs, tuple(labels))


def _design(config: HubConfig, factors: Mapping[str, Factor], row: Sequence[float]) -> HubConfig:
    """The hub at a point.

    Raises:
        ConfigError: a point that the schema or the area budget refuses, with its values.
    """
    values: dict[str, object] = {}
    place = ", ".join(f"{name}={value:g}" for name, value in zip(factors, row, strict=True))
    with placed(f"sensitivity.factors: not possible with {place}: "):
        for factor, value in zip(factors.values(), row, strict=True):
            values |= scaled(config, factor.fields, value)
        hub = changed(config, values)
        check_area(hub)
    return hub


def _box(config: HubConfig, factors: Mapping[str, Factor]) -> Box:
    return Box(
        tuple(factors),
        tuple(factor.low for factor in factors.values()),
        tuple(factor.high for factor in factors.values()),
        tuple(_is_whole(config, factor) for factor in factors.values()),
    )


def _is_whole(config: HubConfig, factor: Factor) -> bool:
    """Whether the factor's fields are whole numbers."""
    return any(isinstance(value, int) for value in scaled(config, factor.fields, factor.low).values())


def _check_ends(config: HubConfig, factors: Mapping[str, Factor]) -> None:
    """Refuse ranges with an impossible pair of ends, quickly and before anything runs."""
    check_set_once("sensitivity.factors", {name: factor.fields for name, factor in factors.items()})
    for name, factor in factors.items():
        with _advised([name]), placed(f"sensitivity.factors.{name}: "):
            check_exports(factor.fields, [config.exports.share])
        for end in ("low", "high"):
            with _advised([name]), placed(f"sensitivity.factors.{name}.{end}: "):
                scaled(config, factor.fields, getattr(factor, end))
    for n in (1, 2):
        for some in map(dict, combinations(factors.items(), n)):
            for row in product(*((factor.low, factor.high) for factor in some.values())):
                with _advised(some):
                    _design(config, some, row)


def outside_ranges(config: HubConfig, factors: Mapping[str, Factor]) -> list[str]:
    """A warning on factors whose range leaves out the hub's own value; otherwise empty."""
    texts = [
        f"{spelt(name)} {configured(value)}, range {factor.range}"
        for name, factor in factors.items()
        for value in sorted({float(f"{value_of(config, key) / ratio:.6g}") for key, ratio in factor.fields.items()})
        if not factor.low <= value <= factor.high
    ]
    return [sentence_of("outside_ranges", texts="; ".join(texts))] if texts else []


@contextmanager
def _advised(names: Iterable[str]) -> Iterator[None]:
    """Put the words that keep one of these factors fixed behind the message of a mistake."""
    try:
        yield
    except ConfigError as error:
        words = " or ".join(f"~{VERB}.factors.{name}" for name in names)
        raise ConfigError(f"{error}; {words} keeps the factor fixed") from error
