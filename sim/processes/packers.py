"""Pack-out by packers who go from chute to chute (rule 56).

Between two looks it is known who packs where, so that what came can be packed in columns. What is not packed by the
next look keeps its place in the chute's work, and gets its instants once it is known who packs then.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.domain.site import Hall, Packers
from sim.kernels.ordering import Chunk, joined, pick
from sim.kernels.policies import packers_at_chutes
from sim.kernels.queueing import servers_in_turn
from sim.kernels.tallies import is_within
from sim.processes.lanes import Lanes
from sim.processes.packout import PackOut
from sim.processes.store import ParcelStore
from sim.record.chutes import Chutes, FullestChute
from sim.record.recorder import StageTally
from sim.record.rows import PackOutRow
from sim.units import FOREVER, NEVER, Ticks

_ANYTHING: Final = 1 << 31


class FlexiblePackOut(PackOut):
    """All chutes of a hall (C), each a server as fast as its packers are many."""

    def __init__(
        self,
        rule: Packers,
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
        self._rule = rule
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
        """(arrival, pack_begin, begin in work, end in work, parcel, chute) of units (P) that are not packed."""
        self._packed: list[Chunk] = []
        """Arrival and end of what `short` is not told yet."""

    def advance(self, until: int) -> None:
        while self._next_look <= until:
            self._take(self._next_look)
            self._look(self._next_look)
        self._take(until)

    def close(self, end: int) -> None:
        arrival, _, _, _, parcels, chute = self._waiting
        if len(arrival):
            self._tell(arrival, np.full_like(arrival, end), parcels, chute)
        self._waiting = tuple(column[:0] for column in self._waiting)
        self._tell_short()
        super().close(end)

    def _pack(self, arrival: Ticks, parcels: Ticks, chute: Chutes) -> None:
        counts = np.bincount(chute, minlength=len(self._posts))
        turn = np.arange(len(chute)) - np.repeat(np.cumsum(counts) - counts, counts)
        packing = self._store.column["packing"][self._store.rows(parcels)].astype(np.int64)
        begin = servers_in_turn(self._work_at(arrival, chute), packing, chute.astype(np.int64), turn, self._free)
        self.row.n_units += len(arrival)
        self._store.stamp("at_chute", parcels, arrival)
        begun = np.full_like(arrival, NEVER)
        still = self._serve((arrival, begun, begin, begin + packing, parcels, chute))
        self._waiting = joined([self._waiting, still])

    def _take(self, until: int) -> None:
        super().advance(until)

    def _look(self, now: int) -> None:
        """Send packers, and serve what can be until the next look."""
        rule = self._rule
        before = np.array(self._packers, dtype=np.int64)
        self._work = self._work_by_next_look()
        chute = self._waiting[-1]
        units = np.bincount(chute, minlength=len(before)).tolist()
        is_review = now % rule.review == 0
        manned = self._time.slope_at(now)
        self._packers = packers_at_chutes(units, self._packers, manned, enough=rule.enough, is_review=is_review)
        self._slope = np.array(self._packers, dtype=np.int64)
        self._staying = np.minimum(before, self._slope)
        self._since, self._next_look = now, now + rule.look
        if len(chute):
            self._waiting = self._serve(self._waiting)
        if is_review:
            self._tell_short()

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
        arrival, begun, begin, end, parcels, chute = units
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
            arrived, at, done, number = pick(is_packed, arrival, end, parcels, chute)
            ready = self._instant(at, number, at <= self._walked()[number])
            self._tell(arrived, ready, done, number)
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

    def _tell(self, arrival: Ticks, ready: Ticks, parcels: Ticks, chute: Chutes) -> None:
        packing = self._store.column["packing"][self._store.rows(parcels)]
        self.fullest.add(arrival, ready, chute, int(packing.min()))
        self._tally.add(arrival, ready, self._store.counts(parcels))
        if self.short.is_ever_short:
            self._packed.append((arrival, ready))

    def _tell_short(self) -> None:
        """In the order of arrival: of what came before all that waits."""
        if not self._packed:
            return
        arrival, ready = joined(self._packed)
        first = int(self._waiting[0].min(initial=FOREVER))
        is_next = arrival <= first
        self._packed = [pick(~is_next, arrival, ready)]
        arrival, ready = pick(is_next, arrival, ready)
        order = np.argsort(arrival, kind="stable")
        self.short.add(arrival[order], ready[order])
