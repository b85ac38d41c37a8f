"""`cargohub schedule FILE`: what flights a timetable holds, and those of one airport as a file that a run replays.

Reads IATA's SSIM, chapter 7, or a CSV of flights such as a run reads; says what is in it; and writes the flights that
the filters leave, with a picture of their week. Times are the hub's without daylight saving, as everywhere in the
model: `clock` is their distance from UTC, by default Liège's +0100 and elsewhere the least that the file has there.
"""

import csv
import datetime as dt
import io
import json
import re
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.report.schedule_figure import HOURS, WEEKDAYS, WeekPattern, schedule_svg
from experiments.store.files import sha256_of, whole
from sim.errors import InputError
from sim.inputs.flight_file import read_flight_file
from sim.inputs.ssim import FREIGHTERS, Leg, expand, read_ssim
from sim.reading import near
from sim.units import TICKS_PER_MIN

OPTIONS: Final = ("airport", "airline", "type", "from", "to", "service", "clock", "skip_bad")
SSIM_ONLY: Final = ("airport", "service", "clock", "skip_bad")
USUAL_OUT: Final = Path("schedule")
HOME: Final = "LGG"
HOME_CLOCK_MIN: Final = 60
"""Liège's time without daylight saving, less UTC [min]."""
FLEET_OF_TYPE: Final = {"77X": "b777f", "77F": "b777f"}
"""IATA's aircraft types that the packaged fleet has."""
MOST_DAYS: Final = 3 * 366
"""Longest range that is expanded [d]."""
MOST_SAID: Final = 8
"""Entries of a count that are printed."""
_EPOCH: Final = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    path: Path
    airport: str
    airlines: frozenset[str]
    """Empty: all, and so for the types and services."""
    types: frozenset[str]
    services: frozenset[str]
    first: dt.date | None
    last: dt.date | None
    clock_min: int | None
    skip_bad: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A flight as it is written."""

    sibt: dt.datetime
    flight: str
    arrival: dt.datetime | None = None
    aircraft: str | None = None
    parcels: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a file holds, and the flights chosen from it."""

    name: str
    source: str
    content: dict[str, Any]
    """About the whole file, as it is told."""
    clock: str
    calls: tuple[Call, ...]
    bad: tuple[str, ...]
    n_twice: int
    """Flights left out because another has their name and time."""

    @property
    def pattern(self) -> WeekPattern:
        hours = [call.sibt.weekday() * HOURS + call.sibt.hour for call in self.calls]
        counts = np.bincount(hours, minlength=len(WEEKDAYS) * HOURS).reshape(len(WEEKDAYS), HOURS)
        return WeekPattern(self.name, self.calls[0].sibt.date(), self.calls[-1].sibt.date(), counts)


def main(arguments: Arguments) -> int:
    """Reads, chooses, writes, and says what was found."""
    request = read_request(arguments.words)
    fleet = tuple(load(config_dir=arguments.config_dir).fleet)
    result = (_of_ssim if _is_ssim(request.path) else _of_table)(request, fleet)
    folder = arguments.out if arguments.out != Arguments("schedule").out else USUAL_OUT / result.name
    if request.path.resolve() == (folder / "flights.csv").resolve():
        raise InputError(f"{request.path}: would be written over; give another --out DIR")
    found = document(result, sha256=sha256_of(request.path))
    files = write(result, found, folder)
    for reason in result.bad[:MOST_SAID]:
        print(f"warning: left out: {reason}", file=sys.stderr)
    if len(result.bad) > MOST_SAID:
        print(f"warning: left out: {len(result.bad) - MOST_SAID} more", file=sys.stderr)
    if arguments.json:
        print(json.dumps({**found, "files": [str(file) for file in files]}, indent=2))
        return 0
    print(table(result))
    print(f"\nWritten to {folder}: {', '.join(file.name for file in files)}")
    schedule = shlex.quote(f"arrivals.schedule={files[0]}")
    print(f"Use it:     cargohub run arrivals=file {schedule} start_date={result.pattern.first}")
    return 0


def read_request(words: tuple[str, ...]) -> Request:
    """The file and the options among the words.

    Raises:
        InputError: no file, several files, an unknown option, or a value that is none.
    """
    path, given = _taken_apart(words)
    is_ssim = _is_ssim(path)
    for key in SSIM_ONLY:
        if key in given and not is_ssim:
            raise InputError(f"{key}: {path} is a table of flights, which does not tell; only SSIM does")
    first, last = _date(given, "from"), _date(given, "to")
    if first is not None and last is not None and last < first:
        raise InputError(f"to: a day not before from, {first}, got {last}")
    skip_bad = given.get("skip_bad", "false")
    if skip_bad not in {"true", "false"}:
        raise InputError(f"skip_bad: true or false, got {skip_bad!r}")
    services: list[str] = []
    if given.get("service") != "all":
        services = _codes(given, "service", "[A-Z]", "service types, as F,M,H,A, or all", ",".join(FREIGHTERS))
    types = given["type"].split(",") if "type" in given else []
    if is_ssim:
        types = _codes(given, "type", "[A-Z0-9]{3}", "IATA aircraft types of 3 characters, as 77X,74Y")
    (airport,) = _codes(given, "airport", "[A-Z]{3}", "one airport of 3 letters", HOME, most=1)
    return Request(
        path=path,
        airport=airport,
        airlines=frozenset(_codes(given, "airline", "[A-Z0-9]{2,3}", "airlines of 2 or 3 characters, as CV,5X")),
        types=frozenset(types),
        services=frozenset(services),
        first=first,
        last=last,
        clock_min=_clock(given),
        skip_bad=skip_bad == "true",
    )


def table(result: Schedule) -> str:
    """What the file holds and what was chosen, for a terminal."""
    lines = [f"{result.source}:"]
    for name, value in result.content.items():
        lines.append(f"  {name.replace('_', ' '):<24}{_said(value) if isinstance(value, dict) else value}")
    pattern = result.pattern
    days = (pattern.last - pattern.first).days + 1
    flights = "1 flight" if len(result.calls) == 1 else f"{len(result.calls)} flights"
    a_day = f"{len(result.calls) / days:.2f} a day"
    lines += [
        "",
        f"{result.name}: {flights} from {pattern.first} to {pattern.last}, {a_day}; clock {result.clock}",
        f"  {'by weekday':<24}{_said(dict(zip(WEEKDAYS, pattern.counts.sum(axis=1).tolist(), strict=True)))}",
        f"  {'by hour':<24}{' '.join(str(count) for count in pattern.counts.sum(axis=0).tolist())}",
    ]
    if result.n_twice:
        lines.append(f"  {'left out, there twice':<24}{result.n_twice}")
    return "\n".join(lines)


def document(result: Schedule, *, sha256: str) -> dict[str, Any]:
    """What the file holds and what was chosen, for a program."""
    pattern = result.pattern
    return {
        "source": result.source,
        "sha256": sha256,
        "content": result.content,
        "records_left_out": len(result.bad),
        "name": result.name,
        "clock": result.clock,
        "n_flights": len(result.calls),
        "n_twice": result.n_twice,
        "first": pattern.first.isoformat(),
        "last": pattern.last.isoformat(),
        "flights_by_weekday_and_hour": pattern.counts.tolist(),
    }


def flights_csv(calls: Sequence[Call]) -> str:
    """The flights as `arrivals=file` reads them; a column that no flight fills is left out."""
    rows = [
        {
            "flight": call.flight,
            "sibt": _instant(call.sibt),
            "arrival": "" if call.arrival is None else _instant(call.arrival),
            "aircraft": call.aircraft or "",
            "parcels": "" if call.parcels is None else str(call.parcels),
        }
        for call in calls
    ]
    columns = [name for name in rows[0] if any(row[name] for row in rows)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write(result: Schedule, found: dict[str, Any], folder: Path) -> list[Path]:
    """The result's files, all of them or, if one cannot be written, none."""
    content = {
        folder / "flights.csv": flights_csv(result.calls).encode(),
        folder / "schedule.json": json.dumps(found, indent=2).encode() + b"\n",
        folder / "schedule.svg": schedule_svg(result.pattern),
    }
    with ExitStack() as stack:
        # Each file takes its name when the stack unwinds, after the last of them has been written.
        for path, data in content.items():
            stack.enter_context(whole(path)).write_bytes(data)
    return list(content)


def _taken_apart(words: tuple[str, ...]) -> tuple[Path, dict[str, str]]:
    given: dict[str, str] = {}
    files: list[str] = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or Path(word).exists():
            files.append(word)
        elif key not in OPTIONS:
            raise InputError(f"{word!r}: unknown option{near(key, OPTIONS)}")
        elif key in given:
            raise InputError(f"{word!r}: {key} is given twice")
        elif not value:
            raise InputError(f"{word!r}: {key} is empty")
        else:
            given[key] = value
    if len(files) != 1:
        raise InputError(f"schedule: one FILE, in SSIM or CSV, got {', '.join(files) or 'none'}")
    return Path(files[0]), given


def _of_ssim(request: Request, fleet: tuple[str, ...]) -> Schedule:
    timetable = read_ssim(request.path, skip_bad=request.skip_bad)
    legs = _chosen_legs(request, timetable.legs)
    clock_min = _clock_of(request, legs)
    first, last = _range(request, legs, timetable.last_day)
    flights = expand(legs, first, last, clock_min=clock_min)
    if not flights:
        raise InputError(f"{request.path}: none of {len(legs)} legs to {request.airport} flies from {first} to {last}")
    calls: dict[tuple[dt.datetime, str], Call] = {}
    for sibt, leg in flights:
        aircraft = FLEET_OF_TYPE.get(leg.aircraft)
        calls.setdefault((sibt, leg.flight), Call(sibt, leg.flight, aircraft=aircraft if aircraft in fleet else None))
    by_service = _counts(leg.service for leg in timetable.legs)
    content = {
        "format": "SSIM, chapter 7",
        "legs": len(timetable.legs),
        "records_left_out": len(timetable.bad),
        "codeshares": sum(leg.is_codeshare for leg in timetable.legs),
        "airlines": _counts(leg.airline for leg in timetable.legs),
        "aircraft_types": _counts(leg.aircraft for leg in timetable.legs),
        "service_types": by_service,
        "freighters": {code: count for code, count in by_service.items() if code in FREIGHTERS},
        "destinations": _counts(leg.destination for leg in timetable.legs),
    }
    sign = "-" if clock_min < 0 else "+"
    return Schedule(
        name=request.airport,
        source=request.path.name,
        content=content,
        clock=f"UTC{sign}{abs(clock_min) // 60:02}{abs(clock_min) % 60:02}",
        calls=tuple(calls.values()),
        bad=timetable.bad,
        n_twice=len(flights) - len(calls),
    )


def _chosen_legs(request: Request, legs: Sequence[Leg]) -> list[Leg]:
    """The legs that pass every filter.

    Raises:
        InputError: none passes; names the first filter that left none, and what there was.
    """
    filters: tuple[tuple[str, Callable[[Leg], str], frozenset[str], str], ...] = (
        ("service", lambda leg: leg.service, request.services, "; service=all takes every flight"),
        ("airport", lambda leg: leg.destination, frozenset({request.airport}), ""),
        ("airline", lambda leg: leg.airline, request.airlines, ""),
        ("type", lambda leg: leg.aircraft, request.types, ""),
    )
    left = list(legs)
    for option, value_of, wanted, hint in filters:
        chosen = [leg for leg in left if not wanted or value_of(leg) in wanted]
        if not chosen:
            raise InputError(
                f"{request.path}: {option}={','.join(sorted(wanted))}: none of {len(left)} legs left;"
                f" there are {_said(_counts(map(value_of, left)))}{hint}"
            )
        left = chosen
    return left


def _clock_of(request: Request, legs: Sequence[Leg]) -> int:
    if request.clock_min is not None:
        return request.clock_min
    if request.airport == HOME:
        return HOME_CLOCK_MIN
    variations = [leg.arrival_variation_min for leg in legs if leg.arrival_variation_min is not None]
    if not variations:
        raise InputError(
            f"{request.path}: the file does not tell the time of {request.airport} less UTC; give clock=+HHMM"
        )
    return min(variations)


def _range(request: Request, legs: Sequence[Leg], last_day: dt.date | None) -> tuple[dt.date, dt.date]:
    """From the first to the last day on which a flight may arrive."""
    # A flight arrives, on the hub's clock, from a day before its day of operation to ten days after.
    first = request.first or min(leg.first for leg in legs) - dt.timedelta(days=2)
    last = request.last
    if last is None:
        ends = [leg.last or last_day for leg in legs]
        known = [end for end in ends if end is not None]
        if len(known) < len(ends):
            raise InputError(f"{request.path}: flights until further notice; give to=YYYY-MM-DD")
        last = max(known) + dt.timedelta(days=11)
    if (last - first).days > MOST_DAYS:
        raise InputError(
            f"{request.path}: from {first} to {last} are {(last - first).days} days; at most {MOST_DAYS}:"
            " give from=YYYY-MM-DD and to=YYYY-MM-DD"
        )
    return first, last


def _of_table(request: Request, fleet: tuple[str, ...]) -> Schedule:
    def instant(ticks: int) -> dt.datetime:
        seconds = round(ticks / TICKS_PER_MIN * 60, 3)
        return dt.datetime.combine(_EPOCH, dt.time()) + dt.timedelta(seconds=seconds)

    def airline(flight: str) -> str:
        # A designator has two characters, or is the three letters before the number.
        named = re.match(r"[A-Z]{3}(?=\d)|[A-Z0-9]{2}", flight)
        return named[0] if named else flight

    rows = sorted(read_flight_file(str(request.path), _EPOCH, fleet), key=lambda row: (row.sibt, row.key))
    calls = tuple(
        Call(
            instant(row.sibt), row.key, None if row.arrival is None else instant(row.arrival), row.aircraft,
            row.n_parcels,
        )
        for row in rows
        if (not request.airlines or airline(row.key) in request.airlines)
        and (not request.types or row.aircraft in request.types)
        and (request.first is None or instant(row.sibt).date() >= request.first)
        and (request.last is None or instant(row.sibt).date() <= request.last)
    )  # fmt: skip
    airlines = _counts(airline(row.key) for row in rows)
    types = _counts(row.aircraft or "not told" for row in rows)
    if not calls:
        raise InputError(
            f"{request.path}: no flight left of {len(rows)} from {instant(rows[0].sibt).date()} to"
            f" {instant(rows[-1].sibt).date()}; airlines {_said(airlines)}; aircraft {_said(types)}"
        )
    return Schedule(
        name=request.path.stem,
        source=request.path.name,
        content={"format": "CSV", "flights": len(rows), "airlines": airlines, "aircraft_types": types},
        clock="as in the file",
        calls=calls,
        bad=(),
        n_twice=0,
    )


def _is_ssim(path: Path) -> bool:
    """Whether the first line is a record, which begins with a digit; a table's header begins with a letter."""
    try:
        with path.open("rb") as file:
            return file.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()[:1].isdigit()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def _counts(values: Any) -> dict[str, int]:  # noqa: ANN401 - Counter's own argument
    return dict(sorted(Counter(values).items(), key=lambda entry: (-entry[1], entry[0])))


def _said(counts: dict[str, int]) -> str:
    said = [f"{name} {count}" for name, count in counts.items()]
    more = [f"{len(said) - MOST_SAID} more"] if len(said) > MOST_SAID else []
    return ", ".join([*said[:MOST_SAID], *more]) or "none"


def _instant(when: dt.datetime) -> str:
    return when.isoformat(" ", "minutes" if when.second == when.microsecond == 0 else "auto")


def _codes(
    given: dict[str, str], option: str, pattern: str, expected: str, default: str = "", most: int | None = None
) -> list[str]:
    text = given.get(option, default).upper()
    codes = text.split(",") if text else []
    if any(not re.fullmatch(pattern, code) for code in codes) or (most is not None and len(codes) > most):
        raise InputError(f"{option}: expected {expected}, got {given[option]!r}")
    return codes


def _clock(given: dict[str, str]) -> int | None:
    if "clock" not in given:
        return None
    text = given["clock"]
    if not re.fullmatch(r"[+-](0\d|1[0-4])[0-5]\d", text):
        raise InputError(f"clock: the hub's time less UTC as +0100 or -0500, got {text!r}")
    return (int(text[1:3]) * 60 + int(text[3:])) * (-1 if text[0] == "-" else 1)


def _date(given: dict[str, str], option: str) -> dt.date | None:
    if option not in given:
        return None
    try:
        return dt.date.fromisoformat(given[option])
    except ValueError:
        raise InputError(f"{option}: a date as YYYY-MM-DD, got {given[option]!r}") from None
