"""Flights by a timetable, each with a drawn delay: slots spread over the week, or banks."""

import datetime as dt
from collections.abc import Iterator

import numpy as np

from sim.config import ArrivalCap, Arrivals, Delay, HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.config.disruptions import demand_factors, highest_factor
from sim.distributions import Delays
from sim.errors import ConfigError
from sim.inputs.calls import Call
from sim.inputs.rates import factor_at, hour_weights
from sim.streams import Streams
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_DAY, TICKS_PER_MIN, ticks

_DRAWS_BEFORE_GIVING_UP = 10_000
_ROUNDING = 1e-9


def van_der_corput(n: int) -> float:
    """The n-th point, n ≥ 1, of van der Corput's sequence in base 2 (1935): evenly spread for any number of points.

    >>> [van_der_corput(n) for n in (1, 2, 3)]
    [0.5, 0.25, 0.75]
    """
    point, denominator = 0.0, 1.0
    while n:
        denominator *= 2
        n, digit = divmod(n, 2)
        point += digit / denominator
    return point


def timetable(config: HubConfig, streams: Streams, end: int) -> Iterator[Call]:
    """A weekly timetable, well spread, with a drawn delay for each flight."""
    arrivals = config.arrivals
    assert arrivals.delay is not None
    factors = demand_factors(config.disruptions, config)
    monday = config.start_date - dt.timedelta(days=config.start_date.weekday())
    while (offset := (monday - config.start_date).days * MIN_PER_DAY * TICKS_PER_MIN) < end + TICKS_PER_DAY:
        usual = DAYS_PER_WEEK * config.demand.flights_per_day * arrivals.index_on(monday)
        week = monday.toordinal() // DAYS_PER_WEEK
        n_slots = int(np.ceil(usual * highest_factor(factors)))
        for slot, hour in enumerate(slot_hours(arrivals, n_slots), start=1):
            entity = (week, slot)
            sibt = offset + ticks(hour * MIN_PER_H)
            wanted = usual * factor_at(factors, sibt)
            if slot >= wanted + 1 or (slot > wanted and streams.of("slot_flies", *entity).random() >= wanted % 1):
                continue
            delay = draw_delay(arrivals.delay, streams.of("delay", *entity))
            iso = monday.isocalendar()
            yield Call(sibt + delay, f"{iso.year}W{iso.week:02}-{slot:03}", entity, sibt, None, None, None)
        monday += dt.timedelta(days=DAYS_PER_WEEK)


def slot_hours(arrivals: Arrivals, n: int) -> list[float]:
    """Hours of the week (Monday's midnight is 0) of slots 1 to n.

    With a cap, a slot whose block of hours is full moves to the same place in the next block with room. Its new place
    depends on earlier slots only, so that the flights of a smaller demand are among those of a larger one. No slot
    moves into a block with an hour in which none is scheduled.

    Raises:
        ConfigError: the cap leaves no room for this number of slots.
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


def banks(config: HubConfig, streams: Streams, end: int) -> Iterator[Call]:
    """Waves: each bank has its share of a day's flights, spread over its window; the rest follows the day's hours.

    A flight is identified by its day, its bank and its number in the bank, so that the flights of a smaller demand are
    among those of a larger one.
    """
    arrivals = config.arrivals
    assert arrivals.weekday_index is not None and arrivals.delay is not None
    factors = demand_factors(config.disruptions, config)
    for day in range(-1, -(-end // TICKS_PER_DAY) + 1):
        date = config.start_date + dt.timedelta(days=day)
        of_day = config.demand.flights_per_day * arrivals.index_on(date)
        of_day *= arrivals.weekday_index[date.weekday()]
        for at, (name, share, instants) in enumerate(_waves(arrivals)):
            usual = of_day * share
            for n in range(1, int(np.ceil(usual * highest_factor(factors))) + 1):
                entity = (date.toordinal(), at, n)
                sibt = day * TICKS_PER_DAY + ticks(float(np.interp(van_der_corput(n), *instants)))
                wanted = usual * factor_at(factors, sibt)
                if n >= wanted + 1 or (n > wanted and streams.of("bank_flies", *entity).random() >= wanted % 1):
                    continue
                delay = draw_delay(arrivals.delay, streams.of("delay", *entity))
                yield Call(sibt + delay, f"{date.isoformat()}-{name}-{n:03}", entity, sibt, None, None, None)


_Instants = tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]]
"""From shares of a wave's flights to the minute of the day by which that share is scheduled."""


def _waves(arrivals: Arrivals) -> Iterator[tuple[str, float, _Instants]]:
    """Name, share of the day and instants of each bank, and last those of the flights outside banks."""
    given = arrivals.banks or {}
    for name, bank in given.items():
        begin, length = bank.window
        yield name, bank.share, (np.array([0.0, 1.0]), np.array([begin, begin + length], dtype=np.float64))
    if (rest := 1 - sum(bank.share for bank in given.values())) > _ROUNDING:
        assert arrivals.hour_share is not None
        shares = np.concatenate(([0.0], np.cumsum(arrivals.hour_share)))
        yield "rest", rest, (shares / shares[-1], np.arange(len(shares), dtype=np.float64) * MIN_PER_H)


def bank_profile(arrivals: Arrivals, per_h: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Flights in each part of the week's hours, `per_h` parts an hour, for a mean of one flight a day."""
    assert arrivals.weekday_index is not None
    edges = np.arange(2 * MIN_PER_DAY // MIN_PER_H * per_h + 1) * (MIN_PER_H / per_h)
    of_day = sum(
        share * np.diff(np.interp(edges, minutes, shares, left=0.0, right=1.0))
        for _, share, (shares, minutes) in _waves(arrivals)
    )
    first, after = np.split(np.asarray(of_day), 2)
    weekdays = np.array(arrivals.weekday_index)
    return np.asarray(np.outer(weekdays, first) + np.outer(np.roll(weekdays, 1), after)).ravel()


def draw_delay(delay: Delay, rng: np.random.Generator) -> int:
    """Ticks late (negative: early), Laplace, drawn again while outside the cuts."""
    if (late := delay.distribution) is not None:
        return ticks(float(late.quantile(rng.random())))
    assert not isinstance(delay.scale_min, Delays)
    for _ in range(_DRAWS_BEFORE_GIVING_UP):
        late_min = rng.laplace(0.0, delay.scale_min)
        if delay.earliest_h * MIN_PER_H <= late_min <= delay.latest_h * MIN_PER_H:
            return ticks(late_min)
    raise ConfigError(
        f"arrivals.delay: between earliest_h {delay.earliest_h:g} and latest_h {delay.latest_h:g} lies almost nothing"
        f" of a delay of scale_min {delay.scale_min:g}"
    )
