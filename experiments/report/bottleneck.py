"""The bottleneck as defined in docs/model.md, section 4, for page, terminal and `capacity`.

*By what-if* it is the resource of which ten per cent more improves the on-time share most, found by simulations of
`capacity`. *By the ladder* it is the lowest rung of the capacity ladder. The bottleneck by what-if is named if known.
"""

from collections.abc import Mapping
from typing import Final

from experiments.formatting import number, resource, role_name, rounded
from experiments.statistics import Interval
from experiments.store.summaries import DesignRow
from sim.config.disruptions import Disruption
from sim.domain.roles import ROLES, Place
from sim.measures.kpis import LAID_OUT

NEAR: Final = 0.05
"""Rungs within this share of the lowest are named together with it (assumption)."""
_ALL_POSTS: Final = "round_the_clock"
"""The roster that mans all posts at any time, so that more people cannot help."""
MORE_PEOPLE: Final = f"The word roster={_ALL_POSTS} shows whether more would be enough"
_MOST_ROLES: Final = 3
_STAFFED: Final = "If staffed round the clock"
_STAYS: Final = ("floor", "export_floor")
"""Rungs that rest on measured stays. Where people are missing, stays are longer and these rungs lower."""
_OF_EACH: Final = {Place.HALL: " in each hall", Place.MACHINE: " at each machine"}


def rungs(ladder: Mapping[str, float]) -> list[tuple[str, float]]:
    """Resources with their parcels a day, lowest first, without those that block nobody when full."""
    can_block = [(name, rate) for name, rate in ladder.items() if name not in LAID_OUT]
    return sorted(can_block, key=lambda rung: (rung[1], rung[0]))


def by_ladder(ladder: Mapping[str, float]) -> str | None:
    """The resource on the lowest rung; None without a ladder."""
    return next((name for name, _ in rungs(ladder)), None)


def named(by_what_if: str | None, ladder: Mapping[str, float]) -> str:
    """The bottleneck, and how it was found; empty if unknown.

    >>> named("packout_posts", {"machines": 5.0, "packout_posts": 9.0})
    'bottleneck by what-if: pack-out posts'
    >>> named("machines", {"machines": 5.0}), named(None, {"machines": 5.0})
    ('bottleneck by what-if and by the ladder: sorting machines', 'bottleneck by the ladder: sorting machines')
    """
    lowest = by_ladder(ladder)
    name = by_what_if or lowest
    both = {"by what-if": by_what_if, "by the ladder": lowest}
    ways = " and ".join(way for way, found in both.items() if found == name)
    return f"bottleneck {ways}: {resource(name)}" if name else ""


def explains(ladder: Mapping[str, float], parcels_per_day: float) -> bool:
    """Whether a resource alone could not handle the mean arrivals, even if staffed round the clock.

    Not floors, whose stays may be long because people are missing.
    """
    return any(rate < parcels_per_day for name, rate in rungs(ladder) if name not in _STAYS)


def waits_for_people(values: Mapping[str, Interval], point: DesignRow) -> str:
    """The roles for whose people work waits longest, with hours a day; empty if there is hardly such a wait.

    People may also be late because they are held by those who come after them, who then wait longest. Empty, too, for
    a hub with outages, closures or absences: these make parcels late, and work waits for the roster's people as usual.
    """
    if any(kind.phrase in point.disruptions for kind in Disruption.kinds.values() if not kind.is_traffic):
        return ""
    n_places = {Place.APRON: 1, Place.HALL: point.n_halls, Place.MACHINE: point.n_machines}
    names = {role: f"understaffed_h_per_day_{role}" for role in ROLES}
    hours = {role: values[name].mean / n_places[ROLES[role].place] for role, name in names.items() if name in values}
    least = max(1.0, max(hours.values(), default=0.0) / 2)
    longest = sorted((role for role in hours if hours[role] >= least), key=lambda role: -hours[role])[:_MOST_ROLES]
    of_each = {role: _OF_EACH[ROLES[role].place] if n_places[ROLES[role].place] > 1 else "" for role in longest}
    texts = [f"{role_name(role)} {number(hours[role])} h a day{of_each[role]}" for role in longest]
    return f"Work waits for people: {', '.join(texts)}" if texts and point.roster != _ALL_POSTS else ""


def unexplained(ladder: Mapping[str, float], point: DesignRow, values: Mapping[str, Interval]) -> str:
    """The roles for whose people work waits in a design that is late, if the ladder does not explain it."""
    return "" if explains(ladder, point.parcels_per_day) else waits_for_people(values, point)


def sentences(ladder: Mapping[str, float], point: DesignRow, values: Mapping[str, Interval], *, is_late: bool) -> str:
    """The bottleneck by the ladder with its capacity, and the arrivals; empty without a ladder.

    `is_late`: the design does not carry its traffic, which a ladder above the demand cannot explain.
    """
    if not (lowest := rungs(ladder)):
        return ""
    (name, rate), *others = lowest
    given = "With the stays measured" if name in _STAYS else _STAFFED
    text = f"B{named(None, ladder)[1:]}. {given}, it can handle {rounded(rate)} parcels a day"
    near = [f"{resource(another)} {rounded(other)}" for another, other in others if other <= (1 + NEAR) * rate]
    text += f" ({', '.join(near)})" if near else ""
    text += f"; {rounded(point.parcels_per_day)} arrive{' on the mean measured day' * bool(point.disruptions)}."
    if is_late and not explains(ladder, point.parcels_per_day):
        halls = ", of all halls together," if point.n_halls > 1 else ""
        each = "each resource except floors" if rate < point.parcels_per_day else "each resource alone"
        text += f" {_STAFFED}, {each}{halls} could handle the mean arrivals."
        waits = waits_for_people(values, point)
        text += f" {waits}. {MORE_PEOPLE}." if waits else ""
    return text
