"""Disruptions as instants of a replication: windows given, and those drawn with streams of their own."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np

from sim.config import HubConfig
from sim.config.bounds import minute_of_day
from sim.config.disruptions import (
    Breakdowns,
    EquipmentAway,
    MachineOutage,
    NightCurfew,
    RandomClosures,
    RunwayClosed,
    Spell,
    StaffAway,
    kind_of,
)
from sim.domain.inputs import Happening
from sim.domain.site import MachineCalendar, Manning
from sim.inputs.outages import up_and_down
from sim.inputs.roster import Absence
from sim.streams import Streams, name_words
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN, ticks

Span = tuple[int, int]
"""From, and to before [ticks]."""
AnySpell = TypeVar("AnySpell", bound=Spell)


def spans(config: HubConfig, kind: type[AnySpell]) -> Iterator[tuple[Span, AnySpell]]:
    """The disruptions of a kind that happen once, and when."""
    for one in config.disruptions.values():
        if isinstance(one, kind):
            begin, end = one.span(config.start_date, config.warmup_days)
            yield (ticks(begin), ticks(end)), one


def merged(intervals: Iterable[Span]) -> tuple[Span, ...]:
    """Intervals as ascending ones that are apart.

    >>> merged([(5, 7), (1, 3), (2, 5)])
    ((1, 7),)
    """
    found: list[Span] = []
    for begin, end in sorted(intervals):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((begin, end))
    return tuple(found)


def nights(curfew: NightCurfew, end: int) -> Iterator[Span]:
    """Of the run, that of the day before included."""
    for day in range(-1, -(-end // TICKS_PER_DAY) + 1):
        begin = (day * MIN_PER_DAY + minute_of_day(curfew.closes)) * TICKS_PER_MIN
        yield begin, begin + curfew.night_min * TICKS_PER_MIN


def random_closures(config: HubConfig, streams: Streams, end: int) -> Iterator[tuple[str, Span]]:
    """Those drawn, with the disruption's name: a stream a day, so that a longer run only adds some."""
    for name, one in config.disruptions.items():
        if isinstance(one, RandomClosures):
            for day in range(-(-end // TICKS_PER_DAY)):
                date = config.start_date + dt.timedelta(days=day)
                rng = streams.of("closures", *name_words(name), date.toordinal())
                n = rng.poisson(one.per_day)
                begins, lasts = rng.random(n) * TICKS_PER_DAY, rng.exponential(one.mean_h * TICKS_PER_H, n)
                for begin, last in zip(begins, lasts, strict=True):
                    start = day * TICKS_PER_DAY + int(begin)
                    yield name, (start, start + max(1, round(last)))


def happenings(config: HubConfig, streams: Streams, end: int) -> Iterator[Happening]:
    """What begins and ends: disruptions given, closures and breakdowns drawn, and the nights of a curfew."""
    for name, one in config.disruptions.items():
        if isinstance(one, Spell):
            begin, until = one.span(config.start_date, config.warmup_days)
            yield Happening(name, kind_of(one), ticks(begin), ticks(until), is_drawn=False)
    drawn = [*random_closures(config, streams, end), *_all_breakdowns(config, streams, end)]
    for name, (first, last) in drawn:
        yield Happening(name, kind_of(config.disruptions[name]), first, last, is_drawn=True)
    for name, curfew in config.disruptions.items():
        if isinstance(curfew, NightCurfew):
            for begin, until in nights(curfew, end):
                if until > 0 and begin < end:
                    yield Happening(name, kind_of(curfew), begin, until, is_drawn=False)


def closures(config: HubConfig, streams: Streams, end: int) -> tuple[Span, ...]:
    """When the runway is closed."""
    given = [span for span, _ in spans(config, RunwayClosed)]
    curfews = [one for one in config.disruptions.values() if isinstance(one, NightCurfew)]
    drawn = [span for _, span in random_closures(config, streams, end)]
    return merged([*given, *drawn, *(night for curfew in curfews for night in nights(curfew, end))])


def absences(config: HubConfig) -> tuple[Absence, ...]:
    """Whom disruptions keep away from their posts."""
    return tuple(Absence(*span, one.share, one.roles) for span, one in spans(config, StaffAway))


def stopped(calendar: MachineCalendar, config: HubConfig, hall: str, machine: int) -> MachineCalendar:
    """A machine's calendar with the outages of disruptions; `machine`: its number from 0 in its hall."""
    mine = merged(
        span
        for span, one in spans(config, MachineOutage)
        if one.hall == hall and (one.machines is None or machine + 1 in one.machines)
    )
    if not mine:
        return calendar
    edges = np.array([max(0, at) for span in mine for at in span], dtype=np.int64)
    start = np.union1d(calendar.start, edges)
    slope = calendar.slope[np.searchsorted(calendar.start, start, side="right") - 1]
    for begin, end in mine:
        slope[(begin <= start) & (start < end)] = 0
    return MachineCalendar(start, slope)


def with_breakdowns(
    manning: Manning | None, config: HubConfig, equipment: str, units: int, streams: Streams, end: int
) -> Manning | None:
    """How many loader sets or tugs are there when some are broken down; None: all of them, always.

    Of the `units` those that are up, and at most as many as are manned. From `end` [ticks] on all are there.
    """
    broken = ((*span, 1) for _, span in _breakdowns(config, equipment, units, streams, end))
    down = [*_given_away(config, equipment, end), *broken]
    if not down:
        return manning
    rostered = manning or Manning((0,), (units,))
    edges = sorted({*rostered.start, *(at for begin, until, _ in down for at in (begin, until))})
    steps: list[tuple[int, int]] = []
    for at in edges:
        away = sum(n for begin, until, n in down if begin <= at < until)
        manned = rostered.posts[int(np.searchsorted(rostered.start, at, side="right")) - 1]
        there = max(0, min(manned, units - away))
        if not steps or steps[-1][1] != there:
            steps.append((at, there))
    return Manning(tuple(at for at, _ in steps), tuple(there for _, there in steps))


def _given_away(config: HubConfig, equipment: str, end: int) -> Iterator[tuple[int, int, int]]:
    for (begin, until), one in spans(config, EquipmentAway):
        if one.equipment == equipment:
            yield max(0, begin), min(until, end), one.units


def _all_breakdowns(config: HubConfig, streams: Streams, end: int) -> Iterator[tuple[str, Span]]:
    for equipment, units in (("loader_sets", config.apron.loader_sets), ("tugs", config.apron.tugs)):
        yield from _breakdowns(config, equipment, units, streams, end)


def _breakdowns(
    config: HubConfig, equipment: str, units: int, streams: Streams, end: int
) -> Iterator[tuple[str, Span]]:
    """Each of one unit, with the disruption's name: a stream a unit, so one more changes nothing for others."""
    for name, one in config.disruptions.items():
        if isinstance(one, Breakdowns) and one.equipment == equipment:
            for unit in range(units):
                rng = streams.of(f"breakdowns_{equipment}", *name_words(name), unit)
                for begin, until in up_and_down(rng, one.mtbf_h * MIN_PER_H, one.mttr_min, end):
                    if until > 0 and begin < end:
                        yield name, (begin, min(until, end))
