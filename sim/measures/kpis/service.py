"""How soon parcels leave, how many, and with which trucks."""

from typing import NamedTuple

import numpy as np

from sim.measures.destinations import driven_km
from sim.measures.kpis.declaring import LESS, MORE, NEITHER, Group, Measured, Rank, shared
from sim.measures.window import Minutes
from sim.units import CM3_PER_M3, G_PER_KG, MIN_PER_H, Counts, Flags, Numbers

SERVICE = Group("service")
_P95 = 0.95


class Dwell(NamedTuple):
    """Dwell of the cohort's parcels; those that have not left are last, with the time to the end of the run."""

    minutes: Minutes
    weights: Counts
    """Number of parcels of each (flight, truck)."""
    n_inside: int
    """Number of parcels that have not left."""
    n: int
    n_on_time: int


@shared
def dwell(run: Measured) -> Dwell:
    flights, loads = run.tables["flights"], run.tables["loads"]
    cohort = flights["is_cohort"][loads["flight"]] & ~np.isnan(loads["departed"])
    minutes = loads["departed"][cohort] - flights["arrival"][loads["flight"][cohort]]
    is_cohort = flights["is_cohort"]
    inside = (flights["n_parcels"] - flights["n_departed"] - flights["n_refused"])[is_cohort]
    minutes = np.concatenate((minutes, run.window.end - flights["arrival"][is_cohort]))
    weights = np.concatenate((loads["n_parcels"][cohort], inside)).astype(np.int64)
    return Dwell(minutes, weights, int(inside.sum()), int(weights.sum()), int(flights["n_on_time"][is_cohort].sum()))


@SERVICE.kpi("1", MORE, "Imports on time", rank=Rank.HEADLINE)
def on_time_share(run: Measured) -> float:
    """share of the cohort's parcels that left within service_h of their flight's drawn arrival; diverted parcels and
    those still inside count as late; refused parcels do not count; 1 without parcels
    """
    return dwell(run).n_on_time / dwell(run).n if dwell(run).n else 1.0


@SERVICE.kpi("1", MORE, "Imports on time, from scheduled in-block")
def on_time_share_from_sibt(run: Measured) -> float:
    """on-time share counted from the scheduled in-block time: late flights lower it"""
    return _on_time(run, "sibt")


@SERVICE.kpi("1", MORE, "Imports on time, from landing")
def on_time_share_from_landing(run: Measured) -> float:
    """on-time share counted from landing: holding flights back raises it"""
    return _on_time(run, "aldt")


@SERVICE.kpi("h", LESS, "Dwell, mean", rank=Rank.HEADLINE, bound_if=("not_departed_share", 0.01))
def dwell_mean_h(run: Measured) -> float:
    """mean time from drawn arrival to departure by truck or by air; parcels that have not left count with the time to
    the end of the run; 0 without parcels
    """
    minutes, weights, _, n, _ = dwell(run)
    return float((minutes * weights).sum() / n / MIN_PER_H) if n else 0.0


@SERVICE.kpi("h", LESS, "Dwell, 95 % quantile", rank=Rank.HEADLINE, bound_if=("not_departed_share", 0.05))
def dwell_p95_h(run: Measured) -> float:
    """95 % quantile of the dwell, with the same rule for parcels that have not left; 0 without parcels"""
    return weighted_quantile(dwell(run).minutes, dwell(run).weights, _P95) / MIN_PER_H


@SERVICE.kpi("1", LESS)
def not_departed_share(run: Measured) -> float:
    """share of the cohort's parcels that have not left when the run ends; 0 without parcels"""
    return dwell(run).n_inside / dwell(run).n if dwell(run).n else 0.0


@SERVICE.kpi("h", LESS, "Flight cleared by 95 %", rank=Rank.SUMMARY, bound_if=("not_departed_share", 0.01))
def flight_clearance_p95_h(run: Measured) -> float:
    """mean over flights of the time from drawn arrival until 95 % of the flight's parcels have left; flights not
    cleared count with the time to the end of the run; 0 without flights
    """
    flights = run.tables["flights"]
    is_cohort = flights["is_cohort"]
    clearance = np.where(np.isnan(flights["cleared"]), run.window.end, flights["cleared"]) - flights["arrival"]
    return float(clearance[is_cohort].mean() / MIN_PER_H) if is_cohort.any() else 0.0


@SERVICE.kpi("parcels/d", MORE, "Imports that left", rank=Rank.HEADLINE)
def parcels_per_day(run: Measured) -> float:
    """imports that left in the measured days"""
    return run.total("loads", "n_parcels", "departed") / run.window.days


@SERVICE.kpi("parcels/d", LESS, "Late imports")
def late_parcels_per_day(run: Measured) -> float:
    """parcels of the cohort that count as late in on_time_share"""
    return (dwell(run).n - dwell(run).n_on_time) / run.window.days


@shared
def _left(run: Measured) -> Flags:
    """Which trucks departed in the measured days."""
    return run.window.covers(run.tables["trucks"]["departed"])


@SERVICE.kpi("trucks/d", NEITHER, rank=Rank.HEADLINE)
def trucks_per_day(run: Measured) -> float:
    """trucks that left with a load in the measured days"""
    return float(np.count_nonzero(_left(run))) / run.window.days


@SERVICE.kpi("km/d", NEITHER, "Truck distance")
def truck_km_per_day(run: Measured) -> float:
    """one-way distance of these trucks: km of their route's lane, or the mean of several lanes, weighted by their
    parcels
    """
    return driven_km(run.config, run.tables["trucks"], run.window) / run.window.days


@SERVICE.kpi("1", MORE, "Truck fill", is_symmetric=True)
def truck_fill_share(run: Measured) -> float:
    """mean fill of trucks that left: the largest of their count, mass and volume ratios; 0 without any"""
    trucks, left, trailer = run.tables["trucks"], _left(run), run.config.outbound.trailer
    fills = [
        trucks["n_units"][left] / run.inputs.site.trucks.trailer.units,
        trucks["mass"][left] / (trailer.kg * G_PER_KG),
        trucks["volume"][left] / (trailer.m3 * CM3_PER_M3),
    ]
    return float(np.max(fills, axis=0).mean()) if left.any() else 0.0


@SERVICE.kpi("1", LESS, "Missed an earlier truck", rank=Rank.SUMMARY)
def missed_connection_share(run: Measured) -> float:
    """share of the parcels that left by truck and had missed an earlier timetabled truck of their route for which they
    were ready; each counts once; 0 without any
    """
    n_parcels, n_missed = (run.total("trucks", name, "departed") for name in ("n_parcels", "n_missed_before"))
    return n_missed / n_parcels if n_parcels else 0.0


def weighted_quantile(values: Numbers, weights: Numbers | Counts, share: float) -> float:
    """The smallest value that at least a share of the weight does not exceed; 0 without values."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    if len(total) == 0 or total[-1] == 0:
        return 0.0
    return float(values[order][np.searchsorted(total, share * total[-1])])


def _on_time(run: Measured, clock: str) -> float:
    """Share of the cohort's parcels that left within the time promised after an instant of their flight."""
    flights, loads, n = run.tables["flights"], run.tables["loads"], dwell(run).n
    late_by = loads["departed"] - flights[clock][loads["flight"]]
    on_time = flights["is_cohort"][loads["flight"]] & (late_by <= run.config.service_h * MIN_PER_H)
    return float(loads["n_parcels"][on_time].sum() / n) if n else 1.0
