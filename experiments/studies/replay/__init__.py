"""`cargohub replay`: a stored run as a moving floor plan, to watch in a browser.

Writes `replay.html` into the run folder, or the file that `--out` names. The file works offline and shows one
replication to scale: aircraft, trains, ULDs, zones, trucks, and what blocks what. Other replications, other designs and
two runs in step have their own file names, such as `replay-replication-3.html`. The last line printed is the file's
path.

  cargohub replay RUN
  cargohub replay RUN replication=3 --out replication-3.html      replications are numbered from 0
  cargohub replay RUN scenario=liege_66k                          one design of a comparison
  cargohub replay RUN RUN_B                                       two runs in step, to compare halls
  cargohub replay RUN scenario=liege_30k scenario_b=liege_66k     two designs of one run in step

Counts come from stored rows, or from stored counts at the ends of intervals. Places are drawn, not simulated: the model
knows how many ULDs are in a zone, but not where. Flows by machine, chute and lane are counted in the run, in intervals
of record.flow_min.
"""

import re
from pathlib import Path

from experiments.arguments import RUNS, Arguments, files_and_options
from experiments.frame import console
from experiments.frame.written import file_out
from experiments.report.replay_page import replay_page
from experiments.store.files import sha256_of, write_whole
from experiments.store.read import run_folder
from experiments.studies.replay.content import TABLES, content, kinds
from experiments.studies.trace.run import Replication, stored_replication
from sim.errors import InputError

OPTIONS = ("scenario", "scenario_b", "replication")
FILE = "replay.html"
"""File name for a run's first design and replication; others have longer names."""
_LONGEST_PART = 60
Shown = tuple[Path, Replication]


def main(arguments: Arguments) -> int:
    runs, given = files_and_options(arguments.words, OPTIONS)
    if not 1 <= len(runs) <= 2:
        raise InputError(f"replay: expected one or two run folders, got {', '.join(map(str, runs)) or 'none'}")
    path = file_out(arguments, "a replay is", (".html",))
    folders = [run_folder(str(run), RUNS) for run in runs]
    shown = [(folders[0], _stored(folders[0], given, "scenario"))]
    if len(folders) > 1 or "scenario_b" in given:
        shown.append((folders[-1], _stored(folders[-1], given, "scenario_b")))
    _check_step([replication for _, replication in shown])
    contents = [content(replication, folder) for folder, replication in shown]
    if len({each["title"] for each in contents}) < len({*folders}):
        for each, folder in zip(contents, folders, strict=True):
            each["title"] += f" ({folder.name})"
    page = replay_page({**kinds(), "runs": contents})
    path = path or folders[0] / file_name(shown)
    write_whole(path, page.encode())
    document = {"run_dir": str(folders[0]), "replay": str(path), "bytes": len(page.encode())}
    return console.report(arguments, document, str(path))


def _stored(folder: Path, given: dict[str, str], option: str) -> Replication:
    words = {"replication": given.get("replication", "0")}
    if option in given:
        words["scenario"] = given[option]
    return stored_replication(folder, words, TABLES)


def file_name(shown: list[Shown]) -> str:
    """A file name that no other replay in the folder has."""
    (folder, replication), *others = shown
    words = ["replay", *_differences(replication)]
    for other_folder, other in others:
        words += ["and", *([other_folder.name, *_differences(other)] if other_folder != folder else [other.scenario])]
    return "-".join(map(_part, words)) + ".html"


def _differences(replication: Replication) -> list[str]:
    """Differences from the first replication of the run's first design."""
    is_first = replication.scenario == next(iter(replication.manifest.identity["hubs"]))
    number = ["replication", str(replication.number)] if replication.number else []
    return [replication.scenario] * (not is_first) + number


def _part(word: str) -> str:
    """A word as part of a file name; a changed word ends in a hash, so that names stay different.

    >>> _part("liege_66k"), _part("seed=2")
    ('liege_66k', 'seed-2-e70e6bea')
    """
    plain = re.sub(r"[^A-Za-z0-9_.]+", "-", word)[:_LONGEST_PART]
    return plain if plain == word else f"{plain}-{sha256_of(word.encode())[:8]}"


def _check_step(shown: list[Replication]) -> None:
    """Refuse two runs in step that do not begin on the same day or share flights."""
    if len(shown) < 2:
        return
    first, second = shown
    if first.hub.start_date != second.hub.start_date:
        dates = f"{first.hub.start_date} and {second.hub.start_date}"
        raise InputError(f"replay: two runs in step must begin on the same day, got {dates}")
    if first.hub.seed != second.hub.seed:
        raise InputError(
            f"replay: two runs in step must have the same draws, got the seeds {first.hub.seed} and {second.hub.seed}"
        )
