"""Stretches of time, end to end, which form a path."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sim.measures.tracing.causes import CAUSES


class Outcome(StrEnum):
    DEPARTED = "departed"
    REFUSED = "refused by customs"
    INSIDE = "inside at the end of the run"
    DIVERTED = "diverted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Segment:
    """One cause from an instant to another [min]."""

    start: float
    end: float
    cause: str
    detail: str = ""
    same: Mapping[str, float] = field(default_factory=dict)
    """Values that it shares with the holders of the resource, by column."""

    @property
    def minutes(self) -> float:
        return self.end - self.start


def closed(
    parts: Iterable[Segment], start: float, end: float, cause: str, same: Mapping[str, float] | None = None
) -> list[Segment]:
    """Ascending parts cut to [start, end], with gaps filled by a cause."""
    shared = same or {}
    segments = []
    now = start
    for part in parts:
        low, high = max(now, part.start), min(end, part.end)
        if low < high:
            if now < low:
                segments.append(Segment(now, low, cause, same=shared))
            segments.append(replace(part, start=low, end=high))
            now = high
    return segments if now >= end else [*segments, Segment(now, end, cause, same=shared)]


def merged(segments: Sequence[Segment]) -> list[Segment]:
    """Neighbours of the same cause merged; their details stay only if they are the same."""
    merged: list[Segment] = []
    for segment in segments:
        last = merged[-1] if merged else None
        if last is not None and last.cause == segment.cause and last.same == segment.same and last.end == segment.start:
            detail = last.detail if last.detail == segment.detail else ""
            merged[-1] = replace(last, end=segment.end, detail=detail)
        else:
            merged.append(segment)
    return merged


def by_resource(segments: Iterable[Segment]) -> dict[str, float]:
    """Minutes of work (`work`) and of waiting by resource, the longest first.

    Instants are multiples of 2⁻²⁰ min, so that the sums are exact.
    """
    sums: dict[str, float] = {}
    for segment in segments:
        name = CAUSES[segment.cause].resource or "work"
        sums[name] = sums.get(name, 0.0) + segment.minutes
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
