"""Pack-out: the chutes of a hall's machines, and the posts that pack their parcels onto pallets.

A chute takes one route of its machine, or several. Its parcels go to the chute's posts in turn; each post is a server
with its own queue. Chutes do not block.
"""

import numpy as np
from numpy.typing import NDArray

from sim.domain.entities import ChuteCount
from sim.kernels.coming import Pending
from sim.kernels.operational_time import OperationalTime
from sim.kernels.ordering import Chunk, ascending, hub_order, taken
from sim.kernels.queueing import servers_in_turn
from sim.kernels.tallies import is_within
from sim.processes.lanes import Lanes
from sim.processes.shared import Shared
from sim.record.tallies import Chutes, FullestChute, ShortTally
from sim.units import Ticks


class PackOut:
    """All chutes with packers of a hall (C), numbered machine by machine."""

    def __init__(self, shared: Shared, number: int, lanes: Lanes) -> None:
        """`number` of the hall."""
        hall, measured, record = shared.site.halls[number], shared.inputs.measured, shared.record
        self._store, self._measured, self._lanes = shared.store, measured, lanes
        self._tally = record.stages["packout"]
        self._flows = record.flow_tally("chute", number, len(hall.chutes))
        self.count = ChuteCount(number, sum(hall.packout_posts))
        record.packout.append(self.count)
        self._n_routes = np.int64(shared.site.n_routes)
        self._chute_of = np.array([max(chute, 0) for chute in hall.chute_of], dtype=np.uint16)
        self._second_sort = np.array(hall.second_sorted, dtype=np.int64) * shared.site.handling.second_sort
        """Extra time to sort a parcel, by chute (C)."""
        self._sorts_again = bool(self._second_sort.any())
        self._time = OperationalTime(hall.packout_calendar)
        self._posts = np.array(hall.packout_posts, dtype=np.int64)
        self._need = int(self._posts.sum())
        """Work at a post in a tick of packing [post-ticks]."""
        self.short = ShortTally(measured, hall.manned("packout_posts", self._need))
        self._first_post = np.cumsum(self._posts) - self._posts
        self._next = np.zeros(len(self._posts), dtype=np.int64)
        """The next post of each chute (C)."""
        self._free_at = np.zeros(self._need, dtype=np.int64)
        self._coming = Pending()
        first_machine = shared.site.first_machines[number]
        places = [(first_machine + machine, routes[0]) for machine, routes in hall.chutes[: len(self._posts)]]
        self.fullest = FullestChute(self.count, measured, self._posts, places)
        self.work = 0
        """Packing that began in the measured days [ticks]."""

    def close(self, _end: int) -> None:
        """End the run at an instant."""
        self.fullest.close()

    def feed(self, arrival: Ticks, parcels: Ticks, machine: Ticks) -> None:
        """Parcels (P) for trucks that arrive in chutes after the current instant, from machines of the hall (P)."""
        if len(parcels):
            route = self._store.of("route", parcels)
            self._coming.add(arrival, parcels, self._chute_of[machine * self._n_routes + route])

    def advance(self, until: int) -> None:
        """Assign and pack all parcels that have arrived by an instant (inclusive)."""
        chunk = self._come(until)
        if chunk is not None:
            self._pack(*chunk)

    def _come(self, until: int) -> Chunk | None:
        """Parcels that have arrived by an instant (inclusive): instants, parcels and chutes (P).

        In the order of (chute, instant, parcel).
        """
        chunk = self._coming.take(until)
        return None if chunk is None else self._by(chunk[-1], *chunk)

    @staticmethod
    def _by(group: NDArray[np.integer], arrival: Ticks, parcels: Ticks, *others: Ticks) -> Chunk:
        """Columns (P) in the order of (group, instant, parcel)."""
        return taken(hub_order(arrival, parcels, group), arrival, parcels, *others)

    def _packing(self, parcels: Ticks, chute: Chutes) -> Ticks:
        """Packing times of units (P) at their chutes (P), including sorting there [ticks]."""
        packing = self._store.of("packing", parcels).astype(np.int64)
        return packing + self._second_sort.take(chute) if self._sorts_again else packing

    def _pack(self, arrival: Ticks, parcels: Ticks, chute: Chutes) -> None:
        """Pack units (P) in the order of (chute, instant, parcel)."""
        counts = np.bincount(chute, minlength=len(self._posts))
        post, turn = self._deal(counts)
        packing = self._packing(parcels, chute)
        need = packing * self._need
        work = servers_in_turn(self._time.work_at(arrival), need, post, turn, self._free_at)
        begin = self._time.instant_after(work)
        work += need
        ready = self._time.instant_reaching(work)
        if self.short.is_ever_short and not self.short.add_without_gap(int(arrival.max()), int(ready.max())):
            self.short.add(ascending(arrival), ascending(ready))
        self.count.n_units += len(arrival)
        self.fullest.add(arrival, ready, chute, int(packing.min()))
        self._flows.add(chute, arrival, ready)
        self._store.stamp("at_chute", parcels, arrival)
        self._store.stamp("pack_begin", parcels, begin)
        self._store.stamp("post", parcels, post)
        self._tally.add(arrival, ready, self._store.counts(parcels))
        self.work += int(packing[is_within(begin, self._measured)].sum())
        self._lanes.deliver(ready, parcels)

    def _deal(self, counts: Ticks) -> tuple[Ticks, Ticks]:
        """Post of each unit, and its place among the post's new units (P), chute after chute; `counts` (C)."""
        stop = np.cumsum(counts)
        # Turns count from the chute's first post, whose turn was before those of the next posts.
        dealt = np.arange(stop[-1]) - np.repeat(stop - counts - self._next, counts)
        turn, post = np.divmod(dealt, np.repeat(self._posts, counts))
        turn -= post < np.repeat(self._next, counts)
        post += np.repeat(self._first_post, counts)
        self._next = (self._next + counts) % self._posts
        return post, turn
