"""What disrupted a run, in a sentence a design."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from experiments.report.points import Point, Values, Window, records
from sim.measures.recovery import CURFEW
from sim.units import MIN_PER_DAY

if TYPE_CHECKING:
    import pandas as pd

_KINDS: Final = {
    "machine_outage": "sorting machines stood still", "equipment_away": "loaders or tugs were away",
    "breakdowns": "breakdowns", "runway_closed": "the runway was closed", "random_closures": "closures of the runway",
    CURFEW: "a night curfew", "staff_away": "people stayed away", "late_flights": "flights came late",
    "data_outage": "customs data did not come", "demand": "more or fewer flights than usual",
}  # fmt: skip


def sentences(disruptions: "pd.DataFrame | None", points: Sequence[Point], values: Values, window: Window) -> list[str]:
    """Of each design with disruptions what happened and when; how often, if it was drawn at random or comes nightly."""
    if disruptions is None:
        return []
    found = []
    for point in points:
        rows = list(records(disruptions[disruptions["scenario"] == point.label]))
        first = min((row["replication"] for row in rows), default=0)
        parts = [
            _given(row, window)
            for row in rows
            if row["replication"] == first and not row["is_drawn"] and row["kind"] != CURFEW
        ]
        if any(row["kind"] == CURFEW for row in rows):
            parts.append(_KINDS[CURFEW])
        for name in dict.fromkeys(row["name"] for row in rows if row["is_drawn"]):
            drawn = [row for row in rows if row["name"] == name]
            n = len(drawn) / values[point.label]["on_time_share"].n
            parts.append(f"{_KINDS[drawn[0]['kind']]} at random ({name}: {n:.3g} a replication)")
        if parts:
            found.append(f"{point.title} was disrupted: {'; '.join(parts)}.")
    return found


def _given(row: dict[str, Any], window: Window) -> str:
    hours = (row["end"] - row["start"]) / 60
    return f"{_KINDS[row['kind']]} ({row['name']}) from {instant(float(row['start']), window)} for {hours:g} h"


def instant(minute: float, window: Window) -> str:
    """A minute after the first midnight as a day and a clock time."""
    day, rest = divmod(int(minute), MIN_PER_DAY)
    clock = f"{rest // 60:02}:{rest % 60:02}"
    if window.start_date is None:
        return f"day {day + 1} at {clock}"
    return f"{window.start_date + dt.timedelta(days=day):%a %d %b} at {clock}"
