"""Tables that draws of 16 bits are looked up in: exact, fast, the same on every processor."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

QUANTILES: Final = 1 << 16


def midpoints(n: int = QUANTILES) -> NDArray[np.float64]:
    """The mid-points of n equal shares of one (n)."""
    points: NDArray[np.float64] = (np.arange(n) + 0.5) / n
    return points


def pick(shares: Sequence[float]) -> NDArray[np.int64]:
    """Which of several, whose shares add up to one, by draw (QUANTILES)."""
    picked: NDArray[np.int64] = np.searchsorted(np.cumsum(shares)[:-1], midpoints(), side="right")
    return picked
