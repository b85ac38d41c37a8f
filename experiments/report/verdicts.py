"""The verdict on a design: whether it carries its traffic, in a word, in a row of a table, and in one line."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from experiments.formatting import instant, listed, roster, share_text, whole
from experiments.interval_text import amount, bracket
from experiments.report import bottleneck
from experiments.report.stored_designs import NamedDesign
from experiments.statistics.criterion import LEAST_ON_TIME, carries
from experiments.statistics.interval import Value, Values
from sim.config.zones import clock_of
from sim.measures.ladder import Ladder
from sim.units import MIN_PER_DAY, MIN_PER_H

WIDEST: Final = 0.5
"""A wider interval of the on-time share is left out of the answer (assumption)."""


class Verdict(StrEnum):
    CARRIES = "carries"
    FAILS = "fails"
    UNSTABLE = "unstable"


@dataclass(frozen=True, slots=True)
class DesignVerdict:
    """The answer of one design, in the words of terminal, page and sheet."""

    label: str
    """Label of the design in tables."""
    title: str
    kind: str
    """Kind of the verdict: carries, close, fails or unstable."""
    word: str
    on_time: str
    """The on-time share with its interval, or why it is unknown."""
    bottleneck: str
    """Bottleneck by the ladder, and why no lower rung is it; empty without a ladder."""
    since: str
    """The instant from which flights are held, on average; empty if none is, or if the design carries its traffic."""
    staffing: str
    """Staff on which the answer rests; empty if unknown."""
    waits: str
    """For whose people work waits, if the ladder does not explain why the design is late; otherwise empty."""
    reasons: Sequence[str]
    """Reasons why it is undecided; none otherwise."""
    exports: str = ""
    """On-time share of exports if it is, or may be, below the target of imports, unless the design fails."""

    @property
    def details(self) -> str:
        """The sentences after the verdict's word."""
        parts = [f"On time: {self.on_time}"]
        parts += [f"Undecided because {listed(self.reasons, 'and')}"] if self.reasons else []
        parts += [f"Exports on time: {self.exports}"] if self.exports else []
        parts += [f"Bottleneck by the ladder: {self.bottleneck}"] if self.bottleneck else []
        if self.since:
            parts.append(f"Flights are held, on average from {self.since} on")
        elif self.kind in ("fails", "unstable"):
            parts.append("No flight is held")
        parts += [f"Staff: {self.staffing}"] if self.staffing else []
        parts += [self.waits] if self.waits else []
        return ". ".join(parts) + "."

    def __str__(self) -> str:
        return f"{self.title}: {self.word}. {self.details}"


def design_verdicts(
    points: Sequence[NamedDesign], values: Values, ladder: Mapping[str, Ladder]
) -> Iterator[DesignVerdict]:
    """A verdict for each design, in the order requested. `values`: KPIs by label; `ladder`: rungs by label."""
    for point in points:
        on_time = values[point.label]["on_time_share"]
        kind, word = in_a_word(point, on_time)
        rungs = ladder.get(point.label, {})
        is_late = verdict(point, on_time) is not Verdict.CARRIES
        yield DesignVerdict(
            point.label,
            _title(point),
            kind,
            "does not carry: its backlog grows" if kind == "unstable" else word,
            on_time_text(point, on_time),
            bottleneck.in_short(rungs),
            "" if kind == "carries" else held_since(point),
            staffing(point, values[point.label]),
            bottleneck.unexplained(rungs, point, values[point.label]) if is_late else "",
            reasons_open(point, on_time),
            "" if kind in ("fails", "unstable") else late_exports(point, values[point.label]),
        )


def late_exports(point: NamedDesign, values: Mapping[str, Value]) -> str:
    """The on-time share of exports if it, or the low end of its interval, is below that required of imports."""
    on_time, per_day = values.get("export_on_time_share"), values.get("exports_per_day")
    if on_time is None or per_day is None or not per_day.mean:
        return ""
    if min(on_time.bounds or (on_time.mean,)) >= LEAST_ON_TIME:
        return ""
    return on_time_text(point, on_time)


def staffing(point: NamedDesign, values: Mapping[str, Value]) -> str:
    """The people on which an answer rests; empty if unknown."""
    paid = values.get("staff_h_paid_per_day")
    return paid_hours(paid.mean, point.roster) if paid and point.roster else ""


def paid_hours(hours: float, roster_name: str) -> str:
    """Paid hours in words: 2,597 paid hours a day (roster: follows work)."""
    return f"{whole(hours)} paid hours a day ({roster(roster_name)})"


def on_time_text(point: NamedDesign, on_time: Value) -> str:
    """The on-time share with its interval, or that the interval is too wide."""
    if says_nothing(on_time) and not point.is_unstable:
        return f"unknown, because {on_time.n} replications are too few"
    return f"{amount(on_time)} {bracket(on_time)}"


def _title(point: NamedDesign) -> str:
    """The design's name on one line, with the disruptions that are on."""
    title = point.title_line
    return title if not point.disruptions or point.disruptions in title else f"{title}, with {point.disruptions}"


def held_since(point: NamedDesign) -> str:
    """The instant at which a flight is first held because no stand is free, on average; empty if none is."""
    if math.isnan(point.blocked_after_h):
        return ""
    minute = MIN_PER_H * point.blocked_after_h
    clock = clock_of(point.time_zone or None, point.first_day, math.ceil(minute / MIN_PER_DAY))
    return instant(minute, point.first_day, clock)


def verdict(point: NamedDesign, on_time: Value) -> Verdict:
    if point.is_unstable:
        return Verdict.UNSTABLE
    return Verdict.CARRIES if carries(on_time.mean, is_unstable=point.is_unstable) else Verdict.FAILS


def is_close(point: NamedDesign, on_time: Value) -> bool:
    """Whether the interval leaves the verdict open, or the run does not show whether the backlog grows."""
    return bool(reasons_open(point, on_time))


def reasons_open(point: NamedDesign, on_time: Value) -> list[str]:
    """The reasons why the verdict is undecided."""
    if point.is_unstable:
        return []
    reasons = []
    if _holds_threshold(on_time):
        reasons.append(f"its interval includes {share_text(LEAST_ON_TIME)}")
    if point.is_unstable is None and on_time.mean >= LEAST_ON_TIME:
        reasons.append("the run does not show whether the backlog grows")
    return reasons


def says_nothing(on_time: Value) -> bool:
    """Whether the interval is so wide that the on-time share is almost unknown, and leaves the verdict open."""
    return 2 * (on_time.half_width or 0.0) > WIDEST and _holds_threshold(on_time)


def _holds_threshold(on_time: Value) -> bool:
    return on_time.bounds is not None and on_time.bounds[0] < LEAST_ON_TIME <= on_time.bounds[1]


def in_a_word(point: NamedDesign, on_time: Value) -> tuple[str, str]:
    """The verdict's kind, and its words in a cell of a table."""
    kind = "close" if is_close(point, on_time) else str(verdict(point, on_time))
    words = {"close": "undecided", "carries": "carries", "fails": "does not carry", "unstable": "unstable"}
    return kind, words[kind]


def traffic(point: NamedDesign) -> str:
    """The traffic in a sentence: the demand, and active disruptions."""
    return point.traffic + (f", with {point.disruptions}" if point.disruptions else "")
