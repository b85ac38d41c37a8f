"""The phases of an instant.

Events of one instant happen phase by phase, so that their order is always defined. Events that free a resource happen
before those that take it. In the chain hall → position → tug → loader → stand, a grant frees the resource behind it, so
the order of the phases is that of the chain. Each step forward takes at least a tick, so no phase happens twice in an
instant.
"""

from collections.abc import Callable, Generator
from enum import IntEnum

import simpy

Process = Generator[simpy.Event, object, None]
"""The life of one thing, from event to event."""


class Phase(IntEnum):
    """Priorities of SimPy events. 0 and 1 are SimPy's own, and resume processes within a phase."""

    FEED = 2
    """Rounds of hold zones, and of chutes that lead to a second machine: second passes arrive at their machines."""
    PHYSICAL = 3
    """Durations end: work in hand is done, held tokens are released, and requests are made."""
    MACHINE = 4
    """Machines pick their next parcel."""
    BREAKDOWN = 5
    POSITION = 6
    TUG = 7
    LOADER = 8
    STAND = 9
    DESK = 10
    DOOR = 11
    DIVERT = 12
    """Flights that have been held too long give up."""
    CUT_OFF = 13
    """Trucks take ready parcels."""
    ROUND = 14
    """The dispatcher checks held trucks and calls extra trucks; shuttles leave; ULDs of exports are formed."""
    BUILD_UP = 15
    """Build-up places and outbound tugs, which cut-offs and rounds request."""


def start(process: Process) -> None:
    """Run a process from event to event.

    Nothing waits for its end, so it needs neither of the two events with which a SimPy process begins and ends.
    """

    def go_on(event: simpy.Event) -> None:
        try:
            coming = process.send(event.value)
            while coming.processed:
                coming = process.send(coming.value)
        except StopIteration:
            return
        call(coming, go_on)

    first = next(process, None)
    if first is not None:
        call(first, go_on)


def at(env: simpy.Environment, instant: int, phase: int = Phase.PHYSICAL) -> simpy.Event:
    """An event at an instant [ticks, not before now] in a phase: the current or any later phase of the hub."""
    event = env.event()
    # As in `simpy.Timeout`, which has no phases.
    event._ok = True  # noqa: SLF001
    event._value = None  # noqa: SLF001
    env.schedule(event, priority=phase, delay=instant - env.now)  # type: ignore[arg-type]
    return event


def after(env: simpy.Environment, duration: int, phase: Phase = Phase.PHYSICAL) -> simpy.Event:
    """An event a duration [ticks] from now, in its phase."""
    return at(env, int(env.now) + duration, phase)


def call(event: simpy.Event, function: Callable[[simpy.Event], None]) -> None:
    """Call a function when an event happens that has not happened yet."""
    assert event.callbacks is not None
    event.callbacks.append(function)
