"""`cargohub resume`: continue an interrupted run.

Continues an interrupted run from its config.yaml: finished replications are kept, missing ones are computed, and the
result is printed. A finished run gets its page or pictures if they are missing, unless its command excluded them
(page=later, page=none). The first command, typed again, does the same. RUN is a folder or the beginning of its hash.

  cargohub resume runs/run-liege_30k-557fe08b6b90
  cargohub resume 557f                               the one run in --out (runs) whose hash begins so
  cargohub resume RUN workers=2                      or execution=dask: the place of computation may change
  cargohub resume RUN page=now                       with its page, even if the run's command excluded it
  cargohub resume RUN schedule=flights.csv           the flights of a run with arrivals=file

  cargohub resume RUN --trust-code                   a run with rules=FILE.py, whose code it executes

Finished replications are used if a replication could have these results. For a run of unknown origin, use `reproduce`.

Own options: --all, --fresh, --trust-code.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from experiments.arguments import Arguments
from experiments.composition import compose
from experiments.composition import study as read_keys
from experiments.designs.design import Design, DesignKeys
from experiments.execution import Place
from experiments.frame import console, runner
from experiments.frame.recorded import (
    TRUST,
    arguments_of,
    refuse_idle_schedule,
    run_and_options,
    stored_study,
    study_of,
    trust_code,
)
from experiments.frame.study import Request
from experiments.report.page import PAGE, WhenPage, is_drawn
from experiments.report.sections import sentence_of
from experiments.store.foreign import Begun, begun, check_file, configuration_of, is_finished, manifest_of
from experiments.store.identity import HASH_DIGITS, hash_of, identity_of, kept_flights
from sim.errors import InputError
from sim.reading import read
from sim.site.room import check_area

_HOW: Final = ("workers", "cache_mb", "execution", "execution.address", "execution.patience_s", "page")
_SCHEDULE: Final = "schedule"


def main(arguments: Arguments) -> int:
    folder, given = run_and_options(arguments, (*_HOW, _SCHEDULE, TRUST))
    when = read(WhenPage, given["page"], "page") if "page" in given else None
    if is_finished(folder):
        manifest = manifest_of(folder)
        for name in manifest.files:
            check_file(manifest, name)
        if not is_drawn(folder):
            # A page without a picture was requested at some time, whatever the run's request was.
            asked = None if (folder / PAGE).exists() else study_of(manifest, configuration_of(manifest)).page
            if (when or asked or WhenPage.NOW) is WhenPage.NOW:
                runner.draw_page(manifest)
        document = {"complete": True, "run_dir": str(folder)}
        return console.report(arguments, document, f"{folder}: complete; nothing is left to do")
    run = begun(folder)
    refuse_idle_schedule(run.configuration.hubs.values(), given)
    trust_code(run.configuration.hubs.values(), given)
    study = stored_study(run)
    how = compose([f"{key}={given[key]}" for key in _HOW if key in given], arguments.config_dir)
    read_keys(DesignKeys, how)  # a mistake in these words is no fault of the run
    place = read(Place, how["execution"], "execution")
    keys = study_of(run, run.configuration, how["workers"], place)
    keys = replace(keys, page=when or keys.page, cache_mb=how["cache_mb"])
    designs = list(_points(run, given.get(_SCHEDULE)))
    _check_name(run, designs)
    command = arguments_of(run.verb, run.words, like=replace(arguments, out=folder.absolute().parent))
    return runner.carry_out(study, Request(designs, keys, command))


def _points(run: Begun, schedule: str | None) -> Iterator[Design]:
    """The designs; a flight file is searched for at the caller's path, or in the folder."""
    for label, hub in run.configuration.hubs.items():
        if hub.arrivals.schedule is not None:
            name = Path(hub.arrivals.schedule).name
            kept = kept_flights(run.folder, name)
            path = Path(schedule) if schedule is not None else kept if kept.exists() else run.folder / name
            if not path.exists():
                raise InputError(f"{path}: no such file; give the run's {name[:60]!r} by schedule=FILE")
            hub = replace(hub, arrivals=replace(hub.arrivals, schedule=str(path.resolve())))  # noqa: PLW2901 - the same hub
        check_area(hub)
        yield Design(label, hub)


def _check_name(run: Begun, designs: list[Design]) -> None:
    """Refuse a folder whose name lacks the hash of its request, because the command would begin another run."""
    identity = identity_of({design.label: design.hub for design in designs}, run.configuration.study)
    name = run.folder.resolve().name
    if not (name.startswith(f"{run.verb}-") and name.endswith(f"-{hash_of(identity)[:HASH_DIGITS]}")):
        raise InputError(sentence_of("renamed_run", folder=run.folder))
