"""Which of a lane's built ULDs fly."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple


class Built(NamedTuple):
    """A built ULD of exports that no flight has taken."""

    built: int
    """When it was built [ticks]."""
    hall: int
    """Number of the hall in which it was built."""
    sequence: int
    """Number among the ULDs of its hall and lane."""
    deck: int
    """The deck for which it was built."""
    mass: int
    """Mass [g]."""
    volume: int
    """Volume [cm³]."""


class Room(NamedTuple):
    """The room of a flight."""

    positions: tuple[int, int]
    """Free positions by deck."""
    payload: int
    """Free payload [g]."""
    most: Sequence[tuple[int, int]]
    """Limits of mass [g] and volume [cm³] of a ULD, by deck."""


Rule = Callable[[Sequence[Built], Room], list[int]]
"""Returns the ULDs that fly, as places in the sequence, in the order of loading; all must fit."""


def first_built(ulds: Sequence[Built], room: Room) -> list[int]:
    """Each ULD that fits, in the order in which they were built (ties: hall, sequence).

    >>> ulds = [Built(9, 0, 0, 0, 5, 1), Built(7, 0, 1, 0, 6, 1), Built(8, 1, 0, 0, 4, 1)]
    >>> first_built(ulds, Room((2, 0), 10, [(6, 1), (6, 1)]))
    [1, 2]
    """
    taken, left, payload = [], list(room.positions), room.payload
    for i in sorted(range(len(ulds)), key=lambda i: ulds[i][:3]):
        uld = ulds[i]
        mass, volume = room.most[uld.deck]
        if left[uld.deck] and uld.mass <= min(payload, mass) and uld.volume <= volume:
            taken.append(i)
            left[uld.deck] -= 1
            payload -= uld.mass
    return taken


def is_possible(taken: list[int], ulds: Sequence[Built], room: Room) -> bool:
    """Places in the sequence of ULDs, each at most once, that fit together."""
    if len(set(taken)) != len(taken) or not all(0 <= i < len(ulds) for i in taken):
        return False
    chosen, decks = [ulds[i] for i in taken], range(len(room.positions))
    return (
        all(sum(uld.deck == deck for uld in chosen) <= room.positions[deck] for deck in decks)
        and all(uld.mass <= room.most[uld.deck][0] and uld.volume <= room.most[uld.deck][1] for uld in chosen)
        and sum(uld.mass for uld in chosen) <= room.payload
    )


RULES: Final[dict[str, Rule]] = {"first_built": first_built}
