"""Demand curve of each role over the week: the work that the default roster expects, by half hour."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.studies.staff.design import SLOTS_PER_H, Staff, planned_roles, same_units
from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.domain.roles import ROLES, Place
from sim.inputs.expected_flights import BIN_MIN, BINS_PER_DAY, MARGIN
from sim.inputs.expected_work import most_posts
from sim.inputs.staffing import at_once, people_a_post, rosters_of, work_within_min
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
    least: int
    """Units needed for the work of one mean flight within the time of rule 55."""
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
            shared.append(Pool(name, tuple(members)))
    pooled = {each.role for pool in shared for each in pool.demands}
    return [*shared, *(Pool(role, (demand,)) for role, demand in demands.items() if role not in pooled)]


def within_h(config: HubConfig, window_h: float) -> float:
    """Hours within which work is done after it falls due: at most the time allowed by rule 55."""
    return min(window_h, work_within_min(config) / MIN_PER_H)


def demand_of(config: HubConfig, role: str, window_h: float) -> Demand:
    """Demand over the whole weeks from the first measured day, to be done within `window_h` at most."""
    weeks = -(-config.horizon_days // DAYS_PER_WEEK)
    rosters = rosters_of(config, (config.warmup_days + weeks * DAYS_PER_WEEK) * TICKS_PER_DAY)
    assert rosters.work is not None and config.roster.work is not None
    first, n = MARGIN + config.warmup_days * BINS_PER_DAY, DAYS_PER_WEEK * BINS_PER_DAY
    crew, place = at_once(config, role), ROLES[role].place
    minutes, least, posts = np.zeros(SLOTS), 0, 0
    unit = sum(hall.sorting_machines for hall in config.halls.values()) if place is Place.MACHINE else crew
    halls: Iterable[str | None] = (None,) if place is Place.APRON else config.halls
    for hall in halls:
        groups = config.halls[str(hall)].sorting_machines if place is Place.MACHINE else 1
        work = rosters.work.of_role(role, hall)[first : first + weeks * n] * groups
        minutes += work.reshape(weeks, SLOTS, _BINS_PER_SLOT).sum(axis=2).mean(axis=0)
        least += rosters.least_crews(role, hall) * crew * groups
        posts += most_posts(config, role, hall) * groups
    weekday = config.start_date.weekday() + config.warmup_days
    busy = np.roll(minutes, weekday % DAYS_PER_WEEK * SLOTS_PER_DAY) * SLOTS_PER_H / MIN_PER_H / unit
    most = posts // unit
    utilisation = config.roster.work.utilisation[role]
    assert utilisation is not None
    people, least = unit * people_a_post(config, role), min(most, -(-least // unit))
    return Demand(role, posts, unit, people, busy, within_h(config, window_h), utilisation, least, most)
