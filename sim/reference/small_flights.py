"""The flights of a small hub and their parcels, with intended ties."""

from dataclasses import fields, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.distributions import Shape, own_families
from sim.domain.consignments import CustomsCounts
from sim.domain.flight import Flight
from sim.domain.parcels import HELD_CHANNELS, Channel, Parcels
from sim.domain.presorting import Presorting
from sim.inputs.same_names import same
from sim.reference.small_exports import departures
from sim.reference.small_numbers import SmallHub
from sim.streams import Streams
from sim.units import TICKS_PER_MIN

_FAMILIES: Final = (
    {"family": "gamma", "shape": 0.7},
    {"family": "lognormal", "sigma": 1},
    {"family": "triangular", "low": 1, "mode": 1, "high": 4},
    {"family": "constant"},
    {"family": "beta", "a": 2, "b": 3, "high": 1},
    {"family": "weibull", "shape": 1.5},
    {"family": "exponential", "at_most": 4},
    {"family": "normal", "spread": 0.5},
    {"family": "uniform", "low": 0, "high": 3},
)


def flights(hub: SmallHub, streams: Streams, step: int) -> tuple[Flight, ...]:
    rng = streams.of("flights")
    span = max(1, hub.spread_h * 60 * TICKS_PER_MIN // step)
    arrivals = np.sort(rng.integers(0, span, hub.n_flights)) * step
    if rng.random() < 0.5:  # in pairs
        arrivals[1::2] = arrivals[::2][: hub.n_flights // 2]
    sobt, export_lane, aircraft = departures(hub, streams, step, arrivals)
    flights = [
        Flight(
            number=number,
            key=f"F{number}",
            entity=(number,),
            aircraft=aircraft[number],
            sibt=arrival,
            arrival=arrival,
            **same(hub, "n_main_deck", "n_lower_deck"),
            n_parcels=int(_counts(hub, streams, number).sum()),
            is_cohort=True,
            sobt=sobt[number],
            export_lane=export_lane[number],
        )
        for number, arrival in enumerate(arrivals.tolist())
    ]
    return _with_legs(hub, streams, flights, step)


def _with_legs(hub: SmallHub, streams: Streams, flights: list[Flight], step: int) -> tuple[Flight, ...]:
    """Some flights, in a separate order, use the aircraft of the flight before."""
    rng = streams.of("legs")
    order = rng.permutation(len(flights)).tolist()
    for before, number in pairwise(order):
        if rng.random() < hub.legs_share:
            flights[number] = replace(flights[number], after=before, leg=int(rng.integers(1, 60)) * step)
    return tuple(flights)


def _uld_sizes(hub: SmallHub, streams: Streams, flight: int) -> list[int]:
    """Units on each ULD of a flight; some ULDs are empty."""
    most = 1 if hub.presorting is Presorting.ULDS else hub.most_parcels_a_uld
    sizes = streams.of("ulds", flight).integers(0, hub.most_parcels_a_uld + 1, hub.n_main_deck + hub.n_lower_deck)
    return [min(int(size), most) for size in sizes]


def _counts(hub: SmallHub, streams: Streams, flight: int) -> NDArray[np.int32]:
    """Parcels of each unit of a flight (P)."""
    n = sum(_uld_sizes(hub, streams, flight))
    if hub.presorting is Presorting.ULDS:
        return streams.of("uld_parcels", flight).integers(1, 2 * hub.unit_parcels + 1, n).astype(np.int32)
    return np.full(n, hub.units.room, dtype=np.int32)


def parcels(hub: SmallHub, streams: Streams, flight: Flight, step: int) -> Parcels:
    rng = streams.of("parcels", flight.number)
    count = _counts(hub, streams, flight.number)
    n = len(count)
    first = np.concatenate(([0], np.cumsum(_uld_sizes(hub, streams, flight.number))))
    channel = np.where(
        rng.random(n) < hub.held_share,
        rng.choice([Channel.LATE_DATA, Channel.DOCUMENT_CHECK, Channel.EXAMINED], n),
        Channel.RELEASED,
    ).astype(np.uint8)
    wait = rng.integers(0, 120, n) * step
    controls = streams.of("controls", flight.number)
    if hub.has_controls:
        channel = np.where(channel == Channel.RELEASED, channel, controls.choice(HELD_CHANNELS, n)).astype(np.uint8)
    is_alarm = (channel == Channel.XRAYED) & (controls.random(n) < 0.5)
    drawn = Parcels(
        first=first.astype(np.int64),
        lane=rng.integers(0, hub.n_routes + 1, n).astype(np.uint8),
        mass=rng.integers(1, 101, n).astype(np.int32),
        volume=rng.integers(1, 101, n).astype(np.int32),
        handling=(rng.integers(0, 3, n) * step + rng.integers(1, 3, n)).astype(np.uint32)
        if rng.random() < 0.5
        else np.full(n, step, dtype=np.uint32),
        packing=(streams.of("packing", flight.number).integers(1, hub.packing_steps + 1, n) * step).astype(np.uint32),
        is_no_read=rng.random(n) < hub.no_read_share,
        is_non_conveyable=streams.of("by_hand", flight.number).random(n)
        < hub.by_hand_share * (hub.presorting is Presorting.NONE),
        channel=channel,
        release=np.where(channel == Channel.RELEASED, flight.arrival, flight.arrival + wait),
        is_refused=((channel == Channel.EXAMINED) | is_alarm) & (rng.random(n) < 0.3),
        is_alarm=is_alarm,
        is_uld_xrayed=controls.random(flight.n_ulds) < hub.uld_xray_share,
        count=None if hub.presorting is Presorting.NONE else count,
        counts=_counts_before_loading(streams.of("told", flight.number)) if hub.has_controls else None,
        value=streams.of("values", flight.number).integers(1, 101, n).astype(np.int32) if hub.has_controls else None,
    )
    return _of_families(hub, streams, flight, drawn, step) if hub.has_families else drawn


def _of_families(hub: SmallHub, streams: Streams, flight: Flight, parcels: Parcels, step: int) -> Parcels:
    """The parcels with times from families of distributions, another one for each flight, including the user's."""
    known = (*_FAMILIES, *({"family": name} for name in own_families()))
    rng, n = streams.of("families", flight.number), len(parcels.lane)

    def times(place: int, mean: float) -> NDArray[np.uint32]:
        shape = Shape.from_plain(known[(flight.number + place) % len(known)], "family")
        drawn: NDArray[np.uint32] = np.maximum(np.rint(mean * shape.quantile(rng.random(n))), 1).astype(np.uint32)
        return drawn

    wait = np.where(parcels.channel == Channel.RELEASED, 0, times(2, 60 * step))
    mean_packing = (hub.packing_steps + 1) / 2 * step
    return replace(parcels, handling=times(0, step), packing=times(1, mean_packing), release=flight.arrival + wait)


def _counts_before_loading(rng: np.random.Generator) -> CustomsCounts:
    """What customs learns about a flight before loading; no program reads the rest."""
    nothing = dict.fromkeys((field.name for field in fields(CustomsCounts)), 0)
    n_referrals, n_left_behind = rng.integers(0, 3, 2).tolist()
    return CustomsCounts(**nothing | {"n_referrals": n_referrals, "n_left_behind": n_left_behind})
