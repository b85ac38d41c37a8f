"""Staff: hours paid by the roster, hours worked, and hours that work waited for people; by role."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.domain.roles import ROLES, Place
from sim.domain.site import Manning
from sim.inputs.staffing import people_a_post
from sim.record.recorder import Recorder
from sim.record.staffing import StaffTime
from sim.units import NEVER, TICKS_PER_H

NO_ROSTER = StaffTime(0, 0)
DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts of a role in one place: how many are manned when, in how many equal groups, from which instant on."""

    manning: Manning
    groups: int
    """Machines of the hall, if the posts are a machine's; else one."""
    opens: int
    hall: int
    """`NEVER`: the apron's."""


def posts_of(inputs: Inputs, role: str) -> tuple[Posts, ...]:
    """Of the apron or of each hall; a role that no place has gives none."""
    site, place, kind = inputs.site, ROLES[role].place, ROLES[role].kind
    if place is Place.APRON:
        return (Posts(site.manning[kind], 1, 0, NEVER),) if kind in site.manning else ()
    return tuple(
        Posts(hall.manning[kind], hall.n_machines if place is Place.MACHINE else 1, hall.opens, number)
        for number, hall in enumerate(site.halls)
        if kind in hall.manning
    )


def manned_hours(inputs: Inputs, role: str) -> float:
    """Post-hours manned in the measured days, of halls from their opening on."""
    return sum(_manned(posts, inputs.measured) for posts in posts_of(inputs, role)) / TICKS_PER_H


def paid_hours(inputs: Inputs, record: Recorder, role: str) -> float:
    """Post-hours manned, and those of finishing what was in hand when a shift had ended."""
    over = sum(_time(record, role, posts.hall).overtime for posts in posts_of(inputs, role))
    return manned_hours(inputs, role) + over / TICKS_PER_H


def understaffed_hours(inputs: Inputs, record: Recorder, role: str) -> float:
    """How long work waited for a role's people, added up over halls (of machines: over machines)."""
    return sum(_time(record, role, posts.hall).lacked for posts in posts_of(inputs, role)) / TICKS_PER_H


def desk_hours(record: Recorder, role: str) -> float:
    """Hours that people of a role served at their desks in the measured days."""
    busy = sum(tally.measured.busy for (kind, _), tally in record.desks.items() if kind == ROLES[role].kind)
    return busy / TICKS_PER_H


def staff_kpis(
    config: HubConfig, inputs: Inputs, record: Recorder, worked: Mapping[str, float], days: float
) -> dict[str, float]:
    """By role, and in sum without those at customs' controls, who are not the hub's; `worked`: person-hours by role."""
    paid = {role: paid_hours(inputs, record, role) * people_a_post(config, role) / days for role in ROLES}
    short = {role: understaffed_hours(inputs, record, role) / days for role in ROLES}
    own = [name for name, role in ROLES.items() if not role.is_of_customs]
    paid_per_day = sum(paid[role] for role in own)
    return {
        "staff_h_per_day": sum(worked[role] for role in own) / days,
        "staff_h_paid_per_day": paid_per_day,
        "full_time_jobs": paid_per_day * DAYS_PER_YEAR / config.roster.job_h_per_year,
        **{f"staff_h_per_day_{role}": worked[role] / days for role in ROLES},
        **{f"staff_h_paid_per_day_{role}": hours for role, hours in paid.items()},
        **{f"understaffed_h_per_day_{role}": hours for role, hours in short.items()},
    }


def _manned(posts: Posts, measured: tuple[int, int]) -> int:
    low, high = max(measured[0], posts.opens), max(measured[1], posts.opens)
    start = np.array((*posts.manning.start, max(high, posts.manning.start[-1])), dtype=np.int64)
    return int((np.diff(np.clip(start, low, high)) * posts.manning.posts).sum()) * posts.groups


def _time(record: Recorder, role: str, hall: int) -> StaffTime:
    kind = ROLES[role].kind
    if (kind, hall) in record.desks:
        return record.desks[kind, hall].measured
    return record.staff.get((kind, hall), NO_ROSTER)
