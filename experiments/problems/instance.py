"""An instance: a hub, decision variables, an objective to minimise, and a constraint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from math import fsum
from typing import Any, Final

import yaml

from experiments.composition import compose, hub, packaged
from experiments.money.kpis import KPIS
from experiments.money.prices import Prices
from experiments.overrides import word_value
from experiments.replications.work import evaluate
from experiments.store.identity import HASH_DIGITS, hash_of
from sim.errors import InputError
from sim.reading import near, plain, read

FILE: Final = "problems.yaml"
Design = tuple[int, ...]
"""For each variable in order, the position of its value."""
Observed = tuple[float, float]
"""Result of a replication: the objective, and the KPI that must reach the target."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A decision variable, which sets all of its keys to one of its values."""

    name: str
    keys: tuple[str, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Years:
    """A design that changes over years. A sample of the years is simulated, each at its own traffic.

    `halls`: scenarios in the order of growth; variable i is the year in which hall i + 1 opens. `flights_per_day` (Y).
    `rate` discounts to the first year; `days` make a year.
    """

    halls: tuple[str, ...]
    rate: float
    days: float
    flights_per_day: tuple[float, ...]

    def hall(self, opens: Sequence[int], year: int) -> str:
        """The largest hall that is open in a year (counted from 1)."""
        return self.halls[max((at for at, since in enumerate(opens, 1) if since <= year), default=0)]


@dataclass(frozen=True)
class Instance:
    """A completely specified problem.

    `minimise`: KPIs and their weights. The mean over replications of the KPI `constraint` must be at least `target`.
    `budget`: most replications of a solver.
    """

    name: str
    problem: str
    title: str
    words: tuple[str, ...]
    variables: tuple[Variable, ...]
    minimise: Mapping[str, float]
    constraint: str
    target: float
    budget: int
    years: Years | None = None

    @property
    def unit(self) -> str:
        return "EUR a day" if self.years is None else "EUR"

    @cached_property
    def designs(self) -> tuple[Design, ...]:
        return tuple(product(*(range(len(each.values)) for each in self.variables)))

    @cached_property
    def hash(self) -> str:
        """Hash of all that defines the problem: composed hubs and prices, too, but not the program's version."""
        if self.years is None:
            words_of_hubs = [self.command_words(self.designs[0])]
        else:  # no single design has every hall
            words_of_hubs = [(f"scenario={hall}", *self.words) for hall in self.years.halls]
        composed = [compose(words) for words in words_of_hubs]
        hubs = [[plain(hub(each)), plain(read(Prices, each["cost"], "cost"))] for each in composed]
        changed = {each.name: [each.keys, each.values] for each in self.variables}
        years = self.years and [self.years.halls, self.years.rate, self.years.days, self.years.flights_per_day]
        whole = {
            "hubs": hubs, "variables": changed, "minimise": dict(self.minimise), "constraint": self.constraint,
            "target": self.target, "budget": self.budget, "years": years,
        }  # fmt: skip
        return hash_of(whole)[:HASH_DIGITS]

    def values(self, design: Design) -> tuple[Any, ...]:
        """The values of a design's variables.

        Raises:
            InputError: Not a tuple with a position for each variable.
        """
        if design not in self.designs:
            highest = ", ".join(f"{each.name} 0 to {len(each.values) - 1}" for each in self.variables)
            raise InputError(f"{self.name}: a design is a tuple of positions, {highest}; got {design!r}")
        return tuple(each.values[int(place)] for each, place in zip(self.variables, design, strict=True))

    def command_words(self, design: Design) -> tuple[str, ...]:
        """Words of `cargohub run` for the design; for several years, those of the last year."""
        return self._parts(design)[-1][0]

    def simulate(self, design: Design, replication: int) -> Observed:
        """Simulate one replication. The same design and number give the same result.

        Args:
            design: For each variable, the position of its value.
            replication: Its number, at least 0; designs that share it see the same draws.

        Returns:
            The objective and the KPI of the constraint; over years the discounted sum and the mean.
        """
        parts = self._parts(design)
        kpis = [_simulated(words, replication) for words, _ in parts]
        objective = fsum(
            weight * fsum(times * each[kpi] for kpi, times in self.minimise.items())
            for each, (_, weight) in zip(kpis, parts, strict=True)
        )
        return objective, fsum(each[self.constraint] for each in kpis) / len(kpis)

    def _parts(self, design: Design) -> list[tuple[tuple[str, ...], float]]:
        """The hubs simulated for a design, as words, each with its weight in the objective."""
        values = self.values(design)
        if self.years is None:
            chosen = [
                f"{key}={word_value(value)}"
                for each, value in zip(self.variables, values, strict=True)
                for key in each.keys
            ]
            return [((*self.words, *chosen), 1.0)]
        return [
            (
                (f"scenario={self.years.hall(values, year)}", *self.words, f"demand.flights_per_day={flights:g}"),
                self.years.days / (1 + self.years.rate) ** (year - 1),
            )
            for year, flights in enumerate(self.years.flights_per_day, 1)
        ]


@cache
def _simulated(words: tuple[str, ...], replication: int) -> Mapping[str, float]:
    composed = compose(words)
    return evaluate(hub(composed), replication, read(Prices, composed["cost"], "cost"))["kpis"]


@cache
def instances() -> Mapping[str, Instance]:
    """All instances by name, in the order of configs/problems.yaml."""
    document: Any = yaml.safe_load((packaged() / FILE).read_text(encoding="utf-8"))["problems"]
    made = {}
    for problem, asked in document.items():
        variables = tuple(
            Variable(name, tuple(each["keys"]), tuple(map(_frozen, each["values"])))
            for name, each in asked["variables"].items()
        )
        ((constraint, target),) = asked["at_least"].items()
        assert {constraint, *asked["minimise"]} <= KPIS.keys()
        for name, given in asked["instances"].items():
            years = _years(asked["years"], given) if "years" in asked else None
            words = (*asked["words"], *(given if years is None else ()))
            made[name] = Instance(
                name, problem, asked["title"], words, variables, asked["minimise"], constraint, target,
                asked["budget"], years,
            )  # fmt: skip
    return made


def instance_of(name: str) -> Instance:
    """The instance of that name.

    Raises:
        InputError: There is no such instance.
    """
    if name not in instances():
        raise InputError(f"{name[:60]!r}: not an instance of configs/{FILE}{near(name, instances())}")
    return instances()[name]


def _years(asked: Mapping[str, Any], given: Mapping[str, Any]) -> Years:
    return Years(tuple(asked["halls"]), asked["rate"], asked["days"], tuple(map(float, given["flights_per_day"])))


def _frozen(value: Any) -> Any:  # noqa: ANN401 - a plain value
    return tuple(value) if isinstance(value, list) else value
