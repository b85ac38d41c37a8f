"""A machine's operational time: the calendar mapped to cumulative work, and back, exactly.

Work is counted in induction-ticks: W(t) = ∫ slope dt. Inside the machine it is never rounded; only mapping back
divides, and rounds up to a tick.
"""

import numpy as np

from sim.domain.site import MachineCalendar
from sim.units import Ticks


class OperationalTime:
    """W of a calendar, and its two inverses."""

    def __init__(self, calendar: MachineCalendar) -> None:
        self.start = calendar.start
        self.slope = calendar.slope
        done = np.cumsum(np.diff(calendar.start) * calendar.slope[:-1])
        self.work = np.concatenate((np.zeros(1, dtype=np.int64), done))

    def work_at(self, instant: Ticks) -> Ticks:
        """W at instants (P)."""
        i = self._segments(self.start, instant, "right")
        return self.work[i] + self.slope[i] * (instant - self.start[i])

    def instant_after(self, work: Ticks) -> Ticks:
        """⌈inf{t : W(t) > work}⌉ for work (P): when a service begins that may not begin in an outage."""
        i = self._segments(self.work, work, "right")
        return self.start[i] - (self.work[i] - work) // self.slope[i]

    def instant_reaching(self, work: Ticks) -> Ticks:
        """⌈inf{t : W(t) ≥ work}⌉ for work (P) above 0: when a service ends."""
        i = self._segments(self.work, work, "left")
        return self.start[i] - (self.work[i] - work) // self.slope[i]

    @staticmethod
    def _segments(edges: Ticks, values: Ticks, side: str) -> Ticks | int:
        """The calendar's segment of each value; one number if all share it, which they mostly do."""
        bounds = (values.min(), values.max())
        first, last = (int(i) - 1 for i in np.searchsorted(edges, bounds, side=side))  # type: ignore[call-overload]
        if first == last:
            return first
        return np.searchsorted(edges, values, side=side) - 1  # type: ignore[call-overload, no-any-return]
