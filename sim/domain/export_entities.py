"""What goes through the hub with exports, in the same way as `sim.domain.entities`."""

from dataclasses import dataclass
from typing import Final

from sim.domain.entities import ChuteCount, Connection, Load, ParcelStamps, Refusal, Shuttle, Train, Truck, Uld, Visit
from sim.domain.fields import flag, instant, integer, label, stamp, table
from sim.units import NEVER


@table("collections", "one row a collection truck of the timetable", sort="number")
class Pickup:
    """A collection truck."""

    number: int = integer("rank by timetable")
    key: str = label("name: its day and slot")
    hall: int = integer("where it is unloaded")
    n_parcels: int = integer("parcels")
    is_presorted: bool = flag("built to lane by its sender")
    is_cohort: bool = flag("timetabled in the measured days")
    scheduled: int = instant("timetabled")
    called: int = stamp("floor reserved; later than scheduled: the export floor was full")
    arrived: int = stamp("in the yard, asking for an inbound door")
    docked: int = stamp("given a door")
    unloading_start: int = stamp("first parcel in hand")
    unloaded: int = stamp("last parcel at the screening")
    released: int = stamp("last parcel's screening begins, door free")
    n_missed: int = integer("of its parcels, ready for a flight that left them behind, each once", 0)


@dataclass(slots=True)
class OfOutUld:
    """What tells a ULD of exports from all others."""

    hall: int = integer("where it was built")
    lane: int = integer("number of its destination")
    sequence: int = integer("of its hall and lane")

    @property
    def key(self) -> tuple[int, int, int]:
        return self.hall, self.lane, self.sequence


@table("out_ulds", "one row a ULD for a flight: of exports, or of imports that fly on", sort="hall lane sequence")
class OutUld(OfOutUld):
    deck: int = integer("that it is built for: 0 main, 1 lower")
    formed: int = instant("its parcels are set apart")
    n_parcels: int = integer("on it")
    mass: int = integer("on it", dtype="int64", unit="g")
    volume: int = integer("on it", dtype="int64", unit="cm3")
    route: int = integer("of the imports on it; -1: exports", NEVER)
    start: int = stamp("build-up begins")
    built: int = stamp("on its dolly")
    flight: int = integer("that it leaves with; -1 before", NEVER)
    taken: int = stamp("of that flight's load")
    loaded: int = stamp("in its position")
    departed: int = stamp("off-block of its flight")


@table("out_loads", "parcels of a collection on a ULD", sort="hall lane sequence collection")
class OutLoad(OfOutUld):
    collection: int = integer("number of the collection")
    n_parcels: int = integer("of the collection on the ULD")


@table("out_trains", "one row a train of outbound ULDs", sort="flight train")
class OutTrain:
    flight: int = integer("number of the flight, by drawn arrival")
    train: int = integer("of its flight")
    deck: int = integer("that it is for: 0 main, 1 lower")
    hall: int = integer("that it comes from")
    n_positions: int = integer("ULDs, or stacks of empty ones")
    granted: int = stamp("a tug is there")
    at_aircraft: int = stamp("at the aircraft")
    emptied: int = stamp("the last is lifted")
    returned: int = stamp("free again")


@dataclass(slots=True, kw_only=True)
class OutParcelStamps:
    """When what happened to a parcel of exports."""

    handled: int = stamp("at the screening")
    screen_begin: int = stamp("on a line")
    screen_end: int = stamp("screened")
    sort_begin: int = stamp("inducted")
    sort_end: int = stamp("sorted, scanned")
    code_begin: int = stamp("at a hand-coding desk")
    code_end: int = stamp("coded")
    hand_begin: int = stamp("at a post for sorting by hand")
    hand_end: int = stamp("sorted by hand")
    ready: int = stamp("in its export lane")
    formed: int = stamp("set apart for a ULD")
    departed: int = stamp("its flight off-block")


ENTITIES: Final = (
    *(Visit, Uld, Train, Shuttle, Truck, Load, ChuteCount, Connection, Refusal),
    *(Pickup, OutUld, OutLoad, OutTrain),
)
"""What both programs record, each as the row of its table."""
STAMPS_OF_PARCELS: Final = {"parcels": ParcelStamps, "out_parcels": OutParcelStamps}
"""By table: of parcels that were chosen, and have columns instead of rows."""
