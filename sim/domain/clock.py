"""Local time, and what has passed since the first midnight: they part where the clocks change."""

from dataclasses import dataclass

import numpy as np

from sim.units import TICKS_PER_MIN, Numbers


@dataclass(frozen=True, slots=True)
class Clock:
    """Local times count from the first midnight, too, as if every day had 24 hours. No change: both are the same.

    >>> forward = Clock(((-100, 0), (2, 1)))
    >>> [forward.local(instant) for instant in (1, 2)], [forward.instant(local) for local in (1, 2, 3)]
    ([1, 3], [1, 2, 2])
    """

    changes: tuple[tuple[int, int], ...] = ()
    """From when on [ticks], and by how much local time is then ahead of the first midnight's clock [ticks].

    Ascending; the first is before all instants.
    """

    def local(self, instant: int) -> int:
        ahead = 0
        for since, by in self.changes:
            ahead = by if instant >= since else ahead
        return instant + ahead

    def instant(self, local: int, *, is_second: bool = False) -> int:
        """When the clocks show a local time; when they pass over it, that of their change.

        `is_second`: of two instants that they show it at, the later one.
        """
        instant = local
        for since, by in self.changes:
            if instant >= since or (is_second and local - by >= since):
                instant = max(local - by, since)
        return instant

    def locals(self, instants: Numbers) -> Numbers:
        """The same of columns of minutes; NaN stays."""
        local = instants
        for since, by in self.changes:
            local = np.where(instants >= since / TICKS_PER_MIN, instants + by / TICKS_PER_MIN, local)
        return local

    def instants(self, local: Numbers) -> Numbers:
        """The same of columns of minutes."""
        instants = local
        for since, by in self.changes:
            begin = since / TICKS_PER_MIN
            instants = np.where(instants >= begin, np.maximum(local - by / TICKS_PER_MIN, begin), instants)
        return instants


NO_CHANGES = Clock()
