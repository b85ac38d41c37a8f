"""Machine outages: known ahead, drawn with the machine's own stream."""

import numpy as np

from sim.config import Sorting
from sim.domain.site import MachineCalendar
from sim.streams import up_and_down
from sim.units import MIN_PER_H


def machine_calendar(sorting: Sorting, rng: np.random.Generator, end: int) -> MachineCalendar:
    """All inductions manned but for exponential outages up to `end` [ticks], in turn with exponential times up."""
    start, slope = [0], [sorting.inductions]
    if sorting.outages is not None:
        for span in up_and_down(rng, sorting.outages.mtbf_h * MIN_PER_H, sorting.outages.mttr_min, end):
            start += span
            slope += (0, sorting.inductions)
    return MachineCalendar(np.array(start, dtype=np.int64), np.array(slope, dtype=np.int64))
