"""Trucks and the dispatcher (rules 14 to 19)."""

from collections import Counter
from collections.abc import Iterable, Sequence

import simpy

from sim.domain.entities import EXTRA, TIMETABLED, Load
from sim.domain.site import Site
from sim.processes.phases import Phase, after, at, call
from sim.reference.hall import Hall
from sim.reference.records import Dock, OnClock, Steps, Truck
from sim.rules.truck_leaves import Waiting
from sim.units import TICKS_PER_DAY


class Outbound(OnClock):
    """The trucks that empty the docks of all halls, and the dispatcher."""

    def __init__(self, env: simpy.Environment, site: Site, end: int, halls: Sequence[Hall]) -> None:
        self.env = env
        self.site = site
        self.rules = site.trucks
        self.end = end
        self.halls = halls
        self.trucks: list[Truck] = []
        self.loads: list[Load] = []
        self.docked_now: list[Truck] = []
        self.held_trucks: list[Truck] = []
        self.n_in_yard = 0
        """Trucks that were called or have arrived, and have no door yet."""
        for hall in range(len(halls)):
            for route in range(site.n_routes):
                self._timetable(hall, route)
        env.process(self._dispatch())

    def _timetable(self, hall: int, route: int) -> None:
        clock = self.rules.clock
        n_days = clock.local(self.end + self.rules.docking) // TICKS_PER_DAY + 1
        local = sorted(day * TICKS_PER_DAY + cut_off for day in range(n_days) for cut_off in self.rules.cut_offs)
        departures = [clock.instant(cut_off) for cut_off in local]
        for sequence, scheduled in enumerate(departures):
            place = self.site.halls[hall]
            if place.serves[route] and scheduled - self.rules.docking >= place.opens:
                truck = Truck(hall, route, TIMETABLED, sequence, scheduled, has_cut_off=self.env.event())
                self.env.process(self._drive(truck, scheduled - self.rules.docking))

    def _drive(self, truck: Truck, arrival: int) -> Steps:
        site, hall = self.site, self.halls[truck.hall]
        yield at(self.env, arrival)
        truck.arrived = self.now
        if truck.kind == TIMETABLED:
            self.trucks.append(truck)
            self.n_in_yard += 1
        yield hall.doors.request(truck.key, doors=1, dock_workers=self.rules.workers)
        truck.docked = self.now
        self.n_in_yard -= 1
        yield at(self.env, max(truck.docked + self.rules.docking, truck.scheduled))
        truck.at_door = self.now
        self._meet(truck)
        yield truck.has_cut_off
        if truck.is_cancelled:
            yield after(self.env, self.rules.docking)
        else:
            yield after(self.env, self.rules.loading)
            truck.departed = self.now
            for parcel in truck.load:
                parcel.departed = self.now
                if parcel.hall == truck.hall:
                    hall.breakdown.release(floor=site.units.room)
                else:
                    truck.n_sent += parcel.count
                    truck.units_sent += 1
                    self.halls[parcel.hall].breakdown.release(**{f"room_{truck.hall}": site.units.room})
            truck.load = []
        hall.doors.release(doors=1, dock_workers=self.rules.workers)

    def _meet(self, truck: Truck) -> None:
        """Trucks that are ready to load at the same instant are handled together, in order of key."""
        self.docked_now.append(truck)
        if len(self.docked_now) == 1:
            call(after(self.env, 0, Phase.CUT_OFF), self._cut_off)

    def _cut_off(self, _: simpy.Event) -> None:
        self.held_trucks += self._look_at(self.docked_now, [False] * len(self.halls))
        self.docked_now = []

    def _look_at(self, trucks: Iterable[Truck], is_floor_short: Sequence[bool]) -> list[Truck]:
        """Let trucks take ready parcels, in order of key; returns trucks that should wait."""
        site = self.site
        held = []
        for truck in sorted(trucks, key=lambda truck: truck.key):
            dock = self.halls[truck.hall].docks[truck.route]
            waiting = Waiting(
                self.rules.trailer.fill(dock.units, dock.mass, dock.volume),
                self.rules.least_fill,
                self.now - truck.scheduled,
                self.rules.longest_hold,
                is_floor_short[truck.hall],
            )
            if truck.kind == EXTRA or site.rules.truck_leaves(waiting):
                self._take(truck, dock)
            else:
                held.append(truck)
        return held

    def _take(self, truck: Truck, dock: Dock) -> None:
        trailer = self.rules.trailer
        truck.cut_off = self.now
        while dock.queue:
            parcel = dock.queue[0][-1]
            if (
                truck.n_units + 1 > trailer.units
                or truck.mass + parcel.mass > trailer.mass
                or truck.volume + parcel.volume > trailer.volume
            ):
                break
            dock.take()
            parcel.cut_off = self.now
            parcel.truck_hall, _, parcel.truck_kind, parcel.truck_sequence = truck.key
            truck.load.append(parcel)
            truck.n_parcels += parcel.count
            truck.n_missed_before += parcel.count * parcel.has_missed
            truck.n_units += 1
            truck.mass += parcel.mass
            truck.volume += parcel.volume
        dock.reserved -= truck.n_parcels
        truck.n_missed = dock.reserved
        if truck.kind == TIMETABLED:
            for *_, parcel in dock.queue:
                parcel.has_missed = True
        truck.is_cancelled = truck.n_units == 0
        if truck.kind == EXTRA:
            dock.n_called -= 1
        by_flight, values = Counter[int](), Counter[int]()
        for parcel in truck.load:
            by_flight[parcel.flight] += parcel.count
            values[parcel.flight] += parcel.value
        self.loads += [Load(*truck.key, flight, by_flight[flight], values[flight]) for flight in sorted(by_flight)]
        truck.has_cut_off.succeed()

    def _dispatch(self) -> Steps:
        site = self.site
        while True:
            yield after(self.env, self.rules.round, Phase.ROUND)
            lacking = {hall.breakdown.lacking for hall in self.halls}
            is_floor_short = [
                place.breakdown.lacking == "floor" or f"room_{hall}" in lacking for hall, place in enumerate(self.halls)
            ]
            self.held_trucks = self._look_at(self.held_trucks, is_floor_short)
            day = self.rules.clock.local(self.now) // TICKS_PER_DAY
            docks = [
                (hall, route, dock)
                for hall, place in enumerate(self.halls)
                for route, dock in enumerate(place.docks)
                if site.halls[hall].serves[route]
            ]
            calls = site.rules.extra_trucks(
                [self.rules.trailer.full_loads(dock.units, dock.mass, dock.volume) for _, _, dock in docks],
                [dock.units for _, _, dock in docks],
                [dock.n_called for _, _, dock in docks],
                [self.rules.extra_per_day - dock.calls_of_day[day] for _, _, dock in docks],
                yard_room=max(0, self.rules.yard - self.n_in_yard),
                is_floor_short=[is_floor_short[hall] for hall, _, _ in docks],
            )
            for n, (hall, route, dock) in zip(calls, docks, strict=True):
                for _ in range(n):
                    self._call(hall, route, dock)
                dock.calls_of_day[day] += n

    def _call(self, hall: int, route: int, dock: Dock) -> None:
        truck = Truck(hall, route, EXTRA, dock.n_extra, called=self.now, has_cut_off=self.env.event())
        self.trucks.append(truck)
        dock.n_extra += 1
        dock.n_called += 1
        self.n_in_yard += 1
        self.env.process(self._drive(truck, self.now + self.rules.call_out))
