"""`cargohub log`: a stored run as an event log, for process mining.

Writes the events of one replication to FILE. OCEL 2.0, as JSON (.json, .jsonocel) or SQLite (.sqlite, .db), has objects
(what moves, such as flights, ULDs, trains, trucks and parcels, and what it uses, from stands to doors), events with the
known resources, and relations between objects. XES (.xes) has the cases of one kind of object.

  cargohub log RUN --ocel log.jsonocel
  cargohub log RUN --ocel log.sqlite replication=3 scenario=liege_66k
  cargohub log RUN --xes log.xes --case uld         parcel (default), uld, flight or truck

The log has the parcels that the run kept: record.parcels_of_flights=all, or a list of flights; for exports,
record.parcels_of_collections. Objects that are not finished when the run ends have open=true.

Own options: --ocel FILE, --xes FILE, --case KIND.
"""

from pathlib import Path
from typing import Any

from experiments.arguments import Arguments, check_among
from experiments.execution.progress import Lines
from experiments.formatting import whole
from experiments.frame import console
from experiments.frame.recorded import run_and_options
from experiments.frame.written import file_of
from experiments.report.sections import sentence_of
from experiments.store.foreign import manifest_of
from experiments.studies.log.texts import moments_of
from experiments.studies.log.things import TABLES, Things
from experiments.studies.log.writing import CASES, DATABASES, DOCUMENTS, Written, write_cases, write_objects
from experiments.studies.trace.run import stored_replication
from sim.errors import InputError

OPTIONS = ("ocel", "xes", "case", "scenario", "replication")
SUFFIXES = {"ocel": (*DOCUMENTS, *DATABASES), "xes": (".xes",)}


def main(arguments: Arguments) -> int:
    folder, given = run_and_options(arguments, OPTIONS)
    paths = {name: _path(name, given[name]) for name in SUFFIXES if name in given}
    if not paths:
        raise InputError("log: name the file to write: --ocel FILE, --xes FILE, or both")
    case = _case(given)
    manifest = manifest_of(folder)
    if "flights" not in manifest.tables:
        raise InputError(f"{folder}: {manifest.verb} stores no tables of replications, so there is nothing to log")
    replication = stored_replication(folder, given, TABLES)
    things = Things(replication, moments_of(replication.hub))
    lines = Lines(is_quiet=arguments.quiet)
    written = {}
    if "xes" in paths:  # first, because it may be refused before anything is written
        written["xes"] = write_cases(paths["xes"], replication, things, CASES[case], lines)
    if "ocel" in paths:
        written["ocel"] = write_objects(paths["ocel"], replication, things, lines)
    files = {name: {"file": str(path), **written[name].plain} for name, path in paths.items()}
    texts = [_line(name, path, written[name], things.n("flights")) for name, path in paths.items()]
    return console.report(arguments, replication.head | files, *texts)


def _line(name: str, path: Path, written: Written, n_flights: int) -> str:
    counts = {"n_events": whole(sum(written.events.values())), "n_objects": whole(sum(written.objects.values()))}
    kept = {"n_kept": whole(len(written.flights)), "n_flights": whole(n_flights)}
    which = "log_cases" if name == "xes" else "log_written" if written.flights else "log_without_parcels"
    return sentence_of(which, **counts, **kept, path=str(path))


def _path(option: str, text: str) -> Path:
    """The file to write.

    Raises:
        InputError: another suffix, or a file that exists.
    """
    path = file_of(f"--{option}", Path(text), "a log is", SUFFIXES[option])
    if path.exists():
        raise InputError(f"{option}: {text[:200]} already exists; remove it, or give another name")
    return path


def _case(given: dict[str, Any]) -> str:
    case = given.get("case", "parcel")
    check_among("case", case, "no kind of case", CASES)
    if "case" in given and "xes" not in given:
        raise InputError("case: only with --xes; OCEL holds all kinds of objects")
    return str(case)
