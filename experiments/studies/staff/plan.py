"""A plan: who works when, the manned posts, its cost a week, and its roster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from experiments.money.prices import Labour
from experiments.studies.staff.demand import SLOTS, SLOTS_PER_DAY, Pool
from experiments.studies.staff.design import SLOTS_PER_H, Staff
from experiments.studies.staff.tours import Tour, at_night, cheapest, covered, hours_at_price
from sim.config import HubConfig
from sim.config.roster import DAYS, RoleRoster, Shift
from sim.inputs.staffing import is_ever_manned, least_share
from sim.units import MIN_PER_H, Numbers

ROSTER: Final = "staffed"
"""Name of a plan as an option of `configs/roster`."""


@dataclass(frozen=True)
class PoolPlan:
    """Tours of a pool, and the number of units at each role's posts in each half hour."""

    pool: Pool
    tours: Mapping[Tour, int]
    asked: Mapping[str, Numbers]
    """Required units by role."""
    gap: float
    """Largest distance of the cost from the minimum, as a share of the cost."""

    @cached_property
    def units(self) -> dict[str, Numbers]:
        """Units by role. People with several roles go where most work is left undone.

        A role with less than half an hour's work a week comes first once: its posts may not be empty all week.
        """
        free = covered(self.tours)
        rare = {role for role, wanted in self.asked.items() if wanted.sum() < 1}
        units = {each.role: np.zeros(SLOTS) for each in self.pool.demands}
        left = dict.fromkeys(units, 0.0)
        for slot in range(SLOTS):
            for role, wanted in self.asked.items():
                left[role] += wanted[slot]
            for _ in range(int(free[slot])):
                roles = [each.role for each in self.pool.demands if units[each.role][slot] < each.most]
                if roles:
                    role = max(roles, key=lambda name: (name in rare, left[name]))
                    rare.discard(role)
                    units[role][slot] += 1
                    left[role] -= 1
        return units

    @property
    def is_full(self) -> bool:
        """Whether all posts are needed at all hours."""
        return all((self.asked[each.role] >= each.most).all() for each in self.pool.demands)

    @property
    def people(self) -> int:
        return sum(self.tours.values()) * self.pool.unit_people

    @property
    def paid_h(self) -> float:
        """Paid hours a week."""
        return sum(len(tour.slots) * n for tour, n in self.tours.items()) * self.pool.unit_people / SLOTS_PER_H

    def eur(self, labour: Labour) -> dict[str, float]:
        """Wages a week with night premium, divided by the cost of each role's hours; 0 for roles that others pay."""
        hours = sum(hours_at_price(tour, labour) * n for tour, n in self.tours.items())
        weights = {
            role: float(units @ (1 + labour.night_premium * at_night(labour))) for role, units in self.units.items()
        }
        wage = hours * self.pool.unit_people * labour.wage_eur_per_h / sum(weights.values())
        return {role: wage * weight * (role not in labour.paid_by_others) for role, weight in weights.items()}


def planned(pool: Pool, pace: float, staff: Staff, labour: Labour) -> PoolPlan:
    asked = {each.role: each.asked(pace) for each in pool.demands}
    tours, gap = cheapest(pool, np.sum([*asked.values()], axis=0), staff, labour)
    return PoolPlan(pool, tours, asked, gap)


def posts_of(plans: Sequence[PoolPlan]) -> dict[str, tuple[int, list[float]]]:
    """By role: number of posts, and manned posts by half hour."""
    return {
        each.role: (each.posts, (plan.units[each.role] * each.unit_posts).tolist())
        for plan in plans for each in plan.pool.demands
    }  # fmt: skip


def with_shifts(config: HubConfig, posts: Mapping[str, tuple[int, Sequence[float]]]) -> HubConfig:
    """The hub with a roster that mans these posts; roles that are not planned keep theirs.

    Halls have the same share of posts. Where it would leave one without what a piece of work takes, it is raised at the
    role's fullest hours.
    """
    roles = {role: RoleRoster(1.0, shifts_of(people, manned)) for role, (people, manned) in posts.items()}
    hub = _with_roles(config, roles)
    raised = {
        role: RoleRoster(1.0, _raised(roles[role].shifts or (), least_share(hub, role)))
        for role in roles
        if not is_ever_manned(hub, role)
    }
    return _with_roles(hub, raised)


def _with_roles(config: HubConfig, roles: Mapping[str, RoleRoster]) -> HubConfig:
    return replace(config, roster=replace(config.roster, name=ROSTER, roles={**config.roster.roles, **roles}))


def _raised(shifts: Sequence[Shift], least: float) -> tuple[Shift, ...]:
    """The shifts, of which the fullest man at least this share."""
    most = max((shift.share for shift in shifts), default=0.0)
    return tuple(replace(shift, share=max(least, most)) if shift.share == most else shift for shift in shifts)


def shifts_of(posts: int, manned: Sequence[float]) -> tuple[Shift, ...]:
    """Shifts with constant numbers, day by day; equal shifts on several days are one."""
    days: dict[tuple[str, str, float], list[str]] = {}
    for day, name in enumerate(DAYS):
        of_day = np.array(manned[day * SLOTS_PER_DAY : (day + 1) * SLOTS_PER_DAY])
        edges = [0, *(np.flatnonzero(np.diff(of_day)) + 1).tolist(), SLOTS_PER_DAY]
        for begin, end in pairwise(edges):
            if of_day[begin]:
                days.setdefault((clock(begin), clock(end), round(of_day[begin] / posts, 6)), []).append(name)
    return tuple(Shift(tuple(names), start, end, float(share)) for (start, end, share), names in days.items())


def clock(slot: int) -> str:
    """Half hours after midnight.

    >>> clock(13), clock(48)
    ('06:30', '00:00')
    """
    hour, half = divmod(slot % SLOTS_PER_DAY, SLOTS_PER_H)
    return f"{hour:02}:{half * MIN_PER_H // SLOTS_PER_H:02}"
