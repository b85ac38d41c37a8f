"""For which deck a lane's next ULD of exports is built: 0 main, 1 lower."""

from collections.abc import Callable, Sequence
from typing import Final

Rule = Callable[[Sequence[int], Sequence[int]], int]
"""Receives, by deck, ULDs of the lane that no flight has taken and positions of its next flight; returns the deck."""


def main_first(standing: Sequence[int], positions: Sequence[int]) -> int:
    """The main deck while it has a free position, then the lower deck; if both are full, the first with positions.

    >>> [main_first(standing, (2, 1)) for standing in ((1, 0), (2, 0), (2, 1))]
    [0, 1, 0]
    >>> main_first((0, 5), (0, 3))
    1
    """
    decks = range(len(positions))
    has_room = [deck for deck in decks if standing[deck] < positions[deck]]
    return has_room[0] if has_room else next((deck for deck in decks if positions[deck]), 0)


def is_possible(deck: int, standing: Sequence[int], positions: Sequence[int]) -> bool:  # noqa: ARG001 - the rule's own
    """The number of a deck, with positions if any deck has them."""
    return 0 <= deck < len(positions) and (positions[deck] > 0 or not any(positions))


RULES: Final[dict[str, Rule]] = {"main_first": main_first}
