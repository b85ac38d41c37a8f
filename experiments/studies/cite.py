"""`cargohub cite`: BibTeX for the program at its version, and for a stored run.

Without RUN it prints the entry for the program: version and commit. With RUN it prints the entry for the program that
made the run, and the entry for the run: question, SHA-256, seeds, date and command. --author says who made the run;
without it the entry has TO FILL IN. docs/publish.md says more.

  cargohub cite
  cargohub cite RUN --author 'Ada Lovelace'
  cargohub cite RUN --out run.bib

Own options: --author NAME.
"""

from pathlib import Path

from experiments.arguments import RUNS, Arguments, files_and_options
from experiments.frame import console, runner
from experiments.frame.written import file_out
from experiments.report.citation import RunCitation, here
from experiments.store.files import write_whole
from experiments.store.foreign import manifest_of
from experiments.store.read import run_folder
from sim.errors import InputError


def main(arguments: Arguments) -> int:
    runs, given = files_and_options(arguments.words, ("author",))
    if len(runs) > 1:
        raise InputError(f"cite: expected one RUN or none, got {', '.join(map(str, runs))}")
    if "author" in given and not runs:
        raise InputError("--author: names who made a run; give the RUN")
    path = file_out(arguments, "entries are", (".bib",))
    entries = [here().bibtex] if not runs else _of_run(runs[0], given.get("author"))
    text = "\n\n".join(entries)
    if path is not None:
        write_whole(path, f"{text}\n".encode())
        return console.report(arguments, {"entries": entries, "file": str(path)}, str(path))
    return console.report(arguments, {"entries": entries}, text)


def _of_run(named: Path, author: str | None) -> list[str]:
    manifest = manifest_of(run_folder(str(named), RUNS))
    request, document = runner.request_and_document(manifest)
    run = RunCitation.of(manifest, document.title, request.arguments.command, author)
    return [run.software.bibtex, run.bibtex]
