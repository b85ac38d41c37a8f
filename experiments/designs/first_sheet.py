"""The first visible sheet of a workbook, as rows of texts as a user would type them."""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import iterparse

from experiments.overrides import MOST_POINTS
from sim.errors import InputError
from sim.files import content_of

XLSX: Final = ".xlsx"
MOST_COLUMNS: Final = 200


def sheet_of(path: Path) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """Name of a workbook's first visible sheet, and its rows: row numbers, and cells as a user would type them.

    Raises:
        InputError: no workbook that can be read, merged cells, or, once its rows are read, a formula without a value.
    """
    from openpyxl import load_workbook

    with _readable(path):
        content = content_of(path)
        # Formulas' values when the file was saved, and the typed cells; nothing is calculated.
        books = [load_workbook(io.BytesIO(content), read_only=True, data_only=is_value) for is_value in (True, False)]
        sheets = [next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible") for book in books]
        for sheet in sheets:
            sheet.reset_dimensions()  # a program may have stored fewer rows than it wrote
        _check_merged(path, sheets[0])
        return sheets[0].title, _rows(path, sheets)


def _check_merged(path: Path, sheet: Any) -> None:  # noqa: ANN401 - openpyxl has no types
    """Refuse merged cells: all but the first look empty, which would leave a value unchanged."""
    with sheet._get_source() as source:  # noqa: SLF001 - a sheet that is read row by row does not list them
        for _, element in iterparse(source):  # noqa: S314 - as openpyxl reads it
            if element.tag.endswith("}mergeCell"):
                raise InputError(
                    f"{path}: sheet {sheet.title}, cells {element.get('ref')} are merged, and only the first has the"
                    " value; unmerge them, and type a value in each"
                )
            element.clear()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # zip, XML and the library raise different errors for a file that is not a workbook
        raise InputError(f"{path}: cannot be read as a workbook; expected *.xlsx") from error


def _rows(path: Path, sheets: Sequence[Any]) -> Iterator[tuple[int, list[str]]]:
    """Rows of values, compared with the typed cells, because a formula without a value looks like an empty cell."""
    from openpyxl.utils import get_column_letter

    place = f"{path}: sheet {sheets[0].title}"
    with _readable(path):
        both = zip(*(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1) for sheet in sheets), strict=True)
        for number, (values, typed) in enumerate(both, 1):
            if number > 100 * MOST_POINTS:
                raise InputError(f"{place}: more than {100 * MOST_POINTS} rows")
            for column, (value, text) in enumerate(zip(values, typed, strict=True), 1):
                text = getattr(text, "text", text)  # noqa: PLW2901 - an array formula is an object
                if isinstance(text, str) and text.startswith("=") and (value is None or str(value).startswith("#")):
                    reason = "no value is stored for" if value is None else f"{value} is the value of"
                    cell = f"{get_column_letter(column)}{number}"
                    raise InputError(f"{place}, cell {cell}: {reason} the formula {text[:60]!r}; type the value")
            yield number, [_text(cell) for cell in values]


def _text(cell: object) -> str:
    """A workbook's cell as a user would type it: 3 for 3.0, a date for a day without a time, 23:00 for a time."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, dt.time):
        return f"{cell:%H:%M}"
    return str(cell).strip()
