"""`cargohub compare`: scenarios side by side, under the same random numbers."""

from collections.abc import Sequence

from experiments.arguments import Arguments
from experiments.studies import telling
from experiments.studies.designs.design import MarginStudy, Point, period_warnings, several
from experiments.studies.replications.margin import margin_notes
from experiments.studies.replications.replicating import complete, open_directory, replications
from experiments.studies.replications.warming import check_warmup

KEYS = MarginStudy


def main(arguments: Arguments) -> int:
    points, study = several(arguments.words, arguments.config_dir)
    return carry_out(arguments, points, study)


def carry_out(arguments: Arguments, points: Sequence[Point], study: MarginStudy) -> int:
    """Compute what is not there, and tell."""
    named = [word.removeprefix("study=") for word in arguments.words if word.startswith("study=")]
    name = named[-1] if named else "-".join(study.scenarios) or f"{len(points)}-designs"
    with open_directory(arguments, name, points, study) as run:
        outcome = replications(run, points, study, is_quiet=arguments.quiet)
        complete(run, outcome)
        notes = margin_notes(arguments, points, study)
        page = telling.write_page(run.path, arguments, points, replications=outcome.n, notes=notes)
        early = check_warmup(run.path, points)
    own = [*period_warnings(points[0].hub), *telling.page_warnings(points), *outcome.warnings, *early]
    own += telling.family_warnings(outcome)
    warnings = telling.warnings_of(outcome, own)
    if arguments.json:
        telling.print_json(
            {
                "scenarios": {point.label: telling.scenario_object(outcome, point) for point in points},
                "family": str(outcome.family),
                "differences": telling.difference_objects(outcome),
                "run_dir": str(run.path),
                "warnings": warnings,
            }
        )
    else:
        telling.print_table(
            outcome, warnings, run.path, page, command=arguments.command, notes=notes, has_baseline=True
        )
    return 0
