"""Machine outages: known ahead, drawn with the machine's own stream."""

import numpy as np

from sim.config import Sorting
from sim.domain.site import MachineCalendar
from sim.units import MIN_PER_H, TICKS_PER_MIN


def machine_calendar(sorting: Sorting, rng: np.random.Generator, end: int) -> MachineCalendar:
    """All inductions manned but for exponential outages up to `end` [ticks], in turn with exponential times up."""
    start, slope = [0], [sorting.inductions]
    if sorting.outages is not None:
        now = 0
        while now < end:
            for mean_min, until_then in ((sorting.outages.mtbf_h * MIN_PER_H, 0), (sorting.outages.mttr_min, -1)):
                now += max(1, round(rng.exponential(mean_min) * TICKS_PER_MIN))
                start.append(now)
                slope.append(0 if until_then == 0 else sorting.inductions)
    return MachineCalendar(np.array(start, dtype=np.int64), np.array(slope, dtype=np.int64))
