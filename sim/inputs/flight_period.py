"""The days that a file of flights is simulated over, where the user names none: whole weeks from its first day."""

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.errors import InputError
from sim.inputs.flight_file import FlightRow, load_limits, read_flight_file
from sim.units import TICKS_PER_DAY

_LEAST_MEASURED_DAYS: Final = 4
"""With flights after a week of warm-up, for that week to be warm-up: more than half a week (assumption)."""


class Period(NamedTuple):
    start_date: dt.date
    warmup_days: int
    horizon_days: int


def weeks_of(rows: Sequence[FlightRow]) -> int:
    """Whole weeks from the first day of the flights to the last one scheduled: what `arrivals.repeat` repeats."""
    first, last = _days(rows)
    return -(-(last - first + 1) // DAYS_PER_WEEK)


def scheduled_rows(config: HubConfig) -> list[FlightRow]:
    """The flights of a run's file, its weeks as often as `arrivals.repeat` says."""
    assert config.arrivals.schedule is not None
    rows = read_flight_file(config.arrivals.schedule, config.start_date, load_limits(config))
    again = weeks_of(rows) * DAYS_PER_WEEK * TICKS_PER_DAY
    return [row.later(n * again) for n in range(config.arrivals.repeat) for row in rows]


def period_of(
    rows: Sequence[FlightRow],
    epoch: dt.date,
    *,
    repeat: int,
    start_date: dt.date | None,
    warmup_days: int | None,
    horizon_days: int | None,
) -> Period:
    """The days of a run; those given stay.

    The run begins on the first day of the flights, and ends with their last week. The first week is warm-up
    where enough follows: the horizon asked for, flights on `_LEAST_MEASURED_DAYS` days, or the file's weeks
    once more. Otherwise all days are measured, and the hub starts empty.

    Raises:
        InputError: a warm-up that leaves nothing to measure.
    """
    first, last = _days(rows)
    start = start_date or epoch + dt.timedelta(days=first)
    last += (repeat - 1) * weeks_of(rows) * DAYS_PER_WEEK
    days = (epoch + dt.timedelta(days=last) - start).days + 1
    whole = -(-days // DAYS_PER_WEEK) * DAYS_PER_WEEK
    after_a_week = repeat > 1 or days - DAYS_PER_WEEK >= _LEAST_MEASURED_DAYS
    if warmup_days is None:
        has_room = whole - DAYS_PER_WEEK >= (horizon_days or DAYS_PER_WEEK)
        warmup_days = DAYS_PER_WEEK if after_a_week and has_room else 0
    if horizon_days is None:
        horizon_days = whole - warmup_days
        if days > 0 and horizon_days <= 0:
            raise InputError(
                f"warmup_days: {warmup_days} leave no day of the flights to measure, which end"
                f" {days} days after {start}; give warmup_days=0, or arrivals.repeat, which flies their weeks again"
            )
    return Period(start, warmup_days, max(1, horizon_days))


def _days(rows: Sequence[FlightRow]) -> tuple[int, int]:
    """The first day on which a flight comes or is scheduled, and the last one scheduled, after the epoch."""
    first = min(row.sibt if row.arrival is None else min(row.sibt, row.arrival) for row in rows)
    return first // TICKS_PER_DAY, max(row.sibt for row in rows) // TICKS_PER_DAY
