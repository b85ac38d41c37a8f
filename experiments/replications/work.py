"""The work of a worker: one replication, or a part of it. Only the model is imported, so that workers start fast."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.money.kpis import costs
from sim.config import HubConfig

if TYPE_CHECKING:
    from experiments.money.prices import Prices
    from experiments.store import Part


def replicate(config: HubConfig, replication: int, prices: "Prices | None" = None) -> "Part":
    """One replication as it is stored, with KPIs of money if prices are given."""
    from sim.simulation import simulate

    began = time.perf_counter()
    result = simulate(config, replication)
    money = costs(config, result.kpis, prices) if prices else {}
    return {"kpis": {**result.kpis, **money}, "tables": result.tables, "seconds": time.perf_counter() - began}


def evaluate(config: HubConfig, replication: int, prices: "Prices | None" = None) -> "Part":
    """Only the KPIs of a replication: its tables would fill the disk, and `cargohub run` can make them.

    Flows are counted only if KPIs of the user's file may read them.
    """
    if config.own_file is None or not config.own_file.names("kpi"):
        config = replace(config, record=config.record.without_flows)
    return {**replicate(config, replication, prices), "tables": {}}


def with_files(
    config: HubConfig, replication: int, *, work: "Callable[[HubConfig, int], Part]", hashes: Mapping[Path, str]
) -> "Part":
    """Any of these for a hub that reads files, which must be those of the hashes when it is done.

    Raises:
        InputError: a file has changed.
        OSError: a file cannot be read.
    """
    from experiments.store.files import check_unchanged
    from experiments.store.identity import input_hashes

    part = work(config, replication)
    check_unchanged(hashes, input_hashes(config))
    return part


def grow(config: HubConfig, replication: int) -> "Part":
    """Only the growth of a longer run's backlog."""
    from sim.simulation import growth

    began = time.perf_counter()
    return {"kpis": growth(config, replication), "tables": {}, "seconds": time.perf_counter() - began}
