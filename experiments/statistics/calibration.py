"""A calendar of arrivals from daily counts: breaks of the level, the fit, and weekly values of both.

Breaks are dates on which a carrier came or left. The counts are summed to weeks, and the logarithm of a week's count is
regressed on the months of its days; a break adds a step. Each date except the first and last 15 % is tried. The largest
Wald statistic is compared with the critical value of Andrews (1993, Econometrica 61:821; corrected 2003, Econometrica
71:395, table 1) for one parameter. Its variance is the long-run variance of Newey and West (1987). After a break is
found, both sides are searched in turn, one break at a time: Bai (1997, Econometric Theory 13:315).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.statistics.calendar_indices import CalendarFit, Days, fit_calendar, month_of, weekday_of
from sim.units import Numbers

CRITICAL_VALUE: Final = 8.68
"""Andrews (2003), table 1: p = 1, π₀ = 0.15, 5 %."""
TRIMMED_SHARE: Final = 0.15
LEAST_WEEKS: Final = 104
"""With fewer weeks on both sides together, a step cannot be separated from the season [weeks]."""

_LEAST_COUNT: Final = 0.5
"""Count of a week without flights, because zero has no logarithm [flights]."""


@dataclass(frozen=True, slots=True)
class Break:
    """A change of level: `week` is the Monday of its first week, `ratio` the new level over the old."""

    week: np.datetime64
    ratio: float
    statistic: float


@dataclass(frozen=True, slots=True)
class Breaks:
    """Breaks in order of time; `tested` is False if the weeks are too few to separate a break from the season."""

    tested: bool
    n_weeks: int
    breaks: tuple[Break, ...]


def find_breaks(*, days: Days, counts: Numbers) -> Breaks:
    """Breaks in the level of daily `counts` (N) [flights/day] on `days` (N, ascending; unknown days left out)."""
    mondays, totals, months = _weeks(days, counts)
    weeks = _search(mondays, np.log(np.maximum(totals, _LEAST_COUNT)), months)
    return Breaks(tested=totals.size >= LEAST_WEEKS, n_weeks=int(totals.size), breaks=tuple(weeks))


def _weeks(days: Days, counts: Numbers) -> tuple[Days, Numbers, Numbers]:
    """Mondays (W), flights (W) and shares of the months (W, 12) of the weeks of which all seven days are known."""
    starts, week, n_known = np.unique(days - weekday_of(days), return_inverse=True, return_counts=True)
    totals = np.bincount(week, weights=counts)
    months = np.zeros((starts.size, 12))
    np.add.at(months, (week, month_of(days)), 1 / 7)
    whole = n_known == 7
    return starts[whole], totals[whole], months[whole]


def _search(mondays: Days, level: Numbers, months: Numbers) -> list[Break]:
    if level.size < LEAST_WEEKS:
        return []
    at, step, statistic = _largest_step(level, months)
    if not statistic > CRITICAL_VALUE:
        return []
    here = Break(week=mondays[at], ratio=float(np.exp(step)), statistic=statistic)
    before, after = slice(None, at), slice(at, None)
    return [
        *_search(mondays[before], level[before], months[before]),
        here,
        *_search(mondays[after], level[after], months[after]),
    ]


def _largest_step(level: Numbers, months: Numbers) -> tuple[int, float, float]:
    """Week, size [log] and Wald statistic of the step that best explains `level` (W), after the `months` (W, 12)."""
    basis, _ = np.linalg.qr(months[:, months.any(axis=0)])
    candidates = np.arange(round(TRIMMED_SHARE * level.size), round((1 - TRIMMED_SHARE) * level.size) + 1)
    steps = (np.arange(level.size)[:, None] >= candidates).astype(np.float64)
    # Frisch and Waugh (1933): the effect of the months is removed from both sides, which leaves the step's size.
    rest = level - basis @ (basis.T @ level)
    steps -= basis @ (basis.T @ steps)
    energy = np.sum(steps**2, axis=0)
    sizes = steps.T @ rest / energy
    best = int(np.argmax(sizes**2 * energy))
    basis = np.column_stack([basis, steps[:, best] / np.sqrt(energy[best])])
    variance = _long_run_variance(level - basis @ (basis.T @ level), basis)
    return int(candidates[best]), float(sizes[best]), float(sizes[best] ** 2 * energy[best] / variance)


def _long_run_variance(residuals: Numbers, basis: Numbers) -> float:
    """Variance plus twice the Bartlett-weighted autocovariances, with the lags of Newey and West (1994).

    `basis` (W, K, orthonormal) is what was removed from `residuals` (W). Its removal alone makes neighbours differ,
    most if a month has few weeks. That part of each autocovariance is added back.

    >>> by_hand = 8 / 7 + 2 * 2 / 3 * (1 + 7 / 7) / 8 + 2 * 1 / 3 * (-6 + 6 / 7) / 8  # two lags
    >>> bool(np.isclose(_long_run_variance(np.array([1, 1, -1, -1] * 2), np.full((8, 1), 8**-0.5)), by_hand))
    True
    """
    n_weeks = residuals.size
    variance = float(residuals @ residuals) / (n_weeks - basis.shape[1])
    total = variance
    lags = int(4 * (n_weeks / 100) ** (2 / 9))
    for lag in range(1, lags + 1):
        by_fit = -variance * float(np.sum(basis[lag:] * basis[:-lag]))
        covariance = (float(residuals[lag:] @ residuals[:-lag]) - by_fit) / n_weeks
        total += 2 * (1 - lag / (lags + 1)) * covariance
    # Alternating weeks can make the sum zero; a series without noise has a sum of zero.
    return float(max(total, variance / 2, np.finfo(np.float64).tiny))


@dataclass(frozen=True, slots=True)
class Calibration:
    """An airport's calendar: observed and estimated values.

    `days` (N) and `counts` (N) [flights/day] are the known days. `mondays` (W) are the weeks with seven known days; if
    there are none, all weeks. `observed` (W) and `expected` (W) are the weeks' means, counted and fitted [flights/day].
    """

    airport: str
    column: str
    days: Days
    counts: Numbers
    fit: CalendarFit
    breaks: Breaks
    mondays: Days
    observed: Numbers
    expected: Numbers


def _as_fitted(each_break: Break, fit: CalendarFit) -> Break:
    """The break with the ratio of the fitted levels on both sides: the search has one level for all years."""
    at = int(np.searchsorted(fit.level_from, each_break.week))
    return replace(each_break, ratio=float(fit.level.value[at] / fit.level.value[at - 1]))


def calibrate(*, airport: str, column: str, days: Days, counts: Numbers) -> Calibration:
    """The calendar of daily `counts` (N) [flights/day] on `days` (N, ascending, each once; unknown days left out).

    Raises:
        ValueError: counts that do not determine the calendar.
    """
    breaks = find_breaks(days=days, counts=counts)
    starts = np.array([each_break.week for each_break in breaks.breaks], dtype="datetime64[D]")
    fit = fit_calendar(days=days, counts=counts, breaks=starts)
    breaks = replace(breaks, breaks=tuple(_as_fitted(each_break, fit) for each_break in breaks.breaks))
    mondays, week, n_known = np.unique(days - weekday_of(days), return_inverse=True, return_counts=True)
    # The mean of a few days would depend on their weekdays instead of the level.
    shown = n_known == (7 if (n_known == 7).any() else n_known)
    return Calibration(
        airport=airport,
        column=column,
        days=days,
        counts=counts,
        fit=fit,
        breaks=breaks,
        mondays=mondays[shown],
        observed=(np.bincount(week, weights=counts) / n_known)[shown],
        expected=(np.bincount(week, weights=fit.expected) / n_known)[shown],
    )
