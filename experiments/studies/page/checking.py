"""A plan checked as on the command line: command, space, expected time, or the mistake."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from experiments.arguments import Arguments
from experiments.composition import compose, hub, sweep
from experiments.designs.design import Design
from experiments.designs.staffing_text import staffing_lines
from experiments.execution.place import usable_workers
from experiments.execution.progress import time_left
from experiments.frame import runner
from experiments.frame.study import Request
from experiments.replications.replicating import check_designs
from experiments.report.sections import sentence_of
from experiments.store.directory import TIMINGS
from experiments.store.foreign import configuration_of, is_finished, manifest_of
from experiments.studies.page.form import Field
from experiments.studies.page.halls import HallShown, halls_shown
from experiments.studies.page.plan import Plan, planned_fields, typed_words
from experiments.studies.page.runs import names_in
from experiments.studies.page.shifts import changed_words
from sim.config import HubConfig
from sim.errors import CargohubError, ConfigError
from sim.inputs.traffic import daily_parcels
from sim.site.room import check_area

_MOST_TIMED: Final = 5
_TIMED: Final = ("run", "compare", "sweep")
"""Verbs whose runs simulate only the hubs that they name."""
_SWEPT: Final = ("sweep", "capacity")
"""Verbs that take several values of a number; the first is drawn."""
_AT: Final = re.compile(r"['\"]?[+~]?([A-Za-z_][\w.]*)")


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan as a command, or the message that refuses it."""

    plan: Plan
    fields: Sequence[Field]
    words: Sequence[str]
    """All words after the verb."""
    command: str
    mistake: str = ""
    mistake_key: str = ""
    halls: Sequence[HallShown] = ()
    fitted: Sequence[str] = ()
    notes: Sequence[str] = ()
    folder: str = ""
    is_stored: bool = False
    expected: str = ""
    is_room_short: bool = False


def checked(plan: Plan, arguments: Arguments) -> Checked:
    """Check whether the plan can be run.

    Raises:
        ConfigError: a verb, a scenario or options that do not exist.
    """
    fields = planned_fields(plan, arguments)
    typed = tuple(typed_words(plan, fields, arguments.out))
    words = Arguments(plan.verb, typed, out=arguments.out, config_dir=arguments.config_dir)
    shown = Checked(plan, fields, words.words, words.command)
    try:
        alone = [*plan.base_words(arguments.out), *changed_words(fields)]
        first = sweep(alone, arguments.config_dir)[0] if plan.verb in _SWEPT else alone
        config = hub(compose(first, arguments.config_dir))
        shown = replace(shown, halls=halls_shown(config), fitted=config.fitted, notes=tuple(staffing_lines(config)))
        if typed and typed[0] == f"designs=[{plan.baseline}, {plan.baseline}]":
            raise ConfigError("compare: the plan equals its baseline; change a value, or choose another baseline")
        if plan.verb == "decompose" and plan.baseline == plan.scenario:
            raise ConfigError("decompose: the scenario equals its baseline; choose another baseline")
        designs, keys = plan.study.parse(words)
        for design in designs:
            check_area(design.hub)
        check_designs(designs, keys)
        request = Request(designs, keys, words)
        name, n = runner.name_of(plan.study, request), plan.study.replications(request)
        is_stored = is_finished(arguments.out / name)
        expected = _expected(arguments.out, designs, n)
        return replace(shown, folder=name, is_stored=is_stored, expected=expected)
    except CargohubError as error:
        return _refused(shown, str(error))


def _refused(shown: Checked, says: str) -> Checked:
    """The refused plan, with the message at the field concerned."""
    named = _AT.match(says)
    key = named[1].rstrip(".") if named else ""
    known = {each.key for each in shown.fields}
    if key not in known:  # of several values together, such as shares: the first that differs
        key = next((each.key for each in shown.fields if each.is_changed and each.key.startswith(f"{key}.")), key)
    while key and key not in known:
        key = key.rpartition(".")[0]
    fields = [replace(each, says=says) if each.key == key else each for each in shown.fields]
    return replace(shown, fields=fields, mistake=says, mistake_key=key, is_room_short="fit=auto sets this" in says)


def _expected(root: Path, designs: Sequence[Design], n: int | None) -> str:
    """Expected time at the pace of the latest run in the folder, on all cores here; `n`: None if unknown."""
    if (pace := _pace(root)) is None:
        return sentence_of("pace_unknown")
    seconds_per_parcel, name = pace
    seconds = sum(_parcels(design.hub) for design in designs) / len(designs) * seconds_per_parcel
    if n is None:
        return sentence_of("time_of_each", each=time_left(seconds), name=name)
    return sentence_of("time_of_all", time=time_left(seconds * n / min(usable_workers(), n)), name=name)


def _pace(root: Path) -> tuple[float, str] | None:
    """Seconds per parcel in the latest timed run, and its name."""
    for run in islice((run for run in names_in(root) if run.is_complete and run.verb in _TIMED), _MOST_TIMED):
        try:
            timings = json.loads((root / run.name / TIMINGS).read_text(encoding="utf-8"))
            hubs = configuration_of(manifest_of(root / run.name)).hubs
            made = [each for each in timings["replications"] if each["scenario"] in hubs]
            seconds = sum(each["seconds"] for each in made)
            parcels = sum(_parcels(hubs[each["scenario"]]) for each in made)
        except (CargohubError, OSError, ValueError, KeyError, TypeError):
            continue
        if seconds and parcels:
            return seconds / parcels, run.name
    return None


def _parcels(config: HubConfig) -> float:
    return daily_parcels(config) * config.days
