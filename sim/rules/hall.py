"""Which hall the ULDs of a flight go to."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple


class Place(NamedTuple):
    """A hall at the moment of the choice."""

    is_open: bool
    """Whether ULDs can be sent to it."""
    stations: int
    """Break-down stations of all its machines."""
    to_come: int
    """ULDs that were sent to the hall and whose break-down has not begun."""
    served: int
    """Units (parcels, bags or whole ULDs) to be sent now whose trucks leave from this hall."""


class Rule(NamedTuple):
    """`choose` returns the number of an open hall (H)."""

    choose: Callable[[Sequence[Place]], int]
    """The function; a rule of a file is this function only."""
    is_of_flight: bool
    """Whether the hall is chosen once for a flight, when it gets its loaders; otherwise for each ULD, when its train
    gets a tug."""


def free_first(halls: Sequence[Place]) -> int:
    """The open hall with the fewest ULDs to come for each station; ties: the lowest number."""
    return _first([number for number, hall in enumerate(halls) if hall.is_open], halls)


def serves_most(halls: Sequence[Place]) -> int:
    """The open hall that serves most of the parcels; ties: as in `free_first`."""
    most = max(hall.served for hall in halls if hall.is_open)
    return _first([number for number, hall in enumerate(halls) if hall.is_open and hall.served == most], halls)


def _first(among: Sequence[int], halls: Sequence[Place]) -> int:
    return min(among, key=lambda number: (Fraction(halls[number].to_come, halls[number].stations), number))


def is_possible(number: int, halls: Sequence[Place]) -> bool:
    """The number of an open hall."""
    return 0 <= number < len(halls) and halls[number].is_open


RULES: Final = {
    "flight": Rule(free_first, is_of_flight=True),
    "uld": Rule(free_first, is_of_flight=False),
    "lane": Rule(serves_most, is_of_flight=False),
}
