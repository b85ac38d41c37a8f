"""Which empty ULDs a flight takes back."""

from collections.abc import Callable, Sequence
from typing import Final

Rule = Callable[[Sequence[int], Sequence[int], int], list[tuple[int, int, int]]]
"""Receives spare empty ULDs by hall (H), positions left by deck, and the size of a stack in one position. Returns
(deck, hall, number) for each position, all ULDs of one hall."""


def hall_by_hall(spare: Sequence[int], positions: Sequence[int], stack: int) -> list[tuple[int, int, int]]:
    """Halls in order, the main deck first.

    >>> hall_by_hall([3, 1], (1, 3), 2)
    [(0, 0, 2), (1, 0, 1), (1, 1, 1)]
    """
    places = [deck for deck, n in enumerate(positions) for _ in range(n)]
    loads = [(hall, min(stack, n - i)) for hall, n in enumerate(spare) for i in range(0, n, stack)]
    return [(deck, hall, n) for deck, (hall, n) in zip(places, loads, strict=False)]


def is_possible(loads: list[tuple[int, int, int]], spare: Sequence[int], positions: Sequence[int], stack: int) -> bool:
    """(deck, hall, number) for each position, within the positions, the spare empty ULDs of the hall, and the stack."""
    is_known = all(deck in range(len(positions)) and hall in range(len(spare)) for deck, hall, _ in loads)
    return (
        is_known
        and all(1 <= n <= stack for _, _, n in loads)
        and all(sum(to == deck for to, _, _ in loads) <= most for deck, most in enumerate(positions))
        and all(sum(n for _, of, n in loads if of == hall) <= most for hall, most in enumerate(spare))
    )


RULES: Final[dict[str, Rule]] = {"hall_by_hall": hall_by_hall}
