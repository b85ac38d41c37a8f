"""Rosters: the share of a role's posts that is manned, by local hour and weekday. Strikes are disruptions."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Annotated

from sim.config.bounds import DAYS_PER_WEEK, Share, minute_of_day
from sim.domain.roles import ROLES
from sim.reading import Bounds, near
from sim.units import MIN_PER_DAY, MIN_PER_WEEK

Factor = Annotated[float, Bounds(ge=0, le=10)]
"""Of shares; a percentage in its place is refused."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift from `start` on each of its days to the next `end`, which may be on the following day."""

    days: tuple[str, ...]
    """Each a day or a range of days: `mon`, `mon-fri`, `fri-mon`."""
    start: str
    end: str
    """If not after `start`, it is on the next day; the same clock time means 24 hours."""
    share: Share
    """Share of the role's posts that are manned."""

    def __post_init__(self) -> None:
        if not self.days:
            raise ValueError("days: at least one, got none")
        for text in self.days:
            _days(text)
        for name in ("start", "end"):
            minute_of_day(getattr(self, name), name)

    @property
    def intervals(self) -> tuple[tuple[int, int], ...]:
        """(from, to) [minutes after Monday's midnight] on each of its days; `to` may be up to a day after the week."""
        begins = minute_of_day(self.start)
        length = (minute_of_day(self.end) - begins - 1) % MIN_PER_DAY + 1
        days = sorted({day for text in self.days for day in _days(text)})
        return tuple((day * MIN_PER_DAY + begins, day * MIN_PER_DAY + begins + length) for day in days)

    def __str__(self) -> str:
        return f"{', '.join(self.days)} {self.start}-{self.end}"


def _days(text: str) -> list[int]:
    """Numbers of the days in a text such as `mon` or `fri-mon`; Monday is 0.

    >>> _days("sat-mon")
    [5, 6, 0]
    """
    first, dash, last = text.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise ValueError(f"days: each must be a day or a range of {', '.join(DAYS)}, such as 'mon-fri', got {text!r}")
    low = DAYS.index(first)
    n = (DAYS.index(last) - low) % DAYS_PER_WEEK if dash else 0
    return [(low + i) % DAYS_PER_WEEK for i in range(n + 1)]


@dataclass(frozen=True, slots=True)
class RoleRoster:
    """A role's shifts; outside them nobody works. Null: as many people as the work needs, or else round the clock."""

    factor: Factor
    """Factor on the shares of all its shifts; it never mans more than all posts."""
    shifts: tuple[Shift, ...] | None

    def __post_init__(self) -> None:
        spans = sorted(span for shift in self.shifts or () for span in shift.intervals)
        after = spans[1:] + [(low + MIN_PER_WEEK, high + MIN_PER_WEEK) for low, high in spans[:1]]
        if all(high <= low for (_, high), (low, _) in zip(spans, after, strict=True)):
            return
        for shift, other in combinations(self.shifts or (), 2):
            meet = _overlap(shift, other)
            if meet is not None:
                day, minute = divmod(meet, MIN_PER_DAY)
                raise ValueError(
                    f"shifts: '{shift}' and '{other}' overlap on {DAYS[day]} at {minute // 60:02}:{minute % 60:02}"
                )


def _overlap(shift: Shift, other: Shift) -> int | None:
    """The first minute of the week that two shifts share; None if there is none."""
    shared = [
        max(low, first + week) % MIN_PER_WEEK
        for low, high in shift.intervals
        for first, last in other.intervals
        for week in (-MIN_PER_WEEK, 0, MIN_PER_WEEK)
        if max(low, first + week) < min(high, last + week)
    ]
    return min(shared, default=None)


@dataclass(frozen=True, slots=True)
class Work:
    """Shifts whose number of people is computed from the expected work (docs/model.md, rule 55)."""

    starts: tuple[str, ...]
    """Clock times at which a shift begins every day; it lasts until the next begins."""
    promise_share: Annotated[float, Bounds(ge=0.01, le=1)]
    """Share of the promised time `service_h` within which people can do a mean flight's work, and what falls due."""
    utilisation: dict[str, Annotated[float, Bounds(ge=0.05, le=1)] | None]
    """The largest share of the paid time that the expected work takes, by role; null: not by work."""

    def __post_init__(self) -> None:
        if not self.starts:
            raise ValueError("starts: at least one clock time, got none")
        minutes = [minute_of_day(text, "starts") for text in self.starts]
        if any(late <= early for early, late in pairwise(minutes)):
            raise ValueError(f"starts: must be ascending clock times of one day, got {', '.join(self.starts)}")
        _check_roles("utilisation", self.utilisation)


@dataclass(frozen=True, slots=True)
class Roster:
    """Rosters of all roles of `sim.domain.roles`."""

    name: str
    """Name of the option, for the reader."""
    factor: Factor
    """Factor on all shares of all roles; it never mans more than all posts."""
    night_factor: Factor
    """Further factor on shifts that run over midnight."""
    work: Work | None
    """How shifts follow from the work, for roles with a target utilisation and without shifts in `roles`."""
    job_h_per_year: Annotated[float, Bounds(ge=1, le=8784)]
    """Hours a year that a full-time employee is at the post."""
    roles: dict[str, RoleRoster]

    def __post_init__(self) -> None:
        _check_roles("roles", self.roles)

    def of_shift(self, share: float, begin: int, end: int) -> float:
        """A shift's share of the posts, with the factor for nights [minutes after any midnight]."""
        return share * (self.night_factor if begin // MIN_PER_DAY != (end - 1) // MIN_PER_DAY else 1)

    def follows_work(self, role: str) -> bool:
        return self.work is not None and self.work.utilisation[role] is not None and self.roles[role].shifts is None


def _check_roles(key: str, given: Iterable[str]) -> None:
    """Refuse unknown roles, and roles that are missing."""
    names = tuple(given)
    for role in names:
        if role not in ROLES:
            raise ValueError(f"{key}.{role}: unknown role{near(role, ROLES)}")
    for role in ROLES:
        if role not in names:
            raise ValueError(f"{key}.{role}: missing")
