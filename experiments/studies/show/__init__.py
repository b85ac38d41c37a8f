"""`cargohub show`: what a stored run said, again.

Prints the table and the warnings of a complete run folder from its stored tables.

  cargohub show runs/run-liege_30k-557fe08b6b90
  cargohub show RUN --json
  cargohub show RUN day=2022-09-14                   draws the stands, stations and doors of a day, too
  cargohub show RUN day=2022-09-14 design=liege_66k  of another design of a comparison than the first
"""

from experiments.arguments import Arguments
from experiments.store.foreign import Manifest, configuration_of, manifest_of
from experiments.store.foreign_rows import typed_rows
from experiments.studies import telling
from experiments.studies.designs.design import Point
from experiments.studies.file_words import taken_apart
from experiments.studies.frame import runner
from experiments.studies.frame.study import Asked
from experiments.studies.recorded import stored_verb, study_of
from experiments.studies.show.day import OPTIONS, draw_day
from sim.errors import InputError


def main(arguments: Arguments) -> int:
    folder, given = taken_apart(arguments.words, OPTIONS, "show: one RUN, a run folder")
    manifest = manifest_of(folder)
    configuration = configuration_of(manifest)
    if given and "flights" not in manifest.tables:
        raise InputError(f"{', '.join(given)}: the days of {manifest.verb} are not stored")
    module = stored_verb(manifest)
    if not hasattr(module, "STUDY"):
        return _show_study(arguments, manifest)
    points = [Point(label, hub) for label, hub in configuration.hubs.items()]
    day = draw_day(manifest, points, given)
    asked = Asked(points, study_of(manifest, configuration), arguments)
    return runner.show(module.STUDY, asked, manifest, {} if day is None else {"day": str(day)})


def _show_study(arguments: Arguments, manifest: Manifest) -> int:
    """What a study answered; its numbers are in its tables, and on its page."""
    said = [row["sentence"] for row in typed_rows(manifest, "answer", {"order": int, "sentence": str})]
    folder, page = manifest.folder, manifest.folder / runner.PAGE
    if arguments.json:
        telling.print_json({"verb": manifest.verb, "sentences": said, "run_dir": str(folder)})
    else:
        print("\n".join([*said, "", f"tables: {folder}", telling.shown_at(page)]))
    return 0
