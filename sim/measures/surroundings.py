"""What the neighbours and the air get of the apron: movements at night, tugs' kilometres and engine time, CO₂."""

import numpy as np

from sim.config import Environment, HubConfig
from sim.config.bounds import minute_of_day
from sim.measures.window import Minutes, Window
from sim.record.schemas import Table
from sim.units import KG_PER_T, MIN_PER_DAY

M_PER_KM = 1000


def surroundings(config: HubConfig, tables: dict[str, Table], window: Window) -> dict[str, float]:
    """The KPIs, a measured day each."""
    flights, trains = tables["flights"], tables["trains"]
    rules = config.environment
    moves = np.concatenate((flights["aldt"], flights["aobt"]))
    n_night = np.count_nonzero(is_night(moves, rules) & window.covers(moves))
    one_way_km = np.array([hall.apron_distance_m for hall in config.halls.values()])[trains["hall"]] / M_PER_KM
    trips = window.covers(trains["left"]).astype(np.int64) + window.covers(trains["placed"])
    driving = window.hours(trains["left"], trains["at_door"]) + window.hours(trains["placed"], trains["returned"])
    standing = window.hours(trains["granted"], trains["left"]) + window.hours(trains["at_door"], trains["placed"])
    engine_h = driving + rules.tug_idling_share * standing
    co2_kg = tugs_co2_kg(engine_h, rules) + stands_co2_kg(window.hours(flights["aibt"], flights["aobt"]), rules)
    return {
        "night_movements_per_day": n_night / window.days,
        "tug_km_per_day": float((trips * one_way_km).sum()) / window.days,
        "tug_engine_h_per_day": engine_h / window.days,
        "co2_t_per_day": co2_kg / KG_PER_T / window.days,
    }


def is_night(instants: Minutes, rules: Environment) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which instants (N) [min] lie in the night, its beginning included and its end not; NaN does not.

    A night that begins when it ends is none.
    """
    first, last = (minute_of_day(text) for text in (rules.night_from, rules.night_to))
    minute = instants % MIN_PER_DAY
    if first <= last:
        return (minute >= first) & (minute < last)
    return (minute >= first) | (minute < last)


def tugs_co2_kg(engine_h: float, rules: Environment) -> float:
    return engine_h * rules.tug_diesel_l_per_h * rules.diesel_co2_kg_per_l


def stands_co2_kg(block_h: float, rules: Environment) -> float:
    """Of aircraft in block: their own auxiliary power part of the time, ground power the rest [kg]."""
    apu = rules.apu_fuel_kg_per_h * rules.jet_fuel_co2_kg_per_kg
    gpu = rules.gpu_diesel_l_per_h * rules.diesel_co2_kg_per_l
    return block_h * (rules.apu_share * apu + (1 - rules.apu_share) * gpu)
