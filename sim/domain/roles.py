"""The roles: whose people man which posts. A new role is one line here, and one in each roster of `configs/roster`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Place(StrEnum):
    """Where a role's posts are, and so whose number of them counts."""

    APRON = "apron"
    HALL = "hall"
    MACHINE = "machine"
    """Each machine has as many."""


@dataclass(frozen=True, slots=True)
class Role:
    """Posts that people of one kind man."""

    place: Place
    kind: str
    """The tokens or desks that the posts are in both hubs: the key of `manning` of the site or of a hall."""
    posts: str
    """Where the configuration has their number: a key of the apron, of a hall or, for machines, of the whole."""
    meaning: str
    at_once: str | None = None
    """Where it has how many of them one piece of work takes; None: one."""
    people: str | None = None
    """Where it has how many people man one post; None: one."""
    is_of_exports: bool = False
    """Nobody is there without exports."""
    is_of_declarations: bool = False
    """Nobody is there without customs declarations."""
    is_of_customs: bool = False
    """At customs' controls: not the hub's own people."""


ROLES: Final = {
    "unloading": Role(Place.APRON, "loader_sets", "loader_sets", "unloading crews", people="apron.crew_per_loader_set"),
    "tugs": Role(Place.APRON, "tugs", "tugs", "tug drivers"),
    "breakdown": Role(
        Place.HALL, "workers", "breakdown_workers", "break-down", at_once="breakdown.workers_per_station"
    ),
    "induction": Role(Place.MACHINE, "inductions", "sorting.inductions", "induction, where a machine runs"),
    "handcoding": Role(Place.HALL, "handcoding_desks", "handcoding_desks", "hand-coding"),
    "packout": Role(Place.HALL, "packout_posts", "packout_posts", "pack-out"),
    "manual_sort": Role(Place.HALL, "manual_sort_posts", "manual_sort_posts", "sorting of what no machine takes"),
    "customs": Role(
        Place.HALL, "customs_desks", "customs_desks", "customs officers at examination desks", is_of_customs=True
    ),
    "xray": Role(
        Place.HALL,
        "xray_lanes",
        "controls.xray_lanes",
        "X-ray of parcels for customs",
        is_of_declarations=True,
        is_of_customs=True,
    ),
    "transit": Role(
        Place.HALL,
        "transit_desks",
        "controls.transit_desks",
        "transit documents (T1)",
        is_of_declarations=True,
        is_of_customs=True,
    ),
    "uld_xray": Role(
        Place.HALL,
        "uld_xrays",
        "controls.uld_xrays",
        "X-ray of whole ULDs for customs",
        is_of_declarations=True,
        is_of_customs=True,
    ),
    "docks": Role(Place.HALL, "dock_workers", "dock_workers", "truck loading", at_once="outbound.workers_per_truck"),
    "docks_in": Role(
        Place.HALL,
        "dock_workers_in",
        "exports.dock_workers_in",
        "unloading of collections",
        at_once="exports.collections.workers_per_truck",
        is_of_exports=True,
    ),
    "screening": Role(
        Place.HALL, "screening_lines", "exports.screening_lines", "screening of exports", is_of_exports=True
    ),
    "hand_sorting": Role(
        Place.HALL, "hand_sorting_posts", "exports.hand_sorting_posts", "sorting exports by hand", is_of_exports=True
    ),
    "build_up": Role(
        Place.HALL,
        "build_up_workers",
        "exports.build_up_workers",
        "build-up",
        at_once="exports.build_up.workers_per_place",
        is_of_exports=True,
    ),
    "outbound_tugs": Role(
        Place.APRON, "outbound_tugs", "outbound_tugs", "drivers of outbound ULDs", is_of_exports=True
    ),
}
