"""Staff, by role: paid hours by the roster, hours worked, and hours in which work waited for people."""

from dataclasses import dataclass

import numpy as np

from sim.domain.inputs import Inputs
from sim.domain.roles import ROLES, Place
from sim.domain.site import Manning
from sim.record.recorder import Recorder
from sim.record.tallies import StaffTime
from sim.units import NEVER, TICKS_PER_H

NO_ROSTER = StaffTime(0, 0)


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts of a role in one place: the number manned over time, the number of equal groups, and the opening."""

    manning: Manning
    groups: int
    """Machines of the hall, if the posts are a machine's; otherwise one."""
    opens: int
    hall: int
    """Number of the hall; `NEVER`: the apron."""


def posts_of(inputs: Inputs, role: str) -> tuple[Posts, ...]:
    """Posts of a role on the apron or in each hall; none if no place has the role."""
    site, place, kind = inputs.site, ROLES[role].place, ROLES[role].kind
    if place is Place.APRON:
        return (Posts(site.apron.manning[kind], 1, 0, NEVER),) if kind in site.apron.manning else ()
    return tuple(
        Posts(hall.manning[kind], hall.n_machines if place is Place.MACHINE else 1, hall.opens, number)
        for number, hall in enumerate(site.halls)
        if kind in hall.manning
    )


def paid_hours(inputs: Inputs, record: Recorder, role: str) -> float:
    """Post-hours on the roster in the measured days, from the halls' opening on, and to finish work after a shift."""
    rostered = sum(_rostered(posts, inputs.measured) for posts in posts_of(inputs, role))
    over = sum(_time(record, role, posts.hall).overtime for posts in posts_of(inputs, role))
    return rostered / TICKS_PER_H + over / TICKS_PER_H


def understaffed_hours(inputs: Inputs, record: Recorder, role: str) -> float:
    """Hours in which work waited for a role's people, summed over halls (or machines)."""
    return sum(_time(record, role, posts.hall).lacked for posts in posts_of(inputs, role)) / TICKS_PER_H


def desk_hours(record: Recorder, role: str) -> float:
    """Hours that people of a role served at their desks in the measured days."""
    return sum(time.busy for (kind, _), time in record.staff.items() if kind == ROLES[role].kind) / TICKS_PER_H


def _rostered(posts: Posts, measured: tuple[int, int]) -> int:
    low, high = max(measured[0], posts.opens), max(measured[1], posts.opens)
    start = np.array((*posts.manning.start, max(high, posts.manning.start[-1])), dtype=np.int64)
    return int((np.diff(np.clip(start, low, high)) * posts.manning.rostered).sum()) * posts.groups


def _time(record: Recorder, role: str, hall: int) -> StaffTime:
    return record.staff.get((ROLES[role].kind, hall), NO_ROSTER)
