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
from experiments.report import style
from experiments.report.sheet import sheet
from experiments.report.slides import slides
from experiments.store.files import write_whole
from experiments.store.foreign import manifest_of
from sim.errors import InputError

FILE: Final = "sheet.pdf"
SLIDES: Final = "pptx"


def main(arguments: Arguments) -> int:
    folder, given = run_and_options(arguments, ("pptx",), RUNS)
    is_usual = arguments.out == RUNS
    path = Path(given["pptx"]) if "pptx" in given else folder / FILE if is_usual else arguments.out
    form, forms = path.suffix.removeprefix(".").lower(), (SLIDES,) if "pptx" in given else style.FORMS
    if "pptx" in given and not is_usual:
        raise InputError("brief: give either a sheet (--out) or slides (--pptx)")
    if form not in forms:
        what = "--pptx: slides are" if "pptx" in given else "--out: one sheet is"
        raise InputError(f"{what} a file *.{', *.'.join(forms)}; got {str(path)[:60]!r}")
    if form == SLIDES:
        runner.need("pptx", "office")
    page, asked = runner.stored_page(manifest_of(folder))
    brief, command = page.brief, asked.arguments.command
    if brief is None or not brief.verdicts:
        raise InputError(f"{folder}: this run has no answer for a sheet")
    if form == SLIDES:
        write_whole(path, slides(page, brief, command))
    else:
        write_whole(path, style.saved(sheet(page.title, brief, command), form))
    return console.report(arguments, {"run_dir": str(folder), "sheet": str(path)}, str(path))
