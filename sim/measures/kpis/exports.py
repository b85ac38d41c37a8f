"""Exports, and aircraft on their way out."""

import numpy as np

from sim.measures.kpis.declaring import LESS, MORE, NEITHER, Group, Measured, Rank, shared
from sim.measures.window import departed_t, growth, of_hall
from sim.units import CM3_PER_M3, G_PER_KG, MIN_PER_H, NEVER, Flags

EXPORTS = Group("exports", lambda hub: hub.exports.share > 0)


def _of_cohort(run: Measured, name: str) -> int:
    collections = run.tables["collections"]
    return int(collections[name][collections["is_cohort"]].sum())


@EXPORTS.kpi("1", MORE, "Exports on time", rank=Rank.HEADLINE)
def export_on_time_share(run: Measured) -> float:
    """share of the cohort's exports off-block within exports.service_h of their collection's timetabled instant; 1
    without exports
    """
    n = _of_cohort(run, "n_parcels")
    return _of_cohort(run, "n_on_time") / n if n else 1.0


@EXPORTS.kpi("1", MORE, "Exports without backlog growth")
def exports_kept_up_share(run: Measured) -> float:
    """exports that leave a day, over these plus the daily growth of their backlog (collected or waiting for it, not
    off-block) from week to week, as backlog_slope_per_day, hour by hour; 1 without exports
    """
    collections, loads, left_per_day = run.tables["collections"], run.tables["out_loads"], exports_per_day(run)
    # The backlog at each hour's end.
    time = MIN_PER_H * np.arange(1, int(run.window.end // MIN_PER_H) + 1).astype(np.float64)
    come, gone = (
        np.histogram(rows[instant], np.concatenate(([-np.inf], time)), weights=rows["n_parcels"])[0].cumsum()
        for rows, instant in ((collections, "scheduled"), (loads, "departed"))
    )
    waiting_more = max(growth(time, (come - gone).astype(np.float64), run.window), 0.0)
    return left_per_day / (left_per_day + waiting_more) if waiting_more else 1.0


@EXPORTS.kpi("parcels/d", MORE, "Exports that left", rank=Rank.SUMMARY)
def exports_per_day(run: Measured) -> float:
    """exports off-block in the measured days"""
    return run.total("out_loads", "n_parcels", "departed") / run.window.days


@EXPORTS.kpi("parcels/d", MORE, "Exports called")
def exports_called_per_day(run: Measured) -> float:
    """exports of collections called in the measured days, which have floor from then on"""
    return run.total("collections", "n_parcels", "called") / run.window.days


@EXPORTS.kpi("1", NEITHER, "Exports in all goods, by mass", rank=Rank.SUMMARY)
def export_share(run: Measured) -> float:
    """by mass, the share of exports in the goods that left in the measured days, by truck or by air; 0 if none left"""
    by_road, by_air = (departed_t(run.tables[name], run.window) for name in ("trucks", "out_ulds"))
    exports = departed_t(of_hall(run.tables["out_ulds"], NEVER, "route"), run.window)
    return exports / (by_road + by_air) if exports else 0.0


@EXPORTS.kpi("parcels/d", LESS)
def late_exports_per_day(run: Measured) -> float:
    """exports of the cohort that count as late in export_on_time_share"""
    return (_of_cohort(run, "n_parcels") - _of_cohort(run, "n_on_time")) / run.window.days


@EXPORTS.kpi("1", LESS, "Exports that missed the flight they were ready for")
def export_missed_connection_share(run: Measured) -> float:
    """share of the cohort's exports that were ready when a flight to their destination took its load, but were left
    behind; each counts once; 0 without exports
    """
    n = _of_cohort(run, "n_parcels")
    return _of_cohort(run, "n_missed") / n if n else 0.0


@EXPORTS.kpi("1", MORE, "ULD fill", is_symmetric=True)
def uld_fill_share(run: Measured) -> float:
    """mean fill of outbound ULDs that left, of exports or of parcels that fly on: the larger of their mass and volume
    ratios; 0 without any
    """
    ulds = run.tables["out_ulds"]
    left = run.window.covers(ulds["departed"])
    if not left.any():
        return 0.0
    # The limits are those of the deck of the aircraft that took it.
    fleet = [run.config.fleet[name] for name in run.tables["flights"]["aircraft"][ulds["flight"][left]]]
    decks = [
        (kind.main_deck, kind.lower_deck)[deck] for kind, deck in zip(fleet, ulds["deck"][left].tolist(), strict=True)
    ]
    by_mass = ulds["mass"][left] / (np.array([deck.kg for deck in decks]) * G_PER_KG)
    by_volume = ulds["volume"][left] / (np.array([deck.m3 for deck in decks]) * CM3_PER_M3)
    return float(np.maximum(by_mass, by_volume).mean())


@EXPORTS.kpi("ULDs/d", NEITHER, "Empty ULDs flown back")
def empty_ulds_flown_per_day(run: Measured) -> float:
    """empty ULDs flown back in the measured days"""
    return run.total("flights", "n_empties_out", "aobt") / run.window.days


@shared
def _left(run: Measured) -> Flags:
    """Which flights were off-block in the measured days."""
    return run.window.covers(run.tables["flights"]["aobt"])


@EXPORTS.kpi("h", LESS, "Turnaround, mean")
def turnaround_mean_h(run: Measured) -> float:
    """mean time from in-block to off-block, of flights that left in the measured days; 0 without any"""
    flights, left = run.tables["flights"], _left(run)
    return float((flights["aobt"] - flights["aibt"])[left].mean()) / MIN_PER_H if left.any() else 0.0


@EXPORTS.kpi("min", LESS, "Departure delay, mean")
def departure_delay_mean_min(run: Measured) -> float:
    """mean time from scheduled off-block to off-block, of the same flights; early flights count as 0; 0 without any"""
    flights, left = run.tables["flights"], _left(run)
    return float(np.maximum(flights["aobt"] - flights["sobt"], 0)[left].mean()) if left.any() else 0.0


@EXPORTS.kpi("h/d", LESS, "Collections not called yet")
def export_floor_wait_h_per_day(run: Measured) -> float:
    """collections not yet called because no floor is free"""
    return run.h_per_day("collections", "scheduled", "called")


@EXPORTS.kpi("h/d", LESS, "Collections wait for a door or its workers")
def door_in_wait_h_per_day(run: Measured) -> float:
    """collections that wait at the hub for an inbound door and its workers"""
    return run.h_per_day("collections", "arrived", "docked")


@EXPORTS.kpi("h/d", LESS, "Build-up waits for a place")
def build_up_wait_h_per_day(run: Measured) -> float:
    """ULDs to be built that wait for a place, for its workers or for an empty ULD"""
    return run.h_per_day("out_ulds", "formed", "start")
