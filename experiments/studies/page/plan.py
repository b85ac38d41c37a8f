"""A plan: a verb, a scenario, options of groups and changed values; checked as the command line checks it."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Final

import yaml

from experiments.arguments import Arguments
from experiments.composition import compose, hub, packaged, sweep, word_value
from experiments.designs.design import Design, DesignKeys
from experiments.designs.staffing_text import staffing_lines
from experiments.execution.place import usable_workers
from experiments.execution.progress import time_left
from experiments.frame import runner
from experiments.frame.study import Asked, Study
from experiments.overrides import parsed, sweep_points
from experiments.replications.replicating import check_designs
from experiments.replications.summing import daily_parcels
from experiments.store.directory import TIMINGS
from experiments.store.files import write_whole
from experiments.store.foreign import configuration_of, is_finished, manifest_of
from experiments.studies.page.form import CHOICES, STUDY, Field, choices_of, fields_of, group_of, values_of
from experiments.studies.page.runs import names_in
from experiments.studies.page.shifts import ShiftShare, changed_words, with_shifts
from experiments.studies.replay.floor import Zone, zones_of
from experiments.verbs import VERBS, module_of
from sim.config import HubConfig
from sim.errors import CargohubError, ConfigError
from sim.reading import near
from sim.site.room import check_area
from sim.site.zones import zones_in_use

PLANNED: Final = (
    "run", "compare", "sweep", "capacity", "sure", "decompose", "sensitivity", "shadow-price", "customs", "optimise",
    "expansion",
)  # fmt: skip
"""Verbs that a form can ask for."""
FLIGHTS: Final = "flights.csv"
"""As `cargohub schedule` writes it."""
_MOST_TIMED: Final = 5
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_HALL: Final = re.compile(r"hall@halls\.\w+")
_AT: Final = re.compile(r"[+~]?([A-Za-z_][\w.]*)")
_PERCENT: Final = re.compile(r"([+-])\s*(\d{1,6}(?:\.\d{1,6})?)\s*%")
_OF_ALL_DESIGNS: Final = ("Study", "Precision")
"""Groups of the form that a comparison has once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a form says. `chosen`: options by configuration group; `values`: texts by key, as words have them."""

    verb: str = "run"
    scenario: str = "liege_30k"
    chosen: Mapping[str, str] = field(default_factory=dict)
    disruptions: Sequence[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    flights: str = ""
    """A file of flights among those sent by the browser; empty: drawn as the scenario says."""
    against: str = ""
    """Of a comparison, the scenario that is the baseline; empty: the one that the plan starts from."""

    @property
    def baseline(self) -> str:
        """The scenario of a comparison's first design."""
        return self.against or self.scenario

    def query(self) -> list[tuple[str, str]]:
        """The plan as an address says it."""
        groups = [(f"group.{name}", option) for name, option in self.chosen.items()]
        values = [(f"set.{key}", value) for key, value in self.values.items()]
        flights = [("flights", self.flights)] if self.flights else []
        ticked = [("disruption", option) for option in self.disruptions]
        against = [("against", self.against)] if self.against else []
        return [("verb", self.verb), ("scenario", self.scenario), *against, *groups, *flights, *ticked, *values]

    def base_words(self, out: Path) -> list[str]:
        """The words that give each value its base; `out`: the folder of the runs, with the files sent."""
        name = self.chosen.get(STUDY, self.verb.replace("-", "_"))
        study = [f"study={name}"] if (packaged() / "study" / f"{name}.yaml").is_file() else []
        groups = [f"{group}={option}" for group, option in self.chosen.items() if group != STUDY]
        disruptions = [f"+disruption@disruptions.{option}={option}" for option in self.disruptions]
        path = word_value(str(flights_folder(out) / self.flights / FLIGHTS))
        flights = ["arrivals=file", f"arrivals.schedule={path}"] if self.flights else []
        return [*study, f"scenario={self.scenario}", *groups, *flights, *disruptions]


@dataclass(frozen=True, slots=True)
class ZoneShown:
    """A zone of the drawing, and how much of what fits it stands there."""

    zone: Zone
    used: float | None
    """Share of what fits; None: nothing with a name stands there."""
    says: str


@dataclass(frozen=True, slots=True)
class HallShown:
    """A hall to scale."""

    name: str
    width_m: float
    depth_m: float
    area_m2: float
    zones: Sequence[ZoneShown]


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan as the command line takes it; or the sentence with which it refuses it."""

    plan: Plan
    fields: Sequence[Field]
    words: Sequence[str]
    """All that is typed behind the verb."""
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


def planned_fields(plan: Plan, arguments: Arguments) -> list[Field]:
    """The values of the form, with those of the plan.

    Raises:
        ConfigError: a choice that is not there, or a value that no form shows.
    """
    check_choices(plan, arguments)
    study: Study[Any, Any] = import_module(module_of(plan.verb)).STUDY
    base = compose(plan.base_words(arguments.out), arguments.config_dir)
    listed = fields_of((HubConfig, study.keys), base, arguments.config_dir)
    fields = list(with_shifts(listed, dict(values_of(base))))
    known = {each.key for each in fields}
    for key in plan.values:
        if key not in known:
            raise ConfigError(f"{key[:80]}: no value of this form{near(key, known)}")
    return [replace(each, value=_value(each, plan.values.get(each.key, each.base))) for each in fields]


def _value(field: Field, text: str) -> str:
    """What is typed; of a number "+20 %" and "-30 %" are from what the scenario has, whole numbers rounded half up."""
    found = _PERCENT.fullmatch(text.strip())
    if not found or field.leaf.kind not in ("number", "whole") or not field.base:
        return text
    value = float(field.base) * (1 + float(found[1] + found[2]) / 100)
    return str(math.floor(value + 0.5)) if field.leaf.kind == "whole" else f"{value:.10g}"


def typed_words(plan: Plan, fields: Sequence[Field], out: Path) -> list[str]:
    """All that is typed behind the verb; of a comparison the baseline and, as a second design, the plan."""
    base = plan.base_words(out)
    if plan.verb != "compare":
        return [*base, *changed_words(fields)]
    of_all = [each for each in fields if group_of(each.key) in _OF_ALL_DESIGNS]
    design = [word.removeprefix("scenario=") for word in base]
    design += changed_words([each for each in fields if each not in of_all])
    return [f"designs=[{plan.baseline}, {' '.join(design)}]", *changed_words(of_all)]


def check_choices(plan: Plan, arguments: Arguments) -> None:
    """Refuse a verb, options or files that are not there: their names become words.

    Raises:
        ConfigError: the first of them.
    """
    if plan.verb not in PLANNED:
        raise ConfigError(f"verb: no form plans {plan.verb[:40]!r}")
    choices = choices_of(arguments.config_dir)
    halls = {name: choices["hall"] for name in plan.chosen if _HALL.fullmatch(name)}
    against = [("scenario", plan.against)] if plan.against else []
    ticked = [("disruption", name) for name in plan.disruptions]
    wanted = [("scenario", plan.scenario), *against, *plan.chosen.items(), *ticked]
    for group, option in wanted:
        known = {**choices, **halls}.get(group, [])
        if option not in known:
            raise ConfigError(f"{group[:60]}: no {option[:60]!r}{near(option, known)}")
    if plan.flights and plan.flights not in sent_flights(arguments.out):
        raise ConfigError(f"flights: no file {plan.flights[:60]!r} was sent")


def flights_folder(out: Path) -> Path:
    return out / ".page" / "flights"


def sent_flights(out: Path) -> list[str]:
    """Files of flights that the browser has sent, by name."""
    folder = flights_folder(out)
    return sorted(path.parent.name for path in folder.glob(f"*/{FLIGHTS}"))


def checked(plan: Plan, arguments: Arguments) -> Checked:
    """Whether the plan can be run, and what it would be.

    Raises:
        ConfigError: a verb, a scenario or options that are not there.
    """
    study: Study[Any, Any] = import_module(module_of(plan.verb)).STUDY
    fields = planned_fields(plan, arguments)
    typed = tuple(typed_words(plan, fields, arguments.out))
    words = Arguments(plan.verb, typed, out=arguments.out, config_dir=arguments.config_dir)
    shown = Checked(plan, fields, words.words, words.command)
    try:
        alone = [*plan.base_words(arguments.out), *changed_words(fields)]
        config = hub(compose(sweep(alone, arguments.config_dir)[0], arguments.config_dir))
        shown = replace(shown, halls=_halls(config), fitted=config.fitted, notes=tuple(staffing_lines(config)))
        if typed and typed[0] == f"designs=[{plan.baseline}, {plan.baseline}]":
            raise ConfigError("compare: the plan is its baseline; change a value, or choose another baseline")
        designs, keys = study.asked(words)
        for design in designs:
            check_area(design.hub)
        if isinstance(keys, DesignKeys):
            check_designs(designs, keys)
        asked = Asked(designs, keys, words)
        name, n = runner.name_of(study, asked), study.replications(asked)
        is_stored = is_finished(arguments.out / name)
        expected = "" if n is None else _expected(arguments.out, designs, n)
        return replace(shown, folder=name, is_stored=is_stored, expected=expected)
    except CargohubError as error:
        return _refused(shown, str(error))


def _refused(shown: Checked, says: str) -> Checked:
    """With the sentence beside the field that it is about."""
    found = _AT.match(says)
    key = found[1].rstrip(".") if found else ""
    known = {each.key for each in shown.fields}
    while key and key not in known:
        key = key.rpartition(".")[0]
    fields = [replace(each, says=says) if each.key == key else each for each in shown.fields]
    return replace(shown, fields=fields, mistake=says, mistake_key=key, is_room_short="fit=auto sets this" in says)


def _halls(config: HubConfig) -> list[HallShown]:
    """Each hall with its zones; what is in them may be more than fits."""
    uses = {(use.hall, use.zone): use for use in zones_in_use(config)}
    halls = []
    for name, hall in config.halls.items():
        zones = []
        for zone in zones_of(config, name):
            use = uses.get((name, zone.name))
            used = None if use is None else use.n_units / use.n_fit if use.n_fit else float(use.n_units > 0) * 2
            what = "" if use is None else f": {use.n_units:,.0f} of the {use.n_fit:,.0f} {use.unit} that fit"
            zones.append(ZoneShown(zone, used, f"{zone.label}, {zone.area_m2:,.0f} m²{what}"))
        halls.append(HallShown(name, hall.facade_m, hall.area_m2 / hall.facade_m, hall.area_m2, zones))
    return halls


def _expected(root: Path, designs: Sequence[Design], n: int) -> str:
    """How long n replications take at the pace of the latest run in the folder, on all cores here; empty: not known."""
    work = sum(_parcels(design.hub) for design in designs) * n / len(designs)
    for run in islice((run for run in names_in(root) if run.is_complete and run.verb == "run"), _MOST_TIMED):
        try:
            timings = json.loads((root / run.name / TIMINGS).read_text(encoding="utf-8"))
            hubs = configuration_of(manifest_of(root / run.name)).hubs
            made = [each for each in timings["replications"] if each["scenario"] in hubs]
            seconds = sum(each["seconds"] for each in made)
            parcels = sum(_parcels(hubs[each["scenario"]]) for each in made)
        except (CargohubError, OSError, ValueError, KeyError, TypeError):
            continue
        if seconds and parcels:
            workers = min(usable_workers(), n)
            return f"about {time_left(work * seconds / parcels / workers)}, at the pace of {run.name}"
    return ""


def _parcels(config: HubConfig) -> float:
    return daily_parcels(config) * config.days


def saved(plan: Plan, name: str, arguments: Arguments) -> Path:
    """Keep the plan as a scenario of the user's folder of configurations, which the command line reads.

    Raises:
        ConfigError: no folder, no name, a name that is taken by a packaged scenario, or a plan that no scenario can be.
    """
    if arguments.config_dir is None:
        raise ConfigError("plans are saved in a folder of your own: start the page with --config-dir DIR")
    if not _NAME.fullmatch(name):
        raise ConfigError("name: a letter first, then at most 59 letters, digits and _")
    path = arguments.config_dir / "scenario" / f"{name}.yaml"
    if (packaged() / "scenario" / path.name).exists():
        raise ConfigError(f"name: {name} is a packaged scenario; choose another")
    text = _scenario_text(plan, name, arguments)
    write_whole(path, text.encode())
    return path


def saved_command(plan: Plan, fields: Sequence[Field], name: str, arguments: Arguments) -> str:
    """What asks the plan's question of the scenario that it was saved as."""
    study = {group: option for group, option in plan.chosen.items() if group == STUDY}
    again = Plan(plan.verb, name, study, against=plan.baseline)
    words = tuple(typed_words(again, _of_question(plan, fields), arguments.out))
    return Arguments(plan.verb, words, config_dir=arguments.config_dir).command


def _of_question(plan: Plan, fields: Sequence[Field]) -> list[Field]:
    """Values that no scenario keeps: the study of the verb sets them after it, or there are several of one key."""
    if plan.verb == "run":
        return []
    return [each for each in fields if group_of(each.key) in _OF_ALL_DESIGNS or _is_swept(each)]


def _is_swept(field: Field) -> bool:
    return field.is_changed and not isinstance(field, ShiftShare) and len(sweep_points([field.word])) > 1


def _scenario_text(plan: Plan, name: str, arguments: Arguments) -> str:
    """Only the differences from the scenario that it began with, which it takes over whole."""
    defaults: list[Any] = [plan.scenario]  # by its file: as a group it would be this very choice
    defaults += [{f"/disruption@disruptions.{option}": option} for option in plan.disruptions]
    chosen = {**plan.chosen, **({"arrivals": "file"} if plan.flights else {})}
    defaults += [{f"override /{group}": option} for group, option in chosen.items() if group != STUDY]
    document: dict[str, Any] = {"defaults": [*defaults, "_self_"], "scenario": name}
    fields = planned_fields(plan, arguments)
    asked = _of_question(plan, fields)
    words = changed_words([each for each in fields if each not in asked])
    flights = f"arrivals.schedule={word_value(str(flights_folder(arguments.out.absolute()) / plan.flights / FLIGHTS))}"
    for word in [*([flights] if plan.flights else []), *words]:
        override = parsed(word)
        place, inside = document, override.key_or_group.split(".")
        for part in inside[:-1]:
            place = place.setdefault(part, {})
        place[inside[-1]] = override.value()
    command = saved_command(plan, fields, name, arguments)
    return f"# @package _global_\n# {command}\n{yaml.safe_dump(document, sort_keys=False, allow_unicode=True)}"


def plan_of(query: Sequence[tuple[str, str]]) -> Plan:
    """The plan that an address or a form says: verb, scenario, `group.NAME`, `disruption` and `set.KEY`."""
    given = dict(query)
    chosen = {group: given[f"group.{group}"] for group in (STUDY, *CHOICES) if given.get(f"group.{group}")}
    halls = {key.removeprefix("group."): value for key, value in query if key.startswith("group.hall@halls.") and value}
    verb = given.get("verb", "run")
    return Plan(
        verb if verb in VERBS else "run",
        given.get("scenario") or "liege_30k",
        {**chosen, **halls},
        tuple(dict.fromkeys(value for key, value in query if key == "disruption" and value)),
        {key.removeprefix("set."): value for key, value in query if key.startswith("set.")},
        given.get("flights", ""),
        given.get("against", ""),
    )
