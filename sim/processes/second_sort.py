"""Chutes that lead to a second machine: their parcels are taken there in rounds (rule 61)."""

import numpy as np

from sim.kernels.coming import Pending
from sim.kernels.ordering import grouped, pick
from sim.processes.phases import Phase, Process, at
from sim.processes.shared import Shared
from sim.processes.sorting import Sortation
from sim.units import Ticks


class SecondSort:
    """All such chutes of a hall (S)."""

    def __init__(self, shared: Shared, number: int) -> None:
        """`number` of the hall."""
        hall, record = shared.site.halls[number], shared.record
        self._env, self._store, self._round = shared.env, shared.store, shared.site.handling.second_round
        self._n_routes = np.int64(shared.site.n_routes)
        self._last, self._chute = np.array(hall.last_machines), np.array(hall.chute_of)
        self._coming = Pending()
        self._tally = record.stages["second_chutes"]
        self._flows = record.flow_tally("chute", number, len(hall.chutes))

    def last(self, machine: Ticks, parcels: Ticks) -> Ticks:
        last: Ticks = self._last[self._places(machine, parcels)]
        return last

    def _places(self, machine: Ticks, parcels: Ticks) -> Ticks:
        places: Ticks = machine * self._n_routes + self._store.of("route", parcels)
        return places

    def keep(self, instants: Ticks, parcels: Ticks, machine: Ticks) -> tuple[Ticks, Ticks, Ticks]:
        places = self._places(machine, parcels)
        last = self._last[places]
        goes_on = last == machine
        self._coming.add(*pick(~goes_on, instants, parcels, last, self._chute[places]))
        return instants[goes_on], parcels[goes_on], machine[goes_on]

    def rounds(self, sortation: Sortation) -> Process:
        """Empty the chutes in every round."""
        while True:
            now = int(self._env.now) + self._round
            yield at(self._env, now, Phase.FEED)
            sortation.advance(now - 1)
            for machine, parcels in self._empty(now):
                sortation.machines[machine].feed(np.full(len(parcels), now), parcels)

    def close(self, end: int) -> None:
        """End the run at an instant: waiting parcels stay where they are."""
        self._empty(end)

    def _empty(self, now: int) -> list[tuple[int, Ticks]]:
        """Parcels that arrived before now leave: machines, and their parcels in the order of the hub."""
        chunk = self._coming.take(now - 1)
        if chunk is None:
            return []
        since, parcels, machine, chute = chunk
        leave = np.full_like(since, now)
        self._store.stamp("freed", parcels, now)
        self._tally.add(since, leave, self._store.counts(parcels))
        self._flows.add(chute, since, leave)
        return [(number, np.sort(again)) for number, (again,) in grouped(machine, parcels)]
