"""Result of `cargohub optimise`: the front with intervals and commands, tables and sentences."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.arguments import Arguments, folder_option
from experiments.designs.varying import words_of
from experiments.formatting import counted, percent, unit_name
from experiments.frame.study import Tables
from experiments.interval_text import with_interval
from experiments.own_file import file_words
from experiments.replications.summing import interval_of
from experiments.report.key_names import spelt
from experiments.report.sections import sentence_of
from experiments.report.sentences import too_few_replications
from experiments.statistics import Interval
from experiments.store.rows import column, interval_object, stored, table
from experiments.store.summaries import mean_and_ends
from experiments.studies.optimise.design import Optimise, read_value, value_text
from experiments.studies.optimise.search import Trial, Tried


@table("trials", "designs tried, in order", sort="trial")
class TrialRow:
    trial: int = column("1", "number, from 0")
    generation: int = column("1", "number, from 0")
    scenario: str = column("", "name of the design, as in the table kpis")
    is_feasible: bool = column("", "fits its hall and is allowed by the schema; if not, it is not simulated")
    lacks: float = column("1", "total of the shares by which zones and facade are too small; plus 1 if not allowed")
    why: str = column("", "what does not fit")
    is_front: bool = column("", "no other design beats it on both goals")


@table("variables", "values of the variables in every trial", sort="trial variable")
class VariableRow:
    trial: int = column("1", "number, from 0")
    variable: str = column("", "name of the variable in the study")
    value: str = column("", "value, as after the = of a word")


@table("goals", "values of the goals for the designs that fit, as in the search", sort="trial goal")
class GoalRow:
    trial: int = column("1", "number, from 0")
    goal: str = column("", "KPI, or figure of the design")
    value: Interval = mean_and_ends("over the replications of the search")
    unit: str = column("", "unit of the goal")


@table("front", "designs on the front, by new replications that were not used to choose them", sort="order goal")
class FrontRow:
    order: int = column("1", "order by the first goal")
    scenario: str = column("", "name of the design, as in the table kpis")
    goal: str = column("", "KPI, or figure of the design")
    value: Interval = mean_and_ends("over the further replications; of the search where there are none")
    unit: str = column("", "unit of the goal")


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """A design on the front. `seen` in the search; `confirmed` by later replications (`seen` if there are none)."""

    trial: Trial
    seen: dict[str, Interval]
    confirmed: dict[str, Interval]


@dataclass(frozen=True, slots=True)
class Result:
    settings: Optimise
    replications: int
    tried: Tried
    front: tuple[FrontPoint, ...]
    cautions: tuple[str, ...] = ()
    """Warnings on designs on the front whose backlog grows, or whose people are missing."""

    @property
    def n_unfit(self) -> int:
        return sum(not trial.samples for trial in self.tried.trials)

    @property
    def n_designs(self) -> int:
        """Number of different simulated designs."""
        return len({trial.design.label for trial in self.tried.trials if trial.samples})

    @property
    def warnings(self) -> list[str]:
        lines = [*too_few_replications(self.settings.confirm or self.replications), *self.cautions]
        if not self.settings.confirm:
            lines.append(sentence_of("optimise_unconfirmed"))
        if self.n_designs < self.settings.population:
            lines.append(sentence_of("optimise_few_fit", n=self.n_designs, population=self.settings.population))
        if len(self.tried.trials) < 2 * self.settings.population:
            lines.append(sentence_of("too_few_trials"))
        return lines

    def as_json(self, commands: Sequence[str]) -> dict[str, Any]:
        """The result for JSON. `commands` of designs on the front, or none: they depend on `--config-dir`."""
        command_items = [{"command": command} for command in commands] or [{} for _ in self.front]
        return {
            "goals": {"minimise": list(self.settings.minimise), "maximise": list(self.settings.maximise)},
            "n_trials": len(self.tried.trials),
            "n_unfit": self.n_unfit,
            "n_simulated": self.n_designs,
            "front": [
                {
                    "trial": point.trial.number,
                    "values": dict(zip(self.settings.variables, point.trial.design.values, strict=True)),
                    "goals": self._objects(point.confirmed),
                    "seen_by_search": self._objects(point.seen),
                    **command,
                }
                for point, command in zip(self.front, command_items, strict=True)
            ],
        }

    def commands(self, arguments: Arguments) -> Iterator[str]:
        """Commands that run the designs on the front again, with the replications of search and confirmation."""
        folder, typed = arguments.config_dir, [*file_words(arguments.words), *_price_words(arguments.words)]
        n = f"replications={self.replications + self.settings.confirm}"
        for point in self.front:
            assert point.trial.design.hub is not None
            words = words_of(point.trial.design.hub, folder)
            yield shlex.join(["cargohub", "run", *typed, *words, n, *folder_option(folder)])

    @property
    def sentences(self) -> Iterator[str]:
        settings, trials = self.settings, self.tried.trials
        first, second = settings.called
        n_front = f"{len(self.front)} {'are' if len(self.front) > 1 else 'is'}"
        unfit = f"{self.n_unfit} {'does not fit and was' if self.n_unfit == 1 else 'do not fit and were'}"
        tried = counted(len(trials), "design")
        counts = {"tried": tried, "unfit": unfit, "n_designs": self.n_designs, "n_front": n_front}
        yield sentence_of("optimise_count", **counts, first=first, second=second)
        start = self.tried.start
        ends = [("It", "has", self.front[0])]
        if len(self.front) > 1:
            ends = [("The front", "starts with", self.front[0]), ("It", "ends with", self.front[-1])]
        for who, does, point in ends:
            yield f"{who} {does} {_point(settings, point.confirmed)}: {_differing(settings, point.trial, start)}."
        if start is not None and start.samples:
            seen = intervals_of(start.samples)
            same = [point for point in self.front if point.trial.design.label == start.design.label]
            if same:
                yield f"The hub as configured is on it, with {_point(settings, same[0].confirmed)}."
            else:
                better = next(point for point in reversed(self.front) if _as_good(settings, point.seen, seen))
                change, reached = _differing(settings, better.trial, start), _point(settings, better.seen)
                yield sentence_of("optimise_not_on_front", seen=_point(settings, seen), better=reached, change=change)
        elif start is not None:
            yield f"The hub as configured does not fit: {start.design.why}."

    def tables(self) -> Tables:
        settings, trials = self.settings, self.tried.trials
        on_front = {point.trial.design.label for point in self.front}
        return [
            stored(TrialRow, [
                TrialRow(trial.number, trial.generation, trial.design.label, bool(trial.samples), trial.design.lacks,
                         trial.design.why, trial.design.label in on_front)
                for trial in trials
            ]),
            stored(VariableRow, [
                VariableRow(trial.number, name, value_text(value))
                for trial in trials for name, value in zip(settings.variables, trial.design.values, strict=True)
            ]),
            stored(GoalRow, [
                GoalRow(trial.number, goal, interval, settings.unit(goal))
                for trial in trials for goal, interval in intervals_of(trial.samples).items()
            ]),
            stored(FrontRow, [
                FrontRow(order, point.trial.design.label, goal, interval, settings.unit(goal))
                for order, point in enumerate(self.front) for goal, interval in point.confirmed.items()
            ]),
        ]  # fmt: skip

    def _objects(self, intervals: dict[str, Interval]) -> dict[str, Any]:
        return {goal: interval_object(interval, self.settings.unit(goal)) for goal, interval in intervals.items()}


def intervals_of(samples: Mapping[str, tuple[float, ...]]) -> dict[str, Interval]:
    return {goal: interval_of(goal, sample) for goal, sample in samples.items()}


def goal_text(interval: Interval, unit: str) -> str:
    """A goal's value with its interval; figures of the design itself have no interval."""
    if unit == "1":
        return with_interval(interval.within(0.0, 1.0), percent, unit=" %", hides_same=True)
    return with_interval(interval, unit=f" {unit_name(unit)}", hides_same=True)


def _differing(settings: Optimise, trial: Trial, start: Trial | None) -> str:
    """A design by its differences from the configured hub, or by all its values if that hub is not a design."""
    pairs = zip(settings.variables.items(), trial.design.values, strict=True)
    named = [f"{spelt(name)} {read_value(value)} {variable.unit}".rstrip() for (name, variable), value in pairs]
    if start is None:
        return ", ".join(named)
    if trial.design.label == start.design.label:
        return "the hub as configured"
    values = zip(named, trial.design.values, start.design.values, strict=True)
    changes = [text for text, value, now in values if value != now]
    rest = "" if len(changes) == len(settings.variables) else ", the rest as configured"
    return f"{', '.join(changes)}{rest}"


def _point(settings: Optimise, intervals: dict[str, Interval]) -> str:
    texts = (goal_text(intervals[goal], settings.unit(goal)) for goal in settings.goals)
    return " and ".join(f"{name} {text}" for name, text in zip(settings.called, texts, strict=True))


def _as_good(settings: Optimise, intervals: dict[str, Interval], other: dict[str, Interval]) -> bool:
    return all(intervals[goal].mean <= other[goal].mean for goal in settings.minimise) and all(
        intervals[goal].mean >= other[goal].mean for goal in settings.maximise
    )


def _price_words(words: Sequence[str]) -> Iterator[str]:
    """The words that set the study's prices, as `run` takes them.

    >>> list(_price_words(["cost@optimise.cost=mine", "optimise.cost.year=2026", "optimise.trials=6"]))
    ['cost=mine', 'cost.year=2026']
    """
    for word in words:
        for begin, usual in (("cost@optimise.cost=", "cost="), ("optimise.cost.", "cost.")):
            if word.startswith(begin):
                yield usual + word.removeprefix(begin)
