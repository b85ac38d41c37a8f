"""Sorting: machines, advanced lazily in columns, and the hand-coding desks behind them.

A caller that needs the state at an instant first advances to it, so that results do not depend on who reads it when.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.domain.site import MachineCalendar
from sim.kernels.coming import Coming, split_ascending
from sim.kernels.operational_time import OperationalTime
from sim.kernels.ordering import Chunk, joined
from sim.processes.desks import Served
from sim.processes.shared import Shared
from sim.processes.slots import has
from sim.processes.staff import desks_of
from sim.processes.store import Mark
from sim.record.tallies import ShortTally
from sim.units import FOREVER, NEVER, Flags, Ticks

Deliver = Callable[[Ticks, Ticks, Ticks], None]
"""Takes instants (P), parcels (P) and the machines from which they come (P)."""
Stage = Callable[[Ticks, Ticks], None]
"""Takes ready instants (P) and parcels (P)."""
Hold = Callable[[Ticks, Ticks, Ticks], None]
"""Takes instants (P), parcels (P), and the machines to which they return (P), or `BY_HAND`, or `CARRIED` for
neither."""
_END: Final = 1
"""The column of a machine's chunks by which they are fetched."""
BY_HAND, CARRIED = -1, -2
"""Replace a machine's number."""


class Exports(Protocol):
    """The interface of exports: they also feed the machines, and take their parcels from those sorted."""

    @property
    def keeps_stamps(self) -> bool:
        """Whether it records when sorting begins."""

    def before(self, machine: int, until: int) -> None:
        """Feed a machine all parcels that arrive there by an instant (inclusive)."""

    def take_sorted(self, done: Chunk) -> Chunk:
        """Take exports from `done` (P), the parcels at their chutes as in `Sortation`."""

    def take_coded(self, served: Served) -> Served: ...


class SecondChutes(Protocol):
    """The chutes that lead to a second machine."""

    def last(self, machine: Ticks, parcels: Ticks) -> Ticks:
        """The machines from which P parcels go to their lane, by the machines of their first pass (P)."""

    def keep(self, instants: Ticks, parcels: Ticks, machine: Ticks) -> tuple[Ticks, Ticks, Ticks]:
        """Keep those of P parcels from machines that slide into such chutes; return the others."""


class Machine:
    """A sorting machine: parcels that will arrive, and the state of its queue at the latest instant."""

    def __init__(
        self, calendar: MachineCalendar, need: int, to_chute: int, measured: tuple[int, int], short: ShortTally
    ) -> None:
        self._time = OperationalTime(calendar)
        self.keeps_begin = True
        self._need, self._to_chute = need, to_chute
        self._coming = Coming()
        self._watched: dict[int, int] = {}
        self._free_at = 0
        self._advanced_to = NEVER
        self._measured = np.array(measured, dtype=np.int64)
        self.before: Callable[[int], None] | None = None
        """Feeds all parcels that arrive by an instant, if a feeder works lazily."""
        self.begun: dict[int, int] = {}
        """When the last parcels of ULDs begin [ticks]."""
        self._done: list[Chunk] = []
        """(arrival, end, parcel), and begin if it is recorded (P), of parcels that were served and not yet fetched."""
        self.n_begun = 0
        """Services that began in the measured days."""
        self.short = short

    def feed(self, arrival: Ticks, parcels: Ticks, *, is_watched: bool = False) -> None:
        """Parcels (P) that arrive (ascending) after the current instant."""
        self._coming.add(arrival, parcels)
        if is_watched:
            self._watched[int(parcels[-1])] = int(arrival[-1])

    def advance(self, until: int) -> None:
        """Serve all parcels that have arrived by an instant (inclusive)."""
        if until <= self._advanced_to:
            return
        if self.before is not None:
            self.before(until)
        self._advanced_to = until
        arrived = self._coming.take(until)
        if arrived is not None:
            arrival, parcels = arrived
            self._serve(arrival, parcels, until)

    def _serve(self, arrival: Ticks, parcels: Ticks, until: int) -> None:
        begin, end, self._free_at = self._time.served(arrival, self._need, self._free_at)
        self.short.add(arrival, end)
        self._done.append((arrival, end + self._to_chute, parcels, *([begin] if self.keeps_begin else [])))
        low, high = begin.searchsorted(self._measured)
        self.n_begun += int(high - low)
        if self._watched:
            for last in [parcel for parcel, instant in self._watched.items() if instant <= until]:
                place = int(arrival.searchsorted(self._watched.pop(last)))
                while parcels[place] != last:  # others that arrived at the same instant
                    place += 1
                self.begun[last] = int(begin[place])

    def fetch(self, until: int) -> list[Chunk]:
        """Parcels at their chutes by an instant (inclusive): chunks of parcels (P) in order."""
        done, self._done = split_ascending(self._done, until, by=_END)
        return done


class Sortation:
    """The machines and desks of a hall; sorted parcels are delivered to pack-out or to the hold zone."""

    def __init__(self, shared: Shared, number: int, *, deliver: Deliver, stage: Stage, hold: Hold) -> None:
        """`number` of the hall."""
        site, measured, record = shared.site, shared.inputs.measured, shared.record
        hall, tallies = site.halls[number], record.stages
        need = hall.service * site.handling.inductions
        inductions = hall.manned("inductions", site.handling.inductions)
        self.machines = [
            Machine(calendar, need, site.handling.to_chute, measured, ShortTally(measured, inductions))
            for calendar in hall.calendars
        ]
        for machine in self.machines:
            machine.keeps_begin = shared.store.keeps_stamps
        self._site, self._store = site, shared.store
        self._sorting, self._handcoding = tallies["sorting"], tallies["handcoding"]
        self._manual_sort = tallies["manual_sort"]
        self._deliver, self._stage, self._hold = deliver, stage, hold
        self._flows = record.flow_tally("machine", number, hall.n_machines)
        record_as = hall, number, record
        self.desks = desks_of("handcoding_desks", site.handling.handcoding, *record_as)
        """Hand-coding desks; the tag is the machine from which parcels go on."""
        self.posts = desks_of("manual_sort_posts", site.handling.manual_sort, *record_as)
        self._shortest = min(hall.service + site.handling.to_chute, site.handling.handcoding, site.handling.manual_sort)
        """The shortest time from arrival to leaving [ticks]."""
        self._advanced_to = NEVER
        self._exports: Exports | None = None
        self.again: SecondChutes | None = None
        """None: no chute leads to a second machine."""

    def take_exports(self, exports: Exports) -> None:
        self._exports = exports
        for number, machine in enumerate(self.machines):
            machine.before = partial(exports.before, number)
            machine.keeps_begin |= exports.keeps_stamps

    def advance(self, until: int) -> None:
        """Advance machines and desks to an instant (inclusive)."""
        if until <= self._advanced_to:
            return
        self._advanced_to = until
        for machine in self.machines:
            machine.advance(until)
        self._fetch(until + self._shortest)
        self._serve_desks(until)
        self._sort_by_hand(until)

    def look(self, instant: int) -> None:
        """Process all parcels that leave by an instant (inclusive).

        They have arrived by then, earlier by the shortest service or more.
        """
        if instant > self._advanced_to + self._shortest:
            self.advance(instant)

    def close(self, end: int) -> None:
        """Advance everything to just before an instant, and also read parcels that are still on the machines."""
        self.advance(end - 1)
        self._fetch(FOREVER)

    def feed_by_hand(self, arrival: Ticks, parcels: Ticks) -> None:
        """Parcels (P) that arrive at manual sort after the current instant."""
        self.posts.feed(arrival, parcels, np.full(len(parcels), BY_HAND))

    def carry(self, arrival: Ticks, units: Ticks) -> None:
        """Whole ULDs (P) that are carried past machines and posts; their status is read when they arrive."""
        stopped = self._stop(arrival, units, np.full(len(units), CARRIED))
        self._stage(arrival[~stopped], units[~stopped])

    def _fetch(self, until: int) -> None:
        """Pass on parcels at their chutes by an instant (inclusive)."""
        done = self._at_chutes(until)
        if done is None:
            return
        if self._exports is not None:
            done = self._exports.take_sorted(done)
        arrival, end, parcels, machine, *kept = done
        self._sorting.add(arrival, end, self._store.counts(parcels))
        for begin in kept if self._store.keeps_stamps else ():
            self._stamp(begin, end, parcels)
        straight = self._read(end, parcels, machine)
        if self.again is not None:
            straight = self.again.keep(*straight)
        self._deliver(*straight)

    def _at_chutes(self, until: int) -> Chunk | None:
        """Parcels that machines have brought to their chutes by an instant (inclusive), machine after machine.

        (arrival, end, parcel, machine), and begin if it is recorded (P).
        """
        done = [(number, chunk) for number, machine in enumerate(self.machines) for chunk in machine.fetch(until)]
        if not done:
            return None
        numbers, chunks = zip(*done, strict=True)
        machine = np.repeat(np.array(numbers, dtype=np.int16), [len(chunk[0]) for chunk in chunks])
        arrival, end, parcels, *begin = joined(chunks)
        self._flows.add(machine, arrival, end)
        return arrival, end, parcels, machine, *begin

    def _read(self, instants: Ticks, parcels: Ticks, machine: Ticks) -> tuple[Ticks, Ticks, Ticks]:
        """Read labels and status of P parcels; returns those that go on, neither to a desk nor held."""
        mark = self._store.of("mark", parcels)
        if not mark.any():
            return instants, parcels, machine
        goes_to = machine if self.again is None else self.again.last(machine, parcels)
        no_read = has(mark, Mark.NO_READ)
        if no_read.any():
            self.desks.feed(instants[no_read], parcels[no_read], goes_to[no_read])
        stopped = ~no_read & self._is_stopped(mark, instants, parcels)
        if stopped.any():
            self._hold(instants[stopped], parcels[stopped], goes_to[stopped])
        straight = ~(no_read | stopped)
        return instants[straight], parcels[straight], machine[straight]

    def _stop(self, since: Ticks, parcels: Ticks, machine: Ticks) -> Flags:
        """Read the status of P parcels, and hold those that customs has not released; returns which these are."""
        stopped = self._is_stopped(self._store.of("mark", parcels), since, parcels)
        if stopped.any():
            self._hold(since[stopped], parcels[stopped], machine[stopped])
        return stopped

    def _is_stopped(self, mark: NDArray[np.uint8], since: Ticks, parcels: Ticks) -> Flags:
        """Which of P parcels customs has not released when their status is read."""
        stopped = has(mark, Mark.HELD)
        if stopped.any():
            held = np.flatnonzero(stopped)
            is_late = self._store.release(parcels[held]) > since[held]
            stopped[held] = is_late | has(mark[held], Mark.CONTROLLED)
        return stopped

    def _serve_desks(self, until: int) -> None:
        served = self.desks.serve(until)
        if served is None:
            return
        if self._exports is not None:
            served = self._exports.take_coded(served)
        arrival, begin, end, parcels, machine = served
        self._store.stamp_service("code", parcels, begin, end)
        stopped = self._stop(end, parcels, machine)
        leave = np.where(stopped, end, end + self._site.handling.to_lane)
        self._handcoding.add(arrival, leave, self._store.counts(parcels))
        self._deliver(leave[~stopped], parcels[~stopped], machine[~stopped])

    def _sort_by_hand(self, until: int) -> None:
        served = self.posts.serve(until)
        if served is None:
            return
        arrival, begin, end, parcels, by_hand = served
        if self._store.keeps_stamps:
            self._stamp(begin, end, parcels)
        stopped = self._stop(end, parcels, by_hand)
        leave = np.where(stopped, end, end + self._site.handling.to_lane)
        self._manual_sort.add(arrival, leave, self._store.counts(parcels))
        self._stage(leave[~stopped], parcels[~stopped])

    def _stamp(self, begin: Ticks, end: Ticks, parcels: Ticks) -> None:
        is_second = self._store.of("freed", parcels) != NEVER
        for first_pass, prefix in ((~is_second, "sort"), (is_second, "second")):
            self._store.stamp_service(prefix, parcels[first_pass], begin[first_pass], end[first_pass])
