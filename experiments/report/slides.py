"""Slides of a page: answer, numbers and pictures; texts and tables can be edited in PowerPoint."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from experiments.formatting import counted
from experiments.report import style
from experiments.report.sections import Brief, Page, Section, on_one_line
from experiments.store.files import check_clock
from experiments.store.rows import Grid

if TYPE_CHECKING:
    from pptx.slide import Slide

WIDTH_IN: Final = 13.333
HEIGHT_IN: Final = 7.5
_MARGIN_IN: Final = 0.5
_TOP_IN: Final = 1.15
"""Height of the title's area [in]."""
_MOST_ROWS: Final = 14
_MOST_COLUMNS: Final = 7
_MOST_VERDICTS: Final = 4
_MOST_PICTURES: Final = 3
_LONGEST: Final = {"fact": 240, "cell": 90, "title": 90}
"""Most characters that fit."""
_VERDICT_LINES: Final = 13
"""Lines that fit for all verdicts."""
_VERDICT_LINE: Final = 130
"""Characters of such a line."""
_BLANK: Final = 6
"""Number of the blank layout in python-pptx's template."""


def slides(page: Page, brief: Brief, command: str) -> bytes:
    """Slides with the answer and its assumptions, the numbers, and up to three pictures."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH_IN), Inches(HEIGHT_IN)

    def new(title: str) -> "Slide":
        slide: Slide = deck.slides.add_slide(deck.slide_layouts[_BLANK])
        _text(slide, [_cut(title, _LONGEST["title"])], 0.35, 0.7, 26, is_bold=True)
        return slide

    answer = new(page.title)
    _text(answer, list(_verdicts(brief)), _TOP_IN, 3.0, 12)
    facts = [(name, _cut(" ".join(texts), _LONGEST["fact"])) for name, texts in brief.facts.items() if texts]
    grid = Grid("", ("", "What it rests on"), (*facts, ("Command", _cut(command, _LONGEST["fact"]))))
    _table(answer, grid, 4.2, (1.6, WIDTH_IN - 2 * _MARGIN_IN - 1.6), 11)
    if numbers := next(_grids(page.sections), None):
        shown = _shaped(numbers)
        each = (WIDTH_IN - 2 * _MARGIN_IN) / (len(shown.header) + 1)
        is_title = 0 < len(shown.caption) <= _LONGEST["title"]
        slide, top = new(shown.caption if is_title else "Numbers"), _TOP_IN
        if shown.caption and not is_title:  # whole, as it may end with the unit
            _text(slide, [shown.caption], top, 0.7, 12)
            top += 0.8
        _table(slide, shown, top, (2 * each, *[each] * (len(shown.header) - 1)), 11)
    for picture in brief.pictures[:_MOST_PICTURES]:
        slide, height = new(picture.heading), HEIGHT_IN - _TOP_IN - 0.3
        width = height * 16 / 9
        image = slide.shapes.add_picture(
            io.BytesIO(style.slide(picture.figure, "png")), Inches((WIDTH_IN - width) / 2), Inches(_TOP_IN),
            Inches(width), Inches(height),
        )  # fmt: skip
        image.element.nvPicPr.cNvPr.set("descr", picture.alt)
        slide.notes_slide.notes_text_frame.text = picture.says
    buffer = io.BytesIO()
    check_clock()
    deck.save(buffer)
    return _undated(buffer)


def _verdicts(brief: Brief) -> Iterator[str]:
    marks = [f"{mark}   " for mark in brief.marks] or [""] * len(brief.verdicts)
    shown = list(zip(marks, brief.verdicts, strict=True))[:_MOST_VERDICTS]
    most = _VERDICT_LINE * (_VERDICT_LINES // max(1, len(shown)))
    yield from (mark + _cut(text, most) for mark, text in shown)
    if len(brief.verdicts) > len(shown):
        yield f"and {len(brief.verdicts) - len(shown)} more: see the page"


def _grids(sections: Sequence[Section]) -> Iterator[Grid]:
    for part in sections:
        yield from (grid for grid in part.grids if grid.rows)
        yield from _grids(part.parts)


def _shaped(grid: Grid) -> Grid:
    """The table with designs across if there are many columns, and only the rows and columns that fit."""
    rows = [grid.header, *grid.rows]
    if len(grid.header) > _MOST_COLUMNS and len(grid.rows) < _MOST_COLUMNS:
        rows = list(zip(*rows, strict=True))
    cells = [
        tuple(_cut(" ".join(on_one_line(cell).split()), _LONGEST["cell"]) for cell in row[:_MOST_COLUMNS])
        for row in rows
    ]
    left = len(cells) - 1 - _MOST_ROWS
    if left > 0:
        more = (f"and {left} more: see the page", *[""] * (len(cells[0]) - 1))
        cells = [*cells[:_MOST_ROWS], more]
    n_hidden = len(rows[0]) - len(cells[0])
    hidden = f"{counted(n_hidden, 'more column')}: see the page"
    caption = f"{grid.caption}; {hidden}".removeprefix("; ") if n_hidden else grid.caption
    return replace(grid, caption=caption, header=cells[0], rows=tuple(cells[1:]))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 2].rpartition(' ')[0] or text[: most - 2]} …"


def _text(
    slide: "Slide", lines: Sequence[str], top: float, height: float, size: float, *, is_bold: bool = False
) -> None:
    from pptx.util import Inches, Pt

    box = slide.shapes.add_textbox(
        Inches(_MARGIN_IN), Inches(top), Inches(WIDTH_IN - 2 * _MARGIN_IN), Inches(height)
    ).text_frame
    box.word_wrap = True
    for at, line in enumerate(lines):
        paragraph = box.paragraphs[0] if at == 0 else box.add_paragraph()
        paragraph.text, paragraph.space_after = line, Pt(6)
        paragraph.font.size, paragraph.font.bold = Pt(size), is_bold


def _table(slide: "Slide", grid: Grid, top: float, widths_in: Sequence[float], size: float) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches, Pt

    rows = [grid.header, *grid.rows]
    shape: Any = slide.shapes.add_table(
        len(rows), len(widths_in), Inches(_MARGIN_IN), Inches(top), Inches(sum(widths_in)), Inches(0.32 * len(rows))
    )
    for column, width in zip(shape.table.columns, widths_in, strict=True):
        column.width = Inches(width)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            frame = shape.table.cell(at, column).text_frame
            frame.text = text
            for paragraph in frame.paragraphs:
                paragraph.font.size = Pt(size)
                if column >= grid.n_texts and len(widths_in) > 2:
                    paragraph.alignment = PP_ALIGN.RIGHT


def _undated(file: io.BytesIO) -> bytes:
    """The file with the default date of 1980 in all parts, so that the same run gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(file) as dated, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as undated:
        for name in sorted(dated.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            undated.writestr(zipfile.ZipInfo(name), dated.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
