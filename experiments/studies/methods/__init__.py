"""`cargohub methods`: the methods of a stored run, for a paper or an appendix.

Fills the STRESS-DES checklist (Monks et al. 2019) from a complete run folder: objectives, logic with a diagram of the
hub, inputs and distributions with their sources, scenarios, warm-up, replications, random streams, versions and hashes.
With --odd it fills the ODD protocol (Grimm et al. 2020) from the same facts. Items that only a person can write are
marked TO FILL IN. The suffix sets the format: .md, .pdf, or .tex (with its diagram as a PDF beside it):
docs/publish.md.

  cargohub methods RUN --out methods.pdf
  cargohub methods RUN --out methods.tex
  cargohub methods RUN                               as methods.md in the run folder
  cargohub methods RUN --odd --out odd.md

Own options: --odd.
"""

from typing import Final

from experiments.arguments import RUNS, Arguments
from experiments.frame import console
from experiments.frame.recorded import run_and_options
from experiments.frame.written import file_out
from experiments.report.documents import FORMS, missing_in, written
from experiments.store.files import write_all
from experiments.store.foreign import manifest_of
from experiments.studies.methods.checklists import filled
from experiments.studies.methods.facts import Facts

FILES: Final = {"stress": "methods.md", "odd": "odd.md"}
"""Names in the run folder, by default."""


def main(arguments: Arguments) -> int:
    folder, given = run_and_options(arguments, ("odd",), RUNS)
    checklist = "odd" if "odd" in given else "stress"
    path = file_out(arguments, "methods are", tuple(FORMS)) or folder / FILES[checklist]
    manifest = manifest_of(folder)
    report = filled(Facts.of(manifest), checklist)
    files = write_all(written(report, path))
    missing = missing_in(report.chapters)
    document = {"run_dir": str(folder), "methods": str(path), "files": list(map(str, files)), "missing": missing}
    return console.report(arguments, document, *(f"to fill in: {title}" for title in missing), str(path))
