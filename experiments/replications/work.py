"""What a worker does: one replication, or a part of it. Each worker imports this anew, so it needs the model alone."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.money.kpis import costs
from sim.config import HubConfig

if TYPE_CHECKING:
    from experiments.money.prices import Prices
    from experiments.store import Part


def replicate(config: HubConfig, replication: int, prices: "Prices | None" = None) -> "Part":
    """One replication as the store keeps it, with the KPIs of money if there are prices."""
    from sim.simulation import simulate

    began = time.perf_counter()
    result = simulate(config, replication)
    money = costs(config, result.kpis, prices) if prices else {}
    return {"kpis": {**result.kpis, **money}, "tables": result.tables, "seconds": time.perf_counter() - began}


def evaluate(config: HubConfig, replication: int, prices: "Prices | None" = None) -> "Part":
    """A replication's KPIs alone: its tables would fill the disk, and can be had from `cargohub run`."""
    config = replace(config, record=config.record.without_flows)
    return {**replicate(config, replication, prices), "tables": {}}


def grow(config: HubConfig, replication: int) -> "Part":
    """The growth of a longer run's backlog alone."""
    from sim.simulation import growth

    began = time.perf_counter()
    return {"kpis": growth(config, replication), "tables": {}, "seconds": time.perf_counter() - began}
