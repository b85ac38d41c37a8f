"""A flight from its drawn arrival to its departure: stand, loaders, tug trains, ULD positions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import simpy

from sim.domain.entities import Train, Uld, Visit
from sim.domain.flight import Deck, Flight
from sim.domain.site import Site
from sim.kernels.runway import open_from
from sim.processes.loading import Loading
from sim.processes.phases import Phase, Process, after, at, start
from sim.processes.pool import Grant, Pool
from sim.record.rows import Rows
from sim.rules.stand import Waiting


@dataclass(slots=True)
class Apron:
    """The apron's resources, and the functions for a flight that lands and for a ULD in its position."""

    env: simpy.Environment
    site: Site
    stands: Pool
    loader_sets: Pool
    tugs: Pool
    positions: Sequence[Pool]
    """Pools of positions by hall (H)."""
    land: Callable[[Flight], list[Uld]]
    break_down: Callable[[Uld], Process]
    trains: Rows[Train]
    loads: dict[tuple[int, ...], list[Uld]]
    """ULDs whose hall may be chosen when a request is granted: of a flight by (flight,), of a train by (flight,
    deck)."""
    loading: Loading | None
    """None: nothing leaves by air."""
    gone: dict[int, simpy.Event]
    """By flight whose aircraft flies another flight: the event that it has left or was diverted; its value is the
    instant."""

    @property
    def pools(self) -> tuple[Pool, ...]:
        return self.stands, self.loader_sets, self.tugs


def flight_process(apron: Apron, flight: Flight, visit: Visit) -> Process:
    env, site = apron.env, apron.site
    yield at(env, flight.arrival)
    yield from _aircraft_comes(apron, flight)
    visit.stand_requested = int(env.now)
    rank = site.rules.stand(Waiting(visit.stand_requested, flight.sibt, flight.n_ulds, flight.n_parcels))
    stand = apron.stands.request((flight.number,), rank, stands=1)
    gives_up = visit.stand_requested + site.apron.longest_hold
    yield stand | at(env, gives_up, Phase.DIVERT)
    if not stand.triggered:
        apron.stands.cancel(stand)
        _divert(apron, flight, visit)
        return
    visit.stand_given = int(env.now)
    landing = open_from(site.apron.closures, visit.stand_given)
    if landing > gives_up:
        yield at(env, gives_up, Phase.DIVERT)
        _divert(apron, flight, visit)
        yield after(env, 1)  # flights that give up at this instant leave the queue first
        _leave_stand(apron, visit)
        return
    if landing > env.now:
        yield at(env, landing)
    visit.aldt = int(env.now)
    ulds = apron.land(flight)
    yield after(env, site.apron.taxi_in)
    visit.aibt = int(env.now)
    yield after(env, site.apron.doors_open)
    visit.unloading_requested = int(env.now)
    apron.loads[flight.number,] = ulds
    grant = yield apron.loader_sets.request((flight.number,), loader_sets=1)
    assert isinstance(grant, Grant)
    visit.unloading_start = int(env.now)
    visit.hall = grant.unit
    yield env.process(_unload(apron, ulds, Deck.MAIN)) & env.process(_unload(apron, ulds, Deck.LOWER))
    visit.unloading_end = int(env.now)
    may_leave = visit.aibt + site.apron.turnaround
    if apron.loading is not None:
        yield from apron.loading.process(flight, visit)
        may_leave = max(may_leave, flight.sobt)
    apron.loader_sets.release(loader_sets=1)
    if env.now < may_leave:
        yield at(env, may_leave)
    visit.turned_round = int(env.now)
    if (off_block := open_from(site.apron.closures, visit.turned_round)) > env.now:
        yield at(env, off_block)
    visit.aobt = int(env.now)
    _report_gone(apron, flight)
    if apron.loading is not None:
        apron.loading.depart(flight, visit)
    _leave_stand(apron, visit)


def _aircraft_comes(apron: Apron, flight: Flight) -> Process:
    """From the drawn arrival until the aircraft can arrive from its leg before."""
    if flight.after is not None:
        left = yield apron.gone[flight.after]
        assert isinstance(left, int)
        if left + flight.leg > apron.env.now:
            yield at(apron.env, left + flight.leg)


def _report_gone(apron: Apron, flight: Flight) -> None:
    if flight.number in apron.gone:
        apron.gone[flight.number].succeed(int(apron.env.now))


def _divert(apron: Apron, flight: Flight, visit: Visit) -> None:
    visit.is_diverted = True
    _report_gone(apron, flight)
    if apron.loading is not None:
        apron.loading.divert(flight)


def _leave_stand(apron: Apron, visit: Visit) -> None:
    visit.stand_free = int(apron.env.now)
    apron.stands.release(stands=1)


def _unload(apron: Apron, ulds: list[Uld], deck: Deck) -> Process:
    """One loader empties one deck, a train at a time."""
    env, size = apron.env, apron.site.apron.dollies_per_train
    waiting = [uld for uld in ulds if uld.deck == deck]
    for number, first in enumerate(range(0, len(waiting), size)):
        load = waiting[first : first + size]
        for uld in load:
            yield after(env, apron.site.apron.lift[deck])
            uld.lifted = int(env.now)
            if uld is load[0]:
                apron.loads[uld.flight, deck] = load
                yield apron.tugs.request((uld.flight, deck), tugs=1)
                first_hall = min(other.hall for other in load)
                train = Train(uld.flight, int(deck), number, first_hall, int(env.now))
                apron.trains.append(train)
            uld.on_train = int(env.now)
            uld.train = number
        train.left = int(env.now)
        train.n_ulds = len(load)
        start(_haul(apron, load, train))


def _haul(apron: Apron, load: list[Uld], train: Train) -> Process:
    """A train drives to the halls of its ULDs, waits at each until they have positions, and returns."""
    env, site = apron.env, apron.site
    halls = sorted({uld.hall for uld in load})
    yield after(env, site.halls[halls[0]].trip_out)
    train.at_door = int(env.now)
    for number in halls:
        if number != halls[0]:
            yield after(env, site.apron.between_halls)
        positions = []
        for uld in load:
            if uld.hall == number:
                uld.at_door = int(env.now)
                position = apron.positions[number].request((uld.flight, uld.index), positions=1)
                start(_place(apron, uld, position))
                positions.append(position)
        yield simpy.AllOf(env, positions)
    train.placed = int(env.now)
    yield after(env, site.halls[halls[-1]].trip_back)
    train.returned = int(env.now)
    apron.trains.close(train)
    apron.tugs.release(tugs=1)


def _place(apron: Apron, uld: Uld, position: simpy.Event) -> Process:
    yield position
    uld.placed = int(apron.env.now)
    yield from apron.break_down(uld)
