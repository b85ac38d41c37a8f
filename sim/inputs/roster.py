"""Rosters as steps through time: how many posts of each role are manned from each instant on."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.config import Sorting
from sim.config.roster import Roster, Shift
from sim.domain.clock import NO_CHANGES, Clock
from sim.domain.site import MachineCalendar, Manning
from sim.streams import up_and_down
from sim.units import MIN_PER_DAY, MIN_PER_WEEK, TICKS_PER_MIN

ROUNDING = 1e-9
"""Tolerance for a share times posts that should be a half, whatever its last bits."""


@dataclass(frozen=True, slots=True)
class Absence:
    """From `start` to before `end` [ticks] only a share of the rostered people arrives."""

    start: int
    end: int
    share: float
    roles: tuple[str, ...] | None = None
    """Roles concerned; None: all."""


def manned(
    roster: Roster,
    role: str,
    posts: int,
    start_date: dt.date,
    end: int,
    absences: Sequence[Absence] = (),
    by_work: Mapping[int, float] | None = None,
    clock: Clock = NO_CHANGES,
) -> Manning:
    """How many of a role's posts are manned: share × posts, rounded half up to whole posts, and at most all posts.

    The share is that of the shift, or that of `by_work` from each local time [ticks] on, both with the factor for
    nights. It is multiplied by the other factors and by the share of each of `absences` that concerns the role. From
    `end` [ticks] on all posts are manned, so that remaining work does not wait for ever in a calculation.
    """
    of_roster = roster.roles[role]
    factor = roster.factor * of_roster.factor
    of_role = [absence for absence in absences if absence.roles is None or role in absence.roles]
    shifts, local_end = of_roster.shifts, clock.local(end)
    local = _rostered(roster, shifts, start_date.weekday(), local_end) if by_work is None else by_work
    instants = ((clock.instant(at), share) for at, share in local.items())
    rostered = {at: share for at, share in instants if at < end}
    edges = sorted({*rostered, *(max(0, at) for absence in of_role for at in (absence.start, absence.end) if at < end)})
    share, steps = 0.0, []
    for at in edges:
        share = rostered.get(at, share)
        left = math.prod(absence.share for absence in of_role if absence.start <= at < absence.end)
        steps.append((at, min(posts, math.floor(share * factor * left * posts + 0.5 + ROUNDING))))
    steps.append((end, posts))
    changes = [step for i, step in enumerate(steps) if i == 0 or step[1] != steps[i - 1][1]]
    return Manning(tuple(at for at, _ in changes), tuple(n for _, n in changes))


def _rostered(roster: Roster, shifts: Sequence[Shift] | None, weekday: int, end: int) -> dict[int, float]:
    """The rostered share from each local time [ticks] on, beginning with 0; day 0 is a `weekday`, Monday 0."""
    if shifts is None:
        return {0: 1.0}
    share = {0: 0.0}
    offset = weekday * MIN_PER_DAY
    weeks = range(-1, end // (MIN_PER_WEEK * TICKS_PER_MIN) + 2)
    spans = sorted(
        (
            (week * MIN_PER_WEEK + low - offset) * TICKS_PER_MIN,
            (week * MIN_PER_WEEK + high - offset) * TICKS_PER_MIN,
            roster.of_shift(shift.share, low, high),
        )
        for week in weeks
        for shift in shifts
        for low, high in shift.intervals
    )
    for low, high, manned_share in spans:
        if high > 0 and low < end:
            share[max(0, low)] = manned_share
            if high < end:
                share[high] = 0.0  # unless the next shift begins then
    return share


def manned_calendar(outages: MachineCalendar, manning: Manning) -> MachineCalendar:
    """A machine's calendar with a roster: its manned inductions work, and none in an outage."""
    if len(manning.start) == 1:
        return outages
    start = np.union1d(outages.start, np.array(manning.start, dtype=np.int64))
    up = outages.slope[np.searchsorted(outages.start, start, side="right") - 1] > 0
    posts = np.array(manning.posts, dtype=np.int64)[np.searchsorted(manning.start, start, side="right") - 1]
    return MachineCalendar(start, np.where(up, posts, 0))


def machine_calendar(sorting: Sorting, rng: np.random.Generator, end: int) -> MachineCalendar:
    """All inductions work except in outages, which alternate with times up until `end` [ticks]."""
    start, slope = [0], [sorting.inductions]
    if sorting.outages is not None:
        for span in up_and_down(rng, sorting.outages.mtbf_h, sorting.outages.mttr_min, end):
            start += span
            slope += (0, sorting.inductions)
    return MachineCalendar(np.array(start, dtype=np.int64), np.array(slope, dtype=np.int64))
