"""How much of a role's rostered hours lies in the night, which is paid at a premium."""

from itertools import pairwise
from operator import attrgetter
from typing import Final

from experiments.money.prices import Labour
from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK, minute_of_day
from sim.domain.roles import ROLES, Place
from sim.domain.site import Manning
from sim.inputs.roster import manned
from sim.units import MIN_PER_DAY, TICKS_PER_DAY, TICKS_PER_MIN

_WEEK: Final = DAYS_PER_WEEK * TICKS_PER_DAY


def night_share(config: HubConfig, name: str, labour: Labour) -> float:
    """Of the post-hours of a role in a week of its roster; 0 where nobody is rostered."""
    role = ROLES[name]
    owners: dict[Place, list[object]] = {
        Place.HALL: [*config.halls.values()],
        Place.MACHINE: [config],
        Place.APRON: [config.apron],
    }
    nights = _nights(labour)
    total = night = 0
    for owner in owners[role.place]:
        manning = manned(config.roster, name, attrgetter(role.posts)(owner), config.start_date, _WEEK)
        for low, high, n in _spans(manning):
            total += (high - low) * n
            night += sum(max(0, min(high, to) - max(low, since)) for since, to in nights) * n
    return night / total if total else 0.0


def _spans(manning: Manning) -> list[tuple[int, int, int]]:
    """From, to [ticks], and how many posts are manned, within a week."""
    edges = pairwise((*manning.start, max(_WEEK, manning.start[-1])))
    return [(low, min(high, _WEEK), n) for (low, high), n in zip(edges, manning.posts, strict=True) if low < _WEEK]


def _nights(labour: Labour) -> list[tuple[int, int]]:
    """From and to [ticks] of a week's nights, that before its first day too; from and to the same: none."""
    first, last = minute_of_day(labour.night_from), minute_of_day(labour.night_to)
    length = (last - first) % MIN_PER_DAY
    begins = [day * TICKS_PER_DAY + first * TICKS_PER_MIN for day in range(-1, DAYS_PER_WEEK)]
    return [(begin, begin + length * TICKS_PER_MIN) for begin in begins]
