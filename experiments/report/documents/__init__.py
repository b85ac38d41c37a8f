"""A document of chapters, in several forms: Markdown, LaTeX and the pages of a PDF."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from experiments.report.documents.graph import Graph
from experiments.store.rows import Grid


@dataclass(frozen=True, slots=True)
class Points:
    """Sentences, a point each."""

    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Missing:
    """What only a person knows: `text` says what to write there."""

    text: str


Block: TypeAlias = str | Points | Grid | Graph | Missing
"""A paragraph, points, a table, a drawing, or a place to fill in."""


@dataclass(frozen=True, slots=True)
class Chapter:
    number: str
    heading: str
    blocks: Sequence[Block] = ()
    parts: "Sequence[Chapter]" = ()

    @property
    def title(self) -> str:
        return f"{self.number} {self.heading}"


@dataclass(frozen=True, slots=True)
class Report:
    title: str
    opening: Sequence[Block]
    chapters: Sequence[Chapter]


def walked(chapters: Sequence[Chapter], depth: int = 1) -> Iterator[tuple[int, Chapter]]:
    """All chapters in their order, each with its depth, 1 for those of the report."""
    for chapter in chapters:
        yield depth, chapter
        yield from walked(chapter.parts, depth + 1)


def missing_in(chapters: Sequence[Chapter]) -> list[str]:
    """Titles of the chapters that a person has to fill in."""
    return [
        chapter.title for _, chapter in walked(chapters) if any(isinstance(block, Missing) for block in chapter.blocks)
    ]


def written(report: Report, path: Path) -> dict[Path, bytes]:
    """The content of the file, in the form that its suffix says, and of the files that lie beside it."""
    return FORMS[path.suffix.lower()](report, path)


def _markdown(report: Report, path: Path) -> dict[Path, bytes]:
    from experiments.report.documents import markdown

    return {path: markdown.text_of(report).encode()}


def _latex(report: Report, path: Path) -> dict[Path, bytes]:
    from experiments.report.documents import latex

    return latex.files_of(report, path)


def _pdf(report: Report, path: Path) -> dict[Path, bytes]:
    from experiments.report.documents import pdf_pages

    return {path: pdf_pages.content_of(report)}


FORMS: Final[Mapping[str, Callable[[Report, Path], dict[Path, bytes]]]] = {
    ".md": _markdown,
    ".pdf": _pdf,
    ".tex": _latex,
}
"""By the file's suffix."""
