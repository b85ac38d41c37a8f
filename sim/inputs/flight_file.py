"""A CSV file of flights: `flight, sibt`, and optional columns.

Optional are times, type and load, the flight before, and the replication.
"""

import datetime as dt
import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sim.config import HubConfig, LoadLimit
from sim.config.bounds import FIRST_YEAR, LAST_YEAR, MOST_FLIGHTS, MOST_PARCELS
from sim.config.zones import local_time
from sim.csv_rows import csv_rows
from sim.errors import LONGEST_ECHO, InputError
from sim.names import count_of, instant_in, number_of, wrong_name
from sim.reading import near
from sim.units import MIN_PER_WEEK, TICKS_PER_DAY, TICKS_PER_MIN, ticks

_NEEDED = ("flight", "sibt")
_LEGS = ("after", "leg_min")
COLUMNS = (*_NEEDED, "arrival", "aircraft", "parcels", "sobt", *_LEGS, "to")
"""The optional columns of a flight, in the order in which they are written."""
REPLICATION = "replication"
_OPTIONAL = (*COLUMNS[len(_NEEDED) :], REPLICATION)
_SURELY_MEANT = 0.85
"""Likeness from which a column's name counts as a typing error: `parcel` does, `date` for `after` does not."""
_LONGEST_LEG_MIN = MIN_PER_WEEK
_FARTHEST = MIN_PER_WEEK * TICKS_PER_MIN
"""The most by which a landing may lie before or after `sibt` [ticks]; more is a mistyped date."""
_ANY = ""
"""The type of a row that names none: it is drawn among the types that can carry the row's parcels."""


class FlightRow(NamedTuple):
    key: str
    sibt: int
    """Scheduled in-block, local time [ticks after the first midnight of start_date, as if all days had 24 hours]."""
    arrival: int | None
    """Actual landing [ticks], if the file has it."""
    aircraft: str | None
    n_parcels: int | None
    sobt: int | None
    """Scheduled off-block [ticks], if the file has it."""
    after: tuple[str, int] | None
    """Key and `sibt` of the flight that the same aircraft flew before."""
    leg: int
    """Least time from that flight's off-block to this arrival [ticks]; 0 without a flight before."""
    second: frozenset[str] = frozenset()
    """Which of `sibt`, `arrival` and `sobt` lie in the second of two equal hours, where the clocks are set back."""
    to: str | None = None
    """Destination to which the flight leaves, if the file has it."""

    def later(self, by: int) -> "FlightRow":
        """The same flight, and the flight before it, later by this time [ticks]."""
        return self._replace(
            sibt=self.sibt + by,
            arrival=None if self.arrival is None else self.arrival + by,
            sobt=None if self.sobt is None else self.sobt + by,
            after=self.after and (self.after[0], self.after[1] + by),
        )

    def again(self, number: int) -> "FlightRow":
        """A flight beside this one, 1, 2, … by its number, behind the flight of that number that its aircraft flew."""
        named = f"+{number}"
        return self._replace(key=self.key + named, after=self.after and (self.after[0] + named, self.after[1]))


def load_limits(config: HubConfig) -> dict[str, LoadLimit]:
    """The most parcels of a row by its aircraft type, and of a row that names no type."""
    limits = {name: config.load_limit(name) for name in config.fleet}
    return {**limits, _ANY: max(limits[name] for name, kind in config.fleet.items() if kind.share)}


class FlightFile(NamedTuple):
    """The flights of a file by replication: 0, 1, … with a column `replication`, otherwise the same for all."""

    schedules: tuple[tuple[FlightRow, ...], ...]
    has_replications: bool
    unread: tuple[str, ...]
    """Columns that are not read."""


def read_flight_file(
    path: str, start_date: dt.date, limits: Mapping[str, LoadLimit] | None, zone: ZoneInfo | None = None
) -> FlightFile:
    """Read flights; a byte-order mark, CRLF line ends and semicolons are allowed.

    `zone` is that of the local times; None: clocks never change, and no instant has an offset.

    `limits` are those of `load_limits`; None: any type and any load are allowed, for callers that need only the
    instants.

    Raises InputError with file, row, column, value and what was expected.
    """
    table = csv_rows(Path(path))
    _, columns = next(table, (1, []))
    if not columns:
        raise InputError(f"{path}: empty; expected a header with {', '.join(_NEEDED)}")
    _check_columns(path, columns)
    rows: dict[int, dict[int, FlightRow]] = {}
    befores: dict[int, str] = {}
    seen: set[tuple[int, str, int]] = set()
    for line, cells in table:
        if len(cells) != len(columns):
            raise InputError(
                f"{path}: row {line}: expected as many fields as the header has, {len(columns)}, got {len(cells)};"
                " write 18000, not 18,000"
            )
        named = dict(zip(columns, cells, strict=True))
        number = named.get(REPLICATION, "0")
        if count_of(number) is None:
            raise InputError(f"{path}: row {line}: {REPLICATION}: a whole number from 0 on, got {number!r}")
        row = rows.setdefault(int(number), {})[line] = _row(path, line, named, start_date, limits, zone)
        if (int(number), row.key, row.sibt) in seen:
            raise InputError(f"{path}: row {line}: flight {row.key!r} at this sibt occurs twice")
        seen.add((int(number), row.key, row.sibt))
        befores[line] = named.get("after", "")
    if not rows:
        raise InputError(f"{path}: a header, but no flights")
    _check_days(path, rows, start_date)
    numbers = sorted(rows)
    if (gap := next((n for n, number in enumerate(numbers) if n != number), None)) is not None:
        raise InputError(f"{path}: {REPLICATION}: must be 0, 1, 2, …, got {numbers[-1]} but no row of {gap}")
    return FlightFile(
        tuple(tuple(_with_legs(path, rows[number], befores)) for number in numbers),
        REPLICATION in columns,
        tuple(name for name in columns if name and name not in (*_NEEDED, *_OPTIONAL)),
    )


def _with_legs(path: str, rows: Mapping[int, FlightRow], befores: Mapping[int, str]) -> list[FlightRow]:
    """Find each row's flight before: the last flight of that key with an earlier `sibt`, so that no circle can close.

    `rows` and `befores` are by line; a flight before is a key, or empty.
    """
    sibts: dict[str, list[int]] = {}
    for row in sorted(rows.values(), key=lambda row: row.sibt):
        sibts.setdefault(row.key, []).append(row.sibt)
    linked, next_of = [], dict[tuple[str, int], str]()
    for line, row in rows.items():
        key = befores[line]
        if not key:
            linked.append(row)
            continue
        if key not in sibts:
            raise InputError(f"{path}: row {line}: after: no flight {key!r} in the file{near(key, sibts)}")
        n_earlier = bisect_left(sibts[key], row.sibt)
        if not n_earlier:
            raise InputError(f"{path}: row {line}: after: flight {key!r} has no sibt before that of {row.key!r}")
        before = key, sibts[key][n_earlier - 1]
        if before in next_of:
            raise InputError(
                f"{path}: row {line}: after: the aircraft of flight {key!r} flies {next_of[before]!r} next already"
            )
        next_of[before] = row.key
        linked.append(row._replace(after=before))
    return linked


def _check_columns(path: str, columns: list[str]) -> None:
    if columns[0][:1].isdigit():  # as the first record of SSIM
        raise InputError(
            f"{path}: no header with {', '.join(_NEEDED)}; `cargohub schedule` makes such a file of an SSIM timetable"
        )
    lowered = {name.lower(): name for name in columns}
    separators = "" if columns[1:] else "; columns are separated by commas, semicolons or tabs"
    for name in _NEEDED:
        if name not in columns:
            close = [lowered[other] for other in difflib.get_close_matches(name, lowered, 1)]
            wanted = f"; needed: {', '.join(_NEEDED)}; optional: {', '.join(_OPTIONAL)}"
            hint = f"; did you mean column {close[0]!r}? Name it {name!r}" if close and not separators else wanted
            raise InputError(f"{path}: no column {name!r} among {', '.join(columns)[:LONGEST_ECHO]}{hint}{separators}")
    for name in filter(None, columns):
        if columns.count(name) > 1:
            raise InputError(f"{path}: column {name!r} occurs {columns.count(name)} times")
    for name, other in (_LEGS, _LEGS[::-1]):
        if name in columns and other not in columns:
            raise InputError(f"{path}: column {name!r} without column {other!r}; a leg needs both")
    for name in (name for name in columns if name not in _NEEDED):
        close = difflib.get_close_matches(name.lower(), _OPTIONAL, 1, _SURELY_MEANT)
        if close and close[0] not in columns:
            raise InputError(f"{path}: column {name!r} is not read; did you mean {close[0]!r}?")


def _row(
    path: str,
    line: int,
    cells: dict[str, str],
    start: dt.date,
    limits: Mapping[str, LoadLimit] | None,
    zone: ZoneInfo | None,
) -> FlightRow:
    second = set[str]()

    def local(column: str) -> dt.datetime:
        return _local(f"{path}: row {line}: {column}", cells[column], zone)

    def utc(column: str) -> dt.datetime:
        return local(column).astimezone(dt.UTC)

    def instant(column: str) -> int:
        when = local(column)
        if when.fold:
            second.add(column)
        since = when.replace(tzinfo=None) - dt.datetime.combine(start, dt.time())
        return ticks(since.total_seconds() / 60)

    for column in ("flight", "to"):
        if (column == "flight" or cells.get(column)) and (wrong := wrong_name(cells[column])):
            raise InputError(f"{path}: row {line}: {column}: {wrong}")
    kind = cells.get("aircraft") or None
    parcels = count_of(given) if (given := cells.get("parcels")) else None
    if given and not (parcels and parcels <= MOST_PARCELS):
        raise InputError(f"{path}: row {line}: parcels: a whole number from 1 to {MOST_PARCELS}, got {given!r}")
    if limits is not None:
        _check_load(f"{path}: row {line}", kind, parcels or 0, limits)
    sibt, sobt = instant("sibt"), instant("sobt") if cells.get("sobt") else None
    if sobt is not None and (utc("sobt") <= utc("sibt") if second else sobt <= sibt):
        raise InputError(f"{path}: row {line}: sobt: after sibt {cells['sibt']}, got {cells['sobt']}")
    return FlightRow(
        cells["flight"],
        sibt,
        _arrival_near(path, line, cells, sibt, instant("arrival")) if cells.get("arrival") else None,
        kind,
        parcels,
        sobt,
        None,
        _leg(path, line, cells),
        frozenset(second),
        cells.get("to") or None,
    )


def _arrival_near(path: str, line: int, cells: dict[str, str], sibt: int, arrival: int) -> int:
    if abs(arrival - sibt) > _FARTHEST:
        raise InputError(f"{path}: row {line}: arrival: within a week of sibt {cells['sibt']}, got {cells['arrival']}")
    return arrival


def _local(place: str, text: str, zone: ZoneInfo | None) -> dt.datetime:
    """Local time of the zone; `fold` is 1 for the second of two equal times.

    Raises:
        InputError: no date and time, a far year, an offset without a zone, or a time that the clocks never
            show, or show twice.
    """
    if (when := instant_in(text)) is None:
        raise InputError(f"{place}: a date and time as 2022-09-05 14:30, got {text!r}")
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise InputError(f"{place}: a year from {FIRST_YEAR} to {LAST_YEAR}, got {text!r}")
    if zone is None:
        if when.tzinfo is not None:
            raise InputError(f"{place}: an offset from UTC needs time_zone=NAME, got {text!r}")
        return when
    return local_time(when, zone, place, text)


def _check_days(path: str, rows: Mapping[int, Mapping[int, FlightRow]], start_date: dt.date) -> None:
    days = Counter((number, row.sibt // TICKS_PER_DAY) for number in rows for row in rows[number].values())
    (((_, day), n),) = days.most_common(1)
    if n > MOST_FLIGHTS:
        date = start_date + dt.timedelta(days=day)
        raise InputError(f"{path}: {n:,} flights are scheduled on {date}; at most {MOST_FLIGHTS:,} a day")


def _check_load(place: str, kind: str | None, parcels: int, limits: Mapping[str, LoadLimit]) -> None:
    if kind is not None and kind not in limits:
        raise InputError(f"{place}: aircraft: one of {', '.join(filter(None, limits))}, got {kind!r}")
    most, reason = limits[kind or _ANY]
    if parcels > most:
        carrier = f"aircraft {kind}" if kind else "any aircraft type of the fleet"
        raise InputError(f"{place}: parcels: at most the {most} that {carrier} carries ({reason}), got {parcels}")


def _leg(path: str, line: int, cells: dict[str, str]) -> int:
    """The time of the leg [ticks]; 0 without a leg."""
    after, text = (cells.get(name, "") for name in _LEGS)
    if bool(after) != bool(text):
        empty, other = ("leg_min", "after") if after else ("after", "leg_min")
        raise InputError(f"{path}: row {line}: {empty}: empty, but {other} is {after or text!r}; a leg needs both")
    if not text:
        return 0
    minutes = number_of(text)
    if minutes is None or not 0 < minutes <= _LONGEST_LEG_MIN:
        raise InputError(f"{path}: row {line}: leg_min: minutes as 90.5, above 0 to {_LONGEST_LEG_MIN}, got {text!r}")
    return max(1, ticks(minutes))
