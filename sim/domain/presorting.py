"""The unit that the hub handles as one piece: one row of a flight's parcels."""

from dataclasses import dataclass
from enum import StrEnum


class Presorting(StrEnum):
    """How goods are sorted before they arrive, which determines the unit of a flight's rows."""

    NONE = "none"
    """A parcel."""
    BAGS = "bags"
    """A bag with a fixed number of parcels of one lane."""
    ULDS = "ulds"
    """A ULD of one lane, which is not broken down."""


@dataclass(frozen=True, slots=True)
class Units:
    """The piece that the hub handles."""

    presorting: Presorting
    room: int
    """Floor of a unit, and its share of a trailer or shuttle, as the number of parcels that need the same room."""

    @property
    def are_parcels(self) -> bool:
        return self.presorting is Presorting.NONE

    @property
    def in_bag(self) -> int:
        """Parcels that machines, desks and posts handle as one piece."""
        return self.room if self.presorting is Presorting.BAGS else 1

    @property
    def are_ulds(self) -> bool:
        return self.presorting is Presorting.ULDS
