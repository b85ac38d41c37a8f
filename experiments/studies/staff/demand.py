"""Demand curve of each role over the week: the work that the default roster expects, by half hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.grouping import grouped
from experiments.studies.staff.design import SLOTS_PER_H, Staff, planned_roles, same_units
from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.domain.roles import ROLES, Place
from sim.inputs.expected_flights import BIN_MIN, BINS_PER_DAY, MARGIN
from sim.inputs.expected_work import most_posts
from sim.inputs.staffing import Rosters, at_once, people_a_post, rosters_of, work_within_min
from sim.units import HOURS_PER_WEEK, MIN_PER_H, TICKS_PER_DAY, Numbers

SLOTS: Final = HOURS_PER_WEEK * SLOTS_PER_H
SLOTS_PER_DAY: Final = SLOTS // DAYS_PER_WEEK
_BINS_PER_SLOT: Final = MIN_PER_H // SLOTS_PER_H // BIN_MIN


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand of a role in all halls. Its posts are manned in units: whole crews, or a post at each machine.

    Values by half hour of the week, from Monday's midnight (336).
    """

    role: str
    posts: int
    unit_posts: int
    unit_people: int
    busy: Numbers
    """Mean number of units that the expected work keeps busy."""
    window_h: float
    """Hours within which work is done after it falls due."""
    utilisation: float
    """Highest share of the time for which they are busy."""
    most: int
    """Number of units that posts exist for."""

    def asked(self, pace: float) -> Numbers:
        """Units needed by half hour, by the default roster's rule (rule 55), if work is done evenly.

        `pace`: factor on their utilisation.
        """
        target = min(1.0, self.utilisation * pace)
        return np.minimum(spread_out(self.busy, self.window_h) / target, self.most)


def spread_out(values: Numbers, window_h: float) -> Numbers:
    """Work of each half hour of a repeating week, done evenly in this many hours from its beginning on."""
    n = max(1, int(window_h * SLOTS_PER_H))
    summed = np.cumsum(np.concatenate(([0.0], values, values, values)))
    first = np.arange(len(values)) + len(values) - n + 1
    means: Numbers = (summed[first + n] - summed[first]) / n
    return means


@dataclass(frozen=True, slots=True)
class Pool:
    """People who are planned together: those of a role, or of a pool of roles."""

    name: str
    demands: tuple[Demand, ...]
    least: int
    """Units needed for the work of one mean flight within the time of rule 55."""

    @property
    def unit_people(self) -> int:
        return self.demands[0].unit_people


def pools_of(config: HubConfig, staff: Staff) -> list[Pool]:
    """Pools of several roles first; other roles are pools of their own name.

    Raises:
        ConfigError: a pool whose roles work in crews of different size.
    """
    demands = {role: demand_of(config, role, staff.window_h) for role in planned_roles(config)}
    shared = []
    for name, roles in staff.pools.items():
        members = [demands[role] for role in roles if role in demands]
        same_units(name, [(each.role, (each.unit_posts, each.unit_people)) for each in members])
        if len(members) > 1:
            shared.append(pool_of(config, name, members))
    pooled = {each.role for pool in shared for each in pool.demands}
    return [*shared, *(pool_of(config, role, [demand]) for role, demand in demands.items() if role not in pooled)]


def pool_of(config: HubConfig, name: str, demands: Sequence[Demand]) -> Pool:
    rosters, posts = _rosters(config), 0
    for place, roles in grouped((ROLES[each.role].place, each.role) for each in demands).items():
        for hall, groups in _groups(config, place).items():
            posts += rosters.least_crews(roles, hall) * at_once(config, roles[0]) * groups
    return Pool(name, tuple(demands), min(sum(each.most for each in demands), -(-posts // demands[0].unit_posts)))


def _rosters(config: HubConfig) -> Rosters:
    """Rosters up to the end of the whole weeks from the first measured day."""
    return rosters_of(config, (config.warmup_days + _weeks(config) * DAYS_PER_WEEK) * TICKS_PER_DAY)


def _weeks(config: HubConfig) -> int:
    return -(-config.horizon_days // DAYS_PER_WEEK)


def _groups(config: HubConfig, place: Place) -> dict[str | None, int]:
    """Groups of posts by hall: the apron (None) and halls have one, or each machine of a hall is one."""
    if place is Place.APRON:
        return {None: 1}
    return {name: hall.sorting_machines if place is Place.MACHINE else 1 for name, hall in config.halls.items()}


def within_h(config: HubConfig, window_h: float) -> float:
    """Hours within which work is done after it falls due: at most the time allowed by rule 55."""
    return min(window_h, work_within_min(config) / MIN_PER_H)


def demand_of(config: HubConfig, role: str, window_h: float) -> Demand:
    """Demand over the whole weeks from the first measured day, to be done within `window_h` at most."""
    rosters, weeks = _rosters(config), _weeks(config)
    assert rosters.work is not None and config.roster.work is not None
    first, n = MARGIN + config.warmup_days * BINS_PER_DAY, DAYS_PER_WEEK * BINS_PER_DAY
    place = ROLES[role].place
    groups = _groups(config, place)
    minutes, posts = np.zeros(SLOTS), 0
    for hall, n_groups in groups.items():
        work = rosters.work.of_role(role, hall)[first : first + weeks * n] * n_groups
        minutes += work.reshape(weeks, SLOTS, _BINS_PER_SLOT).sum(axis=2).mean(axis=0)
        posts += most_posts(config, role, hall) * n_groups
    unit = sum(groups.values()) if place is Place.MACHINE else at_once(config, role)
    weekday = config.start_date.weekday() + config.warmup_days
    busy = np.roll(minutes, weekday % DAYS_PER_WEEK * SLOTS_PER_DAY) * SLOTS_PER_H / MIN_PER_H / unit
    utilisation = config.roster.work.utilisation[role]
    assert utilisation is not None
    people, within = unit * people_a_post(config, role), within_h(config, window_h)
    return Demand(role, posts, unit, people, busy, within, utilisation, posts // unit)
