"""`cargohub trace RUN flight=KEY compare=on_time`: what a late flight cost, under common random numbers."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from experiments.composition import compose
from experiments.formatting import hours_text, whole
from experiments.frame.recorded import with_schedule
from experiments.report.sections import said
from experiments.studies.trace.run import Replication, is_same, why_not
from experiments.studies.trace.text import clock
from sim.config import HubConfig
from sim.errors import InputError
from sim.measures.tracing.worlds import Cost, Shift, cost
from sim.units import MIN_PER_H, ticks


def comparison(replication: Replication, number: int, schedule: Path | None, *, is_quiet: bool) -> dict[str, Any]:
    """The run as it was beside the same with the flight on schedule; `cost` is None where it was not late.

    Raises:
        InputError: what is computed here is not what was stored, or the flight is scheduled before the run.
    """
    from sim.worlds import world

    flights = replication.tables["flights"]
    key = str(flights["key"][number])
    late, waited = (
        float(flights[until][number] - flights[since][number])
        for until, since in (("arrival", "sibt"), ("stand_requested", "arrival"))
    )
    document: dict[str, Any] = {
        "title": f"flight {key}",
        "sibt_min": float(flights["sibt"][number]),
        "arrival_min": float(flights["arrival"][number]),
        "late_min": late,
        "aircraft_late_min": waited,
        "cost": None,
    }
    if late <= 0:
        return document
    if flights["sibt"][number] < 0:
        raise InputError(f"compare: flight {key} is scheduled before the run begins; it cannot be put on schedule")
    hub = with_schedule(replication.manifest, replication.scenario, replication.hub, schedule)
    if not is_quiet:
        print(said("simulated_twice", number=replication.number, key=key, days=hub.days), file=sys.stderr)
    actual = world(hub, replication.number)
    every = np.arange(len(flights["number"]))
    if not is_same(actual.tables, replication.tables, every):
        folder = replication.manifest.folder
        raise InputError(f"{folder}: the run is not the same when computed here; {why_not(folder)}")
    on_schedule = world(hub, replication.number, actual.inputs.flights[number].entity)
    return document | {"cost": as_object(cost(actual, on_schedule, number, ticks(hub.service_h * MIN_PER_H)))}


def as_object(cost: Cost) -> dict[str, Any]:
    """The comparison as one JSON object."""
    parcels = {
        "late_because": cost.total.because,
        "own": asdict(cost.of_late),
        "others": asdict(cost.others),
        "by_flight": {name: asdict(part) for name, part in cost.by_flight.items()},
        "by_route": {name: asdict(part) for name, part in cost.by_route.items()},
        "n_uncounted": cost.n_uncounted,
    }
    late, price = (
        cost.total.because - cost.total.otherwise,
        compose([f"+cost={_PRICES}"])["cost"]["parcels"]["late_eur"],
    )
    net = {"late": late, "eur_per_late_parcel": price, "eur": late * price}
    shifts = {name: [_shift(each) for each in getattr(cost, name)] for name in ("trucks", "stands", "cleared")}
    return {"net": net, "parcels": parcels, **shifts}


def _shift(each: Shift) -> dict[str, Any]:
    values = {"actual_min": each.actual, "on_schedule_min": each.on_schedule, "later_min": each.minutes}
    return {"name": each.name, **{name: None if np.isnan(value) else value for name, value in values.items()}}


_PRICES = "liege"
"""The option of `configs/cost` of which a late parcel has its price."""
_MOST_NAMED = 5
"""Flights, routes and trucks that the text names; `--json` has all."""


def comparison_text(document: Mapping[str, Any], hub: HubConfig) -> str:
    """The answer first, then trucks, flights and parcels, and from when lateness counts."""
    key, late = document["title"].removeprefix("flight "), document["late_min"]
    if document["cost"] is None:
        side = f"{duration(-late)} early" if late < 0 else "exactly on schedule"
        line = f"{key} came {side}: it was not late, so nothing was late because of it."
        if document["aircraft_late_min"] > 0:
            line = said("not_late_itself", key=key, side=side, later=duration(document["aircraft_late_min"]))
        return line
    cost = document["cost"]
    scheduled, came = (clock(document[name], hub.start_date) for name in ("sibt_min", "arrival_min"))
    where = f"{document['scenario']}, replication {document['replication']}"
    promised, price = hours_text(hub.service_h), f"{cost['net']['eur_per_late_parcel']:.2f}"
    lines = [
        *_answer(key, late, cost["parcels"]),
        said(
            "late_net",
            **{name: f"{cost['net'][name]:+,.0f}".replace("-", "−") for name in ("late", "eur")},
            price=price,
        ),
        f"  {where}: scheduled {scheduled}, came {came}",
        *_shift_lines("truck", "left", cost["trucks"]),
        *_shift_lines("flight", "got a stand", cost["stands"]),
        *_shift_lines("flight", "had 95 % of the parcels gone", cost["cleared"]),
        *_parcel_lines(cost["parcels"]),
        f"Late: not gone {promised} after the scheduled in-block ({key}) or drawn arrival (other flights).",
    ]
    if n := cost["parcels"]["n_uncounted"]:
        lines.append(f"Not counted: {whole(n)} parcels of flights whose promised time ends after the run.")
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
    because = {"because": parcels["late_because"], **{of: parcels[of]["because"] for of in ("own", "others")}}
    yield said("late_because", key=key, late=duration(late), **because)
    otherwise = parcels["own"]["otherwise"] + parcels["others"]["otherwise"]
    if otherwise:
        yield f"{whole(otherwise)} parcels were on time that would have been late with the flight on schedule."


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
        yield f"  {whole(n_open)} parcels left by the end of one run only: they add no hours"


def _row(name: str, part: Mapping[str, Any]) -> str:
    counts = f"{part['because']:13,} {part['otherwise']:14,} {part['both']:13,}"
    return f"  {name:22} {counts} {part['delay_h']:13,.0f}"
