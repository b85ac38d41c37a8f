"""CO2 by operation: aircraft in block, aircraft held there, tugs, the halls' energy, and the road to the lanes.

The boundary is the hub and its trucks' way out: aircraft in flight or held at their origin, collection
trucks on the road and trucks on their way back are not counted.
"""

from sim.config import Environment, HubConfig
from sim.measures.window import Window
from sim.units import DAYS_PER_YEAR, HOURS_PER_DAY, MIN_PER_DAY, MIN_PER_H


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
