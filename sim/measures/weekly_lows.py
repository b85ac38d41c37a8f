"""Growth of a week's lowest backlog from week to week, which decides the verdict on stability.

A hub that carries its demand empties its queues again and again. Its lowest backlog of each week therefore does not
grow, however high the weekly peaks are. In any other hub every week ends with more than the week before. A week's
minimum varies far less than its mean, because a flight that arrives some hours later moves the peak and not the
minimum.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measures.window import Minutes, Window, last_end
from sim.record.schemas import Table
from sim.units import MIN_PER_DAY, MIN_PER_WEEK

GROWTH_KPIS = ("backlog_growth_weeks", "backlog_growth_share_per_day", "backlog_growth_sd_per_day")


def weekly_growths(tables: dict[str, Table], window: Window) -> Minutes:
    """Growths from week to week (W - 1), a day and as a share of the parcels that arrive in a day [1/d].

    None in a run of less than two weeks.
    """
    flights, occupancy = tables["flights"], tables["occupancy"]
    backlog = occupancy["zone"] == "backlog"
    begin = max(MIN_PER_DAY, last_end(tables["disruptions"]))
    lows = weekly_lows(occupancy["time"][backlog], occupancy["inside"][backlog], begin=begin, end=window.end)
    a_day = float(flights["n_parcels"][flights["is_cohort"]].sum()) / window.days
    return np.diff(lows) / (MIN_PER_WEEK / MIN_PER_DAY) / a_day if a_day else np.array([])


def weekly_lows(time: Minutes, inside: NDArray[Any], *, begin: float, end: float) -> Minutes:
    """The least number inside (B) in each whole week (W), counted back from `end` and not before `begin` [min].

    `time` [min] are the ends of the intervals (B). Leave out the first day, in which an empty hub fills: then even 7 +
    7 days and the promised day have two weeks.
    """
    n = max(0, int((end - begin) // MIN_PER_WEEK))
    starts = end - MIN_PER_WEEK * np.arange(n, 0, -1)
    weeks = [inside[(time > start) & (time <= start + MIN_PER_WEEK)] for start in starts]
    return np.array([week.min() for week in weeks], dtype=float)
