"""`cargohub list`: the runs of a folder.

Lists the run folders of DIR (runs) and of folders in it, such as those of Hydra's jobs, including unfinished and
damaged ones, with verb, hash, command and KPIs.

  cargohub list
  cargohub list DIR --json
"""

import os
import shlex
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from experiments.arguments import Arguments
from experiments.formatting import kpi_name
from experiments.frame import console
from experiments.interval_text import amount
from experiments.money.kpis import KPIS, names
from experiments.statistics.interval import Value
from experiments.store.foreign import command_in, is_finished, manifest_of
from experiments.store.foreign_tables import means_of
from experiments.store.identity import HASH_DIGITS
from experiments.store.read import CONFIG
from experiments.store.stored_by import finished
from sim.errors import CargohubError, InputError
from sim.measures.kpis import Rank

SHOWN = ("on_time_share", "dwell_mean_h", "parcels_per_day")
"""KPIs on the line of a run; `--json` has all KPIs of the terminal."""
_BOUNDS = sorted({kpi.bound_if[0] for kpi in KPIS.values() if kpi.bound_if})
"""KPIs that say whether others are only lower bounds."""
_MOST_DESIGNS = 3
_LONGEST = 400
"""Most characters of a command."""
_DEEPEST = 4
"""Most folders between the listed folder and a run: Hydra has multirun/DATE/TIME/JOB."""


def main(arguments: Arguments) -> int:
    if len(arguments.words) > 1:
        raise InputError(f"list: expected one DIR, the folder of the runs, got {', '.join(arguments.words)}")
    root = Path(arguments.words[0]) if arguments.words else arguments.out
    if not root.is_dir():
        raise InputError(f"{root}: {'not a' if root.exists() else 'no such'} folder")
    if is_run(root):
        raise InputError(f"{root}: one run, not a folder of runs; `cargohub show {root}` shows it")
    runs = [entry_of(folder, str(folder.relative_to(root))) for folder in sorted(_runs_below(root))]
    lines = [line for run in runs for line in _lines(run)]
    return console.report(arguments, {"folder": str(root), "runs": runs}, *(lines or [f"{root}: no runs"]))


def is_run(folder: Path) -> bool:
    """Whether the folder has a run that can be read; Hydra's own `.hydra` beside a run has a config.yaml, too."""
    with suppress(PermissionError):
        return not folder.name.startswith(".") and (is_finished(folder) or (folder / CONFIG).is_file())
    return False


def _runs_below(root: Path) -> Iterator[Path]:
    """Run folders in `root` and its folders, except hidden folders and those that cannot be read."""
    for folder, folders, _ in os.walk(root):
        runs = {name for name in folders if is_run(Path(folder, name))}
        yield from (Path(folder, name) for name in runs)
        is_deepest = len(Path(folder).relative_to(root).parts) == _DEEPEST
        folders[:] = [] if is_deepest else [name for name in folders if name not in runs and name[0] != "."]


def entry_of(folder: Path, name: str) -> dict[str, Any]:
    """Facts of a run; a damaged run has the reason and does not hide others."""
    entry: dict[str, Any] = {"name": name if name.isprintable() else repr(name), "state": "unfinished"}
    with suppress(CargohubError, ValueError):  # an invalid configuration
        entry["command"] = shlex.join(command_in(folder))
    if not is_finished(folder):
        return entry
    try:
        manifest = manifest_of(folder)
        kpis = means_of(manifest, [*names(Rank.SUMMARY), *_BOUNDS])
    except CargohubError as error:
        return {**entry, "state": "damaged", "why": str(error)}
    return {
        **entry,
        "state": "complete",
        "verb": manifest.verb,
        "hash": manifest.hash[:HASH_DIGITS],
        "finished": finished(folder).isoformat(timespec="minutes"),
        "scenarios": kpis,
    }


def mean_in(kpis: Mapping[str, float], kpi: str) -> Value:
    """A listed mean of a design, whose listed KPIs say whether it is only a lower bound."""
    is_lower_bound = KPIS[kpi].reads_more_than(lambda name: kpis.get(name, 0.0))
    return Value(kpis[kpi], None, None, 1, KPIS[kpi].unit, is_lower_bound)


def _lines(run: Mapping[str, Any]) -> list[str]:
    asked = [f"  {textwrap.shorten(run['command'], _LONGEST, placeholder=' …')}"] if run.get("command") else []
    if run["state"] != "complete":
        return [f"{run['name']}  {run['state']}" + (f": {run['why']}" if "why" in run else ""), *asked]
    lines = [f"{run['name']}  {run['verb']}  {run['hash']}  {run['finished']}", *asked]
    for scenario, kpis in list(run["scenarios"].items())[:_MOST_DESIGNS]:
        means = (f"{kpi_name(kpi)} {amount(mean_in(kpis, kpi))}" for kpi in SHOWN if kpi in kpis)
        lines.append(f"  {scenario}: {'; '.join(means)}")
    more = len(run["scenarios"]) - _MOST_DESIGNS
    return [*lines, f"  and {more} more"] if more > 0 else lines
