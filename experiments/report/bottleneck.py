"""The bottleneck as defined in docs/model.md, section 4, for page, terminal and `capacity`.

*By what-if* it is the resource of which ten per cent more improves the on-time share most, found by simulations of
`capacity`. *By the ladder* it is the resource that limits the hub at the lowest traffic: the lowest rung of the
capacity ladder, of those that enough parcels need. The bottleneck by what-if is named if known.
"""

import math
from collections.abc import Mapping
from typing import Final

from experiments.formatting import listed, number, percent, resource, resource_heading, role_name, rounded, share_text
from experiments.statistics import Interval
from experiments.statistics.criterion import LEAST_ON_TIME, limit
from experiments.store.summaries import DesignRow
from sim.config.disruptions import Disruption
from sim.domain.roles import ROLES, Place
from sim.measures.kpis import LAID_OUT
from sim.measures.ladder import Ladder, Rung

NEAR: Final = 0.05
"""Rungs within this share of the lowest are named together with it (assumption)."""
MORE_PEOPLE: Final = "The word roster=round_the_clock shows whether more would be enough"
_MOST_ROLES: Final = 3
_STAFFED: Final = "If staffed round the clock"
_STAYS: Final = ("floor", "export_floor")
"""Rungs that rest on measured stays. Where people are missing, stays are longer and these rungs lower."""
SORTED_TWICE: Final = ("machines", "manual_sort_posts")
"""Rungs that rest on the share that customs holds, because its parcels are sorted twice."""
_OF_EACH: Final = {Place.HALL: " in each hall", Place.MACHINE: " at each machine"}


def rungs(ladder: Ladder) -> list[tuple[str, Rung]]:
    """Resources with their rungs, lowest first, without those that block nobody when full."""
    can_block = [(name, rung) for name, rung in ladder.items() if name not in LAID_OUT]
    return sorted(can_block, key=lambda named: (named[1].parcels_per_day, named[0]))


def by_ladder(ladder: Ladder, least_on_time: float = LEAST_ON_TIME) -> str | None:
    """The resource that limits the hub at the lowest traffic; None without a ladder.

    >>> by_ladder({"machines": Rung(9.0), "handcoding_desks": Rung(8.0, 0.02)})
    'machines'
    >>> by_ladder({"machines": Rung(9.0), "handcoding_desks": Rung(8.0, 0.02)}, least_on_time=0.99)
    'handcoding_desks'
    """
    return min((name for name, _ in rungs(ladder)), key=lambda name: limit(ladder[name], least_on_time), default=None)


def is_for_few(rung: Rung) -> bool:
    """Whether so few parcels need a resource that the hub carries more than its rung."""
    return limit(rung) > rung.parcels_per_day


def named(by_what_if: str | None, ladder: Ladder, least_on_time: float = LEAST_ON_TIME) -> str:
    """The bottleneck, and how it was found; empty if unknown.

    >>> named("packout_posts", {"machines": Rung(5.0), "packout_posts": Rung(9.0)})
    'bottleneck by what-if: pack-out posts'
    >>> named("machines", {"machines": Rung(5.0)}), named(None, {"machines": Rung(5.0)})
    ('bottleneck by what-if and by the ladder: sorting machines', 'bottleneck by the ladder: sorting machines')
    """
    lowest = by_ladder(ladder, least_on_time)
    name = by_what_if or lowest
    both = {"by what-if": by_what_if, "by the ladder": lowest}
    ways = " and ".join(way for way, limiting in both.items() if limiting == name)
    return f"bottleneck {ways}: {resource(name)}" if name else ""


def in_short(ladder: Ladder) -> str:
    """The bottleneck by the ladder, and by which rule no lower rung is it; empty without a ladder.

    >>> in_short({"machines": Rung(9.0)})
    'sorting machines'
    >>> in_short({"machines": Rung(9.0), "handcoding_desks": Rung(8.0, 0.02)})
    'sorting machines (hand-coding desks can handle fewer, but at most 5 % of the parcels need them)'
    """
    if not (name := by_ladder(ladder)):
        return ""
    lower = [resource(other) for other, rung in rungs(ladder) if rung.parcels_per_day < ladder[name].parcels_per_day]
    few = f"can handle fewer, but at most {share_text(1 - LEAST_ON_TIME)} of the parcels need them"
    return resource(name) + (f" ({listed(lower, 'and')} {few})" if lower else "")


def explains(ladder: Ladder, parcels_per_day: float) -> bool:
    """Whether a resource alone keeps the hub from carrying the mean arrivals, even if staffed round the clock.

    Not floors, whose stays may be long because people are missing.
    """
    return any(limit(rung) < parcels_per_day for name, rung in rungs(ladder) if name not in _STAYS)


def waits_for_people(values: Mapping[str, Interval], point: DesignRow) -> str:
    """The roles for whose people work waits longest, with hours a day; empty if there is hardly such a wait.

    Roles of which all posts are always manned are left out, because more of their people could not help. People may
    also be late because they are held by those who come after them, who then wait longest. Empty, too, for a hub with
    outages, closures or absences: these make parcels late, and work waits for the roster's people as usual.
    """
    if any(kind.phrase in point.disruptions for kind in Disruption.kinds.values() if not kind.is_traffic):
        return ""
    n_places = {Place.APRON: 1, Place.HALL: point.n_halls, Place.MACHINE: point.n_machines}
    names = {role: f"understaffed_h_per_day_{role}" for role in ROLES if role not in point.fully_manned.split(", ")}
    hours = {role: values[name].mean / n_places[ROLES[role].place] for role, name in names.items() if name in values}
    least = max(1.0, max(hours.values(), default=0.0) / 2)
    longest = sorted((role for role in hours if hours[role] >= least), key=lambda role: -hours[role])[:_MOST_ROLES]
    of_each = {role: _OF_EACH[ROLES[role].place] if n_places[ROLES[role].place] > 1 else "" for role in longest}
    texts = [f"{role_name(role)} {number(hours[role])} h a day{of_each[role]}" for role in longest]
    return f"Work waits for people: {', '.join(texts)}" if texts else ""


def unexplained(ladder: Ladder, point: DesignRow, values: Mapping[str, Interval]) -> str:
    """The roles for whose people work waits in a design that is late, if the ladder does not explain it."""
    return "" if explains(ladder, point.parcels_per_day) else waits_for_people(values, point)


def _few_need(name: str, rung: Rung) -> str:
    """Why a resource that can handle less than the bottleneck is not it.

    >>> print(_few_need("handcoding_desks", Rung(527_800.0, 0.0194)))
    Hand-coding desks can handle 528,000, but only 1.9 % of the parcels need them: they limit the hub from 1,089,000 on
    >>> print(_few_need("xray_lanes", Rung(500_000.0, 0.008)))
    X-ray lanes for parcels can handle 500,000, but only 0.8 % of the parcels need them: they never limit the hub
    """
    of, share = "exports" if rung.is_of_exports else "parcels", share_text(float(f"{rung.needed_by:.2g}"))
    most = limit(rung)
    limits = f"limit the hub from {rounded(most)} on" if math.isfinite(most) else "never limit the hub"
    rate = f"{resource_heading(name)} can handle {rounded(rung.parcels_per_day)}"
    return f"{rate}, but only {share} of the {of} need them: they {limits}"


def if_held(name: str, share: float, known: str) -> str:
    """The share held by customs on which a rung rests, and how it is known; empty if the rung does not.

    >>> if_held("machines", 0.018, "as measured"), if_held("stands", 0.018, "as measured")
    (' if customs holds 1.8 % of them, as measured', '')
    """
    return f" if customs holds {percent(share)} % of them, {known}" if name in SORTED_TWICE and share else ""


def sentences(ladder: Ladder, point: DesignRow, values: Mapping[str, Interval], *, is_late: bool) -> str:
    """The bottleneck by the ladder with its capacity, and the arrivals; empty without a ladder.

    `is_late`: the design does not carry its traffic, which a ladder above the demand cannot explain.
    """
    if not (name := by_ladder(ladder)):
        return ""
    given = "With the stays measured" if name in _STAYS else _STAFFED
    held = if_held(name, values["held_share"].mean if "held_share" in values else 0.0, "as measured")
    rate, others = ladder[name].parcels_per_day, [(other, rung) for other, rung in rungs(ladder) if other != name]
    text = f"B{named(None, ladder)[1:]}. {given}, it can handle {rounded(rate)} imports a day{held}"
    near = [
        f"{resource(other)} {rounded(rung.parcels_per_day)}"
        for other, rung in others
        if rate <= rung.parcels_per_day <= (1 + NEAR) * rate and not is_for_few(rung)
    ]
    text += f" ({', '.join(near)})" if near else ""
    text += f"; {rounded(point.parcels_per_day)} are expected{' on the mean measured day' * bool(point.disruptions)}."
    text += "".join(f" {_few_need(other, rung)}." for other, rung in others if rung.parcels_per_day < rate)
    if is_late and not explains(ladder, point.parcels_per_day):
        halls = ", of all halls together," if point.n_halls > 1 else ""
        short = [resource(other) for other, rung in rungs(ladder) if rung.parcels_per_day < point.parcels_per_day]
        each = f"each resource except {listed(short, 'and')}" if short else "each resource alone"
        text += f" {_STAFFED}, {each}{halls} could handle the mean arrivals."
        waits = waits_for_people(values, point)
        text += f" {waits}. {MORE_PEOPLE}." if waits else ""
    return text
