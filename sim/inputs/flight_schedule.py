"""The flights of a replication: their arrivals, by the process of arrivals, and their loads.

With the same streams the flights of a smaller demand are among those of a larger one, so that demand can be varied
under common random numbers.
"""

import datetime as dt
from dataclasses import replace

import numpy as np

from sim.config import HubConfig
from sim.domain.flight import Flight
from sim.errors import InputError
from sim.inputs.arrival_processes import PROCESSES
from sim.inputs.calls import Call, disturbed, on_clock
from sim.inputs.disruptions import Disturbances
from sim.inputs.loads import drawn_load
from sim.inputs.off_blocks import off_block
from sim.inputs.own_flights import draws_flights
from sim.inputs.own_process import of_function
from sim.inputs.quantiles import pick_by
from sim.own import ARRIVALS
from sim.reading import near
from sim.streams import Streams
from sim.units import TICKS_PER_DAY, ticks


def make_flights(
    config: HubConfig, streams: Streams, end: int, on_schedule: tuple[int, ...] | None = None
) -> tuple[Flight, ...]:
    """The flights whose drawn arrival lies in [0, end) [ticks], numbered by it.

    `on_schedule` is the entity of a flight that arrives as scheduled, after all effects of disruptions; no other flight
    moves.
    """
    arrivals, clock = config.arrivals, config.clock
    calls_of = of_function if ARRIVALS in config.rules else PROCESSES[arrivals.model].calls
    calls = (on_clock(call, clock) for call in calls_of(config, streams, clock.local(end)))
    if cancelled := arrivals.cancelled_share:
        calls = (call for call in calls if streams.of("cancelled", *call.entity).random() >= cancelled)
    measured = measured_days(config)
    arriving = [
        call._replace(arrival=call.sibt) if call.entity == on_schedule else call
        for call in disturbed(calls, Disturbances(config, streams))
    ]
    coming = sorted((call for call in arriving if 0 <= call.arrival < end), key=lambda call: call[:3])
    is_whole = arrivals.resampled_weeks is None and not draws_flights(config) and not cancelled
    is_fixed = arrivals.schedule is not None and is_whole
    if is_fixed and not any(measured[0] <= call.arrival < measured[1] for call in coming):
        first = config.start_date + dt.timedelta(days=config.warmup_days)
        raise InputError(
            f"{arrivals.schedule}: in replication {streams.replication} no flight arrives in the measured days,"
            f" {config.horizon_days} from {first}; see start_date, warmup_days, horizon_days"
        )
    flights = tuple(_flight(config, streams, number, call, measured) for number, call in enumerate(coming))
    numbers = {flight.entity: flight.number for flight in flights}
    return tuple(
        replace(flight, after=numbers[call.after], leg=call.leg) if call.after in numbers else flight
        for flight, call in zip(flights, coming, strict=True)
    )


def measured_days(config: HubConfig) -> tuple[int, int]:
    """The first measured instant, and the first instant after the measured days [ticks]."""
    return config.warmup_days * TICKS_PER_DAY, config.days * TICKS_PER_DAY


def end_of_run(config: HubConfig) -> int:
    """`HubConfig.end_min` in ticks."""
    return ticks(config.end_min)


def _export_lane(config: HubConfig, streams: Streams, call: Call) -> int:
    if not config.exports.share:
        return 0
    if call.to is not None:
        names = [*config.exports.lanes]
        if call.to not in names:
            raise InputError(
                f"{config.arrivals.schedule}: flight {call.key}: to: no destination {call.to!r} of exports.lanes"
                f"{near(call.to, names)}"
            )
        return names.index(call.to)
    if config.connections.in_turn and config.arrivals.schedule is None:
        return (call.entity[-1] - 1) % len(config.exports.lanes)
    return int(pick_by(streams.of("export_lane", *call.entity).random(), [*config.exports.lanes.values()]))


def _drawn_aircraft(config: HubConfig, streams: Streams, call: Call) -> str:
    """A type by the shares of those that can carry the flight's parcels."""
    able = config.types_that_carry(call.n_parcels or 0)
    shares = np.cumsum(list(able.values()))
    draw = streams.of("aircraft", *call.entity).random()
    if len(able) < len(config.fleet):
        draw *= shares[-1]
    return list(able)[min(int(np.searchsorted(shares, draw, side="right")), len(shares) - 1)]


def _parcels(config: HubConfig, streams: Streams, call: Call, aircraft: str) -> int:
    """Parcels of a flight: those in its file, or a load about its type's mean."""
    if call.n_parcels is not None:
        return call.n_parcels
    spread, mean = config.demand.load.spread, config.parcels_of(aircraft)
    if spread == 0:
        return mean
    return drawn_load(float(streams.of("load", *call.entity).random()), mean, config.fullest_load(aircraft), spread)


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
        sobt=call.sobt if call.sobt is not None else off_block(config, streams, call),
        export_lane=_export_lane(config, streams, call),
        is_moved=call.is_moved,
    )
