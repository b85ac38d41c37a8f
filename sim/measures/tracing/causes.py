"""What a stretch of time can be: work, or waiting for a resource; and whose rows tell who held the resource.

A new stage is a line here and one in its table of steps.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Holding:
    """Who has a unit of a resource: rows of a table, from one of their instants to another.

    `same`: columns in which they must be like what waits, as the machine. `stuck`: from one instant to another they had
    it only because they waited themselves, for the third.
    """

    table: str
    since: str
    until: str
    same: tuple[str, ...] = ()
    stuck: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    name: str
    says: str
    resource: str | None = None
    """What is waited for; None: work."""
    holding: Holding | None = None
    """None: not recorded."""
    ending: tuple[Holding, ...] = ()
    """Whose going ended the wait; none: that of `holding`."""
    has_ending: bool = True
    """Whether the wait ends because a holder goes."""
    is_gradual: bool = False
    """It comes free bit by bit: all who went during the wait ended it."""
    held_says: str = "held by"
    """What stands before the names of those who held it."""

    @property
    def same(self) -> tuple[str, ...]:
        """Columns that decide who can hold it or end the wait."""
        return tuple({name: None for each in (self.holding, *self.ending) if each for name in each.same})


_AT_STATION: Final = Holding("ulds", "start", "released", ("hall",), stuck=("end", "released", "machines"))

_ALL: Final = (
    # apron
    Cause("leg", "waits for its aircraft, late from its leg before", "aircraft", has_ending=False),
    Cause(
        "stands",
        "held at its origin because no stand is free",
        "stands",
        Holding("flights", "stand_given", "stand_free"),
    ),
    Cause("runway", "waits for the runway to open", "runway", has_ending=False),
    Cause("taxi_in", "taxies in"),
    Cause("doors_open", "doors are opened"),
    Cause(
        "loader_sets",
        "waits for a loader set with its crew",
        "loader_sets",
        Holding("flights", "unloading_start", "crew_free"),
    ),
    Cause("unloading", "its deck is unloaded"),
    Cause(
        "tugs",
        "the loader is blocked because no tug train is free",
        "tugs",
        Holding("trains", "granted", "returned", stuck=("at_door", "placed", "positions")),
    ),
    Cause("train", "on the train, until the rest of its load is lifted", "train_load"),
    Cause("trip", "on its way to the hall"),
    Cause("turnaround", "stays for its turnaround"),
    # hall
    Cause(
        "positions",
        "at the hall's door because no ULD position is free",
        "positions",
        Holding("ulds", "placed", "start", ("hall",), stuck=("checked_in", "start", "break-down")),
    ),
    Cause("check_in", "is checked in"),
    Cause(
        "uld_xrays",
        "waits for X-ray as a whole",
        "uld_xrays",
        Holding("ulds", "xray_begin", "xray_end", ("hall",)),
    ),
    Cause("uld_xray", "is X-rayed as a whole"),
    Cause("stations", "break-down waits for a station", "stations", _AT_STATION),
    Cause("workers", "break-down waits for workers", "breakdown_workers", _AT_STATION),
    Cause(
        "floor",
        "break-down waits for floor",
        "floor",
        Holding("floor", "since", "until", ("hall",)),
        ending=(
            Holding("trucks", "cut_off", "departed", ("hall",)),
            Holding("shuttles", "taken", "departed", ("hall",)),
        ),
        is_gradual=True,
    ),
    Cause("breakdown_queue", "waits for break-down", "stations, workers or floor", _AT_STATION),
    Cause("breakdown", "its ULD is broken down"),
    # sorting and customs
    Cause(
        "machines",
        "waits before the sorting machine",
        "machines",
        Holding("ulds", "start", "released", ("machine",)),
        has_ending=False,
    ),
    Cause("sorting", "is sorted, and rides to its chute"),
    Cause("manual_sort_posts", "waits for a manual-sort post", "manual_sort_posts"),
    Cause("by_hand", "is sorted by hand, and carried to its lane"),
    Cause("handcoding_desks", "waits for a hand-coding desk", "handcoding_desks"),
    Cause("coding", "is coded by hand"),
    Cause("to_lane", "is carried to its lane"),
    Cause("packout_posts", "waits in its chute to be packed", "packout_posts"),
    Cause("packing", "is packed onto its pallet"),
    Cause("xray_lanes", "waits for X-ray", "xray_lanes"),
    Cause("xray", "is X-rayed"),
    Cause("transit_desks", "waits for a transit desk", "transit_desks"),
    Cause("transit", "its transit document is made out"),
    Cause("customs_desks", "waits for an examination desk", "customs_desks"),
    Cause("examination", "is examined"),
    Cause("customs", "in the customs hold zone, until released and fetched in a round", "customs"),
    # between halls
    Cause(
        "shuttle",
        "in a lane for another hall, until the shuttle takes it there",
        "shuttles",
        Holding("shuttles", "taken", "returned", ("hall",)),
        has_ending=False,
    ),
    Cause("transfer", "is carried to the hall that its truck leaves from"),
    # trucks
    Cause(
        "call",
        "in its lane, no truck for it called yet",
        "trucks",
        Holding("trucks", "cut_off", "departed", ("hall", "route")),
        has_ending=False,
        held_says="full or closed meanwhile:",
    ),
    Cause(
        "timetable",
        "in its lane, until its timetabled truck comes",
        "trucks",
        Holding("trucks", "cut_off", "departed", ("hall", "route")),
        has_ending=False,
        held_says="full or closed meanwhile:",
    ),
    Cause("call_out", "the truck is on its way", "trucks"),
    Cause(
        "doors",
        "the truck waits for a dock door and its workers",
        "doors",
        Holding("trucks", "docked", "left_door", ("hall",)),
    ),
    Cause("docking", "the truck docks"),
    Cause("fill", "the truck is held until it is full enough", "fill of the truck"),
    Cause("loading", "is loaded"),
)

CAUSES: Final[dict[str, Cause]] = {cause.name: cause for cause in _ALL}
