"""The path of a truck, and the last part of a parcel's: its lane, until its truck has left."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.measures.tracing.journal import TRUCK_KEY, Journal
from sim.measures.tracing.segments import Outcome, Segment, closed
from sim.record.rows import TIMETABLED


class _Step(NamedTuple):
    """Until this instant of the truck, it was that."""

    column: str
    cause: str


STEPS: Final = (
    _Step("arrived", "call_out"),
    _Step("docked", "doors"),
    _Step("at_door", "docking"),
    _Step("cut_off", "fill"),
    _Step("departed", "loading"),
)


def truck_path(journal: Journal, truck: int) -> tuple[list[Segment], Outcome]:
    """From the call of an extra truck, from the yard of a timetabled one, until it left, or to the end of the run."""
    trucks = journal.tables["trucks"]
    same = {"hall": float(trucks["hall"][truck])}
    now = float(trucks["arrived" if trucks["kind"][truck] == TIMETABLED else "called"][truck])
    segments: list[Segment] = []
    for column, cause in STEPS:
        at = float(trucks[column][truck])
        if np.isnan(at):
            if trucks["is_cancelled"][truck]:
                return segments, Outcome.CANCELLED
            return [*segments, *closed([], now, journal.end, cause, same)], Outcome.INSIDE
        if at < now:
            raise InputError(f"truck {journal.truck_name(truck)}: {column} is before what it follows")
        if at > now:
            segments.append(Segment(now, at, cause, same=same))
        now = at
    return segments, Outcome.DEPARTED


def lane_segments(
    journal: Journal, same: Mapping[str, float], truck: int | None, start: float, end: float
) -> list[Segment]:
    """What a parcel that is ready waits for; `same`: its hall and route; `truck` None: none took it before the end."""
    if truck is None:
        return [Segment(start, end, "call", same=same)]
    trucks = journal.tables["trucks"]
    is_timetabled = trucks["kind"][truck] == TIMETABLED
    comes = float(trucks["arrived" if is_timetabled else "called"][truck])
    cause = "timetable" if is_timetabled else "call"
    path, _ = truck_path(journal, truck)
    detail = journal.truck_name(truck)
    own = [replace(each, detail=detail) for each in path]
    return closed([Segment(start, comes, cause, same=same), *own], start, end, "call", same)


def trucks_of_parcels(journal: Journal, flight: int) -> dict[int, int]:
    """Row of the truck by row of the parcel in the table of parcels, for those of a flight that were cut off.

    Trucks of one hall and route that cut off at one instant take a flight's ready parcels one after the other, in order
    of key, those held before after the others; how many each took is in `loads`.
    """
    parcels, trucks, loads = (journal.tables[name] for name in ("parcels", "trucks", "loads"))
    mine = np.flatnonzero((parcels["flight"] == flight) & ~np.isnan(parcels["cut_off"]))
    own = parcels["uld"][mine]
    if len(own) and not 0 <= own.min() <= own.max() < len(journal.ulds_of(flight)):
        raise InputError(f"{journal.name('flights', flight)}: a parcel is of a ULD that is not there")
    hall = journal.destinations[journal.tables["ulds"]["hall"][journal.first_uld[flight] + own], parcels["route"][mine]]
    order = mine[np.lexsort([*(parcels[name][mine] for name in ("row", "ready", "cut_off", "route")), hall])]
    taken = []
    place = journal.truck_rows()
    for load in np.flatnonzero(loads["flight"] == flight).tolist():
        key = tuple(int(loads[name][load]) for name in TRUCK_KEY)
        if key not in place:
            raise InputError(f"table loads: a truck that is not in the table trucks: {key}")
        truck = place[key]
        cut_off = float(trucks["cut_off"][truck])
        was_held = bool(trucks["at_door"][truck] < cut_off)
        taken.append(((*key[:2], cut_off, was_held, *key[2:]), truck, int(loads["n_parcels"][load])))
    taken.sort()
    sizes = parcels["n_parcels"][order]
    if sum(n for *_, n in taken) != sizes.sum() or (sizes < 1).any() or any(n < 0 for *_, n in taken):
        raise InputError(f"{journal.name('flights', flight)}: loads and parcels count differently")
    truck_of = np.repeat([truck for _, truck, _ in taken], [n for *_, n in taken]) if taken else np.empty(0, dtype=int)
    truck_of = truck_of[np.cumsum(sizes) - sizes]  # of the first parcel of each bag or whole ULD
    if not np.array_equal(trucks["cut_off"][truck_of], parcels["cut_off"][order]):
        raise InputError(f"{journal.name('flights', flight)}: loads and parcels tell of other trucks")
    return dict(zip(order.tolist(), truck_of.tolist(), strict=True))
