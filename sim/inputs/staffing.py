"""When people work: shifts of the roster, or as many people as the expected work needs (rules 33 and 55)."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter

import numpy as np

from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK, minute_of_day
from sim.domain.roles import ROLES, Place, Role
from sim.domain.site import Manning
from sim.errors import ConfigError
from sim.inputs.expected_flights import BIN_MIN, MARGIN, Bins
from sim.inputs.expected_work import ExpectedWork, expected_work, most_posts
from sim.inputs.roster import ROUNDING, Absence, manned
from sim.latest import for_latest
from sim.units import MIN_PER_DAY, MIN_PER_H, MIN_PER_WEEK, TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN, Numbers

_WEEK = MIN_PER_WEEK * TICKS_PER_MIN


@dataclass(frozen=True, slots=True)
class Rosters:
    """The rosters of a configuration's run up to `end` [ticks], with absences."""

    config: HubConfig
    end: int
    away: Sequence[Absence]
    work: ExpectedWork | None
    """None: no role follows the work."""
    _known: dict[tuple[str, str | None], Manning] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of_place(self, place: Place, hall_name: str | None = None) -> Mapping[str, Manning]:
        """Manning by kind of token or desk, for roles with work on the apron, in a hall or at a hall's machines."""
        return {
            role.kind: self.of_role(name, hall_name)
            for name, role in ROLES.items()
            if role.place is place and has_work(self.config, role)
        }

    def of_role(self, name: str, hall_name: str | None = None) -> Manning:
        """Manning of a role; `hall_name` for posts of a hall or its machines.

        Raises:
            ConfigError: the role's shifts allow no work at any hour of the week.
        """
        if (role := (name, hall_name)) not in self._known:
            self._known[role] = self._manning(name, hall_name)
        return self._known[role]

    def _manning(self, name: str, hall_name: str | None) -> Manning:
        config, posts = self.config, most_posts(self.config, name, hall_name)
        by_work = self._by_work(name, hall_name, posts) if posts and config.roster.follows_work(name) else None
        most, least = _most_manned(config, name, posts, by_work), at_once(config, name)
        if posts and most < least:
            raise ConfigError(
                f"roster.roles.{name}: at most {most} of {posts} posts are ever manned, but the work takes {least} at"
                " once"
            )
        return manned(config.roster, name, posts, config.start_date, self.end, self.away, by_work, config.clock)

    def least_crews(self, names: Sequence[str], hall_name: str | None) -> int:
        """Crews of people for these roles, which follow the work: enough for a mean flight within `work_within_min`."""
        assert self.work is not None
        of_a_crew = work_within_min(self.config) * at_once(self.config, names[0])
        minutes = sum(self.work.of_a_flight(name, hall_name) for name in names)
        return max(1, math.ceil(minutes / of_a_crew - ROUNDING))

    def _by_work(self, name: str, hall_name: str | None, posts: int) -> dict[int, float]:
        """Share of the posts that the expected work needs, from the beginning of each shift on (rule 55)."""
        work = self.config.roster.work
        assert self.work is not None and work is not None
        target = work.utilisation[name]
        assert target is not None
        crew = at_once(self.config, name)
        begins, least = self._begins(), self.least_crews([name], hall_name)
        part, post_minutes = self._busiest(self.work.of_role(name, hall_name), begins)
        needed = post_minutes / (part * target * crew)
        if name == "breakdown":
            assert hall_name is not None
            needed = np.maximum(needed, self._machines_fed(hall_name, begins))
        shares, end_of_all = {}, self._local_end
        for (begin, end), has_work, crews in zip(pairwise(begins), post_minutes > 0, needed, strict=True):
            if end > 0 and begin * TICKS_PER_MIN < end_of_all:
                share = min(posts, max(least if has_work else 1, math.ceil(crews - ROUNDING)) * crew) / posts
                shares[max(0, begin) * TICKS_PER_MIN] = self.config.roster.of_shift(share, begin, end)
        return shares

    @property
    def _local_end(self) -> int:
        return self.config.clock.local(self.end)

    def _begins(self) -> list[int]:
        """When shifts that follow the work begin, local time [min]: S shifts, and the end of the last."""
        assert self.config.roster.work is not None
        starts = [minute_of_day(text) for text in self.config.roster.work.starts]
        days = range(-1, self._local_end // TICKS_PER_DAY + 2)
        return [day * MIN_PER_DAY + minute for day in days for minute in starts]

    def _busiest(self, work: Bins, begins: Sequence[int]) -> tuple[Numbers, Numbers]:
        """The time allowed in each of S shifts [min], and the most work that falls due in it [post-minutes]."""
        until = np.concatenate(([0.0], np.cumsum(work)))
        length = np.diff(begins)
        part = np.minimum(length, work_within_min(self.config))
        # Work is done evenly in the time after it falls due: what fell due in any such time that ends in the shift.
        offsets = np.arange(0, length.max() + BIN_MIN if (part < length).any() else 1, BIN_MIN)[:, None]
        last = begins[:-1] + np.where(part < length, np.minimum(offsets, length), length)
        at = np.interp((np.array((last - part, last)) + MARGIN * BIN_MIN) / BIN_MIN, np.arange(len(until)), until)
        return part, (at[1] - at[0]).max(axis=0)

    def _machines_fed(self, hall_name: str, begins: Sequence[int]) -> Numbers:
        """Machines that imports keep busy in each of S shifts, at the rate of the inductions that are manned then.

        A crew of break-down is held until its machine has begun the ULD's last parcel, so it feeds one machine.
        """
        config, name = self.config, "induction"
        assert self.work is not None and config.roster.work is not None
        n_machines, posts = config.halls[hall_name].sorting_machines, most_posts(config, name, hall_name)
        by_work = self._by_work(name, hall_name, posts) if config.roster.follows_work(name) else None
        steps = manned(config.roster, name, posts, config.start_date, self._local_end, by_work=by_work)
        at = np.searchsorted(steps.start, np.array(begins[:-1]) * TICKS_PER_MIN, side="right") - 1
        inductions = np.maximum(1, np.array(steps.posts)[np.maximum(at, 0)])
        part, post_minutes = self._busiest(self.work.of_imports(name, hall_name), begins)
        target = config.roster.work.utilisation[name] or 1.0
        machines: Numbers = np.minimum(n_machines, n_machines * post_minutes / (part * target * inductions))
        return machines


def people_of_posts(config: HubConfig) -> dict[str, int]:
    """People who would man all posts at the same time, by role with work."""
    places: dict[Place, list[object]] = {
        Place.APRON: [config.apron],
        Place.HALL: [*config.halls.values()],
        Place.MACHINE: [config] * sum(hall.sorting_machines for hall in config.halls.values()),
    }
    return {
        name: people_a_post(config, name) * sum(attrgetter(role.posts)(owner) for owner in places[role.place])
        for name, role in ROLES.items()
        if has_work(config, role)
    }


def people_a_post(config: HubConfig, role: str) -> int:
    people = ROLES[role].people
    return attrgetter(people)(config) if people else 1


def people_at_work(config: HubConfig, role: str) -> int:
    """People of a role that one piece of work needs; for a machine, all who feed it."""
    posts = config.sorting.inductions if ROLES[role].place is Place.MACHINE else at_once(config, role)
    return posts * people_a_post(config, role)


def rostered_h_per_day(config: HubConfig) -> dict[str, float]:
    """Person-hours a day of the roster in the first measured week, by role with work."""
    low = config.warmup_days * TICKS_PER_DAY
    rosters = rosters_of(config, low + _WEEK)
    hours = {}
    for name, role in ROLES.items():
        if has_work(config, role):
            manned = sum((end - begin) * posts for begin, end, posts in spans_of_role(rosters, name, low, low + _WEEK))
            hours[name] = manned * people_a_post(config, name) / TICKS_PER_H / DAYS_PER_WEEK
    return hours


def fully_manned(config: HubConfig) -> list[str]:
    """Roles with work of which all posts are manned at any time of the first measured week."""
    low = config.warmup_days * TICKS_PER_DAY
    rosters = rosters_of(config, low + _WEEK)
    return [
        name
        for name, role in ROLES.items()
        if has_work(config, role)
        and all(
            posts == most_posts(config, name, hall_name)
            for hall_name, opens in _places(config, role)
            for *_, posts in spans(rosters.of_role(name, hall_name), max(low, opens), low + _WEEK)
        )
    ]


def is_ever_manned(config: HubConfig, name: str) -> bool:
    """Whether the shifts of a role man what one piece of its work takes at some time, wherever it has posts."""
    return all(_most_manned(config, name, posts) >= at_once(config, name) for posts in _posts(config, name))


def least_share(config: HubConfig, name: str) -> float:
    """The share of a role's posts that, in whole posts, is what one piece of its work takes, wherever it has posts."""
    shares = ((at_once(config, name) - 0.5) / posts for posts in _posts(config, name))
    return min(1.0, max(shares, default=0.0))


def _posts(config: HubConfig, name: str) -> Iterator[int]:
    """The most posts of a role in each place that has any."""
    return filter(None, (most_posts(config, name, hall_name) for hall_name, _ in _places(config, ROLES[name])))


def _most_manned(config: HubConfig, name: str, posts: int, by_work: Mapping[int, float] | None = None) -> int:
    week = manned(config.roster, name, posts, config.start_date, _WEEK, by_work=by_work)
    return max(n for start, n in zip(week.start, week.posts, strict=True) if start < _WEEK)


def spans_of_role(rosters: Rosters, name: str, low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """Start, end [ticks] and manned posts of a role's steps between `low` and `high`, in each place from its opening.

    Posts of machines are those of all machines of a hall.
    """
    config, role = rosters.config, ROLES[name]
    for hall_name, opens in _places(config, role):
        machines = config.halls[str(hall_name)].sorting_machines if role.place is Place.MACHINE else 1
        for begin, end, posts in spans(rosters.of_role(name, hall_name), min(max(low, opens), high), high):
            yield begin, end, posts * machines


def _places(config: HubConfig, role: Role) -> Iterator[tuple[str | None, int]]:
    """Where a role works, and from when on [ticks]: the apron (None), or each hall."""
    if role.place is Place.APRON:
        yield None, 0
    else:
        yield from ((name, config.opens_at(hall)) for name, hall in config.halls.items())


def spans(manning: Manning, low: int, high: int) -> list[tuple[int, int, int]]:
    """Start, end [ticks] and manned posts of each step between `low` and `high`."""
    edges = pairwise((*manning.start, max(high, manning.start[-1])))
    return [
        (max(low, begin), min(high, end), posts)
        for (begin, end), posts in zip(edges, manning.posts, strict=True)
        if begin < high and end > low
    ]


@for_latest
def rosters_of(config: HubConfig, end: int, away: Sequence[Absence] = ()) -> Rosters:
    return Rosters(config, end, away, expected_work(config, end) if config.roster.work is not None else None)


def work_within_min(config: HubConfig) -> float:
    """Time within which people who follow the work are to have done it [min]."""
    assert config.roster.work is not None
    return config.roster.work.promise_share * config.service_h * MIN_PER_H


def at_once(config: HubConfig, name: str) -> int:
    """Posts of a role that one piece of work needs."""
    key = ROLES[name].at_once
    return attrgetter(key)(config) if key else 1


def has_work(config: HubConfig, role: Role) -> bool:
    """Whether the hub has the work of this role."""
    has_exports, is_declared = config.exports.share > 0, config.customs.declared is not None
    return (has_exports or not role.is_of_exports) and (is_declared or not role.is_of_declarations)
