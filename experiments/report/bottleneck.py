"""The bottleneck as defined in docs/model.md, section 4, for page, terminal and `capacity`.

*By what-if* it is the resource of which ten per cent more improves the on-time share most, found by simulations of
`capacity`. *By the ladder* it is the lowest rung of the capacity ladder. The bottleneck by what-if is named if known.
"""

from collections.abc import Mapping
from typing import Final

from experiments.formatting import resource, rounded
from sim.measures.kpis import LAID_OUT

NEAR: Final = 0.05
"""Rungs within this share of the lowest are named together with it (assumption)."""


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


def sentences(ladder: Mapping[str, float], parcels_per_day: float, *, is_late: bool) -> str:
    """The bottleneck by the ladder with its capacity, and the arrivals; empty without a ladder.

    `is_late`: the design does not carry its traffic, which a ladder above the demand cannot explain.
    """
    if not (lowest := rungs(ladder)):
        return ""
    (_, rate), *others = lowest
    text = f"B{named(None, ladder)[1:]}. If staffed round the clock, it can handle {rounded(rate)} parcels a day"
    near = [f"{resource(name)} {rounded(other)}" for name, other in others if other <= (1 + NEAR) * rate]
    text += f" ({', '.join(near)})" if near else ""
    text += f"; {rounded(parcels_per_day)} arrive."
    if is_late and rate >= parcels_per_day:
        text += " If staffed round the clock, each resource alone could handle the mean arrivals."
    return text
