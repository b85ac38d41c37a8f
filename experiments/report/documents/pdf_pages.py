"""A document as pages of a PDF, set by matplotlib: text continues on the next page, and wide cells wrap."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from experiments.report import style
from experiments.report.documents import FILL, Block, Missing, Points, Report, walked
from experiments.report.documents.graph import Graph
from experiments.report.figures import logic_figure
from experiments.report.sections import on_one_line
from experiments.report.sheet import A4_IN, placed, set_lines
from experiments.report.typesetting import Type, tied, width_in_of, wrapped
from experiments.store.rows import Grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

_MARGIN_IN: Final = 0.7
_WIDTH_IN: Final = A4_IN[0] - 2 * _MARGIN_IN
_GAP_IN: Final = 0.09
_INDENT_IN: Final = 0.16
_COLUMN_GAP_IN: Final = 0.12


_MOST_CELLS: Final = 0.9
"""Share of a column's cells that should fit on one line if the other columns leave room."""
_WORD_IN: Final = 0.8
_BOLD: Final = (("weight", "bold"),)
TITLE: Final = Type(15, _BOLD)
HEADINGS: Final = (Type(12, _BOLD), Type(9.5, _BOLD), Type(9, _BOLD))
TEXT: Final = Type(9)
CELL: Final = Type(7)
HEADER: Final = Type(7, _BOLD)
MISSING: Final = Type(9, _BOLD)
FOOT: Final = Type(7)


def files_of(report: Report, path: Path) -> dict[Path, bytes]:
    """The pages; the same report gives the same bytes."""
    from matplotlib.backends.backend_pdf import PdfPages

    buffer = io.BytesIO()
    with style.look(), PdfPages(buffer, metadata={"Title": report.title, "CreationDate": None}) as pdf:
        for page in pages_of(report):
            pdf.savefig(page)
    return {path: buffer.getvalue()}


def pages_of(report: Report) -> "list[Drawing]":
    """The pages; call within `style.look()`."""
    setting = _Setting()
    setting.lines(report.title, TITLE)
    setting.skip(_GAP_IN)
    for block in report.opening:
        setting.block(block)
    for depth, chapter in walked(report.chapters):
        letters = HEADINGS[min(depth, len(HEADINGS)) - 1]
        setting.skip(2 * _GAP_IN)
        setting.need(letters.line_in + 3 * TEXT.line_in)
        setting.lines(chapter.title, letters)
        for block in chapter.blocks:
            setting.block(block)
    return setting.numbered()


class _Setting:
    """Pages, and the position on the last page at which the next part begins [in, from below]."""

    def __init__(self) -> None:
        self._pages: list[Drawing] = []
        self._turn()

    def _turn(self) -> None:
        from matplotlib.figure import Figure as New

        self._pages.append(New(figsize=A4_IN))
        self._top = A4_IN[1] - _MARGIN_IN

    def need(self, height_in: float) -> None:
        """Begin a new page if less than this height is left."""
        if self._top - height_in < _MARGIN_IN:
            self._turn()

    def skip(self, height_in: float) -> None:
        if self._top < A4_IN[1] - _MARGIN_IN:
            self._top -= height_in

    def lines(self, text: str, letters: Type, left: float = 0.0) -> None:
        """A paragraph, which may continue on the next page."""
        for line in wrapped(tied(text), letters, _WIDTH_IN - left):
            self.need(letters.line_in)
            self._put(line, letters, left, self._top)
            self._top -= letters.line_in

    def block(self, block: Block) -> None:
        self.skip(_GAP_IN / 2)
        if isinstance(block, str):
            self.lines(block.replace("`", ""), TEXT)
        elif isinstance(block, Points):
            for text in block.texts:
                self.need(TEXT.line_in)
                self._put("•", TEXT, 0.0, self._top)
                self.lines(text.replace("`", ""), TEXT, _INDENT_IN)
        elif isinstance(block, Missing):
            self.lines(f"{FILL}: {block.text.replace('`', '')}", MISSING)
        elif isinstance(block, Graph):
            self._graph(block)
        else:
            self._table(block)
        self.skip(_GAP_IN / 2)

    def _graph(self, graph: Graph) -> None:
        figure = logic_figure.figure(graph)
        width, height = figure.get_size_inches()
        height *= _WIDTH_IN / width
        self.need(height + TEXT.line_in)
        self._pages[-1].add_artist(placed(figure, _MARGIN_IN, self._top - height, _WIDTH_IN, height))
        self._top -= height
        self.lines(graph.caption, TEXT)

    def _table(self, grid: Grid) -> None:
        rows = [[tied(on_one_line(cell.replace("`", ""))) for cell in row] for row in grid.rows]
        widths = _widths([grid.header, *rows])
        header = _cells(grid.header, HEADER, widths)
        first = _cells(rows[0], CELL, widths) if rows else []
        self.need(_height(header, HEADER) + _height(first, CELL))
        self._row(header, HEADER, widths)
        for row in rows:
            cells = _cells(row, CELL, widths)
            if self._top - _height(cells, CELL) < _MARGIN_IN:
                self._turn()
                self._row(header, HEADER, widths)
            self._row(cells, CELL, widths)

    def _row(self, cells: Sequence[Sequence[str]], letters: Type, widths: Sequence[float]) -> None:
        left = 0.0
        for lines, width in zip(cells, widths, strict=True):
            for at, line in enumerate(lines):
                self._put(line, letters, left, self._top - at * letters.line_in)
            left += width + _COLUMN_GAP_IN
        self._top -= _height(cells, letters)

    def _put(self, line: str, letters: Type, left: float, top: float) -> None:
        set_lines(self._pages[-1], [line], letters, _MARGIN_IN + left, top)

    def numbered(self) -> "list[Drawing]":
        for at, page in enumerate(self._pages, 1):
            page.text(0.5, 0.35 / A4_IN[1], f"{at} / {len(self._pages)}", size=FOOT.size, ha="center")
        return self._pages


def _height(cells: Sequence[Sequence[str]], letters: Type) -> float:
    return max((len(lines) for lines in cells), default=0) * letters.line_in + 0.25 * letters.line_in


def _cells(row: Sequence[str], letters: Type, widths: Sequence[float]) -> list[list[str]]:
    return [list(wrapped(cell, letters, width)) for cell, width in zip(row, widths, strict=True)]


def _widths(rows: Sequence[Sequence[str]]) -> list[float]:
    """Widths of the columns [in]: the width of most cells, or an equal part of the room if that is too wide.

    No column is narrower than its words, if these are short. Room that a column does not need is given to the others,
    first to those with longer cells.
    """
    columns = list(zip(*rows, strict=True))
    cells = [sorted(width_in_of(cell, HEADER) + 0.02 for cell in column) for column in columns]
    words = [max(width_in_of(word, HEADER) + 0.02 for cell in column for word in cell.split(" ")) for column in columns]
    room = _WIDTH_IN - _COLUMN_GAP_IN * (len(cells) - 1)
    most = [column[int(_MOST_CELLS * (len(column) - 1))] for column in cells]
    widths = _shared([max(each, min(word, _WORD_IN)) for each, word in zip(most, words, strict=True)], room)
    more = _shared([column[-1] - width for column, width in zip(cells, widths, strict=True)], room - sum(widths))
    return [width + each for width, each in zip(widths, more, strict=True)]


def _shared(wanted: Sequence[float], room: float) -> list[float]:
    """Equal parts of the room, but no part larger than wanted.

    >>> _shared([1.0, 3.0, 4.0], 6.0)
    [1.0, 2.5, 2.5]
    """
    shares = dict.fromkeys(range(len(wanted)), 0.0)
    for n_left, at in zip(range(len(wanted), 0, -1), sorted(shares, key=lambda at: wanted[at]), strict=True):
        shares[at] = min(wanted[at], room / n_left)
        room -= shares[at]
    return list(shares.values())
