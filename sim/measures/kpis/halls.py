"""What halls send to each other, their people and area, and where work waits in them."""

import numpy as np

from sim.measures.kpis.declaring import LESS, MORE, NEITHER, Group, Measured, Rank
from sim.measures.kpis.flights import gives_up
from sim.measures.kpis.people import OWN, paid_per_day, worked_hours
from sim.measures.train_stops import train_stops
from sim.site.zones import zones_in_use
from sim.units import DAYS_PER_YEAR, MIN_PER_H

HALLS = Group("halls")


@HALLS.kpi("parcels/d", MORE, "Broken down")
def broken_down_per_day(run: Measured) -> float:
    """imports of ULDs whose break-down begins in the measured days, and that have floor from then on; also those of
    whole ULDs
    """
    return run.total("ulds", "n_parcels", "start") / run.window.days


@HALLS.kpi("parcels/d", LESS, "Carried between halls")
def between_halls_per_day(run: Measured) -> float:
    """parcels carried to another hall, from which their trucks leave"""
    return run.total("shuttles", "n_parcels", "taken") / run.window.days


@HALLS.kpi("h/d", NEITHER, "Staff, hours at work", rank=Rank.HEADLINE)
def staff_h_per_day(run: Measured) -> float:
    """hours worked by all roles except those of customs controls"""
    return sum(worked_hours(run)[role] for role in OWN) / run.window.days


@HALLS.kpi("h/d", NEITHER, "Staff, paid hours", rank=Rank.HEADLINE)
def staff_h_paid_per_day(run: Measured) -> float:
    """paid hours: on the roster, and to finish the work in hand after a shift; all roles except those of customs
    controls; crews and drivers of loader sets and tugs that are broken down or away are paid, too
    """
    return sum(paid_per_day(run)[role] for role in OWN)


@HALLS.kpi("jobs", NEITHER, "Full-time jobs")
def full_time_jobs(run: Measured) -> float:
    """paid hours in a year of such days, over the hours of a full-time job on its post (roster.job_h_per_year)"""
    return staff_h_paid_per_day(run) * DAYS_PER_YEAR / run.config.roster.job_h_per_year


@HALLS.kpi("m2 h", LESS, "Area per rated parcel/h")
def m2_per_parcel_h(run: Measured) -> float:
    """hall area over the rated parcels an hour of its machines"""
    return run.config.area_m2 / run.config.rated_per_h


@HALLS.kpi("m2", NEITHER, "Spare area")
def spare_area_m2(run: Measured) -> float:
    """area of zones that no unit occupies"""
    return sum(use.spare_m2 for use in zones_in_use(run.config))


@HALLS.kpi("h/d", LESS, "Break-down waits for floor")
def floor_blocked_h_per_day(run: Measured) -> float:
    """ULDs at the head of a break-down queue that wait because no floor is free, without those behind them; the whole
    wait counts when the break-down begins
    """
    return run.total("ulds", "wait_floor", "start") / MIN_PER_H / run.window.days


@HALLS.kpi("h/d", LESS, "Stations blocked")
def station_blocked_h_per_day(run: Measured) -> float:
    """stations held from the handling of their ULD's last parcel until it is inducted"""
    return run.h_per_day("ulds", "end", "released")


@HALLS.kpi("parcels", LESS, "Parcels at the fullest chute")
def fullest_chute_parcels(run: Measured) -> float:
    """most parcels in any chute, waiting or being packed; chutes do not block"""
    return float(run.tables["packout"]["fullest"].max(initial=0) * run.inputs.site.units.in_bag)


@HALLS.kpi("h/d", LESS, "Tug trains wait for a ULD position")
def tug_blocked_h_per_day(run: Measured) -> float:
    """trains that wait at a hall's door because no ULD position is free"""
    stops = train_stops(run.tables["ulds"])
    return run.window.hours(stops.at_door, stops.placed) / run.window.days


@HALLS.kpi("h/d", LESS, "Trucks wait for a door or its workers")
def door_wait_h_per_day(run: Measured) -> float:
    """trucks that wait in the yard for a door and its workers"""
    return run.h_per_day("trucks", "arrived", "docked")


@HALLS.kpi("h/d", LESS, "Flights held at their origin")
def held_flight_h_per_day(run: Measured) -> float:
    """flights held at their origin because no stand is free"""
    flights = run.tables["flights"]
    has_stand = ~np.isnan(flights["stand_given"])
    held_until = np.where(flights["is_diverted"] & ~has_stand, gives_up(run), flights["stand_given"])
    return run.window.hours(flights["stand_requested"], held_until) / run.window.days
