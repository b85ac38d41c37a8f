"""Local time and elapsed time since the first midnight, which differ where the clocks change."""

from dataclasses import dataclass

import numpy as np

from sim.units import TICKS_PER_MIN, Numbers


@dataclass(frozen=True, slots=True)
class Clock:
    """Local times, which count from the first midnight as if every day had 24 hours.

    Without clock changes local and elapsed time are the same.

    >>> forward = Clock(((-100, 0), (2, 1)))
    >>> [forward.local(instant) for instant in (1, 2)], [forward.instant(local) for local in (1, 2, 3)]
    ([1, 3], [1, 2, 2])
    """

    changes: tuple[tuple[int, int], ...] = ()
    """The instant of each change [ticks], and by how much local time is then ahead of the clock at the first midnight
    [ticks].

    Ascending; the first is before all instants."""

    def local(self, instant: int) -> int:
        ahead = 0
        for since, by in self.changes:
            ahead = by if instant >= since else ahead
        return instant + ahead

    def instant(self, local: int, *, is_second: bool = False) -> int:
        """The instant at which the clocks show a local time; if they skip it, the instant of their change.

        `is_second` chooses the later of two instants at which the clocks show the same time.
        """
        instant = local
        for since, by in self.changes:
            if instant >= since or (is_second and local - by >= since):
                instant = max(local - by, since)
        return instant

    def locals(self, instants: Numbers) -> Numbers:
        """Local times of columns of minutes; NaN stays NaN."""
        local = instants
        for since, by in self.changes:
            local = np.where(instants >= since / TICKS_PER_MIN, instants + by / TICKS_PER_MIN, local)
        return local

    def instants(self, local: Numbers) -> Numbers:
        """Instants of columns of local minutes."""
        instants = local
        for since, by in self.changes:
            begin = since / TICKS_PER_MIN
            instants = np.where(instants >= begin, np.maximum(local - by / TICKS_PER_MIN, begin), instants)
        return instants


NO_CHANGES = Clock()
