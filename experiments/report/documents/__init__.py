"""A document of chapters, in several forms: Markdown, LaTeX and the pages of a PDF."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final, TypeAlias

from experiments.report.documents.graph import Graph
from experiments.store.rows import Grid


@dataclass(frozen=True, slots=True)
class Points:
    """Sentences, each a list item."""

    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Missing:
    """Information that only a person has: `text` says what to write."""

    text: str


FILL: Final = "TO FILL IN"
"""Text in place of missing information."""

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
    """All chapters in order, with their depth, 1 for those of the report."""
    for chapter in chapters:
        yield depth, chapter
        yield from walked(chapter.parts, depth + 1)


def missing_in(chapters: Sequence[Chapter]) -> list[str]:
    """Titles of the chapters that a person must complete."""
    return [
        chapter.title for _, chapter in walked(chapters) if any(isinstance(block, Missing) for block in chapter.blocks)
    ]


def written(report: Report, path: Path) -> dict[Path, bytes]:
    """Contents of the file, in the format of its suffix, and of the files beside it."""
    files: dict[Path, bytes] = import_module(f"{__name__}.{FORMS[path.suffix.lower()]}").files_of(report, path)
    return files


FORMS: Final = {".md": "markdown", ".pdf": "pdf_pages", ".tex": "latex"}
"""The module of each form, by the file's suffix."""
