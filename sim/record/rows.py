"""What the hub writes down of each flight, ULD, train and truck as it happens. Instants in ticks, `NEVER` before."""

from dataclasses import dataclass

from sim.units import NEVER


@dataclass(slots=True)
class FlightRow:
    number: int
    key: str
    aircraft: str
    sibt: int
    arrival: int
    n_ulds: int
    n_parcels: int
    is_cohort: bool
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
    sobt: int = NEVER
    export_lane: int = 0
    loading_start: int = NEVER
    loading_end: int = NEVER
    n_ulds_out: int = 0
    n_parcels_out: int = 0
    n_empties_out: int = 0
    n_missed_out: int = 0


@dataclass(slots=True)
class UldRow:
    flight: int
    index: int
    deck: int
    n_parcels: int
    n_units: int
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
    is_xrayed: bool = False


@dataclass(slots=True)
class TrainRow:
    flight: int
    deck: int
    train: int
    hall: int
    granted: int
    n_ulds: int = 0
    left: int = NEVER
    at_door: int = NEVER
    placed: int = NEVER
    returned: int = NEVER


@dataclass(slots=True)
class TruckRow:
    hall: int
    route: int
    kind: int
    sequence: int
    scheduled: int = NEVER
    called: int = NEVER
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

    @property
    def key(self) -> tuple[int, int, int, int]:
        return self.hall, self.route, self.kind, self.sequence


@dataclass(slots=True)
class ShuttleRow:
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
class PackOutRow:
    """The pack-out of a hall, and its fullest chute: a machine's of a route."""

    hall: int
    posts: int
    n_units: int = 0
    fullest: int = 0
    """Most units in a chute, waiting or being packed, in the measured days."""
    fullest_at: int = NEVER
    machine: int = NEVER
    route: int = NEVER


TIMETABLED, EXTRA = 0, 1
"""Kinds of truck."""


@dataclass(slots=True)
class CollectionRow:
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
class OutUldRow:
    """A ULD of exports."""

    hall: int
    lane: int
    sequence: int
    deck: int
    formed: int
    n_parcels: int
    mass: int
    volume: int
    start: int = NEVER
    built: int = NEVER
    flight: int = NEVER
    taken: int = NEVER
    loaded: int = NEVER
    departed: int = NEVER

    @property
    def key(self) -> tuple[int, int, int]:
        return self.hall, self.lane, self.sequence


@dataclass(slots=True)
class OutTrainRow:
    """A tug train with ULDs or stacks of empty ones for a flight."""

    flight: int
    train: int
    deck: int
    hall: int
    n_positions: int
    granted: int = NEVER
    at_aircraft: int = NEVER
    emptied: int = NEVER
    returned: int = NEVER
