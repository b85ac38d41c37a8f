"""What moves through the hub in a replay: the steps of each kind of thing, what it waits for, and what is counted."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Step:
    """From an instant on a thing is in a state, until its next step."""

    since: str
    """Column of the instant."""
    says: str
    waits: str = ""
    """For what; empty if it does not wait."""
    is_blocked: bool = False
    """Drawn red: a resource that it needs is not free, or it holds one that it cannot leave."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Things of one table. `title`: what a row is called; {flight} is a flight's name, {name} its own."""

    name: str
    noun: str
    table: str
    title: str
    steps: tuple[Step, ...]
    gone: str
    """Column of the instant at which it is out of the picture."""
    trace: str = ""
    """The subject of `cargohub trace`, as {flight} or {name}."""
    facts: dict[str, str] = field(default_factory=dict)
    """Columns that a click shows, with their labels."""


_PARCELS: Final = {"n_parcels": "Parcels"}

KINDS: Final = (
    Kind(
        "flights", "flight", "flights", "Flight {name}",
        (
            Step("stand_requested", "held at its origin", "a free aircraft stand", is_blocked=True),
            Step("stand_given", "landing is delayed", "the runway to open", is_blocked=True),
            Step("aldt", "taxiing in"),
            Step("aibt", "in block, its doors are opened"),
            Step("unloading_requested", "at its stand", "a loader set with its crew", is_blocked=True),
            Step("unloading_start", "being unloaded"),
            Step("unloading_end", "unloaded, on its stand"),
            Step("loading_start", "being loaded with exports and empty ULDs"),
            Step("loading_end", "loaded, on its stand", "the end of its turnaround, or its scheduled departure"),
            Step("turned_round", "ready to leave", "the runway to open", is_blocked=True),
        ),
        "gone", "flight={name}", {"n_ulds": "ULDs", **_PARCELS, "n_parcels_out": "Parcels of exports"},
    ),
    Kind(
        "ulds", "ULD", "ulds", "ULD {flight}/{index}",
        (
            Step("lifted", "on the loader, which is blocked", "a free tug train", is_blocked=True),
            Step("on_train", "on a tug train"),
            Step("at_door", "on its train at the hall's door", "a free ULD position", is_blocked=True),
            Step("placed", "on a ULD position, papers being checked"),
            Step("xray_begin", "in X-ray as a whole"),
            Step("ready", "on a ULD position", "the ULDs before it in the queue for break-down"),
            Step("heads_for_station", "first in the queue for break-down", "a break-down station", is_blocked=True),
            Step("heads_for_workers", "first in the queue for break-down", "break-down workers", is_blocked=True),
            Step("heads_for_floor", "first in the queue for break-down", "floor in the lanes", is_blocked=True),
            Step("heads", "first in the queue for break-down", "a station, workers or floor", is_blocked=True),
            Step("start", "being broken down at a station"),
            Step("end", "its station is blocked", "the sorting machine to take its last parcels", is_blocked=True),
        ),
        "released", "flight={flight}", _PARCELS,
    ),
    Kind(
        "trains", "tug train", "trains", "Tug train {train} of flight {flight}",
        (
            Step("granted", "being loaded at the aircraft"),
            Step("left", "driving to the hall"),
            Step("at_door", "at the hall's door", "a free ULD position", is_blocked=True),
            Step("placed", "driving back"),
        ),
        "returned", "flight={flight}", {"n_ulds": "ULDs"},
    ),
    Kind(
        "trucks", "truck", "trucks", "Truck {name}",
        (
            Step("called", "called, on its way"),
            Step("arrived", "in the yard", "a free dock door and dock workers", is_blocked=True),
            Step("docked", "docking"),
            Step("at_door", "held at its door", "a fuller load, or its latest departure"),
            Step("cut_off", "being loaded"),
        ),
        "left_door", "truck={name}", _PARCELS,
    ),
    Kind(
        "collections", "collection truck", "collections", "Collection truck {name}",
        (
            Step("scheduled", "not called yet", "room on the export floor", is_blocked=True),
            Step("called", "on its way"),
            Step("arrived", "in the yard", "a free inbound door and dock workers", is_blocked=True),
            Step("docked", "docking"),
            Step("unloading_start", "being unloaded"),
            Step("unloaded", "empty, its door is blocked", "its last parcel to be screened", is_blocked=True),
        ),
        "released", facts=_PARCELS,
    ),
    Kind(
        "out_ulds", "export ULD", "out_ulds", "ULD {sequence} to {lane}",
        (
            Step("formed", "set apart on the floor", "a build-up place, workers and an empty ULD", is_blocked=True),
            Step("start", "being built up"),
            Step("built", "built, on its dolly", "its flight to take its load"),
            Step("taken", "on its way to its flight"),
            Step("loaded", "on its aircraft"),
        ),
        "departed", facts=_PARCELS,
    ),
    Kind(
        "out_trains", "outbound train", "out_trains", "Outbound train {train} of flight {flight}",
        (
            Step("granted", "driving to the aircraft"),
            Step("at_aircraft", "being emptied at the aircraft"),
            Step("emptied", "driving back"),
        ),
        "returned", "flight={flight}", {"n_positions": "ULDs and stacks of empty ULDs"},
    ),
    Kind(
        "shuttles", "shuttle", "shuttles", "Shuttle {sequence}",
        (
            Step("taken", "being loaded"),
            Step("departed", "driving to the other hall"),
            Step("arrived", "driving back"),
        ),
        "returned", facts=_PARCELS,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows of a kind are between two instants; `limit` names how many there can be."""

    label: str
    kind: str
    since: str
    until: str
    limit: str = ""


COUNTS: Final = (
    Count("Flights held, no stand", "flights", "stand_requested", "held_until"),
    Count("Aircraft stands", "flights", "stand_given", "stand_free", "stands"),
    Count("Tug trains", "trains", "granted", "returned", "tugs"),
    Count("ULD positions", "ulds", "placed", "start", "uld_positions"),
    Count("Break-down stations", "ulds", "start", "released", "breakdown"),
    Count("Stations blocked", "ulds", "end", "released", "breakdown"),
    Count("Dock doors", "trucks", "docked", "left_door", "dock_doors"),
    Count("Trucks in the yard", "trucks", "arrived", "docked", "yard"),
    Count("Inbound doors", "collections", "docked", "released", "doors_in"),
    Count("Build-up places", "out_ulds", "start", "built", "build_up"),
    Count("Built ULDs, outside", "out_ulds", "built", "taken"),
    Count("Outbound trains", "out_trains", "granted", "returned", "outbound_tugs"),
)
"""What the page counts from rows."""
