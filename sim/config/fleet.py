"""What it comes in: aircraft types, and the parcels."""

import math
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

from sim.config.bounds import Positive, Share
from sim.distributions import Shape
from sim.reading import Bounds
from sim.units import KG_PER_T, L_PER_M3

_ROUNDING: Final = 1e-9
"""Of a quotient of floats that is a whole number of parcels."""


class LoadLimit(NamedTuple):
    """The most parcels that an aircraft type carries, and what ends there."""

    parcels: int
    reason: str
    """For a message: `payload_t = 93.5`."""


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
    payload_t: Annotated[float, Bounds(gt=0, le=500)]
    """The largest freighter carried 250 t."""

    def __post_init__(self) -> None:
        if self.main_deck.ulds + self.lower_deck.ulds == 0:
            raise ValueError("main_deck.ulds + lower_deck.ulds: an aircraft type needs at least one position, got 0")

    def load_limit(self, parcel_kg: float, parcel_l: float, payload_share: float = 1.0) -> LoadLimit:
        """Of parcels of a mean mass [kg] and packed volume [l]: by payload, and by kg and m3 of its ULD positions.

        `payload_share`: of the payload that may be used.
        """
        decks = [
            (deck, f"{name}.ulds = {deck.ulds}")
            for name, deck in (("main_deck", self.main_deck), ("lower_deck", self.lower_deck))
            if deck.ulds
        ]
        positions = " and ".join(text for _, text in decks)
        quotients = (
            (payload_share * self.payload_t * KG_PER_T / parcel_kg, f"payload_t = {self.payload_t:g}"),
            (sum(deck.ulds * deck.kg for deck, _ in decks) / parcel_kg, f"{positions}, by the kg of a ULD"),
            (sum(deck.ulds * deck.m3 for deck, _ in decks) * L_PER_M3 / parcel_l, f"{positions}, by the m3 of a ULD"),
        )
        most, reason = min(quotients)
        return LoadLimit(math.floor(most * (1 + _ROUNDING)), reason)


@dataclass(frozen=True, slots=True)
class Parcels:
    """Size and legibility of a parcel: mass and litres per kilogram, lognormal if no shape says otherwise."""

    median_kg: Positive | Shape
    mean_l: Positive
    l_per_kg_sigma: Annotated[float, Bounds(ge=0, le=2)] | Shape
    heaviest_kg: Positive
    tightest_share: Annotated[float, Bounds(gt=0, le=1)]
    """Of its mean volume that a parcel takes in a ULD packed as tightly as can be."""
    no_read_share: Share
    non_conveyable_share: Share
