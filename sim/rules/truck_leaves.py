"""When a timetabled truck leaves; an extra one leaves with what is there."""

from collections.abc import Callable
from typing import Final, NamedTuple


class Waiting(NamedTuple):
    """A truck at its door, at its cut-off or in a dispatcher's round after it."""

    fill: float
    """Of its trailer, 0 … 1, if it took what is ready."""
    least_fill: float
    """As configured."""
    held: int
    """Since its scheduled cut-off [ticks]."""
    longest_hold: int
    """As configured [ticks]."""
    is_floor_short: bool
    """Break-down waits for floor in its hall; only known in rounds."""


Rule = Callable[[Waiting], bool]
"""Whether the truck leaves now; else it is asked again in the next round."""


def full_enough(truck: Waiting) -> bool:
    """With a fair load, after the longest wait, or to make floor."""
    return truck.is_floor_short or truck.fill >= truck.least_fill or truck.held >= truck.longest_hold


def is_possible(leaves: bool, truck: Waiting) -> bool:  # noqa: ARG001, FBT001 - the rule's own answer and arguments
    """Either of True and False."""
    return True


RULES: Final[dict[str, Rule]] = {"full_enough": full_enough}
