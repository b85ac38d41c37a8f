"""`cargohub brief`: a stored run on one A4 page.

Writes one sheet from a complete run folder: question, verdict, three pictures, bottleneck, how sure the answer is, what
it rests on, money if the study has it, and the command that made the run. The suffix sets the format: .pdf, .svg or
.png. The last line printed is the file's path. The printed page of a run begins with the same sheet.

  cargohub brief RUN --out sheet.pdf
  cargohub brief RUN                                 as sheet.pdf in the run folder
  cargohub brief RUN --pptx slides.pptx              as slides with editable texts and tables (extra office)

Own options: --pptx FILE.
"""

from pathlib import Path
from typing import Final

from experiments.arguments import RUNS, Arguments
from experiments.frame import console, runner
from experiments.frame.recorded import run_and_options
from experiments.frame.written import file_of, file_out
from experiments.report import style
from experiments.report.sections import Drawn
from experiments.report.sheet import sheet
from experiments.report.slides import slides
from experiments.store.files import write_whole
from experiments.store.foreign import manifest_of
from sim.errors import InputError

FILE: Final = "sheet.pdf"


def main(arguments: Arguments) -> int:
    folder, given = run_and_options(arguments, ("pptx",), RUNS)
    path = file_out(arguments, "a sheet is", [f".{form}" for form in style.FORMS])
    if "pptx" in given:
        if path is not None:
            raise InputError("brief: give either a sheet (--out) or slides (--pptx)")
        path = file_of("--pptx", Path(given["pptx"]), "slides are", (".pptx",))
        runner.need("pptx", "office")
    path = path or folder / FILE
    page, request = runner.stored_page(manifest_of(folder), Drawn.SHEET)
    brief, command = page.brief, request.arguments.command
    if brief is None or not brief.verdicts:
        raise InputError(f"{folder}: this run has no answer for a sheet")
    if "pptx" in given:
        write_whole(path, slides(page, brief, command))
    else:
        form = path.suffix.removeprefix(".").lower()
        write_whole(path, style.saved(sheet(page.title, brief, command), form))
    return console.report(arguments, {"run_dir": str(folder), "sheet": str(path)}, str(path))
