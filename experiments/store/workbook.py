"""Workbooks, and texts that a spreadsheet would calculate."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from experiments.store.charts import Chart, drawn
from experiments.store.files import whole
from sim.errors import InputError

_FORMULA = re.compile(r"[=@]|[+-](?![\d.])")
"""Texts that a spreadsheet would calculate."""
_WIDTH: Final = 17
"""Characters of a column beside charts; names have twice as many."""


def plain_text(text: str) -> str:
    """The text of a cell.

    Raises:
        InputError: one that a spreadsheet would calculate.
    """
    if _FORMULA.match(text):
        raise InputError(f"{text[:60]!r}: a spreadsheet would take it for a formula")
    return text


def write_workbook(
    path: Path,
    sheets: Iterable[tuple[str, Iterable[Sequence[Any]]]],
    lists: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    charts: Mapping[str, Sequence[Chart]] = MappingProxyType({}),
) -> None:
    """Sheets by their names, row by row; the whole book or nothing.

    `lists`: drop-downs by sheet and cell; `charts`: by sheet.
    """
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook(write_only=True)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        if name in charts:
            # Printed as wide as the paper is.
            sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
            sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
            sheet.freeze_panes = "B2"
            sheet.sheet_format.defaultColWidth = _WIDTH
            sheet.column_dimensions["A"].width = 2 * _WIDTH
        for number, row in enumerate(rows):
            sheet.append(_heading(sheet, row) if name in charts and not number else row)
        for cell, options in lists.get(name, {}).items():
            sheet.data_validations.append(DataValidation(type="list", formula1=f'"{options}"', sqref=cell))
        for chart in charts.get(name, ()):
            sheet.add_chart(drawn(chart, sheet), chart.at)
    with whole(path) as unfinished, unfinished.open("wb") as file:
        book.save(file)


def _heading(sheet: Any, row: Sequence[Any]) -> list[Any]:  # noqa: ANN401 - openpyxl has no types
    """Cells of the first row, whose names may be long."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    cells = [WriteOnlyCell(sheet, value) for value in row]
    for cell in cells:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    return cells
