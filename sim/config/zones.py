"""Time zones, by their names in IANA's database."""

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from sim.domain.clock import Clock
from sim.errors import InputError
from sim.units import FOREVER, SECONDS_PER_MIN, TICKS_PER_MIN

_BEFORE, _AFTER = dt.timedelta(days=30), dt.timedelta(days=60)
"""The days of a run for which local times are needed."""


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name.

    Raises:
        ValueError: no time zone has this name.
    """
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError(f"time_zone: must be an IANA name such as Europe/Brussels, got {name!r}") from None


def local_time(when: dt.datetime, zone: ZoneInfo, place: str, text: str) -> dt.datetime:
    """A time as the zone's clocks show it; `fold` is 1 for the second of two equal times.

    Raises:
        InputError: without an offset, a time that the clocks never show, or show twice.
    """
    if when.tzinfo is not None:
        return when.astimezone(zone)
    first, second = (when.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if second < first:
        raise InputError(f"{place}: this time does not exist in {zone} (clocks are put forward), got {text!r}")
    if second > first:
        offsets = (f"{each.astimezone(zone):%z}" for each in (first, second))
        both = " or ".join(f"{text}{offset[:3]}:{offset[3:]}" for offset in offsets)
        raise InputError(f"{place}: this time occurs twice in {zone} (clocks are set back); give {both}, got {text!r}")
    return when.replace(tzinfo=zone)


@lru_cache(maxsize=64)
def clock_of(name: str | None, start_date: dt.date, days: int) -> Clock:
    """The clock of a run of this number of days; None: local time has no changes.

    Raises:
        ValueError: no time zone has this name.
    """
    if name is None:
        return Clock()
    zone, minute = zone_of(name), dt.timedelta(minutes=1)
    midnight = dt.datetime.combine(start_date, dt.time(), zone).astimezone(dt.UTC)

    def ahead(instant: dt.datetime) -> int:
        now, then = (when.astimezone(zone).utcoffset() or dt.timedelta() for when in (instant, midnight))
        return round((now - then).total_seconds() / SECONDS_PER_MIN) * TICKS_PER_MIN

    at, changes = midnight - _BEFORE, [(-FOREVER, ahead(midnight - _BEFORE))]
    while at < midnight + dt.timedelta(days=days) + _AFTER:
        later = at + dt.timedelta(days=1)
        if ahead(later) != changes[-1][1]:
            low, high = 0, round((later - at) / minute)
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if ahead(at + middle * minute) != changes[-1][1] else (middle, high)
            since = at + high * minute
            changes.append((round((since - midnight) / minute) * TICKS_PER_MIN, ahead(since)))
        at = later
    return Clock(tuple(changes)) if len(changes) > 1 else Clock()
