"""How much of a role's rostered hours lies in the night, which is paid at a premium."""

from collections.abc import Iterator

from experiments.money.prices import Labour
from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK, minute_of_day
from sim.domain.roles import ROLES, Place
from sim.inputs.staffing import rosters_of, spans
from sim.units import MIN_PER_DAY, TICKS_PER_DAY, TICKS_PER_MIN


def night_share(config: HubConfig, name: str, labour: Labour) -> float:
    """Of the post-hours that a role's roster has in the whole weeks from the first measured day on; 0 of none."""
    first, end = _weeks(config)
    nights = _nights(labour, first, end)
    rostered = list(_rostered(config, name))
    night = sum(max(0, min(to, ends) - max(since, begins)) * n for since, to, n in rostered for begins, ends in nights)
    total = sum((to - since) * n for since, to, n in rostered)
    return night / total if total else 0.0


def rostered_ticks(config: HubConfig, name: str) -> int:
    """Post-time that a role's roster has in those weeks [ticks]."""
    return sum((to - since) * n for since, to, n in _rostered(config, name))


def _weeks(config: HubConfig) -> tuple[int, int]:
    """The first measured day, and the end of the last whole week that begins in the measured days."""
    first, n_weeks = config.warmup_days, -(-config.horizon_days // DAYS_PER_WEEK)
    return first, first + n_weeks * DAYS_PER_WEEK


def _rostered(config: HubConfig, name: str) -> Iterator[tuple[int, int, int]]:
    """From and to [ticks], and how many posts of the role."""
    low, high = (day * TICKS_PER_DAY for day in _weeks(config))
    rosters = rosters_of(config, high)
    for hall in (None,) if ROLES[name].place is Place.APRON else config.halls:
        yield from spans(rosters.of_role(name, hall), low, high)


def night_of_day(labour: Labour) -> float:
    """The share of a day that is night."""
    return (minute_of_day(labour.night_to) - minute_of_day(labour.night_from)) % MIN_PER_DAY / MIN_PER_DAY


def _nights(labour: Labour, first_day: int, end_day: int) -> list[tuple[int, int]]:
    """From and to [ticks] of the nights, that before the first day too; from and to the same: none."""
    first, last = minute_of_day(labour.night_from), minute_of_day(labour.night_to)
    length = (last - first) % MIN_PER_DAY
    begins = [day * TICKS_PER_DAY + first * TICKS_PER_MIN for day in range(first_day - 1, end_day)]
    return [(begin, begin + length * TICKS_PER_MIN) for begin in begins]
