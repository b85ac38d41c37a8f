"""The page of a run, made from its study's document: when it is written, and where it is stored."""

from pathlib import Path
from typing import Final, TypeVar

from experiments.designs.design import Replicated
from experiments.designs.unusual import (
    hub_warnings,
    idle_flights,
    idle_functions,
    idle_keys,
    outside_flights,
    period_warnings,
    same_hubs,
    unpriced_units,
)
from experiments.execution.progress import Lines
from experiments.frame.console import fit_lines, say
from experiments.frame.study import Document, Request
from experiments.report import style
from experiments.report.design_names import design_name
from experiments.report.page import files_of, write_page
from experiments.report.sections import Brief, Drawn, Page, Section, sentence_of
from experiments.store.read import CONFIG

K = TypeVar("K", bound=Replicated)

_MOST_FITTED: Final = 8
"""Largest number of designs whose changes by fit=auto are printed."""


def write(folder: Path, document: Document, request: Request[K]) -> None:
    """Write the page and its pictures; all other files of the run are complete before."""
    with Lines(is_quiet=request.arguments.quiet).waiting(lambda left: sentence_of("draws_page", time=left(0))):
        write_page(folder, page_files(folder, document, request))


def print_where(request: Request[K], where: object) -> None:
    """Print where the page is, or how to make it."""
    if not request.arguments.json:
        say([f"page:   {where}"])


def page_files(folder: Path, document: Document, request: Request[K]) -> dict[str, bytes]:
    """The page of a complete run and its pictures, by their file names."""
    return {
        **document.files,
        **files_of(page_of(folder, document, request), request.arguments.command, document.libraries),
    }


def page_of(folder: Path, document: Document, request: Request[K], shows: Drawn = Drawn.ALL) -> Page:
    """The page of a complete run; `shows`: which pictures are made."""
    if document.page:
        return document.page(folder, shows)
    pictures, grids = [], document.grids
    if shows is not Drawn.NONE:
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
    notes = [f"Warning: {line}." for line in warnings_of(request, document)]
    rests = document.over.sentences if document.over else []
    facts = {**document.facts, "How sure": notes, "Rests on": [*rests, *document.method]}
    lines = document.brief or [*map(str, document.opening), *explanation]
    brief = Brief(lines, facts, pictures, grid=next(iter(grids), None)) if shows is not Drawn.NONE else None
    return Page(document.title, document.opening, sections, config, brief, notes)


def request_warnings(request: Request[K]) -> list[str]:
    """Warnings on the hubs and words of a command, which need no run."""
    hubs = [design.hub for design in request.designs]
    words = request.arguments.words
    unpriced = unpriced_units(hubs if request.keys.prices else ())
    idle = [*idle_functions(hubs, words), *idle_flights(hubs, words), *idle_keys(hubs, words)]
    of_hubs = [*hub_warnings(hubs), *same_hubs(request.designs), *unpriced, *outside_flights(hubs), *idle]
    return [*dict.fromkeys([*period_warnings(hubs[0]), *of_hubs])]


def warnings_of(request: Request[K], document: Document) -> list[str]:
    """Warnings that come before the numbers."""
    unnamed = () if document.run else request.designs[:_MOST_FITTED]  # designs of a run are named in its own warnings
    fits = fit_lines(unnamed, {design.label: design_name(design.label) for design in unnamed})
    return [*request_warnings(request), *fits, *document.warnings]
