"""Goods in the parcels of flights: product groups and declared values, in sums by flight, lane and group."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.config import HubConfig
from sim.config.trade import Goods
from sim.distributions import QUANTILES
from sim.domain.consignments import Consignments
from sim.domain.flight import Flight
from sim.inputs.load_plan import make_load_plan
from sim.inputs.quantiles import pick
from sim.streams import Streams, draws_below, name_words
from sim.units import CENTS_PER_EUR, TICKS_PER_DAY, Counts, Numbers

LOW, HIGH = 0, 1
"""Bands of the declared value: up to the duty exemption, and above it."""


@dataclass(frozen=True, slots=True)
class FlightGoods:
    """Parcels, declared value [EUR, whole cents] and items of a flight by lane, group and band (L, G, 2)."""

    flight: int
    parcels: Counts
    value: Numbers
    items: Counts


def draw_goods(config: HubConfig, replication: int, flights: Sequence[Flight]) -> tuple[FlightGoods, ...]:
    """The goods of flights; none if trade is off.

    If customs has declarations, the goods are those declared of each parcel, and units are parcels. Otherwise the
    parcels of a flight and lane are split into groups by the lane's mix of that week, and within a group into those
    above the exemption and those up to it (multinomial, binomial). The value of n parcels of a band is drawn once, from
    a gamma distribution with the mean and variance of n independent lognormal values cut to the band.
    """
    if not config.trade.is_on:
        return ()
    streams = Streams(config.seed, replication)
    plan = make_load_plan(config, streams)
    numbers, shares = [int(number) for number in config.trade.items], [*config.trade.items.values()]
    if plan.declarations is not None:
        items_of = np.array(numbers, dtype=np.int64).take(pick(shares))
        shape = len(config.lanes), len(config.product_groups), 2
        exempt = round(CENTS_PER_EUR * config.duty_free_eur)
        declared = []
        for flight in flights:
            lane = plan.lanes(flight, flight.n_parcels)
            consignments = plan.declarations.cells.consignments(flight, lane)
            draw = draws_below(streams.of("items", *flight.entity), QUANTILES, flight.n_parcels)
            declared.append(_declared(flight, lane, consignments, exempt, shape, items_of.take(draw)))
        return tuple(declared)
    share, mean, variance = bands(tuple(config.trade.goods.values()), config.duty_free_eur)
    mixes: dict[int, Numbers] = {}
    drawn = []
    for flight in flights:
        week = week_of(config, flight.arrival)
        if week not in mixes:
            mixes[week] = _mix(config, streams, week)
        n = plan.parcels_by_lane(flight)
        rng = streams.of("goods", *flight.entity)
        parcels = rng.multinomial(n, mixes[week])
        high = rng.binomial(parcels, share[:, HIGH])
        by_band = np.stack((parcels - high, high), axis=-1)
        with_items = streams.of("items", *flight.entity).multinomial(by_band, shares)
        drawn.append(FlightGoods(flight.number, by_band, _values(rng, by_band, mean, variance), with_items @ numbers))
    return tuple(drawn)


def _declared(
    flight: Flight,
    lane: NDArray[np.unsignedinteger],
    consignments: Consignments,
    exempt: int,
    shape: tuple[int, int, int],
    items: Counts,
) -> FlightGoods:
    """Sums of declared goods; `exempt` [cents]; `items` of each parcel (P)."""
    band = np.where(consignments.value > exempt, HIGH, LOW)
    at = (lane.astype(np.int64) * shape[1] + consignments.goods) * shape[2] + band
    size = shape[0] * shape[1] * shape[2]
    parcels = np.bincount(at, minlength=size)
    cents = np.bincount(at, weights=consignments.value, minlength=size)
    n_items = np.bincount(at, weights=items, minlength=size).astype(np.int64)
    return FlightGoods(
        flight.number, parcels.reshape(shape), cents.reshape(shape) / CENTS_PER_EUR, n_items.reshape(shape)
    )


def week_of(config: HubConfig, instant: int) -> int:
    """Monday of the week [days of the calendar, from 1 January of year 1] of an instant [ticks], in local time."""
    day = config.start_date + dt.timedelta(days=config.clock.local(instant) // TICKS_PER_DAY)
    return day.toordinal() - day.weekday()


def _mix(config: HubConfig, streams: Streams, week: int) -> Numbers:
    """Shares of the groups by lane (L, G) in a week."""
    goods, sigma = config.trade.goods, config.trade.mix_sigma
    shares = np.array([group.share for group in goods.values()])
    rows = []
    for lane in config.lanes:
        weight = shares * np.exp(sigma * streams.of("goods_mix", week, *name_words(lane)).standard_normal(len(goods)))
        rows.append(weight / weight.sum())
    return np.array(rows, dtype=float)


def _values(rng: np.random.Generator, n: Counts, mean: Numbers, variance: Numbers) -> Numbers:
    """Value of n (L, G, 2) parcels of each band; exact if all values of a band are the same."""
    total = n * mean
    spread = np.where(mean > 0, variance / np.where(mean > 0, mean, 1.0), 0.0)
    is_drawn = (total > 0) & (spread > 0)
    drawn = rng.gamma(np.where(is_drawn, total / np.where(spread > 0, spread, 1.0), 1.0), np.where(is_drawn, spread, 1))
    return np.asarray(np.round(np.where(is_drawn, drawn, total), 2), dtype=float)


def bands(goods: Sequence[Goods], limit: float) -> tuple[Numbers, Numbers, Numbers]:
    """Share, mean [EUR] and variance [EUR²] of the declared values up to a limit and above it (G, 2).

    Moments of a lognormal cut at k: E[V^r; V <= k] = exp(r mu + r^2 sigma^2 / 2) Phi((ln k - mu) / sigma -
    r sigma) (Johnson, Kotz and Balakrishnan 1994, Continuous univariate distributions, vol. 1, ch. 14).
    """
    by_band = np.zeros((3, len(goods), 2))
    for row, group in enumerate(goods):
        z = (np.log(limit / group.median_eur) / group.sigma) if limit > 0 else -np.inf
        moments = [
            group.median_eur**r
            * np.exp((r * group.sigma) ** 2 / 2)
            * np.array([ndtr(z - r * group.sigma), ndtr(r * group.sigma - z)])
            for r in range(3)
        ]
        share = moments[0]
        occurs = share > 0
        mean = np.divide(moments[1], share, out=np.zeros(2), where=occurs)
        square = np.divide(moments[2], share, out=np.zeros(2), where=occurs)
        by_band[:, row] = share, mean, np.maximum(square - mean**2, 0)
    return by_band[0], by_band[1], by_band[2]
