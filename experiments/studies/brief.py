"""`cargohub brief`: a stored run on one A4 page.

Writes one sheet of a complete run folder: question, verdict, three pictures, bottleneck, how sure it is and on what it
rests, money where the study knows it, and the command that made it. The suffix says in which form: .pdf, .svg or .png.
The last line printed is its path. The printed page of a run begins with the same sheet.

  cargohub brief RUN --out sheet.pdf
  cargohub brief RUN                                 as sheet.pdf in the run folder
"""

from typing import Final

from experiments.arguments import Arguments, taken_apart
from experiments.frame import console, runner
from experiments.report import style
from experiments.report.sheet import sheet
from experiments.store.files import write_whole
from experiments.store.foreign import manifest_of
from sim.errors import InputError

FILE: Final = "sheet.pdf"


def main(arguments: Arguments) -> int:
    folder, _ = taken_apart(arguments.words, (), "brief: one RUN, a run folder")
    is_usual = arguments.out == Arguments("brief").out
    path = folder / FILE if is_usual else arguments.out
    form = path.suffix.removeprefix(".").lower()
    if form not in style.FORMS:
        raise InputError(f"--out: one sheet is a file *.{', *.'.join(style.FORMS)}; got {str(path)[:60]!r}")
    page, command = runner.stored_page(manifest_of(folder))
    if page.brief is None or not page.brief.verdicts:
        raise InputError(f"{folder}: this run has no answer to put on a sheet")
    write_whole(path, style.saved(sheet(page.title, page.brief, command), form))
    if arguments.json:
        console.print_json({"run_dir": str(folder), "sheet": str(path)})
    else:
        print(path)
    return 0
