"""The measured days: sums of tables' columns over them, and the ends of their intervals. Minutes."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.config.disruptions import Disruption
from sim.domain.columns import Made, Table
from sim.domain.inputs import Inputs
from sim.domain.site import Hall
from sim.units import G_PER_KG, KG_PER_T, MIN_PER_DAY, MIN_PER_H, MIN_PER_WEEK, NEVER, TICKS_PER_MIN, Flags, Ticks

Minutes = NDArray[np.float64]


class Window:
    """The measured days [min]."""

    def __init__(self, inputs: Inputs) -> None:
        self.low, self.high = (instant / TICKS_PER_MIN for instant in inputs.measured)
        self.end = inputs.end / TICKS_PER_MIN
        self.days = (self.high - self.low) / MIN_PER_DAY

    def hours(self, start: Minutes, end: Minutes) -> float:
        """Hours of intervals (N) within the window; an interval without an end (NaN) goes on."""
        begun = ~np.isnan(start)
        start = np.clip(start[begun], self.low, self.high)
        end = np.clip(np.where(np.isnan(end[begun]), self.end, end[begun]), self.low, self.high)
        return float((end - start).sum()) / MIN_PER_H

    def covers(self, instants: Minutes) -> Flags:
        return (instants >= self.low) & (instants < self.high)

    def closes(self, ends: Minutes) -> Flags:
        """Which intervals, given by their ends, are in the measured days."""
        return (ends > self.low) & (ends <= self.high)


def left_door(trucks: Table, docking: float) -> NDArray[Any]:
    """When each truck (N) left its door: `docking` after its cut-off if it was cancelled; all in one unit."""
    return np.where(trucks["is_cancelled"], trucks["cut_off"] + docking, trucks["departed"])


def departed_t(table: Table, window: Window) -> float:
    """Mass of trucks or ULDs (N) that departed in the measured days [t]."""
    return int(table["mass"][window.covers(table["departed"])].sum()) / G_PER_KG / KG_PER_T


def growth(time: Minutes, inside: Minutes, window: Window) -> float:
    """Growth a day of the number inside (N): mean difference from the same hour a week before, if there is one.

    Differences are week on week, because a week's own rhythm would look like growth. A shorter window has a
    least-squares line.
    """
    measured = window.closes(time)
    late = measured & (time - MIN_PER_WEEK > 0)
    if late.any():
        before = np.interp(time[late] - MIN_PER_WEEK, time, inside)
        return float((inside[late] - before).mean()) / (MIN_PER_WEEK / MIN_PER_DAY)
    return float(np.polynomial.Polynomial.fit(time[measured] / MIN_PER_DAY, inside[measured], 1).convert().coef[-1])


def is_single(disruptions: Table) -> Flags:
    """Which disruptions are neither drawn nor nightly, so that the hub can recover from them."""
    single: Flags = ~disruptions["is_drawn"] & ~np.isin(disruptions["kind"], nightly_kinds())
    return single


def nightly_kinds() -> list[str]:
    """Kinds of disruptions that happen every night, so that nothing recovers from them."""
    return [name for name, kind in Disruption.kinds.items() if kind.is_nightly]


def last_end(disruptions: Table) -> float:
    """When the last of these ends [min]; 0 if there are none."""
    return float(disruptions["end"][is_single(disruptions)].max(initial=0.0))


def of_zone(occupancy: Table, zone: str, window: Window) -> Flags:
    """Which rows are a zone's in the measured days."""
    is_counted: Flags = (occupancy["zone"] == zone) & window.closes(occupancy["time"])
    return is_counted


Series = tuple[str, Ticks, Ticks | int, str]
"""Zone, units inside at the ends of intervals (B), their limit (B, or one for all), and their unit.

A hall's limits apply from its opening on, and are 0 before.
"""


def bin_edges(inputs: Inputs) -> Ticks:
    """The ends of the intervals (B) of the run."""
    n_bins = -(-inputs.end // inputs.bin_width)
    return np.minimum((np.arange(n_bins) + 1) * inputs.bin_width, inputs.end)


def total(series: Sequence[Series]) -> Series:
    """One zone of all halls together."""
    (zone, *_, unit), limit = series[0], sum(limit for _, _, limit, _ in series)
    return zone, np.sum([inside for _, inside, _, _ in series], axis=0), limit, unit


def in_open_halls(edges: Ticks, halls: Sequence[Hall], units: Iterable[int]) -> Ticks:
    """The units of all halls (H) at the edges (B); those of a hall count from its opening on."""
    n_open: Ticks = sum((n * (edges > hall.opens) for hall, n in zip(halls, units, strict=True)), np.zeros_like(edges))
    return n_open


def of_hall(rows: Table, number: int, column: str = "hall") -> Table:
    is_of_hall = rows[column] == number
    return Made(rows, lambda name: rows[name][is_of_hall])


def inside_rows(edges: Ticks, rows: Table, enter: str, leave: str) -> Ticks:
    """How many rows have arrived and not left before each of the edges (B)."""
    return before(edges, rows[enter]) - before(edges, rows[leave])


def before(edges: Ticks, instants: Ticks, weight: Ticks | None = None) -> Ticks:
    """How many instants, or how much of their weight, lie before each of the edges (B).

    >>> before(np.array([10, 20]), np.array([12, NEVER, 5]), np.array([3, 9, 1])).tolist()
    [1, 4]
    """
    happened = instants != NEVER
    instants = instants[happened]
    order = np.argsort(instants, kind="stable")
    weights = np.ones_like(instants) if weight is None else weight[happened]
    # Sums of the first 0, 1, … weights in the order of their instants; the number before an edge chooses one.
    total = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(weights[order])))
    return total[np.searchsorted(instants[order], edges, side="left")]


Move = tuple[int, Ticks, Ticks | None]
"""Units into a zone (1) or away (-1): the sign, the instants, and how many units at each (None: one)."""


def inside(edges: Ticks, moves: Sequence[Move]) -> Ticks:
    """Units in a zone before each of the edges (B)."""
    units: Ticks = np.sum([sign * before(edges, instants, n) for sign, instants, n in moves], axis=0)
    return units


def time_inside(moves: Sequence[Move], measured: tuple[int, int]) -> int:
    """Time that units were in a zone in the measured days [unit-ticks].

    Summed from move to move, because trucks leave at the ends of intervals: counts there would be too high.
    """
    instants = np.concatenate([measured, *(instants for _, instants, _ in moves)])
    edges = np.unique(np.clip(instants, *measured))
    return int(inside(edges[1:], moves) @ np.diff(edges))


def sums(index: Ticks, amounts: Ticks, n: int) -> Ticks:
    """Sums of amounts (P), by index 0 … n-1 (n)."""
    total = np.zeros(n, dtype=np.int64)
    np.add.at(total, index, amounts)
    return total
