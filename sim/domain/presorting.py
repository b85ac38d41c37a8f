"""What one row of a flight's parcels is: the unit that the hub handles as one piece."""

from dataclasses import dataclass
from enum import StrEnum


class Presorting(StrEnum):
    """How goods were sorted before they came: what one row of a flight's parcels is, its unit."""

    NONE = "none"
    """A parcel."""
    BAGS = "bags"
    """A bag of equally many parcels of one lane."""
    ULDS = "ulds"
    """A ULD of one lane, which is not broken down."""


@dataclass(frozen=True, slots=True)
class Units:
    """What the hub handles as one piece."""

    presorting: Presorting
    room: int
    """Floor that a unit takes, and its share of a trailer or shuttle, in parcels' room."""

    @property
    def are_parcels(self) -> bool:
        return self.presorting is Presorting.NONE

    @property
    def in_bag(self) -> int:
        """Parcels that machines, desks and posts handle as one."""
        return self.room if self.presorting is Presorting.BAGS else 1

    @property
    def are_ulds(self) -> bool:
        return self.presorting is Presorting.ULDS
