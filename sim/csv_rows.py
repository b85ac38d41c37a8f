"""Reading a user's CSV file (commas, semicolons or tabs), and writing the program's tables."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError
from sim.files import content_of
from sim.reading import near


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A header (empty for an empty file), and rows that are as long as the header."""

    path: Path
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]

    def at(self, name: str) -> int:
        """The position of the column of this name.

        Raises:
            InputError: there is no such column, or several.
        """
        if name not in self.header:
            raise InputError(f"{self.path}: no column {name[:60]!r}{near(name, filter(None, self.header))}")
        if self.header.count(name) > 1:
            raise InputError(f"{self.path}: column {name!r} occurs {self.header.count(name)} times")
        return self.header.index(name)

    def cells_of(self, names: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
        """The cells of each row in these columns, by name.

        Raises:
            InputError: as `at`; also, at the end, if there is no row.
        """
        places = {name: self.at(name) for name in names}
        has_rows = False
        for row, cells in self.rows:
            has_rows = True
            yield row, {name: cells[at] for name, at in places.items()}
        if not has_rows:
            raise InputError(f"{self.path}: no row below the header")


def csv_table(path: Path, *, may_be_latin: bool = False) -> CsvTable:
    """The file as a table; each row has the number of the line on which it ends.

    Raises:
        InputError: as `csv_rows`; also, when it is read, a row that is not as long as the header.
    """
    rows = csv_rows(path, may_be_latin=may_be_latin)
    _, header = next(rows, (1, []))

    def checked() -> Iterator[tuple[int, list[str]]]:
        for row, cells in rows:
            if len(cells) != len(header):
                raise InputError(f"{path}, row {row}: {len(cells)} cells, the header has {len(header)}")
            yield row, cells

    return CsvTable(path, header, checked())


def csv_rows(path: Path, *, hint: str = "", may_be_latin: bool = False) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with the line on which each ends; cells have no blanks around them.

    `hint` is added to the message on an unreadable file. With `may_be_latin` the file may be Latin-1, as older
    spreadsheets write it.

    Raises:
        InputError: the file cannot be read, or is not a CSV.
    """
    data = content_of(path, hint=hint)
    if b"\0" in data:
        raise InputError(f"{path}: not a text file; expected CSV in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not may_be_latin:
            raise InputError(f"{path}: not UTF-8 text (byte {error.start}); save it as CSV UTF-8") from error
        text = data.decode("latin-1")
    # Names of columns may have commas: in quotes, or where semicolons or tabs separate them.
    first = re.sub('"[^"]*"', "", text.lstrip("\r\n").partition("\n")[0])
    table = csv.reader(io.StringIO(text, newline=""), delimiter=max("\t;,", key=first.count), strict=True)
    try:
        for cells in table:
            if any(stripped := [cell.strip() for cell in cells]):
                yield table.line_num, stripped
    except csv.Error as error:
        raise InputError(f"{path}: row {table.line_num}: not CSV: {error}") from error


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """The rows as the text of a CSV file.

    >>> csv_text([("name", "n"), ("a, b", 3)]).splitlines()
    ['name,n', '"a, b",3']
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
