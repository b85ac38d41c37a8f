"""What it comes in: aircraft types, and the parcels."""

from dataclasses import dataclass
from typing import Annotated

from sim.config.bounds import Positive, Share
from sim.reading import Bounds


@dataclass(frozen=True, slots=True)
class Deck:
    """ULD positions of one deck, the parcels of a ULD there relative to the other deck's, and what exports may fill."""

    ulds: Annotated[int, Bounds(ge=0, le=200)]
    parcels: Annotated[int, Bounds(ge=1, le=100_000)]
    m3: Positive
    kg: Positive


@dataclass(frozen=True, slots=True)
class AircraftType:
    share: Share
    main_deck: Deck
    lower_deck: Deck
    payload_t: Positive

    def __post_init__(self) -> None:
        if self.main_deck.ulds + self.lower_deck.ulds == 0:
            raise ValueError("main_deck.ulds + lower_deck.ulds: an aircraft type needs at least one position, got 0")


@dataclass(frozen=True, slots=True)
class Parcels:
    """Size and legibility of a parcel: lognormal mass, lognormal litres per kilogram."""

    median_kg: Positive
    mean_l: Positive
    l_per_kg_sigma: Annotated[float, Bounds(ge=0, le=2)]
    heaviest_kg: Positive
    no_read_share: Share
    non_conveyable_share: Share
