"""The request of `cargohub fit`, and the column of the user's file."""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from experiments.arguments import check_among, taken_apart
from experiments.formatting import listed, short, whole
from experiments.report.sections import sentence_of
from experiments.statistics.families import FAMILIES
from experiments.studies.fit.place import UNITS
from sim.csv_rows import csv_table
from sim.distributions import EMPIRICAL
from sim.distributions.making import LARGEST
from sim.errors import InputError
from sim.names import instant_in, number_of
from sim.scalars import number_hint
from sim.units import Numbers

OPTIONS: Final = ("column", "time", "families", "low", "high", "name", "family", "key", "unit", "scenario")

_ALIKE: Final = 1e-6
"""Values closer than this share of the largest value are equal."""
LEAST: Final = 10
"""Least number of values for which families can be distinguished."""


@dataclass(frozen=True, slots=True)
class Request:
    """The request of the command line."""

    path: Path
    column: str | None
    time: str | None
    families: tuple[str, ...]
    low: float
    high: float | None
    name: str | None
    family: str | None
    """Family to write; None: the best."""
    key: str | None
    """Key of the configuration for the fit."""
    unit: str | None
    """Unit of the values, if they are times."""
    scenario: str | None
    """Scenario with the key; None: the packaged one."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Values (N) of a column in the file's order, and the numbers of their rows."""

    path: Path
    column: str
    values: Numbers
    rows: tuple[int, ...]
    hours: Numbers | None
    """Hours of the day at which the values arrived; None if not known."""

    @property
    def place(self) -> str:
        return f"{self.path}, column {self.column}"

    def cell(self, at: int) -> str:
        return f"{self.path}, row {self.rows[at]}, column {self.column}"


def read_request(words: Sequence[str]) -> Request:
    """The file and the options among the words.

    Raises:
        InputError: no file, several files, an unknown option, or an invalid value.
    """
    path, given = taken_apart(words, OPTIONS, "fit: expected one FILE, a CSV with a header")
    families = tuple(given["families"].split(",")) if "families" in given else tuple(FAMILIES)
    for each in families:
        check_among("families", each, "not a family that can be fitted", FAMILIES)
    low, high = (_end(given, name) for name in ("low", "high"))
    if low is not None and high is None:
        raise InputError("low: needs high=END; without it, values are from 0 or have no lower end")
    if low is not None and high is not None and low >= high:
        raise InputError(f"high: must be above low = {short(low)}, got {short(high)}")
    name = given.get("name")
    if name is not None and not re.fullmatch(r"[a-z]\w*", name):
        raise InputError(f"name: expected small letters, digits and underscores, such as uld_min, got {name[:60]!r}")
    family = given.get("family")
    if family is not None:
        check_among("family", family, "none that is fitted", [*families, EMPIRICAL])
    for option in ("unit", "scenario"):
        if option in given and "key" not in given:
            raise InputError(f"{option}: needs key=KEY")
    texts = [given.get(option) for option in ("name", "family", "key", "unit", "scenario")]
    return Request(path, given.get("column"), given.get("time"), families, low or 0.0, high, *texts)


def read_sample(request: Request) -> Sample:
    """The column, checked against what the families accept.

    Raises:
        InputError: a file that cannot be read, no such column, a cell that is not a number or outside the bounds, or
            too few values.
    """
    table = csv_table(request.path)
    if not table.header:
        raise InputError(f"{request.path}: empty; expected a CSV with a header")
    column = request.column or _only(request.path, table.header)
    at = table.at(column)
    time_at = None if request.time is None else table.at(request.time)
    places, values, hours = [], [], []
    for row, cells in table.rows:
        values.append(_number(cells[at], f"{request.path}, row {row}, column {column}"))
        places.append(row)
        if time_at is not None:
            when = instant_of(cells[time_at], f"{request.path}, row {row}, column {request.time}")
            hours.append(when.hour + when.minute / 60)
    sample = Sample(request.path, column, np.array(values), tuple(places), np.array(hours) if request.time else None)
    _check(sample, request)
    return sample


def _check(sample: Sample, request: Request) -> None:
    values = sample.values
    if len(values) < LEAST:
        raise InputError(f"{sample.place}: needs at least {LEAST} values, got {len(values)}")
    if np.ptp(values) <= _ALIKE * np.abs(values).max():
        raise InputError(sentence_of("fit_constant", place=sample.place, n=len(values), value=short(values[0])))
    refused = {name: FAMILIES[name].refuses(values) for name in request.families}
    for at in np.flatnonzero(np.any(list(refused.values()), axis=0))[:1]:
        names = [name for name in request.families if refused[name][at]]
        rest = [name for name in FAMILIES if not FAMILIES[name].refuses(values).any() and not FAMILIES[name].is_bounded]
        bound = "at least 0" if values[at] < 0 else "above 0"
        raise InputError(
            sentence_of("fit_positive", place=sample.cell(at), bound=bound, families=listed(names, "and"),
                        value=short(values[at]), rest=",".join(rest))
        )  # fmt: skip
    if request.high is not None:
        for at in np.flatnonzero((values <= request.low) | (values >= request.high))[:1]:
            bounds = f"above low = {short(request.low)} and below high = {short(request.high)}"
            raise InputError(f"{sample.cell(at)}: {bounds}, got {short(values[at])}")


def ends_of(sample: Sample, request: Request) -> tuple[float, float]:
    """Ends of possible values: the given ones, those of a share, or 0 and infinity if no value is negative."""
    if request.high is not None:
        return request.low, request.high
    least, most = sample.values.min(), sample.values.max()
    is_time = request.unit is not None or (request.key or "").rpartition("_")[2] in UNITS
    return (-math.inf if least < 0 else 0.0), (1.0 if least > 0 and most < 1 and not is_time else math.inf)


def instant_of(text: str, place: str) -> dt.datetime:
    if (when := instant_in(text)) is None:
        raise InputError(f"{place}: expected an instant such as 2022-09-05 14:30, got {text[:60]!r}")
    return when


def _only(path: Path, header: Sequence[str]) -> str:
    if len(header) > 1:
        raise InputError(f"column: {path} has several ({', '.join(header)}); choose one: column={header[0]}")
    return header[0]


def _end(given: Mapping[str, str], name: str) -> float | None:
    return _number(given[name], name) if name in given else None


def _number(text: str, place: str) -> float:
    number = number_of(text.replace("_", "?"))  # Python reads 1_0 as ten
    if number is None:
        raise InputError(f"{place}: expected a number, got {text[:60]!r}{number_hint(text)}")
    if not math.isfinite(number):
        raise InputError(f"{place}: expected a finite number, got {text}")
    if abs(number) > LARGEST:
        raise InputError(f"{place}: must be within {whole(LARGEST)} of 0, got {text[:60]}")
    return number
