"""Flights that are held, blocked, diverted or moved, and how long the hub takes to recover from disruptions."""

import numpy as np

from sim.domain.inputs import Inputs
from sim.measures.kpis.declaring import LESS, Group, Measured, Rank, shared
from sim.measures.recovery import Recovery, recovery
from sim.measures.window import Minutes
from sim.units import MIN_PER_H, TICKS_PER_MIN

FLIGHTS = Group("flights")
RECOVERY = Group("recovery", lambda hub: bool(hub.disruptions))


@FLIGHTS.kpi("h/d", LESS, "Aircraft blocked", rank=Rank.HEADLINE)
def stand_blocked_h_per_day(run: Measured) -> float:
    """unloading time beyond the work of the loaders: aircraft blocked on their stands by trains, positions and floor;
    the whole time of flights whose unloading begins in the measured days and ends before the run does
    """
    flights = run.tables["flights"]
    started = run.window.covers(flights["unloading_start"]) & ~np.isnan(flights["unloading_end"])
    work = _loader_minutes(run.inputs)
    beyond = (flights["unloading_end"] - flights["unloading_start"] - work)[started]
    return float(beyond.sum()) / MIN_PER_H / run.window.days


@FLIGHTS.kpi("flights/d", LESS, rank=Rank.SUMMARY)
def diverted_flights_per_day(run: Measured) -> float:
    """flights of the cohort diverted after the longest hold, because no stand was free or the runway was closed"""
    flights = run.tables["flights"]
    return float(np.count_nonzero(flights["is_diverted"] & flights["is_cohort"]) / run.window.days)


@shared
def _recovery(run: Measured) -> tuple[Recovery, Recovery]:
    return recovery(run.config, run.tables)


@RECOVERY.kpi("h", LESS, "Recovery", rank=Rank.SUMMARY, bound_if=("not_recovered_share", 0.0))
def recovery_h(run: Measured) -> float:
    """time from the end of the last disruption until the backlog is back, and stays, where it would be without
    disruptions; the run continues for up to four times its measured days (recovery.runs_on); if the backlog is not back
    by then, the time to that end; 0 without disruptions that end
    """
    return _recovery(run)[0].h


@RECOVERY.kpi("1", LESS, "Not recovered at the end")
def not_recovered_share(run: Measured) -> float:
    """1 if the backlog is not back at that end, otherwise 0"""
    return _recovery(run)[0].is_unknown


@RECOVERY.kpi("h", LESS, "Recovery, 90 %", rank=Rank.SUMMARY, bound_if=("not_recovered_90_share", 0.0))
def recovery_90_h(run: Measured) -> float:
    """time from the end of the last disruption until 90 % of the largest excess of the backlog over the band without
    disruptions is gone, and stays gone; otherwise as recovery_h
    """
    return _recovery(run)[1].h


@RECOVERY.kpi("1", LESS, "90 % not recovered at the end")
def not_recovered_90_share(run: Measured) -> float:
    """1 if 90 % is not gone at that end, otherwise 0"""
    return _recovery(run)[1].is_unknown


@FLIGHTS.kpi("h/d", LESS)
def runway_wait_h_per_day(run: Measured) -> float:
    """waiting for a closed runway: flights with a stand, and aircraft ready to leave"""
    flights, window = run.tables["flights"], run.window
    has_stand = ~np.isnan(flights["stand_given"])
    landed = np.where(flights["is_diverted"] & has_stand, gives_up(run), flights["aldt"])
    waits = window.hours(flights["stand_given"], landed) + window.hours(flights["turned_round"], flights["aobt"])
    return waits / window.days


@FLIGHTS.kpi("flights/d", LESS, "Flights moved by the curfew")
def curfew_moved_per_day(run: Measured) -> float:
    """flights of the cohort that a curfew moved out of the night"""
    flights = run.tables["flights"]
    return float(np.count_nonzero(flights["is_moved"] & flights["is_cohort"]) / run.window.days)


def gives_up(run: Measured) -> Minutes:
    """When each flight (F) would be diverted, still without a stand or a runway [min]."""
    instants: Minutes = run.tables["flights"]["stand_requested"] + run.inputs.site.apron.longest_hold / TICKS_PER_MIN
    return instants


def _loader_minutes(inputs: Inputs) -> Minutes:
    """How long the loaders alone need for each flight (F) [min]."""
    lift = [duration / TICKS_PER_MIN for duration in inputs.site.apron.lift]
    return np.array([max(f.n_main_deck * lift[0], f.n_lower_deck * lift[1]) for f in inputs.flights])
