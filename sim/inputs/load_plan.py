"""The load of a flight: the columns of its parcels, drawn with the flight's own streams."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.config import HubConfig
from sim.config.data_views import lookup_in_force
from sim.config.disruptions import Span
from sim.distributions import QUANTILES, Shape, midpoints, stretched
from sim.domain.flight import Flight
from sim.domain.parcels import ByCustoms, Channel, Parcels
from sim.domain.presorting import Presorting
from sim.errors import InputError
from sim.inputs.declarations import Declarations, make_declarations
from sim.inputs.disruptions import Disturbances
from sim.inputs.flight_schedule import end_of_run
from sim.inputs.flight_work import handling_min
from sim.inputs.quantiles import pick
from sim.inputs.same_names import same
from sim.inputs.site import uld_counts
from sim.streams import Streams, up_and_down
from sim.units import CM3_PER_L, CM3_PER_M3, G_PER_KG, MIN_PER_H, TICKS_PER_MIN, Counts, Flags, Ticks, numbers, ticks


@dataclass(frozen=True, slots=True)
class Lookups:
    """Times without access to the keys: from `down[i]` to before `up[i]` (N), ascending [ticks]."""

    duration: int
    """Duration of a look-up [ticks]."""
    down: Counts
    up: Counts

    def done(self, request: Ticks) -> Ticks:
        """When look-ups (P) requested at these instants are done: each begins immediately or when the keys return."""
        if not len(self.down):
            return request + self.duration
        last = np.searchsorted(self.down, request, side="right") - 1
        begins = np.where(last >= 0, np.maximum(request, self.up[np.maximum(last, 0)]), request)
        return np.asarray(begins + self.duration, dtype=np.int64)


def make_lookups(config: HubConfig, streams: Streams) -> Lookups | None:
    """Look-ups of the policy in force, with the escrow's failures until the end of the run; None: no look-ups."""
    lookup = lookup_in_force(config.exposure)
    if lookup is None:
        return None
    spans: list[tuple[int, int]] = []
    if (escrow := lookup.escrow) is not None:
        spans += up_and_down(streams.of("escrow"), escrow.mtbf_h, escrow.mttr_min, end_of_run(config))
    down, up = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    return Lookups(ticks(lookup.release_min), down, up)


PieceTimes = Callable[[np.random.Generator, int], NDArray[np.uint32]]
"""A function that draws times of n pieces of work [ticks] with a generator."""
_OF_UNIT = {Presorting.NONE: "", Presorting.BAGS: "bag_", Presorting.ULDS: "uld_"}


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Look-up tables of the draws, made once for each replication; `draw` makes a flight's parcels."""

    config: HubConfig
    streams: Streams
    mass_of: NDArray[np.int32]
    """Mass [g] by 16-bit draw."""
    cm3_per_g_of: NDArray[np.float32]
    lane_of: NDArray[np.unsignedinteger]
    handling: PieceTimes
    packing: PieceTimes
    data_outages: tuple[tuple[Span, float], ...]
    """Outages in which a share of the parcels loses its customs data, in order of their start."""
    declarations: Declarations | None
    lookups: Lookups | None
    """None: nothing is looked up before a release."""
    of_unit: str
    """Prefix of the streams of bags and whole ULDs, which differ from those of parcels."""

    def draw(self, flight: Flight) -> Parcels:
        first, bounds = self._units(flight)

        def stream(attribute: str) -> np.random.Generator:
            return self.streams.of(self.of_unit + attribute, *flight.entity)

        n, lane = int(first[-1]), self.lanes(flight, int(first[-1]))
        mass, volume = self.sizes(self.streams.of("size", *flight.entity), flight.n_parcels)
        if bounds is not None:
            sums = [_sums_between(bounds, column) for column in (mass, volume)]
            self._check_trailer(flight, *sums)
            mass, volume = (column.astype(np.int32) for column in sums)
        if self.declarations is None:
            customs, is_decided = self._customs(flight, n, stream("customs")), np.zeros(n, dtype=bool)
        else:
            customs, is_decided = self.declarations.draw(flight, lane, first)
        for span, share in self.data_outages:
            is_decided[self._lose_data(flight, customs.channel, customs.release, span, share)] = False
        if self.lookups is not None:
            held = np.isin(customs.channel, (Channel.LATE_DATA, Channel.DOCUMENT_CHECK))
            customs.release[held] = self.lookups.done(customs.release[held])
        counts = customs.counts
        if counts is not None and self.data_outages:
            counts = replace(counts, n_before_landing=int(np.count_nonzero(is_decided)))
        return Parcels(
            first=first,
            lane=lane,
            mass=mass,
            volume=volume,
            handling=self.handling(stream("handling"), n),
            packing=self.packing(stream("packing"), n),
            is_no_read=flags(stream("no_read"), n, self.config.parcels.no_read_share),
            is_non_conveyable=flags(
                stream("non_conveyable"), n, 0 if self.of_unit else self.config.parcels.non_conveyable_share
            ),
            count=None if bounds is None else np.diff(bounds).astype(np.int32),
            **same(customs, *ByCustoms.__dataclass_fields__) | {"counts": counts},
        )

    def parcels_by_lane(self, flight: Flight) -> Counts:
        """Number of its parcels to each lane (L)."""
        first, bounds = self._units(flight)
        lane, n_lanes = self.lanes(flight, int(first[-1])), len(self.config.lanes)
        if bounds is None:
            return np.bincount(lane, minlength=n_lanes)
        return np.bincount(lane, weights=np.diff(bounds), minlength=n_lanes).astype(np.int64)

    def lanes(self, flight: Flight, n: int) -> NDArray[np.unsignedinteger]:
        """Lane of each of its units (P)."""
        draw = self.streams.of(f"{self.of_unit}lane", *flight.entity).integers(0, QUANTILES, n, dtype=np.uint16)
        return self.lane_of.take(draw)

    def _units(self, flight: Flight) -> tuple[Counts, Counts | None]:
        """The first unit of each ULD and the end of the last (U+1), and the same of parcels by unit (P+1).

        A bag is in one ULD. A whole ULD without parcels is no unit. None: parcels are the units.
        """
        kind, bag = self.config.fleet[flight.aircraft], self.config.presorted.bag_size
        first = np.concatenate(([0], np.cumsum(uld_counts(flight.n_parcels // bag, kind)))).astype(np.int64)
        if self.config.presorted.goods is Presorting.NONE:
            return first, None
        if self.config.presorted.goods is Presorting.BAGS:
            return first, np.arange(first[-1] + 1) * bag
        bounds = np.unique(first)
        return np.searchsorted(bounds, first), bounds

    def _check_trailer(self, flight: Flight, mass: Counts, volume: Counts) -> None:
        """Refuse a unit that no truck can carry; mass [g] and volume [cm³] of the flight's units (P)."""
        trailer = self.config.outbound.trailer
        for key, limit, largest in (
            ("kg", trailer.kg, mass.max(initial=0) / G_PER_KG),
            ("m3", trailer.m3, volume.max(initial=0) / CM3_PER_M3),
        ):
            if largest > limit:
                raise InputError(
                    f"flight {flight.key}: a pre-sorted unit of {largest:.4g} {key} is more than a truck carries,"
                    f" outbound.trailer.{key} = {limit:g}"
                )

    def sizes(self, rng: np.random.Generator, n: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Mass [g] and volume [cm³] of n parcels."""
        size = rng.integers(0, QUANTILES, (2, n), dtype=np.uint16)
        mass = self.mass_of.take(size[0])
        volume = mass * self.cm3_per_g_of.take(size[1])
        np.rint(volume, out=volume)
        return mass, np.maximum(volume, 1, out=volume).astype(np.int32)

    def _customs(self, flight: Flight, n: int, rng: np.random.Generator) -> ByCustoms:
        customs = self.config.customs
        assert customs.release_mean_h is not None and customs.refused_share is not None
        bounds = np.cumsum(customs.shares)
        draw = rng.integers(0, 1 << 32, n, dtype=np.uint32)
        channel = np.zeros(n, dtype=np.uint8)
        held = np.flatnonzero(draw < round(bounds[-1] * (1 << 32)))
        order = (Channel.LATE_DATA, Channel.DOCUMENT_CHECK, Channel.EXAMINED)
        which = np.searchsorted(np.rint(bounds * (1 << 32)), draw[held], side="right")
        channel[held] = np.array(order, dtype=np.uint8)[np.minimum(which, len(order) - 1)]
        release = np.full(n, flight.arrival, dtype=np.int64)
        wait = stretched(customs.release_mean_h, rng.standard_exponential(len(held)), MIN_PER_H)
        release[held] += np.rint(wait * TICKS_PER_MIN).astype(np.int64)
        is_refused = np.zeros(n, dtype=bool)
        is_refused[held] = (rng.random(len(held)) < customs.refused_share) & (channel[held] == Channel.EXAMINED)
        no_parcel, no_uld = np.zeros(n, dtype=bool), np.zeros(flight.n_ulds, dtype=bool)
        return ByCustoms(channel, release, is_refused, is_alarm=no_parcel, is_uld_xrayed=no_uld)

    def _lose_data(
        self,
        flight: Flight,
        channel: NDArray[np.uint8],
        release: Counts,
        span: Span,
        share: float,
    ) -> Counts:
        """Apply an outage of customs data to flights that arrive in it, and to releases that would fall in it.

        A stream of the flight draws which parcels lose their data, and for how long; all outages that affect the flight
        use the same draws. Returns the rows that lose their data.
        """
        begin, end = span
        rows = np.zeros(0, dtype=np.int64)
        if begin <= flight.arrival < end:
            rng = self.streams.of("data_outage", *flight.entity)
            rows = np.flatnonzero((rng.random(len(channel)) < share) & (channel == Channel.RELEASED))
            wait = stretched(self.config.customs.late_mean_h, rng.standard_exponential(len(channel)), MIN_PER_H)
            channel[rows] = Channel.LATE_DATA
            release[rows] = end + np.rint(wait[rows] * TICKS_PER_MIN).astype(np.int64)
        is_due = (channel == Channel.LATE_DATA) | (channel == Channel.DOCUMENT_CHECK)
        release[is_due & (begin <= release) & (release < end)] = end
        return rows


def make_load_plan(config: HubConfig, streams: Streams) -> LoadPlan:
    """The tables of the draws: quantiles at the mid-points of equal shares."""
    lane = numbers(pick([lane.share for lane in config.lanes.values()]))
    handling = piece_times(*_handling(config))
    packing = piece_times(config.packout.packing_min, config.packout.spread)
    spans = Disturbances(config, streams)
    outages = tuple((span, share) for span, disruption in spans if (share := disruption.data_lost()) is not None)
    declarations, lookups = make_declarations(config, streams), make_lookups(config, streams)
    prefix = _OF_UNIT[config.presorted.goods]
    sizes = _sizes(config)
    return LoadPlan(config, streams, *sizes, lane, handling, packing, outages, declarations, lookups, prefix)


@cache
def _normal() -> NDArray[np.float64]:
    """Normal quantiles by 16-bit draw."""
    return np.asarray(ndtri(midpoints()))


@lru_cache(maxsize=16)
def _lognormal(sigma: float, less: float) -> NDArray[np.float64]:
    """Exponentials of normal quantiles, minus this, by 16-bit draw."""
    table = np.exp(sigma * _normal() - less)
    table.flags.writeable = False
    return table


def _sizes(config: HubConfig) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Mass [g], and volume by mass [cm³/g], by 16-bit draw."""
    parcels = config.parcels
    median, sigma = parcels.median_kg, parcels.l_per_kg_sigma
    mean_g = config.demand.mean_parcel_kg * G_PER_KG
    if isinstance(median, Shape):
        grams = mean_g * median.table
    else:
        grams = median * G_PER_KG * _lognormal(config.mass_sigma, 0.0)
    bulk = sigma.table if isinstance(sigma, Shape) else _lognormal(sigma, sigma**2 / 2)
    mass = np.clip(np.rint(grams), 1, config.heaviest_g).astype(np.int32)
    return mass, (parcels.mean_l * CM3_PER_L / mean_g * bulk).astype(np.float32)


def _handling(config: HubConfig) -> tuple[float, float | Shape]:
    """Mean time of a unit at break-down [min] and its spread; for a whole ULD, the way to its lane."""
    if config.presorted.goods is Presorting.ULDS:
        return config.presorted.carry_min, 0.0
    return handling_min(config), config.breakdown.handling_spread


def _sums_between(bounds: Counts, values: NDArray[np.int32]) -> Counts:
    """Sums from each of ascending bounds (P+1) to before the next (P)."""
    return np.diff(np.concatenate(([0], np.cumsum(values, dtype=np.int64)))[bounds])


def piece_times(mean_min: float, spread: float | Shape) -> PieceTimes:
    """A function that draws times of n pieces of work: of a shape, or uniform within `spread` of the mean."""
    mean = mean_min * TICKS_PER_MIN
    if isinstance(spread, Shape):
        return partial(_looked_up, np.maximum(np.rint(mean * spread.table), 1).astype(np.uint32))
    return partial(_uniform, max(1, round(mean * (1 - spread))), max(1, round(mean * (1 + spread))))


def _uniform(low: int, high: int, rng: np.random.Generator, n: int) -> NDArray[np.uint32]:
    """Uniform draws with both ends included; 16-bit draws if they suffice."""
    kind = np.uint16 if high < QUANTILES else np.uint32
    return rng.integers(low, high, n, dtype=kind, endpoint=True).astype(np.uint32, copy=False)


def _looked_up(table: NDArray[np.uint32], rng: np.random.Generator, n: int) -> NDArray[np.uint32]:
    return table.take(rng.integers(0, QUANTILES, n, dtype=np.uint16))


def flags(rng: np.random.Generator, n: int, share: float) -> Flags:
    """Flags of n things, each true with the same probability."""
    least = round(share * (1 << 32))
    if not 0 < least < 1 << 32:
        return np.full(n, least > 0)
    return rng.integers(0, 1 << 32, n, dtype=np.uint32) < np.uint32(least)
