"""Causes of a stretch of time: work, or waiting for a resource with the table of its holders.

A new stage is a line here and one in its table of steps.
"""

from dataclasses import dataclass
from typing import Any, Final

from sim.measures.stays import READY


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a unit of a resource: rows of a table, from one of their instants to another.

    `same` are columns that must have the same value as in the waiting row, such as the machine. `stuck` are two
    instants between which they held it only because they waited for a resource themselves, which is the third entry.
    `stuck_in` is the table of these instants if it is another.
    """

    table: str
    since: str
    until: str
    same: tuple[str, ...] = ()
    stuck: tuple[str, str, str] | None = None
    stuck_in: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    name: str
    says: str
    resource: str | None = None
    """The resource that is waited for; None: work."""
    holding: Holding | None = None
    """None: not recorded."""
    ending: tuple[Holding, ...] = ()
    """Holders whose leaving ends the wait; empty: those of `holding`."""
    has_ending: bool = True
    """Whether the wait ends because a holder leaves."""
    is_gradual: bool = False
    """Whether it becomes free bit by bit: all holders that left during the wait then ended it."""
    held_says: str = "held by"
    """Text before the names of the holders."""

    @property
    def same(self) -> tuple[str, ...]:
        """Columns that decide who can hold it or end the wait."""
        return tuple({name: None for each in (self.holding, *self.ending) if each for name in each.same})


def _wait(
    name: str,
    says: str,
    holding: Holding | None = None,
    **more: Any,  # noqa: ANN401 - fields of a cause
) -> Cause:
    """Waiting for the resource that the cause is named after, unless `resource` names another."""
    return Cause(name, says, holding=holding, **{"resource": name} | more)


_AT_STATION: Final = Holding("ulds", "start", "released", ("hall",), stuck=("end", "released", "machines"))
_AT_DOORS: Final = Holding("trucks", "cut_off", "departed", ("hall", "route"))

_ALL: Final = (
    # apron
    _wait("leg", "waits for its aircraft, late from its leg before", resource="aircraft", has_ending=False),
    _wait("stands", "held at its origin because no stand is free", Holding("flights", "stand_given", "stand_free")),
    _wait("runway", "waits for the runway to open", has_ending=False),
    Cause("taxi_in", "taxies in"),
    Cause("doors_open", "doors are opened"),
    _wait("loader_sets", "waits for a loader set with its crew", Holding("flights", "unloading_start", "crew_free")),
    Cause("unloading", "its deck is unloaded"),
    _wait(
        "tugs",
        "the loader is blocked because no tug train is free",
        Holding("trains", "granted", "returned", stuck=("at_door", "placed", "positions"), stuck_in="train_stops"),
    ),
    _wait("train", "on the train, until the rest of its load is lifted", resource="train_load"),
    Cause("trip", "on its way to the hall"),
    Cause("turnaround", "stays for its turnaround"),
    # hall
    _wait(
        "positions",
        "at the hall's door because no ULD position is free",
        Holding("ulds", "placed", "start", ("hall",), stuck=(READY, "start", "break-down")),
    ),
    Cause("check_in", "is checked in"),
    _wait("uld_xrays", "waits for X-ray as a whole", Holding("ulds", "xray_begin", "xray_end", ("hall",))),
    Cause("uld_xray", "is X-rayed as a whole"),
    _wait("stations", "break-down waits for a station", _AT_STATION),
    _wait("workers", "break-down waits for workers", _AT_STATION, resource="breakdown_workers"),
    _wait(
        "floor",
        "break-down waits for floor",
        Holding("floor", "since", "until", ("hall",)),
        ending=tuple(
            Holding(table, since, "departed", ("hall",))
            for table, since in (("trucks", "cut_off"), ("shuttles", "taken"))
        ),
        is_gradual=True,
    ),
    _wait("breakdown_queue", "waits for break-down", _AT_STATION, resource="stations, workers or floor"),
    Cause("breakdown", "its ULD is broken down"),
    # sorting and customs
    _wait(
        "machines",
        "waits before the sorting machine",
        Holding("ulds", "start", "released", ("machine",)),
        has_ending=False,
    ),
    Cause("sorting", "is sorted, and rides to its chute"),
    _wait("second_chute", "in a chute that leads to a machine, until fetched in a round"),
    _wait("manual_sort_posts", "waits for a manual-sort post"),
    Cause("by_hand", "is sorted by hand"),
    _wait("handcoding_desks", "waits for a hand-coding desk"),
    Cause("coding", "is coded by hand"),
    Cause("to_lane", "is carried to its lane"),
    _wait("packout_posts", "waits in its chute to be packed"),
    Cause("packing", "is packed onto its pallet"),
    _wait("xray_lanes", "waits for X-ray"),
    Cause("xray", "is X-rayed"),
    _wait("transit_desks", "waits for a transit desk"),
    Cause("transit", "its transit document is made out"),
    _wait("customs_desks", "waits for an examination desk"),
    Cause("examination", "is examined"),
    _wait("customs", "in the customs hold zone, until released and fetched in a round"),
    # on to another flight
    _wait(
        "build_up_round",
        "in its lane, until a round of build-up, or its flight's cut-off, sets it apart",
        resource="round of build-up",
    ),
    _wait("flight", "on its ULD, which is built and loaded, until the flight leaves"),
    # between halls
    _wait(
        "shuttle",
        "in a lane for another hall, until the shuttle takes it there",
        Holding("shuttles", "taken", "returned", ("hall",)),
        resource="shuttles",
        has_ending=False,
    ),
    Cause("transfer", "is carried to the hall that its truck leaves from"),
    # trucks
    *(
        _wait(name, says, _AT_DOORS, resource="trucks", has_ending=False, held_says="full or closed meanwhile:")
        for name, says in (
            ("call", "in its lane, no truck for it called yet"),
            ("timetable", "in its lane, until its timetabled truck arrives"),
        )
    ),
    _wait("call_out", "the truck is on its way", resource="trucks"),
    _wait(
        "doors", "the truck waits for a dock door and its workers", Holding("trucks", "docked", "left_door", ("hall",))
    ),
    Cause("docking", "the truck docks"),
    # collection trucks
    _wait("export_floor", "waits at its sender because the export floor is full", has_ending=False),
    Cause("under_way", "is on its way"),
    _wait(
        "doors_in",
        "waits for an inbound door and its workers",
        Holding("collections", "docked", "released", ("hall",)),
    ),
    Cause("emptying", "its parcels are unloaded"),
    _wait("screening_lines", "empty, at its door until the screening of its last parcel begins", has_ending=False),
    _wait("fill", "the truck is held until it is full enough", resource="fill of the truck"),
    Cause("loading", "is loaded"),
)

CAUSES: Final[dict[str, Cause]] = {cause.name: cause for cause in _ALL}
