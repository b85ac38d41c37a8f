"""What a late flight cost, as lines for a reader."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.studies.trace.text import clock
from sim.config import HubConfig
from sim.units import MIN_PER_H

_MOST_NAMED = 5
"""Flights, routes and trucks that the text names; `--json` has all."""


def comparison_text(document: Mapping[str, Any], hub: HubConfig) -> str:
    """The answer first, then trucks, flights and parcels, and from when lateness counts."""
    key, late = document["title"].removeprefix("flight "), document["late_min"]
    if document["cost"] is None:
        side = f"{duration(-late)} early" if late < 0 else "exactly on schedule"
        line = f"{key} came {side}: it was not late, so nothing was late because of it."
        if document["aircraft_late_min"] > 0:
            line = (
                f"{key} was not late by its own draw ({side}); its aircraft came"
                f" {duration(document['aircraft_late_min'])} later, late from the flight before. Compare that flight."
            )
        return line
    cost = document["cost"]
    scheduled, came = (clock(document[name], hub.start_date) for name in ("sibt_min", "arrival_min"))
    where = f"{document['scenario']}, replication {document['replication']}"
    lines = [
        *_answer(key, late, cost["parcels"]),
        f"  {where}: scheduled {scheduled}, came {came}",
        *_shift_lines("truck", "left", cost["trucks"]),
        *_shift_lines("flight", "got a stand", cost["stands"]),
        *_shift_lines("flight", "had 95 % of the parcels gone", cost["cleared"]),
        *_parcel_lines(cost["parcels"]),
        f"Late: not gone {hub.service_h:g} h after the scheduled in-block ({key}) or drawn arrival (other flights).",
        *_uncounted(cost["parcels"]["n_uncounted"]),
    ]
    return "\n".join(lines)


def duration(minutes: float) -> str:
    """Hours and whole minutes.

    >>> duration(370), duration(59.6), duration(12), duration(0.2)
    ('6 h 10 min', '1 h 0 min', '12 min', 'less than 1 min')
    """
    whole = round(minutes)
    if whole < 1:
        return "less than 1 min"
    hours, rest = divmod(whole, MIN_PER_H)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _answer(key: str, late: float, parcels: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"Because {key} came {duration(late)} late, {parcels['late_because']:,} parcels were late that would have been"
        f" on time: {parcels['own']['because']:,} of its own, {parcels['others']['because']:,} of other flights."
    )
    otherwise = parcels["own"]["otherwise"] + parcels["others"]["otherwise"]
    if otherwise:
        yield f"{otherwise:,} parcels were on time that would have been late with the flight on schedule."


def _shift_lines(what: str, did: str, shifts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    later = [each for each in shifts if each["later_min"] is not None and each["later_min"] > 0]
    numbers = {
        "later": len(later),
        "earlier": sum(each["later_min"] is not None and each["later_min"] < 0 for each in shifts),
        "only as it was": sum(each["on_schedule_min"] is None for each in shifts),
        "only with the flight on schedule": sum(each["actual_min"] is None for each in shifts),
    }
    parts = [f"{n} {when}" for when, n in numbers.items() if n]
    yield f"{what}s that {did} at another instant: {', '.join(parts) or 'none'}".capitalize()
    if later:
        named = [f"{each['name']} {duration(each['later_min'])}" for each in later[:_MOST_NAMED]]
        yield f"  later most: {', '.join(named)}"


def _parcel_lines(parcels: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'parcels':24} {'late because':>13} {'late otherwise':>14} {'late in both':>13} {'hours added':>13}"
    yield _row("its own", parcels["own"])
    yield _row("of other flights", parcels["others"])
    for title, rows in (("flight", parcels["by_flight"]), ("route", parcels["by_route"])):
        changed = [(name, part) for name, part in rows.items() if part["because"] or part["otherwise"]]
        changed.sort(key=lambda item: -item[1]["because"])
        for name, part in changed[:_MOST_NAMED]:
            yield _row(f"{title} {name}", part)
        if len(changed) > _MOST_NAMED:
            yield f"  and {len(changed) - _MOST_NAMED} more {title}s"
    n_open = parcels["own"]["n_open"] + parcels["others"]["n_open"]
    if n_open:
        yield f"  {n_open:,} parcels left by the end of one run only: they add no hours"


def _row(name: str, part: Mapping[str, Any]) -> str:
    counts = f"{part['because']:13,} {part['otherwise']:14,} {part['both']:13,}"
    return f"  {name:22} {counts} {part['delay_h']:13,.0f}"


def _uncounted(n: int) -> Iterator[str]:
    if n:
        yield f"Not counted: {n:,} parcels of flights whose promised time ends after the run."
