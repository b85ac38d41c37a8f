"""The one sheet: question, verdicts, three pictures or a table, assumptions and command, on one A4 page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from experiments.report import style
from experiments.report.sections import Brief, Picture, on_one_line
from experiments.report.style import Figure
from experiments.report.typesetting import Type, fitted, tied, width_in_of, wrapped
from experiments.store.rows import Grid

if TYPE_CHECKING:
    from matplotlib.artist import Artist

A4_IN: Final = (8.27, 11.69)
_MARGIN_IN: Final = 0.5
_WIDTH_IN: Final = A4_IN[0] - 2 * _MARGIN_IN
_LABEL_IN: Final = 0.95
"""Room for the heading of a fact."""
_MARK_IN: Final = 0.22
_GAP_IN: Final = 0.1
MOST_PICTURES: Final = 3
_LINES_EACH: Final = 3
"""Largest number of lines of a fact."""
_MOST_VERDICT_LINES: Final = 16
_MOST_COMMAND_LINES: Final = 12
_LEAST_HEIGHT: Final = 0.75
"""Least height of a picture as a share of its height on the page; with less room it is left out."""
_MOST_HEIGHT: Final = 1.6
"""Largest height of a picture as a share of its height on the page, if the sheet would have empty room."""

TITLE: Final = Type(15, (("weight", "bold"),))
VERDICT: Final = Type(9.5)
MARK: Final = Type(9.5, (("weight", "bold"),))
HEADING: Final = Type(8.5, (("weight", "bold"),))
FACT: Final = Type(8.5)
TABLE: Final = (Type(8), Type(7), Type(6))
"""Font sizes; the first in which all columns fit is used."""
COMMAND: Final = tuple(Type(size, (("family", "DejaVu Sans Mono"),)) for size in (7.5, 6))
"""Font sizes; the smaller is for a command of many lines."""


@style.look()
def sheet(question: str, brief: Brief, command: str) -> Figure:
    """The page in short; text that does not fit ends in …, if possible at the end of a sentence."""
    from matplotlib.figure import Figure

    drawing = Figure(figsize=A4_IN)
    title = fitted([question], TITLE, _WIDTH_IN, 2)
    verdicts = _verdicts(brief.verdicts)
    facts = {
        heading: fitted(texts, FACT, _WIDTH_IN - _LABEL_IN, _LINES_EACH)
        for heading, texts in brief.facts.items()
        if texts
    }
    commands, small = _command(command)
    top = A4_IN[1] - _MARGIN_IN
    top = set_lines(drawing, title, TITLE, _MARGIN_IN, top) - _GAP_IN
    for lines, mark in zip_longest(verdicts, brief.marks[: len(verdicts)], fillvalue="•"):
        set_lines(drawing, [str(mark)], MARK, _MARGIN_IN, top)
        top = set_lines(drawing, lines, VERDICT, _MARGIN_IN + _MARK_IN, top) - _GAP_IN / 3
    bottom = _MARGIN_IN + len(commands) * small.line_in
    _labelled(drawing, "Command", commands, small, bottom)
    for heading, lines in reversed(facts.items()):
        bottom += len(lines) * FACT.line_in + _GAP_IN / 2
        _labelled(drawing, heading, lines, FACT, bottom)
    _place(drawing, brief, top - _GAP_IN, bottom + _GAP_IN)
    return drawing


def _command(command: str) -> tuple[list[str], Type]:
    """The whole command in lines, and their font; only a command of very many lines is cut."""
    for letters in COMMAND:
        lines = list(wrapped(command, letters, _WIDTH_IN - _LABEL_IN))
        if len(lines) <= _LINES_EACH:
            break
    return ([*lines[: _MOST_COMMAND_LINES - 1], "…"] if len(lines) > _MOST_COMMAND_LINES else lines), letters


def _verdicts(texts: Sequence[str]) -> list[list[str]]:
    """All verdicts, shortened to share the room; otherwise the first that fit."""
    for most_lines in range(_MOST_VERDICT_LINES, 0, -1):
        verdicts = [fitted([text], VERDICT, _WIDTH_IN - _MARK_IN, most_lines) for text in texts]
        if sum(map(len, verdicts)) <= _MOST_VERDICT_LINES:
            return verdicts
    return _first(verdicts, _MOST_VERDICT_LINES)


def _place(drawing: Figure, brief: Brief, top: float, bottom: float) -> None:
    """The first pictures that fit, stacked [in, from below], and the table in the remaining room."""
    head, room = HEADING.line_in + _GAP_IN, top - bottom
    shown: list[Picture] = []
    wanted: list[float] = []
    for picture in brief.pictures:
        width, height = picture.figure.get_size_inches()
        most = _WIDTH_IN / float(width) * float(height)
        if len(shown) < MOST_PICTURES and _LEAST_HEIGHT * (sum(wanted) + most) + (len(shown) + 1) * head <= room:
            shown.append(picture)
            wanted.append(most)
    room -= len(shown) * head
    table = None if brief.grid is None else _table(brief.grid, room - sum(wanted) - _GAP_IN)
    room -= table.height_in + _GAP_IN if table else 0.0
    for picture, most in zip(shown, wanted, strict=True):
        height = most * min(_MOST_HEIGHT, room / sum(wanted))
        top = set_lines(drawing, [tied(picture.heading)], HEADING, _MARGIN_IN, top)
        drawing.add_artist(placed(picture.figure, _MARGIN_IN, top - height, _WIDTH_IN, height))
        top -= height + _GAP_IN
    if table:
        _set_table(drawing, table, top)


@dataclass(frozen=True, slots=True)
class Table:
    """A grid as set: lines of its caption, its header, the rows that fit, and the number of other rows."""

    caption: Sequence[str]
    letters: Type
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    """Widths of the columns [in]."""
    n_texts: int
    n_more: int

    @property
    def height_in(self) -> float:
        return len(self.caption) * FACT.line_in + (len(self.rows) + (self.n_more > 0)) * self.letters.line_in


def _table(grid: Grid, room: float) -> Table | None:
    """The grid in this room [in]; None if its columns are too wide, or no row fits."""
    caption = fitted([grid.caption], FACT, _WIDTH_IN, 2) if grid.caption else []
    cells = [[tied(on_one_line(cell)) for cell in row] for row in (grid.header, *grid.rows)]
    for letters in TABLE:
        widths = [_GAP_IN + max(width_in_of(cell, letters) for cell in column) for column in zip(*cells, strict=True)]
        if sum(widths) <= _WIDTH_IN:
            most = int((room - len(caption) * FACT.line_in) / letters.line_in)
            shown = cells if len(cells) <= most else cells[: max(0, most - 1)]
            return Table(caption, letters, shown, widths, grid.n_texts, len(cells) - len(shown)) if shown[1:] else None
    return None


def _set_table(drawing: Figure, table: Table, top: float) -> None:
    top = set_lines(drawing, table.caption, FACT, _MARGIN_IN, top)
    for row in table.rows:
        left = _MARGIN_IN
        for at, (cell, width) in enumerate(zip(row, table.widths, strict=True)):
            indent = 0.0 if at < table.n_texts else width - width_in_of(cell, table.letters)
            set_lines(drawing, [cell], table.letters, left + indent, top)
            left += width
        top -= table.letters.line_in
    if table.n_more:
        set_lines(drawing, [f"and {table.n_more} more: see the page"], table.letters, _MARGIN_IN, top)


def placed(figure: Figure, left: float, bottom: float, width: float, height: float) -> "Artist":
    """Draw another figure as part of a drawing, laid out again for this rectangle [in], with smaller letters."""
    from matplotlib.artist import Artist
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

    class Placed(Artist):
        def draw(self, renderer: Any) -> None:  # noqa: ANN401 - matplotlib has several
            canvas = self.get_figure(root=True)
            assert canvas is not None
            figure.dpi = canvas.dpi
            figure.bbox_inches.set(Bbox.from_bounds(left, bottom, width, height))
            figure.draw(renderer)

    style.group_thousands(figure)
    scale = width / figure.get_size_inches()[0]
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            axis.get_ticklabels()  # are created when first accessed
    for text in figure.findobj(Text):
        text.set_fontsize(text.get_fontsize() * scale)
    return Placed()


def _labelled(drawing: Figure, heading: str, lines: Sequence[str], letters: Type, top: float) -> None:
    set_lines(drawing, [heading], HEADING, _MARGIN_IN, top)
    set_lines(drawing, lines, letters, _MARGIN_IN + _LABEL_IN, top)


def set_lines(drawing: Figure, lines: Sequence[str], letters: Type, left: float, top: float) -> float:
    """Set lines of text below `top` [in, from below]; returns the end position."""
    for line in lines:
        drawing.text(
            left / A4_IN[0], (top - letters.size / 72) / A4_IN[1], line,
            size=letters.size, va="baseline", parse_math=False, **letters.named,
        )  # fmt: skip
        top -= letters.line_in
    return top


def _first(entries: Sequence[list[str]], most_lines: int) -> list[list[str]]:
    """The first entries that fit, and the number of the others."""
    kept: list[list[str]] = []
    for at, lines in enumerate(entries):
        left = len(entries) - at
        if sum(map(len, kept)) + len(lines) + (left > 1) > most_lines:
            return [*kept, [f"and {left} more: see the page"]]
        kept.append(lines)
    return kept
