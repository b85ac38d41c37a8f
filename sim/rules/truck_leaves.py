"""When a timetabled truck leaves; an extra truck leaves with the parcels that are ready."""

from collections.abc import Callable
from typing import Final, NamedTuple


class Waiting(NamedTuple):
    """A truck at its door, at its cut-off or in a later dispatcher's round."""

    fill: float
    """Share of its trailer, 0 … 1, that the ready parcels would fill."""
    least_fill: float
    """Least fill, as configured."""
    held: int
    """Time since its scheduled cut-off [ticks]."""
    longest_hold: int
    """Longest hold, as configured [ticks]."""
    is_floor_short: bool
    """Whether break-down waits for floor in its hall; known in rounds only."""


Rule = Callable[[Waiting], bool]
"""Whether the truck leaves now; otherwise the rule is called again in the next round."""


def full_enough(truck: Waiting) -> bool:
    """With enough load, after the longest hold, or to free floor."""
    return truck.is_floor_short or truck.fill >= truck.least_fill or truck.held >= truck.longest_hold


def is_possible(leaves: bool, truck: Waiting) -> bool:  # noqa: ARG001, FBT001 - the rule's own answer and arguments
    """Either True or False."""
    return True


RULES: Final[dict[str, Rule]] = {"full_enough": full_enough}
