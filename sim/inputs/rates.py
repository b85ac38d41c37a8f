"""Expected flights by hour, and Poisson processes with these rates."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence

import numpy as np

from sim.config import Arrivals, HubConfig
from sim.config.bounds import DAYS_PER_WEEK, HOURS
from sim.config.disruptions import demand_factors
from sim.config.roster import DAYS
from sim.inputs.calls import Call
from sim.streams import Streams
from sim.units import MIN_PER_H, TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN, ticks


def factor_at(factors: Sequence[tuple[float, float, float]], instant: int) -> float:
    """Factor on the demand at an instant [ticks]."""
    minute = instant / TICKS_PER_MIN
    return math.prod(factor for begin, end, factor in factors if begin <= minute < end)


def hour_weights(arrivals: Arrivals) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Relative rate of each of the week's 168 hours from Monday on, of mean 1 / 24 an hour."""
    if arrivals.hour_of_week is not None:
        rates = np.array([arrivals.hour_of_week[day] for day in DAYS]).ravel()
        return np.asarray(rates * (DAYS_PER_WEEK / rates.sum()))
    assert arrivals.weekday_index is not None and arrivals.hour_share is not None
    return np.outer(arrivals.weekday_index, arrivals.hour_share).ravel()


def hour_profile(arrivals: Arrivals, per_h: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Flights in each part of the week's hours, `per_h` parts an hour, for a mean of one flight a day."""
    return np.repeat(hour_weights(arrivals), per_h) / per_h


def thinned_poisson(config: HubConfig, streams: Streams, end: int) -> Iterator[Call]:
    """Poisson candidates at the envelope's rate, each accepted with the wanted share (Lewis and Shedler 1979)."""
    arrivals = config.arrivals
    assert arrivals.envelope_flights_per_day is not None
    weights = hour_weights(arrivals).reshape(DAYS_PER_WEEK, HOURS)
    keep = config.demand.flights_per_day / arrivals.envelope_flights_per_day
    factors = demand_factors(config.disruptions, config)
    for day in range(-(-end // TICKS_PER_DAY)):
        date = config.start_date + dt.timedelta(days=day)
        hours = weights[date.weekday()]
        rate = arrivals.envelope_flights_per_day * arrivals.index_on(date) * hours.sum()
        rng = streams.of("poisson_day", date.toordinal())
        candidates = rng.poisson(rate)
        profile = np.concatenate(([0], hours.cumsum())) / hours.sum()
        instants = np.interp(rng.random(candidates), profile, range(HOURS + 1))
        for n, (hour, mark) in enumerate(zip(instants, rng.random(candidates), strict=True)):
            arrival = day * TICKS_PER_DAY + ticks(float(hour) * MIN_PER_H)
            if mark < keep * factor_at(factors, arrival):
                yield Call(arrival, f"{date.isoformat()}-{n:03}", (date.toordinal(), n), arrival, None, None, None)


def thinned_by_hour(config: HubConfig, streams: Streams, end: int) -> Iterator[Call]:
    """Poisson candidates at the envelope's even rate, each accepted with the share of its hour.

    Another rate of one hour moves no flight of any other hour, and the flights of a smaller demand are among those of a
    larger one.
    """
    arrivals = config.arrivals
    assert arrivals.envelope_flights_per_day is not None
    weights = hour_weights(arrivals).reshape(DAYS_PER_WEEK, HOURS)
    factors = demand_factors(config.disruptions, config)
    for day in range(-(-end // TICKS_PER_DAY)):
        date = config.start_date + dt.timedelta(days=day)
        kept = config.flights_on(date) * HOURS / arrivals.envelope_flights_per_day * weights[date.weekday()]
        rng = streams.of("hourly_day", date.toordinal())
        candidates = rng.poisson(arrivals.envelope_flights_per_day)
        for n, (share, mark) in enumerate(zip(rng.random(candidates), rng.random(candidates), strict=True)):
            within = int(share * TICKS_PER_DAY)
            arrival = day * TICKS_PER_DAY + within
            if mark < kept[within // TICKS_PER_H] * factor_at(factors, arrival):
                yield Call(arrival, f"{date.isoformat()}-{n:03}", (date.toordinal(), n), arrival, None, None, None)
