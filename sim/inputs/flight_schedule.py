"""When flights come: a weekly timetable with delays, a thinned Poisson process, or a file.

Fewer flights are always among more, with the same streams, so that demand can be swept under common random
numbers.
"""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.special import betaincinv

from sim.config import ArrivalCap, ArrivalModel, Arrivals, Delay, HubConfig
from sim.config.bounds import DAYS_PER_WEEK, HOURS
from sim.config.disruptions import demand_factors, highest_factor
from sim.domain.flight import Flight
from sim.errors import ConfigError, InputError
from sim.inputs.calls import Call, disturbed
from sim.inputs.disruptions import Disturbances
from sim.inputs.flight_period import scheduled_rows
from sim.inputs.quantiles import pick_by
from sim.streams import Streams, name_words
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_DAY, TICKS_PER_MIN, ticks

_DRAWS_BEFORE_GIVING_UP = 10_000


def make_flights(
    config: HubConfig, streams: Streams, end: int, on_schedule: tuple[int, ...] | None = None
) -> tuple[Flight, ...]:
    """The flights whose drawn arrival lies in [0, end) [ticks], numbered by it.

    `on_schedule`: entity of a flight that arrives as scheduled, after all that disruptions do; no other one
    moves.
    """
    if config.arrivals.model is ArrivalModel.FILE:
        calls = _from_file(config, streams)
    elif config.arrivals.model is ArrivalModel.TIMETABLE:
        calls = _timetable(config, streams, end)
    else:
        calls = _thinned_poisson(config, streams, end)
    measured = measured_days(config)
    arriving = [
        call._replace(arrival=call.sibt) if call.entity == on_schedule else call
        for call in disturbed(calls, Disturbances(config, streams))
    ]
    coming = sorted((call for call in arriving if 0 <= call.arrival < end), key=lambda call: call[:3])
    if config.arrivals.schedule and not any(measured[0] <= call.arrival < measured[1] for call in coming):
        first = config.start_date + dt.timedelta(days=config.warmup_days)
        raise InputError(
            f"{config.arrivals.schedule}: no flight arrives in the measured days, {config.horizon_days} from {first};"
            " see start_date, warmup_days, horizon_days"
        )
    flights = tuple(_flight(config, streams, number, call, measured) for number, call in enumerate(coming))
    numbers = {flight.entity: flight.number for flight in flights}
    return tuple(
        replace(flight, after=numbers[call.after], leg=call.leg) if call.after in numbers else flight
        for flight, call in zip(flights, coming, strict=True)
    )


def measured_days(config: HubConfig) -> tuple[int, int]:
    """From the first measured instant to the first after them [ticks]."""
    return config.warmup_days * TICKS_PER_DAY, config.days * TICKS_PER_DAY


def end_of_run(config: HubConfig) -> int:
    """`HubConfig.end_min` in ticks."""
    return ticks(config.end_min)


def van_der_corput(n: int) -> float:
    """The n-th point, n ≥ 1, of van der Corput's sequence in base 2 (1935): evenly spread however many are taken.

    >>> [van_der_corput(n) for n in (1, 2, 3)]
    [0.5, 0.25, 0.75]
    """
    point, denominator = 0.0, 1.0
    while n:
        denominator *= 2
        n, digit = divmod(n, 2)
        point += digit / denominator
    return point


def _timetable(config: HubConfig, streams: Streams, end: int) -> Iterator[Call]:
    arrivals = config.arrivals
    assert arrivals.month_index is not None and arrivals.delay is not None
    factors = demand_factors(config.disruptions, config)
    monday = config.start_date - dt.timedelta(days=config.start_date.weekday())
    while (offset := (monday - config.start_date).days * MIN_PER_DAY * TICKS_PER_MIN) < end + TICKS_PER_DAY:
        usual = DAYS_PER_WEEK * config.demand.flights_per_day * arrivals.month_index[monday.month - 1]
        week = monday.toordinal() // DAYS_PER_WEEK
        n_slots = int(np.ceil(usual * highest_factor(factors)))
        for slot, hour in enumerate(slot_hours(arrivals, n_slots), start=1):
            entity = (week, slot)
            sibt = offset + ticks(hour * MIN_PER_H)
            wanted = usual * factor_at(factors, sibt)
            if slot >= wanted + 1 or (slot > wanted and streams.of("slot_flies", *entity).random() >= wanted % 1):
                continue
            delay = _draw_delay(arrivals.delay, streams.of("delay", *entity))
            iso = monday.isocalendar()
            yield Call(sibt + delay, f"{iso.year}W{iso.week:02}-{slot:03}", entity, sibt, None, None, None)
        monday += dt.timedelta(days=DAYS_PER_WEEK)


def slot_hours(arrivals: Arrivals, n: int) -> list[float]:
    """Hour of the week, Monday's midnight 0, of its slots 1 to n.

    With a cap a slot whose block of hours is full moves on to the same place in the next that has room.
    Where it lands hangs on the slots before it only, so that fewer flights are among more with a cap, too.
    No slot moves into a block with an hour in which none is scheduled.

    Raises:
        ConfigError: more slots than the cap leaves room for.
    """
    weights = hour_weights(arrivals)
    profile = np.concatenate(([0.0], np.cumsum(weights)))
    profile /= profile[-1]
    hours = [float(np.interp(van_der_corput(slot), profile, np.arange(len(profile)))) for slot in range(1, n + 1)]
    return hours if arrivals.cap is None else _capped(hours, arrivals.cap, weights)


def _capped(
    hours: list[float],
    cap: ArrivalCap,
    weights: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> list[float]:
    is_open = weights.reshape(-1, cap.hours).min(axis=1) > 0
    taken = [0] * len(is_open)
    capped = []
    for hour in hours:
        block, within = divmod(hour, cap.hours)
        at = (int(block) + i for i in range(len(taken)))
        room = (b % len(taken) for b in at if taken[b % len(taken)] < cap.flights)
        chosen = next((b for b in room if b == int(block) or is_open[b]), None)
        if chosen is None:
            raise ConfigError(
                f"arrivals.cap: {len(hours)} flights a week are more than fit at {cap.flights} in each {cap.hours} h"
            )
        taken[chosen] += 1
        capped.append(chosen * cap.hours + within)
    return capped


def _thinned_poisson(config: HubConfig, streams: Streams, end: int) -> Iterator[Call]:
    """Poisson candidates at the envelope's rate, each kept with the wanted share of it (Lewis and Shedler 1979)."""
    arrivals = config.arrivals
    assert arrivals.month_index is not None and arrivals.envelope_flights_per_day is not None
    weights = hour_weights(arrivals).reshape(DAYS_PER_WEEK, HOURS)
    keep = config.demand.flights_per_day / arrivals.envelope_flights_per_day
    factors = demand_factors(config.disruptions, config)
    for day in range(-(-end // TICKS_PER_DAY)):
        date = config.start_date + dt.timedelta(days=day)
        hours = weights[date.weekday()]
        rate = arrivals.envelope_flights_per_day * arrivals.month_index[date.month - 1] * hours.sum()
        rng = streams.of("poisson_day", date.toordinal())
        candidates = rng.poisson(rate)
        profile = np.concatenate(([0], hours.cumsum())) / hours.sum()
        instants = np.interp(rng.random(candidates), profile, range(HOURS + 1))
        for n, (hour, mark) in enumerate(zip(instants, rng.random(candidates), strict=True)):
            arrival = day * TICKS_PER_DAY + ticks(float(hour) * MIN_PER_H)
            if mark < keep * factor_at(factors, arrival):
                yield Call(arrival, f"{date.isoformat()}-{n:03}", (date.toordinal(), n), arrival, None, None, None)


def factor_at(factors: Sequence[tuple[float, float, float]], instant: int) -> float:
    """On the demand at an instant [ticks]."""
    minute = instant / TICKS_PER_MIN
    return math.prod(factor for begin, end, factor in factors if begin <= minute < end)


def _from_file(config: HubConfig, streams: Streams) -> Iterator[Call]:
    for row in scheduled_rows(config):
        entity = name_words(f"{row.key} {row.sibt}")
        arrival = row.arrival
        if arrival is None:
            delay = config.arrivals.delay
            arrival = row.sibt + (_draw_delay(delay, streams.of("delay", *entity)) if delay else 0)
        after = name_words("{} {}".format(*row.after)) if row.after else None
        yield Call(arrival, row.key, entity, row.sibt, row.aircraft, row.n_parcels, row.sobt, after=after, leg=row.leg)


def hour_weights(arrivals: Arrivals) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Relative rate of each of the week's 168 hours from Monday on, of mean 1 / 24 an hour."""
    assert arrivals.weekday_index is not None and arrivals.hour_share is not None
    return np.outer(arrivals.weekday_index, arrivals.hour_share).ravel()


def _draw_delay(delay: Delay, rng: np.random.Generator) -> int:
    """Ticks late (negative: early), drawn again while outside the cut."""
    for _ in range(_DRAWS_BEFORE_GIVING_UP):
        late_min = rng.laplace(0.0, delay.scale_min)
        if delay.earliest_h * MIN_PER_H <= late_min <= delay.latest_h * MIN_PER_H:
            return ticks(late_min)
    raise ConfigError(
        f"arrivals.delay: between earliest_h {delay.earliest_h:g} and latest_h {delay.latest_h:g} lies next to nothing"
        f" of a delay of scale_min {delay.scale_min:g}"
    )


def _export_lane(config: HubConfig, streams: Streams, call: Call) -> int:
    """The destination that a flight leaves to."""
    if not config.exports.share:
        return 0
    return int(pick_by(streams.of("export_lane", *call.entity).random(), [*config.exports.lanes.values()]))


def _drawn_aircraft(config: HubConfig, streams: Streams, call: Call) -> str:
    """A type by the shares of those that can carry the flight's parcels."""
    parcels = call.n_parcels or 0
    able = {name: kind.share for name, kind in config.fleet.items() if config.load_limit(name).parcels >= parcels}
    shares = np.cumsum(list(able.values()))
    draw = streams.of("aircraft", *call.entity).random()
    if len(able) < len(config.fleet):
        draw *= shares[-1]
    return list(able)[min(int(np.searchsorted(shares, draw, side="right")), len(shares) - 1)]


def _parcels(config: HubConfig, streams: Streams, call: Call, aircraft: str) -> int:
    """Of a flight: those that its file says, or a load about its type's mean."""
    if call.n_parcels is not None:
        return call.n_parcels
    spread, mean = config.demand.load.spread, config.parcels_of(aircraft)
    if spread == 0:
        return mean
    return drawn_load(float(streams.of("load", *call.entity).random()), mean, config.fullest_load(aircraft), spread)


def _most_variance(share: float) -> float:
    """Of loads as shares of the fullest, with this mean."""
    return share * (1 - share) / 2


def most_spread(mean: int, fullest: int) -> float:
    """The largest coefficient of variation that `drawn_load` gives.

    >>> round(most_spread(100, 103), 3)
    0.122
    """
    share = min(1.0, mean / fullest)
    return math.sqrt(_most_variance(share)) / share


def drawn_load(uniform: float, mean: int, fullest: int, spread: float) -> int:
    """Quantile of a beta distribution from 0 to `fullest` with this mean and coefficient of variation.

    Where the room above the mean is too small for the spread, it is the largest of which the density falls
    to both ends of a flight's load or rises to the fullest: half the variance of a load that is nothing or
    all.

    >>> drawn_load(0.5, 100, 100, 0.2), drawn_load(0.5, 500, 1000, 0.2)
    (100, 500)
    """
    share = mean / fullest
    if share >= 1:
        return mean
    weight = share * (1 - share) / min((spread * share) ** 2, _most_variance(share)) - 1
    return max(1, round(fullest * float(betaincinv(weight * share, weight * (1 - share), uniform))))


def _flight(config: HubConfig, streams: Streams, number: int, call: Call, measured: tuple[int, int]) -> Flight:
    aircraft = call.aircraft or _drawn_aircraft(config, streams, call)
    kind = config.fleet[aircraft]
    return Flight(
        number=number,
        key=call.key,
        entity=call.entity,
        aircraft=aircraft,
        sibt=call.sibt,
        arrival=call.arrival,
        n_main_deck=kind.main_deck.ulds,
        n_lower_deck=kind.lower_deck.ulds,
        n_parcels=config.presorted.whole(_parcels(config, streams, call, aircraft)),
        is_cohort=measured[0] <= call.arrival < measured[1],
        sobt=call.sobt if call.sobt is not None else call.sibt + ticks(config.apron.turnaround_min),
        export_lane=_export_lane(config, streams, call),
        is_moved=call.is_moved,
    )
