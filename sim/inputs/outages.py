"""Machine outages: known ahead, drawn with the machine's own stream."""

from collections.abc import Iterator

import numpy as np

from sim.config import Sorting
from sim.domain.site import MachineCalendar
from sim.units import MIN_PER_H, TICKS_PER_MIN


def up_and_down(rng: np.random.Generator, mtbf_min: float, mttr_min: float, end: int) -> Iterator[tuple[int, int]]:
    """From and to before [ticks] a unit is down, in turn with its times up, until `end` is passed; exponential."""
    now = 0
    while now < end:
        down, up = (max(1, round(rng.exponential(mean) * TICKS_PER_MIN)) for mean in (mtbf_min, mttr_min))
        yield now + down, now + down + up
        now += down + up


def machine_calendar(sorting: Sorting, rng: np.random.Generator, end: int) -> MachineCalendar:
    """All inductions manned but for exponential outages up to `end` [ticks], in turn with exponential times up."""
    start, slope = [0], [sorting.inductions]
    if sorting.outages is not None:
        for span in up_and_down(rng, sorting.outages.mtbf_h * MIN_PER_H, sorting.outages.mttr_min, end):
            start += span
            slope += (0, sorting.inductions)
    return MachineCalendar(np.array(start, dtype=np.int64), np.array(slope, dtype=np.int64))
