"""Which machine's stations are to break down the next ULD of a hall."""

from collections.abc import Callable, Sequence
from typing import Final

Rule = Callable[[Sequence[int], Sequence[int]], int]
"""Receives stations in use and all stations, by machine (M), at least one of them free; returns the machine."""


def fewest_held(held: Sequence[int], stations: Sequence[int]) -> int:
    """The machine with a free station and the fewest stations in use; ties: the lowest number.

    >>> fewest_held([2, 1, 1], [7, 6, 6])
    1
    """
    is_free = [machine for machine, n in enumerate(stations) if held[machine] < n]
    return min(is_free, key=lambda machine: held[machine])


def is_possible(machine: int, held: Sequence[int], stations: Sequence[int]) -> bool:
    """The number of a machine with a free station."""
    return 0 <= machine < len(stations) and held[machine] < stations[machine]


RULES: Final[dict[str, Rule]] = {"fewest_held": fewest_held}
