"""The parcels of one flight: equal-length columns, sorted so that a ULD is a slice."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.domain.consignments import CustomsCounts
from sim.units import Counts, Flags, Ticks


class Channel(IntEnum):
    """The decision of customs for a parcel."""

    RELEASED = 0
    LATE_DATA = 1
    DOCUMENT_CHECK = 2
    EXAMINED = 3
    XRAYED = 4
    TRANSIT = 5
    """Cleared elsewhere: the parcel leaves under a transit document, which is made out at a desk."""


HELD_CHANNELS: Final = tuple(channel for channel in Channel if channel is not Channel.RELEASED)


@dataclass(frozen=True, slots=True)
class ByCustoms:
    """The decisions of customs for a flight's P parcels and U ULDs; `Parcels` describes the columns."""

    channel: NDArray[np.uint8]
    release: Ticks
    is_refused: Flags
    is_alarm: Flags
    is_uld_xrayed: Flags
    counts: CustomsCounts | None = None
    """None: nothing is declared."""
    value: NDArray[np.int32] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcels(ByCustoms):
    """Drawn columns of a flight's P parcels on U ULDs; of its P units, bags or whole ULDs, if it is pre-sorted.

    `first` (U+1): ULD u is rows first[u] … first[u+1]-1. `lane` (P) indexes the hub's lanes. `mass` [g], `volume` [cm³]
    (P). `handling` and `packing` (P) [ticks, at least 1]: at break-down and at pack-out. `is_no_read` (P): the scanner
    cannot read the label. `is_non_conveyable` (P): sorted by hand, where every label is read. `channel` (P) is a
    `Channel`. `release` (P) [ticks]: the instant at which customs releases the parcel. It is the drawn arrival for
    parcels released before landing, and has no meaning for those examined, X-rayed or in transit. `is_alarm` (P), only
    for X-rayed parcels: the parcel must be examined, too. `is_refused` (P), only for examined parcels: the outcome.
    `is_uld_xrayed` (U): X-rayed as a whole. `count` (P): parcels in each unit, at least one; None: each is one. For
    whole ULDs `handling` is the time of the way to the lane. `value` (P) [cents]: declared value of the unit; None:
    nothing is declared.
    """

    first: Counts
    lane: NDArray[np.unsignedinteger]
    mass: NDArray[np.int32]
    volume: NDArray[np.int32]
    handling: NDArray[np.uint32]
    packing: NDArray[np.uint32]
    is_no_read: Flags
    is_non_conveyable: Flags
    count: NDArray[np.int32] | None = None

    @property
    def n_units(self) -> int:
        return len(self.lane)

    @property
    def by_channel(self) -> tuple[int, ...]:
        masks = (self.channel == int(channel) for channel in Channel)  # numpy treats enum members as 64-bit numbers
        return tuple(int(np.count_nonzero(mask) if self.count is None else self.count[mask].sum()) for mask in masks)

    @property
    def parcels_of_ulds(self) -> Counts:
        """Parcels on each ULD (U)."""
        return np.diff(self.first if self.count is None else np.concatenate(([0], np.cumsum(self.count)))[self.first])
