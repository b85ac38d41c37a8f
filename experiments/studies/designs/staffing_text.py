"""The staff of a design before it is simulated: posts manned by role, from when on, and the hours that are paid."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.config.roster import DAYS
from sim.domain.roles import ROLES, Place
from sim.domain.site import Manning
from sim.inputs.staffing import has_work, rosters_of
from sim.measures.staff import people_a_post
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN

_CHANGES: Final = 6
"""So many changes of a week are listed one by one; of more the fewest and the most."""


def staffing_lines(config: HubConfig) -> Iterator[str]:
    """The first measured week: a line of the whole, and a line a role and hall."""
    low = config.warmup_days * TICKS_PER_DAY
    high = low + DAYS_PER_WEEK * TICKS_PER_DAY
    rosters = rosters_of(config, high)
    rows, paid_h = [], 0.0
    for name, role in ROLES.items():
        if not has_work(config, role):
            continue
        for hall in (None,) if role.place is Place.APRON else config.halls:
            spans = _spans(rosters.of_role(name, hall), low, high)
            machines = config.halls[hall].sorting_machines if hall and role.place is Place.MACHINE else 1
            hours = sum((end - begin) * posts for begin, end, posts in spans) / TICKS_PER_H / DAYS_PER_WEEK
            hours *= machines * people_a_post(config, name)
            paid_h += 0.0 if role.is_of_customs else hours
            where = f"{name} {hall}" if hall and len(config.halls) > 1 else name
            each = f" on each of {machines} machines" if machines > 1 else ""
            rows.append(f"{where:<16} {hours:8,.0f} h/d  {_posts(config, spans)} of {rosters.posts(name, hall)}{each}")
    yield f"people: {paid_h:,.0f} paid hours a day by roster {config.roster.name}, without customs' own"
    yield "role, paid hours a day, posts manned in the first measured week:"
    yield from rows


def _spans(manning: Manning, low: int, high: int) -> list[tuple[int, int, int]]:
    """From, to [ticks], posts."""
    edges = pairwise((*manning.start, max(high, manning.start[-1])))
    return [
        (max(low, begin), min(high, end), posts)
        for (begin, end), posts in zip(edges, manning.posts, strict=True)
        if begin < high and end > low
    ]


def _posts(config: HubConfig, spans: list[tuple[int, int, int]]) -> str:
    if len(spans) > _CHANGES:
        manned = [posts for *_, posts in spans]
        return f"{min(manned)} to {max(manned)}"
    first = str(spans[0][2])
    return ", ".join([first, *(f"{posts} from {_instant(config, begin)}" for begin, _, posts in spans[1:])])


def _instant(config: HubConfig, at: int) -> str:
    minute = at // TICKS_PER_MIN
    day = DAYS[(config.start_date.weekday() + minute // MIN_PER_DAY) % DAYS_PER_WEEK]
    return f"{day} {minute // MIN_PER_H % 24:02}:{minute % MIN_PER_H:02}"
