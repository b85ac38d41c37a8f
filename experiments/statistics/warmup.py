"""How much of a series belongs to the start of the run: the truncation that MSER-5 chooses.

MSER (White 1997, Simulation 69(6):323-334) cuts where the rest has the most precise mean: it minimises the squared
standard error of that mean, as if the values were independent. MSER-5 does so on means of five values each (White, Cobb
and Spratt 2000, Proc. Winter Simulation Conf., 755-760; tried on many series by Hoad, Robinson and Davies 2010, J.
Operational Research Society 61(9):1389-1403). A cut in the second half leaves too few values to be reliable.

MSER would count a low weekend as a warm-up. With four weeks or more, the batches are therefore whole weeks. With three
weeks, the weekly rhythm is removed from batches of five: each week is compared with the mean of the others at the same
hour of the week. The first week is in none of these means, because it contains the warm-up. Fewer weeks do not separate
rhythm and warm-up, so the rhythm stays.

Whether a backlog grows is decided from the week-on-week growths of several replications. The mean growth is tested
against the growth that counts, on both sides, each with an error of at most `ERROR`. The variance is moderated (Smyth
2004, doi:10.2202/1544-6115.1027), so few differences that agree by chance do not count as certain, and a single
difference has a variance too.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from experiments.statistics.interval import t_quantile
from sim.units import Numbers

BATCH: Final = 5
"""Values in a batch: the 5 of MSER-5."""
LEAST_BATCHES: Final = 4
"""With fewer batches there are hardly any truncations to choose from."""
_ROUNDING: Final = 1e-6
_LEAST_WEEKS: Final = 3
"""The first week and two others to compare with each other."""


class Method(StrEnum):
    """The kind of batches."""

    WEEKS = "weeks"
    LESS_RHYTHM = "less_rhythm"
    PLAIN = "plain"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS: Final = {
    Method.WEEKS: "MSER on whole weeks",
    Method.LESS_RHYTHM: "MSER-5 minus the week's rhythm",
    Method.PLAIN: "MSER-5",
}


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A truncation and its basis. Dimensions: `B` batches; `D` = B // 2 + 1 truncations tried.

    `means` (B) are the batches' means. `statistic` (D) is the squared standard error of the mean without the first 0,
    1, … batches [square of the series' unit]. `n_cut` is the number of batches cut at its minimum. A batch has `batch`
    values, `spacing` apart [any unit, also that of `length`].
    """

    means: Numbers
    statistic: Numbers
    n_cut: int
    batch: int
    spacing: float
    method: Method = Method.PLAIN

    @property
    def length(self) -> float:
        """Least length of the warm-up [as `spacing`]."""
        return self.n_cut * self.batch * self.spacing

    @property
    def rounded_up(self) -> float:
        """The length, rounded up to a tenth, so that a warm-up that is too short is shown as less.

        >>> mser([9.0] * 50 + [1.0, 2.0] * 75, spacing=1 / 48).rounded_up
        1.1
        """
        return math.ceil(10 * self.length - _ROUNDING) / 10

    @property
    def is_found(self) -> bool:
        """Whether the series is long enough: the minimum is not at the last truncation tried."""
        return self.n_cut < len(self.statistic) - 1


def mser(values: Sequence[float] | Numbers, *, batch: int = BATCH, spacing: float = 1.0) -> WarmUp:
    """The truncation of a series (N), in order of time from the start of the run.

    For several replications, use their mean at each instant: it has less noise and the same start. Values that do not
    fill a last batch are left out. Of equal truncations the shortest is chosen.

    Raises:
        ValueError: too few values for four batches, or one that is not finite.

    >>> mser([9, 9, 9, 9, 9, *[1, 2] * 20]).length
    5.0
    """
    series = np.asarray(values, dtype=np.float64)
    if batch < 1:
        raise ValueError(f"batch: at least 1 value, got {batch}")
    if not spacing > 0:
        raise ValueError(f"spacing: must be greater than 0, got {spacing}")
    n = series.size // batch
    if n < LEAST_BATCHES:
        raise ValueError(f"values: at least {LEAST_BATCHES * batch} for batches of {batch}, got {series.size}")
    if not np.isfinite(series).all():
        raise ValueError("values: one is not finite")
    means = series[: n * batch].reshape(n, batch).mean(axis=1)
    # Relative to the last value, a constant series has a variance of exactly zero, whatever its rounding.
    seen = means - means[-1]
    statistic = np.array([seen[cut:].var() / (n - cut) for cut in range(n // 2 + 1)])
    return WarmUp(means=means, statistic=statistic, n_cut=int(statistic.argmin()), batch=batch, spacing=spacing)


def warm_up(values: Sequence[float] | Numbers, *, week: int, spacing: float = 1.0) -> WarmUp:
    """The truncation of a series (N) that has a weekly rhythm; `week` values make a week.

    Raises:
        ValueError: as in `mser`.
    """
    series = np.asarray(values, dtype=np.float64)
    n_weeks = series.size // week
    if n_weeks >= LEAST_BATCHES:
        return replace(mser(series, batch=week, spacing=spacing), method=Method.WEEKS)
    if n_weeks >= _LEAST_WEEKS:
        return replace(mser(_less_rhythm(series[: n_weeks * week], week), spacing=spacing), method=Method.LESS_RHYTHM)
    return mser(series, spacing=spacing)


def _less_rhythm(series: Numbers, week: int) -> Numbers:
    """Deviation of each week from the mean of the others, except the first week, plus the mean of all but the first.

    The deviation is divided by √(1 + 1/m), because the mean of m others adds to its variance: no week looks noisier
    than another.
    """
    weeks = series.reshape(-1, week)
    later = weeks[1:]
    n = len(later)
    others = (later.sum(axis=0) - later) / (n - 1)
    first = (weeks[0] - later.mean(axis=0)) / np.sqrt(1 + 1 / n)
    rest = (later - others) / np.sqrt(1 + 1 / (n - 1))
    less: Numbers = np.concatenate([first, *rest]) + later.mean()
    return less


GROWTH_THAT_COUNTS: Final = 0.01
"""Growth of a backlog, as a share of demand [1/d]; smaller growth counts as level (assumption)."""
ERROR: Final = 0.05
"""Probability of calling a backlog growing that grows just less than this, or the reverse (assumption)."""
_USUAL_SD: Final = 0.005
"""Standard deviation of a week-on-week growth of weekly lows, before any is known [1/d] (assumption)."""
_WEIGHT: Final = 4
"""Degrees of freedom of that standard deviation (assumption)."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Mean growth a day as a share of demand [1/d], its one-sided bounds, and the number of differences.

    All are NaN without differences. `is_growing` is None if the growth that counts lies between the bounds.
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
    """The pooled growth, from number, mean and standard deviation of each replication's week-on-week growths.

    >>> [pooled([(3, mean, 0.002)] * 2).is_growing for mean in (0.001, 0.011, 0.05)]
    [False, None, True]
    >>> pooled([(0, 0.0, 0.0)]).is_growing is None
    True
    """
    rows = [(n, mean, sd) for n, mean, sd in replications if n]
    n = sum(int(each) for each, *_ in rows)
    if n == 0:
        return Growth(math.nan, math.nan, math.nan, 0)
    mean = sum(size * level for size, level, _ in rows) / n
    squares = sum((size - 1) * sd**2 + size * (level - mean) ** 2 for size, level, sd in rows)
    freedom = n - 1 + _WEIGHT
    sd = math.sqrt((squares + _WEIGHT * _USUAL_SD**2) / freedom)
    half = t_quantile(1 - ERROR, freedom) * sd / math.sqrt(n)
    return Growth(mean, mean - half, mean + half, n)
