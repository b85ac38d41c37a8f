"""The roles, whose people man posts. A new role is one line here, and one in each roster of `configs/roster`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Place(StrEnum):
    """Where a role's posts are; their number belongs to this place."""

    APRON = "apron"
    HALL = "hall"
    MACHINE = "machine"
    """Each machine has this number."""


@dataclass(frozen=True, slots=True)
class Role:
    """Posts that people of one kind man."""

    place: Place
    kind: str
    """The tokens or desks of these posts in both programs: the key of `manning` of the site or of a hall."""
    posts: str
    """The key of their number in the configuration: of the apron, of a hall, or of the hub for machines."""
    meaning: str
    """Its name, and more about it after a comma."""
    at_once: str | None = None
    """The key of the number of posts that one piece of work needs; None: one."""
    people: str | None = None
    """The key of the number of people that man one post; None: one."""
    is_of_exports: bool = False
    """Whether the role is needed only with exports."""
    is_of_declarations: bool = False
    """Whether the role is needed only with customs declarations."""
    is_of_customs: bool = False
    """Whether people work at customs' controls and are not the hub's own."""

    @property
    def label(self) -> str:
        return self.meaning.partition(",")[0]


def _control(kind: str, meaning: str) -> Role:
    """A role at posts of customs' controls in the halls."""
    return Role(Place.HALL, kind, f"controls.{kind}", meaning, is_of_declarations=True, is_of_customs=True)


def _exports(kind: str, meaning: str, at_once: str | None = None) -> Role:
    """A role at posts for exports in the halls."""
    return Role(Place.HALL, kind, f"exports.{kind}", meaning, at_once and f"exports.{at_once}", is_of_exports=True)


ROLES: Final = {
    "unloading": Role(Place.APRON, "loader_sets", "loader_sets", "unloading crews", people="apron.crew_per_loader_set"),
    "tugs": Role(Place.APRON, "tugs", "tugs", "tug drivers"),
    "breakdown": Role(
        Place.HALL, "workers", "breakdown_workers", "break-down", at_once="breakdown.workers_per_station"
    ),
    "induction": Role(Place.MACHINE, "inductions", "sorting.inductions", "induction, while a machine runs"),
    "handcoding": Role(Place.HALL, "handcoding_desks", "handcoding_desks", "hand-coding"),
    "packout": Role(Place.HALL, "packout_posts", "packout_posts", "pack-out"),
    "manual_sort": Role(Place.HALL, "manual_sort_posts", "manual_sort_posts", "manual sort, without a machine"),
    "customs": Role(
        Place.HALL, "customs_desks", "customs_desks", "customs officers, at examination desks", is_of_customs=True
    ),
    "xray": _control("xray_lanes", "X-ray of parcels, for customs"),
    "transit": _control("transit_desks", "transit documents, T1"),
    "uld_xray": _control("uld_xrays", "X-ray of whole ULDs, for customs"),
    "docks": Role(Place.HALL, "dock_workers", "dock_workers", "truck loading", at_once="outbound.workers_per_truck"),
    "docks_in": _exports("dock_workers_in", "unloading of collections", "collections.workers_per_truck"),
    "screening": _exports("screening_lines", "screening of exports"),
    "hand_sorting": _exports("hand_sorting_posts", "sorting exports by hand"),
    "build_up": _exports("build_up_workers", "build-up", "build_up.workers_per_place"),
    "outbound_tugs": Role(Place.APRON, "outbound_tugs", "outbound_tugs", "outbound tug drivers", is_of_exports=True),
}
ROLE_OF_KIND: Final = {role.kind: name for name, role in ROLES.items()}
