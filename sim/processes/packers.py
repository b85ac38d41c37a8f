"""Pack-out by packers who go from chute to chute (rule 56).

A look needs only counts. Arrivals at a chute queue in units of work, whoever does it. The packing times of units are
computed from the work done by chute, once for all looks between two calls from outside. Units that are not packed by
the next look keep their place in the chute's work. They get their instants when it is known who packs then.
"""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from sim.kernels.coming import Pending, split_ascending
from sim.kernels.ordering import Chunk, ascending, grouped, joined, pick, taken
from sim.kernels.queueing import single_server
from sim.kernels.tallies import is_within, without_touching
from sim.kernels.work_done import WorkDone
from sim.processes.lanes import Lanes
from sim.processes.packout import PackOut
from sim.processes.shared import Shared
from sim.record.tallies import Chutes
from sim.units import FOREVER, NEVER, Counts, Ticks

_BEGIN, _END, _PARCEL, _CHUTE = 1, 2, 3, 4
"""Columns of waiting units."""
_Arrivals = tuple[Ticks, Ticks, Counts]
"""Instants and parcels (P) of units in the order of (chute, instant, parcel), and new units by chute (C)."""


class FlexiblePackOut(PackOut):
    """All chutes of a hall (C), each a server whose speed is the number of its packers."""

    def __init__(self, shared: Shared, number: int, lanes: Lanes) -> None:
        super().__init__(shared, number, lanes)
        assert shared.site.handling.packers is not None
        self._rule, self._choose = shared.site.handling.packers, shared.site.rules.packers
        n_chutes = len(self._posts)
        self._chutes = np.arange(n_chutes, dtype=np.uint16)
        self._next_look = 0
        self._advanced_to = NEVER
        self._packers = [0] * n_chutes
        self._done = WorkDone(n_chutes)
        self._free = self._done.first.copy()
        """When the last unit in each chute is packed, in work (C)."""
        self._waiting: list[Chunk] = []
        """(arrival, begin in work, end in work, parcel, chute) of units (P) that were not packed at the last service
        and begin before `near`. A full hall has days of work, which a look need not search completely. Each chunk is in
        order of chute and work; in each chute units ascend, chunk after chunk."""
        self._begun = np.zeros(n_chutes, dtype=np.int64)
        """Waiting units that had begun at the last service (C)."""
        self._near = self._done.first
        """Work at each chute (C) from which units are far."""
        self._new_far: list[Chunk] = []
        """The same columns for units that begin later, in the same order in each."""
        self._far: list[deque[Chunk]] = [deque() for _ in range(n_chutes)]
        """By chute, and ascending there, units that begin later, at the last check."""
        self._units = np.zeros(n_chutes, dtype=np.int64)
        """Number of near and far units (C)."""
        self._inside = np.zeros(n_chutes, dtype=np.int64)
        """Units in each chute at the last look, and those that arrived since (C)."""
        self._work_at_look = self._done.first
        """Work done at each chute by the last look (C)."""
        self._served_since_look: list[Ticks] = []
        """Ends in work of units served since the last look, sorted by chute and work."""
        self._packed = Pending()
        """Arrivals and ends that `short` has not received."""

    def advance(self, until: int) -> None:
        """Each look sends packers by counts; packing times are computed once for all looks."""
        look, review = self._rule.look, self._rule.review
        since = self._next_look
        arrivals = self._by_look(until)
        for now in range(since, until + 1, look):
            self._queue(arrivals.pop(now // look, None))
            self._look(now)
        self._queue(arrivals.pop(self._next_look // look, None))
        self._serve()
        self._advanced_to = until
        if -(-since // review) < -(-self._next_look // review):
            self._report_short()

    def _by_look(self, until: int) -> dict[int, _Arrivals]:
        """Units that arrived by an instant (inclusive), by the number of the next look."""
        arrivals = self._coming.take(until)
        if arrivals is None:
            return {}
        arrival, parcels, chute = arrivals
        n_chutes = len(self._posts)
        looks = -(-arrival // self._rule.look)
        first = int(looks.min())
        looks -= first
        looks *= n_chutes
        looks += chute
        arrival, parcels = self._by(looks, arrival, parcels)
        n = np.bincount(looks)
        counts = np.concatenate((n, np.zeros(-len(n) % n_chutes, dtype=np.int64))).reshape(-1, n_chutes)
        stop = np.cumsum(counts.sum(axis=1)).tolist()
        return {
            first + number: (arrival[low:high], parcels[low:high], counts[number])
            for number, (low, high) in enumerate(pairwise([0, *stop]))
            if low < high
        }

    def close(self, end: int) -> None:
        self._near = np.full_like(self._near, FOREVER)
        self._come_near()
        for arrival, _, _, parcels, chute in self._waiting:
            self._report(arrival, np.full_like(arrival, end), parcels, chute)
        self._waiting = []
        self._report_short()
        super().close(end)

    def _queue(self, arrivals: _Arrivals | None) -> None:
        """Queue the units that arrived since the last look."""
        if arrivals is None:
            return
        arrival, parcels, counts = arrivals
        chute = np.repeat(self._chutes, counts)
        self._units += counts
        self._inside += counts
        stop = np.cumsum(counts)
        is_here = counts > 0
        first, last = (stop - counts)[is_here], stop[is_here] - 1
        packing = self._packing(parcels, chute)
        done = self._done.at(arrival, counts)
        place = done.copy()
        place[first] = np.maximum(place[first], self._free[is_here])
        # The work of a chute lies before that of the next, so that one line for all chutes has each unit in its own.
        begin = single_server(place, packing, 0)
        end = begin + packing
        self._free[is_here] = end[last]
        self.count.n_units += len(arrival)
        self._store.stamp("at_chute", parcels, arrival)
        units: Chunk = (arrival, begin, end, parcels, chute)
        if (begin[last] >= self._near[is_here]).any():
            is_near = begin < self._near[chute]
            self._new_far.append(pick(~is_near, *units))
            units = pick(is_near, *units)
        if len(units[0]):
            self._waiting.append(units)
        is_measured = self._measured[0] <= self._next_look < self._measured[1] + self._rule.look
        if is_measured and self._inside.max() > self.fullest.units:
            self._seek_fullest(arrival, done, counts, stop)

    def _seek_fullest(self, arrival: Ticks, done: Ticks, counts: Ticks, stop: Ticks) -> None:
        """Record a new fullest chute among those (C) that got `counts` units (C), which end before row `stop` (C).

        `arrival` is that of the units (P), and `done` the work at their chutes by then (P).
        """
        ends = [*self._served_since_look, *(chunk[_END] for chunk in self._waiting)]
        for number in self._inside.argsort()[::-1].tolist():
            if self._inside[number] < self.fullest.units:
                break
            arrivals = slice(stop[number] - counts[number], stop[number])
            since = np.concatenate((self._work_at_look[number : number + 1], done[arrivals]))
            packed = sum((each.searchsorted(since, "right") for each in ends), np.zeros(len(since), dtype=np.int64))
            inside = (self._inside[number] - np.arange(len(since))[::-1] - packed + packed[0])[1:]
            inside *= is_within(arrival[arrivals], self._measured)
            if len(inside):
                peak = int(inside.argmax())
                self.fullest.record_peak(int(inside[peak]), int(arrival[arrivals][peak]), number)

    def _look(self, now: int) -> None:
        """Send packers until the next look."""
        rule = self._rule
        self._work_at_look, self._served_since_look = self._done.by(now), []
        units = self._inside = self._units - self._packed_by(self._work_at_look)
        before = self._packers
        self._packers = self._choose(
            units.tolist(), before, self._time.slope_at(now), enough=rule.enough, is_review=now % rule.review == 0
        )
        slope = np.array(self._packers, dtype=np.int64)
        if self._packers != before:
            self._done.change(now, np.minimum(before, slope))
            self._done.change(now + rule.walk, slope)
        self._next_look = now + rule.look
        by_next = self._done.by(self._next_look)
        if (by_next > self._near).any():
            # While no unit arrives or leaves, the next review is soon enough.
            self._near = np.maximum(self._near, by_next + slope * rule.review)
            self._come_near()

    def _packed_by(self, work: Ticks) -> Ticks:
        """Waiting units (C) that are packed by an amount of work (C)."""
        first, stop = self._within([chunk[_END] for chunk in self._waiting], work, "right")
        return stop - first

    def _within(self, places: Sequence[Ticks], until: Ticks, side: Literal["left", "right"]) -> tuple[Ticks, Ticks]:
        """Rows of columns of ascending places that lie before each chute, and before some work in it (C)."""
        edges = np.concatenate((self._done.first, until))
        rows = sum((place.searchsorted(edges, side) for place in places), np.zeros_like(edges))
        return rows[: len(until)], rows[len(until) :]

    def _come_near(self) -> None:
        if self._new_far:
            columns = joined(self._new_far)
            self._new_far = []
            for number, part in grouped(columns[_CHUTE], *columns):
                self._far[number].append(part)
        near: list[Chunk] = []
        for far, until in zip(self._far, self._near.tolist(), strict=True):
            while far and far[0][_BEGIN][0] < until:
                now, later = split_ascending([far.popleft()], until - 1, by=_BEGIN)
                near += now
                far.extendleft(later)
        if near:
            self._waiting.append(joined(near))

    def _serve(self) -> None:
        """Set the instants of units that are begun and packed by the next look."""
        if self._waiting:
            self._waiting = self._give_instants(self._in_order())
        self._done.forget()

    def _in_order(self) -> Chunk:
        """Waiting units, by chute and work."""
        units = joined(self._waiting)
        if len(self._waiting) == 1:
            return units
        order = np.argsort(units[_CHUTE], kind="stable")
        return taken(order, *units)

    def _give_instants(self, units: Chunk) -> list[Chunk]:
        """Set instants of waiting units, by chute and work; returns those that still wait."""
        by_next = self._done.by(self._next_look)
        arrival, begin, end, parcels, chute = units
        first, not_begun = self._within([begin], by_next, "left")
        self._begin(units, first + self._begun, not_begun)
        _, not_packed = self._within([end], by_next, "right")
        self._begun = not_begun - not_packed
        packed = _between(first, not_packed)
        if not len(packed):
            return [units]
        arrival, end, parcels, chute = taken(packed, arrival, end, parcels, chute)
        ready = self._done.instant_reaching(end)
        self._served_since_look.append(end)
        self._report(arrival, ready, parcels, chute)
        self._units -= not_packed - first
        self._lanes.deliver(ready, parcels)
        rest = _between(not_packed, np.append(first[1:], len(begin)))
        return [taken(rest, *units)] if len(rest) else []

    def _begin(self, units: Chunk, first: Ticks, stop: Ticks) -> None:
        """Count packing that begins since the last time: rows `first` to before `stop` of each chute (C)."""
        begin, end = units[_BEGIN], units[_END]
        if self._store.keeps_stamps or any(self._advanced_to < edge <= self._next_look for edge in self._measured):
            begun = _between(first, stop)
            instants = self._done.instant_after(begin[begun])
            self._store.stamp("pack_begin", units[_PARCEL][begun], instants)
            packing = end[begun] - begin[begun]
            self.work += int(packing[is_within(instants, self._measured)].sum())
        elif self._measured[0] <= self._advanced_to < self._measured[1]:
            work = np.concatenate(([0], np.cumsum(end - begin)))
            self.work += int((work[stop] - work[first]).sum())

    def _report(self, arrival: Ticks, ready: Ticks, parcels: Ticks, chute: Chutes) -> None:
        self._flows.add(chute, arrival, ready)
        self._tally.add(arrival, ready, self._store.counts(parcels))
        if self.short.is_ever_short:
            # Few remain to be sorted.
            is_apart = (arrival[1:] > ready[:-1]) | (chute[1:] != chute[:-1])
            self._packed.add(*without_touching(arrival, ready, is_apart))

    def _report_short(self) -> None:
        """Report units that arrived before all waiting units."""
        not_packed = (*self._waiting, *self._new_far, *(chunks[0] for chunks in self._far if chunks))
        first = min((int(arrival.min(initial=FOREVER)) for arrival, *_ in not_packed), default=FOREVER)
        packed = self._packed.take(first)
        if packed is not None:
            self.short.add(*map(ascending, packed))


def _between(first: Ticks, stop: Ticks) -> Ticks:
    """All rows of ranges, from each first row to before each stop."""
    n = stop - first
    upto = np.cumsum(n)
    rows: Ticks = np.arange(upto[-1]) + np.repeat(first + n - upto, n)
    return rows


def make_packout(shared: Shared, number: int, lanes: Lanes) -> PackOut | None:
    """The pack-out of a hall; None if nothing is packed there."""
    if not shared.site.halls[number].packout_posts:
        return None
    kind = PackOut if shared.site.handling.packers is None else FlexiblePackOut
    return kind(shared, number, lanes)
