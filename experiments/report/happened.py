"""What disrupted a run, in a sentence a design."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from experiments.formatting import instant, listed
from experiments.report.points import Point, Values, Window, records
from sim.config.disruptions import DemandFactor, Disruption, kind_of
from sim.measures.window import CURFEW
from sim.units import HOURS_PER_DAY

if TYPE_CHECKING:
    import pandas as pd

_KINDS: Final = {
    "machine_outage": "sorting machines stood still", "equipment_away": "loaders or tugs were away",
    "breakdowns": "breakdowns", "runway_closed": "the runway was closed", "random_closures": "closures of the runway",
    CURFEW: "a night curfew", "staff_away": "people stayed away", "late_flights": "flights came late",
    "data_outage": "customs data did not come", "demand": "more or fewer flights than usual",
}  # fmt: skip
_WITH: Final = {
    "machine_outage": "a sorting machine outage", "equipment_away": "loaders or tugs away",
    "breakdowns": "breakdowns of loaders or tugs", "runway_closed": "a closed runway",
    "random_closures": "a runway that closes at random", CURFEW: "a night curfew", "staff_away": "absent staff",
    "late_flights": "late flights", "data_outage": "a customs data outage",
}  # fmt: skip


def in_words(disruptions: Mapping[str, Disruption]) -> str:
    """What is on, each with its name, as a list for the end of a sentence; empty if nothing is.

    >>> from sim.config.disruptions import DemandFactor, RunwayClosed
    >>> in_words({"fog": RunwayClosed("day 3 04:00", 6, "runway_closed"),
    ...           "peak": DemandFactor("day 1 00:00", 24, "demand", 1.4)})
    'a closed runway (fog) and 1.4 times the usual flights for 1 day (peak)'
    """
    parts = [f"{_with(disruption)} ({name.replace('_', ' ')})" for name, disruption in disruptions.items()]
    return listed(parts, "and")


def _with(disruption: Disruption) -> str:
    if isinstance(disruption, DemandFactor):
        days = disruption.hours / HOURS_PER_DAY
        spell = f"{disruption.hours:g} h" if days < 1 else f"{days:g} day{'' if days == 1 else 's'}"
        return f"{disruption.factor:g} times the usual flights for {spell}"
    return _WITH[kind_of(disruption)]


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
    since = instant(float(row["start"]), window.start_date)
    return f"{_KINDS[row['kind']]} ({row['name']}) from {since} for {hours:g} h"
