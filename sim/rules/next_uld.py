"""Which of the waiting ULDs of a hall is broken down next."""

from collections.abc import Callable
from typing import Final, NamedTuple


class Waiting(NamedTuple):
    """A ULD that is checked in and requests a station."""

    since: int
    """Instant of the request [ticks]."""
    n_units: int
    """Number of its units: parcels, bags or whole ULDs."""
    n_parcels: int
    """Number of its parcels."""
    n_sent: int
    """Parcels that leave from another hall."""
    floor: int
    """Floor that it needs, as the number of parcels that need the same room."""
    flight: int
    """Number of its flight, by drawn arrival."""
    arrival: int
    """Drawn arrival of its flight, from which the promise counts [ticks]."""


class Queue(NamedTuple):
    """The queue of a hall's break-down at the instant of the choice. Nothing in it can be changed."""

    now: int
    """The instant [ticks]."""
    waiting: tuple[Waiting, ...]
    """The ULDs that wait, by flight and index."""
    free_stations: int
    """Stations without a ULD; below 0 if more are held than are in service."""
    free_workers: int
    """Break-down workers without a ULD; below 0 if a shift has ended while more are at work."""
    free_floor: int
    """Floor that is neither occupied nor reserved, as a number of parcels."""
    held: tuple[int, ...]
    """Stations in use, by machine of the hall (M)."""


Rule = Callable[[Waiting, Queue], int]
"""Returns a ULD's rank in the queue: the lowest is first; of equal ranks that of the first flight, then the first
ULD. It is called for every waiting ULD before each grant."""


def first_come(uld: Waiting, queue: Queue) -> int:  # noqa: ARG001 - the rule's own arguments, as in every decision
    """In the order of the requests."""
    return uld.since


def is_possible(rank: int, uld: Waiting, queue: Queue) -> bool:  # noqa: ARG001
    """A whole number."""
    return True


RULES: Final[dict[str, Rule]] = {"first_come": first_come}
