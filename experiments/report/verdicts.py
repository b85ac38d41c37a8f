"""The verdict on a design, whether it carries its traffic: in a word, in a cell of a table, and in one line."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from experiments.formatting import hours_text, instant, listed, roster, share_text, whole
from experiments.interval_text import amount, bracket
from experiments.report import bottleneck
from experiments.report.stored_designs import NamedDesign
from experiments.statistics.criterion import LEAST_ON_TIME, ON_TIME, Condition, Judged, Word, judge, least_share
from experiments.statistics.interval import Value, Values
from sim.config.zones import clock_of
from sim.measures.ladder import Ladder
from sim.units import MIN_PER_DAY, MIN_PER_H

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {Word.CARRIES: "carries", Word.UNDECIDED: "close", Word.FAILS: "fails"}
)
"""The look of each word, by the classes of `page.css`."""
_MOST_MORE: Final = 1000
"""More further replications than these are not named (assumption)."""


@dataclass(frozen=True, slots=True)
class DesignVerdict:
    """The answer of one design, in the words of terminal, page and sheet."""

    label: str
    """Label of the design in tables."""
    title: str
    judged: Judged
    required: str
    """The criterion with the design's promises."""
    shares: Sequence[str]
    """Shares on time with their intervals, of imports and exports."""
    reasons: str
    """Why it does not carry its traffic, or why that is undecided and what would decide it; otherwise empty."""
    bottleneck: str
    """Bottleneck by the ladder, and why no lower rung is it; empty without a ladder."""
    since: str
    """The instant from which flights are held, on average; empty if none is, or if the design carries its traffic."""
    staffing: str
    """Staff on which the answer rests; empty if unknown."""
    waits: str
    """For whose people work waits, if the ladder does not explain why the design is late; otherwise empty."""

    @property
    def word(self) -> str:
        return self.judged.word

    @property
    def kind(self) -> str:
        """The look of the word."""
        return KINDS[self.judged.word]

    @property
    def verdict(self) -> str:
        """The word with its criterion."""
        return f"{self.word} ({self.required})"

    @property
    def details(self) -> str:
        """The sentences after the verdict's word."""
        parts = [self.reasons] if self.reasons else []
        parts += [f"{text[0].upper()}{text[1:]}" for text in self.shares]
        parts += [f"Bottleneck by the ladder: {self.bottleneck}"] if self.bottleneck else []
        if self.since:
            parts.append(f"Flights are held, on average from {self.since} on")
        elif self.judged.word is Word.FAILS:
            parts.append("No flight is held")
        parts += [f"Staff: {self.staffing}"] if self.staffing else []
        parts += [self.waits] if self.waits else []
        return ". ".join(parts) + "."

    def __str__(self) -> str:
        return f"{self.title}: {self.verdict}. {self.details}"


def design_verdicts(
    points: Sequence[NamedDesign], values: Values, ladder: Mapping[str, Ladder]
) -> Iterator[DesignVerdict]:
    """A verdict for each design, in the order requested. `values`: KPIs by label; `ladder`: rungs by label."""
    for point in points:
        of_point = values[point.label]
        judged = judged_of(point, of_point)
        rungs = ladder.get(point.label, {})
        yield DesignVerdict(
            point.label,
            _title(point),
            judged,
            required(point),
            shares_on_time(of_point),
            reasons(of_point, judged),
            bottleneck.in_short(rungs),
            "" if judged.word is Word.CARRIES else held_since(point),
            staffing(point, of_point),
            bottleneck.unexplained(rungs, point, of_point) if is_late(judged, of_point) else "",
        )


def judged_of(point: NamedDesign, values: Mapping[str, Value]) -> Judged:
    """The verdict on a design of a run, by the one criterion; `values`: its KPIs."""
    return judge(values, is_unstable=point.is_unstable)


def is_late(judged: Judged, values: Mapping[str, Value]) -> bool:
    """Whether a design does not carry its traffic, by its verdict or, while that is open, by its mean shares."""
    means = {kpi: value.mean for kpi, value in values.items()}
    return judged.word is Word.FAILS or least_share(means) < LEAST_ON_TIME


def required(point: NamedDesign) -> str:
    """The criterion with the promises of a design."""
    least, imports = share_text(LEAST_ON_TIME), f"imports within {hours_text(point.service_h)}"
    has_exports = not math.isnan(point.export_service_h)
    exports = f" and of exports within {hours_text(point.export_service_h)}" if has_exports else ""
    return f"required: {least} of {imports}{exports}, no growing backlog"


def shares_on_time(values: Mapping[str, Value]) -> list[str]:
    """The shares on time of imports, and of exports if there are any, with their intervals."""
    shares = {condition: values[kpi] for condition, kpi in ON_TIME.items() if kpi in values}
    return [f"{condition}: {amount(share)} {bracket(share)}" for condition, share in shares.items()]


def reasons(values: Mapping[str, Value], judged: Judged) -> str:
    """The conditions that fail; or those that are open, and what would decide them; empty if the design carries."""
    shares = [condition for condition in judged.conditions if condition in ON_TIME]
    if judged.word is Word.FAILS:
        texts = [f"too few {share}" for share in shares]
        texts += ["a backlog that grows"] if Condition.BACKLOG in judged.conditions else []
        return f"Reason: {listed(texts, 'and')}"
    if judged.word is Word.CARRIES:
        return ""
    texts = []
    if shares:
        is_single = values[ON_TIME[shares[0]]].bounds is None
        least = share_text(LEAST_ON_TIME)
        text = f"{listed(shares, 'and')} ({'no interval' if is_single else f'the interval includes {least}'}"
        texts.append(f"{text}; {more_replications(judged)})")
    if Condition.BACKLOG in judged.conditions:
        texts.append("growth of the backlog (not shown by these runs; more measured days may show it)")
    return f"Undecided: {'; '.join(texts)}"


def more_replications(judged: Judged) -> str:
    """The further replications that would decide the shares on time."""
    if judged.n_more is None or judged.n_more > _MOST_MORE:
        return "so near that more replications may not decide it"
    if judged.n_more == 1:
        return "1 more replication may decide it"
    return f"about {whole(judged.n_more)} more replications would decide it"


def verdict_object(judged: Judged) -> dict[str, Any]:
    """The verdict for JSON."""
    return {
        "word": str(judged.word),
        "least_on_time": LEAST_ON_TIME,
        "conditions": [str(condition) for condition in judged.conditions],
        "more_replications": judged.n_more,
    }


def staffing(point: NamedDesign, values: Mapping[str, Value]) -> str:
    """The people on which an answer rests; empty if unknown."""
    paid = values.get("staff_h_paid_per_day")
    return paid_hours(paid.mean, point.roster) if paid and point.roster else ""


def paid_hours(hours: float, roster_name: str) -> str:
    """Paid hours in words: 2,597 paid hours a day (roster: follows work)."""
    return f"{whole(hours)} paid hours a day ({roster(roster_name)})"


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


def traffic(point: NamedDesign) -> str:
    """The traffic in a sentence: the demand, and active disruptions."""
    return point.traffic + (f", with {point.disruptions}" if point.disruptions else "")
