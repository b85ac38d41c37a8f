"""Records that parties read, accesses outside the policy, and values of goods; 0 if data or trade are off."""

from typing import NamedTuple

import numpy as np

from sim.measures.inference import r_squared, whole_weeks
from sim.measures.kpis.declaring import LESS, NEITHER, Group, Measured, Rank, shared
from sim.measures.watch import first_noticed_after_days
from sim.record.schemas import Table

DATA = Group("data", lambda hub: hub.exposure.is_on)
GOODS = Group("goods", lambda hub: hub.trade.is_on)
_MILLION = 1e6


def _in_force(run: Measured, name: str) -> float:
    """Sum of a column of the matrix under the policy in force, for each measured day."""
    matrix = run.tables["exposure_matrix"]
    return float(matrix[name][matrix["is_in_force"]].sum()) / run.config.horizon_days


@DATA.kpi("records/d", LESS, "Records received in clear", rank=Rank.SUMMARY)
def data_read_per_day(run: Measured) -> float:
    """records that parties receive in clear, under the policy in force; 0 without exposure"""
    return _in_force(run, "n_clear")


@DATA.kpi("records", LESS, "Records kept in clear, in the long run", rank=Rank.SUMMARY)
def data_kept(run: Measured) -> float:
    """of these records, the number kept at any time in the long run: records a day times the days that they are kept"""
    return _in_force(run, "clear_record_days")


class Outside(NamedTuple):
    """Accesses outside the policy in force, all parties and fields together."""

    rows: Table
    """Rows of `watch` under the policy in force."""
    n: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    """Expected accesses, by row."""
    total: float


@shared
def outside(run: Measured) -> Outside:
    watch = run.tables["watch"]
    rows = {name: values[watch["is_in_force"]] for name, values in watch.items()}
    n = rows["n_from_outside_eu"] + rows["n_not_given"]
    return Outside(rows, n, float(n.sum()) if run.config.exposure.watch is not None else 0.0)


def _mean_outside(run: Measured, name: str) -> float:
    """Mean of a column of `watch`, weighted by accesses outside the policy."""
    rows, n, total = outside(run)
    return float((rows[name] * n).sum()) / total if total else 0.0


@DATA.kpi("accesses/d", LESS, "Accesses outside the policy", rank=Rank.SUMMARY)
def watch_outside_per_day(run: Measured) -> float:
    """expected accesses to data outside the policy in force: from outside the EU, or to data that the policy does not
    give in clear; 0 without exposure.watch
    """
    return outside(run).total / run.config.horizon_days


@DATA.kpi("d", LESS, "Time until such an access is noticed", rank=Rank.SUMMARY)
def watch_noticed_after_days(run: Measured) -> float:
    """mean time from such an access until an audit of the log notices it; the days that the log is kept if no audit
    does; 0 without such accesses
    """
    return _mean_outside(run, "noticed_after_days")


@DATA.kpi("1", LESS, "Such accesses never noticed", rank=Rank.SUMMARY)
def watch_never_noticed_share(run: Measured) -> float:
    """share of such accesses that no audit notices while the log is kept; 0 without such accesses"""
    return _mean_outside(run, "never_noticed_share")


@DATA.kpi("d", LESS, "Time until the first such access is noticed", rank=Rank.SUMMARY)
def watch_first_noticed_days(run: Measured) -> float:
    """mean time from the first day of such accesses until one is noticed; at most the days that the log is kept; 0
    without such accesses
    """
    (rows, n, total), watch = outside(run), run.config.exposure.watch
    if watch is None or not total:
        return 0.0
    parties, fields = (rows[name].tolist() for name in ("party", "field"))
    return first_noticed_after_days(
        n / run.config.horizon_days,
        [watch.logged_share(*key) for key in zip(parties, fields, strict=True)],
        [watch.audited_share(party) for party in parties],
        watch.log_retention_days,
    )


@GOODS.kpi("1", NEITHER, "Weekly imports explained by flows per lane (R²)", rank=Rank.SUMMARY)
def flows_r2(run: Measured) -> float:
    """share of the variance of weekly imports by lane and product group that is explained by numbers of parcels by
    lane, which flows reveal to a reader of nothing else; 0 without trade
    """
    config, trade = run.config, run.tables["trade"]
    imports = trade["n_parcels"][~trade["is_export"]]
    if not len(imports):
        return 0.0
    volumes = imports.reshape(-1, len(config.lanes), len(config.product_groups))[whole_weeks(config)]
    explained = r_squared(volumes, [np.broadcast_to(volumes.sum(axis=2, keepdims=True), volumes.shape)])
    return 0.0 if np.isnan(explained) else explained  # where volumes do not vary


def _balance(run: Measured, name: str) -> float:
    balance = run.tables["trade_balance"]
    return float(balance[name][balance["is_simulated"]].max(initial=0.0)) / _MILLION


def _imported(run: Measured, name: str) -> float:
    """Sum of a column over imports, a measured day."""
    trade = run.tables["trade"]
    return float(trade[name][~trade["is_export"]].sum()) / run.config.horizon_days


@GOODS.kpi("parcels/d", NEITHER)
def imported_parcels_per_day(run: Measured) -> float:
    """parcels of the goods that arrived in the measured days; 0 without trade"""
    return _imported(run, "n_parcels")


@GOODS.kpi("items/d", NEITHER, "Items of imports", rank=Rank.SUMMARY)
def imported_items_per_day(run: Measured) -> float:
    """lines of goods of the parcels that arrived in the measured days, on each of which a duty may be due; 0 without
    trade
    """
    return _imported(run, "n_items")


@GOODS.kpi("EUR/d", NEITHER, "Duties on imports", rank=Rank.SUMMARY)
def duty_eur_per_day(run: Measured) -> float:
    """duties due on the goods that arrived in the measured days, by item and by value; 0 without trade"""
    return _imported(run, "duty_eur")


@GOODS.kpi("MEUR/y", NEITHER, "Imports", rank=Rank.SUMMARY)
def imports_meur_per_year(run: Measured) -> float:
    """declared value of imports in a year of such days; 0 without trade"""
    return _balance(run, "imports_eur")


@GOODS.kpi("MEUR/y", NEITHER, "Exports by air", rank=Rank.SUMMARY)
def exports_meur_per_year(run: Measured) -> float:
    """declared value of goods that leave by air, in a year of such days"""
    return _balance(run, "exports_eur")
