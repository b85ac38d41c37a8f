"""Workbooks, and texts that a spreadsheet would calculate."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from experiments.store.files import whole
from sim.errors import InputError

_FORMULA = re.compile(r"[=@]|[+-](?![\d.])")
"""Texts that a spreadsheet would calculate."""


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
) -> None:
    """Sheets by their names, row by row; the whole book or nothing. `lists`: drop-downs by sheet and cell."""
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook(write_only=True)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cell, options in lists.get(name, {}).items():
            sheet.data_validations.append(DataValidation(type="list", formula1=f'"{options}"', sqref=cell))
    with whole(path) as unfinished, unfinished.open("wb") as file:
        book.save(file)
