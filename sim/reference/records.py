"""The records of the reference for each flight, ULD, train, truck and parcel. Instants in ticks."""

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field, fields
from heapq import heappop
from typing import Any, Final

import simpy

from sim.domain import entities, export_entities
from sim.domain.export_entities import ENTITIES, OutParcelStamps
from sim.domain.fields import columns_of, schema_of
from sim.domain.flight import Flight

Steps = Generator[simpy.Event, Any, None]
"""The values that a SimPy process yields and receives."""


class OnClock:
    """An object in a SimPy environment."""

    env: simpy.Environment

    @property
    def now(self) -> int:
        return int(self.env.now)


@dataclass(frozen=True)
class Trace:
    """The recorded events: `COLUMNS`, each a list.

    Instants and durations in ticks; `NEVER` for those that did not happen.
    """

    tables: dict[str, dict[str, list[Any]]]


@dataclass(slots=True)
class Parcel(entities.ParcelStamps):
    flight: int
    row: int
    uld: int
    route: int
    mass: int
    volume: int
    handling: int
    packing: int
    is_no_read: bool
    is_non_conveyable: bool
    channel: int
    release: int
    is_refused: bool
    is_alarm: bool
    count: int
    """Number of its parcels: more than one in a bag or a whole ULD."""
    value: int
    """Declared value [cents]."""
    hall: int = -1
    has_missed: bool = False
    """Whether it was in its lane when a timetabled truck left without it."""

    @property
    def key(self) -> tuple[int, int]:
        """Rows are sorted by ULD, so that this is the order of (ULD, row)."""
        return self.flight, self.row


@dataclass(slots=True)
class CustomsCount:
    """The decisions of customs for a landed flight: parcels by channel, and parcels asked back before loading."""

    flight: int
    released: int = 0
    late_data: int = 0
    document_check: int = 0
    examined: int = 0
    xrayed: int = 0
    transit: int = 0
    n_referrals: int = 0
    n_left_behind: int = 0


@dataclass(slots=True, kw_only=True)
class Uld(entities.Uld):
    parcels: list[Parcel]


@dataclass(slots=True, kw_only=True)
class Train(entities.Train):
    ulds: list[Uld] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Visit(entities.Visit):
    """A flight's stay."""

    flight: Flight
    has_gone: simpy.Event
    """Off-block, or diverted."""
    load: "list[OutUld]" = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Truck(entities.Truck):
    has_cut_off: simpy.Event
    load: list[Parcel] = field(default_factory=list)


@dataclass(slots=True)
class Tokens:
    name: str
    hall: int
    held_time: int
    lacked_time: int


@dataclass(slots=True)
class Dock:
    """Parcels on a hall's floor for a route: sums of ready parcels that were not taken [units, g, cm³]."""

    queue: list[tuple[int, tuple[int, int], Parcel]] = field(default_factory=list)
    units: int = 0
    mass: int = 0
    volume: int = 0
    reserved: int = 0
    """Parcels with floor that are on no truck and have not been refused, ready or not."""
    n_extra: int = 0
    n_called: int = 0
    """Extra trucks that were called and have not reached their cut-off."""
    calls_of_day: Counter[int] = field(default_factory=Counter)

    def take(self) -> Parcel:
        """Remove and return the first parcel of the queue."""
        parcel = heappop(self.queue)[-1]
        self.units -= 1
        self.mass -= parcel.mass
        self.volume -= parcel.volume
        return parcel


@dataclass(slots=True)
class OutParcel(export_entities.OutParcelStamps):
    key: tuple[int, int]
    collection: int
    row: int
    lane: int
    mass: int
    volume: int
    handling: int
    is_no_read: bool
    is_non_conveyable: bool
    has_missed: bool = False


@dataclass(slots=True, kw_only=True)
class OutUld(export_entities.OutUld):
    load: list[OutParcel | Parcel]


@dataclass(slots=True, kw_only=True)
class OutTrain(export_entities.OutTrain):
    has_come: simpy.Event
    is_empty: simpy.Event
    load: list[OutUld | None] = field(default_factory=list)
    """None: a stack of empty ULDs."""


def _names(row: type) -> tuple[str, ...]:
    return tuple(column.name for column in columns_of(row))


COLUMNS: Final = {
    **{schema_of(row).name: _names(row) for row in ENTITIES},
    "customs": tuple(each.name for each in fields(CustomsCount)),
    "parcels": ("flight", "row", "uld", *_names(entities.ParcelStamps)),
    "out_parcels": ("collection", "row", *_names(OutParcelStamps)),
    "pools": tuple(each.name for each in fields(Tokens)),
}
"""The tables of a trace, and their columns."""
