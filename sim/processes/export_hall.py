"""Exports in a hall, from its inbound doors through screening, machines and manual sort to the export lanes."""

from collections import deque
from collections.abc import Callable

import numpy as np

from sim.domain.export_entities import Pickup
from sim.domain.exports import Collection
from sim.domain.site import Manning
from sim.kernels.coming import Coming
from sim.kernels.ordering import Chunk, hub_order, joined, pick, taken
from sim.kernels.queueing import Servers, several_servers
from sim.processes.desks import Served
from sim.processes.export_store import FIRST_EXPORT, ExportStore, Mark
from sim.processes.hall import Hall
from sim.processes.lanes import Lanes
from sim.processes.phases import Phase, Process, after, at
from sim.processes.pool import Pool
from sim.processes.shared import Shared
from sim.processes.slots import has
from sim.processes.staff import desks_of
from sim.record.flows import FlowTally
from sim.record.tallies import DeskTally
from sim.units import NEVER, Ticks


class ExportHall:
    def __init__(self, shared: Shared, hall: Hall, store: ExportStore) -> None:
        env, inputs, record = shared.env, shared.inputs, shared.record
        assert hall.site.exports is not None and inputs.site.exports is not None and inputs.exports is not None
        limits, rules = hall.site.exports, inputs.site.exports
        self._env, self._hall, self._store, self._rules = env, hall, store, rules
        self._drawn = inputs.exports
        self._choose_machine = inputs.site.rules.collection_machine
        self._to_lane = inputs.site.handling.to_lane
        self._tallies = record.export_stages
        self.number, self.site, self.limits = hall.number, hall.site, limits
        self.floor = Pool(env, Phase.DOOR, export_floor=limits.floor)
        self.doors = Pool(env, Phase.DOOR, doors_in=limits.doors, dock_workers_in=limits.dock_workers)
        self.build_up = Pool(
            env,
            Phase.BUILD_UP,
            build_up_places=limits.places,
            build_up_workers=limits.workers,
            empty_ulds=limits.empty_ulds,
        )
        record_as = hall.site, hall.number, record
        lines = hall.site.manned("screening_lines", limits.screening_lines)
        tally = record.desk_tally("screening_lines", hall.number, lines)
        flows = record.flow_tally("screening", hall.number, 1)
        self.screening = Screening(lines, rules.screening, tally, flows, self._to_machines)
        self._end = inputs.end
        self._to_unload = deque[int]()
        """When unloading of the docking trucks begins, the earliest first; docking takes the same time for all trucks.
        """
        self._has_transfers = {*inputs.site.flies_to} != {NEVER}
        self._last_fed = [NEVER] * len(hall.sortation.machines)
        """When the last parcel for each machine arrives at screening (M of this hall) [ticks]."""
        self.posts = desks_of("hand_sorting_posts", rules.hand_sorting, *record_as, posts=limits.hand_sorting_posts)
        n_lanes = len(rules.lanes)
        self.lanes = Lanes(store, n_lanes, record.flow_tally("export_lane", hall.number, n_lanes))
        hall.sortation.take_exports(self)

    @property
    def keeps_stamps(self) -> bool:
        return self._store.keeps_stamps

    @property
    def imports(self) -> Hall:
        """The hall of which this is a part."""
        return self._hall

    @property
    def pools(self) -> tuple[Pool, ...]:
        return self.floor, self.doors, self.build_up

    def look(self, instant: int) -> None:
        """Advance screening, machines, manual sort and export lanes to an instant (inclusive)."""
        self._screen(instant)
        self._fetch_screened()
        (self._hall if self._has_transfers else self._hall.sortation).look(instant)
        served = self.posts.serve(instant)
        if served is not None:
            leave = served.end + self._to_lane
            self._store.stamp_service("hand", served.parcels, served.begin, served.end)
            self._tallies["hand_sorting"].add(served.arrival, leave)
            self.lanes.deliver(leave, served.parcels)
        self.lanes.collect(instant)

    def before(self, machine: int, until: int) -> None:
        """Screen the parcels that a machine needs by an instant (inclusive)."""
        if self._last_fed[machine] > self.screening.advanced_to:
            self._screen(until)

    def _screen(self, until: int) -> None:
        """Screen all parcels that arrive by an instant (inclusive), and those after it that are already known.

        No unknown parcel can arrive before the next truck begins to be unloaded. So there are fewer and larger chunks.
        """
        known = self._to_unload[0] if self._to_unload else int(self._env.now) + self._rules.docking
        self.screening.advance(max(until, min(known, self._end - 1)))

    def collect(self, collection: Collection, pickup: Pickup) -> Process:
        """A collection truck, from the timetable until it leaves its door."""
        env, rules, n = self._env, self._rules, collection.n_parcels
        yield at(env, collection.scheduled)
        yield self.floor.request((collection.number,), export_floor=n)
        pickup.called = int(env.now)
        yield after(env, rules.call_in)
        pickup.arrived = int(env.now)
        yield self.doors.request((collection.number,), doors_in=1, dock_workers_in=rules.workers_per_truck)
        pickup.docked = int(env.now)
        self._to_unload.append(pickup.docked + rules.docking)
        yield after(env, rules.docking)
        pickup.unloading_start = self._to_unload.popleft()
        last, end = self._unload(collection, pickup)
        yield at(env, end)
        pickup.unloaded = end
        self._screen(end)
        yield at(env, self.screening.begun.pop(last))
        pickup.released = int(env.now)
        self.doors.release(doors_in=1, dock_workers_in=rules.workers_per_truck)

    def _unload(self, collection: Collection, pickup: Pickup) -> tuple[int, int]:
        """Feed the screening with the truck's parcels. Returns the last parcel, and when it arrives there."""
        drawn = self._drawn.parcels_of(collection)
        machine = self._choose_machine(collection.number, len(self._hall.sortation.machines))
        parcels = self._store.add(collection, drawn, machine, is_kept=self._drawn.is_recorded(collection))
        handled = pickup.unloading_start + np.cumsum(drawn.handling, dtype=np.int64)
        self._store.stamp("handled", parcels, handled)
        self._tallies["collection"].add(pickup.called, handled)
        self.screening.feed(handled, parcels)
        if not collection.is_presorted:
            self._last_fed[machine] = max(self._last_fed[machine], int(handled[-1]))
        return int(parcels[-1]), int(handled[-1])

    def _to_machines(self, end: Ticks, parcels: Ticks) -> None:
        """Pass screened parcels (P, ascending) on to their machines."""
        machine = self._store.of("machine", parcels)
        end, parcels = taken(hub_order(end, parcels, machine), end, parcels)
        machines = self._hall.sortation.machines
        first = 0
        for each, n in zip(machines, np.bincount(machine, minlength=len(machines)).tolist(), strict=False):
            if n:
                each.feed(end[first : first + n], parcels[first : first + n])
                first += n

    def _fetch_screened(self) -> None:
        """Pass on screened parcels that do not go to a machine."""
        done = self.screening.fetch()
        if done is None:
            return
        arrival, begin, end, parcels = done
        self._tallies["screening"].add(arrival, end)
        self._store.stamp_service("screen", parcels, begin, end)
        mark = self._store.of("mark", parcels)
        is_presorted, is_by_hand = has(mark, Mark.PRESORTED), has(mark, Mark.BY_HAND)
        self.lanes.deliver(end[is_presorted], parcels[is_presorted])
        self.posts.feed(end[is_by_hand], parcels[is_by_hand], np.zeros(np.count_nonzero(is_by_hand), dtype=np.int64))

    def take_sorted(self, done: Chunk) -> Chunk:
        """Pass on exports among the parcels that machines have sorted; returns the rest."""
        is_export = done[2] >= FIRST_EXPORT
        if not is_export.any():
            return done
        arrival, end, parcels, *kept = pick(is_export, *done[:3], *done[4:])
        self._tallies["export_sorting"].add(arrival, end)
        for begin in kept:
            self._store.stamp_service("sort", parcels, begin, end)
        is_no_read = has(self._store.of("mark", parcels), Mark.NO_READ)
        n = np.count_nonzero(is_no_read)
        self._hall.sortation.desks.feed(end[is_no_read], parcels[is_no_read], np.zeros(n, dtype=np.int64))
        self.lanes.deliver(end[~is_no_read], parcels[~is_no_read])
        return pick(~is_export, *done)

    def take_coded(self, served: Served) -> Served:
        """Pass on exports among the parcels that the hand-coding desks have served; returns the rest."""
        is_export = served.parcels >= FIRST_EXPORT
        if not is_export.any():
            return served
        arrival, begin, end, parcels = pick(is_export, *served[:4])
        self._store.stamp_service("code", parcels, begin, end)
        self._tallies["export_coding"].add(arrival, end + self._to_lane)
        self.lanes.deliver(end + self._to_lane, parcels)
        return Served(*pick(~is_export, *served))

    def close(self, end: int) -> None:
        """Advance everything to just before an instant, and count what is still inside."""
        self.look(end - 1)
        for route in self.lanes.routes:
            for ready, _ in route.waiting():
                self._tallies["export_lane"].add(ready, end)


PassOn = Callable[[Ticks, Ticks], None]
"""Takes the ends of screening of parcels (P, ascending) and the parcels (P), in the order in which they began."""


class Screening:
    """First come, first served by (instant, parcel)."""

    def __init__(
        self,
        manning: Manning,
        service: int,
        tally: DeskTally,
        flows: FlowTally,
        pass_on: PassOn,
    ) -> None:
        self._service, self._tally, self._flows, self._pass_on = service, tally, flows, pass_on
        self._lines = Servers(manning.start, manning.posts)
        self._coming = Coming()
        self._last: dict[int, int] = {}
        self.begun: dict[int, int] = {}
        """When the last parcels of collections begin [ticks]."""
        self.advanced_to = NEVER
        self._done: list[tuple[Ticks, Ticks, Ticks]] = []
        """(arrival, begin, parcel) of parcels that were passed on and not yet fetched."""

    def feed(self, arrival: Ticks, parcels: Ticks) -> None:
        """Parcels (P) of a collection that arrive (ascending) after the current instant."""
        self._coming.add(arrival, parcels)
        self._last[int(parcels[-1])] = int(arrival[-1])

    def advance(self, until: int) -> None:
        """Screen and pass on all parcels that have arrived by an instant (inclusive)."""
        if until <= self.advanced_to:
            return
        self.advanced_to = until
        arrived = self._coming.take(until)
        if arrived is not None:
            arrival, parcels = arrived
            self._serve(arrival, parcels, until)

    def _serve(self, arrival: Ticks, parcels: Ticks, until: int) -> None:
        begin = several_servers(arrival, self._service, self._lines)
        self._done.append((arrival, begin, parcels))
        for last in [parcel for parcel, instant in self._last.items() if instant <= until]:
            del self._last[last]
            self.begun[last] = int(begin[np.flatnonzero(parcels == last)[0]])
        self._pass_on(begin + self._service, parcels)

    def fetch(self) -> tuple[Ticks, Ticks, Ticks, Ticks] | None:
        """Parcels screened since the last call: arrival, begin, end (P, all ascending), parcels (P)."""
        if not self._done:
            return None
        arrival, begin, parcels = joined(self._done)
        self._done.clear()
        self._tally.add(arrival, begin, begin + self._service)
        self._flows.add(np.zeros(len(arrival), dtype=np.int64), arrival, begin + self._service)
        return arrival, begin, begin + self._service, parcels
