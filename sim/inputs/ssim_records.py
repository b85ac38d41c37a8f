"""The records of an IATA SSIM chapter 7 file: 200 characters each, their columns, and a leg of type 3."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from sim.config.bounds import DAYS_PER_WEEK
from sim.errors import InputError
from sim.files import content_of
from sim.units import MIN_PER_DAY

WIDTH: Final = 200
"""Characters of a record."""
VARIATION: Final = r"[+-](0\d|1[0-4])[0-5]\d"
"""Local time less UTC, as +HHMM or -HHMM."""


class Columns(NamedTuple):
    """A field's place in its record, from 1, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"column {self.first}" if self.first == self.last else f"columns {self.first}-{self.last}"


TYPE = Columns(1, 1)
SERIAL = Columns(195, 200)
CARRIER: Final = MappingProxyType(
    {
        "time_mode": Columns(2, 2),
        "period_of_schedule_validity_from": Columns(15, 21),
        "period_of_schedule_validity_to": Columns(22, 28),
    }
)
LEG: Final = MappingProxyType(
    {
        "operational_suffix": Columns(2, 2),
        "airline_designator": Columns(3, 5),
        "flight_number": Columns(6, 9),
        "itinerary_variation_identifier": Columns(10, 11),
        "leg_sequence_number": Columns(12, 13),
        "service_type": Columns(14, 14),
        "period_of_operation_from": Columns(15, 21),
        "period_of_operation_to": Columns(22, 28),
        "days_of_operation": Columns(29, 35),
        "frequency_rate": Columns(36, 36),
        "departure_station": Columns(37, 39),
        "scheduled_time_of_aircraft_departure": Columns(44, 47),
        "utc_local_time_variation_departure": Columns(48, 52),
        "arrival_station": Columns(55, 57),
        "scheduled_time_of_aircraft_arrival": Columns(58, 61),
        "utc_local_time_variation_arrival": Columns(66, 70),
        "aircraft_type": Columns(73, 75),
        "aircraft_configuration_version": Columns(173, 192),
        "date_variation": Columns(193, 194),
    }
)
SEGMENT: Final = MappingProxyType({"data_element_identifier": Columns(31, 33)})
TRAILER: Final = MappingProxyType(
    {"serial_number_check_reference": Columns(188, 193), "continuation_end_code": Columns(194, 194)}
)
SAME_LEG = Columns(2, 13)
"""Columns in which a record of type 4 repeats those of its leg."""


@dataclass(frozen=True, slots=True)
class Record:
    place: str
    line: int
    text: str

    def __getitem__(self, columns: Columns) -> str:
        return self.text[columns.first - 1 : columns.last]

    def wrong(self, columns: Columns, expected: str) -> InputError:
        return InputError(f"{self.place}, {columns}: expected {expected}, got {self[columns]!r}")

    def match(self, columns: Columns, pattern: str, expected: str) -> str:
        if not re.fullmatch(pattern, self[columns]):
            raise self.wrong(columns, expected)
        return self[columns].strip()


def records(path: str | Path) -> Iterator[tuple[int, str]]:
    """The number and text of each line, or of each record if there are no lines, without fillers."""
    lines = content_of(path).removeprefix(b"\xef\xbb\xbf").rstrip(b"\x1a").splitlines()
    if len(lines) == 1:
        lines = [lines[0][at : at + WIDTH] for at in range(0, len(lines[0]), WIDTH)]
    for number, line in enumerate(lines, 1):
        text = line.decode("latin-1")
        if text.strip().strip("0"):
            yield number, text[:WIDTH] + text[WIDTH:].rstrip()


_UNTIL_FURTHER_NOTICE = "00XXX00"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAY_BEFORE = "A"


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg from a record of type 3, with times in UTC."""

    line: int
    airline: str
    flight: str
    """Airline, number and suffix: `CV751`."""
    variation: str
    """Itinerary variation identifier."""
    sequence: int
    service: str
    first: dt.date
    last: dt.date | None
    """Last day of the period, or of the carrier's schedule; None: until further notice."""
    days: tuple[int, ...]
    """Days of the week on which it flies, 1 = Monday."""
    every_weeks: int
    """1: each week; 2: every second week, counted from `first`."""
    origin: str
    destination: str
    departure_min: int
    """Departure in UTC [min after the midnight that begins the day of operation]."""
    arrival_min: int
    """Arrival in UTC [min after the same midnight]."""
    arrival_variation_min: int | None
    """Local time at the destination minus UTC [min]; None if the file is in UTC and does not contain it."""
    aircraft: str
    configuration: str
    is_codeshare: bool = False
    """Whether it is another name of a flight that is also listed elsewhere."""


def leg_of(record: Record, *, is_utc: bool) -> Leg:
    airline = record.match(LEG["airline_designator"], r"[A-Z0-9]{2}[A-Z0-9 ]", "an airline's designator")
    number = record.match(LEG["flight_number"], r" {0,3}\d{1,4} {0,3}", "a flight number")
    suffix = record.match(LEG["operational_suffix"], "[A-Z ]", "a letter or a blank")
    first = date_of(record, LEG["period_of_operation_from"])
    last = last_date(record, LEG["period_of_operation_to"])
    if last is not None and last < first:
        raise record.wrong(LEG["period_of_operation_to"], f"a day not before the period's first, {first}")
    departure_min, arrival_min, arrival_variation_min = _times(record, is_utc=is_utc)
    return Leg(
        line=record.line,
        airline=airline,
        flight=f"{airline}{int(number)}{suffix}",
        variation=record[LEG["itinerary_variation_identifier"]].strip(),
        sequence=int(record.match(LEG["leg_sequence_number"], r"[ \d]\d", "a leg's number, 01 to 99")),
        service=record.match(LEG["service_type"], "[A-Z]", "a service type, a letter"),
        first=first,
        last=last,
        days=_days(record, first, last),
        every_weeks=2 if record.match(LEG["frequency_rate"], "[ 12]", "1, 2 or a blank") == "2" else 1,
        origin=record.match(LEG["departure_station"], "[A-Z]{3}", "an airport of 3 letters"),
        destination=record.match(LEG["arrival_station"], "[A-Z]{3}", "an airport of 3 letters"),
        departure_min=departure_min,
        arrival_min=arrival_min,
        arrival_variation_min=arrival_variation_min,
        aircraft=record.match(LEG["aircraft_type"], "[A-Z0-9]{3}", "an aircraft type of 3 characters"),
        configuration=record[LEG["aircraft_configuration_version"]].strip(),
    )


def _times(record: Record, *, is_utc: bool) -> tuple[int, int, int | None]:
    """Departure and arrival in UTC [min after the day of operation began], and the arrival's variation [min].

    Without a date variation, the leg leaves on the day of operation and arrives within 24 hours.
    """
    columns = LEG["date_variation"]
    record.match(columns, r"[A0-9 ]{2}", "days after the day of operation, of departure and arrival: 0-9, A or blank")
    days = [None if mark == " " else -1 if mark == _DAY_BEFORE else int(mark) for mark in record[columns]]
    variations = (
        _variation(record, LEG["utc_local_time_variation_departure"], is_utc=is_utc),
        _variation(record, LEG["utc_local_time_variation_arrival"], is_utc=is_utc),
    )
    departure_min = _clock_time(record, LEG["scheduled_time_of_aircraft_departure"]) + (days[0] or 0) * MIN_PER_DAY
    arrival_min = _clock_time(record, LEG["scheduled_time_of_aircraft_arrival"])
    if not is_utc:
        departure_min -= variations[0] or 0
        arrival_min -= variations[1] or 0
    if days[1] is None:
        arrival_min = departure_min + (arrival_min - departure_min) % MIN_PER_DAY
    else:
        arrival_min += days[1] * MIN_PER_DAY
    if arrival_min <= departure_min:
        raise record.wrong(
            LEG["scheduled_time_of_aircraft_arrival"] if days[1] is None else columns,
            f"an arrival after the departure, not {departure_min - arrival_min} min before it",
        )
    return departure_min, arrival_min, variations[1]


def _clock_time(record: Record, columns: Columns) -> int:
    text = record.match(columns, r"([01]\d|2[0-3])[0-5]\d|2400", "a time HHMM, 0000 to 2400")
    return int(text[:2]) * 60 + int(text[2:])


def _variation(record: Record, columns: Columns, *, is_utc: bool) -> int | None:
    if is_utc and not record[columns].strip():
        return None
    return variation_min(record.match(columns, VARIATION, "local time less UTC as +HHMM or -HHMM"))


def variation_min(text: str) -> int:
    """Minutes of a variation that matches `VARIATION`.

    >>> variation_min("-0130")
    -90
    """
    return (int(text[1:3]) * 60 + int(text[3:])) * (-1 if text[0] == "-" else 1)


def _days(record: Record, first: dt.date, last: dt.date | None) -> tuple[int, ...]:
    """The days of operation; each must fall in the period at least once."""
    columns = LEG["days_of_operation"]
    record.match(columns, "[1 ][2 ][3 ][4 ][5 ][6 ][7 ]", "days 1 to 7, each in its own column, or blanks")
    days = tuple(int(mark) for mark in record[columns] if mark != " ")
    if not days:
        raise record.wrong(columns, "at least one day of operation")
    if last is not None and (last - first).days < DAYS_PER_WEEK - 1:
        of_period = {(first + dt.timedelta(n)).isoweekday() for n in range((last - first).days + 1)}
        if not of_period.issuperset(days):
            raise record.wrong(columns, f"days of operation that fall in the period {first} to {last}")
    return days


def date_of(record: Record, columns: Columns) -> dt.date:
    expected = "a date as 05SEP22"
    text = record.match(columns, rf"\d\d({'|'.join(_MONTHS)})\d\d", expected)
    try:
        return dt.date(2000 + int(text[5:]), _MONTHS.index(text[2:5]) + 1, int(text[:2]))
    except ValueError:
        raise record.wrong(columns, expected) from None


def last_date(record: Record, columns: Columns) -> dt.date | None:
    return None if record[columns] == _UNTIL_FURTHER_NOTICE else date_of(record, columns)
