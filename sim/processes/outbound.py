"""Trucks: timetabled and extra trucks, doors, cut-offs, and the dispatcher's rounds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import simpy

from sim.domain import entities
from sim.domain.entities import EXTRA, TIMETABLED, Load
from sim.domain.site import Site
from sim.processes.hall import Hall, room_in
from sim.processes.phases import Phase, Process, after, at, call, start
from sim.processes.store import ParcelStore
from sim.record.recorder import Recorder
from sim.rules.truck_leaves import Waiting
from sim.units import NEVER, TICKS_PER_DAY, Ticks

_NONE: Ticks = np.empty(0, dtype=np.int64)


@dataclass(slots=True, kw_only=True)
class _Truck(entities.Truck):
    number: int
    """Number among all recorded trucks."""
    loaded: simpy.Event
    """Event of its cut-off."""
    parcels: Ticks = field(default_factory=lambda: _NONE)
    """Parcels on the truck, until it has left."""


@dataclass(slots=True)
class Outbound:
    """The dispatcher's view of all halls: trucks at the doors, and called trucks. A dock is a route of a hall."""

    env: simpy.Environment
    site: Site
    halls: Sequence[Hall]
    store: ParcelStore
    record: Recorder
    closing: list[_Truck] = field(default_factory=list)
    """Trucks whose cut-off is at this instant."""
    held: list[_Truck] = field(default_factory=list)
    n_called: list[int] = field(default_factory=list)
    """Extra trucks called so far, by dock (H R)."""
    n_to_come: list[int] = field(default_factory=list)
    """Extra trucks that were called and have not reached their cut-off, by dock (H R)."""
    last_cut_off: list[int] = field(default_factory=list)
    """Latest cut-off of the timetabled trucks, by dock (H R)."""
    calls_of_day: dict[int, list[int]] = field(default_factory=dict)
    in_yard: int = 0

    def __post_init__(self) -> None:
        self.n_called = [0] * self.n_docks
        self.n_to_come = [0] * self.n_docks
        self.last_cut_off = [NEVER] * self.n_docks

    @property
    def n_docks(self) -> int:
        return len(self.halls) * self.site.n_routes

    def dock(self, truck: _Truck) -> int:
        return truck.hall * self.site.n_routes + truck.route

    def send(self, key: tuple[int, int, int, int], *, scheduled: int = NEVER, called: int = NEVER) -> None:
        """Start a truck."""
        truck = _Truck(*key, scheduled, called, number=len(self.record.trucks), loaded=self.env.event())
        self.record.trucks.append(truck)
        start(_truck(self, truck))

    def look(self, instant: int) -> None:
        """Advance all halls to an instant (inclusive)."""
        for hall in self.halls:
            hall.look(instant)


def timetable_process(outbound: Outbound, end: int) -> Process:
    """Send every route's timetabled trucks."""
    env, site = outbound.env, outbound.site
    sequence = 0
    for day in range(-(-end // TICKS_PER_DAY) + 1):
        for cut_off in site.trucks.cut_offs:
            scheduled = site.trucks.clock.instant(day * TICKS_PER_DAY + cut_off)
            if scheduled >= site.trucks.docking:
                yield at(env, scheduled - site.trucks.docking)
                for hall, route in _docks_open(outbound, scheduled - site.trucks.docking):
                    outbound.send((hall, route, TIMETABLED, sequence), scheduled=scheduled)
            sequence += 1


def _docks_open(outbound: Outbound, now: int) -> list[tuple[int, int]]:
    return [
        (hall.number, route)
        for hall in outbound.halls
        if hall.site.opens <= now
        for route, is_served in enumerate(hall.site.serves)
        if is_served
    ]


def _truck(outbound: Outbound, truck: _Truck) -> Process:
    env, site, hall = outbound.env, outbound.site, outbound.halls[truck.hall]
    if truck.kind == EXTRA:
        yield after(env, site.trucks.call_out)
    else:
        outbound.in_yard += 1
    truck.arrived = int(env.now)
    yield hall.doors.request(truck.key, doors=1, dock_workers=site.trucks.workers)
    truck.docked = int(env.now)
    outbound.in_yard -= 1
    yield after(env, site.trucks.docking)
    if env.now < truck.scheduled:
        yield at(env, truck.scheduled)
    truck.at_door = int(env.now)
    _close_now(outbound, truck)
    yield truck.loaded
    if truck.n_units == 0:
        truck.is_cancelled = True
        yield after(env, site.trucks.docking)
    else:
        yield after(env, site.trucks.loading)
        truck.departed = int(env.now)
        _depart(outbound, truck)
    outbound.record.trucks.close(truck)
    hall.doors.release(doors=1, dock_workers=site.trucks.workers)


def _close_now(outbound: Outbound, truck: _Truck) -> None:
    """Check the truck in this instant's phase of cut-offs, in order of key."""
    if not outbound.closing:
        call(at(outbound.env, int(outbound.env.now), Phase.CUT_OFF), lambda _: _cut_offs(outbound))
    outbound.closing.append(truck)


def _cut_offs(outbound: Outbound) -> None:
    now = int(outbound.env.now)
    for hall in sorted({truck.hall for truck in outbound.closing}):
        outbound.halls[hall].look(now)
    for truck in sorted(outbound.closing, key=lambda truck: truck.key):
        if truck.kind == EXTRA or _leaves(outbound, truck, now, is_floor_short=False):
            _load(outbound, truck)
        else:
            outbound.held.append(truck)
    outbound.closing.clear()


def _leaves(outbound: Outbound, truck: _Truck, now: int, *, is_floor_short: bool) -> bool:
    ready, site = outbound.halls[truck.hall].lanes.routes[truck.route], outbound.site
    fill = site.trucks.trailer.fill(ready.n, ready.mass, ready.volume)
    held = now - truck.scheduled
    return site.rules.truck_leaves(
        Waiting(fill, site.trucks.least_fill, held, site.trucks.longest_hold, is_floor_short)
    )


def _load(outbound: Outbound, truck: _Truck) -> None:
    """The cut-off: the truck takes ready parcels."""
    now, hall = int(outbound.env.now), outbound.halls[truck.hall]
    ready, truck.parcels, truck.mass, truck.volume = hall.lanes.take(truck.route, outbound.site.trucks.trailer, now)
    truck.cut_off = now
    truck.n_units, truck.n_parcels = len(truck.parcels), outbound.store.n_parcels(truck.parcels)
    hall.on_floor[truck.route] -= truck.n_parcels
    truck.n_missed = hall.on_floor[truck.route]
    truck.n_missed_before = _n_missed_before(outbound, truck, ready)
    if truck.kind == EXTRA:
        outbound.n_to_come[outbound.dock(truck)] -= 1
    outbound.store.stamp("cut_off", truck.parcels, now)
    outbound.store.stamp("truck", truck.parcels, truck.number)
    outbound.record.stages["lane"].add(ready, now, outbound.store.counts(truck.parcels))
    if truck.n_units:
        outbound.record.stages["loading"].add(now, now + outbound.site.trucks.loading, truck.n_parcels)
        for of_flight in outbound.store.by_flight(truck.parcels):
            outbound.record.loads.add(Load(*truck.key, *of_flight))
    truck.loaded.succeed()


def _n_missed_before(outbound: Outbound, truck: _Truck, ready: Ticks) -> int:
    """Parcels on the truck, ready at these instants (P), that the previous timetabled truck left behind."""
    dock = outbound.dock(truck)
    missed = outbound.store.n_parcels(truck.parcels[ready <= outbound.last_cut_off[dock]])
    if truck.kind == TIMETABLED:
        outbound.last_cut_off[dock] = int(outbound.env.now)
    return missed


def _depart(outbound: Outbound, truck: _Truck) -> None:
    """The parcels leave, and free their floor: this hall's, or the room that it reserved for another hall."""
    store = outbound.store
    room = outbound.site.units.room
    if len(outbound.halls) > 1:
        halls = store.of("hall", truck.parcels)
        were_sent = halls != truck.hall
        truck.units_sent = int(np.count_nonzero(were_sent))
        truck.n_sent = store.n_parcels(truck.parcels[were_sent]) if truck.units_sent else 0
        for number, n in enumerate(np.bincount(halls[were_sent]).tolist()):
            if n:
                outbound.halls[number].breakdown.release(**{room_in(truck.hall): n * room})
    store.depart(truck.parcels, truck.departed)
    truck.parcels = _NONE
    outbound.halls[truck.hall].breakdown.release(floor=(truck.n_units - truck.units_sent) * room)


def dispatcher_process(outbound: Outbound) -> Process:
    """Rounds: held trucks first, then calls."""
    while True:
        now = int(outbound.env.now) + outbound.site.trucks.round
        yield at(outbound.env, now, Phase.ROUND)
        outbound.look(now)
        is_floor_short = _is_floor_short(outbound.halls)
        held, outbound.held = sorted(outbound.held, key=lambda truck: truck.key), []
        for truck in held:
            if _leaves(outbound, truck, now, is_floor_short=is_floor_short[truck.hall]):
                _load(outbound, truck)
            else:
                outbound.held.append(truck)
        _call(outbound, now, is_floor_short)


def _is_floor_short(halls: Sequence[Hall]) -> list[bool]:
    """Whether the head of a hall's queue lacks floor there, or room there for parcels to other halls (H)."""
    lacking = [hall.breakdown.lacking for hall in halls]
    return [hall.breakdown.lacking == "floor" or room_in(hall.number) in lacking for hall in halls]


def _call(outbound: Outbound, now: int, is_floor_short: Sequence[bool]) -> None:
    """Call extra trucks for the routes that halls serve, hall by hall; `is_floor_short` (H)."""
    site = outbound.site
    docks = [dock for dock, is_served in enumerate(each for hall in site.halls for each in hall.serves) if is_served]
    lanes = [outbound.halls[dock // site.n_routes].lanes.routes[dock % site.n_routes] for dock in docks]
    today = site.trucks.clock.local(now) // TICKS_PER_DAY
    called_today = outbound.calls_of_day.setdefault(today, [0] * outbound.n_docks)
    calls = site.rules.extra_trucks(
        [site.trucks.trailer.full_loads(lane.n, lane.mass, lane.volume) for lane in lanes],
        [lane.n for lane in lanes],
        [outbound.n_to_come[dock] for dock in docks],
        [site.trucks.extra_per_day - called_today[dock] for dock in docks],
        yard_room=max(0, site.trucks.yard - outbound.in_yard),
        is_floor_short=[is_floor_short[dock // site.n_routes] for dock in docks],
    )
    for dock, n in zip(docks, calls, strict=True):
        hall, route = divmod(dock, site.n_routes)
        for _ in range(n):
            outbound.send((hall, route, EXTRA, outbound.n_called[dock]), called=now)
            outbound.n_called[dock] += 1
        outbound.n_to_come[dock] += n
        called_today[dock] += n
        outbound.in_yard += n
