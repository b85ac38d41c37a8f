"""A calendar of arrivals from daily counts: the breaks of their level, the fit, and both by week, to be looked at."""

from dataclasses import dataclass

import numpy as np

from experiments.statistics.calendar_indices import CalendarFit, Days, Floats, fit_calendar, weekday_of
from experiments.statistics.structural_breaks import Breaks, find_breaks


@dataclass(frozen=True, slots=True)
class Calibration:
    """An airport's calendar: what was observed, what was estimated.

    `days` (N) and `counts` (N) [flights/day] are the known days. `mondays` (W) are the weeks of seven known
    days, `observed` (W) and `expected` (W) their mean, counted and fitted [flights/day]; with no whole
    week, any week.
    """

    airport: str
    column: str
    days: Days
    counts: Floats
    fit: CalendarFit
    breaks: Breaks
    mondays: Days
    observed: Floats
    expected: Floats


def calibrate(*, airport: str, column: str, days: Days, counts: Floats) -> Calibration:
    """The calendar of daily `counts` (N) [flights/day] on `days` (N, ascending, each once; unknown days left out).

    Raises:
        ValueError: counts that do not determine the calendar.
    """
    breaks = find_breaks(days=days, counts=counts)
    starts = np.array([each_break.week for each_break in breaks.breaks], dtype="datetime64[D]")
    fit = fit_calendar(days=days, counts=counts, breaks=starts)
    mondays, week, n_known = np.unique(days - weekday_of(days), return_inverse=True, return_counts=True)
    # The mean of a few days would show the weekdays among them instead of the level.
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
