"""The first screen of a study: its answer as blocks, the page, and the next commands."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from experiments.answer.blocks import Block, Matrix, Next, Note, Row, Sure, Values, Verdict
from experiments.answer.terminal import MOST_LINES, screen
from experiments.formatting import counted, kpi_name
from experiments.frame import console
from experiments.frame.known_shares import KnownShare
from experiments.frame.study import Document
from experiments.grouping import grouped
from experiments.interval_text import amount, interval_of
from experiments.report.sections import sentence_of
from experiments.report.stored_designs import NamedDesign, main_points
from experiments.report.verdicts import DesignVerdict
from experiments.statistics.interval import Value
from experiments.statistics.interval import Values as Kpis

_SHOWN: Final = ("on_time_share", "export_on_time_share", "dwell_mean_h", "cost_eur_per_parcel", "staff_h_paid_per_day")
"""KPIs of the first screen of one design, most important first."""
_MOST_ROWS: Final = 12
"""Rows of a table on a first screen."""


def of_one(verdict: DesignVerdict, kpis: Mapping[str, Value], basis: str, share: KnownShare | None) -> Iterator[Block]:
    """One design: its verdict, the main KPIs, and its bottleneck."""
    yield Verdict(verdict.title, verdict.word, _sentence(verdict.required), basis, verdict.reasons)
    rows = [Row(kpi_name(name), amount(kpis[name]), _bracket(kpis[name])) for name in _SHOWN if name in kpis]
    rows += [Row("Bottleneck by the ladder", verdict.bottleneck.partition(" (")[0])] if verdict.bottleneck else []
    rows += [Row("Flights are held", f"on average from {verdict.since} on")] if verdict.since else []
    yield Values(rows)
    yield share.block if share else Sure(sentence_of("share_unknown"))


def of_several(
    designs: Sequence[NamedDesign], verdicts: Sequence[DesignVerdict], kpis: Kpis, basis: str
) -> Iterator[Block]:
    """Several designs: a matrix of sites by traffic where they form one, otherwise a row a design."""
    words = {verdict.label: verdict for verdict in verdicts}
    criterion = _sentence(verdicts[0].required) if len({verdict.required for verdict in verdicts}) == 1 else ""
    counts = grouped((verdict.word, verdict.title) for verdict in verdicts)
    subject = counted(len(designs), "design")
    word = ", ".join(f"{len(titles)} {word}" for word, titles in counts.items())
    yield Verdict(subject, word, criterion, basis)
    yield _matrix(designs, words, kpis)


def _matrix(designs: Sequence[NamedDesign], words: Mapping[str, DesignVerdict], kpis: Kpis) -> Matrix:
    def cell(design: NamedDesign) -> str:
        return f"{amount(kpis[design.label]['on_time_share'])}  {words[design.label].word}"

    main = main_points(designs)
    columns, sites = (
        [*dict.fromkeys(design.traffic for design in main)],
        [*dict.fromkeys(design.site for design in main)],
    )
    cells = {(design.site, design.traffic): cell(design) for design in main}
    if len(columns) > 1 and len(sites) > 1 and len(cells) == len(main):
        rows = [(site.replace("\n", " "), *(cells.get((site, column), "–") for column in columns)) for site in sites]
        return Matrix(("imports on time, verdict", *columns), rows, n_texts=1 + len(columns))
    rows = [
        (
            design.title_line,
            words[design.label].word,
            _with_bracket(kpis[design.label].get("on_time_share")),
            _with_bracket(kpis[design.label].get("export_on_time_share")),
            words[design.label].bottleneck.partition(" (")[0],
        )
        for design in designs
    ]
    return Matrix(("design", "verdict", "imports on time", "exports on time", "bottleneck"), rows, n_texts=5)


def of_document(document: Document) -> Iterator[Block]:
    """A study without blocks of its own: its first sentences, and its first table."""
    opening = [*document.opening]
    for line in opening[:1]:
        if isinstance(line, DesignVerdict):
            yield Verdict(line.title, line.word, _sentence(line.required), "", line.reasons)
        else:
            yield Note(line)
    if document.grids:
        grid = document.grids[0]
        yield Matrix(grid.header, grid.rows[:_MOST_ROWS], grid.caption, grid.n_texts)
    for line in opening[1:3]:
        yield Note(str(line))


def say(document: Document, folder: Path, warnings: Sequence[str], files: Mapping[str, str]) -> None:
    """Print the first screen: the answer, the files of the run, and the commands that follow."""
    blocks = [*(document.answer() if document.answer else of_document(document))]
    show = shlex.join(["cargohub", "show", str(folder), "--all"])
    rest = "all tables and the method" + (f" and {counted(len(warnings), 'warning')}" if warnings else "")
    following = Next({**document.following, show: rest})
    end = [f"{name + ':':7} {path}" for name, path in files.items()]
    console.say(screen([*blocks, following], end, MOST_LINES - 1))  # one is left for that of the page


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _bracket(value: Value) -> str:
    text = interval_of(value)
    return f"({text})" if text else ""


def _with_bracket(value: Value | None) -> str:
    return "–" if value is None else f"{amount(value)} {_bracket(value)}".rstrip()
