"""When exports are collected, and the load of each truck.

A day has slots, of which the first n run. With the same streams, the collections of a smaller demand are therefore
always among those of a larger one.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from sim.config import ArrivalModel, HubConfig
from sim.config.exports import Collections
from sim.distributions import Shape
from sim.domain.exports import Collection, ExportInputs, ExportParcels
from sim.domain.flight import Flight
from sim.inputs.expected_flights import size_of_a_flight
from sim.inputs.flight_schedule import measured_days
from sim.inputs.flight_work import collections_per_day
from sim.inputs.load_plan import LoadPlan, PieceTimes, flags, piece_times
from sim.inputs.quantiles import pick_by
from sim.inputs.timetables import van_der_corput
from sim.streams import Streams
from sim.units import MIN_PER_H, TICKS_PER_DAY, ticks


def make_exports(
    config: HubConfig, streams: Streams, flights: Sequence[Flight], end: int, plan: LoadPlan
) -> ExportInputs | None:
    """The collections timetabled in [0, end) [ticks], numbered by it; None without exports.

    `plan` has the tables from which sizes of parcels are drawn, the same as those of imports.
    """
    if not config.exports.share:
        return None
    rows = sorted(_collections(config, streams, flights, end), key=lambda row: (row.scheduled, row.key))
    collections = tuple(replace(row, number=number) for number, row in enumerate(rows))
    recorded = config.record.parcels_of_collections
    handling = piece_times(config.exports.collections.handling_min, config.exports.collections.handling_spread)
    draw = partial(_parcels, config, streams, plan, handling)
    return ExportInputs(collections, draw, lambda collection: recorded == "all" or collection.key in recorded)


def _collections(
    config: HubConfig,
    streams: Streams,
    flights: Sequence[Flight],
    end: int,
) -> Iterator[Collection]:
    """Collections in any order, and not yet numbered."""
    rules, measured = config.exports.collections, measured_days(config)
    profile = np.concatenate(([0.0], np.cumsum(rules.hour_share)))
    of_file = _file_flights_per_day(config, flights)
    for day in range(-(-config.clock.local(end) // TICKS_PER_DAY)):
        date = config.start_date + dt.timedelta(days=day)
        wanted = collections_per_day(config, config.flights_coming_on(date) if of_file is None else of_file)
        for slot in range(1, int(np.ceil(wanted)) + 1):
            entity = (date.toordinal(), slot)
            if slot > wanted and streams.of("collection_runs", *entity).random() >= wanted % 1:
                continue
            hour = float(np.interp(van_der_corput(slot) * profile[-1], profile, range(len(profile))))
            scheduled = config.clock.instant(day * TICKS_PER_DAY + ticks(hour * MIN_PER_H))
            if scheduled >= end:
                continue
            yield Collection(
                0,
                f"{date.isoformat()}-{slot:03}",
                entity,
                scheduled,
                _hall(config, scheduled, streams.of("collection_hall", *entity).random()),
                max(1, round(rules.parcels * _size(rules, streams.of("collection_size", *entity)))),
                bool(streams.of("collection_presorted", *entity).random() < rules.presorted_share),
                measured[0] <= scheduled < measured[1],
            )


def _file_flights_per_day(config: HubConfig, flights: Sequence[Flight]) -> float | None:
    """Mean flights a day of a file up to the end of the measured days, counted by their size; None without a file."""
    if config.arrivals.model is not ArrivalModel.FILE:
        return None
    until = measured_days(config)[1]
    return sum(flight.arrival < until for flight in flights) / config.days * size_of_a_flight(config)


def _hall(config: HubConfig, scheduled: int, draw: float) -> int:
    """A hall, in proportion to the inbound doors of the open halls."""
    date = config.start_date + dt.timedelta(days=config.clock.local(scheduled) // TICKS_PER_DAY)
    doors = [0 if hall.opens_late(date) else hall.doors_in for hall in config.halls.values()]
    upto = np.cumsum(doors)
    return int(np.searchsorted(upto, draw * upto[-1], side="right"))


def _size(rules: Collections, rng: np.random.Generator) -> float:
    """Size of a collection, as a multiple of the mean; at most that of `most_parcels`."""
    if isinstance(rules.spread, Shape):
        return min(float(rules.spread.quantile(rng.random())), rules.spread.highest)
    return 1 + rules.spread * rng.uniform(-1, 1)


def _parcels(
    config: HubConfig, streams: Streams, plan: LoadPlan, handling: PieceTimes, collection: Collection
) -> ExportParcels:
    n, exports = collection.n_parcels, config.exports

    def stream(attribute: str) -> np.random.Generator:
        return streams.of(attribute, *collection.entity)

    mass, volume = plan.sizes(stream("export_size"), n)
    return ExportParcels(
        lane=pick_by(stream("export_parcel_lane").random(n), [*exports.lanes.values()]).astype(np.uint8),
        mass=mass,
        volume=volume,
        handling=handling(stream("export_handling"), n),
        is_no_read=flags(stream("export_no_read"), n, config.parcels.no_read_share),
        is_non_conveyable=flags(stream("export_non_conveyable"), n, exports.non_conveyable_share),
    )
