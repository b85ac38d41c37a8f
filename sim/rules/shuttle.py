"""Which units a shuttle between two halls takes."""

from collections.abc import Callable, Sequence
from typing import Final

Rule = Callable[[Sequence[int], int], list[int]]
"""Receives the units that are ready for the other hall, by route (R), and the capacity of a shuttle. Returns units by
route, taken from the front of each lane."""


def route_by_route(ready: Sequence[int], most: int) -> list[int]:
    """All units of the first route, then of the next, until the shuttle is full.

    >>> route_by_route([3, 0, 4], 5)
    [3, 0, 2]
    """
    taken: list[int] = []
    for n in ready:
        taken.append(min(n, most - sum(taken)))
    return taken


def is_possible(taken: list[int], ready: Sequence[int], most: int) -> bool:
    """Units by route, no more than are ready, and at most `most` in all."""
    return len(taken) == len(ready) and all(map(lambda n, of: 0 <= n <= of, taken, ready)) and sum(taken) <= most


RULES: Final[dict[str, Rule]] = {"route_by_route": route_by_route}
