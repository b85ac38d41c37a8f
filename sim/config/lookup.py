"""What a policy on data costs the hub's work: names and values must be looked up where they are kept."""

from dataclasses import dataclass
from typing import Annotated

from sim.config.bounds import Positive
from sim.reading import Bounds

Minutes = Annotated[float, Bounds(ge=0, le=10_000)]


@dataclass(frozen=True, slots=True)
class Escrow:
    """Who keeps the keys fails now and then: exponential times up and down."""

    mtbf_h: Positive
    mttr_min: Positive


@dataclass(frozen=True, slots=True)
class Lookup:
    release_min: Minutes
    """Before customs releases a parcel that it holds for its data or documents."""
    handcoding_min: Minutes
    """A parcel, at a hand-coding desk."""
    escrow: Escrow | None
    """Null: never down."""
