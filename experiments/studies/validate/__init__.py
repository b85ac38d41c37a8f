"""`cargohub validate`: the model against published figures of this hub and others.

Compares the model with public sorting hubs (area, rate, sort window), published handling times, and reports on today's
hub and its extension. Each row says whether it is independent of the model's own numbers, and whether the model is
within its band. Last: how wrong an assumption must be before any row leaves its band.

  cargohub validate                                       short simulations of both hubs, some two minutes
  cargohub validate RUN                                   the designs of a stored run, without simulating
  cargohub validate --json                                a list of the rows
  cargohub validate study=acceptance                      whether 3 to 4 flights a day are carried, in which months
  cargohub validate space.sorting_m2_per_parcel_per_h=0.25   with another assumption

configs/study/validate.yaml has the hubs. The published figures and their sources are in
experiments/report/public_hubs.yaml and experiments/report/validation.yaml.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from experiments.arguments import Arguments, is_override, key_of
from experiments.composition import compose, hub
from experiments.designs.design import Design, Replicated, with_keys, with_study
from experiments.formatting import share_text
from experiments.frame import console, runner
from experiments.frame.study import Bench, Document, Request, Study, simulated
from experiments.report.figures.hubs_figure import figure
from experiments.report.public_hubs import Case
from experiments.report.sections import Picture, as_lines, paragraphs_of, picture_of, sentence_of
from experiments.report.sentences import too_few_replications
from experiments.statistics.criterion import LEAST_ON_TIME
from experiments.store.read import run_folder
from experiments.store.rows import Grid, grid_of, stored
from experiments.studies.validate import carried
from experiments.studies.validate.power import Noticed, noticed
from experiments.studies.validate.result import cases_of, cases_of_run, json_rows, sentences
from sim.errors import ConfigError, InputError

_VERB: Final = "validate"
_PUBLISHED: Final = "Published, and the model's"


@dataclass(frozen=True, slots=True)
class ValidateKeys(Replicated):
    """Keys of the study other than the hubs'."""

    validate: dict[str, tuple[str, ...]]
    carried: bool
    """Test whether each hub carries its traffic, instead of comparing published figures."""

    def __post_init__(self) -> None:
        if not self.validate:
            raise ValueError("validate: needs at least one hub")


@dataclass(frozen=True, slots=True)
class Result:
    cases: Sequence[Case]
    noticed: Sequence[Noticed]


def parse(arguments: Arguments) -> tuple[list[Design], ValidateKeys]:
    """The hubs named by the study, each with the user's words after its own."""
    if any(key_of(word) == "scenario" for word in arguments.words):
        raise ConfigError(sentence_of("validate_hubs"))
    words = with_study(arguments.words, _VERB)
    _, keys = with_keys(words, arguments.config_dir, ValidateKeys, _VERB)
    hubs = {name: hub(compose([*of_hub, *words], arguments.config_dir)) for name, of_hub in keys.validate.items()}
    return [Design(name, config) for name, config in hubs.items()], keys


def compute(bench: Bench, request: Request[ValidateKeys]) -> Result:
    kpis = bench.evaluated(request.designs, request.keys.replications)
    if request.keys.carried:
        return Result(carried.cases_of(request.designs, kpis, request.keys.replications), [])
    return Result(cases_of(request.designs, kpis, request.keys.replications), noticed(request.designs))


def document(request: Request[ValidateKeys], result: Result) -> Document:
    answer = list((carried.sentences if request.keys.carried else sentences)(result.cases))
    return Document(
        title="The model compared with published figures",
        sentences=answer,
        verdicts=answer,
        tables=[stored(Case, result.cases), stored(Noticed, result.noticed)],
        grids=list(_grids(result, sentence_of("carried_cases") if request.keys.carried else _PUBLISHED)),
        data=json_rows(result.cases),
        method=[
            *([] if request.keys.carried else paragraphs_of("validate_method")),
            sentence_of("validate_simulated", simulated=simulated(request.designs[0].hub, request.keys.replications)),
            *_of_cases(request.keys, result.cases),
        ],
        warnings=too_few_replications(request.keys.replications),
        pictures=lambda: [] if request.keys.carried else [_picture(request.designs[0])],
    )


def _of_cases(keys: ValidateKeys, cases: Sequence[Case]) -> Iterator[str]:
    """What each case counts, and its source; acceptance cases share one."""
    for case in cases:
        yield f"{case.case}: {case.counts.removesuffix('.')}." + (f" {case.source}." if not keys.carried else "")
    if keys.carried:
        yield sentence_of("carried_source", source=carried.SOURCE, least=share_text(LEAST_ON_TIME))


def main(arguments: Arguments) -> int:
    """Validate the designs of RUN if given, otherwise the study's hubs."""
    runs = [word for word in arguments.words if not is_override(word)]
    if not runs:
        return runner.main(STUDY, arguments)
    if len(arguments.words) > 1:
        raise InputError(f"validate: expected one RUN, a run folder, and nothing else, got {' '.join(arguments.words)}")
    cases, designs = cases_of_run(run_folder(runs[0], arguments.out))
    lines = [line for grid in _grids(Result(cases, noticed(designs))) for line in (*as_lines(grid), "")]
    return console.report(arguments, json_rows(cases), *lines, *sentences(cases))


def _grids(result: Result, caption: str = _PUBLISHED) -> Iterator[Grid]:
    yield grid_of(caption, result.cases)
    if result.noticed:
        yield grid_of(sentence_of("leaves_band"), result.noticed)


def _picture(design: Design) -> Picture:
    return picture_of("hubs", figure(design.hub))


STUDY: Final = Study(ValidateKeys, parse, compute, document, name=lambda _: "published")
