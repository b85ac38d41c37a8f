"""Content of a file of flights, and the flights chosen from it."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from experiments.report.figures.schedule_figure import WeekPattern
from experiments.report.sections import sentence_of
from experiments.statistics.calendar_indices import WEEKDAYS
from experiments.studies.schedule.request import HOME, Request, is_ssim
from sim.config import LoadLimit
from sim.config.bounds import HOURS
from sim.errors import InputError
from sim.inputs.flight_file import FlightRow, read_flight_file
from sim.inputs.ssim import FREIGHTERS, Timetable, expand, read_ssim
from sim.inputs.ssim_records import Leg
from sim.units import TICKS_PER_MIN

HOME_CLOCK_MIN: Final = 60
"""Liège's time without daylight saving, minus UTC [min]."""
FLEET_OF_TYPE: Final = {"77X": "b777f", "77F": "b777f"}
"""Packaged aircraft by IATA's type; a type that the user adds has IATA's name, such as 74Y."""
MOST_DAYS: Final = 3 * 366
"""Longest range that is expanded [d]."""
MOST_NAMED: Final = 8
"""Most entries of a count that are printed."""
_EPOCH: Final = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Call:
    """A flight as written to the file."""

    sibt: dt.datetime
    flight: str
    arrival: dt.datetime | None = None
    aircraft: str | None = None
    parcels: int | None = None
    sobt: dt.datetime | None = None
    after: str | None = None
    """The previous flight of the same aircraft, if it is among those chosen."""
    leg_min: float | None = None
    to: str | None = None
    """Destination of the departure."""
    replication: int | None = None
    """For a file with a schedule for each replication."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Content of a file, and the flights chosen from it."""

    name: str
    source: str
    content: dict[str, Any]
    """Description of the whole file, as printed."""
    clock: str = "as in the file"
    calls: tuple[Call, ...] = ()
    """Empty for a timetable without a flight to the home airport, if no other airport was requested."""
    bad: tuple[str, ...] = ()
    n_twice: int = 0
    """Number of flights left out because another has their name and time."""
    n_legs_cut: int = 0
    """Number of flights whose aircraft was on a flight that was not chosen: they keep their time and wait for none."""

    @property
    def n_replications(self) -> int:
        return len({call.replication for call in self.calls})

    @property
    def empty_days(self) -> list[dt.date]:
        """Days between the first and the last without a scheduled flight."""
        days = sorted({call.sibt.date() for call in self.calls})
        return [day + dt.timedelta(n) for day, later in pairwise(days) for n in range(1, (later - day).days)]

    @property
    def pattern(self) -> WeekPattern:
        days = [call.sibt.date() for call in self.calls]
        hours = [call.sibt.weekday() * HOURS + call.sibt.hour for call in self.calls]
        counts = np.bincount(hours, minlength=len(WEEKDAYS) * HOURS).reshape(len(WEEKDAYS), HOURS)
        return WeekPattern(self.name, min(days), max(days), counts, self.n_replications)


def read_schedule(request: Request, limits: Mapping[str, LoadLimit]) -> Schedule:
    """Read the file and choose flights; `limits`: known aircraft types and their capacity.

    Raises:
        InputError: a file that cannot be read, or nothing left to choose.
    """
    return (_of_ssim if is_ssim(request.path) else _of_table)(request, limits)


def _of_ssim(request: Request, limits: Mapping[str, LoadLimit]) -> Schedule:
    timetable = read_ssim(request.path, skip_bad=request.skip_bad)
    if not request.is_airport_asked and all(leg.destination != request.airport for leg in timetable.legs):
        return Schedule(request.path.stem, request.path.name, _content(timetable), bad=timetable.bad)
    legs = _chosen_legs(request, timetable.legs)
    clock_min = _clock_of(request, legs)
    first, last = _range(request, legs)
    flights = expand(legs, first, last, clock_min=clock_min)
    if not flights:
        begin, ends = min(leg.first for leg in legs), {leg.last for leg in legs}
        until = "until further notice" if None in ends else f"to {max(filter(None, ends))}"
        asked = " ".join(f"{key}={day}" for key, day in (("from", request.first), ("to", request.last)) if day)
        raise InputError(sentence_of("none_flies", path=request.path, asked=asked or "all days", n=len(legs),
                                     airport=request.airport, begin=begin, until=until))  # fmt: skip
    calls: dict[tuple[dt.datetime, str], Call] = {}
    for sibt, leg in flights:
        aircraft = FLEET_OF_TYPE.get(leg.aircraft, leg.aircraft)
        calls.setdefault((sibt, leg.flight), Call(sibt, leg.flight, aircraft=aircraft if aircraft in limits else None))
    sign = "-" if clock_min < 0 else "+"
    return Schedule(
        name=request.airport,
        source=request.path.name,
        content=_content(timetable),
        clock=f"UTC{sign}{abs(clock_min) // 60:02}{abs(clock_min) % 60:02}",
        calls=tuple(calls.values()),
        bad=timetable.bad,
        n_twice=len(flights) - len(calls),
    )


def _content(timetable: Timetable) -> dict[str, Any]:
    by_service = _counts(leg.service for leg in timetable.legs)
    return {
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


def _chosen_legs(request: Request, legs: Sequence[Leg]) -> list[Leg]:
    """The legs that pass every filter.

    Raises:
        InputError: no leg passes; names the first filter that left none, and the available values.
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
            asked = {"path": request.path, "option": option, "wanted": ",".join(sorted(wanted)), "hint": hint}
            counts = counts_text(_counts(map(value_of, left)))
            raise InputError(sentence_of("no_leg_left", **asked, n=len(left), counts=counts))
        left = chosen
    return left


def _clock_of(request: Request, legs: Sequence[Leg]) -> int:
    if request.clock_min is not None:
        return request.clock_min
    if request.airport == HOME:
        return HOME_CLOCK_MIN
    variations = [leg.arrival_variation_min for leg in legs if leg.arrival_variation_min is not None]
    if not variations:
        raise InputError(sentence_of("clock_unknown", path=request.path, airport=request.airport))
    return min(variations)


def _range(request: Request, legs: Sequence[Leg]) -> tuple[dt.date, dt.date]:
    """The first and the last day on which a flight may arrive."""
    # By the hub's clock a flight arrives between a day before its day of operation and ten days after it.
    first = request.first or min(leg.first for leg in legs) - dt.timedelta(days=2)
    if (last := request.last) is None:
        known = [leg.last for leg in legs if leg.last is not None]
        if len(known) < len(legs):
            raise InputError(f"{request.path}: flights until further notice; give to=YYYY-MM-DD")
        last = max(known) + dt.timedelta(days=11)
    if (last - first).days > MOST_DAYS:
        days = (last - first).days
        raise InputError(
            sentence_of("range_too_long", path=request.path, first=first, last=last, days=days, most=MOST_DAYS)
        )
    return first, last


def _of_table(request: Request, limits: Mapping[str, LoadLimit]) -> Schedule:
    file = read_flight_file(str(request.path), _EPOCH, limits, request.zone)
    calls: list[Call] = []
    n_legs_cut = 0
    for number, schedule in enumerate(file.schedules):
        chosen = [
            row
            for row in sorted(schedule, key=lambda row: (row.sibt, row.key))
            if (not request.airlines or _airline(row.key) in request.airlines)
            and (not request.types or row.aircraft in request.types)
            and (request.first is None or _instant(row.sibt).date() >= request.first)
            and (request.last is None or _instant(row.sibt).date() <= request.last)
        ]
        if not chosen:
            of_which = f"{request.path}: replication {number}" if file.has_replications else str(request.path)
            raise InputError(_nothing_left(of_which, schedule))
        in_table = {(row.key, row.sibt) for row in chosen}
        n_legs_cut += sum(row.after is not None and row.after not in in_table for row in chosen)
        of = number if file.has_replications else None
        calls += [_call(row, of, request.zone, is_linked=row.after in in_table) for row in chosen]
    rows = [row for schedule in file.schedules for row in schedule]
    return Schedule(
        name=request.path.stem,
        source=request.path.name,
        content={"format": "CSV", "flights": len(rows)}
        | ({"replications": len(file.schedules)} if file.has_replications else {})
        | _airlines_and_types(rows)
        | ({"columns_not_read": named(file.unread)} if file.unread else {}),
        clock="as in the file" if request.zone is None else request.zone.key,
        calls=tuple(calls),
        n_legs_cut=n_legs_cut,
    )


def _airline(flight: str) -> str:
    # A designator has two characters, or the three letters before the number.
    named = re.match(r"[A-Z]{3}(?=\d)|[A-Z0-9]{2}", flight)
    return named[0] if named else flight


def _airlines_and_types(rows: Sequence[FlightRow]) -> dict[str, dict[str, int]]:
    types = _counts(row.aircraft or "unknown" for row in rows)
    return {"airlines": _counts(_airline(row.key) for row in rows), "aircraft_types": types}


def _nothing_left(of_which: str, rows: Sequence[FlightRow]) -> str:
    sibts = [row.sibt for row in rows]
    ends = {"first": _instant(min(sibts)).date(), "last": _instant(max(sibts)).date()}
    airlines, types = map(counts_text, _airlines_and_types(rows).values())
    return sentence_of("no_flight_left", path=of_which, n=len(rows), **ends, airlines=airlines, types=types)


def _call(row: FlightRow, replication: int | None, zone: ZoneInfo | None, *, is_linked: bool) -> Call:
    def when(column: str, ticks: int | None) -> dt.datetime | None:
        return None if ticks is None else _instant(ticks, zone, is_second=column in row.second)

    after = row.after if is_linked else None
    return Call(
        sibt=_instant(row.sibt, zone, is_second="sibt" in row.second),
        flight=row.key,
        arrival=when("arrival", row.arrival),
        aircraft=row.aircraft,
        parcels=row.n_parcels,
        sobt=when("sobt", row.sobt),
        after=after and after[0],
        leg_min=row.leg / TICKS_PER_MIN if after else None,
        to=row.to,
        replication=replication,
    )


def _instant(ticks: int, zone: ZoneInfo | None = None, *, is_second: bool = False) -> dt.datetime:
    """A local time, with its offset if the zone's clocks show it twice."""
    seconds = round(ticks / TICKS_PER_MIN * 60, 3)
    local = dt.datetime.combine(_EPOCH, dt.time()) + dt.timedelta(seconds=seconds)
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return local
    return local.replace(tzinfo=dt.timezone((second if is_second else first).utcoffset() or dt.timedelta()))


def _counts(values: Any) -> dict[str, int]:  # noqa: ANN401 - Counter's own argument
    return dict(sorted(Counter(values).items(), key=lambda entry: (-entry[1], entry[0])))


def counts_text(counts: dict[str, int]) -> str:
    """Counts on one line, largest first."""
    return named(f"{name} {count}" for name, count in counts.items()) or "none"


def named(names: Iterable[str]) -> str:
    """The first names on one line, and the number of the others."""
    names = list(names)
    more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return ", ".join([*names[:MOST_NAMED], *more])
