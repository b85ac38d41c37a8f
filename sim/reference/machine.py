"""A sorting machine or a pack-out post, which serves one parcel after the other in operational time."""

from bisect import bisect_left, bisect_right
from heapq import heappop, heappush

import simpy

from sim.domain.site import MachineCalendar
from sim.processes.phases import Phase, after, at
from sim.reference.records import OutParcel, Parcel, Steps


class Machine:
    """A first-come-first-served server in operational time (rule 9).

    A parcel brings its work: service × inductions [induction-ticks]. Starts and slopes are whole numbers. So the work
    done by a whole tick, and all other work here, is whole, too. Only instants are rounded, up. An instant that never
    happens is put at `end`, where nothing happens either.
    """

    def __init__(self, env: simpy.Environment, calendar: MachineCalendar, end: int) -> None:
        self._env = env
        self._end = end
        self._start: list[int] = calendar.start.tolist()
        self._slope: list[int] = calendar.slope.tolist()
        self._work = [0]
        for i in range(len(self._start) - 1):
            self._work.append(self._work[i] + self._slope[i] * (self._start[i + 1] - self._start[i]))
        self._waiting: list[tuple[int, tuple[int, int], int, simpy.Event]] = []
        self._bell = env.event()
        env.process(self._serve())

    def work(self, instant: int) -> int:
        """W(instant): the work that the machine can have done by then."""
        i = bisect_right(self._start, instant) - 1
        return self._work[i] + self._slope[i] * (instant - self._start[i])

    def instant_after(self, work: int) -> int:
        """The first instant after which more than this work is done, rounded up to a tick."""
        return self._instant(bisect_right(self._work, work) - 1, work)

    def instant_reaching(self, work: int) -> int:
        """The first instant by which this work, more than 0, is done, rounded up to a tick."""
        return self._instant(bisect_left(self._work, work) - 1, work)

    def _instant(self, i: int, work: int) -> int:
        if self._slope[i] == 0:  # only the last piece can be level here, and it lasts for ever
            return self._end
        return self._start[i] - (self._work[i] - work) // self._slope[i]

    def arrive(self, parcel: Parcel | OutParcel, need: int) -> simpy.Event:
        """Queue; the event's value, at the parcel's turn, is (begin, end) of its service."""
        turn = self._env.event()
        heappush(self._waiting, (int(self._env.now), parcel.key, need, turn))
        if not self._bell.triggered:
            self._bell.succeed()
        return turn

    def _serve(self) -> Steps:
        done = 0
        while True:
            if not self._waiting:
                self._bell = self._env.event()
                yield self._bell
                yield after(self._env, 0, Phase.MACHINE)
            # All parcels that arrive by this tick have arrived, and the parcel before ended after the previous tick.
            arrival, _, need, turn = heappop(self._waiting)
            begin = max(self.work(arrival), done)
            done = begin + need
            end = self.instant_reaching(done)
            turn.succeed((self.instant_after(begin), end))
            yield at(self._env, end, Phase.MACHINE)
