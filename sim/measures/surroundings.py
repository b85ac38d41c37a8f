"""Effects on neighbours and the air: where tugs drive, which instants are in the night, and CO2 by operation.

The boundary is the hub and its trucks' outbound drive. Not counted are aircraft in flight or held at their origin,
collection trucks on the road, and trucks on their way back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.config import Environment, HubConfig
from sim.config.bounds import minute_of_day
from sim.measures.train_stops import train_stops
from sim.measures.window import Minutes, Window
from sim.record.schemas import Table
from sim.units import DAYS_PER_YEAR, HOURS_PER_DAY, MIN_PER_DAY, MIN_PER_H, TICKS_PER_MIN

M_PER_KM = 1000


def tug_drives(config: HubConfig, tables: Mapping[str, Table]) -> "list[Drives]":
    return [*_inbound(config, tables), *_outbound(config, tables)]


@dataclass(frozen=True, slots=True)
class Drives:
    """Drives (N) of tugs."""

    start: Minutes
    end: Minutes
    m: Minutes
    """Length of each drive [m]."""


def _inbound(config: HubConfig, tables: Mapping[str, Table]) -> tuple[Drives, Drives, Drives]:
    """Drives of trains from aircraft: to the first hall, from hall to hall, and back from the last hall."""
    trains, stops, to_apron_m = tables["trains"], train_stops(tables["ulds"]), _to_apron_m(config)
    between = np.flatnonzero(stops.goes_on)
    return (
        Drives(trains["left"], trains["at_door"], to_apron_m[trains["hall"]]),
        Drives(
            stops.placed[between],
            stops.at_door[between + 1],
            np.full(len(between), config.complex.between_halls_m),
        ),
        Drives(trains["placed"], trains["returned"], to_apron_m[stops.hall[~stops.goes_on]]),
    )


def _outbound(config: HubConfig, tables: Mapping[str, Table]) -> tuple[Drives, Drives]:
    """Drives of trains to aircraft: there, and back."""
    trains = tables["out_trains"]
    m = _to_apron_m(config)[trains["hall"]]
    return Drives(trains["granted"], trains["at_aircraft"], m), Drives(trains["emptied"], trains["returned"], m)


def _to_apron_m(config: HubConfig) -> Minutes:
    """Distance of each hall to the apron (H)."""
    return np.array([hall.apron_distance_m for hall in config.halls.values()], dtype=float)


def is_night(instants: Minutes, rules: Environment) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which local times (N) [min] are in the night (start included, end excluded); NaN is not.

    A night with the same start and end is empty.
    """
    first, last = (minute_of_day(text) for text in (rules.night_from, rules.night_to))
    minute = instants % MIN_PER_DAY
    if first <= last:
        return (minute >= first) & (minute < last)
    return (minute >= first) | (minute < last)


def tugs_co2_kg(engine_h: float, rules: Environment) -> float:
    return engine_h * rules.tug_diesel_l_per_h * rules.diesel_co2_kg_per_l


def stands_co2_kg(block_h: float, rules: Environment) -> float:
    """CO2 of aircraft in block: auxiliary power for a share of the time, ground power for the rest [kg]."""
    apu = rules.apu_fuel_kg_per_h * rules.jet_fuel_co2_kg_per_kg
    gpu = rules.gpu_diesel_l_per_h * rules.diesel_co2_kg_per_l
    return block_h * (rules.apu_share * apu + (1 - rules.apu_share) * gpu)


def halls_co2_kg(config: HubConfig, window: Window) -> float:
    """CO2 of the electricity of each hall from its opening on, by its area, independent of throughput [kg]."""
    rules = config.environment
    m2_h = 0.0
    for hall in config.halls.values():
        opens = config.opens_at(hall) / TICKS_PER_MIN
        m2_h += hall.area_m2 * (window.high - min(max(opens, window.low), window.high)) / MIN_PER_H
    return m2_h * rules.hall_kwh_per_m2_year / (DAYS_PER_YEAR * HOURS_PER_DAY) * rules.grid_co2_kg_per_kwh
