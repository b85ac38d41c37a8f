"""The views of *Plan*: the form, its check, and its actions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from experiments.arguments import Arguments, folder_option
from experiments.designs.first_sheet import XLSX
from experiments.store.directory import is_held
from experiments.studies.page.checking import Checked, checked
from experiments.studies.page.children import Children, answered
from experiments.studies.page.form import CHOICES, GROUPS, LABELS, REST, STUDY, Field, choices_of, group_of
from experiments.studies.page.plan import PLANNED, Plan, plan_of, planned_fields, sent_flights, usual_scenario
from experiments.studies.page.saving import NameTakenError, saved, saved_command
from experiments.studies.page.show import address, made_file, page
from experiments.verbs import VERBS
from sim.errors import ConfigError

MOST_FIELDS = 5_000
"""Most fields of a form: several times those of the largest complex."""


@dataclass(frozen=True, slots=True)
class Group:
    """Values that are together in the form."""

    fields: Sequence[Field]
    choices: Mapping[str, Sequence[str]]

    @property
    def n_changed(self) -> int:
        return sum(each.is_changed for each in self.fields)

    @property
    def is_marked(self) -> bool:
        return any(each.is_changed or each.says for each in self.fields)


@dataclass(frozen=True)
class Planning:
    """Views on one folder of runs and one folder of the user's configurations."""

    arguments: Arguments
    children: Children

    def read(self) -> Mapping[str, Callable[..., Any]]:
        """Addresses that only show something."""
        return {"/plan": self.form, "/plan/workbook": self.workbook}

    def done(self) -> Mapping[str, Callable[..., Any]]:
        """Addresses that change something."""
        return {"/plan": self.sent}

    def form(self, request: Request) -> Response:
        plan, config_dir = plan_of(request.query_params.multi_items()), self.arguments.config_dir
        shown, choices = checked(plan, self.arguments), choices_of(config_dir)
        saved_as, name = (request.query_params.get(key, "") for key in ("saved", "name"))
        return page(
            "plan.html", plan=plan, checked=shown, groups=_groups(shown, choices), verbs=PLANNED,
            labels=LABELS, choices=choices, studies=_studies(plan.verb, choices[STUDY]), query=urlencode(plan.query()),
            flights=sent_flights(self.arguments.out), config_dir=config_dir,
            texts={verb: f"{verb}: {VERBS[verb].summary}" for verb in PLANNED},
            was=urlencode(replace(plan, values={}).query()), name=name, saved=saved_as,
            taken=request.query_params.get("taken", ""), refused=request.query_params.get("refused", ""),
            again=saved_command(plan, shown.fields, name, self.arguments) if saved_as else "",
        )  # fmt: skip

    def workbook(self, request: Request) -> Response:
        """Inputs of the plan in the address, as `cargohub sheet new FILE.xlsx` writes them."""
        plan = replace(plan_of(request.query_params.multi_items()), verb="run")
        shown = checked(plan, self.arguments)

        def sheet(into: Path) -> Path:
            path = into / f"inputs{XLSX}"
            answered(["sheet", "new", str(path), *shown.words, *folder_option(self.arguments.config_dir)])
            return path

        return made_file(plan.scenario, sheet)

    async def sent(self, request: Request) -> Response:
        """The submitted form: values that differ from those shown become an address."""
        async with request.form(max_fields=MOST_FIELDS) as form:
            given = [(key, value) for key, value in form.multi_items() if isinstance(value, str)]
        return await run_in_threadpool(self._carried_out, given)

    def _carried_out(self, given: Sequence[tuple[str, str]]) -> Response:
        by_name = dict(given)
        before, plan = plan_of(parse_qsl(by_name.get("was", ""))), plan_of(given)
        base = {each.key: each.base for each in planned_fields(replace(before, values={}), self.arguments)}
        if before.verb != plan.verb and before.scenario == plan.scenario == usual_scenario(before.verb):
            plan = replace(plan, scenario=usual_scenario(plan.verb))  # no other scenario was chosen
        plan = replace(plan, values={key: value for key, value in plan.values.items() if value != base.get(key)})
        more: dict[str, str] = {}
        what = by_name.get("do", "check")
        if what == "fit":
            plan = replace(plan, values={**plan.values, "fit": "auto"})
        elif what in ("save", "replace"):
            name = by_name.get("name", "").strip()
            more = {"name": name, **self._saved(plan, name, is_replacing=what == "replace")}
        elif what == "run":
            shown = checked(plan, self.arguments)
            if not shown.mistake:
                return self._begun(shown)
        return RedirectResponse(f"/plan?{urlencode([*plan.query(), *more.items()])}", 303)

    def _saved(self, plan: Plan, name: str, *, is_replacing: bool) -> dict[str, str]:
        """Message in the address: where the plan was saved, or why it was not."""
        try:
            return {"saved": str(saved(plan, name, self.arguments, is_replacing=is_replacing))}
        except ConfigError as error:
            return {"taken" if isinstance(error, NameTakenError) else "refused": str(error)}

    def _begun(self, shown: Checked) -> Response:
        """The plan's run, started unless it exists, or another command works on it."""
        if not (shown.is_stored or is_held(self.arguments.out / shown.folder)):
            options = ["--out", str(self.arguments.out), *folder_option(self.arguments.config_dir)]
            self.children.start(shown.folder, [shown.plan.verb, *shown.words, *options])
        return RedirectResponse(address("run", shown.folder), 303)


def _studies(verb: str, options: Sequence[str]) -> list[str]:
    """The packaged studies of a verb, if it has several."""
    name = verb.replace("-", "_")
    named = [option for option in options if option == name or option.startswith(f"{name}_")]
    return named if len(named) > 1 else []


def _groups(shown: Checked, choices: Mapping[str, Sequence[str]]) -> dict[str, Group]:
    fields: dict[str, list[Field]] = {name: [] for name in (*GROUPS, REST)}
    for each in shown.fields:
        fields[group_of(each.key)].append(each)
    offered: dict[str, dict[str, Sequence[str]]] = {name: {} for name in fields}
    for group, where in CHOICES.items():
        offered[where][group] = choices[group]
    halls = dict.fromkeys(each.key.split(".")[1] for each in shown.fields if each.key.startswith("halls."))
    offered["Floor"] |= {f"hall@halls.{name}": choices["hall"] for name in halls}
    return {
        name: Group(fields[name], offered[name])
        for name in fields
        if fields[name] or offered[name] or name == "Disruptions"
    }
