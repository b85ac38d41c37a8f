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


Rule = Callable[[Waiting], int]
"""Returns a ULD's rank in the queue: the lowest is first; of equal ranks that of the first flight, then the first
ULD."""


def first_come(uld: Waiting) -> int:
    """In the order of the requests."""
    return uld.since


def is_possible(rank: int, uld: Waiting) -> bool:  # noqa: ARG001 - the rule's own arguments, as in every decision
    """A whole number."""
    return True


RULES: Final[dict[str, Rule]] = {"first_come": first_come}
