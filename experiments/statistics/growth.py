"""Whether a backlog grows: a decision from week-on-week growths of several replications, or none.

The mean growth is held against the growth that counts, on both sides, each with an error of at most
`ERROR`. The variance is moderated (Smyth 2004, doi:10.2202/1544-6115.1027): few differences that agree by
chance do not pass for certainty, and a single one is not without any.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

GROWTH_THAT_COUNTS: Final = 0.01
"""Of the parcels a day [1/d]: a backlog that grows less counts as level (assumption)."""
ERROR: Final = 0.05
"""Of calling a backlog growing that grows just less than counts, and the other way round (assumption)."""
_USUAL_SD: Final = 0.005
"""Of a week-on-week growth of weekly lows, before any is seen [1/d] (assumption)."""
_WEIGHT: Final = 4
"""Degrees of freedom that this is worth (assumption)."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Mean growth a day as a share of demand [1/d], its one-sided bounds, and how many differences it rests on.

    All NaN without any. `is_growing` is None where the bounds lie on both sides of the growth that counts.
    """

    mean: float
    low: float
    high: float
    n: int

    @property
    def is_growing(self) -> bool | None:
        if self.low > GROWTH_THAT_COUNTS:
            return True
        return False if self.high <= GROWTH_THAT_COUNTS else None


def pooled(replications: Iterable[tuple[float, float, float]]) -> Growth:
    """The growth of replications, each with number, mean and standard deviation of its week-on-week growths.

    >>> [pooled([(3, mean, 0.002)] * 2).is_growing for mean in (0.001, 0.011, 0.05)]
    [False, None, True]
    >>> pooled([(0, 0.0, 0.0)]).is_growing is None
    True
    """
    from scipy.stats import t

    rows = [(n, mean, sd) for n, mean, sd in replications if n]
    n = sum(int(each) for each, *_ in rows)
    if n == 0:
        return Growth(math.nan, math.nan, math.nan, 0)
    mean = sum(size * level for size, level, _ in rows) / n
    squares = sum((size - 1) * sd**2 + size * (level - mean) ** 2 for size, level, sd in rows)
    freedom = n - 1 + _WEIGHT
    sd = math.sqrt((squares + _WEIGHT * _USUAL_SD**2) / freedom)
    half = float(t.ppf(1 - ERROR, freedom)) * sd / math.sqrt(n)
    return Growth(mean, mean - half, mean + half, n)
