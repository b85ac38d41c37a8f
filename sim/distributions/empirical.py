"""Measured values as a distribution: a column of a CSV file, where each value is equally likely."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.csv_rows import csv_rows
from sim.errors import InputError
from sim.names import number_of
from sim.reading import near
from sim.units import Numbers


class Empirical:
    """The empirical distribution function of measured values."""

    def __init__(self, values: Numbers) -> None:
        self.values = np.sort(values)

    def cdf(self, x: Any) -> Any:  # noqa: ANN401 - numbers or columns
        return np.searchsorted(self.values, x, side="right") / len(self.values)

    def mean(self) -> float:
        return float(self.values.mean())

    def inverse(self, u: Any) -> Any:  # noqa: ANN401 - numbers or columns
        return self.values[np.minimum((np.asarray(u) * len(self.values)).astype(np.int64), len(self.values) - 1)]


def written_at(file: str) -> int:
    """When a file was last written [ns].

    Raises:
        InputError: it cannot be read.
    """
    try:
        return Path(file).stat().st_mtime_ns
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error


@lru_cache(maxsize=64)
def values_of(file: str, column: str | None, lowest: float, _written_at: int) -> Numbers:
    """The values of a column, none below `lowest`. Without a column name, the file must have a single column.

    Raises:
        InputError: an unreadable file, no such column, or an entry that is not a value, with file, row and entry.
    """
    table = csv_rows(Path(file))
    _, header = next(table, (1, []))
    if not header:
        raise InputError(f"{file}: empty; expected a header and a row for each value")
    if column is None and len(header) > 1:
        raise InputError(f"{file}: several columns; set column to one of {', '.join(header)}")
    name = header[0] if column is None else column
    if name not in header:
        raise InputError(f"{file}: no column {name!r}{near(name, header)}")
    if number_of(header[0]) is not None:
        raise InputError(f"{file}: row 1: expected a header with names of columns, got {header[0]!r}")
    at, values = header.index(name), []
    for line, cells in table:
        text = cells[at] if at < len(cells) else ""
        value = number_of(text)
        if value is None or not np.isfinite(value) or value < lowest:
            wanted = "a finite number" if lowest == -np.inf else f"a finite number of at least {lowest:g}"
            raise InputError(f"{file}: row {line}: {name}: expected {wanted}, got {text!r}")
        values.append(value)
    if len(set(values)) < 2:
        got = f"{values[0]:g} {len(values)} times" if values else "none"
        raise InputError(f"{file}: {name}: at least two different values, got {got}")
    return np.array(values)
