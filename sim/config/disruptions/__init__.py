"""Disruptions: each is a configuration group of its own, so they can be combined freely.

Those with `start` and `hours` happen once. `start` is local time: `day 3 12:00`, where day 1 is the first measured day,
or `2022-11-15 12:00`. To add a kind, write its class in `kinds`.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sim.config.bounds import NotNegative
from sim.config.disruptions import kinds  # noqa: F401 - registers the kinds
from sim.config.disruptions.base import Disruption, Hub, Span, Spell, kind

__all__ = ["Disruption", "Recovery", "Span", "Spell", "check_disruptions", "demand_factors", "highest_factor", "kind"]


@dataclass(frozen=True, slots=True)
class Recovery:
    """When the backlog counts as recovered."""

    band_h: NotNegative
    """Time before and after an instant over which the backlog without disruptions defines the band."""
    stay_h: NotNegative
    """Time for which the backlog must stay in the band."""
    runs_on: bool
    """Whether a replication that has not recovered at its end is simulated for longer."""


def demand_factors(disruptions: Mapping[str, Disruption], hub: Hub) -> tuple[tuple[float, float, float], ...]:
    """Start, end (exclusive) [minutes after the first midnight] and factor of each change of demand; all multiply."""
    return tuple(
        (*disruption.span(hub.start_date, hub.warmup_days), factor)
        for disruption in disruptions.values()
        if isinstance(disruption, Spell) and (factor := disruption.demand()) is not None
    )


def highest_factor(factors: Collection[tuple[float, float, float]]) -> float:
    """The highest product of factors at any instant; one if there are none."""
    # It may also rise where a factor below one ends.
    instants = [instant for begin, end, _ in factors for instant in (begin, end)]
    return max([1.0, *(math.prod(f for low, high, f in factors if low <= at < high) for at in instants)])


def check_disruptions(disruptions: Mapping[str, Disruption], hub: Hub) -> None:
    """Refuse disruptions outside the run, and those of halls, machines or units that the hub does not have."""
    for name, disruption in disruptions.items():
        try:
            disruption.check(hub)
        except ValueError as error:
            raise ValueError(f"disruptions.{name}.{error}") from error
    nightly = [name for name, disruption in disruptions.items() if disruption.is_nightly]
    if len(nightly) > 1:
        raise ValueError(f"disruptions: at most one night_curfew, got {' and '.join(nightly)}")
