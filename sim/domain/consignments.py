"""What is declared of a flight's parcels, and what customs makes of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.domain.fields import instant, integer
from sim.units import Flags


@dataclass(frozen=True, slots=True)
class Consignments:
    """Columns of a flight's P parcels, in their order: what their declarations say. Names are numbered as configured.

    `value` [cents]. `goods` (HS group), `scheme` (VAT: 0 IOSS, 1 special arrangement, 2 standard). `is_h1`:
    above what the low-value data set does for. `is_transit`: cleared elsewhere. `is_hit`: not as declared,
    which selection does not see.
    """

    value: NDArray[np.int32]
    goods: NDArray[np.uint8]
    scheme: NDArray[np.uint8]
    is_h1: Flags
    is_transit: Flags
    is_hit: Flags
    cell: NDArray[np.int16]
    """Goods, band of value, history, origin and platform of the seller, as one number."""


@dataclass(frozen=True, slots=True)
class CustomsCounts:
    """Of a flight's parcels, messages and outcomes, as drawn; values in cents."""

    value: int
    guarantee: int
    """For what leaves in transit."""
    n_before_landing: int = integer("nothing was left to be decided when the flight landed")
    n_opened: int = integer("examined at a desk, after an alarm too, or waiting for it")
    n_hits: int = integer("not as declared, found or not")
    n_detected: int = integer("of them, found")
    n_false_alarms: int = integer("of what is opened, as declared")
    n_returned: int = integer("refused and sent back; the other refused ones are destroyed")
    n_documents: int = integer("document checks")
    n_referrals: int = integer("pre-loading data that were asked back before loading")
    n_left_behind: int = integer("not loaded because pre-loading data are missing, beside those that flew")
    n_repeated: int = integer("of its entry summary, presentation and release, those late or sent again")
    n_h7: int = integer("declarations for low value")
    n_h1: int = integer("standard declarations")
    n_late: int = integer("declarations that came late")
    n_rejected: int = integer("declarations rejected, corrected and lodged again")
    n_elsewhere: int = integer("under a transit declaration")
    entered: int = instant("the entry summary is analysed; may be before the first midnight")
    presented: int = instant("the goods are presented to customs, which activates what was lodged")
