"""The hubs of an expansion: each path's hub as its phases open, during construction, and while people learn.

A state describes a path's hub for some time; states with the same hub have the same label, and are simulated once. If
several effects coincide (construction, learning, conditions), each is simulated alone, and the effects are added.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path as File
from typing import Final

from experiments.composition import compose, hub
from experiments.designs.design import Design
from experiments.designs.varying import changed
from experiments.overrides import parsed
from experiments.report.sections import sentence_of
from experiments.studies.expansion.design import Expansion, Learning, Path
from sim.config import HubConfig
from sim.config.bounds import HOURS
from sim.errors import ConfigError, placed
from sim.inputs.traffic import parcels_per_asked_flight
from sim.reading import plain, read
from sim.site.room import check_area
from sim.units import MONTHS_PER_YEAR

Composer = Callable[[tuple[str, ...]], HubConfig]
"""The hub with additional words."""
LEARNED: Final = (0.5, 1.0)
"""Steps of the mean learning effect in a quarter, 1 when all is learned."""


@dataclass(frozen=True, slots=True)
class State:
    """A state of a path's hub: `n_open` phases are open; `limit_m2` of a smaller permit; `results` that set fields."""

    path: str
    limit_m2: float | None
    n_open: int
    is_building: bool = False
    learned: float = 1.0
    results: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        limit = "" if self.limit_m2 is None else f" within {self.limit_m2:g} m2"
        parts = [
            f"{self.n_open} open",
            *(["building"] if self.is_building else []),
            *([f"learned {self.learned:g}"] if self.learned < 1 else []),
            *self.results,
        ]
        return f"{self.path}{limit}: {', '.join(parts)}"

    @property
    def plain(self) -> "State":
        """The same phases, complete, without other effects."""
        return State(self.path, self.limit_m2, self.n_open)

    @property
    def alone(self) -> tuple["State", ...]:
        """The plain state with each single effect of this state."""
        return (
            *([replace(self.plain, is_building=True)] if self.is_building else []),
            *([replace(self.plain, learned=self.learned)] if self.learned < 1 else []),
            *(replace(self.plain, results=(result,)) for result in self.results),
        )


def states_of(
    words: Sequence[str], base: HubConfig, settings: Expansion, config_dir: File | None
) -> tuple[list[Design], dict[str, tuple[str, ...]]]:
    """The different hubs, and the label of each state's hub. `words`: those that compose the study.

    If a state has several effects, the labels of the plain hub and of the hubs with each effect alone follow.

    Raises:
        ConfigError: words that cannot be composed, or a phase whose units do not fit, with its key.
    """
    composer = cache(lambda more: hub(compose([*words, *more], config_dir)))
    pairs = [
        made
        for name, path in settings.paths.items()
        for limit in _limits(settings, path)
        for made in _of_path(base, settings, name, limit, composer)
    ]
    # Hubs with a single effect are first, because they are simulated.
    pairs.sort(key=lambda made: len(made[0].alone) > 1)
    hubs: dict[str, Design] = {}
    states: dict[str, tuple[str, ...]] = {}
    for state, config in pairs:
        label = hubs.setdefault(json.dumps(plain(config)), Design(state.name, config)).label
        parts = (state.plain, *state.alone) if len(state.alone) > 1 else ()
        states[state.name] = states.get(label) or (label, *(states[part.name][0] for part in parts))
    return list(hubs.values()), states


def at_mean_month(config: HubConfig, scenario: str) -> HubConfig:
    """The hub in a week of mean demand, in which only flights a day decide how busy it is."""
    if config.arrivals.month_index is None:
        return replace(config, scenario=scenario)
    return replace(config, scenario=scenario, arrivals=replace(config.arrivals, month_index=(1.0,) * MONTHS_PER_YEAR))


def month_indices(config: HubConfig) -> tuple[float, ...]:
    """Demand of each month over the mean; a file's flights are the same in every month."""
    return config.arrivals.month_index or (1.0,) * MONTHS_PER_YEAR


def _limits(settings: Expansion, path: Path) -> list[float | None]:
    limits = {
        result.most_area_m2
        for stage in settings.needs(path.phases.values())
        for result in settings.stages[stage].results.values()
    }
    return [None, *sorted(limit for limit in limits if limit is not None)]


def _of_path(
    base: HubConfig, settings: Expansion, name: str, limit: float | None, composer: Composer
) -> Iterator[tuple[State, HubConfig]]:
    path = settings.paths[name]
    phases = list(path.phases.items())
    hubs = _built(base, settings, name, limit, composer)
    for n, after in enumerate(hubs):
        learning = phases[n - 1][1].learning if n else None
        steps = LEARNED if learning is not None else (1.0,)
        needs = settings.needs(phase for _, phase in phases[:n])
        for learned, is_building in itertools.product(steps, (False, True)):
            if is_building and n + 1 >= len(hubs):
                continue
            config = after
            if learning is not None and learned < 1:
                config = _learning(hubs[n - 1], after, learning, learned, f"expansion.paths.{name}")
            if is_building:
                config = _set(config, phases[n][1].closed, f"expansion.paths.{name}.phases.{phases[n][0]}.closed")
            for results in itertools.product(*(_setting(settings, stage) for stage in needs)):
                conditions = [condition for condition in results if condition is not None]
                state = State(name, limit, n, is_building, learned, tuple(result for _, result in conditions))
                conditioned = config
                for stage, result in conditions:
                    words = settings.stages[stage].results[result].sets
                    conditioned = _set(conditioned, words, f"expansion.stages.{stage}.results.{result}.sets")
                left_out = f"'~expansion.paths.{name}' leaves the path out"
                yield state, _checked(conditioned, f"expansion.paths.{name}, {state.name} ({left_out})")


def _built(base: HubConfig, settings: Expansion, name: str, limit: float | None, composer: Composer) -> list[HubConfig]:
    """The hub after none, one, two … of the path's phases, up to the first that the permit has no room for.

    If the permit is smaller than the whole path, this is known before construction begins: phases with `smaller` words
    are built by these.
    """
    is_smaller = limit is not None and limit < _built(base, settings, name, None, composer)[-1].area_m2
    so_far: list[str] = []
    hubs = [_checked(at_mean_month(base, base.scenario), "the hub")]
    for phase_name, phase in settings.paths[name].phases.items():
        for own_words in (phase.smaller, phase.changes) if is_smaller else (phase.changes,):
            if own_words is None:
                continue
            key = f"expansion.paths.{name}.phases.{phase_name}"
            with placed(f"{key}: "):
                composed = composer((*so_far, *own_words))
            after = _checked(at_mean_month(composed, base.scenario), key)
            if limit is None or after.area_m2 <= max(limit, hubs[-1].area_m2):
                so_far += own_words
                hubs.append(after)
                break
        else:
            return hubs
    return hubs


def _setting(settings: Expansion, stage: str) -> list[tuple[str, str] | None]:
    """Results of a stage that set fields; None stands for no result."""
    return [None, *((stage, name) for name, result in settings.stages[stage].results.items() if result.sets)]


def _set(config: HubConfig, words: Sequence[str], key: str) -> HubConfig:
    with placed(f"{key}: "):
        return changed(config, {(setting := parsed(word)).key_or_group: setting.value() for word in words})


def _learning(before: HubConfig, after: HubConfig, learning: Learning, learned: float, key: str) -> HubConfig:
    halls = plain(after)["halls"]
    for name, hall in after.halls.items():
        if before.halls.get(name) == hall:
            continue
        for field, begins in learning.fields.items():
            value = halls[name].get(field)
            if not isinstance(value, float):
                raise ConfigError(sentence_of("cannot_learn", key=key, field=field))
            halls[name][field] = value * (begins + (1 - begins) * learned)
    return read(HubConfig, {**plain(after), "halls": halls})


def _checked(config: HubConfig, key: str) -> HubConfig:
    with placed(f"{key}: "):
        check_area(config)
    return config


def flights_at(config: HubConfig, load: float) -> float:
    """Flights a day whose parcels are this share of the rate at which the hub's machines sort.

    The parcels are imports and those exports that are sorted.
    """
    exports = config.exports.ratio * (1 - config.exports.collections.presorted_share)
    sorted_per_flight = parcels_per_asked_flight(config) * (1 + exports)
    return load * config.rated_per_h * config.sorting.efficiency * HOURS / sorted_per_flight
