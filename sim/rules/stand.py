"""Which of the waiting flights gets the next stand."""

from collections.abc import Callable
from typing import Final, NamedTuple


class Waiting(NamedTuple):
    """A flight that requests a stand. Instants in ticks."""

    since: int
    """When it requested the stand."""
    sibt: int
    """Scheduled in-block."""
    n_ulds: int
    """Number of its ULDs."""
    n_parcels: int
    """Number of its parcels."""


Rule = Callable[[Waiting], int]
"""Returns a flight's rank in the queue: the lowest is first; of equal ranks, the flight with the lowest number."""


def first_come(flight: Waiting) -> int:
    """In the order of the requests."""
    return flight.since


def is_possible(rank: int, flight: Waiting) -> bool:  # noqa: ARG001 - the rule's own arguments, as in every decision
    """A whole number."""
    return True


RULES: Final[dict[str, Rule]] = {"first_come": first_come}
