"""How many flights a day a hub is asked to handle, and the same hub with another number of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from sim.config import ArrivalModel, HubConfig
from sim.config.arrivals import MOST_TIMES
from sim.errors import ConfigError
from sim.inputs.expected_flights import expected_parcels_per_day, parcels_of_row, with_mean_load
from sim.inputs.flight_file import FlightRow
from sim.inputs.flight_schedule import end_of_run, measured_days
from sim.inputs.own_flights import mean_rows

KEYS: Final = ("demand.flights_per_day", "arrivals.factor")
"""The keys that say how many flights are asked for: of a demand, and of a file."""
_DIGITS: Final = 4


def flights_asked(config: HubConfig) -> float:
    """Flights a day of the demand, or of a file in the measured days (by its landings); some may be cancelled."""
    if config.arrivals.model is not ArrivalModel.FILE:
        return config.demand.flights_per_day
    return round(_of_file(config), _DIGITS)


def daily_parcels(config: HubConfig) -> float:
    """Parcels of these flights a day, without those that are cancelled."""
    flown = 1 - config.arrivals.cancelled_share
    return flights_asked(config) * flown * with_mean_load(config).mean_parcels_per_flight


def measured_parcels(config: HubConfig) -> float:
    """Parcels of the flights expected in the measured days, a day; the demand's if none are expected.

    Those of a demand have its month, weekdays and peaks; those of a file are as they are.
    """
    if config.arrivals.model is not ArrivalModel.FILE:
        expected = expected_parcels_per_day(config)
    else:
        expected = _of_file(config, parcels_of_row(config)) * (1 - config.arrivals.cancelled_share)
    return expected or daily_parcels(config)


def most_of_file(config: HubConfig) -> float:
    """The most flights a day that can be asked of a hub with a file of flights."""
    return MOST_TIMES * flights_asked(config) / config.arrivals.factor


def at_demand(config: HubConfig, flights_per_day: float) -> HubConfig:
    """The hub at another demand; a roster that follows the work is adapted.

    Raises:
        ConfigError: it has a file of flights, and none comes in the measured days, or far too few for this demand.
    """
    if config.arrivals.model is not ArrivalModel.FILE:
        return replace(config, demand=replace(config.demand, flights_per_day=flights_per_day))
    if flights_per_day == flights_asked(config):
        return config
    if not (asked := _of_file(config)):
        raise ConfigError(f"{config.arrivals.schedule}: no flight comes in the measured days")
    if flights_per_day > (most := most_of_file(config)):
        raise ConfigError(
            f"{config.arrivals.schedule}: at most {most:g} flights a day, {MOST_TIMES} times those of the file,"
            f" got {flights_per_day:g}"
        )
    factor = round(config.arrivals.factor * flights_per_day / asked, 2 * _DIGITS)
    return replace(config, arrivals=replace(config.arrivals, factor=factor))


def parcels_per_asked_flight(config: HubConfig) -> float:
    """Mean parcels for each flight asked; cancelled ones bring none.

    Raises:
        ConfigError: all are cancelled, so that no demand fills the hub.
    """
    if config.arrivals.cancelled_share == 1:
        raise ConfigError("arrivals.cancelled_share: must be below 1 here, where demand is to fill the hub, got 1")
    return with_mean_load(config).mean_parcels_per_flight * (1 - config.arrivals.cancelled_share)


def measured_parcels_per_asked_flight(config: HubConfig) -> float:
    """Parcels of the measured days for each flight asked, with their month, weekdays and peaks."""
    asked = flights_asked(config)
    return measured_parcels(config) / asked if asked else parcels_per_asked_flight(config)


def _of_file(config: HubConfig, size: Callable[[FlightRow], float] = lambda _: 1.0) -> float:
    """Flights of a file that land in the measured days, a day; with `size`, the sum of their sizes."""
    begin, end = measured_days(config)
    rows = (
        (row.sibt if row.arrival is None else row.arrival, n * size(row))
        for row, n in mean_rows(config, end_of_run(config))
    )
    return sum(n for arrival, n in rows if begin <= arrival < end) / config.horizon_days
