"""Workbooks with Excel charts over their cells, and texts that a spreadsheet must not calculate."""

import errno
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from experiments.store.files import check_clock, write_whole

Excel: TypeAlias = Any
"""An object of openpyxl, which has no types."""
_CHART_CM: Final = 18.0
_LEAST_CM: Final = 7.5
_BAR_CM: Final = 0.35
_LINE_EMU: Final = 22_000
_NUMBERS: Final = "[>=10]#,##0;General"
_ABOUT: Final = "docProps/core.xml"
_INSTANT: Final = re.compile(rb'(W3CDTF">)[^<]*')


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart over rows of its sheet; rows and columns count from 1; row 1 names the series.

    The first of the `columns` contains the categories, or the x of lines; each other column is a series.
    """

    title: str
    x_title: str
    y_title: str
    rows: tuple[int, int]
    """First and last row."""
    columns: tuple[int, ...]
    colors: Sequence[str]
    """Colours of the series, as #RRGGBB."""
    at: str
    """Cell of the chart's corner."""
    kind: str = "columns"
    """columns; bars, with names at the side; lines, over numbers."""
    ends: Sequence[tuple[int, int]] = ()
    """For each series: columns with the distances from the mean to the lower and upper end of its interval."""


def drawn(chart: Chart, sheet: Excel) -> Excel:
    from openpyxl.chart import BarChart, Reference, ScatterChart, Series

    first, last = chart.rows
    is_lines, is_sideways = chart.kind == "lines", chart.kind == "bars"

    def cells(column: int) -> Excel:
        return Reference(sheet, min_col=column, min_row=first, max_row=last)

    made = ScatterChart(scatterStyle="lineMarker") if is_lines else BarChart()
    made.title, made.style, made.width = chart.title, 2, _CHART_CM
    made.height = max(_LEAST_CM, 4 + _BAR_CM * (last - first + 1) * len(chart.columns)) if is_sideways else _LEAST_CM
    names, *values = chart.columns
    for at, column in enumerate(values):
        series = Series(cells(column), cells(names) if is_lines else None, title_from_data=False)
        series.tx = _name(sheet, column)
        color = chart.colors[at % len(chart.colors)].removeprefix("#")
        if is_lines:
            series.marker.symbol, series.smooth = "none", False
            series.graphicalProperties.line.solidFill, series.graphicalProperties.line.width = color, _LINE_EMU
        else:
            series.graphicalProperties.solidFill = color
        if chart.ends:
            series.errBars = _error_bars(*map(cells, chart.ends[at]))
        made.series.append(series)
    if not is_lines:
        made.set_categories(cells(names))
        made.type, made.gapWidth = ("bar" if is_sideways else "col"), 60
        if is_sideways:
            made.x_axis.scaling.orientation = "maxMin"  # the first row on top
            made.y_axis.crosses = "max"
    made.legend.position, made.legend.overlay = "b", False
    if len(values) == 1:
        made.legend = None
    for axis, title in ((made.x_axis, chart.x_title), (made.y_axis, chart.y_title)):
        axis.delete, axis.title, axis.number_format = False, title or None, _NUMBERS
    made.x_axis.tickLblPos = "low"
    if is_lines:
        made.x_axis.scaling.min = 0
    else:
        made.x_axis.tickLblSkip = 1
    return made


def _name(sheet: Excel, column: int) -> Excel:
    from openpyxl.chart.data_source import StrRef
    from openpyxl.chart.series import SeriesLabel
    from openpyxl.utils import get_column_letter, quote_sheetname

    return SeriesLabel(strRef=StrRef(f"{quote_sheetname(sheet.title)}!${get_column_letter(column)}$1"))


def _error_bars(below: Excel, above: Excel) -> Excel:
    from openpyxl.chart.data_source import NumDataSource, NumRef
    from openpyxl.chart.error_bar import ErrorBars

    minus, plus = (NumDataSource(numRef=NumRef(f=str(cells))) for cells in (below, above))
    return ErrorBars(errDir="y", errBarType="both", errValType="cust", noEndCap=False, minus=minus, plus=plus)


_FORMULA: Final = re.compile(r"(^|[;\t\r])(?=\s*[=@+-])")
"""Places before formulas: at the beginning, and where a spreadsheet may split a line into cells."""
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?%?")
_WIDTH: Final = 17
"""Characters of a column beside charts; columns of names have twice as many."""


def plain_text(text: str) -> str:
    """Text of a cell, with an apostrophe before anything a spreadsheet would calculate; numbers are unchanged.

    >>> plain_text("-2+3"), plain_text("-30%"), plain_text("a;=A1")
    ("'-2+3", '-30%', "a;'=A1")
    """
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1'", text)


def write_workbook(
    path: Path,
    sheets: Iterable[tuple[str, Iterable[Sequence[Any]]]],
    lists: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    charts: Mapping[str, Sequence[Chart]] = MappingProxyType({}),
) -> None:
    """Write sheets by name, row by row; the whole book or nothing.

    `lists`: drop-downs by sheet and cell; `charts`: by sheet.
    """
    from openpyxl import Workbook

    check_clock()
    book = Workbook(write_only=True)
    content = io.BytesIO()
    with _closed(book):
        for name, rows in sheets:
            _fill(book.create_sheet(name), rows, lists.get(name, {}), charts.get(name))
        book.save(content)
    write_whole(path, _undated(content))


def _undated(content: io.BytesIO) -> bytes:
    """The book without its time of writing, so that the same command gives the same bytes.

    Raises:
        OSError: a sheet whose last lines could not be written, which lxml does not report.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(content) as book, zipfile.ZipFile(made, "w") as undated:
        for name in book.namelist():
            part = _INSTANT.sub(rb"\g<1>2000-01-01T00:00:00Z", book.read(name)) if name == _ABOUT else book.read(name)
            if name.startswith("xl/worksheets/") and name.endswith(".xml") and not part.endswith(b"</worksheet>"):
                raise OSError(errno.EIO, os.strerror(errno.EIO), tempfile.gettempdir())
            undated.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return made.getvalue()


@contextmanager
def _closed(book: Excel) -> Iterator[None]:
    """Close files that openpyxl opened when the disk is full: otherwise Python prints the same error again later.

    Raises:
        OSError: a full disk, for which lxml (used by openpyxl if installed) has its own error.
    """
    try:
        yield
    except Exception as error:
        for sheet in book.worksheets:
            for each in (sheet, sheet._writer):  # noqa: SLF001 - nothing else closes it
                with suppress(Exception):
                    each.close()
        name = str(error)
        number = getattr(errno, name.removeprefix("IO_"), errno.EIO if name.startswith("IO_") else None)
        if not isinstance(number, int):
            raise
        raise OSError(number, os.strerror(number), tempfile.gettempdir()) from error


def _fill(
    sheet: Excel, rows: Iterable[Sequence[Any]], lists: Mapping[str, str], charts: Sequence[Chart] | None
) -> None:
    """Fill a sheet; `charts` None: the sheet has no room for charts."""
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.properties import PageSetupProperties

    if charts is not None:
        # Printed to the width of the paper.
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.freeze_panes = "B2"
        sheet.sheet_format.defaultColWidth = _WIDTH
        sheet.column_dimensions["A"].width = 2 * _WIDTH
    for number, row in enumerate(rows):
        sheet.append(row if charts is None or number else _heading(sheet, row))
    for cell, options in lists.items():
        sheet.data_validations.append(DataValidation(type="list", formula1=f'"{options}"', sqref=cell))
    for chart in charts or ():
        sheet.add_chart(drawn(chart, sheet), chart.at)


def _heading(sheet: Excel, row: Sequence[Any]) -> list[Excel]:
    """Cells of the first row, whose names may be long."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    cells = [WriteOnlyCell(sheet, value) for value in row]
    for cell in cells:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    return cells
