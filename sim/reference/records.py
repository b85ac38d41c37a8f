"""What the reference hub remembers of each flight, ULD, train, truck and parcel. Instants in ticks."""

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from heapq import heappop
from typing import Any, Final

import simpy

from sim.domain.flight import Flight
from sim.units import NEVER

Steps = Generator[simpy.Event, Any, None]
"""What a SimPy process yields and is sent."""

COLUMNS: Final = {
    "flights": "number key aircraft sibt arrival aldt aibt unloading_requested unloading_start unloading_end aobt"
    " n_ulds n_parcels hall is_cohort is_diverted",
    "ulds": "flight index deck n_parcels hall lifted on_train train at_door placed checked_in start end released"
    " machine n_sent wait_station wait_workers wait_floor",
    "trains": "flight deck train hall n_ulds granted left at_door placed returned",
    "shuttles": "origin destination sequence taken n_parcels departed arrived returned",
    "trucks": "hall route kind sequence scheduled called arrived docked at_door cut_off departed n_parcels mass volume"
    " n_missed n_sent is_cancelled",
    "loads": "hall route kind sequence flight n_parcels",
    "parcels": "flight row uld start handled sort_begin sort_end code_begin code_end held exam_begin exam_end freed"
    " second_begin second_end sent_ready sent ready cut_off departed is_refused_gone",
    "pools": "name hall held_time lacked_time",
}
"""The tables of a trace, and their columns."""
TIMETABLED: Final = 0
EXTRA: Final = 1


@dataclass(frozen=True)
class Trace:
    """What happened: `COLUMNS`, each a list. Instants and durations in ticks; `NEVER` where it did not happen."""

    tables: dict[str, dict[str, list[Any]]]


@dataclass(slots=True)
class Parcel:
    flight: int
    row: int
    uld: int
    route: int
    mass: int
    volume: int
    handling: int
    is_no_read: bool
    channel: int
    release: int
    is_refused: bool
    hall: int = NEVER
    start: int = NEVER
    handled: int = NEVER
    sort_begin: int = NEVER
    sort_end: int = NEVER
    code_begin: int = NEVER
    code_end: int = NEVER
    held: int = NEVER
    exam_begin: int = NEVER
    exam_end: int = NEVER
    freed: int = NEVER
    second_begin: int = NEVER
    second_end: int = NEVER
    sent_ready: int = NEVER
    sent: int = NEVER
    ready: int = NEVER
    cut_off: int = NEVER
    departed: int = NEVER
    is_refused_gone: bool = False

    @property
    def key(self) -> tuple[int, int]:
        """Rows are sorted by ULD, so that this is the order of (ULD, row)."""
        return self.flight, self.row


@dataclass(slots=True)
class Uld:
    flight: int
    index: int
    deck: int
    parcels: list[Parcel]
    n_parcels: int
    hall: int = NEVER
    lifted: int = NEVER
    on_train: int = NEVER
    train: int = NEVER
    at_door: int = NEVER
    placed: int = NEVER
    checked_in: int = NEVER
    start: int = NEVER
    end: int = NEVER
    released: int = NEVER
    machine: int = NEVER
    n_sent: int = 0
    wait_station: int = 0
    wait_workers: int = 0
    wait_floor: int = 0


@dataclass(slots=True)
class Train:
    flight: int
    deck: int
    train: int
    hall: int
    granted: int
    ulds: list[Uld] = field(default_factory=list)
    n_ulds: int = 0
    left: int = NEVER
    at_door: int = NEVER
    placed: int = NEVER
    returned: int = NEVER


@dataclass(slots=True)
class Visit:
    """A flight's stay."""

    flight: Flight
    number: int
    key: str
    aircraft: str
    sibt: int
    arrival: int
    n_ulds: int
    n_parcels: int
    is_cohort: bool
    aldt: int = NEVER
    aibt: int = NEVER
    unloading_requested: int = NEVER
    unloading_start: int = NEVER
    unloading_end: int = NEVER
    aobt: int = NEVER
    hall: int = NEVER
    is_diverted: bool = False


@dataclass(slots=True)
class Truck:
    hall: int
    route: int
    kind: int
    sequence: int
    scheduled: int
    called: int
    has_cut_off: simpy.Event
    arrived: int = NEVER
    docked: int = NEVER
    at_door: int = NEVER
    cut_off: int = NEVER
    departed: int = NEVER
    n_parcels: int = 0
    mass: int = 0
    volume: int = 0
    n_missed: int = 0
    n_sent: int = 0
    is_cancelled: bool = False
    load: list[Parcel] = field(default_factory=list)

    @property
    def key(self) -> tuple[int, int, int, int]:
        return self.hall, self.route, self.kind, self.sequence


@dataclass(slots=True)
class Shuttle:
    origin: int
    destination: int
    sequence: int
    taken: int
    n_parcels: int
    departed: int = NEVER
    arrived: int = NEVER
    returned: int = NEVER


@dataclass(slots=True)
class Load:
    hall: int
    route: int
    kind: int
    sequence: int
    flight: int
    n_parcels: int


@dataclass(slots=True)
class Tokens:
    name: str
    hall: int
    held_time: int
    lacked_time: int


@dataclass(slots=True)
class Dock:
    """What stands on a hall's floor for a route: sums of what is ready and not taken [parcels, g, cm³]."""

    queue: list[tuple[int, tuple[int, int], Parcel]] = field(default_factory=list)
    parcels: int = 0
    mass: int = 0
    volume: int = 0
    reserved: int = 0
    """Parcels with floor that are on no truck and have not been refused, ready or not."""
    n_extra: int = 0
    n_called: int = 0
    """Extra trucks called that have not cut off."""
    calls_of_day: Counter[int] = field(default_factory=Counter)

    def take(self) -> Parcel:
        """The first in the queue, which leaves it."""
        parcel = heappop(self.queue)[-1]
        self.parcels -= 1
        self.mass -= parcel.mass
        self.volume -= parcel.volume
        return parcel
