"""One hall as it runs: its tokens, machines, desks, posts, hold zone and lanes."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np

from sim.domain.entities import Refusal
from sim.kernels.ordering import pick
from sim.processes.customs import HoldZone
from sim.processes.lanes import Lanes
from sim.processes.packers import make_packout
from sim.processes.phases import Phase
from sim.processes.pool import Key, Pool
from sim.processes.second_sort import SecondSort
from sim.processes.shared import Shared
from sim.processes.sorting import Sortation
from sim.rules import next_uld
from sim.rules.next_uld import Queue, Waiting, first_come
from sim.units import NEVER, Ticks


def room_in(hall: int) -> str:
    """The kind of token for floor that another hall reserves for parcels from this hall."""
    return f"room_{hall}"


class Hall:
    def __init__(self, shared: Shared, number: int) -> None:
        env, site = shared.env, shared.site
        self._env, self._store, self._record = env, shared.store, shared.record
        self._unit_room = site.units.room
        self._choose_machine = site.rules.machine
        self.number = number
        self.site = site.halls[number]
        self.first_machine = site.first_machines[number]
        self.held_stations = [0] * len(self.site.stations)
        """By machine (M of this hall)."""
        self.positions = Pool(env, Phase.POSITION, positions=self.site.positions)
        self.breakdown = Pool(
            env,
            Phase.BREAKDOWN,
            None if site.units.are_ulds else self._station,
            stations=sum(self.site.stations),
            workers=self.site.breakdown_workers,
            floor=self.site.floor,
            **{room_in(hall): room for hall, room in site.rooms[number].items()},
        )
        if site.rules.next_uld is not first_come:  # otherwise the pool's own order
            self.breakdown.ranks = partial(self._ranks, site.rules.next_uld)
        self.uld_xrays = Pool(env, Phase.DESK, uld_xrays=self.site.desks["uld_xrays"])
        self.doors = Pool(env, Phase.DOOR, doors=self.site.doors, dock_workers=self.site.dock_workers)
        self.destinations = site.destinations[number]
        """The halls from which parcels leave, by route (R)."""
        self.on_floor = [0] * site.n_routes
        """Parcels with reserved floor, by route (R)."""
        self.lanes = Lanes(self._store, site.n_routes, self._record.flow_tally("lane", number, site.n_routes))
        self.packout = make_packout(shared, number, self.lanes)
        self._flies_to = site.flies_to
        self._flies_on = np.array(site.flies_to) != NEVER if self.packout and {*site.flies_to} != {NEVER} else None
        """Routes (R) that skip pack-out; None: none."""
        stage = self.lanes.deliver
        self.zone = HoldZone(shared, number, stage=stage, refuse=self._refuse)
        self.sortation = Sortation(shared, number, deliver=self._deliver, stage=stage, hold=self.zone.hold)
        self.sortation.again = self.second_sort = SecondSort(shared, number) if self.site.leads_to else None

    @property
    def pools(self) -> tuple[Pool, ...]:
        return self.positions, self.uld_xrays, self.breakdown, self.doors

    def _ranks(self, rule: next_uld.Rule, waiting: tuple[Waiting, ...]) -> list[int]:
        """Ranks of the ULDs that wait for break-down, in the order given."""
        free = self.breakdown.free
        held = tuple(self.held_stations)
        queue = Queue(int(self._env.now), waiting, free["stations"], free["workers"], free["floor"], held)
        return [rule(uld, queue) for uld in waiting]

    def look(self, instant: int) -> None:
        """Advance machines, desks, posts and lanes to an instant (inclusive)."""
        self.sortation.look(instant)
        if self.packout:
            self.packout.advance(instant)
        self.lanes.collect(instant)

    def _deliver(self, instants: Ticks, parcels: Ticks, machine: Ticks) -> None:
        """Parcels (P) from machines (P), or from desks after them, go on to their lane."""
        if self._flies_on is not None:
            flies = self._flies_on[self._store.of("route", parcels)]
            self.lanes.deliver(instants[flies], parcels[flies])
            instants, parcels, machine = pick(~flies, instants, parcels, machine)
        if self.packout:
            self.packout.feed(instants, parcels, machine)
        else:
            self.lanes.deliver(instants, parcels)

    def _station(self, _: Key) -> int:
        """A granted ULD takes a free station; returns the machine that the station feeds."""
        machine = self._choose_machine(self.held_stations, self.site.stations)
        self.held_stations[machine] += 1
        return machine

    def rooms(self, units_by_route: Sequence[int]) -> dict[str, int]:
        """Tokens of room in other halls for units by route (R)."""
        by_hall = Counter[int]()
        for route, n in enumerate(units_by_route):
            by_hall[self.destinations[route]] += n * self._unit_room
        return {room_in(hall): n for hall, n in sorted(by_hall.items()) if n and hall != self.number}

    def _refuse(self, parcels: Ticks) -> None:
        """Record parcels that customs takes away."""
        routes = self._store.of("route", parcels).tolist()
        counts = self._store.counts(parcels)
        n_parcels = [1] * len(routes) if counts is None else counts.tolist()
        columns = self._store.load(parcels).tolist(), routes, n_parcels, self._store.values(parcels).tolist()
        for flight, route, n, cents in zip(*columns, strict=True):
            self.on_floor[route] -= n
            self._record.refusals.append(Refusal(flight, int(self._env.now), self.number, n, cents))
            if self._flies_to[route] != NEVER:
                self._record.connection_of[flight, route].n_refused += n
            self._store.leave(flight, 1)
        by_route = np.bincount(routes, minlength=len(self.on_floor)).tolist()
        self.breakdown.release(floor=len(parcels) * self._unit_room, **self.rooms(by_route))
