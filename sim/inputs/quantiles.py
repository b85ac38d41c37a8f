"""Tables for look-ups by draws of 16 bits: exact, fast, the same on every processor."""

from collections.abc import Sequence

import numpy as np

from sim.distributions import midpoints
from sim.units import Counts, Numbers


def pick(shares: Sequence[float]) -> Counts:
    """The choice among several shares (which add up to one), by draw (QUANTILES)."""
    return pick_by(midpoints(), shares)


def pick_by(draws: Numbers | float, shares: Sequence[float]) -> Counts:
    """The choice among several shares by draws (N) from 0 to below 1."""
    picked: Counts = np.searchsorted(np.cumsum(shares)[:-1], draws, side="right")
    return picked
