"""Aircraft types and parcels."""

import math
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

from sim.config.bounds import Positive, Share
from sim.distributions import Shape
from sim.reading import Bounds
from sim.units import KG_PER_T, L_PER_M3

_ROUNDING: Final = 1e-9
"""Tolerance for a quotient of floats that stands for a whole number of parcels."""


class LoadLimit(NamedTuple):
    """The most parcels that an aircraft type carries, and the limit that determines this."""

    parcels: int
    reason: str
    """For a message, such as `payload_t = 93.5`."""


@dataclass(frozen=True, slots=True)
class Deck:
    """ULD positions of a deck, parcels of a ULD relative to the other deck, and limits of a ULD of exports."""

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
        """The most parcels of a mean mass [kg] and packed volume [l], by payload and by the kg and m³ of ULD positions.

        `payload_share` is the share of the payload that may be used.
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
    """Size and legibility of parcels. Mass and litres per kilogram are lognormal unless a shape is set."""

    median_kg: Positive | Shape
    mean_l: Positive
    l_per_kg_sigma: Annotated[float, Bounds(ge=0, le=2)] | Shape
    heaviest_kg: Positive
    tightest_share: Annotated[float, Bounds(gt=0, le=1)]
    """Share of its mean volume that a parcel needs in the most tightly packed ULD."""
    no_read_share: Share
    non_conveyable_share: Share
