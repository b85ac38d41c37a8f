"""A trace as plain values for JSON, and as lines for a reader."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from experiments.formatting import instant, number, waited_for, whole
from experiments.grouping import grouped
from experiments.report.sections import sentence_of
from sim.config import HubConfig
from sim.measures.tables import n_to_clear
from sim.measures.tracing.causes import CAUSES
from sim.measures.tracing.holders import held
from sim.measures.tracing.journal import TRUCK_KEY, Journal
from sim.measures.tracing.paths import Path
from sim.measures.tracing.segments import Outcome, Segment, by_resource

NamedPath = tuple[str, Path]


def flight_object(
    journal: Journal,
    number: int,
    path: Path,
    ulds: Sequence[NamedPath],
    parcels: Sequence[tuple[str, int, Path]],
    n_gone: int,
) -> dict[str, Any]:
    """The flight, its ULDs' paths to break-down, its trucks, and the paths of parcels that decided its clearance."""
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
    at = np.logical_and.reduce([loads[name] == trucks[name][truck] for name in TRUCK_KEY])
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


def collection_object(journal: Journal, number: int, segments: Sequence[Segment], outcome: Outcome) -> dict[str, Any]:
    columns = journal.tables["collections"]
    counts = ("n_parcels", "n_departed", "n_on_time", "n_missed")
    return {
        "title": journal.name("collections", number),
        "collection": {
            "key": str(columns["key"][number]),
            "scheduled_min": float(columns["scheduled"][number]),
            **{name: int(columns[name][number]) for name in counts},
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


_MOST_NAMED = 3
"""Most holders named in the text; `--json` has all."""


def as_text(document: Mapping[str, Any], hub: HubConfig) -> str:
    """The lines of a trace, instants in the hub's local time."""
    lines = [f"{document['title']} of {document['scenario']}, replication {document['replication']}"]
    if "flight" in document:
        lines += _flight_lines(document, hub)
    elif "truck" in document:
        lines += _truck_lines(document, hub)
    elif "collection" in document:
        lines += _collection_lines(document, hub)
    else:
        parcel = document["parcel"]
        on = f"departed on truck {parcel['truck']}" if parcel["truck"] else parcel["outcome"]
        lines += [*_path_lines(parcel, hub), f"  {on}", *_verdict(parcel)]
    if document["figure"] is not None:
        lines.append(f"picture: {document['figure']}")
    return "\n".join(lines)


def _flight_lines(document: Mapping[str, Any], hub: HubConfig) -> Iterator[str]:
    flight = document["flight"]
    late = flight["arrival_min"] - flight["sibt_min"]
    yield f"  {flight['aircraft']}, {flight['n_ulds']} ULDs, {whole(flight['n_parcels'])} parcels"
    side = "after" if late >= 0 else "before"
    yield f"  {_when(flight['arrival_min'], hub)}  drawn arrival, {whole(abs(late))} min {side} the schedule"
    yield from _path_lines(document["path"], hub)
    if document["path"]["outcome"] == Outcome.DIVERTED:
        yield sentence_of("trace_diverted")
        return
    if document["ulds"]:
        yield sentence_of("ulds_waited", n=len(document["ulds"]))
        yield from _uld_lines(document["ulds"])
    if trucks := document["trucks"]:
        first, last = (_when(trucks[at]["departed_min"], hub) for at in (0, -1))
        yield sentence_of("trucks_took", n=len(trucks), first=first, last=last)
    if "cleared" not in document["parcels"]:
        gone, needed = flight["n_gone"], flight["n_to_clear"]
        yield sentence_of("not_cleared", gone=whole(gone), needed=whole(needed))
    inside = flight["n_parcels"] - flight["n_gone"]
    for what, parcel in document["parcels"].items():
        hours = f"{number(parcel['minutes'] / 60, 1)} h"
        on = f"on truck {parcel['truck']}" if parcel["truck"] else parcel["outcome"]
        facts = {
            "cleared": f"95 % had gone after {hours}; the parcel that made it",
            "last": f"the last had gone after {hours}",
            "behind": f"{whole(inside)} were still inside at the end of the run; one of the last",
        }[what]
        yield f"{facts}: {parcel['parcel']}, {on}"
        yield from _path_lines(parcel, hub)
        yield from _verdict(parcel)


def _truck_lines(document: Mapping[str, Any], hub: HubConfig) -> Iterator[str]:
    truck = document["truck"]
    if truck["scheduled_min"] is not None:
        yield f"  {_when(truck['scheduled_min'], hub)}  timetabled cut-off"
    yield from _path_lines(document["path"], hub)
    outcome = document["path"]["outcome"]
    if outcome == Outcome.DEPARTED:
        load = ", ".join(f"{entry['flight']} {whole(entry['n_parcels'])}" for entry in truck["flights"])
        size = f"{whole(truck['mass_kg'])} kg, {number(truck['volume_m3'], 1)} m³"
        yield f"  left with {whole(truck['n_parcels'])} parcels, {size}: {load}"
        yield sentence_of("missed_it", n_missed=whole(truck["n_missed"]))
    else:
        yield f"  {outcome}" + (": there was nothing to load" if outcome == Outcome.CANCELLED else "")
    yield from _verdict(document["path"])


def _collection_lines(document: Mapping[str, Any], hub: HubConfig) -> Iterator[str]:
    collection = document["collection"]
    yield f"  {_when(collection['scheduled_min'], hub)}  timetabled"
    yield from _path_lines(document["path"], hub)
    counts = {name: whole(collection[name]) for name in ("n_parcels", "n_departed", "n_on_time", "n_missed")}
    yield sentence_of("collection_brought", **counts)
    yield from _verdict(document["path"])


def _path_lines(path: Mapping[str, Any], hub: HubConfig) -> Iterator[str]:
    for segment in path["segments"]:
        what = segment["says"] + (f" ({segment['detail']})" if segment["detail"] else "")
        is_open = path["outcome"] == Outcome.INSIDE and segment is path["segments"][-1]
        what += ", still at the end of the run" if is_open else ""
        yield f"  {_when(segment['start_min'], hub)} {_minutes(segment['minutes']):>9} min  {what}"
        if line := _held_line(segment):
            yield f"{'':33}{line}"


def _held_line(segment: Mapping[str, Any]) -> str:
    by, parts = segment["held_by"], []
    if by:
        named = ", ".join(f"{each['who']} {_minutes(each['minutes'])} min" for each in by[:_MOST_NAMED])
        more = f" and {len(by) - _MOST_NAMED} more" if len(by) > _MOST_NAMED else ""
        parts.append(f"{segment['held_says']} {named}{more}")
    if segment["holders_waited_share"] > 0:
        share = whole(100 * segment["holders_waited_share"])
        parts.append(f"who waited for {waited_for(segment['holders_waited_for'])} {share} % of that time")
    if segment["ended_by"]:
        more = f" and {len(segment['ended_by']) - _MOST_NAMED} more" if len(segment["ended_by"]) > _MOST_NAMED else ""
        parts.append(f"ended when {', '.join(segment['ended_by'][:_MOST_NAMED])}{more} released it")
    return "; ".join(parts)


def _uld_lines(ulds: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """For each resource: number of ULDs that waited for it, mean wait over all ULDs, and the longest wait."""
    waits = grouped(
        (resource, (minutes, uld["uld"]))
        for uld in ulds
        for resource, minutes in uld["minutes_by_resource"].items()
        if resource != "work"
    )
    for resource, of_resource in sorted(waits.items(), key=lambda item: -sum(minutes for minutes, _ in item[1])):
        longest, which = max(of_resource)
        mean = sum(minutes for minutes, _ in of_resource) / len(ulds)
        lengths = f"mean {number(mean, 1)}, longest {number(longest, 1)}"
        yield f"  {waited_for(resource):24} {len(of_resource):3} ULDs, {lengths}: {which}"


def _verdict(path: Mapping[str, Any]) -> Iterator[str]:
    sums = path["minutes_by_resource"]
    if not sums:
        return
    parts = ", ".join(f"{waited_for(resource)} {_minutes(minutes)}" for resource, minutes in sums.items())
    yield f"  in all {_minutes(path['minutes'])} min: {parts}"
    if waits := [resource for resource in sums if resource != "work"]:
        share = 100 * sums[waits[0]] / path["minutes"]
        line = f"  delayed most by: {waited_for(waits[0])}, {_minutes(sums[waits[0]])} min, {share:.0f} % of the time"
        # Holders may have waited for different resources in different segments.
        stuck = Counter[str]()
        for segment in path["segments"]:
            if segment["resource"] == waits[0]:
                stuck[segment["holders_waited_for"]] += segment["minutes"] * segment["holders_waited_share"]
        on, minutes = max(stuck.items(), key=lambda item: item[1])
        of_it = whole(100 * minutes / sums[waits[0]])
        yield line + (f"; their holders waited for {waited_for(on)} {of_it} % of it" if minutes > 0 else "")


def _minutes(value: float) -> str:
    """Whole minutes, unless below ten.

    >>> _minutes(807.48), _minutes(1.75), _minutes(0.0046), _minutes(1310)
    ('807', '1.75', '0.0046', '1,310')
    """
    return whole(value) if value >= 10 else f"{value:.3g}" if value >= 0.1 else f"{value:.2g}"


def _when(minute: float, hub: HubConfig) -> str:
    return instant(minute, hub.start_date, hub.clock)
