"""A run on the page: a complete run from its tables, an unfinished run from finished replications."""

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from experiments.arguments import Arguments
from experiments.designs.design import Design, Designed, DesignKeys, Replicated
from experiments.execution.progress import time_left
from experiments.formatting import plain_name
from experiments.frame import pages, runner
from experiments.frame.judging import named_values
from experiments.frame.recorded import stored_study, study_of
from experiments.frame.study import Kpis, Request
from experiments.money.kpis import names
from experiments.report.page import PAGE, pictures_shown
from experiments.report.run_numbers import kpi_grid
from experiments.report.sections import Drawn, Page, heading_of, sentence_of
from experiments.report.verdicts import DesignVerdict, design_verdicts
from experiments.store.foreign import begun, files_in, manifest_of
from experiments.store.parts import lines_in
from experiments.store.read import MANIFEST
from experiments.store.rows import Grid
from experiments.studies.replay import FILE as REPLAY
from sim.measures.kpis import Rank

_PICTURE: Final = re.compile(r"figures/([\w.-]+)\.svg")
_MOST_DESIGNS: Final = 6
"""Most designs side by side in a first look."""


@dataclass(frozen=True, slots=True)
class Result:
    verb: str
    command: str
    page: Page
    pictures: Sequence[tuple[str, str]]
    """Name of the file and heading."""
    files: Sequence[str]
    has_report: bool
    has_replay: bool
    can_replay: bool
    data: Mapping[str, Any]


def result_of(folder: Path) -> Result:
    """The result from the run's own tables; nothing is simulated or drawn.

    Raises:
        InputError: not a complete run, or a damaged one.
    """
    # The page repeats the answers of runs of `sure` that are beside it.
    beside = tuple(sorted(folder.parent.glob(f"sure-*/{MANIFEST}")))
    return _result(folder, (folder / MANIFEST).stat().st_mtime_ns, tuple(sorted(files_in(folder))), beside)


@lru_cache(maxsize=64)
def _result(folder: Path, _: int, present: tuple[str, ...], __: tuple[Path, ...]) -> Result:
    manifest = manifest_of(folder)
    request, document = runner.request_and_document(manifest)
    page = pages.page_of(folder, document, request, Drawn.NONE)
    names_there = {match[1]: name for name in present if (match := _PICTURE.fullmatch(name))}
    pictures = [(names_there[name], heading) for name, heading in _in_order(folder, manifest.verb, names_there).items()]
    listed = [
        name for name in present if name in manifest.files or name in (MANIFEST, PAGE) or name.startswith("replay")
    ]
    data = document.data if isinstance(document.data, Mapping) else {}
    return Result(
        manifest.verb, request.arguments.command, page, pictures, listed, PAGE in present, REPLAY in present,
        "flights" in manifest.tables, data,
    )  # fmt: skip


def _in_order(folder: Path, verb: str, present: Collection[str]) -> dict[str, str]:
    """Names and headings of the pictures in the report's order; pictures that are not in the report are last."""
    shown = pictures_shown(folder)
    names = (name for name in dict.fromkeys((*shown, *present)) if name in present)
    return {name: shown.get(name) or _heading(verb, name) for name in names}


def _heading(verb: str, name: str) -> str:
    """The heading of a picture that is not in the report; that of the verb takes precedence.

    >>> [_heading(verb, "map") for verb in ("expansion", "sure", "run")]
    ['Which path is best where', 'Where it carries', 'Map']
    """
    for key in (f"{verb}_{name}", name):
        with suppress(KeyError):
            return heading_of(key)
    return plain_name(name).capitalize()


def file_in(folder: Path, name: str) -> Path | None:
    """The file of this name in the folder; None if the page does not serve it."""
    given = [file for file in files_in(folder) if not file.startswith((".", "parts/"))]
    return folder / name if name in given else None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An unfinished run, and the results of its finished replications."""

    verb: str
    command: str
    n_done: int
    n_asked: int | None
    """None: the number depends on the values."""
    verdicts: Sequence[DesignVerdict]
    """While the growth of the backlog is not judged; empty if designs are not what the verb compares."""
    grid: Grid | None
    seconds_each: float | None

    @property
    def share(self) -> float | None:
        return None if self.n_asked is None else min(1.0, self.n_done / self.n_asked)

    def left(self, workers: int) -> str:
        """Time left, at the pace of the finished replications; empty before the first."""
        if self.n_asked is None or self.seconds_each is None or self.n_done >= self.n_asked:
            return ""
        return time_left(self.seconds_each * (self.n_asked - self.n_done) / workers)


def under_way(folder: Path) -> UnderWay:
    """Content of the folder of an unfinished run so far.

    Raises:
        InputError: not a run, or an invalid configuration.
    """
    run = begun(folder)
    lines, hubs = lines_in(folder), run.configuration.hubs
    wanted = {key: line for key, line in lines.items() if key[0] in hubs}
    designs, keys = [Design(label, hub) for label, hub in hubs.items()], study_of(run, run.configuration)
    n_asked = stored_study(run).replications(Request(designs, keys, Arguments(run.verb), is_typed=False))
    seconds = [line.seconds for line in lines.values() if line.seconds is not None]
    command = Arguments(run.verb, tuple(run.words)).command
    kpis = {key: line.kpis for key, line in wanted.items()}
    verdicts, grid = _so_far(designs, keys, kpis) if kpis else ([], None)
    pace = sum(seconds) / len(seconds) if seconds else None
    # Of a study whose replications are of other hubs than its own, such as points or weeks, all are counted.
    return UnderWay(run.verb, command, len(wanted or lines), n_asked, verdicts, grid, pace)


def _so_far(designs: Sequence[Design], keys: Replicated, kpis: Kpis) -> tuple[Sequence[DesignVerdict], Grid]:
    """A first look at the first designs: verdicts, means so far, and intervals."""
    labels = {label for label, _ in kpis}
    begun_ones = [design for design in designs if design.label in labels][:_MOST_DESIGNS]
    points, values = named_values(begun_ones, kpis, {}, keys.factors if isinstance(keys, Designed) else {})
    verdicts = list(design_verdicts(points, values, {})) if isinstance(keys, DesignKeys) else []
    return verdicts, kpi_grid(points, values, names(Rank.HEADLINE), sentence_of("means_so_far"))
