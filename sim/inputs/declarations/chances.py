"""Shares as draws of 31 bits, so that a share of one is exact."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.units import Counts

Draws = NDArray[np.uint32]

ONE: Final = 1 << 31


def below(share: float) -> int:
    """The bound below which this share of the draws lies."""
    return round(share * ONE)


def mixed(seed: np.uint64, rows: Counts) -> Draws:
    """Draws of 31 bits for some rows, which do not depend on the other rows."""
    word = seed + (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((word ^ (word >> np.uint64(31))) >> np.uint64(33)).astype(np.uint32)
