"""One runner for all studies: run folder, simulations, tables, page and terminal output."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar
from warnings import catch_warnings, simplefilter

from experiments import execution
from experiments.arguments import Arguments
from experiments.assumptions.ranges import RangesMovedError
from experiments.designs.design import Design, Replicated
from experiments.execution.progress import Lines
from experiments.extras import missing
from experiments.frame import console, first_screen, pages
from experiments.frame.console import WARNING, say
from experiments.frame.recorded import arguments_of, config_text, stored_study, study_of
from experiments.frame.simulating import Simulated
from experiments.frame.stored import Stored
from experiments.frame.study import Document, Request, Study
from experiments.report import results_book
from experiments.report.page import PAGE, WhenPage, write_page
from experiments.report.sections import Drawn, Page, sentence_of
from experiments.store import RunDirectory, identity_of
from experiments.store.cache import Cache, cache_folder
from experiments.store.directory import folder_name
from experiments.store.foreign import Manifest, command_words, configuration_of
from experiments.store.foreign_parts import is_possible
from experiments.store.foreign_tables import check_tables
from experiments.store.identity import keep_inputs
from experiments.store.own_copy import keep_own
from experiments.store.rows import stored
from experiments.store.stored_by import note_other_versions
from experiments.store.summaries import AnswerRow
from sim.config import HubConfig
from sim.errors import CargohubError, ConfigError, InputError
from sim.measures.kpis import adopt_of


def need(library: str, extra: str) -> None:
    """Refuse a command that needs a library of an extra that is not installed, and say how to install it.

    Raises:
        CargohubError: it is not.
    """
    if text := missing(library, extra):
        raise CargohubError(text)


RESULTS: Final = "results.xlsx"
"""File in the run folder for results of a workbook of inputs."""

K = TypeVar("K", bound=Replicated)
R = TypeVar("R")


def main(study: Study[K, R], arguments: Arguments) -> int:
    """Run the verb as typed."""
    _check_library(study)
    designs, keys = study.parse(arguments)
    return carry_out(study, Request(designs, keys, arguments))


def carry_out(study: Study[K, R], request: Request[K]) -> int:
    """Compute what is missing and report: the answer as soon as it is known, the page last."""
    folder, document = computed(study, request)
    more = {}
    if request.arguments.is_of_sheet:
        write_results(folder / RESULTS, folder, document, request)
        more = {"results": str(folder / RESULTS)}
    with suppress(BrokenPipeError):  # the page is made even if the reader stops reading; `main` handles the error
        _print(request, document, folder, more)
    if request.keys.page is not WhenPage.NOW and os.access(folder, os.W_OK):
        write_page(folder, document.files)
    if request.keys.page is WhenPage.LATER:
        pages.print_where(request, sentence_of("page_later", folder=shlex.quote(str(folder))))
    elif request.keys.page is not WhenPage.NONE:
        if os.access(folder, os.W_OK):
            pages.write(folder, document, request)
        if (folder / PAGE).is_file():
            pages.print_where(request, folder / PAGE)
    return 0


def computed(study: Study[K, R], request: Request[K]) -> tuple[Path, Document]:
    """The folder of the computed and stored run, and its document."""
    _check_library(study)
    arguments, keys = request.arguments, request.keys
    adopt_of(design.hub for design in request.designs)
    study.check(request.designs, keys)
    with ExitStack() as stack:
        bench = Simulated(
            lambda: stack.enter_context(opened(study.name(request), request)),
            lambda: stack.enter_context(execution.opened(keys.execution, keys.workers)),
            keys.prices,
            is_quiet=arguments.quiet,
            cache=Cache(cache_folder(), 10**6 * mb) if (mb := keys.cache_mb) and not arguments.fresh else None,
        )
        around = Lines(is_quiet=arguments.quiet, is_around=True)
        with around.waiting(lambda left: sentence_of("computes", time=left(0))):
            result = study.compute(bench, request)
            run, document = bench.run, study.document(request, result)
        if not run.is_complete:
            answer = stored(AnswerRow, [AnswerRow(*row) for row in enumerate(document.sentences)])
            run.complete({}, tables=[*document.tables, answer, *bench.tables])
    return run.path, document


def show(
    study: Study[K, R], request: Request[K], manifest: Manifest, more: Mapping[str, str], *, is_drawn: bool = False
) -> int:
    """Show a stored run from its own tables; nothing is simulated, and the page stays unchanged.

    `more`: additional values for the document, by name; `is_drawn`: its page is made.
    """
    request, document = stored_document(study, request, manifest)
    if is_drawn:  # first, so that a run that cannot be drawn is refused before anything is printed
        with of_a_stranger(manifest):
            pages.write(manifest.folder, document, request)
    _print(request, document, manifest.folder, more)
    if (manifest.folder / PAGE).is_file():
        pages.print_where(request, manifest.folder / PAGE)
    return 0


def request_of(manifest: Manifest, arguments: Arguments | None = None) -> Request[Any]:
    """A stored run as a request, for a command that reads it; None: the command has no options."""
    configuration = configuration_of(manifest)
    designs = [Design(label, hub) for label, hub in configuration.hubs.items()]
    return Request(designs, study_of(manifest, configuration), arguments or Arguments(manifest.verb))


def stored_request(request: Request[K], manifest: Manifest) -> Request[K]:
    """The request of a stored run, with its own command."""
    given = replace(Arguments(manifest.verb), json=request.arguments.json, all=request.arguments.all)
    command = arguments_of(
        manifest.verb, command_words(manifest.folder), like=replace(given, out=manifest.folder.parent)
    )
    return replace(request, arguments=command, is_typed=False)


def stored_document(study: Study[K, R], request: Request[K], manifest: Manifest) -> tuple[Request[K], Document]:
    """The document of a stored run, from its own command and tables.

    Raises:
        InputError: tables that are not this study's.
    """
    _check_library(study)
    request = stored_request(request, manifest)
    try:
        study.check(request.designs, request.keys)
        result = study.compute(bench := Stored(manifest), request)
    except RangesMovedError as error:
        if study.as_stored is None:
            raise InputError(f"{manifest.folder}: {error}") from None
        answer = sorted(bench.rows(AnswerRow), key=lambda row: row.order)
        kept, warning = study.as_stored(bench, request), sentence_of("as_stored", moved=error)
        return request, replace(kept, sentences=[row.sentence for row in answer], warnings=[warning])
    except ConfigError as error:
        raise InputError(f"{manifest.folder}: {error}") from None
    return request, study.document(request, result)


def request_and_document(manifest: Manifest) -> tuple[Request[Any], Document]:
    """The request of a stored run, and its document.

    Raises:
        InputError: a verb whose runs are not stored, or tables that are not its own.
    """
    return stored_document(stored_study(manifest), request_of(manifest), manifest)


def write_results(path: Path, folder: Path, document: Document, request: Request[K]) -> None:
    """Write the results of designs as a workbook."""
    assert document.run is not None
    page = pages.page_of(folder, document, request, Drawn.NONE)
    results_book.write(path, page, document.run(folder, results_book.MOST_DESIGNS))


def stored_page(manifest: Manifest, shows: Drawn = Drawn.ALL) -> tuple[Page, Request[Any]]:
    """The page of a stored run, made again from its tables, and the run's request.

    Raises:
        InputError: a verb whose runs are not stored, or tables that are not its own.
    """
    with of_a_stranger(manifest):
        request, document = request_and_document(manifest)
        page = pages.page_of(manifest.folder, document, request, shows)
    return page, request


@contextmanager
def of_a_stranger(manifest: Manifest) -> Iterator[None]:
    """Context in which a page is made from tables that may hold any values.

    Raises:
        InputError: tables that are not its verb's, or that cannot be drawn.
    """
    check_tables(manifest)
    try:
        with catch_warnings():
            simplefilter("ignore", RuntimeWarning)  # from values that are NaN
            yield
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise InputError(f"{manifest.folder}: tables: damaged, or not from {manifest.verb}") from error


def draw_page(manifest: Manifest) -> None:
    """Make the page of a finished run that has none, from its tables.

    Raises:
        InputError: tables that are not its verb's.
    """
    with of_a_stranger(manifest):
        request, document = request_and_document(manifest)
        pages.write(manifest.folder, document, request)


def _check_library(study: Study[K, R]) -> None:
    if study.library:
        need(study.library, "study")


def opened(name: str, request: Request[K]) -> RunDirectory:
    """The run folder for this study."""
    (hubs, keys), arguments = _hubs_and_keys(request), request.arguments
    text = config_text(arguments, keys, hubs)
    run = RunDirectory.open(arguments.out, arguments.verb, name, identity_of(hubs, keys), text, is_possible)
    console.show_words_of_sheet(arguments)
    if run.is_complete:
        note_other_versions(run.path)
    else:
        keep_inputs(run.path, hubs.values())
        keep_own(run.path, adopt_of(hubs.values()))
    return run


def configuration_text(study: Study[K, R], arguments: Arguments) -> tuple[Sequence[Design], str]:
    """The designs, and the text of `config.yaml`; refuses what the run would refuse."""
    _check_library(study)
    designs, keys = study.parse(arguments)
    study.check(designs, keys)
    hubs, plain_keys = _hubs_and_keys(Request(designs, keys, arguments))
    return designs, config_text(arguments, plain_keys, hubs)


def name_of(study: Study[K, R], request: Request[K]) -> str:
    """The name of the folder that the run has, or would have.

    Raises:
        OSError: an input file cannot be read.
    """
    return folder_name(request.arguments.verb, study.name(request), identity_of(*_hubs_and_keys(request)))


def _hubs_and_keys(request: Request[K]) -> tuple[dict[str, HubConfig], dict[str, Any]]:
    return {design.label: design.hub for design in request.designs}, request.keys.as_plain()


def _print(request: Request[K], document: Document, folder: Path, more: Mapping[str, str]) -> None:
    """Print the document."""
    warnings, data, files = pages.warnings_of(request, document), document.data, {"tables": str(folder), **more}
    if request.arguments.json:
        if isinstance(data, list):
            return console.print_json(data)
        sentences = {"sentences": document.sentences} if document.sentences else {}
        about = {"run_dir": str(folder), **more, "warnings": warnings}
        return console.print_json({"verb": request.arguments.verb, **data, **sentences, **about})
    if not request.arguments.all:
        return first_screen.say(document, folder, warnings, files)
    explanation = document.explanation
    return say(
        [
            *document.opening, "", *document.grids, *document.lines,
            *document.more(), *explanation, *([""] if explanation else []),
            *([*document.over.lines, ""] if document.over else []),
            *(f"{WARNING}{line}" for line in warnings), *document.notes,
            *(f"{name + ':':7} {path}" for name, path in files.items()),
        ]
    )  # fmt: skip
