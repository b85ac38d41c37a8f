"""The hold zone: parcels that customs has not released wait there, and leave it in rounds."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.kernels.coming import Pending
from sim.kernels.ordering import grouped, joined, pick
from sim.processes.desks import Desks
from sim.processes.phases import Phase, Process, at
from sim.processes.shared import Shared
from sim.processes.slots import has
from sim.processes.sorting import BY_HAND, CARRIED, Sortation, Stage
from sim.processes.staff import desks_of
from sim.processes.store import Mark
from sim.units import Ticks


class Controls(NamedTuple):
    """Desks and machines that control held parcels. A tag has the machine to return to, and the start of the hold."""

    examination: Desks
    xray: Desks
    transit: Desks


class HoldZone:
    def __init__(self, shared: Shared, number: int, *, stage: Stage, refuse: Callable[[Ticks], None]) -> None:
        """`number` of the hall."""
        self._env, self._site, self._store, record = shared.env, shared.site, shared.store, shared.record
        self._tally, self._stage, self._refuse = record.stages["customs_hold"], stage, refuse
        self._coming: list[tuple[Ticks, Ticks, Ticks]] = []
        self._to_go = Pending()
        """(round in which it leaves, since, parcel, machine) of parcels that need no (further) control."""
        times, record_as = self._site.customs, (self._site.halls[number], number, record)
        self._controls = Controls(
            examination=desks_of("customs_desks", times.examination, *record_as),
            xray=desks_of("xray_lanes", times.xray, *record_as),
            transit=desks_of("transit_desks", times.transit, *record_as),
        )

    def hold(self, since: Ticks, parcels: Ticks, machine: Ticks) -> None:
        """Parcels (P) that customs had not released when their status was read."""
        self._store.stamp("held", parcels, since)
        self._coming.append((since, parcels, machine))

    def rounds(self, sortation: Sortation) -> Process:
        """Empty the zone in every round."""
        while True:
            now = int(self._env.now) + self._site.customs.round
            yield at(self._env, now, Phase.FEED)
            sortation.advance(now - 1)
            self._round(now, sortation)

    def _round(self, now: int, sortation: Sortation) -> None:
        self.take_in(now)
        going = self._to_go.take(now)
        if going is None:
            return
        _, since, parcels, machine = going
        self._store.stamp("freed", parcels, now)
        rows = self._store.rows(parcels)
        is_refused = has(self._store.column["mark"][rows], Mark.REFUSED)
        leave = np.full(len(since), now)
        carried = np.flatnonzero(~is_refused & (machine == CARRIED))
        leave[carried] += self._store.column["handling"][rows[carried]]
        self._tally.add(since, leave, self._store.counts(parcels))
        if is_refused.any():
            self._refuse(parcels[is_refused])
            rows, leave, parcels, machine = pick(~is_refused, rows, leave, parcels, machine)
        self._store.column["mark"][rows] &= np.uint8(Mark.NON_CONVEYABLE)
        for number, (instants, again) in grouped(machine, leave, parcels):
            if number == CARRIED:
                self._stage(instants, again)
            elif number == BY_HAND:
                sortation.feed_by_hand(instants, np.sort(again))
            else:
                sortation.machines[number].feed(instants, np.sort(again))

    def take_in(self, now: int) -> None:
        """Schedule held parcels without a control, and those that arrived for a control before now, once it is done."""
        if self._coming:
            since, parcels, machine = joined(self._coming)
            self._coming = []
            rows = self._store.rows(parcels)
            mark = self._store.column["mark"][rows]
            free = ~has(mark, Mark.CONTROLLED)
            self._put(since[free], parcels[free], machine[free], self._store.release(parcels[free]))
            for kind, desks in zip((Mark.EXAMINED, Mark.XRAYED, Mark.TRANSIT), self._controls, strict=True):
                arrival, controlled, returns_to = pick(has(mark, kind), since, parcels, machine)
                if len(controlled):
                    desks.feed(arrival, controlled, np.column_stack((returns_to, arrival)))
        # Alarms first, so that parcels to be examined afterwards take their place among the others.
        for name, desks in (("xray", self._controls.xray), ("transit", self._controls.transit)):
            self._control(name, desks, now)
        self._control("exam", self._controls.examination, now)

    def _control(self, name: str, desks: Desks, now: int) -> None:
        """Control parcels that arrived before now; those without an alarm need no further control."""
        served = desks.serve(now - 1)
        if served is None:
            return
        self._store.stamp_service(name, served.parcels, served.begin, served.end)
        done = np.ones(len(served.parcels), dtype=bool)
        if desks is self._controls.xray:
            done = ~has(self._store.of("mark", served.parcels), Mark.ALARM)
            self._controls.examination.feed(served.end[~done], served.parcels[~done], served.tag[~done])
        machine, since = served.tag[done].T
        self._put(since, served.parcels[done], machine, served.end[done])

    def _put(self, since: Ticks, parcels: Ticks, machine: Ticks, free: Ticks) -> None:
        """Parcels (P) that leave in the first round after they were held and are free."""
        rounds = np.maximum(since, free) // self._site.customs.round + 1
        self._to_go.add(rounds * self._site.customs.round, since, parcels, machine)

    def waiting(self, end: int) -> tuple[Ticks, Ticks]:
        """Parcels held since before a processed instant: since when, ascending, and parcels (P)."""
        held = [chunk[1:3] for chunk in self._to_go.waiting()]
        # Parcels with an alarm may arrive for examination only after the end.
        controlled = [(tag[:, 1], parcels) for desks in self._controls for _, parcels, tag in desks.to_come()]
        since, parcels = joined([*held, *controlled]) if held or controlled else np.empty((2, 0), dtype=np.int64)
        order = np.argsort(since, kind="stable")
        order = order[since[order] < end]
        return since[order], parcels[order]
