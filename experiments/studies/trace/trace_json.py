"""A trace as one JSON object."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.measures.tables import n_to_clear
from sim.measures.tracing import CAUSES, Journal, Outcome, Path, Segment, by_resource, held
from sim.measures.tracing.journal import TRUCK_KEY

NamedPath = tuple[str, Path]


def flight_object(
    journal: Journal,
    number: int,
    path: Path,
    ulds: Sequence[NamedPath],
    parcels: Sequence[tuple[str, int, Path]],
    n_gone: int,
) -> dict[str, Any]:
    """The flight, its ULDs' ways to break-down, its trucks, and the ways of the parcels that its clearance hung on."""
    flights = journal.tables["flights"]
    key = str(flights["key"][number])
    n_parcels = int(flights["n_parcels"][number])
    return {
        "title": f"flight {key}",
        "flight": {
            "key": key,
            "number": number,
            "aircraft": str(flights["aircraft"][number]),
            "n_ulds": int(flights["n_ulds"][number]),
            "n_parcels": n_parcels,
            "n_gone": n_gone,
            "n_to_clear": n_to_clear(n_parcels),
            "sibt_min": float(flights["sibt"][number]),
            "arrival_min": path.start,
            "cleared_min": _known(flights["cleared"][number]),
        },
        "path": path_object(journal, path.segments, path.outcome),
        "ulds": [{"uld": name, **path_object(journal, its.segments, its.outcome)} for name, its in ulds],
        "trucks": _trucks_of(journal, number),
        "parcels": {what: _parcel(journal, key, row, its) for what, row, its in parcels},
    }


def parcel_object(journal: Journal, number: int, row: int, path: Path) -> dict[str, Any]:
    key = str(journal.tables["flights"]["key"][number])
    return {"title": f"parcel {key}/{row}", "parcel": _parcel(journal, key, row, path)}


def truck_object(journal: Journal, truck: int, segments: Sequence[Segment], outcome: Outcome) -> dict[str, Any]:
    trucks, loads = journal.tables["trucks"], journal.tables["loads"]
    at = np.ones(len(loads["flight"]), dtype=np.bool_)
    for name in TRUCK_KEY:
        at &= loads[name] == trucks[name][truck]
    keys = journal.tables["flights"]["key"]
    name = journal.truck_name(truck)
    return {
        "title": f"truck {name}",
        "truck": {
            "name": name,
            "scheduled_min": _known(trucks["scheduled"][truck]),
            "n_parcels": int(trucks["n_parcels"][truck]),
            "mass_kg": int(trucks["mass"][truck]) / 1e3,
            "volume_m3": int(trucks["volume"][truck]) / 1e6,
            "n_missed": int(trucks["n_missed"][truck]),
            "flights": [
                {"flight": str(keys[flight]), "n_parcels": n}
                for flight, n in zip(loads["flight"][at].tolist(), loads["n_parcels"][at].tolist(), strict=True)
            ],
        },
        "path": path_object(journal, segments, outcome),
    }


def path_object(journal: Journal, segments: Sequence[Segment], outcome: Outcome) -> dict[str, Any]:
    return {
        "outcome": str(outcome),
        "minutes": sum(segment.minutes for segment in segments),
        "minutes_by_resource": by_resource(segments),
        "segments": [_segment(journal, segment) for segment in segments],
    }


def _segment(journal: Journal, segment: Segment) -> dict[str, Any]:
    cause, who = CAUSES[segment.cause], held(journal, segment)
    return {
        "start_min": segment.start,
        "end_min": segment.end,
        "minutes": segment.minutes,
        "cause": cause.name,
        "says": cause.says,
        "resource": cause.resource,
        "detail": segment.detail,
        "held_says": cause.held_says,
        "held_by": [{"who": name, "minutes": minutes} for name, minutes in who.by],
        "ended_by": list(who.ended_by),
        "holders_waited_for": who.stuck_on,
        "holders_waited_share": who.stuck_share,
    }


def _parcel(journal: Journal, key: str, row: int, path: Path) -> dict[str, Any]:
    truck = None if path.truck is None else journal.truck_name(path.truck)
    return {"parcel": f"{key}/{row}", "truck": truck, **path_object(journal, path.segments, path.outcome)}


def _trucks_of(journal: Journal, flight: int) -> list[dict[str, Any]]:
    """Trucks that left with parcels of a flight, by departure."""
    loads, place = journal.tables["loads"], journal.truck_rows()
    at = (loads["flight"] == flight) & ~np.isnan(loads["departed"])
    rows = sorted(zip(*(loads[name][at].tolist() for name in ("departed", *TRUCK_KEY, "n_parcels")), strict=True))
    return [
        {"truck": journal.truck_name(place[tuple(key)]), "departed_min": departed, "n_parcels": n}
        for departed, *key, n in rows
        if tuple(key) in place
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
