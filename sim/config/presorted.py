"""Configuration of pre-sorted goods: bags of one lane, or whole ULDs of one lane."""

from dataclasses import dataclass
from typing import Annotated

from sim.config.bounds import Count, PieceTime
from sim.domain.presorting import Presorting
from sim.reading import Bounds


@dataclass(frozen=True, slots=True)
class Presorted:
    goods: Presorting
    bag_parcels: Annotated[int, Bounds(ge=2, le=1000)]
    bag_min: PieceTime
    """Mean handling time of a bag at break-down. It has the same spread as that of a parcel."""
    uld_pallets: Count
    """Floor and trailer room of a whole ULD, in pallets."""
    carry_min: PieceTime
    """Time to carry a whole ULD from its position to its lane, and from the hold zone to its lane."""

    def unit_room(self, parcels_per_pallet: int) -> int:
        """Floor of a unit, as the number of parcels that need the same floor."""
        rooms = {Presorting.BAGS: self.bag_parcels, Presorting.ULDS: self.uld_pallets * parcels_per_pallet}
        return rooms.get(self.goods, 1)

    @property
    def bag_size(self) -> int:
        """Parcels of the smallest unit; flights carry whole numbers of units."""
        return self.bag_parcels if self.goods is Presorting.BAGS else 1

    def whole(self, n_parcels: int) -> int:
        """Parcels of a flight, rounded to whole bags (half a bag up), at least one bag.

        A flight without parcels has none.
        """
        if n_parcels == 0:
            return 0
        return max(1, (n_parcels + self.bag_size // 2) // self.bag_size) * self.bag_size
