"""One runner for every study: its folder, its simulations, its tables, its page, and what the terminal says."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeVar

from experiments import execution
from experiments.arguments import Arguments
from experiments.assumptions.ranges import RangesMovedError
from experiments.designs.design import Design, Replicated
from experiments.designs.unusual import period_warnings
from experiments.execution.progress import Lines
from experiments.frame import console
from experiments.frame.benches import Simulated, Stored
from experiments.frame.console import WARNING, say
from experiments.frame.recorded import asked_again, config_text, stored_study, study_of
from experiments.frame.study import Asked, Document, Study
from experiments.report import results_book, style
from experiments.report.page import PAGE, files_of, write_page
from experiments.report.sections import Brief, Page, Section, said
from experiments.store import RunDirectory, identity_of
from experiments.store.directory import folder_name
from experiments.store.foreign import Manifest, check_file, command_words, configuration_of
from experiments.store.foreign_parquet import check_table
from experiments.store.identity import keep_inputs
from experiments.store.own_copy import keep_own
from experiments.store.read import CONFIG
from experiments.store.rows import stored
from experiments.store.summaries import AnswerRow
from sim.config import HubConfig
from sim.errors import CargohubError, ConfigError, InputError
from sim.measures.kpis import adopt_of


def need(library: str, extra: str) -> None:
    """Refuse, in one line that says how to get it, where a library of an extra is not installed.

    Raises:
        CargohubError: it is not.
    """
    if find_spec(library) is None:
        raise CargohubError(f"{library} is not installed: pip install 'cargohub[{extra}]'")


RESULTS: Final = "results.xlsx"
"""Where the results of a workbook of inputs go, in the run folder."""

K = TypeVar("K", bound=Replicated)
R = TypeVar("R")


def main(study: Study[K, R], arguments: Arguments) -> int:
    """The verb as it is typed."""
    _check_library(study)
    designs, keys = study.asked(arguments)
    return carry_out(study, Asked(designs, keys, arguments))


def carry_out(study: Study[K, R], asked: Asked[K]) -> int:
    """Compute what is not there, and tell."""
    folder, document = computed(study, asked, has_page=True)
    more = {}
    if asked.arguments.is_of_sheet:
        page = page_of(folder, document, asked, is_drawn=False)
        results_book.write(folder / RESULTS, page, asked.arguments.command, folder)
        more = {"results": str(folder / RESULTS)}
    _tell(asked, document, folder, more)
    return 0


def computed(study: Study[K, R], asked: Asked[K], *, has_page: bool) -> tuple[Path, Document]:
    """The folder of what was computed and stored, and what it says."""
    _check_library(study)
    arguments, keys = asked.arguments, asked.keys
    adopt_of(design.hub for design in asked.designs)
    study.check(asked.designs, keys)
    with ExitStack() as stack:
        bench = Simulated(
            lambda: stack.enter_context(opened(study.name(asked), asked)),
            lambda: stack.enter_context(execution.opened(keys.execution, keys.workers)),
            keys.prices,
            is_quiet=arguments.quiet,
        )
        around = Lines(is_quiet=arguments.quiet, is_around=True)
        with around.waiting(lambda left: said("computes", time=left(0))):
            result = study.compute(bench, asked)
            run, document = bench.run, study.document(asked, result)
        if not run.is_complete:
            answer = stored(AnswerRow, [AnswerRow(*row) for row in enumerate(document.sentences)])
            run.complete({}, tables=[*document.tables, answer])
        if has_page:
            with Lines(is_quiet=arguments.quiet).waiting(lambda left: said("draws_page", time=left(0))):
                write_page(run.path, page_files(run.path, document, asked))
    return run.path, document


def show(study: Study[K, R], asked: Asked[K], manifest: Manifest, more: Mapping[str, str]) -> int:
    """What a stored run said, from its own tables: nothing is simulated, and its page is left as it is.

    `more`: what else there is to tell, by name.
    """
    asked, document = stored_document(study, asked, manifest)
    _tell(asked, document, manifest.folder, more)
    return 0


def asked_of(manifest: Manifest, arguments: Arguments) -> Asked[Any]:
    """The designs and the study of a stored run, for a command that looks at it."""
    configuration = configuration_of(manifest)
    designs = [Design(label, hub) for label, hub in configuration.hubs.items()]
    return Asked(designs, study_of(manifest, configuration), arguments)


def stored_asked(asked: Asked[K], manifest: Manifest) -> Asked[K]:
    """What is asked of a stored run, with its own command, which is only repeated."""
    given = replace(Arguments(manifest.verb), json=asked.arguments.json, all=asked.arguments.all)
    command = asked_again(
        manifest.verb, command_words(manifest.folder), like=replace(given, out=manifest.folder.parent)
    )
    return replace(asked, arguments=command, is_typed=False)


def stored_document(study: Study[K, R], asked: Asked[K], manifest: Manifest) -> tuple[Asked[K], Document]:
    """What a stored run says, by its own command and from its own tables.

    Raises:
        InputError: tables that are not this study's.
    """
    _check_library(study)
    asked = stored_asked(asked, manifest)
    try:
        study.check(asked.designs, asked.keys)
        result = study.compute(bench := Stored(manifest), asked)
    except RangesMovedError as error:
        if study.as_stored is None:
            raise InputError(f"{manifest.folder}: {error}") from None
        answer = sorted(bench.rows(AnswerRow), key=lambda row: row.order)
        kept, warning = study.as_stored(bench, asked), said("as_stored", moved=error)
        return asked, replace(kept, sentences=[row.sentence for row in answer], warnings=[warning])
    except ConfigError as error:
        raise InputError(f"{manifest.folder}: {error}") from None
    return asked, study.document(asked, result)


def stored_page(manifest: Manifest, *, is_drawn: bool = True) -> tuple[Page, str]:
    """The page of a stored run, made from its tables again, and the command of the run.

    Raises:
        InputError: a verb whose runs are not stored, or tables that are not its own.
    """
    study, given = stored_study(manifest), asked_of(manifest, Arguments(manifest.verb))
    for name in manifest.tables:
        check_table(check_file(manifest, f"tables/{name}.parquet"))
    asked, document = stored_document(study, given, manifest)
    try:
        page = page_of(manifest.folder, document, asked, is_drawn=is_drawn)
    except (KeyError, ValueError) as error:
        raise InputError(f"{manifest.folder}: tables: not those of {manifest.verb}, or damaged") from error
    return page, asked.arguments.command


def draw_page(manifest: Manifest) -> None:
    """The page of a finished run that has none, from its tables.

    Raises:
        InputError: tables that are not its verb's.
    """
    asked, document = stored_document(stored_study(manifest), asked_of(manifest, Arguments(manifest.verb)), manifest)
    write_page(manifest.folder, page_files(manifest.folder, document, asked))


def _check_library(study: Study[K, R]) -> None:
    if study.library:
        need(study.library, "study")


def opened(name: str, asked: Asked[K]) -> RunDirectory:
    """The run folder, by what it is asked for."""
    (hubs, keys), arguments = _hubs_and_keys(asked), asked.arguments
    text = config_text(arguments, keys, hubs)
    run = RunDirectory.open(arguments.out, arguments.verb, name, identity_of(hubs, keys), text)
    if not run.is_complete:
        keep_inputs(run.path, hubs.values())
        keep_own(run.path, adopt_of(hubs.values()))
    return run


def configuration_text(study: Study[K, R], arguments: Arguments) -> tuple[Sequence[Design], str]:
    """The designs, and what the run folder's `config.yaml` would hold, refused where the run would refuse it."""
    _check_library(study)
    designs, keys = study.asked(arguments)
    study.check(designs, keys)
    hubs, plain_keys = _hubs_and_keys(Asked(designs, keys, arguments))
    return designs, config_text(arguments, plain_keys, hubs)


def name_of(study: Study[K, R], asked: Asked[K]) -> str:
    """The name of the folder that the run has, or would have.

    Raises:
        OSError: an input file cannot be read.
    """
    return folder_name(asked.arguments.verb, study.name(asked), identity_of(*_hubs_and_keys(asked)))


def _hubs_and_keys(asked: Asked[K]) -> tuple[dict[str, HubConfig], dict[str, Any]]:
    return {design.label: design.hub for design in asked.designs}, asked.keys.as_plain()


def page_files(folder: Path, document: Document, asked: Asked[K]) -> dict[str, bytes]:
    """The page of a complete run and its pictures, by their names in its folder."""
    return {**document.files, **files_of(page_of(folder, document, asked), asked.arguments.command, document.libraries)}


def page_of(folder: Path, document: Document, asked: Asked[K], *, is_drawn: bool = True) -> Page:
    """The page of a complete run; `is_drawn`: with its pictures, which take most of the time."""
    if document.page:
        return document.page(folder, is_drawn)
    pictures, grids = [], document.grids
    if is_drawn:
        with style.look():
            pictures = list(document.pictures())
    explanation = document.explanation
    parts = [
        Section("At a glance", grids=grids[:1]),
        Section("Pictures", pictures=pictures),
        Section("In sentences", text=explanation),
        Section("Numbers", grids=grids[1:]),
    ]
    sections = [part for part in parts if part.grids or part.pictures or part.text]
    sections += [document.over.section] if document.over else []
    sections.append(Section("How it was found", items=document.method))
    config = (folder / CONFIG).read_text(encoding="utf-8")
    notes = [f"Warning: {line}." for line in _warnings(asked, document)]
    rests = document.over.sentences if document.over else []
    facts = {**document.facts, "How sure": notes, "Rests on": [*rests, *document.method]}
    lines = document.brief or [*map(str, document.opening), *explanation]
    brief = Brief(lines, facts, pictures, grid=next(iter(grids), None)) if is_drawn else None
    return Page(document.title, document.opening, sections, config, brief, notes)


def _tell(asked: Asked[K], document: Document, folder: Path, more: Mapping[str, str]) -> None:
    warnings, data = _warnings(asked, document), document.data
    if asked.arguments.json:
        if isinstance(data, list):
            return console.print_list(data)
        said_too = {"sentences": document.sentences} if document.sentences else {}
        about = {"run_dir": str(folder), **more, "warnings": warnings}
        return console.print_json({"verb": asked.arguments.verb, **data, **said_too, **about})
    explanation = document.explanation
    most_rows = None if asked.arguments.all else document.most_rows
    paths = {"tables": folder, **({"page": folder / PAGE} if (folder / PAGE).is_file() else {}), **more}
    return say(
        [
            *document.opening, "", *document.grids, *document.lines,
            *(document.more() if asked.arguments.all else ()),
            *explanation, *([""] if explanation else []),
            *([*document.over.lines, ""] if document.over else []),
            *(f"{WARNING}{line}" for line in warnings), *document.notes,
            *(f"{name + ':':7} {path}" for name, path in paths.items()),
        ],
        most_rows,
    )  # fmt: skip


def _warnings(asked: Asked[K], document: Document) -> list[str]:
    return [*period_warnings(asked.designs[0].hub), *document.warnings]
