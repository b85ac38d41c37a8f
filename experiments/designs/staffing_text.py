"""The staff of a design before simulation: manned posts by role and time, and paid hours."""

from collections.abc import Iterator
from typing import Final

from experiments.report.sections import sentence_of
from experiments.report.verdicts import paid_hours
from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.config.roster import DAYS
from sim.domain.roles import ROLES, Place
from sim.inputs.expected_work import most_posts
from sim.inputs.staffing import rostered_h_per_day, rosters_of, spans
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_DAY, TICKS_PER_MIN

_CHANGES: Final = 6
"""Most changes in a week that are listed; otherwise only the minimum and maximum."""


def paid_by_roster(config: HubConfig) -> str:
    """Paid hours of the hub's own people before overtime."""
    hours = sum(h for name, h in rostered_h_per_day(config).items() if not ROLES[name].is_of_customs)
    return paid_hours(hours, config.roster.name)


def staffing_lines(config: HubConfig) -> Iterator[str]:
    """Lines for the first measured week: one in total, and one for each role and hall."""
    low = config.warmup_days * TICKS_PER_DAY
    high = low + DAYS_PER_WEEK * TICKS_PER_DAY
    rosters = rosters_of(config, high)
    yield f"people: {paid_by_roster(config)}, not counting customs' own"
    yield sentence_of("staff_columns")
    for name, hours in rostered_h_per_day(config).items():
        is_of_apron = ROLES[name].place is Place.APRON
        manned = [
            f"{'' if len(config.halls) == 1 or hall is None else f'{hall}: '}"
            f"{_posts(config, spans(rosters.of_role(name, hall), low, high))} of {most_posts(config, name, hall)}"
            for hall in ((None,) if is_of_apron else config.halls)
        ]
        each = " on each machine" if ROLES[name].place is Place.MACHINE else ""
        yield f"{name:<16} {hours:8,.0f} h/d  {'; '.join(manned)}{each}"


def _posts(config: HubConfig, spans: list[tuple[int, int, int]]) -> str:
    if len(spans) > _CHANGES or len(config.halls) > 1:
        manned = [posts for *_, posts in spans]
        return f"{min(manned)} to {max(manned)}" if min(manned) < max(manned) else str(manned[0])
    first = str(spans[0][2])
    return ", ".join([first, *(f"{posts} from {_instant(config, begin)}" for begin, _, posts in spans[1:])])


def _instant(config: HubConfig, at: int) -> str:
    minute = config.clock.local(at) // TICKS_PER_MIN
    day = DAYS[(config.start_date.weekday() + minute // MIN_PER_DAY) % DAYS_PER_WEEK]
    return f"{day} {minute // MIN_PER_H % 24:02}:{minute % MIN_PER_H:02}"
