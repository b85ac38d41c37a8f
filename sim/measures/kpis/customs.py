"""Customs: of the cohort's flights that landed; stays, officers and the hold zone in the measured days."""

import numpy as np

from sim.measures.kpis.declaring import LESS, MORE, NEITHER, Group, Measured, Rank, shared
from sim.measures.kpis.use import busy_hours
from sim.measures.window import of_zone
from sim.units import MIN_PER_H, TICKS_PER_H

CUSTOMS = Group("customs")
DECLARATIONS = Group("declarations", lambda hub: hub.customs.declared is not None)
_CONTROLS = ("customs_desks", "xray_lanes", "transit_desks", "uld_xrays")


@shared
def _totals(run: Measured) -> dict[str, float]:
    """The sum of each column of `customs` over the cohort, and the cohort's parcels."""
    flights, customs = run.tables["flights"], run.tables["customs"]
    is_cohort = flights["is_cohort"][customs["flight"]]
    n = float(flights["n_parcels"][customs["flight"]][is_cohort].sum())
    return {"n": n} | {name: float(values[is_cohort].sum()) for name, values in customs.items() if name != "flight"}


def _share(run: Measured, name: str, of: str = "n", *, of_none: float = 0.0) -> float:
    total = _totals(run)[of]
    return _totals(run)[name] / total if total else of_none


@CUSTOMS.kpi("1", MORE, "Customs decided before landing", rank=Rank.SUMMARY, is_symmetric=True)
def release_before_landing_share(run: Measured) -> float:
    """share of the cohort's parcels for which customs has nothing left to decide at their flight's drawn arrival; 1
    without parcels
    """
    return _share(run, "n_before_landing", of_none=1.0)


@CUSTOMS.kpi("1", LESS, "Held by customs", rank=Rank.SUMMARY, is_symmetric=True)
def held_share(run: Measured) -> float:
    """parcels that customs holds after the scan in the measured days, and that are sorted twice, over parcels whose
    break-down begins in them; 0 without any
    """
    held, broken_down = run.record.stages["customs_hold"], run.total("ulds", "n_parcels", "start")
    return (held.n_stays + held.n_unfinished) / broken_down if broken_down else 0.0


@CUSTOMS.kpi("h", LESS, "Time in the hold zone, mean", rank=Rank.SUMMARY)
def customs_hold_mean_h(run: Measured) -> float:
    """mean time in the customs hold zone, of parcels held in the measured days that have left it, with the path of
    whole ULDs to the lane; 0 without any
    """
    held = run.record.stages["customs_hold"]
    return held.stay_time / held.n_stays / TICKS_PER_H if held.n_stays else 0.0


@CUSTOMS.kpi("1", NEITHER, "Examined", rank=Rank.SUMMARY)
def examined_share(run: Measured) -> float:
    """share of the cohort's parcels to be opened at an examination desk, including those still in its queue"""
    return _share(run, "n_opened")


@DECLARATIONS.kpi("1", NEITHER, "X-rayed")
def xrayed_share(run: Measured) -> float:
    """share of the cohort's parcels that are X-rayed one by one"""
    return _share(run, "n_xrayed")


@DECLARATIONS.kpi("1", NEITHER, "Under a transit document")
def transit_share(run: Measured) -> float:
    """share of the cohort's parcels that leave under a transit document"""
    return _share(run, "n_transit")


@DECLARATIONS.kpi("1", MORE, "Detected, of parcels not as declared", rank=Rank.SUMMARY)
def detection_share(run: Measured) -> float:
    """of the cohort's parcels that are not as declared, the share found; 0 without any"""
    return _share(run, "n_detected", "n_hits")


@DECLARATIONS.kpi("parcels/d", MORE, "Detections", rank=Rank.SUMMARY)
def detections_per_day(run: Measured) -> float:
    """parcels of the cohort that are opened, found not to be as declared and refused, including those still in the
    queue of the desks
    """
    return _totals(run)["n_detected"] / run.window.days


@CUSTOMS.kpi("h/d", NEITHER, "Officers' time", rank=Rank.SUMMARY)
def officer_h_per_day(run: Measured) -> float:
    """hours in use of examination desks, transit desks and X-ray of parcels and whole ULDs, plus the reading of
    documents
    """
    busy, declared = sum(busy_hours(run, name) for name in _CONTROLS), run.config.customs.declared
    read_h = _totals(run)["n_documents"] * declared.documents_min / MIN_PER_H if declared else 0.0
    return (busy + read_h) / run.window.days


@CUSTOMS.kpi("rooms", LESS, "Hold zones at their fullest", rank=Rank.SUMMARY)
def cage_peak_share(run: Measured) -> float:
    """most parcels in the customs hold zones at the end of an interval, all halls together, over their planned
    capacity, which blocks nobody
    """
    occupancy = run.tables["occupancy"]
    zone = of_zone(occupancy, "customs_hold", run.window)
    filled = occupancy["inside"][zone] / np.maximum(occupancy["limit"][zone], 1)
    return float(filled.max(initial=0.0))


@DECLARATIONS.kpi("EUR", LESS, "Transit guarantee", rank=Rank.SUMMARY)
def transit_guarantee_eur(run: Measured) -> float:
    """guarantee outstanding at any time: for the cohort's parcels under transit declarations, a day, until discharge"""
    declared = run.config.customs.declared
    return _totals(run)["guarantee_eur"] / run.window.days * (declared.transit_days if declared else 0)
