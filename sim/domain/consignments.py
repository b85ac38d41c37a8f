"""What is declared of a flight's parcels, and what customs makes of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Consignments:
    """Columns of a flight's P parcels, in their order: what their declarations say. Names are numbered as configured.

    `value` [cents]. `goods` (HS group), `scheme` (VAT: 0 IOSS, 1 special arrangement, 2 standard). `is_h1`: above what
    the low-value data set does for. `is_transit`: cleared elsewhere. `is_hit`: not as declared, which selection does
    not see.
    """

    value: NDArray[np.int32]
    goods: NDArray[np.uint8]
    scheme: NDArray[np.uint8]
    is_h1: NDArray[np.bool_]
    is_transit: NDArray[np.bool_]
    is_hit: NDArray[np.bool_]
    cell: NDArray[np.int16]
    """Goods, band of value, history, origin and platform of the seller, as one number."""


@dataclass(frozen=True, slots=True)
class CustomsCounts:
    """Of a flight's parcels, messages and outcomes, as drawn."""

    n_before_landing: int
    """Nothing was left to be decided when it landed: data accepted, and no control."""
    n_hits: int
    n_detected: int
    n_opened: int
    """At a desk, after an alarm too."""
    n_false_alarms: int
    """Examined, and as declared."""
    n_returned: int
    """Refused, and sent back; what else is refused is destroyed."""
    n_documents: int
    """Document checks."""
    n_referrals: int
    n_left_behind: int
    """Not loaded: their data, or the answer to a referral, were not there on time; others took their places."""
    n_repeated: int
    """Of the flight's entry summary, presentation and release, those that came late or were sent again."""
    n_h7: int
    n_h1: int
    n_late: int
    n_rejected: int
    n_elsewhere: int
    """Under a transit declaration."""
    value: int
    """[cents]"""
    guarantee: int
    """For what leaves in transit [cents]."""
    entered: int
    """The entry summary is analysed [ticks]; before the hub's first midnight it may be negative."""
    presented: int
    """[ticks]"""
