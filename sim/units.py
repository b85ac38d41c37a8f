"""Units, and the time grid.

Inside the model an instant or a duration is an integer number of ticks of 2⁻²⁰ minutes (about 57 µs) since the first
midnight of `start_date`. Sums of ticks are exact in any order, so that two programs that follow the same rules get the
same instant. Configuration and tables are in minutes (float64), which represent every tick below 2³³ minutes exactly.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ticks = NDArray[np.int64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
"""Columns of numbers."""

TICKS_PER_MIN: Final = 1 << 20
SECONDS_PER_MIN: Final = 60
MIN_PER_H: Final = 60
MIN_PER_DAY: Final = 1440
DAYS_PER_YEAR: Final = 365.25
"""Mean over leap years, in all figures of a year."""
MONTHS_PER_YEAR: Final = 12
MIN_PER_WEEK: Final = 7 * MIN_PER_DAY
HOURS_PER_DAY: Final = MIN_PER_DAY / MIN_PER_H
HOURS_PER_WEEK: Final = 168
TICKS_PER_H: Final = MIN_PER_H * TICKS_PER_MIN
TICKS_PER_DAY: Final = MIN_PER_DAY * TICKS_PER_MIN
NEVER: Final = -1
"""An instant that never happens [ticks]; NaN in the tables."""
FOREVER: Final = 1 << 62
"""An instant after all others [ticks]."""

G_PER_KG: Final = 1000
CM3_PER_L: Final = 1000
CM3_PER_M3: Final = 1_000_000
L_PER_M3: Final = 1000
KG_PER_T: Final = 1000
CENTS_PER_EUR: Final = 100


def numbers(values: ArrayLike) -> NDArray[np.unsignedinteger]:
    """Numbers of lanes or routes in the smallest sufficient integer type.

    >>> numbers([0, 255]).dtype, numbers([0, 256]).dtype
    (dtype('uint8'), dtype('uint16'))
    """
    each = np.asarray(values)
    return each.astype(np.min_scalar_type(int(each.max(initial=0))))


def ticks(minutes: float) -> int:
    """A duration [min] on the grid, rounded to the nearest tick.

    >>> ticks(1.5) == 3 * TICKS_PER_MIN // 2
    True
    """
    return round(minutes * TICKS_PER_MIN)


def minutes(instants: ArrayLike) -> NDArray[np.float64]:
    """Ticks as minutes (float64, exact); `NEVER` becomes NaN.

    >>> minutes([TICKS_PER_MIN, NEVER]).tolist()
    [1.0, nan]
    """
    whole = np.asarray(instants, dtype=np.int64)
    return np.where(whole == NEVER, np.nan, whole / TICKS_PER_MIN)
