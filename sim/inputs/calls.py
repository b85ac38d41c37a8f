"""Flights before they are numbered, and the effects of disruptions on their arrivals."""

from collections.abc import Iterable
from typing import NamedTuple

from sim.config.disruptions import Disruption
from sim.domain.clock import Clock
from sim.inputs.disruptions import Disturbances, merged
from sim.kernels.runway import open_from
from sim.units import TICKS_PER_MIN, ticks


class Call(NamedTuple):
    """A flight before it is numbered. Instants in ticks; local times until `on_clock`."""

    arrival: int
    key: str
    entity: tuple[int, ...]
    sibt: int
    aircraft: str | None
    n_parcels: int | None
    sobt: int | None
    """Scheduled off-block; None: computed from the turnaround."""
    is_moved: bool = False
    after: tuple[int, ...] | None = None
    """Entity of the flight that its aircraft flew before."""
    leg: int = 0
    has_landing: bool = False
    """Whether the arrival is the actual landing in a file."""
    second: frozenset[str] = frozenset()
    """Which of `sibt`, `arrival` and `sobt` lie in the second of two equal hours."""
    to: str | None = None
    """Destination to which it leaves; None: drawn."""


def on_clock(call: Call, clock: Clock) -> Call:
    """The flight with instants instead of local times. A drawn delay stays the same."""
    if not clock.changes:
        return call

    def instant(name: str) -> int:
        return clock.instant(getattr(call, name), is_second=name in call.second)

    sibt = instant("sibt")
    arrival = instant("arrival") if call.has_landing else sibt + call.arrival - call.sibt
    return call._replace(sibt=sibt, arrival=arrival, sobt=None if call.sobt is None else instant("sobt"))


def disturbed(calls: Iterable[Call], disturbances: Disturbances) -> list[Call]:
    """The flights as they arrive in the run.

    First schedules move out of the night. Then closures upstream hold flights back. Finally flights that would still
    arrive in the night wait for its end.
    """
    disruptions = list(disturbances)
    coming = list(calls)
    for disruption in {id(each): each for _, each in disruptions}.values():
        coming = [_moved(call, disruption, disturbances.clock) for call in coming]
    for (begin, until), disruption in disruptions:
        if (separation := disruption.holds_min()) is not None:
            coming = _held_upstream(coming, begin, until, ticks(separation))
    closed = merged(span for span, disruption in disruptions if disruption.is_nightly)
    return [call._replace(arrival=open_from(closed, call.arrival)) for call in coming] if closed else coming


def _moved(call: Call, disruption: Disruption, clock: Clock) -> Call:
    """The flight with its schedule, and so its arrival, moved; in local time, also over a change of the clocks."""
    local = clock.local(call.sibt)
    hours = round(disruption.moved_min(local / TICKS_PER_MIN) * TICKS_PER_MIN)
    if hours == 0:
        return call
    moved = clock.instant(local + hours) - call.sibt
    sobt = None if call.sobt is None else call.sobt + moved
    return call._replace(sibt=call.sibt + moved, arrival=call.arrival + moved, sobt=sobt, is_moved=True)


def _held_upstream(calls: list[Call], begin: int, until: int, separation: int) -> list[Call]:
    """Flights that would land from `begin` to before `until` land from then on, in order, one behind the other."""
    held = sorted((call for call in calls if begin <= call.arrival < until), key=lambda call: call[:3])
    others = [call for call in calls if not begin <= call.arrival < until]
    return others + [call._replace(arrival=until + place * separation) for place, call in enumerate(held)]
