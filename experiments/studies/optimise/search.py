"""The search of `cargohub optimise`: optuna requests generations of designs, which are simulated and reported to it.

A generation is requested as a whole, and its results are reported in the order of the requests. Requests therefore
depend only on the seed and the values, not on the number of workers or an interruption. A repeated request is not
simulated again. Designs that do not fit are never simulated; only their lack is reported.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from typing import TYPE_CHECKING, Final

from experiments.designs.design import Design
from experiments.frame.study import Bench, Kpis
from experiments.report.sections import sentence_of
from experiments.statistics.factors import library_seed
from experiments.studies.optimise.design import (
    UNITS,
    Candidate,
    Optimise,
    OptimiseKeys,
    Sampler,
    Value,
    Variable,
    design_of,
    figures,
    own_values,
)
from sim.config import HubConfig
from sim.errors import CargohubError

if TYPE_CHECKING:
    import optuna

_CONSTRAINT: Final = "lacks"


@dataclass(frozen=True, slots=True)
class Trial:
    """A design requested by the search; `samples`: each goal by replication, empty if the design does not fit."""

    number: int
    generation: int
    design: Candidate
    samples: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Tried:
    trials: tuple[Trial, ...]
    front: tuple[Trial, ...]
    """Fitting designs for which no other is at least as good in both goals and better in one; each design once."""
    start: Trial | None
    """The hub as configured; None if the variables cannot make it."""


def search(bench: Bench, config: HubConfig, keys: OptimiseKeys) -> Tried:
    """All trials, generation after generation; and the front.

    Raises:
        CargohubError: none of the designs fits.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    optimise, variables = keys.optimise, keys.optimise.variables
    minimise, maximise = optuna.study.StudyDirection.MINIMIZE, optuna.study.StudyDirection.MAXIMIZE
    directions = [minimise] * len(optimise.minimise) + [maximise] * len(optimise.maximise)
    study = optuna.create_study(directions=directions, sampler=_sampler(optimise, config.seed))
    if (start := own_values(config, variables)) is not None:
        study.enqueue_trial(dict(zip(variables, start, strict=True)))
    trials: list[Trial] = []
    for generation, first in enumerate(range(0, optimise.trials, optimise.population)):
        asked = [study.ask() for _ in range(min(optimise.population, optimise.trials - first))]
        designs = [design_of(config, variables, list(_suggested(trial, variables))) for trial in asked]
        kpis = simulated(bench, designs, keys.replications)
        for trial, design in zip(asked, designs, strict=True):
            samples = goals_of(design, optimise, kpis, range(keys.replications))
            trials.append(Trial(trial.number, generation, design, samples))
            trial.set_constraint(_CONSTRAINT, design.lacks)
            # The goals reported for a design that does not fit have no effect; only its lack of room has.
            values = [fsum(sample) / len(sample) for sample in samples.values()] or [0.0] * len(optimise.goals)
            study.tell(trial, values)
    if not any(trial.samples for trial in trials):
        raise CargohubError(f"optimise: none of {len(trials)} designs fits; the first: {trials[0].design.why}")
    unique: dict[str, Trial] = {}
    for best in study.best_trials:
        unique.setdefault(trials[best.number].design.label, trials[best.number])
    first_goal = optimise.goals[0]
    front = sorted(unique.values(), key=lambda trial: (fsum(trial.samples[first_goal]), trial.number))
    return Tried(tuple(trials), tuple(front), trials[0] if start is not None else None)


def simulated(bench: Bench, designs: Sequence[Candidate], n: int) -> Kpis:
    """The KPIs of the first n replications of the designs that fit, each design once."""
    points = {design.label: Design(design.label, design.hub) for design in designs if design.hub is not None}
    return bench.needed([(point, n) for point in points.values()])


def goals_of(design: Candidate, settings: Optimise, kpis: Kpis, numbers: range) -> dict[str, tuple[float, ...]]:
    """Each goal by replication; a property of the design is the same in all. Empty if the design does not fit."""
    if design.hub is None:
        return {}
    known = figures(design.hub, settings.cost)
    goals = {
        goal: tuple(known[goal] if goal in UNITS else kpis[design.label, number][goal] for number in numbers)
        for goal in settings.goals
    }
    for goal, values in goals.items():
        if not all(map(isfinite, values)):
            raise CargohubError(sentence_of("kpi_missing", key="optimise.goals", kpi=goal, name=design.label))
    return goals


def _sampler(settings: Optimise, seed: int) -> "optuna.samplers.BaseSampler":
    """The library's sampler.

    NSGA-II: K. Deb et al., IEEE Transactions on Evolutionary Computation 6(2), 2002, 182-197, doi:10.1109/4235.996017.
    TPE for several goals: Y. Ozaki et al., GECCO 2020, doi:10.1145/3377930.3389817.
    """
    import optuna

    with warnings.catch_warnings():
        # The options that the library calls experimental are its defaults.
        warnings.simplefilter("ignore")
        if settings.sampler is Sampler.NSGA2:
            return optuna.samplers.NSGAIISampler(population_size=settings.population, seed=library_seed(seed))
        return optuna.samplers.TPESampler(n_startup_trials=settings.population, seed=library_seed(seed))


def _suggested(trial: "optuna.Trial", variables: Mapping[str, Variable]) -> Iterator[Value]:
    for name, variable in variables.items():
        if variable.choices is not None:
            yield trial.suggest_categorical(name, list(variable.choices))
        else:
            assert variable.low is not None and variable.high is not None
            yield trial.suggest_float(name, variable.low, variable.high, step=variable.step)
