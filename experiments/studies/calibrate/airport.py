"""Indices of months and weekdays from an airport's traffic: a calendar of arrivals, its estimates and a picture."""

import datetime as dt
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from experiments.arguments import Arguments, date_of, taken_apart
from experiments.frame import console
from experiments.frame.written import folder_out
from experiments.report import style
from experiments.report.calibration_text import arrivals_yaml, document, estimates_csv, group_name, notes, table
from experiments.report.figures.matching_figure import calendar
from experiments.report.sections import sentence_of
from experiments.statistics.calendar_indices import MONTHS, WEEKDAYS, Days, month_of, weekday_of
from experiments.statistics.calibration import calibrate
from experiments.store.files import as_json, sha256_of, write_all
from sim.csv_rows import csv_table
from sim.errors import InputError
from sim.names import number_of
from sim.reading import near
from sim.units import Numbers

DATE: Final = "FLT_DATE"
AIRPORT: Final = "APT_ICAO"
ARRIVALS: Final = "FLT_ARR_1"
UNKNOWN: Final = ("", "NA")
MOST_FLIGHTS: Final = 10_000
"""No airport handles more a day: a larger count is a mistake [flights/day]."""

_ICAO: Final = re.compile("[A-Z][A-Z0-9]{3}")


@dataclass(frozen=True, slots=True)
class AirportTraffic:
    """The known days (N, ascending, each once) of an airport and their `counts` (N) [flights/day]."""

    airport: str
    column: str
    days: Days
    counts: Numbers


def read_airport_traffic(path: Path, *, airport: str | None, column: str) -> AirportTraffic:
    """The known days of `column` at `airport`; None: the file's only airport.

    Raises:
        InputError: an unreadable file, a missing column, an unknown or ambiguous airport, and in the
            airport's rows: a date that is invalid or occurs twice, or an invalid count.
    """
    table = csv_table(path, may_be_latin=True)  # only the airport's name is outside ASCII
    if not table.header:
        raise InputError(sentence_of("empty_traffic", path=path))
    if DATE not in table.header and "kpi" in table.header:
        raise InputError(sentence_of("no_daily_traffic", path=path))
    date_at, airport_at, count_at = map(table.at, (DATE, AIRPORT, column))
    wanted = None if airport is None else airport.upper()
    seen: dict[str, None] = {}
    counts: dict[dt.date, float] = {}
    row_of: dict[dt.date, int] = {}
    for row, cells in table.rows:
        code = cells[airport_at].upper()
        if not _ICAO.fullmatch(code):
            raise InputError(f"{path}, row {row}, {AIRPORT}: expected an ICAO code such as EBLG, got {code!r}")
        seen[code] = None
        if code != (wanted or next(iter(seen))):
            continue
        day = _date(cells[date_at], f"{path}, row {row}, {DATE}")
        if day in row_of:
            raise InputError(f"{path}, row {row}, {DATE}: {day} occurs twice for {code}, first in row {row_of[day]}")
        row_of[day] = row
        text = cells[count_at]
        if text not in UNKNOWN:
            counts[day] = _count(text, f"{path}, row {row}, {column}")
    chosen = _choose(path, seen, wanted)
    if not counts:
        raise InputError(f"{path}, {column}: no day of {chosen} has a count")
    days = sorted(counts)
    by_day = np.array([counts[day] for day in days], dtype=np.float64)
    return AirportTraffic(chosen, column, np.array(days, dtype="datetime64[D]"), by_day)


def _choose(path: Path, seen: dict[str, None], wanted: str | None) -> str:
    codes = sorted(seen)
    shown = ", ".join(codes[:20]) + (f" and {len(codes) - 20} more" if len(codes) > 20 else "")
    if not codes:
        raise InputError(f"{path}: no row below the header")
    if wanted is None and len(codes) > 1:
        raise InputError(f"{path}, {AIRPORT}: several airports ({shown}); choose one, such as airport={codes[0]}")
    if wanted is not None and wanted not in seen:
        raise InputError(f"{path}, {AIRPORT}: no row of {wanted!r}{near(wanted, codes)}; the file has {shown}")
    return wanted or codes[0]


def _date(text: str, place: str) -> dt.date:
    try:
        # The file's other edition has dates such as 2019-01-01T00:00:00Z.
        return dt.date.fromisoformat(text[:10] if text[10:11] in ("T", " ") else text)
    except ValueError:
        raise InputError(f"{place}: expected a date YYYY-MM-DD, got {text!r}") from None


def _count(text: str, place: str) -> float:
    number = number_of(text.replace("_", "?"))  # Python reads 1_0 as ten
    if number is None:
        raise InputError(f"{place}: expected a whole number of flights, or empty if unknown, got {text!r}")
    if not 0 <= number <= MOST_FLIGHTS:
        raise InputError(f"{place}: expected from 0 to {MOST_FLIGHTS} flights, got {text}")
    if number != round(number):
        raise InputError(f"{place}: expected a whole number of flights, got {text}")
    return number


def select_range(traffic: AirportTraffic, path: Path, *, first: dt.date | None, last: dt.date | None) -> AirportTraffic:
    """The days from `first` to `last`, both included; None: the first or last known day.

    Raises:
        InputError: `first` after `last`, or one of them outside the known days.
    """
    if first is not None and last is not None and first > last:
        raise InputError(f"--from {first}: after --to {last}")
    known: tuple[dt.date, dt.date] = tuple(traffic.days[[0, -1]].tolist())
    for option, day in (("--from", first), ("--to", last)):
        if day is not None and not known[0] <= day <= known[1]:
            values = {"option": option, "day": day, "path": path, "column": traffic.column}
            raise InputError(sentence_of("day_outside", **values, first=known[0], last=known[1]))
    days = traffic.days
    inside = (days >= np.datetime64(first or known[0])) & (days <= np.datetime64(last or known[1]))
    return replace(traffic, days=days[inside], counts=traffic.counts[inside])


LEAST_DAYS: Final = 56
"""Least number of known days, eight weeks: with fewer, nothing can be estimated."""
LEAST_DAYS_OF_A_MONTH: Final = 7
"""Least number of known days of each month: all its weekdays once."""
OPTIONS: Final = ("from", "to", "airport", "column")
USUAL_OUT: Final = Path("calibration")


def main(arguments: Arguments) -> int:
    """Calibrate, write the files, and print the result."""
    path, given = taken_apart(arguments.words, OPTIONS, "calibrate: expected one FILE of daily airport traffic")
    first, last, column = date_of(given, "from"), date_of(given, "to"), given.get("column", ARRIVALS)
    known = read_airport_traffic(path, airport=given.get("airport"), column=column)
    traffic = select_range(known, path, first=first, last=last)
    check_coverage(traffic, path)
    try:
        result = calibrate(airport=traffic.airport, column=column, days=traffic.days, counts=traffic.counts)
    except ValueError as error:
        raise InputError(f"{path}, {column}: {error}") from error
    folder = folder_out(arguments) or USUAL_OUT / result.airport
    about = {"source": path.name, "sha256": sha256_of(path)}
    plain = document(result, **about)
    files = write_all({
        folder / "arrivals" / f"{group_name(result)}.yaml": arrivals_yaml(result, **about).encode(),
        folder / "estimates.csv": estimates_csv(result).encode(),
        folder / "estimates.json": as_json(plain),
        folder / "calibration.svg": style.svg_of(calendar, result),
    })  # fmt: skip
    if arguments.json:
        return console.report(arguments, {**plain, "files": [str(file) for file in files]})
    print(table(result))
    for note in notes(result):
        print(f"warning: {note}", file=sys.stderr)
    print(f"\nWritten to {folder}: {', '.join(str(file.relative_to(folder)) for file in files)}")
    print(f"Use it:     {Arguments('run', (f'arrivals={group_name(result)}',), config_dir=folder).command}")
    return 0


def check_coverage(traffic: AirportTraffic, path: Path) -> None:
    """Refuse known days that are too few for a calendar.

    Raises:
        InputError: too few days, or a weekday or month with too few.
    """
    place = f"{path}, {traffic.column}"
    if traffic.days.size < LEAST_DAYS:
        raise InputError(f"{place}: needs {LEAST_DAYS} known days (8 weeks) in the range, got {traffic.days.size}")
    for names, of_day, least in ((WEEKDAYS, weekday_of, 1), (MONTHS, month_of, LEAST_DAYS_OF_A_MONTH)):
        known = np.bincount(of_day(traffic.days), minlength=len(names))
        short = [f"{name} {count}" for name, count in zip(names, known.tolist(), strict=True) if count < least]
        if short:
            values = {"place": place, "first": traffic.days[0], "last": traffic.days[-1], "least": least}
            raise InputError(sentence_of("too_few_days", **values, names=", ".join(short)))
