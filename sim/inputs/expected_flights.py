"""Flights that are expected before anything is drawn, by the quarter of an hour of their arrival."""

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.config import ArrivalModel, Delay, HubConfig
from sim.config.disruptions import demand_factors
from sim.distributions import Delays
from sim.inputs.arrival_processes import PROCESSES
from sim.inputs.flight_file import FlightRow
from sim.inputs.off_blocks import mean_off_block
from sim.inputs.own_flights import mean_rows
from sim.inputs.rates import factor_at
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_MIN, ticks

BIN_MIN: Final = 15
BINS_PER_H: Final = MIN_PER_H // BIN_MIN
BINS_PER_DAY: Final = MIN_PER_DAY // BIN_MIN
MARGIN: Final = BINS_PER_DAY * 3
"""Bins before the first midnight and after the end, for flights that are delayed into the run."""

Bins = NDArray[np.float64]
_BIN: Final = BIN_MIN * TICKS_PER_MIN


def n_bins(end: int) -> int:
    """Number of bins from `MARGIN` before the first midnight to `MARGIN` after `end` [ticks]."""
    return -(-end // _BIN) + 2 * MARGIN


def expected_flights(config: HubConfig, end: int) -> dict[float, Bins]:
    """Mean flights by bin of their arrival, with delays, by the scheduled time from in-block to off-block [min].

    Those of a file count in proportion to their parcels.
    """
    if (profile := PROCESSES[config.arrivals.model].profile) is None:
        scheduled = _of_file(config, end)
    else:
        scheduled = _by_off_block(config, _of_profile(config, n_bins(end), profile(config.arrivals, BINS_PER_H)))
    flown, late = 1 - config.arrivals.cancelled_share, config.arrivals.delay
    return {
        stay: flights * flown if late is None else spread(flights * flown, *_late(late))
        for stay, flights in scheduled.items()
    }


def expected_parcels_per_day(config: HubConfig) -> float:
    """Mean imports a day of the flights that arrive in the measured days, with month, weekdays and peaks."""
    first = MARGIN + config.warmup_days * BINS_PER_DAY
    flights = sum(expected_flights(config, ticks(config.end_min)).values(), np.zeros(1))
    measured = flights[first : first + config.horizon_days * BINS_PER_DAY]
    return float(measured.sum()) * config.mean_parcels_per_flight / config.horizon_days


def shares_of_stays(config: HubConfig) -> dict[float, float]:
    """The share of the flights that has each scheduled time from in-block to off-block [min]."""
    if not config.connections.waves and config.arrivals.model is not ArrivalModel.FILE:
        return {config.apron.turnaround_min: 1.0}
    flights = {stay: float(flights.sum()) for stay, flights in expected_flights(config, ticks(config.end_min)).items()}
    total = sum(flights.values())
    return {stay: n / total for stay, n in flights.items()} if total else {config.apron.turnaround_min: 1.0}


def size_of_a_flight(config: HubConfig) -> float:
    """Parcels of a mean flight over those of the demand's mean flight: 1, or the mean of a file's rows."""
    sizes, shares = _sizes(config)
    return float(sizes @ shares / shares.sum())


def parcels_beside(config: HubConfig) -> float:
    """Mean over parcels of the parcels on their flight: those of a mean flight, or more if loads in a file differ."""
    sizes, shares = _sizes(config)
    weights = sizes * shares
    return float(config.mean_parcels_per_flight * (sizes @ weights / weights.sum()))


def _sizes(config: HubConfig) -> tuple[Bins, Bins]:
    """Sizes of a file's rows, over the demand's mean flight, and how often each flies (F); else one mean flight."""
    is_file, size = config.arrivals.model is ArrivalModel.FILE, _size_of(config)
    rows = [(size(row), share) for row, share in mean_rows(config, ticks(config.end_min))] if is_file else []
    sizes, shares = np.array(rows or [(1.0, 1.0)]).T
    return sizes, shares


def with_mean_load(config: HubConfig) -> HubConfig:
    """The hub with the aircraft types of its file and a demand whose mean flight is that of the file.

    Unchanged if flights do not differ in these.
    """
    size, shares = size_of_a_flight(config), _shares_of_types(config)
    if size == 1 and all(kind.share == shares[name] for name, kind in config.fleet.items()):
        return config
    fleet = {name: replace(kind, share=shares[name]) for name, kind in config.fleet.items()}
    parcels, kg = size * config.mean_parcels_per_flight, config.demand.mean_parcel_kg
    limits = {name: config.load_limit(name).parcels for name in fleet}
    others = 1.0
    for name in sorted(limits, key=lambda name: limits[name])[:-1]:
        if parcels <= limits[name] * others:
            break
        # What a full type cannot carry is on the other types.
        parcels, others = parcels - limits[name] * shares[name], others - shares[name]
    if others > 0:
        parcels /= others
    demand = replace(config.demand, parcels_per_flight=max(1, round(parcels)), net_t_per_flight=None, kg_per_parcel=kg)
    return replace(config, fleet=fleet, demand=demand)


def _shares_of_types(config: HubConfig) -> dict[str, float]:
    """The share of each aircraft type in a file's flights; of a row without a type, in those that carry its parcels."""
    shares = {name: kind.share for name, kind in config.fleet.items()}
    if len(shares) == 1 or config.arrivals.model is not ArrivalModel.FILE:
        return shares
    flown, able = dict.fromkeys(shares, 0.0), cache(config.types_that_carry)
    for row, n in mean_rows(config, ticks(config.end_min)):
        types = {row.aircraft: 1.0} if row.aircraft else able(row.n_parcels or 0)
        total = sum(types.values())
        for name, share in types.items():
            flown[name] += n * share / total
    total = sum(flown.values())
    return {name: n / total for name, n in flown.items()} if total else shares


def spread(values: Bins, first: int, weights: Bins) -> Bins:
    """Values of bins, spread by `weights` (K) over the bins from `first` bins later on."""
    whole = np.convolve(values, weights)
    at = np.arange(len(values)) - first
    return np.where((at >= 0) & (at < len(whole)), whole[np.clip(at, 0, len(whole) - 1)], 0.0)


def evenly(first_min: float, length_min: float) -> tuple[int, Bins]:
    """First bin and weights of events spread evenly over `length_min` from `first_min` after the instants of a bin."""
    first, last = first_min / BIN_MIN, (first_min + max(length_min, BIN_MIN)) / BIN_MIN
    edges = np.arange(math.floor(first), math.ceil(last) + 1)
    weights = np.diff(np.clip(edges, first, last))
    return int(edges[0]), weights / weights.sum()


def _of_profile(config: HubConfig, n: int, of_week: Bins) -> Bins:
    """Scheduled flights in n bins; `of_week` has flights in its bins for a mean of one flight a day."""
    arrivals, scheduled = config.arrivals, np.zeros(n)
    factors = demand_factors(config.disruptions, config)
    of_bin = of_week * config.demand.flights_per_day
    for begin in range(0, n, BINS_PER_DAY):
        date = config.start_date + dt.timedelta(days=(begin - MARGIN) // BINS_PER_DAY)
        day = scheduled[begin : begin + BINS_PER_DAY]
        day += of_bin[date.weekday() * BINS_PER_DAY :][: len(day)] * arrivals.index_on(date)
    if factors:
        middles = ((np.arange(n) - MARGIN + 0.5) * _BIN).astype(np.int64)
        scheduled *= [factor_at(factors, int(at)) for at in middles]
    return scheduled


def _by_off_block(config: HubConfig, scheduled: Bins) -> dict[float, Bins]:
    """Scheduled flights by their mean stay."""
    if not config.connections.waves:
        return {config.apron.turnaround_min: scheduled}
    by_stay = {config.apron.turnaround_min: np.zeros(len(scheduled))}
    for at in np.flatnonzero(scheduled):
        sibt = int((at - MARGIN + 0.5) * _BIN)
        by_stay.setdefault(_stay(config, sibt, None), np.zeros(len(scheduled)))[at] = scheduled[at]
    return by_stay


def _of_file(config: HubConfig, end: int) -> dict[float, Bins]:
    """Rows by schedule, also those with an actual landing, by their stay: a plan does not know which flight is late."""
    size, n = _size_of(config), n_bins(end)
    by_stay = {config.apron.turnaround_min: np.zeros(n)}
    for row, share in mean_rows(config, end):
        at = row.sibt // _BIN + MARGIN
        if 0 <= at < n:
            by_stay.setdefault(_stay(config, row.sibt, row.sobt), np.zeros(n))[at] += share * size(row)
    return by_stay


def _stay(config: HubConfig, sibt: int, sobt: int | None) -> float:
    """Scheduled time from in-block to off-block [min], at least the turnaround; a longer one in whole bins."""
    later = (mean_off_block(config, sibt) if sobt is None else sobt) - sibt
    return max(config.apron.turnaround_min, round(later / _BIN) * BIN_MIN)


def parcels_of_row(config: HubConfig) -> Callable[[FlightRow], float]:
    """The parcels of a row of a file, without which they are the mean of its type or of the demand."""
    mean = config.mean_parcels_per_flight
    of_type = {name: config.parcels_of(name) for name in config.fleet}
    return lambda row: row.n_parcels or (of_type[row.aircraft] if row.aircraft else mean)


def _size_of(config: HubConfig) -> Callable[[FlightRow], float]:
    """The parcels of a row over those of the demand's mean flight."""
    parcels, mean = parcels_of_row(config), config.mean_parcels_per_flight
    return lambda row: parcels(row) / mean


def _late(delay: Delay) -> tuple[int, Bins]:
    """First bin and weights of the delay, cut on both sides."""
    low, high = (math.floor(h * BINS_PER_H) for h in (delay.earliest_h, delay.latest_h))
    edges = np.clip(np.arange(low, high + 2) - 0.5, delay.earliest_h * BINS_PER_H, delay.latest_h * BINS_PER_H)
    if (late := delay.distribution) is not None:
        return low, np.diff(late.cdf(edges[1:-1] * BIN_MIN), prepend=0.0, append=1.0)
    assert not isinstance(delay.scale_min, Delays)
    if not delay.scale_min:
        return 0, np.ones(1)
    scaled = edges * BIN_MIN / delay.scale_min
    weights = np.diff(np.where(scaled < 0, np.exp(np.minimum(scaled, 0)) / 2, 1 - np.exp(-np.maximum(scaled, 0)) / 2))
    return low, weights / weights.sum()
