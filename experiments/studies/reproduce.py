"""`cargohub reproduce`: a stored run computed again, and compared to the bit.

Computes a complete run folder again from its config.yaml only. Reports "identical", or which table, column and row
differs first, and possible reasons. Other versions or other source code are reported even if the tables agree. A run of
unknown origin is safe: nothing in it is executed. The code of a run with rules=FILE.py is shown, and executed only with
--trust-code.

  cargohub reproduce runs/run-liege_30k-557fe08b6b90
  cargohub reproduce RUN --here DIR                  keeps the new results in DIR, a new or empty folder
  cargohub reproduce RUN workers=2 --json
  cargohub reproduce RUN schedule=flights.csv        the flights of a run with arrivals=file, checked by their SHA-256
  cargohub reproduce FILE.zip                        an archive of `cargohub pack`, every file checked by its SHA-256
  cargohub reproduce RUN --trust-code                executes the code of a run with rules=FILE.py

Exit code 0: identical; 1: different; 2: not a complete run, or a damaged one.

Own options: --here DIR, --trust-code.
"""

import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from experiments.arguments import Arguments
from experiments.designs.design import Design
from experiments.formatting import whole
from experiments.frame import console, runner
from experiments.frame.recorded import (
    TRUST,
    refuse_idle_schedule,
    run_and_options,
    runnable,
    stored_study,
    study_of,
    trust_code,
)
from experiments.frame.study import Request, Study
from experiments.report.sections import sentence_of
from experiments.store import archive
from experiments.store.directory import DICTIONARY
from experiments.store.foreign import Manifest, check_file, command_words, configuration_of, manifest_of
from experiments.store.foreign_parquet import first_difference
from experiments.store.foreign_tables import check_tables
from experiments.store.identity import HASH_DIGITS, differing
from sim.errors import ConfigError, InputError
from sim.names import printable
from sim.own import OwnFile

OPTIONS = ("here", "schedule", "workers", TRUST)
UNCHANGED = sentence_of("tables_changed")


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference between two runs; `row` counts from 0. Without a column it is one of the whole table."""

    table: str
    column: str | None
    row: int | None
    recorded: str
    here: str

    def __str__(self) -> str:
        column = "" if self.column is None else f", column {self.column}"
        row = "" if self.row is None else f", row {self.row}"
        return f"table {self.table}{column}{row}: {self.recorded} in the run, {self.here} here"


def main(arguments: Arguments) -> int:
    """Reproduce a run folder, or an archive, which is unpacked for the time of the command."""
    archives = [word for word in arguments.words if word.lower().endswith(archive.SUFFIX) and not Path(word).is_dir()]
    if len(archives) != 1:
        return _main(arguments)
    with archive.unpacked(Path(archives[0])) as folder:
        words = (str(folder / archive.RUN) if word == archives[0] else word for word in arguments.words)
        return _main(replace(arguments, words=tuple(words)), archives[0])


def _main(arguments: Arguments, named: str | None = None) -> int:
    """Check the whole run first, so that a damaged one costs no simulation. `named`: its archive."""
    folder, given = run_and_options(arguments, OPTIONS)
    recorded = manifest_of(folder)
    configuration = configuration_of(recorded)
    refuse_idle_schedule(configuration.hubs.values(), given)
    own_file = trust_code(configuration.hubs.values(), given)
    if own_file is not None and TRUST not in given:
        sys.stderr.write(_shown(own_file))
        raise InputError(sentence_of("code_of_a_run", name=own_file.name, folder=named or folder))
    designs = [Design(label, runnable(recorded, label, hub, given)) for label, hub in configuration.hubs.items()]
    workers = _workers(given)
    study, keys = stored_study(recorded), study_of(recorded, configuration, workers)
    command = Arguments(recorded.verb, command_words(folder), quiet=arguments.quiet, fresh=True)
    check_file(recorded, DICTIONARY)
    rows = check_tables(recorded)
    with ExitStack() as stack:
        if "here" in given:
            root = _new(Path(given["here"]), folder)
        else:
            root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cargohub-")))
        again = _again(recorded, study, Request(designs, keys, replace(command, out=root), is_typed=False))
        first = _first(recorded, again)
        surroundings = list(surroundings_of(recorded, again))
        kept = again.folder if "here" in given else None
    reasons = [] if first is None else surroundings or [UNCHANGED]
    although = surroundings if first is None else []
    document = {
        "identical": first is None, "first": first and asdict(first), "reasons": reasons, "although": although,
        "tables": rows, "run_dir": named or str(folder), "here": kept and str(kept),
    }  # fmt: skip
    answer = (
        f"identical: {len(rows)} tables, {whole(sum(rows.values()))} rows" if first is None else f"differs: {first}"
    )
    notes = (*(f"although {each}" for each in although), *(f"may be because: {reason}" for reason in reasons))
    console.report(arguments, document, answer, *notes)
    return 0 if first is None else 1


def _shown(own_file: OwnFile) -> str:
    """The code to be executed, line by line, without characters that control a terminal."""
    lines = enumerate(own_file.source.splitlines(), start=1)
    return "".join(f"{own_file.name}:{number}: {printable(line)}\n" for number, line in lines)


def surroundings_of(recorded: Manifest, again: Manifest) -> Iterator[str]:
    """Differences between the run's surroundings and those here: versions, CPU family, source code."""
    pairs = differing(recorded.environment, again.environment)
    yield from (f"{name}: {old} in the run, {new} here" for name, old, new in pairs)
    if recorded.identity.get("sources") != again.identity.get("sources"):
        yield f"the program's source code: {_program(recorded)} in the run, {_program(again)} here"


def _program(manifest: Manifest) -> str:
    """Version and commit of a program as far as known, and the hash of its sources."""
    program, sources = manifest.program, str(manifest.identity.get("sources"))[:HASH_DIGITS]
    if not program:
        return f"sources {sources}"
    commit = "no commit known" if program["commit"] is None else f"commit {program['commit'][:HASH_DIGITS]}"
    changed = " with changes" if program["is_modified"] else ""
    return f"version {program['version']}, {commit}{changed}, sources {sources}"


def _workers(given: Mapping[str, str]) -> int | None:
    """Number of workers given by the caller, not by the run."""
    text = given.get("workers")
    if text is not None and not re.fullmatch(r"[1-9]\d{0,3}", text):
        raise InputError(f"workers: expected a whole number from 1, got {text[:60]!r}")
    return None if text is None else int(text)


def _new(root: Path, folder: Path) -> Path:
    if root.resolve() == folder.resolve() or folder.resolve() in root.resolve().parents:
        raise InputError(f"here: {root} is inside the run")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise InputError(f"here: expected a new or empty folder, got {root}")
    return root


def _again(recorded: Manifest, study: Study[Any, Any], request: Request[Any]) -> Manifest:
    try:
        return manifest_of(runner.computed(study, request)[0])
    except ConfigError as error:
        raise InputError(f"{recorded.folder}: study: {error}") from None


def _first(recorded: Manifest, again: Manifest) -> Difference | None:
    before, here = recorded.tables, again.tables
    for name in sorted({*before, *here}):
        if name not in before or name not in here:
            old, new = ("there" if name in tables else "missing" for tables in (before, here))
            return Difference(name, None, None, old, new)
        if recorded.files[f"tables/{name}.parquet"] == again.files[f"tables/{name}.parquet"]:
            continue
        if (difference := first_difference(before[name], here[name])) is not None:
            column, row, recorded_value, value = difference
            return Difference(name, column, row, _value_text(recorded_value), _value_text(value))
    return None


def _value_text(value: object) -> str:
    return "missing" if value is None else value[:60] if isinstance(value, str) else repr(value)
