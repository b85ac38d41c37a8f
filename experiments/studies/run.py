"""`cargohub run`: one scenario, replicated."""

from collections.abc import Sequence

from experiments.arguments import Arguments
from experiments.studies import telling
from experiments.studies.designs.design import MarginStudy, Point, period_warnings, single
from experiments.studies.replications.margin import margin_notes
from experiments.studies.replications.replicating import complete, open_directory, replications
from experiments.studies.replications.warming import check_warmup

KEYS = MarginStudy


def main(arguments: Arguments) -> int:
    point, study = single(arguments.words, arguments.config_dir)
    return carry_out(arguments, [point], study)


def carry_out(arguments: Arguments, points: Sequence[Point], study: MarginStudy) -> int:
    """Compute what is not there, and tell."""
    (point,) = points
    with open_directory(arguments, point.label, [point], study) as run:
        outcome = replications(run, [point], study, is_quiet=arguments.quiet)
        complete(run, outcome)
        notes = margin_notes(arguments, [point], study)
        page = telling.write_page(run.path, arguments, [point], replications=outcome.n, notes=notes)
        early = check_warmup(run.path, [point])
    warnings = telling.warnings_of(outcome, [*period_warnings(point.hub), *outcome.warnings, *early])
    if arguments.json:
        document = telling.scenario_object(outcome, point)
        telling.print_json({**document, "run_dir": str(run.path), "warnings": warnings})
    else:
        telling.print_table(outcome, warnings, run.path, page, command=arguments.command, notes=notes)
    return 0
