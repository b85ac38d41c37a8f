"""`cargohub calibrate`: indices of months and weekdays from an airport's traffic.

Estimates a calendar of arrivals from EUROCONTROL's daily airport traffic (CSV), looks for breaks in its
level, and writes an arrivals configuration, the estimates and a picture to DIR (calibration/AIRPORT).

  cargohub calibrate airport_traffic.csv                       all that the file has
  cargohub calibrate airport_traffic.csv --from 2022-04-01 --to 2024-05-31 --out DIR
  cargohub calibrate airport_traffic.csv airport=EBLG column=FLT_TOT_1 --json
  cargohub run --config-dir DIR arrivals=eblg                  a run with what was written

--from and --to are the first and last day; a year at least, of every month some days.

An airport's traffic says when flights come, not how many of them are the hub's: `demand.flights_per_day` stays
as it is.
"""

import datetime as dt
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from experiments.arguments import Arguments, date_of, taken_apart
from experiments.frame import console
from experiments.report.calibration_text import arrivals_yaml, document, estimates_csv, group_name, notes, table
from experiments.report.figures.calibration_figure import calibration_svg
from experiments.statistics.calendar_indices import MONTHS, WEEKDAYS, month_of, weekday_of
from experiments.statistics.calibration import Calibration, calibrate
from experiments.store.files import sha256_of, write_all
from experiments.studies.calibrate.airport_traffic import ARRIVALS, AirportTraffic, read_airport_traffic, select_range
from sim.errors import InputError

LEAST_DAYS: Final = 56
"""Known days below which there is nothing to estimate: eight weeks."""
LEAST_DAYS_OF_A_MONTH: Final = 7
"""Known days of each month: all its weekdays once."""
OPTIONS: Final = ("from", "to", "airport", "column")
USUAL_OUT: Final = Path("calibration")


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    path: Path
    first: dt.date | None
    last: dt.date | None
    airport: str | None
    column: str


def main(arguments: Arguments) -> int:
    """Calibrates, writes the files, and says what was found."""
    request = read_request(arguments.words)
    traffic = read_airport_traffic(request.path, airport=request.airport, column=request.column)
    traffic = select_range(traffic, request.path, first=request.first, last=request.last)
    check_coverage(traffic, request.path)
    try:
        result = calibrate(airport=traffic.airport, column=traffic.column, days=traffic.days, counts=traffic.counts)
    except ValueError as error:
        raise InputError(f"{request.path}, {request.column}: {error}") from error
    folder = arguments.out if arguments.out != Arguments("calibrate").out else USUAL_OUT / result.airport
    source, sha256 = request.path.name, sha256_of(request.path)
    files = write(result, folder, source=source, sha256=sha256)
    if arguments.json:
        calibration = document(result, source=source, sha256=sha256)
        console.print_json({**calibration, "files": [str(file) for file in files]})
        return 0
    print(table(result))
    for note in notes(result):
        print(f"warning: {note}", file=sys.stderr)
    print(f"\nWritten to {folder}: {', '.join(str(file.relative_to(folder)) for file in files)}")
    print(f"Use it:     {Arguments('run', (f'arrivals={group_name(result)}',), config_dir=folder).command}")
    return 0


def read_request(words: tuple[str, ...]) -> Request:
    """The file and the options among the words.

    Raises:
        InputError: no file, several files, an unknown option, or a date that is none.
    """
    path, given = taken_apart(words, OPTIONS, "calibrate: one FILE of daily airport traffic")
    return Request(
        path=path,
        first=date_of(given, "from"),
        last=date_of(given, "to"),
        airport=given.get("airport"),
        column=given.get("column", ARRIVALS),
    )


def check_coverage(traffic: AirportTraffic, path: Path) -> None:
    """Whether the known days reach for a calendar.

    Raises:
        InputError: too few days, or a weekday or month with too few.
    """
    place = f"{path}, {traffic.column}"
    if traffic.days.size < LEAST_DAYS:
        raise InputError(f"{place}: at least {LEAST_DAYS} known days (8 weeks) in the range, got {traffic.days.size}")
    for names, of_day, least in ((WEEKDAYS, weekday_of, 1), (MONTHS, month_of, LEAST_DAYS_OF_A_MONTH)):
        known = np.bincount(of_day(traffic.days), minlength=len(names))
        short = [f"{name} {count}" for name, count in zip(names, known.tolist(), strict=True) if count < least]
        if short:
            raise InputError(
                f"{place}: from {traffic.days[0]} to {traffic.days[-1]} too few days are known of {', '.join(short)};"
                f" at least {least} of each"
            )


def write(result: Calibration, folder: Path, *, source: str, sha256: str) -> list[Path]:
    """The result's files, all of them or, if one cannot be written, none."""
    content = {
        folder / "arrivals" / f"{group_name(result)}.yaml": arrivals_yaml(
            result, source=source, sha256=sha256
        ).encode(),
        folder / "estimates.csv": estimates_csv(result).encode(),
        folder / "estimates.json": json.dumps(document(result, source=source, sha256=sha256), indent=2).encode()
        + b"\n",
        folder / "calibration.svg": calibration_svg(result),
    }
    return write_all(content)
