"""The path of a parcel, from the drawn arrival of its flight to its departure, without a gap.

Each step has the instant at which it ends, and its cause. Some steps are split further, by other tables.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.errors import InputError
from sim.measures.tracing.causes import CAUSES
from sim.measures.tracing.journal import Journal
from sim.measures.tracing.segments import Outcome, Segment, closed, merged
from sim.measures.tracing.trucks import lane_segments, truck_of
from sim.measures.tracing.uld_waits import Rows, deck, halls_on_the_way, queue, uld_xray

Split = Callable[[Journal, Rows, float, float], list[Segment]]


@dataclass(frozen=True, slots=True)
class Step:
    """A step that ends at this instant of this table's row, and its cause.

    `is_optional`: not every parcel has this step. `then` is the cause of the time after it if nothing else is known, by
    default that of the next step. `split` finds the resources waited for in the step, and falls back on `cause`.
    """

    table: str
    column: str
    cause: str
    split: Split | None = None
    is_optional: bool = False
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """`segments` follow each other from `start` to `end` [min]; their minutes add up to the difference, exactly."""

    start: float
    end: float
    outcome: Outcome
    segments: tuple[Segment, ...]
    truck: int | None = None
    """Row of the truck that took it."""


def _packing(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    """Carried to its lane if nothing is packed."""
    is_packed = not np.isnan(journal.tables["parcels"]["pack_begin"][rows["parcels"]])
    return [Segment(start, end, "packing" if is_packed else "to_lane")]


def _by_hand(by_machine: str, by_hand: str) -> Split:
    """The cause for a parcel that a machine sorts, and for one sorted by hand; a whole ULD feeds no machine."""

    def split(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
        if journal.tables["ulds"]["machine"][rows["ulds"]] < 0:
            return [Segment(start, end, "to_lane")]
        is_by_hand = bool(journal.tables["parcels"]["is_non_conveyable"][rows["parcels"]])
        return _of_one_cause(journal, rows, by_hand if is_by_hand else by_machine, start, end)

    return split


def _sorted(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    """A parcel that a machine has sorted, and of which nothing more is known, is in a chute to a second machine."""
    parcels, parcel = journal.tables["parcels"], rows["parcels"]
    has_been_read = not (parcels["is_no_read"][parcel] or parcels["is_non_conveyable"][parcel])
    return _of_one_cause(journal, rows, "second_chute" if has_been_read else "handcoding_desks", start, end)


_ASKED_FOR: Final = {"xrayed": "xray_lanes", "transit": "transit_desks", "examined": "customs_desks"}
"""The cause of a wait in the hold zone for a control, by channel."""


def _control(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    """A held parcel of which nothing more is known waits for the control of its channel, or for its release."""
    channel = str(journal.tables["parcels"]["channel"][rows["parcels"]])
    return [Segment(start, end, _ASKED_FOR.get(channel, "customs"))]


def _until_fetched(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    is_held = not np.isnan(journal.tables["parcels"]["held"][rows["parcels"]])
    return [Segment(start, end, "customs" if is_held else "second_chute")]


def _to_lane(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    is_sent = not np.isnan(journal.tables["parcels"]["sent"][rows["parcels"]])
    return [Segment(start, end, "transfer")] if is_sent else _packing(journal, rows, start, end)


def _lane(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    parcel, uld = rows["parcels"], rows["ulds"]
    parcels = journal.tables["parcels"]
    hall, route = int(journal.tables["ulds"]["hall"][uld]), int(parcels["route"][parcel])
    if journal.flies[route]:
        return [Segment(start, end, "build_up_round", same={"hall": float(hall)})]
    leaves = int(journal.destinations[hall, route])
    if leaves != hall and np.isnan(parcels["sent"][parcel]):
        return [Segment(start, end, "shuttle", same={"hall": float(hall)})]
    return lane_segments(journal, {"hall": float(leaves), "route": float(route)}, rows.get("trucks"), start, end)


def _leaving(journal: Journal, rows: Rows, start: float, end: float) -> list[Segment]:
    flies = journal.flies[journal.tables["parcels"]["route"][rows["parcels"]]]
    return [Segment(start, end, "flight" if flies else "loading")]


_TO_CREW: Final = (
    Step("flights", "stand_requested", "leg"),
    Step("flights", "stand_given", "stands"),
    Step("flights", "aldt", "runway"),
    Step("flights", "aibt", "taxi_in"),
    Step("flights", "unloading_requested", "doors_open"),
    Step("flights", "unloading_start", "loader_sets"),
)
TO_BREAKDOWN: Final = (
    *_TO_CREW,
    Step("ulds", "on_train", "unloading", deck),
    Step("trains", "left", "train"),
    Step("ulds", "at_door", "trip", halls_on_the_way),
    Step("ulds", "placed", "positions"),
    Step("ulds", "checked_in", "check_in"),
    Step("ulds", "xray_begin", "uld_xrays", uld_xray, is_optional=True),
    Step("ulds", "xray_end", "uld_xray", is_optional=True),
    Step("ulds", "start", "breakdown_queue", queue),
)
AIRCRAFT: Final = (
    *_TO_CREW,
    Step("flights", "unloading_end", "unloading"),
    Step("flights", "turned_round", "turnaround"),
    Step("flights", "aobt", "runway"),
)
TO_TRUCK: Final = (
    Step("parcels", "handled", "breakdown", _by_hand("breakdown", "breakdown")),
    Step("parcels", "sort_begin", "machines", _by_hand("machines", "manual_sort_posts"), is_optional=True),
    Step("parcels", "sort_end", "sorting", _by_hand("sorting", "by_hand"), is_optional=True),
    Step("parcels", "code_begin", "handcoding_desks", _sorted, is_optional=True),
    Step("parcels", "code_end", "coding", is_optional=True, then="to_lane"),
    Step("parcels", "held", "customs", is_optional=True),
    Step("parcels", "xray_begin", "xray_lanes", _control, is_optional=True),
    Step("parcels", "xray_end", "xray", is_optional=True, then="customs"),
    Step("parcels", "transit_begin", "transit_desks", is_optional=True),
    Step("parcels", "transit_end", "transit", is_optional=True, then="customs"),
    Step("parcels", "exam_begin", "customs_desks", is_optional=True),
    Step("parcels", "exam_end", "examination", is_optional=True),
    Step("parcels", "freed", "customs", _until_fetched, is_optional=True),
    Step("parcels", "second_begin", "machines", _by_hand("machines", "manual_sort_posts"), is_optional=True),
    Step("parcels", "second_end", "sorting", _by_hand("sorting", "by_hand"), is_optional=True),
    Step("parcels", "at_chute", "to_lane", is_optional=True),
    Step("parcels", "pack_begin", "packout_posts", is_optional=True),
    Step("parcels", "sent_ready", "to_lane", _packing, is_optional=True),
    Step("parcels", "sent", "shuttle", is_optional=True, then="transfer"),
    Step("parcels", "ready", "to_lane", _to_lane),
    Step("parcels", "cut_off", "call", _lane),
    Step("parcels", "departed", "loading", _leaving),
)


def parcel_path(journal: Journal, flight: int, row: int) -> Path:
    """The path of a flight's parcel, until the end of the run if it has not left."""
    parcel = journal.parcel(flight, row)
    index = int(journal.tables["parcels"]["uld"][parcel])
    if not 0 <= index < len(journal.ulds_of(flight)):
        raise InputError(f"{journal.name('flights', flight)}: parcel {row} is of a ULD that is not in the table")
    uld = journal.ulds_of(flight)[index]
    rows = _rows_of_uld(journal, uld) | {"parcels": parcel}
    if (truck := truck_of(journal, parcel)) is not None:
        rows["trucks"] = truck
    return _walk(journal, rows, (*TO_BREAKDOWN, *TO_TRUCK))


def uld_path(journal: Journal, uld: int) -> Path:
    """The path of a ULD to its station."""
    return _walk(journal, _rows_of_uld(journal, uld), TO_BREAKDOWN)


def _rows_of_uld(journal: Journal, uld: int) -> dict[str, int]:
    train = journal.train_of(uld)
    rows = {"flights": int(journal.tables["ulds"]["flight"][uld]), "ulds": uld}
    return rows if train is None else rows | {"trains": train}


def flight_path(journal: Journal, flight: int) -> Path:
    """The path of an aircraft until it is off its stand, or until it was diverted."""
    flights = journal.tables["flights"]
    if not flights["is_diverted"][flight]:
        return _walk(journal, {"flights": flight}, AIRCRAFT)
    start = float(flights["arrival"][flight])
    requested = float(flights["stand_requested"][flight])
    end = min(journal.end, requested + journal.longest_hold)
    given = float(flights["stand_given"][flight])
    runway = [] if np.isnan(given) else [Segment(given, end, "runway")]
    leg = [Segment(start, requested, "leg")] if requested > start else []
    held = closed(runway, requested, end, "stands")
    return Path(start, end, Outcome.DIVERTED, (*leg, *held))


def _walk(journal: Journal, rows: Rows, steps: tuple[Step, ...]) -> Path:
    flight = rows["flights"]
    start = now = float(journal.tables["flights"]["arrival"][flight])
    segments: list[Segment] = []
    last: Step | None = None
    for number, step in enumerate(steps):
        at = _instant(journal, rows, step)
        if np.isnan(at):
            if step.is_optional and not _is_lost(journal, rows, steps[number:]):
                continue
            if _is_refused(journal, rows):
                return Path(start, now, Outcome.REFUSED, tuple(merged(segments)))
            if last is not None and last.then is not None:
                step = Step(step.table, step.column, last.then)  # noqa: PLW2901 - the known next cause
            end = journal.end
            segments += _segments(journal, rows, step, now, end)
            return Path(start, end, Outcome.INSIDE, tuple(merged(segments)))
        if at < now:
            column = f"{step.table}.{step.column}"
            raise InputError(f"{journal.name('flights', flight)}: {column} is before the instant that it follows")
        segments += _segments(journal, rows, step, now, at)
        now, last = at, step
    return Path(start, now, Outcome.DEPARTED, tuple(merged(segments)), rows.get("trucks"))


def _segments(journal: Journal, rows: Rows, step: Step, start: float, end: float) -> list[Segment]:
    if end <= start:
        return []
    if step.split is not None:
        return step.split(journal, rows, start, end)
    return _of_one_cause(journal, rows, step.cause, start, end)


def _of_one_cause(journal: Journal, rows: Rows, cause: str, start: float, end: float) -> list[Segment]:
    uld = rows.get("ulds")
    same = {name: float(journal.tables["ulds"][name][uld]) for name in CAUSES[cause].same}
    return [Segment(start, end, cause, same=same)]


def _instant(journal: Journal, rows: Rows, step: Step) -> float:
    row = rows.get(step.table)
    return np.nan if row is None else float(journal.tables[step.table][step.column][row])


def _is_lost(journal: Journal, rows: Rows, steps: tuple[Step, ...]) -> bool:
    """Whether nothing more is known of it: it was at the same place when the run ended."""
    return all(np.isnan(_instant(journal, rows, step)) for step in steps)


def _is_refused(journal: Journal, rows: Rows) -> bool:
    parcel = rows.get("parcels")
    return parcel is not None and bool(journal.tables["parcels"]["is_refused_gone"][parcel])
