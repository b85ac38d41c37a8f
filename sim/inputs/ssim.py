"""Airlines' timetables in IATA's SSIM, chapter 7: records of 200 characters, read into legs, and legs into flights.

For each carrier, a file has a record of type 2 (the carrier, and whether times are UTC or local), legs of type 3 with
further data of type 4, and a trailer of type 5. A header of type 1 is first, and lines of zeros fill the blocks.
Records are on separate lines, or follow each other without line ends.

Times: a leg's period and days count the dates on which the flight leaves its first station, in the file's time mode.
Local times become UTC by the variation in the same record. `expand` then gives arrivals on a clock with a fixed
distance from UTC: the hub's time without daylight saving, which is the model's clock, and in summer an hour behind
local time.

Source: IATA, Standard Schedules Information Manual, chapter 7 and appendix C (service types).
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from sim.config.bounds import DAYS_PER_WEEK
from sim.errors import InputError
from sim.inputs.ssim_records import (
    CARRIER,
    SAME_LEG,
    SEGMENT,
    SERIAL,
    TRAILER,
    TYPE,
    WIDTH,
    Leg,
    Record,
    date_of,
    last_date,
    leg_of,
    records,
)
from sim.units import MIN_PER_DAY

FREIGHTERS: Final = MappingProxyType(
    {"F": "scheduled cargo and mail", "M": "mail", "H": "cargo charter", "A": "additional cargo and mail"}
)
"""Service types of flights that carry no passengers (appendix C)."""

_OPERATING_LEG_ELSEWHERE = "050"
"""Data element that marks a leg as another name of a flight listed elsewhere."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """A file's legs, and the records that could not be read."""

    legs: tuple[Leg, ...]
    bad: tuple[str, ...]
    """The reason for each record that is left out."""


class ScheduledFlight(NamedTuple):
    sibt: dt.datetime
    """Scheduled in-block on the hub's clock."""
    leg: Leg


def expand(
    legs: Iterable[Leg], first_day: dt.date, last_day: dt.date, *, clock_min: int = 0
) -> tuple[ScheduledFlight, ...]:
    """The flights that arrive from the first day to the last, both included, by scheduled in-block.

    Args:
        legs: those marked as another name of a flight give no flights.
        first_day: on the hub's clock.
        last_day: on the hub's clock.
        clock_min: the hub's clock minus UTC, the same all year [min].
    """
    flights = [
        ScheduledFlight(dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=leg.arrival_min + clock_min), leg)
        for leg in legs
        if not leg.is_codeshare
        for day in _days_of(leg, first_day, last_day, (leg.arrival_min + clock_min) // MIN_PER_DAY)
    ]
    return tuple(sorted(flights, key=lambda flight: (flight.sibt, flight.leg.flight, flight.leg.line)))


def read_ssim(path: str | Path, *, skip_bad: bool = False) -> Timetable:
    """Read a file's legs.

    Years are of this century. With `skip_bad`, records that cannot be read are left out and listed in the result.

    Raises:
        InputError: a mistake in the file, with line, columns, what is expected and what is there.
    """
    reader = _Reader()
    bad: list[str] = []
    number, text = 0, ""
    for number, text in records(path):
        try:
            reader.take(Record(f"{path}: line {number}", number, text))
        except InputError as error:
            if not skip_bad:
                raise
            bad.append(str(error))
            reader.serial = None
    if not number:
        raise InputError(f"{path}: empty; expected records of {WIDTH} characters (SSIM, chapter 7)")
    if text[:1] != "5":
        cut = f"{path}: line {number}: the file is cut off: expected a trailer (type 5) as its last record"
        if not skip_bad:
            raise InputError(cut)
        bad.append(cut)
    if not reader.legs:
        left_out = "in it"
        if bad:
            left_out = f"could be read; left out {len(bad)}, the first: {bad[0].removeprefix(f'{path}: ')}"
        raise InputError(f"{path}: no flight leg (record of type 3) {left_out}")
    return Timetable(tuple(reader.legs), tuple(bad))


class _Reader:
    """What was read of a file so far."""

    def __init__(self) -> None:
        self.legs: list[Leg] = []
        self.time_mode: str | None = None
        self.until: dt.date | None = None
        """The last day of the carrier's schedule, and so of its legs until further notice; None: it has none."""
        self.serial: str | None = None
        """The serial number of the record before; None if there is none, or if it was bad."""
        self._leg: str | None = None

    def take(self, record: Record) -> None:
        kind = record[TYPE]
        if kind == "2":
            self.time_mode = None
        if len(record.text) != WIDTH:
            raise InputError(f"{record.place}: expected a record of {WIDTH} characters, got {len(record.text)}")
        serial = record.match(SERIAL, r"\d{6}", "a record's serial number of 6 digits")
        match kind:
            case "1":
                pass
            case "2":
                self._take_carrier(record)
            case "3":
                self._take_leg(record)
            case "4":
                self._take_segment(record)
            case "5":
                self._take_trailer(record)
            case _:
                raise record.wrong(TYPE, "a record type from 1 to 5")
        self.serial = serial

    def _take_carrier(self, record: Record) -> None:
        mode = record.match(CARRIER["time_mode"], "[UL]", "the time mode, U (UTC) or L (local)")
        date_of(record, CARRIER["period_of_schedule_validity_from"])
        self.until = last_date(record, CARRIER["period_of_schedule_validity_to"])
        self.time_mode = mode

    def _take_leg(self, record: Record) -> None:
        self._leg = None
        if self.time_mode is None:
            raise record.wrong(TYPE, "the carrier's record (type 2) before its legs")
        leg = leg_of(record, is_utc=self.time_mode == "U")
        self.legs.append(replace(leg, last=leg.last or self.until))
        self._leg = record[SAME_LEG]

    def _take_segment(self, record: Record) -> None:
        if self._leg == record[SAME_LEG] and record[SEGMENT["data_element_identifier"]] == _OPERATING_LEG_ELSEWHERE:
            self.legs[-1] = replace(self.legs[-1], is_codeshare=True)

    def _take_trailer(self, record: Record) -> None:
        record.match(TRAILER["continuation_end_code"], "[CE]", "C (continued) or E (end)")
        if self.serial is not None and record[TRAILER["serial_number_check_reference"]] != self.serial:
            raise record.wrong(
                TRAILER["serial_number_check_reference"], f"the serial number of the record before, {self.serial!r}"
            )
        self.time_mode = None


def _days_of(leg: Leg, first_day: dt.date, last_day: dt.date, arrival_day: int) -> Iterator[dt.date]:
    """Days of operation whose flights arrive, `arrival_day` days later, from the first day to the last."""
    begin = first_day.toordinal() - arrival_day
    end = last_day.toordinal() - arrival_day
    if leg.last is not None:
        end = min(end, leg.last.toordinal())
    step = DAYS_PER_WEEK * leg.every_weeks
    for day in leg.days:
        of_period = leg.first.toordinal() + (day - leg.first.isoweekday()) % 7
        missed = max(0, -((of_period - begin) // step))
        for ordinal in range(of_period + missed * step, end + 1, step):
            yield dt.date.fromordinal(ordinal)
