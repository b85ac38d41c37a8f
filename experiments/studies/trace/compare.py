"""`cargohub trace RUN flight=KEY compare=on_time`: what a late flight cost, under common random numbers."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from experiments.frame.recorded import with_schedule
from experiments.studies.trace.run import Replication, is_same, why_not
from sim.errors import InputError
from sim.measures.tracing import Cost, Shift, cost
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
        print(
            f"simulating replication {replication.number} twice, as it was and with flight {key} on schedule:"
            f" {hub.warmup_days + hub.horizon_days} days each",
            file=sys.stderr,
        )
    actual = world(hub, replication.number)
    every = np.arange(len(flights["number"]))
    if not is_same(actual.tables, replication.tables, every):
        folder = replication.manifest.folder
        raise InputError(f"{folder}: the run is not the same when computed here; {why_not(folder)}")
    on_schedule = world(hub, replication.number, actual.inputs.flights[number].entity)
    return document | {"cost": as_object(cost(actual, on_schedule, number, ticks(hub.service_h * MIN_PER_H)))}


def as_object(found: Cost) -> dict[str, Any]:
    """The comparison as one JSON object."""
    parcels = {
        "late_because": found.total.because,
        "own": asdict(found.own),
        "others": asdict(found.others),
        "by_flight": {name: asdict(part) for name, part in found.by_flight.items()},
        "by_route": {name: asdict(part) for name, part in found.by_route.items()},
        "n_uncounted": found.n_uncounted,
    }
    shifts = {name: [_shift(each) for each in getattr(found, name)] for name in ("trucks", "stands", "cleared")}
    return {"parcels": parcels, **shifts}


def _shift(each: Shift) -> dict[str, Any]:
    values = {
        "actual_min": each.actual,
        "on_schedule_min": each.on_schedule,
        "later_min": each.minutes,
    }
    return {"name": each.name, **{name: None if np.isnan(value) else value for name, value in values.items()}}
