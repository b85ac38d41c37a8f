"""A plan saved as the user's scenario, and the command that asks its question again."""

import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from experiments.arguments import Arguments
from experiments.composition import packaged
from experiments.grouping import from_paths
from experiments.overrides import parsed, sweep_points
from experiments.store.files import write_whole
from experiments.studies.page.form import STUDY, Field, group_of
from experiments.studies.page.plan import OF_ALL_DESIGNS, Plan, planned_fields, typed_words
from experiments.studies.page.shifts import ShiftShare, changed_words
from sim.errors import ConfigError

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_ONE_AT_A_TIME: Final = threading.Lock()


class NameTakenError(ConfigError):
    """Another plan was saved under this name."""


def saved(plan: Plan, name: str, arguments: Arguments, *, is_replacing: bool = False) -> Path:
    """Save the plan as a scenario in the user's folder of configurations, which the command line reads.

    Raises:
        NameTakenError: another plan has the name, and must not be replaced.
        ConfigError: no folder, no name, the name of a packaged scenario, or a plan that cannot be a scenario.
    """
    if arguments.config_dir is None:
        raise ConfigError("plans are saved in your own folder: start the page with --config-dir DIR")
    if not _NAME.fullmatch(name):
        raise ConfigError("name: must begin with a letter, then at most 59 letters, digits and _")
    path = arguments.config_dir / "scenario" / f"{name}.yaml"
    if (packaged() / "scenario" / path.name).exists():
        raise ConfigError(f"name: {name} is a packaged scenario; choose another name")
    text = _scenario_text(plan, name, arguments).encode()
    with _ONE_AT_A_TIME:
        if path.exists() and path.read_bytes() != text and not is_replacing:
            raise NameTakenError(f"name: {name} is the name of another plan; choose another name, or replace it")
        write_whole(path, text)
    return path


def saved_command(plan: Plan, fields: Sequence[Field], name: str, arguments: Arguments) -> str:
    """The command that asks the plan's question for the saved scenario."""
    flights = plan.flights if plan.verb == "compare" else ""  # its baseline flies them, too
    kept = (STUDY, "arrivals") if flights else (STUDY,)
    chosen = {group: option for group, option in plan.chosen.items() if group in kept}
    again = Plan(plan.verb, name, chosen, flights=flights, against=plan.baseline)
    words = tuple(typed_words(again, _of_question(plan, fields), arguments.out))
    return Arguments(plan.verb, words, config_dir=arguments.config_dir).command


def _of_question(plan: Plan, fields: Sequence[Field]) -> list[Field]:
    """Values that a scenario cannot keep: the verb's study sets them later, or a key has several values."""
    if plan.verb == "run":
        return []
    return [each for each in fields if group_of(each.key) in OF_ALL_DESIGNS or _is_swept(each)]


def _is_swept(field: Field) -> bool:
    return field.is_changed and not isinstance(field, ShiftShare) and len(sweep_points(changed_words([field]))) > 1


def _scenario_text(plan: Plan, name: str, arguments: Arguments) -> str:
    """Only the differences from the original scenario, which it includes."""
    defaults: list[Any] = [plan.scenario]  # by its file, because as a group it would refer to itself
    defaults += [{f"/disruption@disruptions.{option}": option} for option in plan.disruptions]
    chosen = {**plan.chosen, **({"arrivals": plan.of_file} if plan.flights else {})}
    defaults += [{f"override /{group}": option} for group, option in chosen.items() if group != STUDY]
    fields = planned_fields(plan, arguments)
    asked = _of_question(plan, fields)
    words = changed_words([each for each in fields if each not in asked])
    overrides = map(parsed, [*plan.flights_words(arguments.out.absolute()), *words])
    values = from_paths((each.key_or_group.split("."), each.value()) for each in overrides)
    document = {"defaults": [*defaults, "_self_"], "scenario": name, **values}
    command = saved_command(plan, fields, name, arguments)
    return f"# @package _global_\n# {command}\n{yaml.safe_dump(document, sort_keys=False, allow_unicode=True)}"
