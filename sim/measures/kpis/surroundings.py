"""Arrival at the destinations, and effects on neighbours and the air, a measured day: nights, tugs and CO2."""

from typing import NamedTuple

import numpy as np

from sim.measures.destinations import destination_on_time_share as in_time_there
from sim.measures.destinations import driven_km
from sim.measures.kpis.declaring import LESS, MORE, Group, Measured, Rank, shared
from sim.measures.surroundings import M_PER_KM, halls_co2_kg, is_night, stands_co2_kg, tug_drives, tugs_co2_kg
from sim.measures.window import departed_t
from sim.units import KG_PER_T

SURROUNDINGS = Group("surroundings")


@SURROUNDINGS.kpi("1", MORE, "On time at the destination", rank=Rank.SUMMARY)
def destination_on_time_share(run: Measured) -> float:
    """share of the cohort's parcels that reach their lane's sorting centre by its cut-off on the promised day, counted
    from the day of the drawn arrival; parcels that have not left count as late; parcels that fly on do not count; 1
    without parcels
    """
    return in_time_there(run.tables["destinations"])


@SURROUNDINGS.kpi("flights/d", LESS, rank=Rank.SUMMARY)
def night_movements_per_day(run: Measured) -> float:
    """landings and off-blocks between environment.night_from and night_to"""
    flights, window = run.tables["flights"], run.window
    moves = np.concatenate((flights["aldt"], flights["aobt"]))
    at_night = is_night(run.config.clock.locals(moves), run.config.environment)
    return np.count_nonzero(at_night & window.covers(moves)) / window.days


class Tugs(NamedTuple):
    """Driving and engine time of tugs in the measured days."""

    km: float
    engine_h: float


@shared
def tugs(run: Measured) -> Tugs:
    window, drives = run.window, tug_drives(run.config, run.tables)
    trains = [(run.tables[name]["granted"], run.tables[name]["returned"]) for name in ("trains", "out_trains")]
    driving = sum(window.hours(drive.start, drive.end) for drive in drives)
    standing = sum(window.hours(*train) for train in trains) - driving
    km = sum(float(drive.m[window.covers(drive.start)].sum()) for drive in drives) / M_PER_KM
    return Tugs(km, driving + run.config.environment.tug_idling_share * standing)


@SURROUNDINGS.kpi("km/d", LESS, "Tug distance")
def tug_km_per_day(run: Measured) -> float:
    """distance of tug trains between stands and halls, both ways, and from hall to hall, of drives that begin in the
    measured days
    """
    return tugs(run).km / run.window.days


@SURROUNDINGS.kpi("h/d", LESS, "Tug engine hours")
def tug_engine_h_per_day(run: Measured) -> float:
    """hours of tugs' engines: while tugs drive, and for a share of their time at aircraft and doors"""
    return tugs(run).engine_h / run.window.days


@shared
def co2_kg(run: Measured) -> dict[str, float]:
    """CO2 by operation in the measured days [kg]."""
    config, flights, window = run.config, run.tables["flights"], run.window
    rules = config.environment
    scheduled = np.maximum(flights["aibt"] + config.apron.turnaround_min, flights["sobt"])
    in_block = window.hours(flights["aibt"], flights["aobt"])
    held = window.hours(scheduled, np.maximum(scheduled, flights["aobt"]))
    return {
        "block": stands_co2_kg(in_block - held, rules),
        "held": stands_co2_kg(held, rules),
        "tugs": tugs_co2_kg(tugs(run).engine_h, rules),
        "hall": halls_co2_kg(config, window),
        "road": driven_km(config, run.tables["trucks"], window)
        * rules.truck_diesel_l_per_km
        * rules.diesel_co2_kg_per_l,
    }


@SURROUNDINGS.kpi("t/d", LESS, "CO₂", rank=Rank.SUMMARY)
def co2_t_per_day(run: Measured) -> float:
    """CO2 of the five operations below: the hub, and its outbound trucks; aircraft held at their origin, collection
    trucks and return trips do not count
    """
    return sum(co2_kg(run).values()) / KG_PER_T / run.window.days


@SURROUNDINGS.family(
    "co2_{}_t_per_day",
    {
        "block": (
            "CO2 of auxiliary and ground power of aircraft in block, until the turnaround is over and sobt is reached",
            "CO₂ of aircraft in block",
        ),
        "held": (
            "CO2 of aircraft still in block after that, held by unloading, loading or a closed runway",
            "CO₂ of aircraft held in block",
        ),
        "tugs": ("CO2 of tugs' diesel", "CO₂ of tugs"),
        "hall": ("CO2 of the halls' electricity, by their area", "CO₂ of the halls' electricity"),
        "road": ("CO2 of trucks on their way to the lanes", "CO₂ of trucks to the lanes"),
    },
    "t/d",
    LESS,
)
def co2_t_per_day_of(run: Measured, operation: str) -> float:
    return co2_kg(run)[operation] / KG_PER_T / run.window.days


def _of_goods(run: Measured, *operations: str) -> float:
    """CO2 for each tonne of goods that left by truck or by air [kg/t]."""
    tonnes = departed_t(run.tables["trucks"], run.window) + departed_t(run.tables["out_ulds"], run.window)
    return sum(co2_kg(run)[name] for name in operations) / tonnes if tonnes else 0.0


@SURROUNDINGS.kpi("kg/t", LESS, "CO₂ per tonne of goods")
def co2_kg_per_t(run: Measured) -> float:
    """co2_t_per_day per tonne of goods that left by truck or by air: the sum of the three below; 0 if none left"""
    return _of_goods(run, *co2_kg(run))


_OPERATIONS = {"apron": ("block", "held", "tugs"), "hall": ("hall",), "road": ("road",)}
"""Parts of co2_kg_per_t."""


@SURROUNDINGS.family(
    "co2_{}_kg_per_t",
    {
        "apron": ("part of co2_kg_per_t: aircraft in block and held, and tugs", "– of which apron"),
        "hall": ("part of co2_kg_per_t: the halls' electricity", "– of which electricity of the halls"),
        "road": ("part of co2_kg_per_t: trucks on their way to the lanes", "– of which road"),
    },
    "kg/t",
    LESS,
    ranks=dict.fromkeys(_OPERATIONS, Rank.SUMMARY),
)
def co2_kg_per_t_of(run: Measured, part: str) -> float:
    return _of_goods(run, *_OPERATIONS[part])
