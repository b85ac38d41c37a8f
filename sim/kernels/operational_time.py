"""A machine's operational time: the calendar mapped to cumulative work, and back, exactly.

Work is counted in induction-ticks: W(t) = ∫ slope dt. It is never rounded within the machine. Only mapping back
divides, and rounds up to a tick.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

import numpy as np

from sim.domain.site import MachineCalendar
from sim.kernels.queueing import single_server
from sim.units import Ticks


class OperationalTime:
    """W of a calendar, and its two inverses."""

    def __init__(self, calendar: MachineCalendar) -> None:
        self.start = calendar.start
        self.slope = calendar.slope
        done = np.cumsum(np.diff(calendar.start) * calendar.slope[:-1])
        self.work = np.concatenate((np.zeros(1, dtype=np.int64), done))
        self._starts: list[int] = self.start.tolist()
        self._works: list[int] = self.work.tolist()

    def work_at(self, instant: Ticks) -> Ticks:
        """W at instants (P)."""
        i = _segments(self._starts, instant, bisect_right)
        return self.work[i] + self.slope[i] * (instant - self.start[i])

    def served(self, arrival: Ticks, need: int, free_at: int) -> tuple[Ticks, Ticks, int]:
        """When P equal services begin and end on one server, and when it is free afterwards, in work.

        `arrival` (P) ascending; each service needs `need` of work; the server is free when `free_at` of work is done.
        """
        i = bisect_right(self._starts, int(arrival[0])) - 1
        start, work, slope = self._starts[i], self._works[i], int(self.slope[i])
        if slope and need % slope == 0 == (free_at - work) % slope:
            # While the slope does not change, all instants are whole ticks.
            begin = single_server(arrival, need // slope, start + (free_at - work) // slope)
            end = begin + need // slope
            if i + 1 == len(self._starts) or end[-1] <= self._starts[i + 1]:
                return begin, end, work + slope * (int(end[-1]) - start)
        done = single_server(self.work_at(arrival), need, free_at)
        begin = self.instant_after(done)
        done += need
        return begin, self.instant_reaching(done), int(done[-1])

    def slope_at(self, instant: int) -> int:
        return int(self.slope[bisect_right(self._starts, instant) - 1])

    def instant_after(self, work: Ticks) -> Ticks:
        """⌈inf{t : W(t) > work}⌉ for work (P): when a service begins that may not begin in an outage."""
        i = _segments(self._works, work, bisect_right)
        return self.start[i] - (self.work[i] - work) // self.slope[i]

    def instant_reaching(self, work: Ticks) -> Ticks:
        """⌈inf{t : W(t) ≥ work}⌉ for work (P) above 0: when a service ends."""
        i = _segments(self._works, work, bisect_left)
        return self.start[i] - (self.work[i] - work) // self.slope[i]


def _segments(edges: Sequence[int], values: Ticks, side: Callable[[Sequence[int], int], int]) -> Ticks | int:
    """The calendar's segment of each value (P); one number if all share it, which is usual."""
    if len(edges) == 1:
        return 0
    first, last = (side(edges, int(bound)) - 1 for bound in (values.min(), values.max()))
    if first == last:
        return first
    return np.searchsorted(edges, values, side="right" if side is bisect_right else "left") - 1
