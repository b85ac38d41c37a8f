"""The hub from Python: replications of a configuration as DataFrames, the same as the command line's to the bit.

>>> from experiments.composition import load
>>> config = load("liege_30k", "demand.flights_per_day=1", horizon_days=1, warmup_days=0)
>>> result = replicate(config, 2, workers=1)
>>> list(result.kpis.index), result.summary.loc["parcels_per_day", "n"].item()
([0, 1], 2)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from experiments import execution
from experiments.composition import compose, load
from experiments.money.kpis import KPIS
from experiments.money.prices import Prices
from experiments.replications.replicating import Simulation
from experiments.replications.summing import interval_of
from experiments.replications.work import evaluate
from experiments.replications.work import replicate as simulated
from experiments.statistics.interval import CONFIDENCE
from experiments.store import Part, StoredRun, read_run
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.inputs.inputs import check_inputs
from sim.measures.kpis import adopt_of
from sim.reading import read
from sim.record.schemas import TABLES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Replications", "StoredRun", "load", "load_prices", "read_run", "replicate"]


@dataclass(frozen=True, slots=True)
class Replications:
    """Results of n replications of a configuration.

    Attributes:
        kpis: A row a replication, a column a KPI (n, n_kpis).
        summary: A row a KPI, with its `unit`, the `mean` over replications, `low` and `high` of its 95 % interval (NaN
            with one replication) and `n`.
        tables: By name the rows of a table of all replications, with a column `replication`; empty unless they were
            asked for.
    """

    kpis: "pd.DataFrame"
    summary: "pd.DataFrame"
    tables: "dict[str, pd.DataFrame]"


def load_prices(*overrides: str, config_dir: Path | str | None = None) -> Prices:
    """Prices, for `replicate`: `load_prices("cost.labour.wage_eur_per_h=33")`.

    Args:
        *overrides: Words as the command line takes them, such as `cost=mine`.
        config_dir: A folder with configuration groups of your own.

    Returns:
        The prices, checked.

    Raises:
        ConfigError: An unknown key, or a value that the schema refuses.
    """
    return read(Prices, compose(overrides, config_dir)["cost"], "cost")


def replicate(
    config: HubConfig, n: int, workers: int | None = None, *, tables: Sequence[str] = (),
    prices: Prices | None = None, is_quiet: bool = True,
) -> Replications:  # fmt: skip
    """Simulate replications 0 to n - 1 of a hub, in processes, and sum up their KPIs as `cargohub run` does.

    Nothing is stored, and nothing is read but the file of flights that a configuration may name.

    Args:
        config: The hub, as `experiments.composition.load` gives it.
        n: Replications, at least 1.
        workers: Processes, at least 1; None: one a core.
        tables: Names of those to keep, as docs/kpis.md lists them; they may take much memory.
        prices: Of the KPIs of money [EUR], from `load_prices`; None: the packaged ones.
        is_quiet: Print no progress.

    Returns:
        KPIs, their intervals, and the tables that were asked for, as DataFrames.

    Raises:
        ConfigError: An invalid number of replications or workers, a table that does not exist, or a hub that
            cannot be simulated.
        InputError: A file of flights cannot be read; a function of the user's file raises or gives an impossible value.
    """
    import pandas as pd

    if n < 1 or (workers is not None and workers < 1):
        raise ConfigError(f"n, workers: at least 1, got {n}, {workers}")
    if missing := [name for name in tables if name not in TABLES]:
        raise ConfigError(f"tables: no table {missing[0]!r}; there are {', '.join(sorted(TABLES))}")
    adopt_of([config])
    check_inputs(config)
    money = prices or load_prices()
    work = partial(simulated if tables else evaluate, prices=money)
    parts = _parts(config, n, workers, work, is_quiet=is_quiet)
    kpis = pd.DataFrame([part["kpis"] for part in parts]).rename_axis("replication")
    intervals = {kpi: interval_of(kpi, kpis[kpi].tolist()) for kpi in kpis.columns}
    summary = pd.DataFrame(
        [
            (KPIS[kpi].unit, interval.mean, interval.low, interval.high, interval.n)
            for kpi, interval in intervals.items()
        ],
        columns=["unit", "mean", "low", "high", "n"],
        index=pd.Index(intervals, name="kpi"),
    ).astype({"low": "float64", "high": "float64"})
    kept = {
        name: pd.concat(
            [pd.DataFrame(dict(part["tables"][name])).assign(replication=at) for at, part in enumerate(parts)],
            ignore_index=True,
        )
        for name in tables
    }
    summary.attrs["confidence"] = CONFIDENCE
    return Replications(kpis, summary, kept)


def _parts(config: HubConfig, n: int, workers: int | None, work: Simulation, *, is_quiet: bool) -> list[Part]:
    """Results of each replication, in order."""
    with execution.opened(None, workers) as pool:
        made = dict(pool.run([(number, work, (config, number)) for number in range(n)], is_quiet=is_quiet))
    return [made[number] for number in range(n)]
