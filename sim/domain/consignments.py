"""The declarations of a flight's parcels, and the decisions of customs."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.domain.fields import instant, integer
from sim.units import Flags


class DataSet(IntEnum):
    """Data sets of declarations (Reg. (EU) 2015/2446, annex B)."""

    H7 = 0
    """Low value."""
    H6 = 1
    """Postal traffic."""
    H1 = 2
    """Standard."""


@dataclass(frozen=True, slots=True)
class Consignments:
    """Declared columns of a flight's P parcels, in their order. Names are numbered in the order of the configuration.

    `value` [cents]. `goods` (HS group), `scheme` (VAT: 0 IOSS, 1 special arrangement, 2 standard). `data_set`: of
    `DataSet`. `is_transit`: cleared elsewhere. `is_hit`: not as declared, which selection
    does not see.
    """

    value: NDArray[np.int32]
    goods: NDArray[np.uint8]
    scheme: NDArray[np.uint8]
    data_set: NDArray[np.uint8]
    is_transit: Flags
    is_hit: Flags
    cell: NDArray[np.int16]
    """Goods, band of value, history, origin and platform of the seller, as one number."""


@dataclass(frozen=True, slots=True)
class CustomsCounts:
    """Counts of a flight's parcels, messages and outcomes, as drawn; values in cents."""

    value: int
    guarantee: int
    """For goods in transit."""
    n_before_landing: int = integer("parcels for which nothing was left to decide at the drawn arrival")
    n_opened: int = integer("parcels examined at a desk (also after an alarm), or waiting for it")
    n_hits: int = integer("parcels not as declared, found or not")
    n_detected: int = integer("of these, parcels found")
    n_false_alarms: int = integer("opened parcels that are as declared")
    n_returned: int = integer("refused parcels that are sent back; the others are destroyed")
    n_documents: int = integer("number of document checks")
    n_referrals: int = integer("pre-loading data that led to a question before loading")
    n_left_behind: int = integer("parcels not loaded because pre-loading data were missing; not among its parcels")
    n_repeated: int = integer("how many of its entry summary, presentation and release were late or sent again")
    n_h7: int = integer("declarations for low value")
    n_h6: int = integer("declarations in postal traffic")
    n_h1: int = integer("standard declarations")
    n_late: int = integer("declarations that arrived late")
    n_rejected: int = integer("declarations rejected, corrected and lodged again")
    n_elsewhere: int = integer("parcels under a transit declaration")
    entered: int = instant("the entry summary is analysed; possibly before the first midnight")
    presented: int = instant("the goods are presented to customs, which activates their declarations")
