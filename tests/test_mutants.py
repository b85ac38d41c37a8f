"""A test of the equality test: break one rule of the vectorised hub at a time, and see that the comparison notices.

To add a mutant: write a function of `patch` that replaces names of the hub with `patch.setattr`; enter it in `MUTANTS`.
It must cause differences, not crashes: an exception counts only if the mutant is decorated with `may_raise`.
"""

import ast
import inspect
import re
from copy import copy
from dataclasses import replace
from heapq import heapify, heapreplace
from itertools import islice
from types import ModuleType

import numpy as np
import pytest

import sim.processes.apron
import sim.processes.breakdown
import sim.processes.buildup
import sim.processes.customs
import sim.processes.desks
import sim.processes.export_hall
import sim.processes.exports
import sim.processes.lanes
import sim.processes.loading
import sim.processes.outbound
import sim.processes.packers
import sim.processes.packout
import sim.processes.pool
import sim.processes.reception
import sim.processes.sorting
import sim.processes.staff
import sim.processes.transfers
import sim.rules.hall
import sim.rules.ulds_fly
from sim.domain.entities import Refusal
from sim.domain.parcels import Parcels
from sim.kernels.coming import Coming
from sim.kernels.operational_time import OperationalTime
from sim.kernels.queueing import Servers
from sim.processes import hall, hub, pool
from sim.processes.apron import Apron
from sim.processes.buildup import BuildUp
from sim.processes.customs import HoldZone
from sim.processes.desks import Desks
from sim.processes.export_hall import ExportHall, Screening
from sim.processes.lanes import Lanes, Route
from sim.processes.loading import Loading
from sim.processes.packers import FlexiblePackOut
from sim.processes.packout import PackOut
from sim.processes.phases import Phase, at
from sim.processes.reception import Reception
from sim.processes.second_sort import SecondSort
from sim.processes.slots import has
from sim.processes.sorting import BY_HAND, Machine, Sortation
from sim.processes.store import Mark, ParcelStore
from sim.record.recorder import CustomsRow
from sim.record.tallies import DeskTally, FullestChute
from sim.reference import run
from sim.reference.equality import ShuffledEnvironment, differ, vectorised_tables
from sim.reference.small_hubs import make
from sim.reference.small_numbers import draw
from sim.rules import DECISIONS

CHEAP = (23, 45, 22, 34)
"""Seeds of hubs that take little time and notice half of the mutants: they are tried before all others."""
N_SEEDS = 150
"""With `--slow`; without, only those that are tried first for some mutant."""
LEAST_SEEDS = 3
"""So many of them must notice a mutant; without `--slow` one."""
EXPORTS = sim.processes.exports, sim.processes.export_hall, sim.processes.buildup


class Patch:
    """Replaces names of the hub, and knows which replacements have not been used."""

    def __init__(self, monkeypatch):
        self._monkeypatch = monkeypatch
        self.unused = set()

    def setattr(self, target, name, value, *, raising=True):
        label = f"{target.__name__}.{name}"
        if isinstance(value, property):
            value = property(self.watched(label, value.fget))
        elif callable(value):
            value = self.watched(label, value)
        elif not _reads(target, name):
            self.unused.add(label)
        self._monkeypatch.setattr(target, name, value, raising=raising)

    def rule(self, decision, change):
        """Puts a rule made of the one that is there under each name; the reference has run with the old ones."""
        rules = DECISIONS[decision].RULES
        for name, rule in rules.items():
            self._monkeypatch.setitem(rules, name, self.watched(decision, change(rule)))

    def watched(self, label, function):
        self.unused.add(label)

        def used(*arguments, **options):
            self.unused.discard(label)
            return function(*arguments, **options)

        return used


def _reads(module, name):
    """Whether a module does more with a name than import it."""
    assert isinstance(module, ModuleType)
    names = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Name))
    return any(node.id == name and isinstance(node.ctx, ast.Load) for node in names)


def may_raise(kind, message):
    """A mutant that makes the hub itself raise such an exception, whose message a pattern matches."""

    def listed(mutant):
        mutant.raises = (kind, message)
        return mutant

    return listed


def _begin_within_an_outage(patch):
    patch.setattr(OperationalTime, "instant_after", OperationalTime.instant_reaching)


def _end_after_an_outage(patch):
    patch.setattr(OperationalTime, "instant_reaching", OperationalTime.instant_after)


def _rounded_down(patch):
    def instant_reaching(self, work):
        i = np.searchsorted(self.work, work, side="left") - 1
        return self.start[i] + (work - self.work[i]) // self.slope[i]

    patch.setattr(OperationalTime, "instant_reaching", instant_reaching)


def _nobody_rides_to_the_chute(patch):
    """What has been sorted is at its chute at once."""
    init = Machine.__init__
    patch.setattr(Machine, "__init__", lambda self, calendar, need, _, *others: init(self, calendar, need, 0, *others))


def _machine_idles_through_its_queue(patch):
    """The state of the queue is forgotten between windows."""
    serve = Machine._serve

    def forgetful(self, *window):
        self._free_at = 0
        serve(self, *window)

    patch.setattr(Machine, "_serve", forgetful)


def _advanced_too_far(patch):
    """Before others have fed the machine."""
    advance = Machine.advance
    patch.setattr(Machine, "advance", lambda self, until: advance(self, until + (3 << 20)))


def _advanced_too_little(patch):
    """A parcel that came two minutes ago may be out by now; one that comes now is not."""
    advance = Sortation.advance
    patch.setattr(Sortation, "advance", lambda self, until: advance(self, until - (2 << 20)))


def _labels_read_late(patch):
    """Only of what was sorted by the instant advanced to, which is a service before that of a look."""
    fetch = Sortation._fetch
    patch.setattr(Sortation, "_fetch", lambda self, until: fetch(self, until - (2 << 20)))


def _desks_forget_who_began_last(patch):
    """From one count to the next."""
    count = DeskTally._count

    def forgetful(self, *columns):
        self._last_begin = 0
        count(self, *columns)

    patch.setattr(DeskTally, "_count", forgetful)


def _ready_at_the_cut_off_is_late(patch):
    collect = Lanes.collect
    patch.setattr(Lanes, "collect", lambda self, until: collect(self, until - 1))


def _merged_in_reverse(module):
    def mutant(patch):
        class Reversed(Coming):
            def take(self, until):
                taken = super().take(until)
                if taken is None:
                    return None
                instant, parcel = taken
                order = np.lexsort((-parcel, instant))
                return instant[order], parcel[order]

        patch.setattr(module, "Coming", Reversed)

    return mutant


def _ties_in_reverse(module):
    def mutant(patch):
        def order(instant, parcel, group=None):
            return np.lexsort((-parcel, instant) if group is None else (-parcel, instant, group))

        patch.setattr(module, "hub_order", order)

    return mutant


def _collapsed(**phases):
    """Phases of the vectorised hub that are none: their events mix with those of another."""

    def mutant(patch):
        collapsed = {
            name: patch.watched(f"Phase.{name}", lambda other=other: Phase[other]) for name, other in phases.items()
        }

        class Collapsed:
            def __getattr__(self, name):
                return collapsed[name]() if name in collapsed else Phase[name]

        for module in (hub, hall, sim.processes.outbound, sim.processes.customs, sim.processes.apron, *EXPORTS):
            if hasattr(module, "Phase"):
                patch.setattr(module, "Phase", Collapsed())

    return mutant


def _station_free_at_the_end_of_handling(patch):
    """Though the machine has not begun the last parcel."""
    init = Machine.__init__

    class Begun(dict):
        def pop(self, last):
            return min(super().pop(last), 0)

    def eager(self, *arguments, **others):
        init(self, *arguments, **others)
        self.begun = Begun()

    patch.setattr(Machine, "__init__", eager)


def _floats(patch):
    """Masses add up in float32."""

    def rounded(values):
        sums = np.cumsum(values.astype(np.float32) * np.float32(0.1)) * 10
        return np.append(0, sums).astype(np.int64)

    patch.setattr(sim.processes.lanes, "_sums", rounded)


def _hold_zone_empties_what_came_at_the_round(patch):
    rounds = HoldZone._round
    patch.setattr(Sortation, "advance", _one_more(Sortation.advance))
    patch.setattr(HoldZone, "_round", lambda self, now, sortation: rounds(self, now + 1, sortation))


def _chutes_give_what_comes_at_the_round(patch):
    empty = SecondSort._empty
    patch.setattr(Sortation, "advance", _one_more(Sortation.advance))
    patch.setattr(SecondSort, "_empty", lambda self, now: empty(self, now + 1))


def _held_and_coded_go_back_to_the_first_machine(patch):
    patch.setattr(SecondSort, "last", lambda _self, machine, _parcels: machine)


def _one_more(advance):
    return lambda self, until: advance(self, until + 1)


def _customs_decides_at_the_round(patch):
    """Release at the round itself counts as before it."""
    put = HoldZone._put

    def sooner(self, since, parcels, machine, free):
        put(self, since, parcels, machine, np.maximum(free - 1, 0))

    patch.setattr(HoldZone, "_put", sooner)


def _refused_parcels_stay(patch):
    patch.setattr(HoldZone, "__init__", _without_refusal(HoldZone.__init__))


def _alarms_are_let_go(patch):
    has = sim.processes.customs.has
    patch.setattr(sim.processes.customs, "has", lambda marks, mark: has(marks, mark) & (mark is not Mark.ALARM))


def _alarm_asks_too_early(patch):
    """A minute before its image is judged."""
    feed = Desks.feed

    def early(self, arrival, parcels, tag):
        feed(self, arrival if tag.ndim == 1 else np.maximum(tag[:, 1], arrival - (1 << 20)), parcels, tag)

    patch.setattr(Desks, "feed", early)


def _values_are_confused(patch):
    by_flight = ParcelStore.by_flight

    def confused(self, units):
        flights, parcels, cents = zip(*by_flight(self, units), strict=True)
        return list(zip(flights, parcels, cents[::-1], strict=True))

    patch.setattr(ParcelStore, "by_flight", confused)


def _refused_are_worth_nothing(patch):
    patch.setattr(hall, "Refusal", lambda *row: Refusal(*row[:-1], 0))


def _transit_needs_no_desk(patch):
    patch.setattr(sim.processes.customs, "has", lambda mark, flags: has(mark, flags & ~Mark.TRANSIT))


def _no_uld_is_xrayed(patch):
    patch.setattr(sim.processes.breakdown, "_xray", lambda *_: iter(()))


def _xray_a_tick_short(patch):
    xray = sim.processes.breakdown._xray

    def shorter(env, site, hall, uld):
        yield from xray(
            env, replace(site, customs=replace(site.customs, uld_xray=site.customs.uld_xray - 1)), hall, uld
        )

    patch.setattr(sim.processes.breakdown, "_xray", shorter)


def _without_refusal(init):
    def keep(self, *arguments, refuse, **others):
        init(self, *arguments, refuse=lambda parcels: None, **others)

    return keep


def _always_the_first_hall(patch):
    patch.setattr(sim.rules.hall, "_first", lambda among, halls: 0)


def _ulds_of_a_train_do_not_count(patch):
    """Each ULD of a train chooses as if it were the first."""
    send = Reception._send

    def alone(self, ulds):
        before = [*self._to_come]
        numbers = []
        for uld in ulds:
            self._to_come = [*before]
            numbers.append(send(self, [uld]))
        self._to_come = [n + numbers.count(hall) for hall, n in enumerate(before)]

    def assign_train(self, key):
        ulds = self.loads.pop(key)
        if not self._site.rules.hall.is_of_flight:
            alone(self, ulds)
        return 0

    patch.setattr(Reception, "assign_train", assign_train)


def _floor_free_when_the_shuttle_takes(patch):
    shuttle = sim.processes.transfers.shuttle_process

    def early(shared, *others):
        inputs, rules = shared.inputs, shared.site.transfers
        rules = replace(rules, loading=1, trip=rules.trip + rules.loading - 1)
        inputs = replace(inputs, site=replace(inputs.site, transfers=rules))
        yield from shuttle(shared._replace(inputs=inputs), *others)

    patch.setattr(hub, "shuttle_process", early)


def _room_is_not_floor(patch):
    """Trucks do not hurry for a hall that waits for room."""
    patch.setattr(
        sim.processes.outbound, "_is_floor_short", lambda halls: [hall.breakdown.lacking == "floor" for hall in halls]
    )


def _overtaking(patch):
    """Whoever behind the head can be served is served."""

    def grant(self, _):
        self._is_awake = False
        self._account()
        self._settle_wait()
        for request in sorted(self._queue):
            if self._lacks(request) is None:
                self._queue.remove(request)
                for kind, number in request.demand.items():
                    self.free[kind] -= number
                request.event.succeed(
                    pool.Grant(request.waited, self._assign(request.order[1:]) if self._assign else 0)
                )
        self._queue.sort()
        self._head = self._queue[0] if self._queue else None
        self.lacking = self._lacks(self._head) if self._head else None

    patch.setattr(pool.Pool, "_grant", grant)


def _last_come_first_served(patch):
    """Of those who ask at the same instant."""

    def reverse(key):
        return tuple(-word for word in key)

    def reversed_key(self, key, rank=None, **demand):
        return request(self, reverse(key), rank, **demand)

    def reversed_back(self, env, phase, assign=None, **capacity):
        init(self, env, phase, assign and (lambda key: assign(reverse(key))), **capacity)

    init, request = pool.Pool.__init__, pool.Pool.request
    patch.setattr(pool.Pool, "__init__", reversed_back)
    patch.setattr(pool.Pool, "request", reversed_key)


def _truck_overtakes_its_lane(patch):
    """A truck is filled by count alone."""
    take = Route.take

    def heedless(self, limits):
        return take(self, replace(limits, mass=limits.mass * 1000, volume=limits.volume))

    patch.setattr(Route, "take", heedless)


def _trucks_load_in_order_of_arrival(patch):
    def as_they_came(items, key=None):
        """Sorts halls, which have no key, as it is."""
        return list(items) if key else sorted(items)

    patch.setattr(sim.processes.outbound, "sorted", as_they_came, raising=False)


def _every_truck_is_a_connection(patch):
    """Extra trucks count, too, as missed by those that they leave behind."""
    count = sim.processes.outbound._n_missed_before

    def every(outbound, truck, ready):
        missed = count(outbound, truck, ready)
        outbound.last_cut_off[outbound.dock(truck)] = int(outbound.env.now)
        return missed

    patch.setattr(sim.processes.outbound, "_n_missed_before", every)


def _trucks_of_other_lanes_are_missed(patch):
    """A cut-off counts for all lanes of all halls."""
    count = sim.processes.outbound._n_missed_before

    def any_lane(outbound, truck, ready):
        missed = count(outbound, truck, ready)
        outbound.last_cut_off = [max(outbound.last_cut_off)] * outbound.n_docks
        return missed

    patch.setattr(sim.processes.outbound, "_n_missed_before", any_lane)


def _held_trucks_wait_for_ever(patch):
    """The longest hold of a truck is never over."""
    patch.rule("truck_leaves", lambda rule: lambda truck: rule(truck._replace(held=-1)))


def _numbers_are_those_before(name):
    def broken(patch):
        def stamp(self, column, parcel, values):
            stamped(self, column, parcel, values - 1 if column == name else values)

        stamped = ParcelStore.stamp
        patch.setattr(ParcelStore, "stamp", stamp)

    return broken


def _calls_forget_those_on_their_way(patch):
    patch.rule(
        "extra_trucks",
        lambda rule: lambda full, ready, called, left, **state: rule(full, ready, [0] * len(called), left, **state),
    )


def _floor_free_at_the_cut_off(patch):
    def hall_and_floor(outbound, truck):
        halls = outbound.store.column["hall"][outbound.store.rows(truck.parcels)]
        units = int(np.count_nonzero(halls == truck.hall))
        return outbound.halls[truck.hall].breakdown, units * outbound.site.units.room

    def early(outbound, truck):
        load(outbound, truck)
        pool, floor = hall_and_floor(outbound, truck)
        pool.release(floor=floor)

    def late(outbound, truck):
        pool, floor = hall_and_floor(outbound, truck)
        pool.free["floor"] -= floor
        depart(outbound, truck)

    load, depart = sim.processes.outbound._load, sim.processes.outbound._depart
    patch.setattr(sim.processes.outbound, "_load", early)
    patch.setattr(sim.processes.outbound, "_depart", late)


def _position_kept_through_break_down(patch):
    process = sim.processes.breakdown.breakdown_process

    class Patient:
        def release(self, **amount):
            pass

    def late(breakdown, uld):
        place = breakdown.halls[uld.hall]
        patient = copy(place)
        patient.positions = Patient()
        halls = [patient if other is place else other for other in breakdown.halls]
        yield from process(replace(breakdown, halls=halls), uld)
        place.positions.release(positions=1)

    patch.setattr(hub, "breakdown_process", late)


def _turnaround_is_over_at_once(patch):
    fly = hub.flight_process

    def hasty(apron: Apron, flight, row):
        site = replace(apron.site, apron=replace(apron.site.apron, turnaround=0))
        return fly(replace(apron, site=site), flight, row)

    patch.setattr(hub, "flight_process", hasty)


def _desks_one_more(patch):
    init = Sortation.__init__

    def generous(self, site, hall, *arguments, **others):
        init(self, site, hall, *arguments, **others)
        servers = self.desks._servers
        servers.number = [number + 1 for number in servers.number]

    patch.setattr(Sortation, "__init__", generous)


def _legs_begin_when_they_like(patch):
    patch.setattr(sim.processes.apron, "_aircraft_comes", lambda apron, flight: iter(()))


def _aircraft_comes_as_it_leaves(patch):
    """A leg takes no time but a tick."""
    comes = sim.processes.apron._aircraft_comes
    patch.setattr(sim.processes.apron, "_aircraft_comes", lambda apron, flight: comes(apron, replace(flight, leg=1)))


def _one_screening_line_more(patch):
    init = Screening.__init__

    def one_more(self, manning, *rest):
        init(self, replace(manning, posts=tuple(n + 1 for n in manning.posts)), *rest)

    patch.setattr(Screening, "__init__", one_more)


def _screening_heeds_no_roster(patch):
    init = Screening.__init__

    def always(self, manning, *rest):
        init(self, replace(manning, posts=(manning.posts[-1],) * len(manning.posts)), *rest)

    patch.setattr(Screening, "__init__", always)


def _build_up_heeds_no_roster(patch):
    start_shifts = sim.processes.exports.start_shifts

    def but_there(env, pools, manning):
        start_shifts(env, pools, {kind: steps for kind, steps in manning.items() if kind != "build_up_workers"})

    patch.setattr(sim.processes.exports, "start_shifts", but_there)


def _screening_late(patch):
    """Machines are advanced without what screening has passed by then."""
    patch.setattr(Sortation, "take_exports", lambda self, exports: setattr(self, "_exports", exports))


def _collection_leaves_when_unloaded(patch):
    class Now(dict):
        def pop(self, last):
            began = dict.pop(self, last)
            return min(began, self.env.now)

    init = ExportHall.__init__

    def hasty(self, shared, *arguments):
        init(self, shared, *arguments)
        self.screening.begun = Now()
        self.screening.begun.env = shared.env

    patch.setattr(ExportHall, "__init__", hasty)


def _last_ulds_before_loads(patch):
    cut_offs = BuildUp._cut_offs

    def closing_first(self, event):
        loading, self._loading = self._loading, []
        cut_offs(self, event)
        self._loading = loading
        cut_offs(self, event)

    patch.setattr(BuildUp, "_cut_offs", closing_first)


def _last_uld_without_a_cut_off(patch):
    """Only full ULDs are ever formed."""
    patch.setattr(BuildUp, "_form_last", lambda self, flight: None)


def _every_export_for_the_main_deck(patch):
    patch.rule("deck", lambda _: lambda standing, positions: 0)


def _loaded_as_formed(patch):
    def by_key(ulds, key):
        return list(ulds)

    patch.setattr(sim.rules.ulds_fly, "sorted", by_key, raising=False)


def _payload_without_limit(patch):
    limits = BuildUp.limits
    patch.setattr(BuildUp, "limits", lambda self, flight: replace(limits(self, flight), payload=1 << 40))


def _an_export_misses_every_flight(patch):
    """An export counts as missed again at each flight that leaves it behind."""
    leave_behind = BuildUp.leave_behind

    def again(self, number, visit):
        self.lanes[number].last_load = -1
        leave_behind(self, number, visit)

    patch.setattr(BuildUp, "leave_behind", again)


def _empties_stay(patch):
    patch.rule("empties", lambda _: lambda *_: [])


def _diverted_flight_still_expected(patch):
    patch.setattr(Loading, "divert", lambda self, flight: None)


def _shifts_begin_after_the_grants(patch):
    patch.setattr(sim.processes.staff, "at", lambda env, instant, phase=Phase.ROUND: at(env, instant, phase))


def _pools_cut_what_is_in_hand(patch):
    """Whoever holds people when their number falls loses them."""
    set_capacity, release = pool.Pool.set_capacity, pool.Pool.release

    def cut(self, kind, number, rostered):
        set_capacity(self, kind, number, rostered)
        self.free[kind] = max(self.free[kind], 0)

    def tolerant(self, **amount):
        release(self, **{kind: min(n, self.capacity[kind] - self.free[kind]) for kind, n in amount.items()})

    patch.setattr(pool.Pool, "set_capacity", cut)
    patch.setattr(pool.Pool, "release", tolerant)


def _desks_cut_what_is_in_hand(patch):
    begin = Servers.begin

    def cut(self, arrival, service):
        now = begin(self, arrival, service)
        step = self.start[self.step + 1] if self.step + 1 < len(self.start) else now + service
        self.ends[:] = [min(end, step) for end in self.ends]
        return now

    patch.setattr(Servers, "begin", cut)


def _desks_change_a_tick_late(patch):
    init = Desks.__init__

    def late(self, manning, *rest):
        init(self, replace(manning, start=(0, *(start + 1 for start in manning.start[1:]))), *rest)

    patch.setattr(Desks, "__init__", late)


def _never_off_duty(kind):
    """Those at desks of a kind do not heed their roster."""

    def mutant(patch):
        def always(name, service, place, *rest, **posts):
            own = {other: steps for other, steps in place.manning.items() if other != kind}
            return desks_of(name, service, replace(place, manning=own), *rest, **posts)

        desks_of = sim.processes.staff.desks_of
        for module in (sim.processes.sorting, sim.processes.customs):
            patch.setattr(module, "desks_of", always)

    return mutant


def _uld_xrays_heed_no_roster(patch):
    def but_there(env, pools, manning):
        start_shifts(env, pools, {kind: steps for kind, steps in manning.items() if kind != "uld_xrays"})

    start_shifts = hub.start_shifts
    patch.setattr(hub, "start_shifts", but_there)


def _turns_begin_anew(patch):
    """In each window the first parcel goes to a chute's first post."""
    deal = PackOut._deal

    def forgetful(self, counts):
        self._next[:] = 0
        return deal(self, counts)

    patch.setattr(PackOut, "_deal", forgetful)


def _earliest_free_post(patch):
    """Instead of the one whose turn it is."""
    pack = PackOut._pack

    def remembered(self, *columns):
        def earliest(arrival, service, server, turn, free_at):
            begin = np.empty_like(arrival)
            chute_of = np.repeat(np.arange(len(self._posts)), self._posts)[server]
            for chute in set(chute_of.tolist()):
                mine, posts = (
                    chute_of == chute,
                    slice(self._first_post[chute], self._first_post[chute] + self._posts[chute]),
                )
                free = free_at[posts].tolist()
                heapify(free)
                for unit in np.flatnonzero(mine).tolist():
                    begin[unit] = max(int(arrival[unit]), free[0])
                    heapreplace(free, int(begin[unit] + service[unit]))
                free_at[posts] = free
            return begin

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(sim.processes.packout, "servers_in_turn", earliest)
            pack(self, *columns)

    patch.setattr(PackOut, "_pack", remembered)


def _looks_without(**changes):
    """Packers choose by a rule that is not theirs."""

    def mutant(patch):
        patch.rule("packers", lambda rule: lambda *state, **words: rule(*state, **words | changes))

    return mutant


def _packers_heed_no_roster(patch):
    patch.rule(
        "packers",
        lambda rule: lambda units, packers, manned, **words: rule(units, packers, max(manned, sum(packers)), **words),
    )


def _packers_need_not_walk(patch):
    init = FlexiblePackOut.__init__

    def hasty(self, *arguments):
        init(self, *arguments)
        self._rule = replace(self._rule, walk=0)

    patch.setattr(FlexiblePackOut, "__init__", hasty)


def _what_waits_loses_its_packers(patch):
    """What is not packed by the next look is forgotten when packers are sent."""
    patch.rule("packers", lambda rule: lambda units, *others, **words: rule([0] * len(units), *others, **words))


def _far_units_stay_far(patch):
    """What begins later than the next review is not looked at again."""
    patch.setattr(FlexiblePackOut, "_come_near", lambda _: None)


def _chute_is_empty_at_every_look(patch):
    look = FullestChute._look

    def forgetful(self, *columns):
        look(self, *columns)
        self._inside.clear()

    patch.setattr(FullestChute, "_look", forgetful)


def _hand_sorted_is_packed_too(patch):
    init = Sortation.__init__

    def wrong(self, *arguments, deliver, stage, **others):
        def to_first(ready, parcels):
            deliver(ready, parcels, np.zeros_like(ready))

        init(self, *arguments, deliver=deliver, stage=to_first, **others)

    patch.setattr(Sortation, "__init__", wrong)


def _one_manual_sort_post_more(patch):
    init = Sortation.__init__

    def generous(self, site, hall, *arguments, **others):
        init(self, site, hall, *arguments, **others)
        servers = self.posts._servers
        servers.number = [number + 1 for number in servers.number]

    patch.setattr(Sortation, "__init__", generous)


def _station_waits_for_the_machine_alone(patch):
    """It is free when its last conveyable parcel begins, though others are still handled."""

    def early(breakdown, hall, machine, uld):
        last, end = hand_over(breakdown, hall, machine, uld)
        if last is None:
            return last, end
        column, rows = (
            breakdown.store.column,
            breakdown.store.run_of(breakdown.store.uld(uld.flight, uld.index)[0], last + 1),
        )
        return last, uld.start + int(column["handling"][rows].sum())

    hand_over = sim.processes.breakdown._hand_over
    patch.setattr(sim.processes.breakdown, "_hand_over", early)


def _held_goods_return_to_a_machine(patch):
    """What came from manual sort, too."""
    hold = HoldZone.hold

    def to_the_first(self, since, parcels, machine):
        hold(self, since, parcels, np.where(machine == BY_HAND, 0, machine))

    patch.setattr(HoldZone, "hold", to_the_first)


def _nobody_heeds_the_runway(patch):
    patch.setattr(sim.processes.apron, "open_from", lambda closures, instant: instant)


def _runway_opens_a_tick_late(patch):
    open_from = sim.processes.apron.open_from
    patch.setattr(
        sim.processes.apron,
        "open_from",
        lambda closures, instant: (at := open_from(closures, instant)) + (at > instant),
    )


def _diverted_flights_keep_their_stand(patch):
    leave = sim.processes.apron._leave_stand
    patch.setattr(
        sim.processes.apron, "_leave_stand", lambda apron, row: None if row.is_diverted else leave(apron, row)
    )


def _stand_free_when_a_flight_is_diverted(patch):
    after = sim.processes.apron.after
    patch.setattr(
        sim.processes.apron,
        "after",
        lambda env, duration: at(env, env.now, Phase.DIVERT) if duration == 1 else after(env, duration),
    )


def _whole_ulds_count_as_one_parcel(patch):
    patch.setattr(ParcelStore, "by_flight", lambda self, units: [(*load, 0) for load in self.loads_of(units)])


def _customs_is_told_of_units(patch):
    """As if each were one parcel."""
    by_channel = Parcels.by_channel.fget
    patch.setattr(Parcels, "by_channel", property(lambda self: by_channel(replace(self, count=None))))


def _customs_is_not_told_of_referrals(patch):
    patch.setattr(hub, "CustomsRow", lambda flight, by_channel, _: CustomsRow(flight, by_channel, None))


def _whole_ulds_are_read_in_their_position(patch):
    carry = Sortation.carry
    patch.setattr(Sortation, "carry", lambda self, arrival, units: carry(self, arrival - 1, units))


def _released_ulds_are_in_their_lane_at_once(patch):
    def _round(self, now, sortation):
        handling = self._store.column["handling"]
        self._store.column["handling"] = np.zeros_like(handling)
        rounds(self, now, sortation)
        self._store.column["handling"] = handling

    rounds = HoldZone._round
    patch.setattr(HoldZone, "_round", _round)


def _units_free_the_floor_of_one_parcel(patch):
    refuse = hall.Hall._refuse

    def _refuse(self, parcels):
        room, self._unit_room = self._unit_room, 1
        refuse(self, parcels)
        self._unit_room = room

    patch.setattr(hall.Hall, "_refuse", _refuse)


MUTANTS = {
    "a bag or whole ULD counts as one parcel on its truck": _whole_ulds_count_as_one_parcel,
    "a bag or whole ULD counts as one parcel at customs": _customs_is_told_of_units,
    "customs forgets what it asked back before loading": _customs_is_not_told_of_referrals,
    "whole ULDs are there a tick early": _whole_ulds_are_read_in_their_position,
    "released ULDs are in their lane at once": _released_ulds_are_in_their_lane_at_once,
    "refused bags free the floor of one parcel": _units_free_the_floor_of_one_parcel,
    "nobody heeds the runway": _nobody_heeds_the_runway,
    "the runway opens a tick late": _runway_opens_a_tick_late,
    "diverted flights keep their stand": _diverted_flights_keep_their_stand,
    "a diverted flight's stand is free at once": _stand_free_when_a_flight_is_diverted,
    "flights go to the first hall": _always_the_first_hall,
    "ULDs of a train do not count": _ulds_of_a_train_do_not_count,
    "floor free when the shuttle takes": _floor_free_when_the_shuttle_takes,
    "room is no floor": _room_is_not_floor,
    "a service may begin in an outage": _begin_within_an_outage,
    "a service may end after an outage": _end_after_an_outage,
    "instants rounded down": _rounded_down,
    "nobody rides to the chute": _nobody_rides_to_the_chute,
    "a machine forgets its queue": _machine_idles_through_its_queue,
    "machines advanced too far": _advanced_too_far,
    "machines advanced too little": _advanced_too_little,
    "labels read late": _labels_read_late,
    "desks forget who began last": _desks_forget_who_began_last,
    "ready at the cut-off is late": _ready_at_the_cut_off_is_late,
    "ties at machines in reverse": _merged_in_reverse(sim.processes.sorting),
    "ties at desks in reverse": _ties_in_reverse(sim.processes.desks),
    "ties at chutes in reverse": _ties_in_reverse(sim.processes.packout),
    "what was sorted by hand is packed too": _hand_sorted_is_packed_too,
    "one manual-sort post more": _one_manual_sort_post_more,
    "station free before its last parcel is handled": _station_waits_for_the_machine_alone,
    "held goods do not return by hand": _held_goods_return_to_a_machine,
    "turns at pack-out begin anew": _turns_begin_anew,
    "a parcel names the post before its own": _numbers_are_those_before("post"),
    "a parcel names the truck before its own": _numbers_are_those_before("truck"),
    "pack-out by the post that is free first": _earliest_free_post,
    "a chute is empty at every look": _chute_is_empty_at_every_look,
    "packers are never reviewed": _looks_without(is_review=False),
    "packers are reviewed at every look": _looks_without(is_review=True),
    "a packer is always enough": _looks_without(enough=1 << 40),
    "packers heed no roster": _packers_heed_no_roster,
    "packers need not walk": _packers_need_not_walk,
    "packers do not see what lies in chutes": _what_waits_loses_its_packers,
    "what packers begin later is forgotten": _far_units_stay_far,
    "ties in lanes in reverse": _ties_in_reverse(sim.processes.lanes),
    "cut-offs among physical events": _collapsed(CUT_OFF="PHYSICAL"),
    "rounds among physical events": _collapsed(ROUND="PHYSICAL"),
    "rounds before cut-offs": _collapsed(ROUND="DOOR"),
    "diversions before grants": _collapsed(DIVERT="PHYSICAL"),
    "break-down among physical events": _collapsed(BREAKDOWN="PHYSICAL"),
    "tugs among physical events": _collapsed(TUG="PHYSICAL"),
    "positions among physical events": _collapsed(POSITION="PHYSICAL"),
    "doors among physical events": _collapsed(DOOR="PHYSICAL"),
    "station free at the end of handling": _station_free_at_the_end_of_handling,
    "masses in float32": _floats,
    "the hold zone takes what comes at the round": _hold_zone_empties_what_came_at_the_round,
    "chutes to a machine give what comes at the round": _chutes_give_what_comes_at_the_round,
    "the hold zone gives back to the first machine": _held_and_coded_go_back_to_the_first_machine,
    "release at the round is in time": _customs_decides_at_the_round,
    "refused parcels keep their floor": _refused_parcels_stay,
    "alarms are let go": _alarms_are_let_go,
    "an alarm asks for a desk a minute early": _alarm_asks_too_early,
    "transit needs no desk": _transit_needs_no_desk,
    "values of a truck's flights are confused": _values_are_confused,
    "the refused are worth nothing": _refused_are_worth_nothing,
    "no ULD goes through X-ray": _no_uld_is_xrayed,
    "X-ray of a ULD a tick too short": _xray_a_tick_short,
    "the head of a queue is overtaken": _overtaking,
    "ties between requests in reverse": _last_come_first_served,
    "trucks heed no mass": _truck_overtakes_its_lane,
    "trucks load in order of arrival": _trucks_load_in_order_of_arrival,
    "extra trucks are missed too": _every_truck_is_a_connection,
    "trucks of other lanes are missed": _trucks_of_other_lanes_are_missed,
    "held trucks wait for ever": _held_trucks_wait_for_ever,
    "trucks on their way are forgotten": _calls_forget_those_on_their_way,
    "floor free at the cut-off": _floor_free_at_the_cut_off,
    "position kept through break-down": _position_kept_through_break_down,
    "no turnaround": _turnaround_is_over_at_once,
    "one hand-coding desk more": _desks_one_more,
    "legs begin when they like": _legs_begin_when_they_like,
    "a leg takes no time": _aircraft_comes_as_it_leaves,
    "one screening line more": _one_screening_line_more,
    "machines advanced before screening": _screening_late,
    "ties at screening in reverse": _merged_in_reverse(sim.processes.export_hall),
    "screening heeds no roster": _screening_heeds_no_roster,
    "build-up heeds no roster": _build_up_heeds_no_roster,
    "collections leave when unloaded": _collection_leaves_when_unloaded,
    "last ULDs before loads": _last_ulds_before_loads,
    "no last ULD": _last_uld_without_a_cut_off,
    "exports only on the main deck": _every_export_for_the_main_deck,
    "ULDs loaded as formed": _loaded_as_formed,
    "no limit of the payload": _payload_without_limit,
    "an export misses every flight": _an_export_misses_every_flight,
    "empty ULDs stay": _empties_stay,
    "a diverted flight is still expected": _diverted_flight_still_expected,
    "shifts begin after the grants": _shifts_begin_after_the_grants,
    "a ULD or truck in hand is cut at the end of a shift": _pools_cut_what_is_in_hand,
    "a parcel in hand at a desk is cut at the end of a shift": _desks_cut_what_is_in_hand,
    "desks change a tick late": _desks_change_a_tick_late,
    "X-ray of parcels heeds no roster": _never_off_duty("xray_lanes"),
    "transit heeds no roster": _never_off_duty("transit_desks"),
    "X-ray of ULDs heeds no roster": _uld_xrays_heed_no_roster,
}


TRIED_FIRST = {
    "refused bags free the floor of one parcel": (13, 40, 18),
    "ULDs of a train do not count": (13, 5, 3),
    "room is no floor": (3, 46, 7),
    "a service may end after an outage": (14, 36, 24),
    "machines advanced too little": (11, 19, 36),
    "labels read late": (11, 19, 36),
    "ready at the cut-off is late": (46, 14, 39),
    "ties at machines in reverse": (31, 44, 39),
    "ties at desks in reverse": (32, 2, 12),
    "ties at chutes in reverse": (14, 36, 32),
    "station free before its last parcel is handled": (31, 14, 39),
    "held goods do not return by hand": (14, 7, 49),
    "pack-out by the post that is free first": (36, 32, 18),
    "a chute is empty at every look": (44, 47, 36),
    "packers are never reviewed": (26, 2, 48),
    "packers are reviewed at every look": (26, 12, 80),
    "a packer is always enough": (13, 2, 48),
    "what packers begin later is forgotten": (13, 9, 26),
    "cut-offs among physical events": (47, 19, 2),
    "rounds among physical events": (47, 40, 39),
    "rounds before cut-offs": (39, 6, 12),
    "diversions before grants": (39, 72, 78),
    "break-down among physical events": (5, 9, 30),
    "positions among physical events": (40, 18, 12),
    "masses in float32": (31, 3, 46),
    "chutes to a machine give what comes at the round": (11, 44, 36),
    "the hold zone gives back to the first machine": (11, 2, 48),
    "release at the round is in time": (11, 33, 12),
    "refused parcels keep their floor": (13, 40, 14),
    "the refused are worth nothing": (40, 14, 26),
    "the head of a queue is overtaken": (39, 19, 27),
    "trucks load in order of arrival": (2, 0, 140),
    "extra trucks are missed too": (33, 24, 0),
    "trucks on their way are forgotten": (3, 40, 19),
    "one hand-coding desk more": (44, 36, 32),
    "machines advanced before screening": (59, 62, 85),
    "ties at screening in reverse": (30, 63, 82),
    "last ULDs before loads": (19, 32, 50),
    "no last ULD": (44, 46, 14),
    "ULDs loaded as formed": (9, 38, 54),
    "no limit of the payload": (46, 21, 9),
    "an export misses every flight": (46, 14, 32),
    "empty ULDs stay": (11, 44, 3),
    "a diverted flight is still expected": (19, 9, 54),
    "shifts begin after the grants": (5, 44, 40),
    "a parcel in hand at a desk is cut at the end of a shift": (21, 9, 26),
    "X-ray of parcels heeds no roster": (6, 8, 12),
    "X-ray of ULDs heeds no roster": (4, 3, 47),
}
"""Seeds that noticed what the cheap ones do not: if they no longer do, all others are tried."""


@pytest.fixture(scope="module")
def expected(request):
    """What the reference tells of each seed; it shares the pool with the other hub, so it runs before any fault."""
    first = (*CHEAP, *(seeds[0] for seeds in TRIED_FIRST.values()))
    seeds = dict.fromkeys((*CHEAP, *range(N_SEEDS)) if request.config.getoption("--slow") else first)
    return {seed: run(make(draw(seed)), ShuffledEnvironment(2 * seed)).tables for seed in seeds}


pytestmark = pytest.mark.usefixtures("many_looks")


def is_noticed(seed, expected, raises=None):
    """Whether the hub with a fault differs; `raises`: the exception by which it may be noticed, and its message."""
    try:
        got = vectorised_tables(make(draw(seed)), ShuffledEnvironment(2 * seed + 1))
    except Exception as error:
        if raises and isinstance(error, raises[0]) and re.search(raises[1], str(error)):
            return True
        raise
    return differ(expected[seed], got) is not None


def noticing(mutant, expected, first=()):
    """Seeds that notice a mutant, one after the other."""
    raises = getattr(mutant, "raises", None)
    tried = (seed for seed in dict.fromkeys((*first, *expected)) if seed in expected)
    return (seed for seed in tried if is_noticed(seed, expected, raises))


def test_nothing_is_noticed_without_a_fault(expected):
    # A few: that both hubs are equal without a fault is the matter of test_equality.
    assert not any(is_noticed(seed, expected) for seed in CHEAP)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_rule_is_noticed(request, name, expected, monkeypatch):
    patch = Patch(monkeypatch)
    MUTANTS[name](patch)
    least = LEAST_SEEDS if request.config.getoption("--slow") else 1
    seeds = list(islice(noticing(MUTANTS[name], expected, TRIED_FIRST.get(name, ())), least))
    assert len(seeds) == least, f"only seeds {seeds} notice it"
    assert not patch.unused


def test_a_crash_notices_a_mutant_only_where_it_is_listed(expected, monkeypatch):
    def mutant(patch):
        patch.setattr(Lanes, "collect", lambda self, until: self.nothing)

    mutant(Patch(monkeypatch))
    with pytest.raises(AttributeError):
        next(noticing(mutant, expected))
    with pytest.raises(AttributeError):
        next(noticing(may_raise(AttributeError, "another")(mutant), expected))
    assert next(noticing(may_raise(AttributeError, "no attribute 'nothing'")(mutant), expected)) == CHEAP[0]


def test_a_replacement_that_nobody_uses_is_reported(expected, monkeypatch):
    patch = Patch(monkeypatch)
    patch.setattr(sim.processes.outbound, "sum", sum, raising=False)
    patch.setattr(hub, "N_SEEDS", 0, raising=False)
    patch.setattr(Lanes, "collect", Lanes.collect)
    assert not is_noticed(CHEAP[0], expected)
    assert patch.unused == {"sim.processes.outbound.sum", "sim.processes.hub.N_SEEDS"}
    with pytest.raises(AttributeError):
        patch.setattr(hub, "renamed", None)
