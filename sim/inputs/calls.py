"""Flights before they have a number, and what disruptions do to when they come."""

from collections.abc import Iterable
from typing import NamedTuple

from sim.config import HubConfig
from sim.config.bounds import minute_of_day
from sim.config.disruptions import LateFlights, NightCurfew
from sim.inputs.disruptions import merged, nights, spans
from sim.kernels.runway import open_from
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_MIN, ticks


class Call(NamedTuple):
    """A flight before it has a number. Instants in ticks."""

    arrival: int
    key: str
    entity: tuple[int, ...]
    sibt: int
    aircraft: str | None
    n_parcels: int | None
    sobt: int | None
    """Scheduled off-block; None: by the turnaround."""
    is_moved: bool = False
    after: tuple[int, ...] | None = None
    """Entity of the flight that its aircraft flew before."""
    leg: int = 0


def disturbed(calls: Iterable[Call], config: HubConfig, end: int) -> list[Call]:
    """The flights as they come in the run, which ends at `end` [ticks].

    First a curfew moves schedules out of the night, then closures upstream hold flights back, and at last those that
    would still come in the night wait for its end.
    """
    found = list(calls)
    curfews = [one for one in config.disruptions.values() if isinstance(one, NightCurfew)]
    for curfew in curfews:
        found = [_out_of_the_night(call, curfew) for call in found]
    for (begin, until), late in sorted(spans(config, LateFlights), key=lambda pair: pair[0]):
        found = _held_upstream(found, begin, until, ticks(late.separation_min))
    closed = merged(span for curfew in curfews for span in nights(curfew, end))
    return [call._replace(arrival=open_from(closed, call.arrival)) for call in found] if closed else found


def _out_of_the_night(call: Call, curfew: NightCurfew) -> Call:
    """Scheduled in the night: moved by the fewest whole hours that lead out of it (ties: later), with its delay.

    By whole hours, so that the night's flights do not all come at its edge.
    """
    into = (call.sibt / TICKS_PER_MIN - minute_of_day(curfew.closes)) % MIN_PER_DAY
    if into >= curfew.night_min:
        return call
    earlier = int(into // MIN_PER_H) + 1
    later = -int((into - curfew.night_min) // MIN_PER_H)
    hours = later if later <= earlier else -earlier
    moved = hours * MIN_PER_H * TICKS_PER_MIN
    sobt = None if call.sobt is None else call.sobt + moved
    return call._replace(sibt=call.sibt + moved, arrival=call.arrival + moved, sobt=sobt, is_moved=True)


def _held_upstream(calls: list[Call], begin: int, until: int, separation: int) -> list[Call]:
    """Those that would land from `begin` to before `until` come from then on, in their order, each behind the other."""
    held = sorted((call for call in calls if begin <= call.arrival < until), key=lambda call: call[:3])
    others = [call for call in calls if not begin <= call.arrival < until]
    return others + [call._replace(arrival=until + place * separation) for place, call in enumerate(held)]
