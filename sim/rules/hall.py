"""Which hall the ULDs of a flight go to."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple


class Place(NamedTuple):
    """A hall at the moment of choosing."""

    is_open: bool
    stations: int
    to_come: int
    """ULDs that were sent there and whose break-down has not begun."""
    served: int
    """Parcels to be sent now whose trucks leave from there."""


class Rule(NamedTuple):
    """`choose` gives the number of the hall, of those that are open (H)."""

    choose: Callable[[Sequence[Place]], int]
    is_of_flight: bool
    """Chosen once for a flight, when it gets its loaders; else ULD by ULD, when its train gets a tug."""


def free_first(halls: Sequence[Place]) -> int:
    """Of the open halls the one with fewest ULDs to come for each station, then lowest number."""
    return _first([number for number, hall in enumerate(halls) if hall.is_open], halls)


def serves_most(halls: Sequence[Place]) -> int:
    """Of the open halls the one that serves most of the parcels; ties: the one that is free first."""
    most = max(hall.served for hall in halls if hall.is_open)
    return _first([number for number, hall in enumerate(halls) if hall.is_open and hall.served == most], halls)


def _first(among: Sequence[int], halls: Sequence[Place]) -> int:
    return min(among, key=lambda number: (Fraction(halls[number].to_come, halls[number].stations), number))


def is_possible(number: int, halls: Sequence[Place]) -> bool:
    """The number of a hall that is open."""
    return 0 <= number < len(halls) and halls[number].is_open


RULES: Final = {
    "flight": Rule(free_first, is_of_flight=True),
    "uld": Rule(free_first, is_of_flight=False),
    "lane": Rule(serves_most, is_of_flight=False),
}
