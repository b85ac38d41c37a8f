"""Waits of a ULD on its way to break-down: splits of the steps of a path (`sim.measures.tracing.paths`)."""

from collections.abc import Mapping

import numpy as np

from sim.errors import InputError
from sim.measures.tracing.journal import Journal
from sim.measures.tracing.segments import Segment, closed

Rows = Mapping[str, int]
"""Rows of the flight, its ULD, its train, the parcel and its truck, by table, as far as they exist."""


def deck(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    """The loader lifts the deck's ULDs in order up to this one, and is blocked while no train is free."""
    ulds, uld = journal.tables["ulds"], rows["ulds"]
    segments: list[Segment] = []
    now = start
    for row in range(int(journal.first_uld[ulds["flight"][uld]]), uld + 1):
        if ulds["deck"][row] != ulds["deck"][uld]:
            continue
        for column, cause in (("lifted", "unloading"), ("on_train", "tugs")):
            at = float(ulds[column][row])
            if np.isnan(at):
                return closed(segments, start, end, cause)
            if at < now:
                raise InputError(f"{journal.name('ulds', row)}: {column} is before the instant that it follows")
            segments.append(Segment(now, at, cause))
            now = at
    return closed(segments, start, end, "unloading")


def queue(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    """The head of the queue keeps all others waiting: for a station first, then for workers, then for floor.

    Resources that become free stay free for the head, so that it lacks them one after the other, in this order.
    """
    ulds, uld = journal.tables["ulds"], rows["ulds"]
    place = int(np.flatnonzero(journal.queue == uld)[0])
    before = journal.queue[: place + 1]
    is_here = ulds["hall"][before] == ulds["hall"][uld]
    same = {"hall": float(ulds["hall"][uld])}
    segments = []
    for at in np.flatnonzero(is_here & ~(ulds["start"][before] <= start)).tolist():
        head, now = int(journal.queue[at]), float(journal.head_from[at])
        for column, cause in (("wait_station", "stations"), ("wait_workers", "workers"), ("wait_floor", "floor")):
            until = now + float(ulds[column][head])
            behind = "" if head == uld else f"behind {journal.name('ulds', head)}"
            segments.append(Segment(now, until, cause, behind, same))
            now = until
    return closed(segments, start, end, "breakdown_queue", same)


def uld_xray(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    """The ULD waits for the X-ray machine; without X-ray it is in the queue for break-down immediately."""
    ulds, uld = journal.tables["ulds"], rows["ulds"]
    if not ulds["is_xrayed"][uld]:
        return queue(journal, rows, start, end)
    return [Segment(start, end, "uld_xrays", same={"hall": float(ulds["hall"][uld])})]


def halls_on_the_way(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    """A train visits the halls of its ULDs in order of number, and waits at each until they have positions."""
    ulds, uld = journal.tables["ulds"], rows["ulds"]
    fits = (ulds["hall"] >= 0) & (ulds["hall"] < ulds["hall"][uld]) & ~np.isnan(ulds["at_door"])
    for name in ("flight", "deck", "train"):
        fits &= ulds[name] == ulds[name][uld]
    segments = []
    for hall in np.unique(ulds["hall"][fits]).tolist():
        is_at_hall = fits & (ulds["hall"] == hall)
        placed = ulds["placed"][is_at_hall]
        until = end if np.isnan(placed).any() else float(placed.max())
        since = float(ulds["at_door"][is_at_hall].min())
        segments.append(Segment(since, until, "positions", same={"hall": float(hall)}))
    return closed(segments, start, end, "trip")
