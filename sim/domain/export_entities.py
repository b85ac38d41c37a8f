"""The entities that go through the hub with exports, declared as in `sim.domain.entities`."""

from dataclasses import dataclass
from typing import Final

from sim.domain.entities import ChuteCount, Connection, Load, ParcelStamps, Refusal, Shuttle, Train, Truck, Uld, Visit
from sim.domain.fields import flag, instant, integer, label, stamp, table
from sim.units import NEVER


@table("collections", "one row per collection truck of the timetable", sort="number")
class Pickup:
    number: int = integer("rank by timetable")
    key: str = label("name: its day and slot")
    hall: int = integer("hall where it is unloaded")
    n_parcels: int = integer("number of parcels")
    is_presorted: bool = flag("presorted by lane by its sender")
    is_cohort: bool = flag("timetabled in the measured days")
    scheduled: int = instant("timetabled instant")
    called: int = stamp("called, with floor reserved; later than scheduled: the export floor was full")
    arrived: int = stamp("arrives in the yard, and requests an inbound door")
    docked: int = stamp("gets a door")
    unloading_start: int = stamp("unloading of the first parcel begins")
    unloaded: int = stamp("last parcel at screening")
    released: int = stamp("screening of the last parcel begins; the door is free")
    n_missed: int = integer("parcels that were ready for a flight but left behind, each once", 0)


@dataclass(slots=True)
class OfOutUld:
    """What identifies a ULD of exports."""

    hall: int = integer("hall where it was built")
    lane: int = integer("number of its destination")
    sequence: int = integer("number of the ULD, by hall and lane")

    @property
    def key(self) -> tuple[int, int, int]:
        return self.hall, self.lane, self.sequence


@table("out_ulds", "one row per outbound ULD: of exports, or of imports that fly on", sort="hall lane sequence")
class OutUld(OfOutUld):
    deck: int = integer("deck that it is built for: 0 main, 1 lower")
    formed: int = instant("its parcels are set apart")
    n_parcels: int = integer("number of parcels on it")
    mass: int = integer("mass of its load", dtype="int64", unit="g")
    volume: int = integer("volume of its load", dtype="int64", unit="cm3")
    route: int = integer("route of the imports on it; -1: exports", NEVER)
    start: int = stamp("build-up begins")
    built: int = stamp("on its dolly")
    flight: int = integer("number of the flight that takes it; -1 until known", NEVER)
    taken: int = stamp("chosen for that flight's load")
    loaded: int = stamp("in its position in the aircraft")
    departed: int = stamp("off-block of its flight")


@table("out_loads", "parcels of a collection on a ULD", sort="hall lane sequence collection")
class OutLoad(OfOutUld):
    collection: int = integer("number of the collection")
    n_parcels: int = integer("parcels of the collection on the ULD")


@table("out_trains", "one row per train of outbound ULDs", sort="flight train")
class OutTrain:
    flight: int = integer("number of the flight, by drawn arrival")
    train: int = integer("number of the train, by flight")
    deck: int = integer("deck of its ULDs: 0 main, 1 lower")
    hall: int = integer("hall that it leaves from")
    n_positions: int = integer("number of ULDs, or stacks of empty ULDs")
    granted: int = stamp("gets a tug")
    at_aircraft: int = stamp("at the aircraft")
    emptied: int = stamp("its last ULD is lifted")
    returned: int = stamp("free again")


@dataclass(slots=True, kw_only=True)
class OutParcelStamps:
    """When each event happened to an export."""

    handled: int = stamp("at screening")
    screen_begin: int = stamp("on a screening line")
    screen_end: int = stamp("screened")
    sort_begin: int = stamp("inducted")
    sort_end: int = stamp("sorted, scanned")
    code_begin: int = stamp("at a hand-coding desk")
    code_end: int = stamp("coded")
    hand_begin: int = stamp("at a post for sorting by hand")
    hand_end: int = stamp("sorted by hand")
    ready: int = stamp("in its export lane")
    formed: int = stamp("set apart for a ULD")
    departed: int = stamp("its flight is off-block")


ENTITIES: Final = (
    *(Visit, Uld, Train, Shuttle, Truck, Load, ChuteCount, Connection, Refusal),
    *(Pickup, OutUld, OutLoad, OutTrain),
)
"""Records of both programs, each the row of its table."""
STAMPS_OF_PARCELS: Final = {"parcels": ParcelStamps, "out_parcels": OutParcelStamps}
"""By table: stamps of recorded parcels, which have columns instead of rows."""
