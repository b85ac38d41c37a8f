"""The entities that go through the hub with imports. Each declares its data once, as the columns of its table.

Both programs record these, each by its own rules. Instants are in ticks, and `NEVER` before they happen.
"""

from dataclasses import dataclass
from typing import Final

from sim.domain.fields import duration, flag, instant, integer, label, stamp, table
from sim.units import NEVER

TIMETABLED: Final = 0
EXTRA: Final = 1
"""Kinds of trucks."""
FLOWN: Final = 2
"""In place of a kind of truck, for a load on a ULD that an aircraft takes."""


@table("flights", "one row per flight", sort="number")
class Visit:
    """A flight at the hub."""

    number: int = integer("rank by drawn arrival")
    key: str = label("name")
    aircraft: str = label("type")
    sibt: int = instant("scheduled in-block")
    arrival: int = instant("drawn arrival: landing if no stand is waited for")
    n_ulds: int = integer("number of ULDs")
    n_parcels: int = integer("number of parcels")
    is_cohort: bool = flag("drawn arrival in the measured days")
    is_moved: bool = flag("scheduled at night, but moved out of the night by a curfew")
    sobt: int = instant("scheduled off-block")
    export_lane: int = integer("number of its destination; 0 without exports")
    stand_requested: int = stamp("requests a stand; later than arrival: its aircraft was late from the leg before")
    stand_given: int = stamp("gets a stand")
    aldt: int = stamp("landing; later than stand_given: the runway was closed")
    aibt: int = stamp("in-block")
    unloading_requested: int = stamp("doors open, a loader set is requested")
    unloading_start: int = stamp("loader set and crew arrive")
    unloading_end: int = stamp("last ULD on its train")
    loading_start: int = stamp("the load is chosen, and loading starts")
    loading_end: int = stamp("doors are closed, the crew is free")
    turned_round: int = stamp("unloaded, loaded, and the turnaround is over")
    aobt: int = stamp("off-block; later than turned_round: the runway was closed")
    stand_free: int = stamp("its stand becomes free: off-block, or diverted because the runway is closed")
    hall: int = integer("hall of its ULDs; -1 until known", NEVER)
    is_diverted: bool = flag("held too long and diverted: its parcels count as late", default=False)
    n_ulds_out: int = integer("ULDs on board, of exports or of imports that fly on", 0)
    n_parcels_out: int = integer("parcels on these ULDs", 0)
    n_empties_out: int = integer("empty ULDs on board", 0)
    n_missed_out: int = integer("exports for its destination, ready or on a ULD, that were left behind", 0)


@table("ulds", "one row per ULD of a flight that landed", sort="flight index")
class Uld:
    flight: int = integer("number of the flight, by drawn arrival")
    index: int = integer("number of the ULD in its flight")
    deck: int = integer("0 main, 1 lower")
    n_parcels: int = integer("number of parcels")
    n_units: int = integer("number of units (parcels, bags or whole ULDs)")
    is_xrayed: bool = flag("X-rayed as a whole")
    hall: int = integer("hall that it goes to; -1 until known", NEVER)
    lifted: int = stamp("off the aircraft")
    on_train: int = stamp("on its dolly; later than lifted: the loader was blocked")
    train: int = integer("number of its train, by flight and deck; -1 until known", NEVER)
    at_door: int = stamp("at the hall's door")
    placed: int = stamp("in its ULD position; later than at_door: the tug was blocked")
    checked_in: int = stamp("papers checked; may be called to a station or to X-ray")
    xray_begin: int = stamp("enters the X-ray machine for whole ULDs")
    xray_end: int = stamp("leaves the X-ray machine; may be called to a station")
    start: int = stamp("break-down begins")
    end: int = stamp("last parcel handled")
    released: int = stamp("last parcel inducted, station free; later than end: the station was blocked")
    machine: int = integer("machine that its station feeds; -1 until known", NEVER)
    n_sent: int = integer("parcels whose trucks leave from another hall", 0)
    wait_station: int = duration("waiting time at the head of the queue because no station is free")
    wait_workers: int = duration("waiting time at the head of the queue because workers are missing")
    wait_floor: int = duration("waiting time at the head of the queue because no floor is free")


@table("trains", "one row per tug train", sort="flight deck train")
class Train:
    flight: int = integer("number of the flight, by drawn arrival")
    deck: int = integer("0 main, 1 lower")
    train: int = integer("number of the train, by flight and deck")
    hall: int = integer("hall that it goes to; the first if there are several")
    granted: int = instant("at the aircraft")
    n_ulds: int = integer("number of ULDs when it left", 0)
    left: int = stamp("leaves the aircraft")
    at_door: int = stamp("at the hall's door")
    placed: int = stamp("its last ULD has a position")
    returned: int = stamp("free again")


@table("shuttles", "one row per shuttle between halls", sort="origin destination sequence")
class Shuttle:
    origin: int = integer("hall that it leaves")
    destination: int = integer("hall that it goes to")
    sequence: int = integer("number of the shuttle between these halls")
    taken: int = instant("takes the parcels that are ready")
    n_parcels: int = integer("number of parcels on it")
    n_units: int = integer("number of units (parcels, bags or whole ULDs)")
    departed: int = stamp("leaves")
    arrived: int = stamp("arrives; its parcels are in their lanes")
    returned: int = stamp("back and free")


@dataclass(slots=True)
class OfTruck:
    """What identifies a truck."""

    hall: int = integer("hall that it leaves from")
    route: int = integer("number of the route")
    kind: int = integer("0 timetabled, 1 extra; 2 in `loads` only: a ULD that flies on")
    sequence: int = integer("number of the truck, by hall, route and kind; of kind 2 that of the ULD, by hall and lane")

    @property
    def key(self) -> tuple[int, int, int, int]:
        return self.hall, self.route, self.kind, self.sequence


@table("trucks", "one row per truck", sort="hall route kind sequence")
class Truck(OfTruck):
    scheduled: int = stamp("timetabled cut-off")
    called: int = stamp("called by the dispatcher")
    arrived: int = stamp("arrives in the yard, and requests a door")
    docked: int = stamp("gets a door")
    at_door: int = stamp("ready to load")
    cut_off: int = stamp("takes the parcels that are ready")
    departed: int = stamp("leaves")
    n_parcels: int = integer("number of parcels on it", 0)
    n_units: int = integer("number of units (parcels, bags or whole ULDs)", 0)
    mass: int = integer("mass of its load", 0, dtype="int64", unit="g")
    volume: int = integer("volume of its load", 0, dtype="int64", unit="cm3")
    n_missed: int = integer("parcels of its route on the floor at its cut-off that it left behind", 0)
    n_missed_before: int = integer("parcels on it that were ready for an earlier timetabled truck but missed it", 0)
    n_sent: int = integer("parcels on it that came from another hall", 0)
    units_sent: int = integer("number of units that came from another hall", 0)
    is_cancelled: bool = flag("cancelled because there was no load", default=False)


@table(
    "loads",
    "parcels of a flight on a truck, or on a ULD that flies on (kind 2)",
    sort="hall route kind sequence flight",
)
class Load(OfTruck):
    flight: int = integer("number of the flight, by drawn arrival")
    n_parcels: int = integer("parcels of the flight on the truck")
    value: int = integer("their declared value; 0 without declarations", dtype="int64", unit="cent")


@table(
    "packout", "one row per hall with pack-out; a chute belongs to a machine, and to one route or several", sort="hall"
)
class ChuteCount:
    """Counts of units in the chutes of a hall, and the fullest of these chutes."""

    hall: int = integer("number of the hall")
    posts: int = integer("posts of all its chutes")
    n_units: int = integer("units that arrived in its chutes, in the whole run", 0, dtype="int64")
    fullest: int = integer("most units in a chute, waiting or being packed, in the measured days", 0, dtype="int64")
    fullest_at: int = stamp("first instant of this number")
    machine: int = integer("machine of this chute; -1: none", NEVER)
    route: int = integer("route of this chute, the first if there are several; -1: none", NEVER)


@table("connections", "one row per flight and route whose parcels fly on", sort="flight route")
class Connection:
    flight: int = integer("number of the inbound flight, by drawn arrival")
    route: int = integer("number of the route")
    n_parcels: int = integer("number of parcels")
    n_refused: int = integer("of these parcels, taken away by customs", 0)


@table("refusals", "one row per unit that customs took away", sort="flight freed hall n_parcels value")
class Refusal:
    flight: int = integer("number of the flight, by drawn arrival")
    freed: int = instant("taken out of the hold zone")
    hall: int = integer("hall of the hold zone")
    n_parcels: int = integer("number of parcels in the unit")
    value: int = integer("declared value", dtype="int64", unit="cent")


@dataclass(slots=True, kw_only=True)
class ParcelStamps:
    """When each event happened to a parcel, bag or whole ULD, and who handled it."""

    start: int = stamp("break-down of its ULD begins")
    handled: int = stamp("at the machine, at manual sort, or as a whole ULD in its lane")
    sort_begin: int = stamp("inducted, or at a manual-sort post")
    sort_end: int = stamp("sorted, scanned")
    code_begin: int = stamp("at a hand-coding desk")
    code_end: int = stamp("coded")
    held: int = stamp("in the customs hold zone")
    xray_begin: int = stamp("at an X-ray lane")
    xray_end: int = stamp("X-rayed")
    transit_begin: int = stamp("at a transit desk")
    transit_end: int = stamp("its transit document is issued")
    exam_begin: int = stamp("at an examination desk")
    exam_end: int = stamp("examined")
    freed: int = stamp("out of the hold zone, or out of a chute that leads to a machine; at the second machine")
    second_begin: int = stamp("inducted for the second pass")
    second_end: int = stamp("sorted for the second time")
    at_chute: int = stamp("in the chute of its route")
    pack_begin: int = stamp("its packing begins, at the chute")
    sent_ready: int = stamp("in the lane of the hall that sends it to another")
    sent: int = stamp("on the shuttle to the hall that its truck leaves from")
    ready: int = stamp("in its lane")
    cut_off: int = stamp("on its truck, or set apart for the ULD that it flies on")
    departed: int = stamp("its truck, or its flight, leaves")
    post: int = integer(
        "post that packs it, numbered chute by chute in its ULD's hall; -1: none yet, or shared packers", NEVER
    )
    truck_hall: int = integer("hall that its truck leaves from; -1: not on a truck yet", NEVER)
    truck_kind: int = integer("kind of its truck: 0 timetabled, 1 extra; -1: not on a truck yet", NEVER)
    truck_sequence: int = integer("number of its truck, by hall, route and kind; -1: not on a truck yet", NEVER)
    is_refused_gone: bool = flag("refused by customs and taken away", default=False)
