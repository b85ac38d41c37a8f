"""`cargohub staff`: people by role and hour that keep a service level, their shifts and their cost.

Makes the demand curve of each role from the expected work, as the default roster does; finds the cheapest shifts, with
breaks, that contracts allow; and simulates whether parcels are still on time. The answer is the cheapest simulated plan
that keeps the service level. Prints people, EUR a week and shifts, and writes the roster, which can be run as any
other.

  cargohub staff                                     today's hub: some six minutes on two cores
  cargohub staff scenario=liege_66k demand=permit staff.on_time=0.98
  cargohub staff '~staff.contracts.part_time' staff.start_every_h=8    three shifts of full-time people
  cargohub staff cost.labour.wage_eur_per_h=33 cost.labour.night_premium=0.25 --json
  cargohub run --config-dir RUN/configs roster=staffed   the roster of the run folder RUN

configs/study/staff.yaml has the service level, contracts, pools and rounds, configs/cost the wage and night premium;
docs/staff.md explains the method. Roles that do not follow the work, such as customs, keep their roster.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import yaml

from experiments.arguments import Arguments, without_groups
from experiments.designs.design import Design
from experiments.formatting import counted, listed, plain_name, share_text
from experiments.frame.over_assumptions import over_assumptions
from experiments.frame.study import Bench, Document, Request, Study, same_draws
from experiments.report.design_names import hub_title
from experiments.report.figures import staff_figure
from experiments.report.sections import Picture, paragraphs_of, picture_of, sentence_of
from experiments.report.sentences import too_few_replications
from experiments.store.rows import grid_of, stored
from experiments.studies.staff.demand import pools_of, within_h
from experiments.studies.staff.design import Contract, StaffKeys, check, parse
from experiments.studies.staff.plan import ROSTER, with_shifts
from experiments.studies.staff.result import Result, RoleRow, RoleSlot, Round, ShiftRow, in_order, result_of
from experiments.studies.staff.search import searched
from sim.reading import plain


def compute(bench: Bench, request: Request[StaffKeys]) -> Result:
    config, keys = request.designs[0].hub, request.keys
    if (rounds := bench.kept(Round)) is not None:
        rounds = sorted(rounds, key=lambda row: row.round)
        shifts = sorted(bench.rows(ShiftRow), key=lambda row: row.order)
        return Result(config, keys, rounds, bench.rows(RoleSlot), in_order(bench.rows(RoleRow)), shifts)
    n, days = counted(keys.replications, "replication"), counted(config.days, "day")
    bench.say(sentence_of("staff_cost", n=n, rounds=keys.staff.rounds, days=days))
    return result_of(config, keys, *searched(bench, config, keys))


def document(request: Request[StaffKeys], result: Result) -> Document:
    config, keys = result.config, result.keys
    labour = keys.cost.labour
    return Document(
        title=f"How many people does {hub_title(config.area_m2)} need in each hour?",
        data={**result.document, "roster": _FILE},
        sentences=list(result.sentences),
        tables=[
            stored(Round, result.rounds),
            stored(RoleSlot, result.slots),
            stored(RoleRow, result.roles),
            stored(ShiftRow, result.shifts),
        ],
        grids=[
            grid_of(sentence_of("staff_roles"), result.roles),
            grid_of(sentence_of("staff_rounds", level=share_text(keys.staff.on_time)), result.rounds),
            grid_of(sentence_of("staff_shifts"), result.shifts),
        ],
        pictures=lambda: _pictures(result),
        method=paragraphs_of(
            "staff_method", draws=same_draws(config, keys.replications, "plan"),
            window=f"{within_h(config, keys.staff.window_h):g}",
            contracts=listed([_text(name, each) for name, each in keys.staff.contracts.items()], "or"),
            rest=f"{keys.staff.rest_h:g}", most=f"{keys.staff.most_h_per_week:g}", year=keys.cost.year,
            wage=f"{labour.wage_eur_per_h:g}", night=share_text(labour.night_premium), since=labour.night_from,
            until=labour.night_to, step=share_text(keys.staff.step), rounds=keys.staff.rounds,
        ),
        over=over_assumptions(request, request.designs[:1]),
        warnings=too_few_replications(keys.replications),
        notes=[_run_note(request.arguments)],
        files={_FILE: _roster(request, result)},
    )  # fmt: skip


_FILE: Final = f"configs/roster/{ROSTER}.yaml"
"""File in the run folder, whose folder `configs` can be a `--config-dir`."""


def _run_note(arguments: Arguments) -> str:
    """The command that runs the plan in the same hub."""
    words = (*without_groups(arguments.words, "staff", "roster"), f"roster={ROSTER}")
    folder = arguments.config_dir or Path("RUN/configs")
    run = replace(arguments, verb="run", words=words, config_dir=folder).command
    return sentence_of("staff_run_own" if arguments.config_dir else "staff_run", run=run, folder=folder, file=_FILE)


def _roster(request: Request[StaffKeys], result: Result) -> bytes:
    """The roster as an option of the configuration group."""
    staffed = with_shifts(result.config, result.posts)
    text = yaml.safe_dump(plain(staffed.roster), sort_keys=False, default_flow_style=None, width=120)
    return f"# {request.arguments.command}\n{text}".encode()


def _text(name: str, contract: Contract) -> str:
    return sentence_of("staff_contract", name=plain_name(name), shift=f"{contract.shift_h:g}", days=contract.days,
                       pause=f"{contract.break_h:g}")  # fmt: skip


def _pictures(result: Result) -> list[Picture]:
    people = {role: [row.people for row in rows] for role, rows in result.by_role.items()}
    curves = {
        role: ([row.busy for row in rows], [row.asked for row in rows], people[role])
        for role, rows in result.by_role.items()
    }
    return [
        picture_of("people", staff_figure.stacked(people), verb="staff"),
        picture_of("curves", staff_figure.figure(curves), verb="staff"),
    ]


def _check(designs: Sequence[Design], keys: StaffKeys) -> None:
    check(designs[0].hub)
    pools_of(designs[0].hub, keys.staff)


STUDY: Final = Study(StaffKeys, parse, compute, document, check=_check)
