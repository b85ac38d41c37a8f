"""The disruptions of a run, in a sentence for each design."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.formatting import hours_text, instant, listed, short
from experiments.report.stored_designs import Frame, NamedDesign, Window, records
from experiments.statistics.interval import Values
from sim.config.disruptions import Disruption


def in_words(disruptions: Mapping[str, Disruption]) -> str:
    """The active disruptions with their names, as a list for the end of a sentence; empty if there are none.

    >>> from sim.config.disruptions.kinds import DemandFactor, RunwayClosed
    >>> in_words({"fog": RunwayClosed("day 3 04:00", 6, "runway_closed"),
    ...           "peak": DemandFactor("day 1 00:00", 24, "demand", 1.4)})
    'a closed runway (fog) and 1.4 times the usual flights for 1 day (peak)'
    """
    parts = [f"{disruption.words()} ({name.replace('_', ' ')})" for name, disruption in disruptions.items()]
    return listed(parts, "and")


def sentences(
    disruptions: Frame,
    points: Sequence[NamedDesign],
    values: Values,
    window: Window,
) -> Iterator[str]:
    """For each design with disruptions: what happens and when, or how often if it is random or nightly."""
    for point in points:
        rows = list(records(disruptions[disruptions["scenario"] == point.label]))
        first = min((row["replication"] for row in rows), default=0)
        parts = [
            _given(row, window)
            for row in rows
            if row["replication"] == first and not row["is_drawn"] and not _kind(row).is_nightly
        ]
        parts += dict.fromkeys(_kind(row).happened for row in rows if _kind(row).is_nightly)
        for name in dict.fromkeys(row["name"] for row in rows if row["is_drawn"]):
            drawn = [row for row in rows if row["name"] == name]
            n = len(drawn) / values[point.label]["on_time_share"].n
            parts.append(f"{_kind(drawn[0]).happened} at random ({name}: {short(n, 3)} a replication)")
        if parts:
            yield f"{point.title} was disrupted: {'; '.join(parts)}."


def _kind(row: dict[str, Any]) -> type[Disruption]:
    return Disruption.kinds[row["kind"]]


def _given(row: dict[str, Any], window: Window) -> str:
    hours = (row["end"] - row["start"]) / 60
    since = instant(float(row["start"]), window.start_date, window.clock)
    return f"{_kind(row).happened} ({row['name']}) from {since} for {hours_text(hours)}"
