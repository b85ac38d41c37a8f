"""When a hub carries its traffic: the one verdict of every verb.

A hub *carries* its traffic if at least 95 % of its imports, and of its exports, leave within their promise, the lower
end of the 95 % interval included, and no backlog grows. It *does not carry* it if an upper end lies below, or a backlog
grows. Otherwise the verdict is *undecided*, and names the conditions that are open.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from experiments.statistics.interval import Interval, t_reach
from experiments.statistics.precision import UNREACHABLE, least_count
from experiments.statistics.warmup import GROWTH_THAT_COUNTS
from sim.config import HubConfig
from sim.measures.ladder import Rung, capacity_ladder

LEAST_ON_TIME: Final = 0.95
"""Share on time of imports, and of exports, from which on a hub carries its traffic (assumption)."""


class Word(StrEnum):
    """The word of a verdict."""

    CARRIES = "carries"
    UNDECIDED = "undecided"
    FAILS = "does not carry"


class Condition(StrEnum):
    """What a hub must meet to carry its traffic."""

    IMPORTS = "imports on time"
    EXPORTS = "exports on time"
    BACKLOG = "no growing backlog"


ON_TIME: Final[Mapping[Condition, str]] = MappingProxyType(
    {Condition.IMPORTS: "on_time_share", Condition.EXPORTS: "export_on_time_share"}
)
"""The KPI of each condition on shares. That of exports is 1 in a hub without exports."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and the conditions that decide it: those that fail, or that are open; none if the hub carries."""

    word: Word
    conditions: tuple[Condition, ...] = ()
    n_more: int | None = None
    """Replications that would decide the open shares, at the variation of the existing ones; None if no number would,
    or if no share is open. More than 0."""


def judge(values: Mapping[str, Interval], *, is_unstable: bool | None, least: float = LEAST_ON_TIME) -> Judged:
    """The verdict from the replications of a design.

    `values`: KPIs with their intervals; exports are judged if their KPI is among them. `is_unstable`: whether the
    backlog grows, None if unknown. A single replication has no interval, so it leaves the shares open.

    >>> def word(low: float, high: float, is_unstable: bool | None = False) -> Judged:
    ...     return judge({"on_time_share": Interval((low + high) / 2, low, high, 5)}, is_unstable=is_unstable)
    >>> word(0.96, 0.99).word, word(0.90, 0.94).word, word(0.96, 0.99, True).word
    (<Word.CARRIES: 'carries'>, <Word.FAILS: 'does not carry'>, <Word.FAILS: 'does not carry'>)
    >>> word(0.96, 0.99, None).conditions, word(0.94, 0.98).conditions, word(0.94, 0.98).n_more
    ((<Condition.BACKLOG: 'no growing backlog'>,), (<Condition.IMPORTS: 'imports on time'>,), 8)
    """
    shares = {condition: values[kpi] for condition, kpi in ON_TIME.items() if kpi in values}
    failing = [condition for condition, share in shares.items() if share.bounds and share.bounds[1] < least]
    failing += [Condition.BACKLOG] if is_unstable else []
    if failing:
        return Judged(Word.FAILS, tuple(failing))
    opened = [condition for condition, share in shares.items() if not share.bounds or share.bounds[0] < least]
    n_more = max((_more_needed(shares[condition], least) for condition in opened), default=0)
    opened += [Condition.BACKLOG] if is_unstable is None else []
    if not opened:
        return Judged(Word.CARRIES)
    return Judged(Word.UNDECIDED, tuple(opened), n_more if 0 < n_more < UNREACHABLE else None)


def _more_needed(share: Interval, least: float) -> int:
    """Further replications until the interval excludes `least`, at the present mean and variation; at least 1."""
    if share.bounds is None:
        return 1 if share.n == 1 else UNREACHABLE
    away, end = abs(share.mean - least), share.bounds[0] if share.mean >= least else share.bounds[1]
    if not away:
        return UNREACHABLE
    deviation = abs(share.mean - end) * math.sqrt(share.n) / t_reach(share.n - 1)
    return max(1, least_count(deviation, away, share.n) - share.n)


def least_share(kpis: Mapping[str, float]) -> float:
    """The lower one of the shares on time of imports and exports in one replication."""
    return min(kpis[kpi] for kpi in ON_TIME.values() if kpi in kpis)


def is_carried(kpis: Mapping[str, float], *, is_unstable: bool | None, least: float = LEAST_ON_TIME) -> bool:
    """Whether one replication, taken as exact, carries its traffic; growth that is not known does not count.

    >>> is_carried({"on_time_share": 0.99, "export_on_time_share": 0.9}, is_unstable=None)
    False
    """
    exact = {kpi: Interval(kpis[kpi], kpis[kpi], kpis[kpi], 1) for kpi in ON_TIME.values() if kpi in kpis}
    return judge(exact, is_unstable=bool(is_unstable), least=least).word is Word.CARRIES


def limit(rung: Rung, least_on_time: float = LEAST_ON_TIME) -> float:
    """Parcels a day up to which a hub carries its traffic, if nothing but this resource limits it.

    If so few parcels need the resource that enough are on time without them, it limits the hub only where its own
    backlog grows by more than counts.

    >>> limit(Rung(100.0)), limit(Rung(100.0, 0.051)), limit(Rung(100.0, 0.05)), limit(Rung(100.0, 0.01))
    (100.0, 100.0, 125.0, inf)
    >>> limit(Rung(100.0, 0.09)), limit(Rung(100.0, 0.09), least_on_time=0.9)
    (100.0, 112.5)
    """
    rate, share = rung.parcels_per_day, rung.needed_by
    if share > 1 - least_on_time:
        return rate
    return rate / (1 - GROWTH_THAT_COUNTS / share) if share > GROWTH_THAT_COUNTS else math.inf


def ladder_limit(config: HubConfig, least_on_time: float = LEAST_ON_TIME) -> float:
    """Parcels a day up to which the capacity ladder lets a hub carry its traffic, by what needs no measurement."""
    return min(limit(rung, least_on_time) for rung in capacity_ladder(config, {}).values())
