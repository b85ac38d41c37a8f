"""The simulated days for a file of flights, if the user sets none: whole weeks from its first day."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from sim.config.bounds import DAYS_PER_WEEK
from sim.errors import InputError
from sim.inputs.flight_file import FlightRow
from sim.inputs.flight_files import first_day
from sim.units import TICKS_PER_DAY

_LEAST_MEASURED_DAYS: Final = 4
"""Days of a last week that must have flights for it to be measured or drawn: more than half (assumption)."""
_LONGEST_GAP_DAYS: Final = 4 * DAYS_PER_WEEK
"""Most days between two days with flights; a longer gap is taken for a typing error (assumption)."""


class Period(NamedTuple):
    start_date: dt.date
    warmup_days: int
    horizon_days: int


def whole_weeks_of(rows: Sequence[FlightRow]) -> int:
    """Whole weeks: the first week of the flights, and later weeks of which more than half lies before the last flight.

    A night's flights after midnight are therefore not a week, which would nearly halve the traffic.
    """
    first, last = _days(rows)
    return _whole_weeks(last - first + 1)


def _whole_weeks(days: int) -> int:
    return max(1, (days + DAYS_PER_WEEK - _LEAST_MEASURED_DAYS) // DAYS_PER_WEEK)


def period_of(
    rows: Sequence[FlightRow],
    epoch: dt.date,
    *,
    repeat: int,
    start_date: dt.date | None,
    warmup_days: int | None,
    horizon_days: int | None,
) -> Period:
    """The days of a run; those that are set stay.

    The run begins on the first day of the flights, and ends with their last whole week. The first week is warm-up if
    enough follows: the horizon that is set, or another whole week. Otherwise all days are measured, and the hub starts
    empty.

    Raises:
        InputError: the warm-up leaves nothing to measure, or there are weeks without a flight.
    """
    first, last = _days(rows)
    if horizon_days is None:
        _check_gaps(rows, epoch, start_date)
    start = start_date or epoch + dt.timedelta(days=first)
    again = (repeat - 1) * whole_weeks_of(rows) * DAYS_PER_WEEK
    days = (epoch + dt.timedelta(days=last) - start).days + 1 + again
    whole = _whole_weeks(days - again) * DAYS_PER_WEEK + again
    if warmup_days is None:
        has_room = whole - DAYS_PER_WEEK >= (horizon_days or DAYS_PER_WEEK)
        warmup_days = DAYS_PER_WEEK if has_room else 0
    if horizon_days is None:
        horizon_days = (whole if whole > warmup_days else days) - warmup_days
        if days > 0 and horizon_days <= 0:
            raise InputError(
                f"warmup_days: {warmup_days} leave no day to measure, because the flights end"
                f" {days} days after {start}; give warmup_days=0, or arrivals.repeat, which repeats their weeks"
            )
    return Period(start, warmup_days, max(1, horizon_days))


def _check_gaps(rows: Sequence[FlightRow], epoch: dt.date, start_date: dt.date | None) -> None:
    """Refuse a long time without a flight, also from a start that is set to the first of them."""
    days = sorted({row.sibt // TICKS_PER_DAY for row in rows})
    if start_date is not None and (start := (start_date - epoch).days) < days[0]:
        days = [start, *days]
    for before, after in pairwise(days):
        if (gap := after - before) > _LONGEST_GAP_DAYS:
            last, first = (epoch + dt.timedelta(days=day) for day in (before, after))
            raise InputError(
                f"arrivals.schedule: no flight is scheduled between {last} and {first}; at most {_LONGEST_GAP_DAYS}"
                f" days, got {gap}: correct a date (start_date=null takes the first of the file), or set horizon_days"
            )


def _days(rows: Sequence[FlightRow]) -> tuple[int, int]:
    """The first day with an arrival or a schedule, and the last day with a schedule, in days after the epoch."""
    return first_day(rows), max(row.sibt for row in rows) // TICKS_PER_DAY
