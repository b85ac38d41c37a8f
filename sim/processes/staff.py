"""Staff: the roster mans posts, and work in hand at the end of a shift is finished."""

from collections.abc import Iterable, Mapping

import simpy

from sim.domain.site import Hall, Manning
from sim.processes.desks import Desks
from sim.processes.phases import Phase, Process, at, start
from sim.processes.pool import Pool
from sim.record.recorder import Recorder
from sim.record.tallies import Span, StaffTime


def start_shifts(env: simpy.Environment, pools: Iterable[Pool], manning: Mapping[str, Manning]) -> None:
    """Make the pools' tokens follow the roster, kind by kind."""
    for pool in pools:
        for kind in pool.capacity:
            if kind in manning:
                start(_shifts(env, pool, kind, manning[kind]))


def _shifts(env: simpy.Environment, pool: Pool, kind: str, manning: Manning) -> Process:
    for since, *numbers in zip(manning.start, manning.posts, manning.rostered, strict=True):
        yield at(env, since)
        pool.set_capacity(kind, *numbers)


def desks_of(
    kind: str,
    service: int,
    hall: Hall,
    number: int,
    record: Recorder,
    *,
    posts: int | None = None,
) -> Desks:
    """Desks of a hall, manned by the roster, and recorded under their kind; `posts` is set for exports."""
    manning = hall.manned(kind, hall.desks[kind] if posts is None else posts)
    return Desks(manning, service, record.desk_tally(kind, number, manning))


class Meter:
    """Records how long pools lacked each kind, and held more than was on the roster, in the measured days."""

    def __init__(self, env: simpy.Environment, pools: Mapping[int, Iterable[Pool]], measured: Span) -> None:
        self._pools = [(hall, pool) for hall, of_hall in pools.items() for pool in of_hall]
        self._readings: list[list[tuple[Mapping[str, int], Mapping[str, int]]]] = []
        self._high = measured[1]
        for instant in measured:
            start(self._at(env, instant))

    def _at(self, env: simpy.Environment, instant: int) -> Process:
        yield at(env, instant, Phase.FEED)
        self._read(instant)

    def _read(self, instant: int) -> None:
        self._readings.append([(pool.lacked_until(instant), pool.overtime_until(instant)) for _, pool in self._pools])

    def close(self, end: int, record: Recorder) -> None:
        """End the run, possibly at the end of the measured days: record tokens held and missing, in all and in them."""
        for hall, pool in self._pools:
            record.add_pool(pool.held_until(end), pool.lacked_until(end), hall)
        if len(self._readings) == 1:
            self._read(self._high)
        for (hall, pool), before, after in zip(self._pools, *self._readings, strict=True):
            for kind in pool.capacity:
                lacked, overtime = (after[i][kind] - before[i][kind] for i in range(2))
                record.staff[kind, hall] = StaffTime(lacked, overtime)
