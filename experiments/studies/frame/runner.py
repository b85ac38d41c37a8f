"""One runner for every study: its folder, its simulations, its tables, its page, and what the terminal says."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from experiments import execution
from experiments.arguments import Arguments
from experiments.store import RunDirectory
from experiments.store.foreign import Configuration, Manifest
from experiments.store.foreign_rows import kpis_of
from experiments.store.summaries import ANSWER
from experiments.store.tables import Key, as_columns
from experiments.studies.designs.design import Point, Replicated, period_warnings
from experiments.studies.extras import need
from experiments.studies.frame.study import Document, Study
from experiments.studies.replications.evaluating import evaluated, open_study
from sim.errors import InputError
from sim.reading import plain

K = TypeVar("K", bound=Replicated)
R = TypeVar("R")

SCHEMA_VERSION: Final = 1
"""Of the JSON objects."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A bench that simulates what the run's folder lacks, and keeps it there as it comes."""

    run: RunDirectory
    pool: execution.Pool
    is_quiet: bool

    def evaluated(self, points: Sequence[Point], n: int) -> Mapping[Key, Mapping[str, float]]:
        return evaluated(self.run, points, n, self.pool, is_quiet=self.is_quiet)

    def say(self, line: str) -> None:
        if not self.is_quiet:
            sys.stderr.write(f"{line}\n")


@dataclass(frozen=True, slots=True)
class Stored:
    """A bench of what a finished run stored; it simulates nothing."""

    folder: Path
    kpis: Mapping[Key, Mapping[str, float]]
    is_quiet: bool = True

    def evaluated(self, points: Sequence[Point], n: int) -> Mapping[Key, Mapping[str, float]]:
        keys = [(point.label, number) for point in points for number in range(n)]
        for label, number in keys:
            if (label, number) not in self.kpis:
                raise InputError(
                    f"{self.folder}: table kpis: no replication {number} of {label}: another version's run"
                )
        return {key: self.kpis[key] for key in keys}

    def say(self, line: str) -> None:
        pass


def main(study: Study[K, R], arguments: Arguments) -> int:
    """The verb as it is typed."""
    if study.library:
        need(study.library, "study")
    return carry_out(study, arguments, *study.asked(arguments.words, arguments.config_dir))


def carry_out(study: Study[K, R], arguments: Arguments, points: Sequence[Point], keys: K) -> int:
    """Compute what is not there, and tell."""
    folder, document = computed(study, arguments, points, keys)
    page = _write_page(folder, document, points, arguments.command)
    _tell(arguments, document, points, folder, page)
    return 0


def computed(study: Study[K, R], arguments: Arguments, points: Sequence[Point], keys: K) -> tuple[Path, Document]:
    """The folder of what was computed and stored, and what it says."""
    if study.library:
        need(study.library, "study")
    hubs = {point.label: point.hub for point in points}
    with (
        open_study(arguments, study.name(points, keys), hubs, plain(keys)) as run,
        execution.opened(keys.execution, keys.workers) as pool,
    ):
        bench = Simulated(run, pool, arguments.quiet)
        document = study.document(points, keys, study.compute(bench, points, keys))
        if not run.is_complete:
            answer = as_columns(ANSWER.columns, list(enumerate(document.sentences)))
            run.complete({}, tables=[*document.tables, (ANSWER, answer)])
    return run.path, document


def show(study: Study[K, R], arguments: Arguments, manifest: Manifest, configuration: Configuration, keys: K) -> int:
    """What a stored run said, from its own tables: nothing is simulated, and its page is left as it is."""
    points = [Point(label, hub) for label, hub in configuration.hubs.items()]
    bench = Stored(manifest.folder, kpis_of(manifest))
    document = study.document(points, keys, study.compute(bench, points, keys))
    _tell(arguments, document, points, manifest.folder, manifest.folder / "report.html")
    return 0


def _write_page(folder: Path, document: Document, points: Sequence[Point], command: str) -> Path:
    from experiments.report.study_page import StudyPage, write_study

    page = StudyPage(
        document.title,
        tuple(document.sentences),
        tuple(_warnings(document, points)),
        tuple(document.grids),
        tuple(document.method),
        command,
        tuple(document.libraries),
    )
    return write_study(folder, page, list(document.pictures()))


def _tell(arguments: Arguments, document: Document, points: Sequence[Point], folder: Path, page: Path) -> None:
    from experiments.report.study_page import as_lines, told

    warnings = _warnings(document, points)
    if not arguments.json:
        lines = [as_lines(grid) for grid in document.grids]
        sys.stdout.write(told(lines, document.sentences, warnings, folder, str(page)))
        return
    answer: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **document.data}
    answer |= {"sentences": document.sentences, "run_dir": str(folder), "warnings": warnings}
    sys.stdout.write(json.dumps(answer, allow_nan=False, indent=1) + "\n")


def _warnings(document: Document, points: Sequence[Point]) -> list[str]:
    return [*period_warnings(points[0].hub), *document.warnings]
