"""Why nobody works at a post or a machine: the disruption, or the roster."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from experiments.report.disruption_text import in_words
from experiments.studies.replay.packing import seconds
from experiments.studies.trace.run import Replication
from sim.config.disruptions import Disruption
from sim.domain.roles import ROLE_OF_KIND, ROLES, Place
from sim.domain.site import Manning
from sim.errors import InputError
from sim.inputs.roster import Absence
from sim.inputs.staffing import Rosters, rosters_of
from sim.record.schemas import Table
from sim.units import TICKS_PER_MIN, ticks

_NOBODY, _OUTAGE = "nobody is on the roster", "an outage at random"


class Rests:
    """Causes in one replication. `disruptions`: its table of that name; None without one."""

    def __init__(self, replication: Replication, disruptions: Table | None) -> None:
        """Raises InputError: the table names a disruption that the configuration does not have."""
        self._hub, rows = replication.hub, {} if disruptions is None else disruptions
        names = rows["name"].tolist() if rows else []
        if odd := [name for name in names if name not in self._hub.disruptions]:
            raise InputError(f"table disruptions: the configuration has no {odd[0][:60]!r}")
        spans = zip(rows["start"], rows["end"], strict=True) if rows else ()
        self._rows = [(*span, name) for span, name in zip(spans, names, strict=True)]
        self._manning: dict[tuple[str, str | None, bool], Manning] = {}

    @property
    def happenings(self) -> list[dict[str, Any]]:
        """Every disruption: its name, begin and end [s]."""
        return [
            {"is": self._words(name), "since": int(seconds(since)), "until": int(seconds(until))}
            for since, until, name in self._rows
        ]

    def cause(self, kind: str, hall: int, machine: int, since: float) -> str:
        """Why nobody works from this instant on [min]."""
        name, role = list(self._hub.halls)[hall] if hall >= 0 else None, ROLE_OF_KIND[kind]
        on, is_machine = dict(self._on(since)), ROLES[role].place is Place.MACHINE
        if self._rostered(role, name, since):
            for label, each in on.items():
                if each.takes(kind) or (is_machine and each.stops(str(name), machine + 1)):
                    return self._words(label)
            if is_machine:
                return _OUTAGE
        if not self._rostered(role, name, since, is_planned=True):
            return _NOBODY
        away = (label for label, each in on.items() if (staff := each.staff()) and role in (staff[1] or ROLES))
        return next(map(self._words, away), _NOBODY)

    def _words(self, name: str) -> str:
        return in_words({name: self._hub.disruptions[name]})

    def _on(self, instant: float) -> Iterator[tuple[str, Disruption]]:
        for since, until, name in self._rows:
            if since <= instant < until:
                yield name, self._hub.disruptions[name]

    def _rostered(self, role: str, hall: str | None, instant: float, *, is_planned: bool = False) -> int:
        """Posts that the roster mans; without absent people unless it is the planned number."""
        if (key := (role, hall, is_planned)) not in self._manning:
            self._manning[key] = (self._planned if is_planned else self._present).of_role(role, hall)
        manning = self._manning[key]
        return manning.posts[int(np.searchsorted(manning.start, round(instant * TICKS_PER_MIN), side="right")) - 1]

    @cached_property
    def _planned(self) -> Rosters:
        return rosters_of(self._hub, ticks(self._hub.end_min))

    @cached_property
    def _present(self) -> Rosters:
        away = [
            Absence(ticks(since), ticks(until), *staff)
            for since, until, name in self._rows
            if (staff := self._hub.disruptions[name].staff())
        ]
        return rosters_of(self._hub, ticks(self._hub.end_min), away)
