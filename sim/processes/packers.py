"""Pack-out by packers who go from chute to chute (rule 56).

Between two looks it is known who packs where, so that what came can be packed in columns. What is not packed by the
next look keeps its place in the chute's work, and gets its instants once it is known who packs then.
"""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.domain.site import Hall, Packers
from sim.kernels.coming import Pending, split_ascending
from sim.kernels.ordering import Chunk, grouped, joined, pick
from sim.kernels.queueing import servers_in_turn
from sim.kernels.tallies import is_within
from sim.processes.lanes import Lanes
from sim.processes.packout import PackOut
from sim.processes.store import ParcelStore
from sim.record.chutes import Chutes, FullestChute
from sim.record.recorder import StageTally
from sim.record.rows import PackOutRow
from sim.rules import packers
from sim.units import FOREVER, NEVER, Ticks

_ANYTHING: Final = 1 << 31
_BEGIN, _CHUTE = 2, 5
"""Columns of what waits."""


class FlexiblePackOut(PackOut):
    """All chutes of a hall (C), each a server as fast as its packers are many."""

    def __init__(
        self,
        rule: Packers,
        choose: packers.Rule,
        hall: Hall,
        row: PackOutRow,
        first_machine: int,
        store: ParcelStore,
        measured: tuple[int, int],
        *,
        tally: StageTally,
        lanes: Lanes,
    ) -> None:
        super().__init__(hall, row, first_machine, store, measured, tally=tally, lanes=lanes)
        self._rule, self._choose = rule, choose
        n_chutes = len(self._posts)
        # Nothing bounds what a chute holds that nobody comes to.
        anything = np.full(n_chutes, _ANYTHING, dtype=np.int64)
        self.fullest = FullestChute(row, measured, anything, first_machine, self._n_routes)
        self._next_look = self._since = 0
        self._packers = [0] * n_chutes
        self._staying, self._slope, self._work = np.zeros((3, n_chutes), dtype=np.int64)
        """Packers until those who were sent have walked, and then; work done or idled away by the last look (C)."""
        self._free = np.zeros(n_chutes, dtype=np.int64)
        """When the last unit in each chute is packed, in work (C)."""
        self._waiting: Chunk = (*np.zeros((5, 0), dtype=np.int64), np.zeros(0, dtype=np.uint16))
        """(arrival, pack_begin, begin in work, end in work, parcel, chute) of units (P) that are not packed and begin
        before `near`: a full hall holds days of work, and who looks need not pass over all of it."""
        self._near = np.zeros(n_chutes, dtype=np.int64)
        """In work (C)."""
        self._new_far: list[Chunk] = []
        """The same columns of what begins later, chute after chute in each."""
        self._far: list[deque[Chunk]] = [deque() for _ in range(n_chutes)]
        """By chute, and ascending there, what began later when it was looked at last."""
        self._units = np.zeros(n_chutes, dtype=np.int64)
        """Not packed, near and far (C)."""
        self._packed = Pending()
        """Arrival and end of what `short` does not know yet."""

    def advance(self, until: int) -> None:
        while self._next_look <= until:
            self._take(self._next_look)
            self._look(self._next_look)
        self._take(until)

    def close(self, end: int) -> None:
        self._near[:] = FOREVER
        self._come_near()
        if len(self._waiting[0]):
            self._tell(self._waiting, np.full_like(self._waiting[0], end))
        self._waiting = tuple(column[:0] for column in self._waiting)
        self._tell_short()
        super().close(end)

    def _pack(self, arrival: Ticks, parcels: Ticks, chute: Chutes) -> None:
        counts = np.bincount(chute, minlength=len(self._posts))
        self._units += counts
        turn = np.arange(len(chute)) - np.repeat(np.cumsum(counts) - counts, counts)
        packing = self._store.column["packing"][self._store.rows(parcels)].astype(np.int64)
        begin = servers_in_turn(self._work_at(arrival, chute), packing, chute.astype(np.int64), turn, self._free)
        self.row.n_units += len(arrival)
        self._store.stamp("at_chute", parcels, arrival)
        begun = np.full_like(arrival, NEVER)
        units: Chunk = (arrival, begun, begin, begin + packing, parcels, chute)
        is_near = begin < self._near[chute]
        if not is_near.all():
            self._new_far.append(pick(~is_near, *units))
            units = pick(is_near, *units)
        self._waiting = joined([self._waiting, self._serve(units)])

    def _take(self, until: int) -> None:
        super().advance(until)

    def _look(self, now: int) -> None:
        """Send packers, and serve what can be until the next look."""
        rule = self._rule
        before = np.array(self._packers, dtype=np.int64)
        self._work = self._work_by_next_look()
        is_review = now % rule.review == 0
        manned = self._time.slope_at(now)
        self._packers = self._choose(
            self._units.tolist(), self._packers, manned, enough=rule.enough, is_review=is_review
        )
        self._slope = np.array(self._packers, dtype=np.int64)
        self._staying = np.minimum(before, self._slope)
        self._since, self._next_look = now, now + rule.look
        by_next = self._work_by_next_look()
        if (by_next > self._near).any():
            # For as long as nobody comes or goes, the next review is soon enough.
            self._near = np.maximum(self._near, by_next + self._slope * rule.review)
            self._come_near()
        if len(self._waiting[0]):
            self._waiting = self._serve(self._waiting)
        if is_review:
            self._tell_short()

    def _come_near(self) -> None:
        if self._new_far:
            columns = joined(self._new_far)
            self._new_far = []
            for number, part in grouped(columns[_CHUTE], *columns):
                self._far[number].append(part)
        near = [self._waiting]
        for far, until in zip(self._far, self._near.tolist(), strict=True):
            while far and far[0][_BEGIN][0] < until:
                now, later = split_ascending([far.popleft()], until - 1, by=_BEGIN)
                near += now
                far.extendleft(later)
        self._waiting = joined(near)

    def _work_at(self, instant: Ticks, chute: Chutes) -> Ticks:
        """Work done or idled away in chutes (P) by instants (P) since the last look."""
        since = instant - self._since
        walking = np.minimum(since, self._rule.walk)
        return self._work[chute] + self._staying[chute] * walking + self._slope[chute] * (since - walking)

    def _work_by_next_look(self) -> Ticks:
        walk = self._rule.walk
        return self._work + self._staying * walk + self._slope * (self._next_look - self._since - walk)

    def _serve(self, units: Chunk) -> Chunk:
        """Give the instants to what is begun and packed by the next look; those that are not packed."""
        _, begun, begin, end, parcels, chute = units
        by_next = self._work_by_next_look()[chute]
        is_begun = (begun == NEVER) & (begin < by_next)
        if is_begun.any():
            at, number = begin[is_begun], chute[is_begun]
            instants = self._instant(at, number, at < self._walked()[number])
            begun[is_begun] = instants
            self._store.stamp("pack_begin", parcels[is_begun], instants)
            packing = (end - begin)[is_begun]
            self.work += int(packing[is_within(instants, self._measured)].sum())
        is_packed = end <= by_next
        if is_packed.any():
            packed = pick(is_packed, *units)
            _, _, _, at, done, number = packed
            ready = self._instant(at, number, at <= self._walked()[number])
            self._tell(packed, ready)
            self._units -= np.bincount(number, minlength=len(self._units))
            self._lanes.deliver(ready, done)
        return pick(~is_packed, *units)

    def _walked(self) -> Ticks:
        """Work (C) when those who were sent have walked."""
        return self._work + self._staying * self._rule.walk

    def _instant(self, work: Ticks, chute: Chutes, is_walking: NDArray[np.bool_]) -> Ticks:
        """When work (P) in chutes (P) is reached: before or after those who were sent have walked."""
        done = np.where(is_walking, self._work[chute], self._walked()[chute])
        slope = np.where(is_walking, self._staying[chute], self._slope[chute])
        since = np.where(is_walking, self._since, self._since + self._rule.walk)
        return since - (done - work) // slope

    def _tell(self, units: Chunk, ready: Ticks) -> None:
        arrival, _, begin, end, parcels, chute = units
        self.fullest.add(arrival, ready, chute, int((end - begin).min()))
        self._tally.add(arrival, ready, self._store.counts(parcels))
        if self.short.is_ever_short:
            self._packed.add(arrival, ready)

    def _tell_short(self) -> None:
        """In the order of arrival: of what came before all that waits."""
        far = (chunk[0] for chunk in (*self._new_far, *(chunks[0] for chunks in self._far if chunks)))
        first = min(int(arrival.min(initial=FOREVER)) for arrival in (self._waiting[0], *far))
        packed = self._packed.take(first)
        if packed is not None:
            arrival, ready = packed
            order = np.argsort(arrival, kind="stable")
            self.short.add(arrival[order], ready[order])
