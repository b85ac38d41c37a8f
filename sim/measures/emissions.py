"""CO2 by operation: aircraft in block, aircraft held there, tugs, the halls' energy, and the road to the lanes.

The boundary is the hub and its trucks' way out: aircraft in flight or held at their origin, collection trucks on the
road and trucks on their way back are not counted.
"""

import numpy as np

from sim.config import Environment, HubConfig
from sim.measures.destinations import driven_km
from sim.measures.window import Window, departed_t
from sim.record.columns import Table
from sim.units import DAYS_PER_YEAR, HOURS_PER_DAY, KG_PER_T, MIN_PER_DAY, MIN_PER_H


def co2_kpis(config: HubConfig, tables: dict[str, Table], window: Window, tug_engine_h: float) -> dict[str, float]:
    """Tonnes a day of each operation and of all, and kilograms a tonne of goods that left by truck or by air."""
    rules, flights = config.environment, tables["flights"]
    scheduled = np.maximum(flights["aibt"] + config.apron.turnaround_min, flights["sobt"])
    in_block = window.hours(flights["aibt"], flights["aobt"])
    held = window.hours(scheduled, np.maximum(scheduled, flights["aobt"]))
    kg = {
        "block": stands_co2_kg(in_block - held, rules),
        "held": stands_co2_kg(held, rules),
        "tugs": tugs_co2_kg(tug_engine_h, rules),
        "hall": halls_co2_kg(config, window),
        "road": road_co2_kg(driven_km(config, tables["trucks"], window), rules),
    }
    total = sum(kg.values())
    tonnes = departed_t(tables["trucks"], window) + departed_t(tables["out_ulds"], window)

    def of_goods(amount: float) -> float:
        return amount / tonnes if tonnes else 0.0

    return {
        "co2_t_per_day": total / KG_PER_T / window.days,
        **{f"co2_{name}_t_per_day": amount / KG_PER_T / window.days for name, amount in kg.items()},
        "co2_kg_per_t": of_goods(total),
        "co2_apron_kg_per_t": of_goods(kg["block"] + kg["held"] + kg["tugs"]),
        "co2_hall_kg_per_t": of_goods(kg["hall"]),
        "co2_road_kg_per_t": of_goods(kg["road"]),
    }


def tugs_co2_kg(engine_h: float, rules: Environment) -> float:
    return engine_h * rules.tug_diesel_l_per_h * rules.diesel_co2_kg_per_l


def stands_co2_kg(block_h: float, rules: Environment) -> float:
    """Of aircraft in block: their own auxiliary power part of the time, ground power the rest [kg]."""
    apu = rules.apu_fuel_kg_per_h * rules.jet_fuel_co2_kg_per_kg
    gpu = rules.gpu_diesel_l_per_h * rules.diesel_co2_kg_per_l
    return block_h * (rules.apu_share * apu + (1 - rules.apu_share) * gpu)


def halls_co2_kg(config: HubConfig, window: Window) -> float:
    """Of the electricity of each hall from its opening on, by its area, whatever it handles [kg]."""
    rules = config.environment
    m2_h = 0.0
    for hall in config.halls.values():
        opens = (hall.opens - config.start_date).days * MIN_PER_DAY if hall.opens is not None else 0
        m2_h += hall.area_m2 * (window.high - min(max(opens, window.low), window.high)) / MIN_PER_H
    return m2_h * rules.hall_kwh_per_m2_year / (DAYS_PER_YEAR * HOURS_PER_DAY) * rules.grid_co2_kg_per_kwh


def road_co2_kg(km: float, rules: Environment) -> float:
    """Of trucks on their way out [kg]."""
    return km * rules.truck_diesel_l_per_km * rules.diesel_co2_kg_per_l
