"""The request of `cargohub optimise`: goals, variables, and the design for given values of the variables."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Final

import yaml

from experiments.designs.design import Replicated, one_hub
from experiments.designs.varying import changed, check_exports, check_set_once, scaled, value_of
from experiments.formatting import kpi_name
from experiments.money.prices import Prices
from experiments.report.key_names import configured, key_unit
from experiments.report.sections import sentence_of
from sim.config import HubConfig
from sim.config.bounds import check_known
from sim.errors import ConfigError, placed
from sim.inputs.staffing import rostered_h_per_day
from sim.measures.kpis import KPIS
from sim.reading import Bounds
from sim.site.room import check_area
from sim.site.zones import zones_in_use
from sim.units import DAYS_PER_YEAR

_FIGURES: Final = {
    "area_m2": ("Area", "m2"), "posts_h_per_day": ("Hours of posts", "h/d"), "cost_eur_per_day": ("Cost", "EUR/d"),
}  # fmt: skip
"""Name and unit of figures of the design itself."""
UNITS: Final = {name: unit for name, (_, unit) in _FIGURES.items()}


def figures(config: HubConfig, prices: Prices) -> dict[str, float]:
    """Values of these figures. Hours of posts are those of the roster; halls are at market rent."""
    rostered = rostered_h_per_day(config)
    hours = sum(h for role, h in rostered.items() if role not in prices.labour.paid_by_others)
    machines = config.rated_per_h * prices.capex.machine_eur_per_parcel_h / prices.discounting.equipment_years
    by_year = config.area_m2 * prices.site.rent_eur_per_m2_year + machines
    return {
        "area_m2": config.area_m2,
        "posts_h_per_day": hours,
        "cost_eur_per_day": by_year / DAYS_PER_YEAR + hours * prices.labour.wage_eur_per_h,
    }


VERB: Final = "optimise"
_GOALS: Final = 2
_NEVER: Final = 1.0
"""Added to the missing shares of zones if the schema refuses a design: as much as a useless hall."""
_ON_GRID: Final = 1e-6

Value = float | str


class Sampler(StrEnum):
    NSGA2 = "nsga2"
    TPE = "tpe"


@dataclass(frozen=True, slots=True)
class Variable:
    """A free variable: numbers from `low` to `high` by `step` (None: any), or `choices` as texts."""

    fields: dict[str, Annotated[float, Bounds(gt=0)]]
    low: float | None
    high: float | None
    step: Annotated[float, Bounds(gt=0)] | None
    choices: tuple[str, ...] | None

    def __post_init__(self) -> None:
        if not self.fields:
            raise ValueError(sentence_of("some_field"))
        if self.choices is not None:
            if (self.low, self.high, self.step) != (None, None, None):
                raise ValueError("choices: give either choices, or low, high and step")
            if len(set(self.choices)) < max(2, len(self.choices)):
                raise ValueError(f"choices: needs at least two different ones, got {', '.join(self.choices) or 'none'}")
            if any(ratio != 1 for ratio in self.fields.values()):
                raise ValueError(sentence_of("choice_as_is"))
            return
        if self.low is None or self.high is None:
            raise ValueError("low: give either low and high, or choices")
        if not self.low < self.high:
            raise ValueError(f"low: must be less than high = {self.high:g}, got {self.low:g}")
        if self.step is not None and not self.is_on_grid(self.high):
            raise ValueError(f"step: from {self.low:g}, no step of {self.step:g} reaches high = {self.high:g}")

    def is_on_grid(self, value: float) -> bool:
        assert self.low is not None
        steps = 0.0 if self.step is None else (value - self.low) / self.step
        return abs(steps - round(steps)) < _ON_GRID

    @property
    def unit(self) -> str:
        """Unit of its numbers, from the name of the first field's key."""
        return "" if self.choices else key_unit(next(iter(self.fields))).partition(",")[0]

    @property
    def ends(self) -> tuple[Value, ...]:
        return self.choices if self.choices is not None else (self.low or 0.0, self.high or 0.0)


@dataclass(frozen=True, slots=True)
class Optimise:
    """The study's keys; `configs/study/optimise.yaml` explains them."""

    minimise: tuple[str, ...]
    maximise: tuple[str, ...]
    sampler: Sampler
    trials: Annotated[int, Bounds(ge=1, le=100_000)]
    population: Annotated[int, Bounds(ge=2, le=1000)]
    confirm: Annotated[int, Bounds(ge=0, le=1000)]
    cost: Prices
    variables: dict[str, Variable]

    def __post_init__(self) -> None:
        for key in ("minimise", "maximise"):
            check_known(key, "no figure", getattr(self, key), [*UNITS, *KPIS])
        if len(self.goals) != _GOALS or len(set(self.goals)) != _GOALS:
            raise ValueError(sentence_of("two_goals", got=", ".join(self.goals) or "none"))
        if not self.variables:
            raise ValueError("variables: at least one")

    @property
    def goals(self) -> tuple[str, ...]:
        return (*self.minimise, *self.maximise)

    @property
    def called(self) -> list[str]:
        """Names of the goals for a reader."""
        return [_FIGURES[goal][0] if goal in _FIGURES else kpi_name(goal) for goal in self.goals]

    def unit(self, goal: str) -> str:
        return UNITS[goal] if goal in UNITS else KPIS[goal].unit


@dataclass(frozen=True, slots=True)
class OptimiseKeys(Replicated):
    """Keys of the study other than the hub's."""

    optimise: Optimise


@dataclass(frozen=True, slots=True)
class Candidate:
    """Values of the variables, and the hub, or why and by how much the design is impossible."""

    values: tuple[Value, ...]
    label: str
    hub: HubConfig | None
    lacks: float
    """Sum of the shares by which zones and façade are too small; more if the schema refuses the design; 0: it fits."""
    why: str


parse: Final = partial(one_hub, kind=OptimiseKeys, verb=VERB)
"""The hub that the variables change, and the study."""


def check_variables(config: HubConfig, variables: Mapping[str, Variable]) -> None:
    """Refuse fields that are missing or occur twice, and ends outside the bounds of a field."""
    check_set_once(f"{VERB}.variables", {name: variable.fields for name, variable in variables.items()})
    for name, variable in variables.items():
        place = f"{VERB}.variables.{name}"
        with placed(f"{place}: "):
            check_exports(variable.fields, [config.exports.share])
        steps: tuple[Value, ...] = () if variable.step is None else ((variable.low or 0.0) + variable.step,)
        for value in (*variable.ends, *steps):
            with placed(f"{place}: "):
                values = _fields(config, variable, value)
            try:
                changed(config, values)
            except ConfigError as error:
                # A value outside its field's bounds is a mistake; anything else, other variables may correct.
                text = str(error)
                if any(text.startswith((f"{field}: must be ", f"{field}: expected ")) for field in variable.fields):
                    raise ConfigError(f"{place}: {error}") from error


def design_of(config: HubConfig, variables: Mapping[str, Variable], values: Sequence[Value]) -> Candidate:
    label = ", ".join(f"{name}={value_text(value)}" for name, value in zip(variables, values, strict=True))
    fields: dict[str, object] = {}
    for variable, value in zip(variables.values(), values, strict=True):
        fields |= _fields(config, variable, value)
    try:
        larger = changed(config, fields)
    except ConfigError as error:
        return Candidate(tuple(values), label, None, _NEVER + _excess(fields), str(error))
    lacks = _lacks(larger)
    try:
        check_area(larger)
    except ConfigError as error:
        return Candidate(tuple(values), label, None, max(lacks, _ON_GRID), str(error))
    return Candidate(tuple(values), label, larger, 0.0, "")


def own_values(config: HubConfig, variables: Mapping[str, Variable]) -> tuple[Value, ...] | None:
    """Values at which the variables leave the hub unchanged; None if impossible."""
    values: list[Value] = []
    for variable in variables.values():
        options: tuple[Value, ...] = variable.choices or _number_now(config, variable)
        same = (each for each in options if _is_unchanged(config, _fields(config, variable, each)))
        if (value := next(same, None)) is None:
            return None
        values.append(value)
    return tuple(values)


def _is_unchanged(config: HubConfig, fields: Mapping[str, object]) -> bool:
    try:
        return changed(config, fields) == config
    except ConfigError:  # a choice that is possible only with values of other variables
        return False


def _number_now(config: HubConfig, variable: Variable) -> tuple[float, ...]:
    """The number at which the first of the variable's fields is unchanged; None if out of range."""
    key, ratio = next(iter(variable.fields.items()))
    now = value_of(config, key)
    value = now / ratio if isinstance(now, int | float) else math.nan
    low, high = (float(end) for end in variable.ends)
    return (value,) if low <= value <= high and variable.is_on_grid(value) else ()


def _fields(config: HubConfig, variable: Variable, value: Value) -> dict[str, object]:
    if isinstance(value, str):
        # As typed after = in a word: 8 is a number, [a,b] a list.
        return dict.fromkeys(variable.fields, yaml.safe_load(value))
    return scaled(config, variable.fields, value)


def _lacks(config: HubConfig) -> float:
    """Sum of the shares by which zones and façades are too small."""
    total = 0.0
    for use in zones_in_use(config):
        needed = use.n_units * use.standard_m2
        total += max(0.0, 1 - use.area_m2 / needed) if needed else 0.0
    for hall in config.halls.values():
        facade = (hall.doors_out + hall.doors_in) * config.space.door_facade_m
        total += max(0.0, 1 - hall.facade_m / facade)
    return total


def _excess(fields: Mapping[str, object]) -> float:
    """By how much the zone shares exceed a whole hall, so that the search can compare designs that do not fit."""
    shares = [value for key, value in fields.items() if ".zone_shares." in key and isinstance(value, float)]
    return max(0.0, sum(shares) - 1)


def value_text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"


def read_value(value: Value) -> str:
    """A value as shown to a reader."""
    return value if isinstance(value, str) else configured(value)
