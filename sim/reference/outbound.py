"""Trucks, doors and the dispatcher (rules 14 to 19)."""

from collections import Counter
from collections.abc import Iterable
from heapq import heappop, heappush

import simpy

from sim.domain.site import Site
from sim.kernels.policies import extra_trucks, fill, full_loads
from sim.processes.phases import Phase, after, at
from sim.processes.pool import Pool
from sim.reference.records import EXTRA, TIMETABLED, Load, Parcel, Route, Steps, Truck
from sim.units import NEVER, TICKS_PER_DAY


class Outbound:
    """The lanes' floor by route, and the trucks that empty it. `breakdown` is the pool that the floor belongs to."""

    def __init__(self, env: simpy.Environment, site: Site, end: int, breakdown: Pool) -> None:
        self.env = env
        self.site = site
        self.end = end
        self.breakdown = breakdown
        self.doors = Pool(env, Phase.DOOR, doors=site.doors, dock_workers=site.dock_workers)
        self.routes = [Route() for _ in site.routes]
        self.trucks: list[Truck] = []
        self.loads: list[Load] = []
        self.docked_now: list[Truck] = []
        self.held_trucks: list[Truck] = []
        self.n_in_yard = 0
        """Trucks that were called or have arrived, and have no door yet."""
        for route in range(site.n_routes):
            self._timetable(route)
        env.process(self._dispatch())

    @property
    def now(self) -> int:
        return int(self.env.now)

    def stage(self, parcel: Parcel) -> None:
        parcel.ready = self.now
        route = self.routes[parcel.route]
        heappush(route.queue, (parcel.ready, parcel.key, parcel))
        route.parcels += 1
        route.mass += parcel.mass
        route.volume += parcel.volume

    def _timetable(self, route: int) -> None:
        n_days = (self.end + self.site.docking) // TICKS_PER_DAY + 1
        departures = sorted(day * TICKS_PER_DAY + cut_off for day in range(n_days) for cut_off in self.site.cut_offs)
        for sequence, scheduled in enumerate(departures):
            if scheduled >= self.site.docking:
                truck = Truck(route, TIMETABLED, sequence, scheduled, NEVER, self.env.event())
                self.env.process(self._drive(truck, scheduled - self.site.docking))

    def _drive(self, truck: Truck, arrival: int) -> Steps:
        site = self.site
        yield at(self.env, arrival)
        truck.arrived = self.now
        if truck.kind == TIMETABLED:
            self.trucks.append(truck)
            self.n_in_yard += 1
        yield self.doors.request(truck.key, doors=1, dock_workers=site.workers_per_truck)
        truck.docked = self.now
        self.n_in_yard -= 1
        yield at(self.env, max(truck.docked + site.docking, truck.scheduled))
        truck.at_door = self.now
        self._meet(truck)
        yield truck.has_cut_off
        if truck.is_cancelled:
            yield after(self.env, site.docking)
        else:
            yield after(self.env, site.loading)
            truck.departed = self.now
            for parcel in truck.load:
                parcel.departed = self.now
            truck.load = []
            self.breakdown.release(floor=truck.n_parcels)
        self.doors.release(doors=1, dock_workers=site.workers_per_truck)

    def _meet(self, truck: Truck) -> None:
        """Trucks that are ready to load at one instant are looked at together, so that they come in order of key."""
        self.docked_now.append(truck)
        if len(self.docked_now) == 1:
            cut_off = after(self.env, 0, Phase.CUT_OFF)
            assert cut_off.callbacks is not None
            cut_off.callbacks.append(self._cut_off)

    def _cut_off(self, _: simpy.Event) -> None:
        self.held_trucks += self._look_at(self.docked_now, is_floor_short=False)
        self.docked_now = []

    def _look_at(self, trucks: Iterable[Truck], *, is_floor_short: bool) -> list[Truck]:
        """Let trucks take what is ready, in order of key; those that had better wait are returned."""
        site = self.site
        held = []
        for truck in sorted(trucks, key=lambda truck: truck.key):
            route = self.routes[truck.route]
            if (
                truck.kind == EXTRA
                or fill(route.parcels, route.mass, route.volume, site.trailer) >= site.least_fill
                or truck.scheduled + site.longest_truck_hold <= self.now
                or is_floor_short
            ):
                self._take(truck, route)
            else:
                held.append(truck)
        return held

    def _take(self, truck: Truck, route: Route) -> None:
        trailer = self.site.trailer
        truck.cut_off = self.now
        while route.queue:
            parcel = route.queue[0][-1]
            if (
                truck.n_parcels + 1 > trailer.parcels
                or truck.mass + parcel.mass > trailer.mass
                or truck.volume + parcel.volume > trailer.volume
            ):
                break
            heappop(route.queue)
            parcel.cut_off = self.now
            truck.load.append(parcel)
            truck.n_parcels += 1
            truck.mass += parcel.mass
            truck.volume += parcel.volume
        route.parcels -= truck.n_parcels
        route.mass -= truck.mass
        route.volume -= truck.volume
        route.reserved -= truck.n_parcels
        truck.n_missed = route.reserved
        truck.is_cancelled = truck.n_parcels == 0
        if truck.kind == EXTRA:
            route.n_called -= 1
        by_flight = Counter(parcel.flight for parcel in truck.load)
        self.loads += [Load(*truck.key, flight, by_flight[flight]) for flight in sorted(by_flight)]
        truck.has_cut_off.succeed()

    def _dispatch(self) -> Steps:
        site = self.site
        while True:
            yield after(self.env, site.dispatch_round, Phase.ROUND)
            is_floor_short = self.breakdown.lacking == "floor"
            self.held_trucks = self._look_at(self.held_trucks, is_floor_short=is_floor_short)
            day = self.now // TICKS_PER_DAY
            calls = extra_trucks(
                [full_loads(route.parcels, route.mass, route.volume, site.trailer) for route in self.routes],
                [route.parcels for route in self.routes],
                [route.n_called for route in self.routes],
                [site.extra_trucks_per_day - route.calls_of_day[day] for route in self.routes],
                yard_room=max(0, site.yard - self.n_in_yard),
                is_floor_short=is_floor_short,
            )
            for number, route in enumerate(self.routes):
                for _ in range(calls[number]):
                    self._call(number, route)
                route.calls_of_day[day] += calls[number]

    def _call(self, number: int, route: Route) -> None:
        truck = Truck(number, EXTRA, route.n_extra, NEVER, self.now, self.env.event())
        self.trucks.append(truck)
        route.n_extra += 1
        route.n_called += 1
        self.n_in_yard += 1
        self.env.process(self._drive(truck, self.now + self.site.call_out))
