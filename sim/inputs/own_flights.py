"""Flights of files: once, with their weeks repeated, or with weeks drawn from them (block bootstrap)."""

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence

from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.config.disruptions import demand_factors
from sim.errors import InputError
from sim.inputs.calls import Call
from sim.inputs.flight_file import FlightRow
from sim.inputs.flight_files import first_day, schedules_of
from sim.inputs.flight_period import whole_weeks_of
from sim.inputs.rates import factor_at
from sim.inputs.timetables import draw_delay
from sim.streams import Streams, name_words
from sim.units import TICKS_PER_DAY

_TICKS_PER_WEEK = DAYS_PER_WEEK * TICKS_PER_DAY
_WEEKS_BEFORE = 1
"""Weeks before the run whose delayed flights arrive in it."""
_GOLDEN = (math.sqrt(5) - 1) / 2


def of_file(config: HubConfig, streams: Streams, end: int) -> Iterator[Call]:
    """The flights of the file; those without landings have delays if `arrivals.delay` is set."""
    for row in _rows(config, streams, end):
        entity = name_words(f"{row.key} {row.sibt}")
        arrival = row.arrival
        if arrival is None:
            delay = config.arrivals.delay
            arrival = row.sibt + (draw_delay(delay, streams.of("delay", *entity)) if delay else 0)
        after = name_words("{} {}".format(*row.after)) if row.after else None
        yield Call(
            arrival, row.key, entity, row.sibt, row.aircraft, row.n_parcels, row.sobt,
            after=after, leg=row.leg, has_landing=row.arrival is not None, second=row.second, to=row.to,
        )  # fmt: skip


def _rows(config: HubConfig, streams: Streams, end: int) -> list[FlightRow]:
    schedules = schedules_of(config)
    if config.arrivals.resampled_weeks is None:
        return _multiplied(config, streams, _repeated(config, schedules.of[schedules.number_of(streams.replication)]))
    return _multiplied(config, streams, list(_resampled(config, streams, end)))


def _multiplied(config: HubConfig, streams: Streams, rows: list[FlightRow]) -> list[FlightRow]:
    """The rows `arrivals.factor` times as often: some again with the same schedule, or some left out.

    Which ones is spread evenly over the schedule, from a start that is drawn (Kronecker's sequence of the golden
    ratio), so that the rows of a smaller factor are among those of a larger one.
    """
    if config.arrivals.factor == 1 and not draws_flights(config):
        return rows
    start, times = streams.of("factor_of_file").random(), _times(config)
    return [
        row.again(number) if number else row
        for place, row in enumerate(sorted(rows, key=lambda row: (row.sibt, row.key)))
        for number in range(math.ceil(times(row) - (start + place * _GOLDEN) % 1))
    ]


def draws_flights(config: HubConfig) -> bool:
    """Whether each replication draws which flights of a file fly again or are left out."""
    return config.arrivals.factor % 1 > 0 or bool(demand_factors(config.disruptions, config))


def draws_from_file(config: HubConfig) -> bool:
    """Whether replications draw their flights from a file: its weeks, or which flights fly again or are left out."""
    return config.arrivals.resampled_weeks is not None or draws_flights(config)


def _times(config: HubConfig) -> Callable[[FlightRow], float]:
    """How often a row flies on average: `arrivals.factor` times the factor of disruptions at its schedule."""
    factors, factor = demand_factors(config.disruptions, config), config.arrivals.factor
    return lambda row: factor * factor_at(factors, row.sibt)


def _repeated(config: HubConfig, rows: Sequence[FlightRow]) -> list[FlightRow]:
    """The weeks `arrivals.repeat` times; each time ends when the first flight of the next arrives."""
    again, last = whole_weeks_of(rows) * _TICKS_PER_WEEK, config.arrivals.repeat - 1
    end = min(row.sibt for row in rows) + again
    return [row.later(n * again) for n in range(last + 1) for row in rows if n == last or row.sibt < end]


class _Weeks:
    """The whole weeks of a run's files, one file after the other, counted from the first day of all."""

    def __init__(self, config: HubConfig) -> None:
        assert config.arrivals.schedule is not None and config.arrivals.resampled_weeks is not None
        schedules = schedules_of(config)
        self.first = first_day(schedules.rows)
        self.of: list[tuple[int, tuple[FlightRow, ...]]] = []
        """The week of its file, and the flights, of each week."""
        for rows in schedules.of:
            by_week: dict[int, list[FlightRow]] = {}
            for row in rows:
                by_week.setdefault(self.week_of(row.sibt), []).append(row)
            self.of += [(week, tuple(by_week.get(week, ()))) for week in range(whole_weeks_of(rows))]
        self.block = config.arrivals.resampled_weeks
        if len(self.of) < max(2, self.block):
            raise InputError(
                f"{config.arrivals.schedule}: at least {max(2, self.block)} whole weeks to draw from"
                f" (arrivals.resampled_weeks = {self.block}), got {len(self.of)}"
            )

    def week_of(self, sibt: int) -> int:
        return (sibt - self.first * TICKS_PER_DAY) // _TICKS_PER_WEEK

    def places(self, end: int) -> range:
        """Weeks of the run up to `end` [ticks]; week 0 is that of the first day of the files."""
        since = self.first * TICKS_PER_DAY
        return range(-since // _TICKS_PER_WEEK - _WEEKS_BEFORE, -(-(end - since) // _TICKS_PER_WEEK))


def _resampled(config: HubConfig, streams: Streams, end: int) -> Iterator[FlightRow]:
    """Weeks for a run: each block begins with a week drawn from the files.

    The later weeks of the block are those that follow it; the first week follows the last. Blocks are calendar weeks,
    so that a longer run has the same blocks. An aircraft is waited for within its block only.
    """
    weeks = _Weeks(config)
    for place in weeks.places(end):
        block, at = divmod(place, weeks.block)
        date = config.start_date + dt.timedelta(days=weeks.first + block * weeks.block * DAYS_PER_WEEK)
        drawn = int(streams.of("weeks_of_file", date.toordinal()).integers(len(weeks.of)))
        number = (drawn + at) % len(weeks.of)
        week, rows = weeks.of[number]
        for row in rows:
            back = 0 if row.after is None else week - weeks.week_of(row.after[1])
            is_apart = back > min(at, number) or weeks.of[number - back][0] != week - back
            later = row.later((place - week) * _TICKS_PER_WEEK)
            yield later._replace(after=None, leg=0) if is_apart else later


def mean_rows(config: HubConfig, end: int) -> Iterator[tuple[FlightRow, float]]:
    """The mean flights up to `end` [ticks]: rows, each with how often a replication has it on average."""
    times = _times(config)
    if config.arrivals.resampled_weeks is None:
        schedules = schedules_of(config)
        share = 1 / len(schedules.of)
        yield from ((row, share * times(row)) for rows in schedules.of for row in _repeated(config, rows))
        return
    weeks = _Weeks(config)
    share = 1 / len(weeks.of)
    for place in weeks.places(end):
        for week, rows in weeks.of:
            later = (row.later((place - week) * _TICKS_PER_WEEK) for row in rows)
            yield from ((row, share * times(row)) for row in later)


def left_out(config: HubConfig, end: int) -> tuple[int, int]:
    """How many flights of the files arrive in no replication up to `end` [ticks], and the number of all."""
    rows = schedules_of(config).rows
    if config.arrivals.resampled_weeks is not None:
        return len(rows) - sum(len(rows) for _, rows in _Weeks(config).of), len(rows)
    flown = [row for rows in schedules_of(config).of for row in _repeated(config, rows)]
    local_end = config.clock.local(end)
    return sum(not 0 <= (row.sibt if row.arrival is None else row.arrival) < local_end for row in flown), len(flown)
