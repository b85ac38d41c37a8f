"""The first sheet of a workbook, as rows of texts that would be typed."""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from experiments.overrides import MOST_POINTS
from sim.errors import InputError
from sim.files import content_of

XLSX: Final = ".xlsx"
MOST_COLUMNS: Final = 200


def sheet_of(path: Path) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """The name of a workbook's first sheet, and its rows: their numbers, and their cells as they would be typed.

    Raises:
        InputError: no workbook that can be read, or, once its rows are read, a formula without a value.
    """
    from openpyxl import load_workbook

    with _readable(path):
        content = content_of(path)
        # The values that formulas had when the file was saved, beside what was typed; nothing is calculated.
        sheets = [
            load_workbook(io.BytesIO(content), read_only=True, data_only=is_value).worksheets[0]
            for is_value in (True, False)
        ]
        return sheets[0].title, _rows(path, sheets)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # zip, XML and library each have errors of their own for what is no workbook
        raise InputError(f"{path}: cannot be read as a workbook; expected *.xlsx") from error


def _rows(path: Path, sheets: Sequence[Any]) -> Iterator[tuple[int, list[str]]]:
    """Of values, beside what was typed: a formula without a value would read as an empty cell."""
    from openpyxl.utils import get_column_letter

    place = f"{path}: sheet {sheets[0].title}"
    with _readable(path):
        both = zip(*(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1) for sheet in sheets), strict=True)
        for number, (values, typed) in enumerate(both, 1):
            if number > 100 * MOST_POINTS:
                raise InputError(f"{place}: more than {100 * MOST_POINTS} rows")
            for column, (value, text) in enumerate(zip(values, typed, strict=True), 1):
                if isinstance(text, str) and text.startswith("=") and (value is None or str(value).startswith("#")):
                    found = "no value is stored for" if value is None else f"{value} is the value of"
                    cell = f"{get_column_letter(column)}{number}"
                    raise InputError(f"{place}, cell {cell}: {found} the formula {text[:60]!r}; type the value")
            yield number, [_text(cell) for cell in values]


def _text(cell: object) -> str:
    """A workbook's cell as it would be typed: 3.0 is 3, a day without a time is a date."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell).strip()
