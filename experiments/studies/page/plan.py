"""A plan: verb, scenario, options and changed values, and their words for the command line."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from experiments.arguments import Arguments
from experiments.composition import compose, packaged
from experiments.frame.study import Study
from experiments.grouping import values_of
from experiments.overrides import changed_by_share, is_share, word_value
from experiments.studies.page.form import CHOICES, STUDY, Field, choices_of, fields_of, group_of
from experiments.studies.page.shifts import changed_words, with_shifts
from experiments.verbs import VERBS, module_of
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.reading import near

PLANNED: Final = (
    "run", "compare", "sweep", "capacity", "sure", "decompose", "sensitivity", "shadow-price", "customs", "optimise",
    "expansion",
)  # fmt: skip
"""Verbs for which the page has a form."""
FLIGHTS: Final = "flights.csv"
"""Name of the file that `cargohub schedule` writes."""
_HALL: Final = re.compile(r"hall@halls\.\w+")
OF_ALL_DESIGNS: Final = ("Study", "Precision")
"""Groups of the form that a comparison has once for all designs."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Content of a form. `chosen`: options by configuration group; `values`: texts by key, as in words."""

    verb: str = "run"
    scenario: str = "liege_30k"
    chosen: Mapping[str, str] = field(default_factory=dict)
    disruptions: Sequence[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    flights: str = ""
    """An uploaded file of flights; empty: drawn as in the scenario."""
    against: str = ""
    """The scenario with which the plan's is compared, or decomposed; empty: the plan's."""

    @property
    def baseline(self) -> str:
        """The first scenario of a comparison or decomposition."""
        return self.against or self.scenario

    @property
    def study(self) -> Study[Any, Any]:
        study: Study[Any, Any] = import_module(module_of(self.verb)).STUDY
        return study

    def query(self) -> list[tuple[str, str]]:
        """The plan as the query of an address."""
        groups = [(f"group.{name}", option) for name, option in self.chosen.items()]
        values = [(f"set.{key}", value) for key, value in self.values.items()]
        flights = [("flights", self.flights)] if self.flights else []
        ticked = [("disruption", option) for option in self.disruptions]
        against = [("against", self.against)] if self.against else []
        return [("verb", self.verb), ("scenario", self.scenario), *against, *groups, *flights, *ticked, *values]

    def base_words(self, out: Path) -> list[str]:
        """Words for the unchanged values; `out`: folder of the runs, with uploaded files."""
        study = _study_words(self.chosen.get(STUDY, self.verb.replace("-", "_")))
        given = (STUDY, "arrivals") if self.flights else (STUDY,)
        groups = [f"{group}={option}" for group, option in self.chosen.items() if group not in given]
        disruptions = [f"+disruption@disruptions.{option}={option}" for option in self.disruptions]
        return [*study, f"scenario={self.scenario}", *groups, *self.file_words(out), *disruptions]

    @property
    def of_file(self) -> str:
        """How the file's flights are used: unchanged, unless its weeks are to be drawn."""
        return "resampled" if self.chosen.get("arrivals") == "resampled" else "file"

    def file_words(self, out: Path) -> list[str]:
        """The words that fly the file; empty if flights are drawn."""
        return [f"arrivals={self.of_file}", *self.flights_words(out)] if self.flights else []

    def flights_words(self, out: Path) -> list[str]:
        """The word that names the flight file; empty if flights are drawn."""
        path = flights_folder(out) / self.flights / FLIGHTS
        return [f"arrivals.schedule={word_value(str(path))}"] if self.flights else []


def planned_fields(plan: Plan, arguments: Arguments) -> list[Field]:
    """Fields of the form with the plan's values.

    Raises:
        ConfigError: an unknown choice, or a value that no form shows.
    """
    check_choices(plan, arguments)
    base = compose(plan.base_words(arguments.out), arguments.config_dir)
    listed = fields_of((HubConfig, plan.study.keys), base, arguments.config_dir)
    fields = list(with_shifts(listed, dict(values_of(base))))
    known = {each.key for each in fields}
    for key in plan.values:
        if key not in known:
            raise ConfigError(f"{key[:80]}: not a value of this form{near(key, known)}")
    return [replace(each, value=_value(each, plan.values.get(each.key, each.base))) for each in fields]


def _value(field: Field, text: str) -> str:
    """A typed value; "+20 %" and "-30 %" are relative to the scenario's, whole numbers rounded half up."""
    if not is_share(text) or field.leaf.kind not in ("number", "whole") or not field.base:
        return text
    return str(changed_by_share(float(field.base), text, is_whole=field.leaf.kind == "whole"))


def typed_words(plan: Plan, fields: Sequence[Field], out: Path) -> list[str]:
    """Words after the verb; for a comparison, the baseline and the plan as second design, both with the same file."""
    base = plan.base_words(out)
    if scenarios := {"capacity": plan.scenario, "decompose": f"{plan.baseline},{plan.scenario}"}.get(plan.verb):
        base = [f"scenarios=[{scenarios}]" if word == f"scenario={plan.scenario}" else word for word in base]
    if plan.verb != "compare":
        return [*base, *changed_words(fields)]
    file = plan.file_words(out)
    of_all = [
        each for each in fields if group_of(each.key) in OF_ALL_DESIGNS or (file and each.key.startswith("arrivals."))
    ]
    shared = [f"{group}={option}" for group, option in plan.chosen.items() if CHOICES.get(group) in OF_ALL_DESIGNS]
    design = [word.removeprefix("scenario=") for word in base if word not in (*file, *shared)]
    design += changed_words([each for each in fields if each not in of_all])
    return [f"designs=[{plan.baseline}, {' '.join(design)}]", *file, *shared, *changed_words(of_all)]


def check_choices(plan: Plan, arguments: Arguments) -> None:
    """Refuse verbs, options or files that do not exist, because their names become words.

    Raises:
        ConfigError: the first such name.
    """
    if plan.verb not in PLANNED:
        raise ConfigError(f"verb: there is no form for {plan.verb[:40]!r}")
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
        raise ConfigError(f"flights: no file {plan.flights[:60]!r} was uploaded")


def usual_scenario(verb: str) -> str:
    """The scenario of the verb's packaged study.

    >>> usual_scenario("customs"), usual_scenario("run")
    ('customs_today', 'liege_30k')
    """
    return str(compose(_study_words(verb.replace("-", "_")))["scenario"])


def _study_words(name: str) -> list[str]:
    return [f"study={name}"] if (packaged() / "study" / f"{name}.yaml").is_file() else []


def flights_folder(out: Path) -> Path:
    return out / ".page" / "flights"


def sent_flights(out: Path) -> dict[str, str]:
    """Uploaded flight files, by name, and when each was sent: names of files called alike differ only by a hash."""
    files = sorted(flights_folder(out).glob(f"*/{FLIGHTS}"), key=lambda path: path.parent.name)
    times = [dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).astimezone() for path in files]
    return {path.parent.name: f"sent {time:%a %d %b %Y %H:%M:%S}" for path, time in zip(files, times, strict=True)}


def plan_of(query: Sequence[tuple[str, str]]) -> Plan:
    """The plan in an address or form: verb, scenario, `group.NAME`, `disruption` and `set.KEY`."""
    given = dict(query)
    chosen = {group: given[f"group.{group}"] for group in (STUDY, *CHOICES) if given.get(f"group.{group}")}
    halls = {key.removeprefix("group."): value for key, value in query if key.startswith("group.hall@halls.") and value}
    verb = given.get("verb", "run")
    verb = verb if verb in VERBS else "run"
    return Plan(
        verb,
        given.get("scenario") or usual_scenario(verb),
        {**chosen, **halls},
        tuple(dict.fromkeys(value for key, value in query if key == "disruption" and value)),
        {key.removeprefix("set."): value for key, value in query if key.startswith("set.")},
        given.get("flights", ""),
        given.get("against", ""),
    )
