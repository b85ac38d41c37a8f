"""Parts of a page: sections with heading, text, tables and pictures."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Final

from experiments.beside import yaml_beside
from experiments.report import style
from experiments.report.style import Figure
from experiments.report.verdicts import DesignVerdict
from experiments.store.rows import Grid

_ONLY_OF_A_FILE: Final = re.compile(
    r'<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->|(?<=<g) id="[^"]*"', re.DOTALL
)
"""Parts of an SVG that a page does not need; other pictures have groups of the same names."""


@dataclass(frozen=True)
class Picture:
    """A figure of the page: `says` is its caption, `alt` the text for readers who cannot see it."""

    name: str
    heading: str
    says: str
    alt: str
    figure: Figure

    @cached_property
    def svg(self) -> bytes:
        return style.svg(self.figure)

    @property
    def inline(self) -> str:
        """The picture as an element of a page, so that the page is one file and tooltips work."""
        head, _, body = self.svg.decode().partition("<svg")[2].partition(">")
        view = re.search(r' viewBox="[^"]*"', head)
        body = _ONLY_OF_A_FILE.sub("", body) if body else "</svg>"
        return f"<svg{view[0] if view else ''}>{body}"


def as_source(svg: bytes) -> str:
    """The picture as a data address, so that the page is one file."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page, in the order of its fields; `parts` are folded below it; `is_open`: the first is open."""

    heading: str
    text: Sequence[str] = ()
    items: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    grids: Sequence[Grid] = ()
    notes: Sequence[str] = ()
    parts: "Sequence[Section]" = ()
    is_open: bool = False
    is_reference: bool = False
    """For reference on a screen, not printed."""


def pictures_in(sections: Sequence[Section]) -> Iterator[Picture]:
    for part in sections:
        yield from part.pictures
        yield from pictures_in(part.parts)


@dataclass(frozen=True, slots=True)
class Brief:
    """Content of the one sheet: verdicts, facts by their headings (bottleneck, how sure, …), and pictures."""

    verdicts: Sequence[str]
    facts: Mapping[str, Sequence[str]]
    pictures: Sequence[Picture]
    marks: Sequence[str] = ()
    """Letters of the verdicts, with which pictures name designs; empty: bullets."""
    grid: Grid | None = None
    """Table below the pictures, if there is room."""


class Drawn(Enum):
    """The pictures with which a page is made; they take most of the time."""

    NONE = "none"
    SHEET = "those of the sheet"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    answer: Sequence[DesignVerdict | str]
    """The opening of the page."""
    sections: Sequence[Section]
    config_yaml: str
    brief: Brief | None
    """The one sheet; None for a page without pictures."""
    notes: Sequence[str] = ()
    """Notes below the answer."""
    again: Sequence[str] = ()
    """Notes beside the command."""


def _texts() -> Mapping[str, Mapping[str, Any]]:
    texts: Mapping[str, Mapping[str, Any]] = yaml_beside(__file__, "texts.yaml")
    return texts


def text_of(name: str, **values: object) -> str:
    """The text of a section or picture, with its gaps filled."""
    text: str = _texts()[name]["text"]
    return text.format(**values).strip()


def paragraphs_of(name: str, **values: object) -> list[str]:
    """The paragraphs of a text with several, with its gaps filled."""
    return text_of(name, **values).split("\n")


def sentence_of(name: str, /, **values: object) -> str:
    """A sentence, warning or caption, with its gaps filled."""
    text: str = _texts()["sentences"][name]
    return text.format(**values)


def rows_of(name: str) -> Mapping[str, str]:
    """Names of the rows of a section's table, by column."""
    rows: Mapping[str, str] = _texts()[name]["rows"]
    return rows


def heading_of(name: str) -> str:
    return str(_texts()[name]["heading"])


def section(name: str, *, text: Sequence[str] | None = None, **more: Any) -> Section:  # noqa: ANN401 - the fields'
    """A section with the heading and, by default, the text of its name; `more`: its other fields."""
    return Section(heading_of(name), [text_of(name)] if text is None else text, **more)


def picture(name: str, heading: str, says: str, figure: Figure) -> Picture:
    """A figure with its caption; drawn within `style.look()`."""
    return Picture(name, heading, says, f"{heading}. {says}", figure)


def picture_of(name: str, figure: Figure, more: str = "", verb: str = "", **values: object) -> Picture:
    """A figure with the heading and caption of its name; `more`: added to the caption.

    `verb` precedes the name in texts.yaml, for a picture of this verb's page only.
    """
    key = f"{verb}_{name}" if verb else name
    return picture(name, heading_of(key), text_of(key, **values) + more, figure)


def as_lines(grid: Grid) -> list[str]:
    """The table for a terminal, a line for each row."""
    rows = [tuple(map(on_one_line, row)) for row in (grid.header, *grid.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [grid.caption] if grid.caption else []
    for row in rows:
        cells = (
            f"{cell:<{width}}" if at < grid.n_texts else f"{cell:>{width}}"
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  " + "  ".join(cells).rstrip())
    return lines


def on_one_line(cell: str) -> str:
    r"""A cell on one line: its small second line in brackets after the first.

    >>> on_one_line("99.8 %\n95.3–99.9 %"), on_one_line("66,000 m²\n(of a file)")
    ('99.8 % (95.3–99.9 %)', '66,000 m² (of a file)')
    """
    first, _, small = cell.partition("\n")
    first = first.rstrip()
    return first if not small else f"{first} {small}" if small.startswith("(") else f"{first} ({small})"
