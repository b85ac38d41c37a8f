"""The paths of trucks and collection trucks, and the last part of a parcel's path: its lane, until its truck leaves."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from sim.domain.entities import TIMETABLED
from sim.errors import InputError
from sim.measures.tracing.journal import Journal
from sim.measures.tracing.segments import Outcome, Segment, closed

STEPS: Final = {
    "arrived": "call_out",
    "docked": "doors",
    "at_door": "docking",
    "cut_off": "fill",
    "departed": "loading",
}
"""The cause until each of these instants of the truck."""
COLLECTION_STEPS: Final = {
    "called": "export_floor",
    "arrived": "under_way",
    "docked": "doors_in",
    "unloading_start": "docking",
    "unloaded": "emptying",
    "released": "screening_lines",
}
"""The cause until each of these instants of a collection truck."""


def truck_path(journal: Journal, truck: int) -> tuple[list[Segment], Outcome]:
    """From the call of an extra truck, or the arrival of a timetabled one, until it left, or to the end of the run."""
    trucks = journal.tables["trucks"]
    begins = "arrived" if trucks["kind"][truck] == TIMETABLED else "called"
    return _path(journal, "trucks", truck, begins, STEPS, is_cancelled=bool(trucks["is_cancelled"][truck]))


def collection_path(journal: Journal, number: int) -> tuple[list[Segment], Outcome]:
    """Path of a collection truck, from its timetabled instant until it left its door, or to the end of the run."""
    return _path(journal, "collections", number, "scheduled", COLLECTION_STEPS)


def _path(
    journal: Journal, table: str, row: int, begins: str, steps: Mapping[str, str], *, is_cancelled: bool = False
) -> tuple[list[Segment], Outcome]:
    columns = journal.tables[table]
    same = {"hall": float(columns["hall"][row])}
    now = float(columns[begins][row])
    segments: list[Segment] = []
    for column, cause in steps.items():
        at = float(columns[column][row])
        if np.isnan(at):
            if is_cancelled:
                return segments, Outcome.CANCELLED
            return [*segments, *closed([], now, journal.end, cause, same)], Outcome.INSIDE
        if at < now:
            raise InputError(f"{journal.name(table, row)}: {column} is before the instant that it follows")
        if at > now:
            segments.append(Segment(now, at, cause, same=same))
        now = at
    return segments, Outcome.DEPARTED


def lane_segments(
    journal: Journal, same: Mapping[str, float], truck: int | None, start: float, end: float
) -> list[Segment]:
    """Waits of a ready parcel. `same` has its hall and route; with `truck` None no truck took it before the end."""
    if truck is None:
        return [Segment(start, end, "call", same=same)]
    trucks = journal.tables["trucks"]
    is_timetabled = trucks["kind"][truck] == TIMETABLED
    comes = float(trucks["arrived" if is_timetabled else "called"][truck])
    cause = "timetable" if is_timetabled else "call"
    path, _ = truck_path(journal, truck)
    detail = journal.truck_name(truck)
    of_truck = [replace(each, detail=detail) for each in path]
    return closed([Segment(start, comes, cause, same=same), *of_truck], start, end, "call", same)


def truck_of(journal: Journal, parcel: int) -> int | None:
    """Row of the truck that took the parcel of a row; None for a parcel that no truck has taken, or that flies on."""
    parcels, trucks = journal.tables["parcels"], journal.tables["trucks"]
    if np.isnan(parcels["cut_off"][parcel]) or journal.flies[parcels["route"][parcel]]:
        return None
    key = tuple(int(parcels[name][parcel]) for name in ("truck_hall", "route", "truck_kind", "truck_sequence"))
    truck = journal.truck_rows().get(key)
    if truck is None or trucks["cut_off"][truck] != parcels["cut_off"][parcel]:
        raise InputError(f"table parcels: row {parcel}: its truck {key} has no such cut-off in the table trucks")
    return truck
