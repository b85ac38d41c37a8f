"""Exports in a hall up to the export lanes: one SimPy process for each collection and parcel (rules 22 to 25)."""

from collections.abc import Callable
from heapq import heappush

import simpy

from sim.domain.export_entities import Pickup
from sim.domain.exports import ExportSite
from sim.processes.phases import Phase, after, at
from sim.processes.pool import Pool
from sim.reference.desk import serve
from sim.reference.hall import Hall
from sim.reference.machine import Machine
from sim.reference.records import OnClock, OutParcel, Steps
from sim.reference.shifts import follow_roster

Lane = list[tuple[int, tuple[int, int], OutParcel]]
"""A heap of ready parcels."""


class ExportHall(OnClock):
    """A hall's inbound doors, screening, hand-sorting posts, export lanes and build-up places."""

    def __init__(self, env: simpy.Environment, rules: ExportSite, hall: Hall, number: int) -> None:
        limits = hall.hall.exports
        assert limits is not None
        self.env = env
        self.rules = rules
        self.hall = hall
        self.number = number
        self.kept_empties = limits.empty_ulds
        self.floor = Pool(env, Phase.DOOR, export_floor=limits.floor)
        self.doors = Pool(env, Phase.DOOR, doors_in=limits.doors, dock_workers_in=limits.dock_workers)
        self.lines = Pool(env, Phase.DESK, screening_lines=limits.screening_lines)
        self.posts = Pool(env, Phase.DESK, hand_sorting_posts=limits.hand_sorting_posts)
        self.build_up = Pool(
            env,
            Phase.BUILD_UP,
            build_up_places=limits.places,
            build_up_workers=limits.workers,
            empty_ulds=limits.empty_ulds,
        )
        hall.empties = self.build_up
        follow_roster(env, hall.hall.manning, self.pools)
        self.lanes: list[Lane] = [[] for _ in rules.lanes]
        self.n_formed = [0 for _ in rules.lanes]

    @property
    def pools(self) -> tuple[Pool, ...]:
        return self.floor, self.doors, self.lines, self.posts, self.build_up

    # Collections, screening and sorting (rules 22 to 25)

    def collect(self, pickup: Pickup, draw: Callable[[], list[OutParcel]]) -> Steps:
        yield at(self.env, pickup.scheduled)
        yield self.floor.request((pickup.number,), export_floor=pickup.n_parcels)
        pickup.called = self.now
        yield after(self.env, self.rules.call_in)
        pickup.arrived = self.now
        yield self.doors.request((pickup.number,), doors_in=1, dock_workers_in=self.rules.workers_per_truck)
        pickup.docked = self.now
        yield after(self.env, self.rules.docking)
        pickup.unloading_start = self.now
        parcels = draw()
        for parcel in parcels:
            yield after(self.env, parcel.handling)
            self.env.process(self._screen(parcel, pickup, is_last=parcel is parcels[-1]))
        pickup.unloaded = self.now

    def _screen(self, parcel: OutParcel, pickup: Pickup, *, is_last: bool) -> Steps:
        parcel.handled = self.now
        yield self.lines.request(parcel.key, screening_lines=1)
        parcel.screen_begin = self.now
        if is_last:
            pickup.released = self.now
            self.doors.release(doors_in=1, dock_workers_in=self.rules.workers_per_truck)
        yield after(self.env, self.rules.screening)
        parcel.screen_end = self.now
        self.lines.release(screening_lines=1)
        if pickup.is_presorted:
            self._stage(parcel)
        elif parcel.is_non_conveyable:
            yield from self._sort_by_hand(parcel)
        else:
            machines = self.hall.machines
            number = self.hall.site.rules.collection_machine(pickup.number, len(machines))
            yield from self._sort(parcel, machines[number])

    def _sort_by_hand(self, parcel: OutParcel) -> Steps:
        yield from serve(self.env, self.posts, parcel.key, parcel, "hand", self.rules.hand_sorting)
        yield after(self.env, self.hall.site.handling.to_lane)
        self._stage(parcel)

    def _sort(self, parcel: OutParcel, machine: Machine) -> Steps:
        begin, end = yield machine.arrive(parcel, self.hall.need)
        parcel.sort_begin = begin
        yield at(self.env, end + self.hall.site.handling.to_chute)
        parcel.sort_end = self.now
        if parcel.is_no_read:
            desks, service = self.hall.desks["handcoding_desks"], self.hall.site.handling.handcoding
            yield from serve(self.env, desks, parcel.key, parcel, "code", service)
            yield after(self.env, self.hall.site.handling.to_lane)
        self._stage(parcel)

    def _stage(self, parcel: OutParcel) -> None:
        parcel.ready = self.now
        heappush(self.lanes[parcel.lane], (parcel.ready, parcel.key, parcel))
