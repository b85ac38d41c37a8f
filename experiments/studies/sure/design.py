"""The request of `cargohub sure`: question, designs, number of worlds, and amount of simulation."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from scipy.special import ndtri

from experiments.arguments import Arguments, check_once, key_of
from experiments.assumptions.ranges import Ranges, ranges_of
from experiments.composition import compose, hub, study
from experiments.designs.design import Design, DesignKeys, several, with_study
from experiments.formatting import counted
from experiments.report.sections import sentence_of
from experiments.statistics.choosing import LEAST
from experiments.statistics.criterion import ladder_limit
from experiments.statistics.interval import TAILS
from experiments.statistics.next_runs import PILOT
from experiments.statistics.open_worlds import Effort
from experiments.studies.expansion.design import Expansion, composed_of
from experiments.studies.expansion.hubs import states_of
from experiments.studies.expansion.in_worlds import KEPT
from sim.config import HubConfig
from sim.config.bounds import check_known
from sim.errors import ConfigError
from sim.inputs.traffic import at_demand, daily_parcels, parcels_per_asked_flight
from sim.measures.kpis import KPIS
from sim.reading import Bounds, near

VERB: Final = "sure"
FLIGHTS: Final = "demand.flights_per_day"
"""The capacity's key, which is searched and therefore not varied."""
ACCOUNTS: Final = ("environment.", "trade.", "exposure.messages.", "exposure.watch.", "roster.job_h_per_year")
"""Prefixes of numbers that are used only after the simulation, so that they change no parcel's path."""
_LEVELS: Final = (0.4, 0.55, 0.7, 0.85, 1.0)
"""Demands at which capacity is tested, over what the capacity ladder lets a hall carry (assumption)."""
_FEWEST: Final = 16
_USUAL: Final = 256
_MOST: Final = 8192
"""Most worlds."""
_WORLDS_SHARE: Final = 0.5
"""Largest share of the interval's variance from the number of worlds, if a precision is requested (assumption)."""


class Question(StrEnum):
    """The question asked of every world, named after its verb; `run` also stands for `compare`."""

    RUN = "run"
    CAPACITY = "capacity"
    EXPANSION = "expansion"

    @property
    def kept(self) -> tuple[str, ...]:
        """Prefixes of numbers that do not vary: searched ones, and those without effect on the answer."""
        return {
            Question.RUN: ACCOUNTS,
            Question.CAPACITY: (*ACCOUNTS, FLIGHTS),
            Question.EXPANSION: KEPT,
        }[self]


@dataclass(frozen=True, slots=True)
class Sure:
    """The keys below `sure`; `configs/study/sure.yaml` explains them."""

    question: Question
    flights: tuple[Annotated[float, Bounds(gt=0, le=50)], ...]
    worlds: int | None
    precision: Annotated[float, Bounds(ge=0.01, lt=0.5)] | None
    budget: Annotated[int, Bounds(ge=8, le=1_000_000)]
    most: Annotated[int, Bounds(ge=8, le=1_000_000)]
    fails_below: Annotated[float, Bounds(gt=0, le=10)]
    carries_above: Annotated[float, Bounds(gt=0, le=100)]
    kpis: tuple[str, ...]
    """KPIs whose mean over the worlds is also reported."""
    widths: tuple[Annotated[float, Bounds(gt=0, le=2)], ...]
    scatter: Annotated[float, Bounds(gt=0, le=10)]
    ranges: Ranges

    def __post_init__(self) -> None:
        if list(self.flights) != sorted(set(self.flights)):
            raise ValueError(f"flights: each must be above the previous one, got {', '.join(map(str, self.flights))}")
        check_known("kpis", "no KPI", self.kpis, KPIS)
        n = self.worlds
        if n is not None and (not _FEWEST <= n <= _MOST or n & (n - 1)):
            raise ValueError(f"worlds: must be a power of two from {_FEWEST} to {_MOST}, got {n}")
        if self.fails_below > self.carries_above:
            raise ValueError(sentence_of("fails_above_carries", most=self.carries_above, got=self.fails_below))

    @property
    def n_worlds(self) -> int:
        """Number of worlds: as requested, or as many as the precision would need if every answer were known."""
        if self.worlds is not None or self.precision is None:
            return self.worlds or _USUAL
        least = 0.25 * float(ndtri(TAILS[1])) ** 2 / (_WORLDS_SHARE * self.precision**2)
        return int(min(_MOST, max(_USUAL, 2 ** math.ceil(math.log2(least)))))


@dataclass(frozen=True, slots=True)
class SureKeys(DesignKeys):
    """Keys of the study other than the hub's; `replications`: most replications in a world."""

    sure: Sure
    expansion: Expansion | None

    def __post_init__(self) -> None:
        DesignKeys.__post_init__(self)
        if (self.sure.question is Question.EXPANSION) != (self.expansion is not None):
            raise ValueError(sentence_of("sure_question"))
        if self.half_widths:
            raise ValueError(sentence_of("sure_precise"))

    @property
    def effort(self) -> Effort:
        sure = self.sure
        budget = sure.budget if sure.precision is None else sure.most
        return Effort(budget, sure.precision, self.replications, sure.fails_below, sure.carries_above)


def parse(arguments: Arguments) -> tuple[list[Design], SureKeys]:
    """The designs of the question, and the ranges of their numbers."""
    given = replace(arguments, words=tuple(_words(arguments)))
    question = _question(arguments.words)
    if question is Question.EXPANSION:
        return _of_paths(given)
    designs, keys = several(given, SureKeys)
    if question is Question.CAPACITY:
        designs = [Design(label, at_demand(design.hub, flights)) for design in designs
                   for label, flights in levels(design, keys.sure.flights)]  # fmt: skip
    elif keys.sure.flights:
        raise ConfigError(sentence_of("flights_of_capacity"))
    if idle := [design.label for design in designs if not daily_parcels(design.hub)]:
        raise ConfigError(f"{idle[0]}: no flight comes in the measured days, so there is no traffic to carry")
    check_effort(keys, len(designs), given.words)
    return designs, with_ranges(keys, designs[0].hub, arguments.config_dir)


def levels(design: Design, flights: Sequence[float]) -> list[tuple[str, float]]:
    """Label and flights a day of each level at which a hall is tested; by default from the capacity ladder."""
    hub = design.hub
    most = ladder_limit(hub) / parcels_per_asked_flight(hub)
    return [(f"{design.label}, {counted(each, 'flight')} a day", each)
            for each in flights or [float(f"{level * most:.2g}") for level in _LEVELS]]  # fmt: skip


def with_ranges(keys: SureKeys, base: HubConfig, config_dir: Path | None) -> SureKeys:
    ranges = ranges_of(composed_of(base, keys.expansion), config_dir, keys.sure.question.kept)
    if not ranges:
        raise ConfigError(sentence_of("one_world"))
    return replace(keys, sure=replace(keys.sure, ranges=ranges))


def _of_paths(arguments: Arguments) -> tuple[list[Design], SureKeys]:
    """The hub of today and those of all states of all paths."""
    composed = compose(arguments.words, arguments.config_dir)
    base, keys = hub(composed), study(SureKeys, composed)
    assert keys.expansion is not None
    if keys.scenarios or keys.demands or keys.sure.flights or keys.sure.kpis or keys.sure.precision is not None:
        raise ConfigError(sentence_of("expansion_alone"))
    if keys.expansion.worlds:
        raise ConfigError(sentence_of("worlds_of_sure", got=keys.expansion.worlds))
    hubs, states = states_of(arguments.words, base, keys.expansion, arguments.config_dir)
    n_weeks = sum(len(labels) == 1 for labels in {state[0]: state for state in states.values()}.values()) * len(
        keys.expansion.loads
    )
    least = (keys.replications + LEAST) * n_weeks
    why = sentence_of("weeks_simulated", n_weeks=n_weeks, replications=keys.replications, least=LEAST)
    _check_budget(keys, least, why, arguments.words)
    keys = replace(keys, expansion=replace(keys.expansion, states=states))
    return [Design("today", base), *hubs], with_ranges(keys, base, arguments.config_dir)


def check_effort(keys: SureKeys, n_designs: int, words: Iterable[str]) -> None:
    """Refuse fewer runs, or fewer replications of a world, than the first runs are."""
    if keys.replications < 2:
        raise ConfigError(sentence_of("sure_noise", got=keys.replications))
    _check_budget(keys, PILOT * n_designs, f"{PILOT} runs for each of {counted(n_designs, 'design')}", words)


def _check_budget(keys: SureKeys, least: int, why: str, words: Iterable[str]) -> None:
    how, name, unread = ("without", "budget", "most") if keys.sure.precision is None else ("with", "most", "budget")
    if f"sure.{unread}" in map(key_of, words):
        raise ConfigError(f"sure.{unread}: has no effect {how} sure.precision; sure.{name} limits the runs then")
    if keys.effort.budget < least:
        raise ConfigError(f"sure.{name}: must be at least {least}, {why}; got {keys.effort.budget}")


def _question(words: Sequence[str]) -> Question:
    """The question in the words.

    Raises:
        ConfigError: an unknown question.
    """
    given = [value for key, _, value in (word.partition("=") for word in words) if key in ("question", "sure.question")]
    text = "run" if not given or given[-1] == "compare" else given[-1]
    if text not in tuple(Question):
        raise ConfigError(f"question: {text[:60]!r} is not a question{near(text, [each.value for each in Question])}")
    return Question(text)


def _words(arguments: Arguments) -> list[str]:
    """The words for this verb: `precision` is that of the probability, and there is a single demand or scenario.

    A scenario with its own demand keeps it.
    """
    question = _question(arguments.words)
    words = [word for word in arguments.words if word.partition("=")[0] not in ("question", "sure.question")]
    given = {word.partition("=")[0] for word in words}
    name = VERB if question is Question.RUN else f"{VERB}_{question}"
    typed = []
    for word in with_study(words, name):
        key, _, value = word.partition("=")
        if key == "precision" and value[:1] in "0123456789.":
            typed.append(f"sure.precision={value}")
        elif key == "flights":
            typed.append(f"sure.flights=[{value.strip('[]')}]")
        elif key == "scenario" and question is not Question.EXPANSION and not {"scenarios", "designs"} & given:
            typed.append(f"scenarios=[{value}]")
            demand, usual = (compose(of, arguments.config_dir)["demand"]["name"] for of in ([word], []))
            typed += ["demands=[]"] if demand != usual and not {"demand", "demands"} & given else []
        else:
            typed.append(word)
    check_once(typed)
    if question is Question.EXPANSION:
        return typed
    # Flights a day are the same under every demand.
    if {"demand", FLIGHTS} & given and "demands" not in given and "demands=[]" not in typed:
        typed.append("demands=[]")
    return [*typed, *(["scenarios=[]", "demands=[]"] if "designs" in given else [])]
