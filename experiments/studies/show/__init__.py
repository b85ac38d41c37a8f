"""`cargohub show`: what a stored run said, again.

Prints the table and the warnings of a complete run folder from its stored tables.

  cargohub show runs/run-liege_30k-557fe08b6b90
  cargohub show RUN --json
  cargohub show RUN day=2022-09-14                   draws the stands, stations and doors of a day, too
  cargohub show RUN day=2022-09-14 design=liege_66k  of another design of a comparison than the first
"""

from experiments.arguments import Arguments, taken_apart
from experiments.designs.design import Design
from experiments.frame import runner
from experiments.frame.recorded import stored_study, study_of
from experiments.frame.study import Asked
from experiments.store.foreign import configuration_of, manifest_of
from experiments.studies.show.day import OPTIONS, draw_day
from sim.errors import InputError


def main(arguments: Arguments) -> int:
    folder, given = taken_apart(arguments.words, OPTIONS, "show: one RUN, a run folder")
    manifest = manifest_of(folder)
    configuration = configuration_of(manifest)
    if given and "flights" not in manifest.tables:
        raise InputError(f"{', '.join(given)}: the days of {manifest.verb} are not stored")
    study = stored_study(manifest)
    designs = [Design(label, hub) for label, hub in configuration.hubs.items()]
    day = draw_day(manifest, designs, given)
    asked = Asked(designs, study_of(manifest, configuration), arguments)
    return runner.show(study, asked, manifest, {} if day is None else {"day": str(day)})
