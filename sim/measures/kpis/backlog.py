"""Whether the backlog grows, and when flights are first held."""

import math

import numpy as np

from sim.config import HubConfig
from sim.measures.kpis.declaring import LESS, MORE, NEITHER, Group, Measured, Rank, shared
from sim.measures.weekly_lows import weekly_growths
from sim.measures.window import Minutes, growth
from sim.units import MIN_PER_H, TICKS_PER_MIN

BACKLOG = Group("backlog")
_ANY = (-math.inf, math.inf)


@BACKLOG.kpi("parcels/d", LESS, "Backlog grows by", rank=Rank.HEADLINE, range=_ANY)
def backlog_slope_per_day(run: Measured) -> float:
    """growth of the backlog from week to week, diverted parcels included: the mean difference from the same instant a
    week before; the slope of a straight line if no measured day has one
    """
    occupancy = run.tables["occupancy"]
    is_backlog = occupancy["zone"] == "backlog"
    return growth(occupancy["time"][is_backlog], occupancy["inside"][is_backlog].astype(float), run.window)


@shared
def _growths(run: Measured) -> Minutes:
    return weekly_growths(run.tables, run.window)


@BACKLOG.kpi("weeks", NEITHER, "Pairs of weeks for the backlog growth")
def backlog_growth_weeks(run: Measured) -> float:
    """number of pairs of weeks over which backlog_growth_share_per_day is the mean: whole weeks before the run's end,
    without its first day and the time before the end of the last disruption
    """
    return float(len(_growths(run)))


@BACKLOG.kpi("1/d", LESS, range=_ANY)
def backlog_growth_share_per_day(run: Measured) -> float:
    """growth of the week's lowest backlog from week to week, as a share of the cohort's parcels a day; 0 without two
    weeks
    """
    return float(_growths(run).mean()) if len(_growths(run)) else 0.0


@BACKLOG.kpi("1/d", NEITHER, "Spread of the growth from week to week")
def backlog_growth_sd_per_day(run: Measured) -> float:
    """standard deviation of backlog_growth_share_per_day over the pairs of weeks; 0 with fewer than two pairs"""
    return float(_growths(run).std(ddof=1)) if len(_growths(run)) > 1 else 0.0


@BACKLOG.kpi("h", MORE, "Time until a flight is held")
def blocked_after_h(run: Measured) -> float:
    """time from the start until a flight is first held because no stand is free; the length of the run if no flight is
    held
    """
    flights = run.tables["flights"]
    held = flights["stand_requested"][~(flights["stand_given"] <= flights["stand_requested"])]
    return float(np.nanmin(held, initial=run.window.end)) / MIN_PER_H


def is_held(hours: float, config: HubConfig) -> bool:
    """Whether a flight is held: whether `blocked_after_h`, or its mean over replications, is before the run's end.

    By more than a tick, because hours and means of the end itself may differ from it in their last digits.
    """
    return hours * MIN_PER_H < config.end_min - 1 / TICKS_PER_MIN
