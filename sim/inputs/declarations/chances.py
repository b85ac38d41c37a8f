"""Shares as draws of 31 bits, so that a share of one is all."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.units import Counts

Draws = NDArray[np.uint32]

ONE: Final = 1 << 31


def below(share: float) -> int:
    """The bound below which a share of draws lies."""
    return round(share * ONE)


def mixed(seed: np.uint64, rows: Counts) -> Draws:
    """Draws of 31 bits of some rows alone, the same whichever others are asked for.

    Source: SplitMix64 of G. L. Steele, D. Lea and C. H. Flood, Fast splittable pseudorandom number
    generators, OOPSLA 2014, doi:10.1145/2660193.2660195, started at the seed and taken at the row.
    """
    word = seed + (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((word ^ (word >> np.uint64(31))) >> np.uint64(33)).astype(np.uint32)
