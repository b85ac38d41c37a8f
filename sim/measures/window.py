"""The measured days, as instants and sums of tables' columns see them. Minutes."""

import numpy as np
from numpy.typing import NDArray

from sim.config.disruptions import Disruption
from sim.domain.columns import Table
from sim.domain.inputs import Inputs
from sim.units import G_PER_KG, KG_PER_T, MIN_PER_DAY, MIN_PER_H, MIN_PER_WEEK, TICKS_PER_MIN

Minutes = NDArray[np.float64]


class Window:
    """The measured days [min]."""

    def __init__(self, inputs: Inputs) -> None:
        self.low, self.high = (instant / TICKS_PER_MIN for instant in inputs.measured)
        self.end = inputs.end / TICKS_PER_MIN
        self.days = (self.high - self.low) / MIN_PER_DAY

    def hours(self, start: Minutes, end: Minutes) -> float:
        """Hours of intervals (N) within the window; one whose end is NaN goes on."""
        begun = ~np.isnan(start)
        start = np.clip(start[begun], self.low, self.high)
        end = np.clip(np.where(np.isnan(end[begun]), self.end, end[begun]), self.low, self.high)
        return float((end - start).sum()) / MIN_PER_H

    def covers(self, instants: Minutes) -> NDArray[np.bool_]:
        return (instants >= self.low) & (instants < self.high)

    def closes(self, ends: Minutes) -> NDArray[np.bool_]:
        """Which intervals, told by their ends, are of the measured days."""
        return (ends > self.low) & (ends <= self.high)


def left_door(trucks: Table, docking: int) -> Minutes:
    """When each truck (N) left its door [min]: `docking` [ticks] after its cut-off if it was cancelled."""
    cancelled = trucks["cut_off"] + docking / TICKS_PER_MIN
    return np.where(trucks["is_cancelled"], cancelled, trucks["departed"])


def departed_t(table: Table, window: Window) -> float:
    """Mass of trucks or ULDs (N) that departed in the measured days [t]."""
    return int(table["mass"][window.covers(table["departed"])].sum()) / G_PER_KG / KG_PER_T


def growth(time: Minutes, inside: Minutes, window: Window) -> float:
    """Growth a day of what is inside (N): mean difference to the same hour a week before, where there is one.

    Week on week, since a week's own rhythm would pass for growth; over less than a week, a least-squares
    line.
    """
    measured = window.closes(time)
    late = measured & (time - MIN_PER_WEEK > 0)
    if late.any():
        before = np.interp(time[late] - MIN_PER_WEEK, time, inside)
        return float((inside[late] - before).mean()) / (MIN_PER_WEEK / MIN_PER_DAY)
    return float(np.polynomial.Polynomial.fit(time[measured] / MIN_PER_DAY, inside[measured], 1).convert().coef[-1])


def is_single(disruptions: Table) -> NDArray[np.bool_]:
    """Which disruptions are neither drawn nor come every night, so that the hub can get over them."""
    single: NDArray[np.bool_] = ~disruptions["is_drawn"] & ~np.isin(disruptions["kind"], nightly_kinds())
    return single


def nightly_kinds() -> list[str]:
    """Kinds of disruptions that come every night, so that nothing recovers from them."""
    return [name for name, kind in Disruption.kinds.items() if kind.is_nightly]


def last_end(disruptions: Table) -> float:
    """When the last of these ends [min]; 0 if there is none."""
    return float(disruptions["end"][is_single(disruptions)].max(initial=0.0))


def of_zone(occupancy: Table, zone: str, window: Window) -> NDArray[np.bool_]:
    """Which rows are a zone's, of the measured days."""
    is_counted: NDArray[np.bool_] = (occupancy["zone"] == zone) & window.closes(occupancy["time"])
    return is_counted


def full_share(occupancy: Table, zone: str, window: Window) -> float:
    """Of a zone's limit, what is there in the mean over the measured days; 0 without the zone or a limit."""
    is_counted = of_zone(occupancy, zone, window) & (occupancy["limit"] > 0)
    return float((occupancy["inside"][is_counted] / occupancy["limit"][is_counted]).mean()) if is_counted.any() else 0.0
