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
    "flights": "number key aircraft sibt arrival stand_requested stand_given aldt aibt unloading_requested"
    " unloading_start unloading_end turned_round aobt stand_free n_ulds n_parcels hall is_cohort is_diverted sobt"
    " export_lane loading_start loading_end n_ulds_out n_parcels_out n_empties_out n_missed_out",
    "ulds": "flight index deck n_parcels n_units hall lifted on_train train at_door placed checked_in xray_begin"
    " xray_end start end released machine n_sent wait_station wait_workers wait_floor",
    "trains": "flight deck train hall n_ulds granted left at_door placed returned",
    "shuttles": "origin destination sequence taken n_parcels n_units departed arrived returned",
    "trucks": "hall route kind sequence scheduled called arrived docked at_door cut_off departed n_parcels mass volume"
    " n_units n_missed n_missed_before n_sent units_sent is_cancelled",
    "loads": "hall route kind sequence flight n_parcels value",
    "refusals": "flight freed hall count value",
    "customs": "flight released late_data document_check examined xrayed transit n_referrals n_left_behind",
    "parcels": "flight row uld start handled sort_begin sort_end code_begin code_end held xray_begin xray_end"
    " transit_begin transit_end exam_begin exam_end freed second_begin second_end at_chute pack_begin sent_ready sent"
    " ready cut_off departed post truck_hall truck_kind truck_sequence is_refused_gone",
    "collections": "number key hall n_parcels is_presorted is_cohort scheduled called arrived docked unloading_start"
    " unloaded released n_missed",
    "out_ulds": "hall lane sequence deck formed n_parcels mass volume start built flight taken loaded departed",
    "out_loads": "hall lane sequence collection n_parcels",
    "out_trains": "flight train deck hall n_positions granted at_aircraft emptied returned",
    "out_parcels": "collection row handled screen_begin screen_end sort_begin sort_end code_begin code_end hand_begin"
    " hand_end ready formed departed",
    "packout": "hall posts n_units fullest fullest_at machine route",
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
    packing: int
    is_no_read: bool
    is_non_conveyable: bool
    channel: int
    release: int
    is_refused: bool
    is_alarm: bool
    count: int
    """Parcels that it stands for: more than one in a bag or a whole ULD."""
    value: int
    """Declared [cents]."""
    hall: int = NEVER
    start: int = NEVER
    handled: int = NEVER
    sort_begin: int = NEVER
    sort_end: int = NEVER
    code_begin: int = NEVER
    code_end: int = NEVER
    held: int = NEVER
    xray_begin: int = NEVER
    xray_end: int = NEVER
    transit_begin: int = NEVER
    transit_end: int = NEVER
    exam_begin: int = NEVER
    exam_end: int = NEVER
    freed: int = NEVER
    second_begin: int = NEVER
    second_end: int = NEVER
    at_chute: int = NEVER
    pack_begin: int = NEVER
    sent_ready: int = NEVER
    sent: int = NEVER
    ready: int = NEVER
    cut_off: int = NEVER
    departed: int = NEVER
    has_missed: bool = False
    """It was in its lane when a timetabled truck left without it."""
    post: int = NEVER
    truck_hall: int = NEVER
    truck_kind: int = NEVER
    truck_sequence: int = NEVER
    is_refused_gone: bool = False

    @property
    def key(self) -> tuple[int, int]:
        """Rows are sorted by ULD, so that this is the order of (ULD, row)."""
        return self.flight, self.row


@dataclass(slots=True)
class Told:
    """What customs is told of a flight that has landed: parcels by channel, and what was asked back before loading."""

    flight: int
    n_referrals: int
    n_left_behind: int
    released: int = 0
    late_data: int = 0
    document_check: int = 0
    examined: int = 0
    xrayed: int = 0
    transit: int = 0


@dataclass(slots=True)
class Uld:
    flight: int
    index: int
    deck: int
    parcels: list[Parcel]
    n_parcels: int
    n_units: int
    is_xrayed: bool
    hall: int = NEVER
    lifted: int = NEVER
    on_train: int = NEVER
    train: int = NEVER
    at_door: int = NEVER
    placed: int = NEVER
    checked_in: int = NEVER
    xray_begin: int = NEVER
    xray_end: int = NEVER
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
    sobt: int
    export_lane: int
    has_gone: simpy.Event
    """Off-block, or diverted."""
    stand_requested: int = NEVER
    stand_given: int = NEVER
    aldt: int = NEVER
    aibt: int = NEVER
    unloading_requested: int = NEVER
    unloading_start: int = NEVER
    unloading_end: int = NEVER
    turned_round: int = NEVER
    aobt: int = NEVER
    stand_free: int = NEVER
    hall: int = NEVER
    is_diverted: bool = False
    loading_start: int = NEVER
    loading_end: int = NEVER
    n_ulds_out: int = 0
    n_parcels_out: int = 0
    n_empties_out: int = 0
    n_missed_out: int = 0
    load: "list[OutUld]" = field(default_factory=list)


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
    n_units: int = 0
    mass: int = 0
    volume: int = 0
    n_missed: int = 0
    n_missed_before: int = 0
    n_sent: int = 0
    units_sent: int = 0
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
    n_units: int
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
    value: int


@dataclass(slots=True)
class Packing:
    """What a hall's pack-out tells: all its units, and the fullest of its chutes."""

    hall: int
    posts: int
    n_units: int
    fullest: int
    fullest_at: int
    machine: int
    route: int


@dataclass(slots=True)
class Tokens:
    name: str
    hall: int
    held_time: int
    lacked_time: int


@dataclass(slots=True)
class Dock:
    """What stands on a hall's floor for a route: sums of what is ready and not taken [units, g, cm³]."""

    queue: list[tuple[int, tuple[int, int], Parcel]] = field(default_factory=list)
    units: int = 0
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
        self.units -= 1
        self.mass -= parcel.mass
        self.volume -= parcel.volume
        return parcel


@dataclass(slots=True)
class Pickup:
    """A collection truck."""

    number: int
    key: str
    hall: int
    n_parcels: int
    is_presorted: bool
    is_cohort: bool
    scheduled: int
    called: int = NEVER
    arrived: int = NEVER
    docked: int = NEVER
    unloading_start: int = NEVER
    unloaded: int = NEVER
    released: int = NEVER
    n_missed: int = 0


@dataclass(slots=True)
class OutParcel:
    key: tuple[int, int]
    collection: int
    row: int
    lane: int
    mass: int
    volume: int
    handling: int
    is_no_read: bool
    is_non_conveyable: bool
    handled: int = NEVER
    screen_begin: int = NEVER
    screen_end: int = NEVER
    sort_begin: int = NEVER
    sort_end: int = NEVER
    code_begin: int = NEVER
    code_end: int = NEVER
    hand_begin: int = NEVER
    hand_end: int = NEVER
    ready: int = NEVER
    formed: int = NEVER
    departed: int = NEVER
    has_missed: bool = False


@dataclass(slots=True)
class OutUld:
    hall: int
    lane: int
    sequence: int
    deck: int
    formed: int
    n_parcels: int
    mass: int
    volume: int
    load: list[OutParcel]
    start: int = NEVER
    built: int = NEVER
    flight: int = NEVER
    taken: int = NEVER
    loaded: int = NEVER
    departed: int = NEVER


@dataclass(slots=True)
class OutLoad:
    """Parcels of a collection on a ULD."""

    hall: int
    lane: int
    sequence: int
    collection: int
    n_parcels: int


@dataclass(slots=True)
class OutTrain:
    flight: int
    train: int
    deck: int
    hall: int
    has_come: simpy.Event
    is_empty: simpy.Event
    load: list[OutUld | None] = field(default_factory=list)
    """None: a stack of empty ones."""
    n_positions: int = 0
    granted: int = NEVER
    at_aircraft: int = NEVER
    emptied: int = NEVER
    returned: int = NEVER
