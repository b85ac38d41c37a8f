"""When a hub carries its traffic: one criterion for every verb."""

import math
from typing import Final

from experiments.statistics.warmup import GROWTH_THAT_COUNTS
from sim.config import HubConfig
from sim.measures.ladder import Rung, capacity_ladder

LEAST_ON_TIME: Final = 0.95
"""On-time share from which on a hub carries its traffic (assumption)."""


def carries(on_time_share: float, *, is_unstable: bool | None) -> bool:
    """Whether a design carries its traffic: enough parcels on time, and no backlog that is known to grow."""
    return on_time_share >= LEAST_ON_TIME and not is_unstable


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
