"""What `cargohub sensitivity` says: the factors that matter most, as far as intervals decide it."""

import math
from collections.abc import Sequence
from typing import Final

from experiments.formatting import whole, with_interval
from experiments.statistics import Interval
from experiments.statistics.indices import is_too_much
from experiments.studies.sensitivity.design import Group
from experiments.studies.sensitivity.result import (
    Crossed,
    Result,
    amount,
    leaves_open,
    name_of,
    possible,
    range_of,
)

_NAMED: Final = 3
"""Factors that a sentence names."""


def sentences(result: Result) -> list[str]:
    """Which factors matter most to each KPI, and what a study of another air hub found."""
    said = [_most(result, kpi) for kpi in result.asked.kpis]
    if result.crossed is not None:
        said += [line for kpi in result.asked.kpis if (line := _shares(result.crossed, kpi))]
    return [*said, *_ups(result)]


def _most(result: Result, kpi: str) -> str:
    sizes = result.sizes(kpi)
    if sizes[0][1].mean == 0:
        return f"No factor moves {kpi}."
    if result.screened is None:
        named = ", ".join(name_of(name) for name, _ in sizes[:_NAMED])
        if _is_unusable(result, kpi) or any(leaves_open(size) for _, size in sizes[:_NAMED]):
            return f"Which of {len(sizes)} factors move {kpi} most is open; by the estimates, {named}."
        following = sizes[_NAMED][1] if len(sizes) > _NAMED else None
        sure = "; the intervals leave that order open" if _may_change(sizes[:_NAMED][-1][1], following) else ""
        return f"Of {len(sizes)} factors, these move {kpi} most: {named}{sure}."
    factors = result.asked.factors
    listed = "; ".join(
        f"{name_of(name)} ({range_of(factors[name])}) by {amount(kpi, size)}" for name, size in sizes[:_NAMED]
    )
    following = sizes[_NAMED][1] if len(sizes) > _NAMED else None
    sure = "; the intervals leave that order open" if _may_change(sizes[:_NAMED][-1][1], following) else ""
    return f"Of {len(sizes)} factors, these move {kpi} most, each over its whole range, on average: {listed}{sure}."


def _shares(crossed: Crossed, kpi: str) -> str:
    found = sorted(crossed.indices[kpi], key=lambda index: -index.total.mean)
    if found[0].total.low is None or is_too_much(found):
        return ""
    known = [index for index in found if not (index.is_impossible or leaves_open(index.total))]
    if not known:
        return ""
    listed = ", ".join(
        f"{name_of(index.factor)} {_percent(index.first)} alone and {_percent(index.total)} with others"
        for index in known[:_NAMED]
    )
    return f"Of the variance of {kpi} over the ranges of {len(found)} factors, {listed}."


def _is_unusable(result: Result, kpi: str) -> bool:
    """Whether the order of the factors rests on impossible indices."""
    if result.screened is not None or result.crossed is None:
        return False
    indices = result.crossed.indices[kpi]
    return is_too_much(indices) or any(index.is_impossible for index in indices)


def _percent(share: Interval) -> str:
    """An estimate beyond 0 or 1 is there by chance: the table has it, a sentence does not."""
    return with_interval(possible(share).scaled(100), whole, unit=" %")


def _may_change(last: Interval, following: Interval | None) -> bool:
    """Whether the one that follows may be larger than the last."""
    return following is not None and following.high is not None and last.low is not None and following.high > last.low


def _ups(result: Result) -> list[str]:
    """What UPS found in 1996 beside what is found here: the groups of factors by weight."""
    told = (
        "UPS's study of an air hub (Winter Simulation Conference, 1996) found it extremely sensitive to the arrival"
        " pattern and to the availability of crews"
    )
    wanted = (Group.ARRIVALS, Group.CREWS)
    if not set(wanted) <= {factor.group for factor in result.asked.factors.values()}:
        return [f"{told}; this study does not vary both, and cannot say."]
    return [f"{told}.", *(_beside(result, kpi, wanted) for kpi in result.asked.kpis)]


def _beside(result: Result, kpi: str, wanted: Sequence[Group]) -> str:
    """Whether the groups wanted weigh most; a group weighs what its heaviest factor does.

    Only intervals that do not overlap allow a conclusion, and impossible indices allow none.
    """
    heaviest: dict[Group, tuple[str, Interval]] = {}
    for name, size in result.sizes(kpi):
        heaviest.setdefault(result.asked.factors[name].group, (name, size))
    groups = list(heaviest)
    order = ", ".join(f"{group} ({name_of(name)})" for group, (name, _) in heaviest.items())
    of_wanted = [_reach(result, heaviest[group][1]) for group in wanted]
    of_others = [_reach(result, heaviest[group][1]) for group in groups if group not in wanted]
    if _is_unusable(result, kpi):
        return f"No conclusion here for {kpi}: indices are impossible. In order of the estimates: {order}."
    if not of_others or min(low for low, _ in of_wanted) > max(high for _, high in of_others):
        return f"So here for {kpi}: arrivals and crews are the first of {len(groups)} groups. In order: {order}."
    if max(low for low, _ in of_others) <= min(high for _, high in of_wanted):
        return f"No conclusion here for {kpi}: the intervals leave the order open. In order of the estimates: {order}."
    places = ", ".join(f"{group} come {_ordinal(1 + groups.index(group))}" for group in wanted)
    return f"Not so here for {kpi}: of {len(groups)} groups {places}. In order: {order}."


def _reach(result: Result, size: Interval) -> tuple[float, float]:
    """The bounds of a factor's weight; without an interval it may be anything."""
    cut = size if result.screened is not None else possible(size)
    return (-math.inf if cut.low is None else cut.low, math.inf if cut.high is None else cut.high)


def _ordinal(rank: int) -> str:
    names = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
    return names[rank - 1] if rank <= len(names) else f"{rank}th"
