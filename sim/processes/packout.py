"""Pack-out: the chutes of a hall's machines, and the posts that pack their parcels onto pallets.

A machine has a chute for every route. Its parcels go to the chute's posts in turn, each a single server of its own;
chutes do not block.
"""

import numpy as np
from numpy.typing import NDArray

from sim.domain.site import Hall
from sim.kernels.operational_time import OperationalTime
from sim.kernels.ordering import hub_order, joined, split_unordered
from sim.kernels.queueing import servers_in_turn
from sim.kernels.tallies import is_within
from sim.processes.lanes import Lanes
from sim.processes.store import ParcelStore
from sim.record.recorder import StageTally
from sim.record.rows import PackOutRow
from sim.record.staffing import ShortTally
from sim.units import Ticks

_Chutes = NDArray[np.uint16]


class PackOut:
    """All chutes of a hall (C = M R), numbered machine by machine and route by route."""

    def __init__(
        self,
        hall: Hall,
        row: PackOutRow,
        first_machine: int,
        store: ParcelStore,
        measured: tuple[int, int],
        *,
        tally: StageTally,
        lanes: Lanes,
    ) -> None:
        self._store, self._measured, self._tally, self._lanes = store, measured, tally, lanes
        self.row = row
        self._first_machine = first_machine
        self._n_routes = len(hall.packout_posts) // hall.n_machines
        self._time = OperationalTime(hall.packout_calendar)
        self._posts = np.array(hall.packout_posts, dtype=np.int64)
        self._need = int(self._posts.sum())
        """Post-ticks of work in a tick of packing."""
        self.short = ShortTally(measured, hall.manned("packout_posts", self._need))
        self._first_post = np.cumsum(self._posts) - self._posts
        self._next = np.zeros(len(self._posts), dtype=np.int64)
        """Whose turn it is, among a chute's posts (C)."""
        self._free_at = np.zeros(self._need, dtype=np.int64)
        self._coming: list[tuple[Ticks, Ticks, _Chutes]] = []
        none = np.empty(0, dtype=np.int64)
        self._inside: tuple[Ticks, Ticks, _Chutes] = (none, none, none.astype(np.uint16))
        """(arrival, ready, chute) of what was not packed at the instant advanced to."""
        self._shortest = 1 << 62
        """Packing so far [ticks]."""
        self.work = 0
        """Packing that began in the measured days [ticks]."""

    def feed(self, arrival: Ticks, parcels: Ticks, machine: Ticks) -> None:
        """Parcels (P) that slide down at instants after the one advanced to, from machines of the hall (P)."""
        if len(parcels):
            route = self._store.column["route"][self._store.rows(parcels)]
            chute = (machine * self._n_routes + route).astype(np.uint16)
            self._coming.append((arrival, parcels, chute))

    def advance(self, until: int) -> None:
        """Deal and pack all that has come by an instant, included."""
        now, self._coming = split_unordered(self._coming, until)
        if now:
            arrival, parcels, chute = joined(now)
            order = hub_order(arrival, parcels, chute)
            self._pack(until, arrival[order], parcels[order], chute[order])

    def _pack(self, until: int, arrival: Ticks, parcels: Ticks, chute: _Chutes) -> None:
        """Units (P) in the order of (chute, instant, parcel)."""
        counts = np.bincount(chute, minlength=len(self._posts))
        post, turn = self._deal(counts)
        packing = self._store.column["packing"][self._store.rows(parcels)].astype(np.int64)
        need = packing * self._need
        work = servers_in_turn(self._time.work_at(arrival), need, post, turn, self._free_at)
        begin = self._time.instant_after(work)
        work += need
        ready = self._time.instant_reaching(work)
        if self.short.is_ever_short:
            order = np.argsort(arrival, kind="stable")
            self.short.add(arrival[order], ready[order])
        self.row.n_units += len(arrival)
        self._watch(until, arrival, ready, chute, counts, int(packing.min()))
        self._store.stamp("at_chute", parcels, arrival)
        self._store.stamp("pack_begin", parcels, begin)
        self._tally.add(arrival, ready, self._store.counts(parcels))
        self.work += int(packing[is_within(begin, self._measured)].sum())
        self._lanes.deliver(ready, parcels)

    def _deal(self, counts: Ticks) -> tuple[Ticks, Ticks]:
        """Post of each unit, and its turn among the post's new ones (P), chute after chute; `counts` (C)."""
        stop = np.cumsum(counts)
        # Counted from the chute's first post, which had its turn before those that are next.
        dealt = np.arange(stop[-1]) - np.repeat(stop - counts - self._next, counts)
        turn, post = np.divmod(dealt, np.repeat(self._posts, counts))
        turn -= post < np.repeat(self._next, counts)
        post += np.repeat(self._first_post, counts)
        self._next = (self._next + counts) % self._posts
        return post, turn

    def _watch(
        self, until: int, arrival: Ticks, ready: Ticks, chute: _Chutes, counts: Ticks, shortest_packing: int
    ) -> None:
        """The fullest that a chute of the hall has been, looked for only where it can have been fuller than ever.

        What is in a chute at an instant is packed there within the longest stay of it, one after the other at each
        post, so a stay bounds how many there can have been.
        """
        was_here, was_ready, was_in = self._inside
        n_before = np.bincount(was_in, minlength=len(counts))
        longest = np.zeros(len(counts), dtype=np.int64)
        np.maximum.at(longest, was_in, was_ready - was_here)
        stop = np.cumsum(counts)
        filled = np.flatnonzero(counts)
        new = np.maximum.reduceat(ready - arrival, (stop - counts)[filled])
        longest[filled] = np.maximum(longest[filled], new)
        self._shortest = min(self._shortest, shortest_packing)
        most = np.minimum(self._posts * (longest // self._shortest + 1), n_before + counts)
        peaks = []
        for number in np.flatnonzero((most > self.row.fullest) & (counts > 0)).tolist():
            mine = slice(int(stop[number] - counts[number]), int(stop[number]))
            leaves = np.sort(np.concatenate((was_ready[was_in == number], ready[mine])))
            came = arrival[mine]
            inside = n_before[number] + np.arange(1, len(came) + 1) - np.searchsorted(leaves, came, side="right")
            inside[~is_within(came, self._measured)] = 0
            peak = int(inside.argmax())
            peaks.append((-int(inside[peak]), int(came[peak]), number))
        if peaks and -min(peaks)[0] > self.row.fullest:
            fullest, self.row.fullest_at, number = min(peaks)
            self.row.fullest = -fullest
            machine, self.row.route = divmod(number, self._n_routes)
            self.row.machine = self._first_machine + machine
        stays, still = np.flatnonzero(ready > until), was_ready > until
        self._inside = (
            np.concatenate((was_here[still], arrival[stays])),
            np.concatenate((was_ready[still], ready[stays])),
            np.concatenate((was_in[still], chute[stays])),
        )
