"""Weekday and month indices of a daily count, with the level of each period and the dispersion around them.

The mean count of a day is level × weekday index × month index. This log-linear model is fitted by quasi-likelihood
(Wedderburn 1974; McCullagh and Nelder 1989, ch. 9). Its estimates equal those of Poisson maximum likelihood, but the
variance is dispersion × mean. Weekdays, months and periods are estimated jointly, so neither an incomplete year nor an
unequal number of Mondays a month biases them.

Neighbouring days resemble each other (a strike, Christmas), so they carry less information than their number suggests.
The variance is therefore that of Zeger (1988, Biometrika 75:621). The autocorrelation of the residuals is pooled over
the series and weighted as in Newey and West (1987, Econometrica 55:703).

Dimensions: `N` observed days, `B` breaks of the level, `L` periods of one level each, `K` = 7 + 11 + (L − 1)
coefficients. Periods are years counted from the first month observed, cut at the breaks.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.interval import t_reach
from sim.units import Numbers

Days = NDArray[np.datetime64]

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CORRELATED_DAYS: Final = 13
"""Longest lag of the residuals' autocorrelation that widens the intervals [days]: not quite two weeks."""
LEAST_PERIOD_DAYS: Final = 56
"""A year begins no new level if it starts less than this before or after a break [days]."""

_JANUARY: Final = 7
"""Place of the first month among the coefficients: seven weekdays, then twelve months, then the periods."""
_FIRST_PERIOD: Final = 19
_LARGEST_LOG: Final = 50.0
"""Largest logarithm of a day's mean in a trial step, which may overshoot: e⁵⁰ flights a day is far enough."""
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates of one kind (`value`), the ends of their 95 % intervals (`low`, `high`) and the days behind each.

    Shape of each: (n,). `dispersion` is the variance of those days around the fit, over their mean.
    """

    value: Numbers
    low: Numbers
    high: Numbers
    n_days: NDArray[np.int64]
    dispersion: Numbers


@dataclass(frozen=True, slots=True)
class CalendarFit:
    """The fitted calendar: weekday index (7, Monday first), month index (12), level (L) [flights/day].

    The indices have mean one. `level_from` (L) is the first day of each period. `expected` (N) is the fitted mean of
    each day [flights/day]. `dispersion` is the variance around it over the mean: one for a Poisson process.
    """

    weekday_index: Estimates
    month_index: Estimates
    level: Estimates
    level_from: Days
    expected: Numbers
    dispersion: float
    dispersion_low: float
    dispersion_high: float


def weekday_of(days: Days) -> NDArray[np.int64]:
    """Weekday of each day, 0 for Monday; shape as given.

    >>> weekday_of(np.array(["2022-09-05"], dtype="datetime64[D]")).tolist()
    [0]
    """
    # 1970-01-01, day zero, was a Thursday.
    return np.asarray((days.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def month_of(days: Days) -> NDArray[np.int64]:
    """Month of each day, 0 for January; shape as given.

    >>> month_of(np.array(["2022-09-05"], dtype="datetime64[D]")).tolist()
    [8]
    """
    return np.asarray(days.astype("datetime64[M]").astype(np.int64) % 12)


def period_starts(days: Days, breaks: Days) -> Days:
    """First days of the periods of one level each (L,): the first day, every twelve months after it, and the breaks.

    Calendar years would leave months that occur in only one year, whose index could not be separated from the level. A
    year's start near a break is left out: otherwise a level would be estimated from the few days between.
    """
    first, last = days[[0, -1]].astype("datetime64[M]")
    month = np.timedelta64(1, "M")
    years = np.arange(first, last + month, 12 * month).astype("datetime64[D]")[1:]
    apart = np.abs(years[:, None] - breaks[None, :]) >= np.timedelta64(LEAST_PERIOD_DAYS, "D")
    return np.unique(np.concatenate([days[:1], years[apart.all(axis=1)], breaks]))


def fit_calendar(*, days: Days, counts: Numbers, breaks: Days) -> CalendarFit:
    """The calendar of daily `counts` (N) [flights/day] on `days` (N, ascending, each once; unknown days left out).

    A new level begins on each day of `breaks` (B).

    Raises:
        ValueError: a weekday, month or period without a flight, or months that cannot be separated from periods.
    """
    level_from = period_starts(days, breaks)
    period = np.searchsorted(level_from, days, side="right") - 1
    design = np.hstack([np.eye(7)[weekday_of(days)], np.eye(12)[month_of(days)], np.eye(level_from.size)[period]])
    names = (*WEEKDAYS, *MONTHS, *(f"day of the period from {day}" for day in level_from))
    for name, total in zip(names, counts @ design, strict=True):
        if total == 0:
            raise ValueError(f"no flight on any {name}")
    # January and the first period serve as reference: with all columns the coefficients would not be unique.
    kept = np.delete(np.arange(design.shape[1]), [_JANUARY, _FIRST_PERIOD])
    reduced = design[:, kept]
    if np.linalg.matrix_rank(reduced) < kept.size:
        raise ValueError("too few days: the months' effect cannot be separated from the level")
    beta = np.zeros(design.shape[1])
    beta[kept] = _log_linear(reduced, counts)
    expected = np.exp(design @ beta)

    residuals = (counts - expected) / np.sqrt(expected)
    at = (days - days[0]).astype(np.int64)
    degrees = counts.size - kept.size
    dispersion = float(residuals @ residuals) / degrees
    values, jacobian = _normalised(beta)
    covariance = _covariance(reduced * np.sqrt(expected)[:, None], residuals, at, dispersion)
    errors = np.sqrt(np.einsum("ik,kl,il->i", jacobian[:, kept], covariance, jacobian[:, kept]))
    reach = t_reach(degrees)
    n_days = design.sum(axis=0).astype(np.int64)
    of_group = residuals**2 @ design / n_days * (counts.size / degrees)
    low, high = values * np.exp(-reach * errors), values * np.exp(reach * errors)

    def estimates(at: slice) -> Estimates:
        return Estimates(values[at], low[at], high[at], n_days[at], of_group[at])

    spread = np.exp(reach * _relative_error(residuals**2, at))
    return CalendarFit(
        weekday_index=estimates(slice(_JANUARY)),
        month_index=estimates(slice(_JANUARY, _FIRST_PERIOD)),
        level=estimates(slice(_FIRST_PERIOD, None)),
        level_from=level_from,
        expected=expected,
        dispersion=dispersion,
        dispersion_low=dispersion / spread,
        dispersion_high=dispersion * spread,
    )


def _log_linear(design: Numbers, counts: Numbers) -> Numbers:
    """Coefficients (K,) of the log-linear fit of `counts` (N) to `design` (N, K), whose likelihood is concave."""
    from scipy.optimize import minimize

    scale = counts.sum()

    def loss(beta: Numbers) -> tuple[float, Numbers]:
        mean = np.exp(np.minimum(design @ beta, _LARGEST_LOG))
        return float(mean.sum() - counts @ (design @ beta)) / scale, (mean - counts) @ design / scale

    def curvature(beta: Numbers) -> Numbers:
        mean = np.exp(np.minimum(design @ beta, _LARGEST_LOG))
        return np.asarray((design * mean[:, None]).T @ design / scale)

    start = np.zeros(design.shape[1])
    start[:_JANUARY] = np.log(counts.mean())
    fit = minimize(loss, start, jac=True, hess=curvature, method="trust-exact", options={"gtol": 1e-10})
    if not float(np.abs(fit.jac).max()) < 1e-7:
        raise ArithmeticError(f"the log-linear fit did not converge: {fit.message}")
    return np.asarray(fit.x, dtype=np.float64)


def _normalised(beta: Numbers) -> tuple[Numbers, Numbers]:
    """Indices of mean one, the resulting levels (19 + L), and the Jacobian of their logarithms by `beta`."""
    weekday, month, level = np.exp(beta[:_JANUARY]), np.exp(beta[_JANUARY:_FIRST_PERIOD]), np.exp(beta[_FIRST_PERIOD:])
    values = np.concatenate([weekday / weekday.mean(), month / month.mean(), level * weekday.mean() * month.mean()])
    jacobian = np.eye(beta.size)
    jacobian[:_JANUARY, :_JANUARY] -= weekday / weekday.sum()
    jacobian[_JANUARY:_FIRST_PERIOD, _JANUARY:_FIRST_PERIOD] -= month / month.sum()
    jacobian[_FIRST_PERIOD:, :_FIRST_PERIOD] = np.concatenate([weekday / weekday.sum(), month / month.sum()])
    return values, jacobian


def _covariance(weighted: Numbers, residuals: Numbers, at: NDArray[np.int64], dispersion: float) -> Numbers:
    """Covariance (K, K) of the coefficients, with autocorrelated residuals (Zeger 1988).

    `weighted` (N, K) is the design times the root of the mean, `at` (N) the day number of each row. Months remove the
    mean of a few weeks, and so the fit itself adds autocorrelation: that part (from the hat matrix's diagonal) is
    removed. Values below zero count as zero, so no interval is narrower than with independent days.
    """
    bread = np.linalg.inv(weighted.T @ weighted)
    middle = weighted.T @ weighted
    for lag in range(1, CORRELATED_DAYS + 1):
        _, first, second = np.intersect1d(at + lag, at, assume_unique=True, return_indices=True)
        if first.size == 0:
            continue
        cross = weighted[first].T @ weighted[second]
        by_fit = -float(np.sum(bread * cross))
        correlation = (float(residuals[first] @ residuals[second]) / max(dispersion, _TINY) - by_fit) / first.size
        middle += max(correlation, 0.0) * (1 - lag / (CORRELATED_DAYS + 1)) * (cross + cross.T)
    return np.asarray(dispersion * bread @ middle @ bread)


def _relative_error(series: Numbers, at: NDArray[np.int64]) -> float:
    """Standard error of the mean of `series` (N), over that mean; neighbours are correlated (Newey and West 1987)."""
    centred = series - series.mean()
    total = float(centred @ centred)
    for lag in range(1, CORRELATED_DAYS + 1):
        _, first, second = np.intersect1d(at + lag, at, assume_unique=True, return_indices=True)
        total += 2 * (1 - lag / (CORRELATED_DAYS + 1)) * max(float(centred[first] @ centred[second]), 0.0)
    return float(np.sqrt(total) / max(series.sum(), _TINY))
