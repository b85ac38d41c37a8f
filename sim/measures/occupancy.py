"""Units in each zone at the ends of the intervals: from arrivals and departures, and for parcels from the tallies."""

from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.columns import Table
from sim.domain.entities import Refusal, Shuttle, Train, Truck, Uld, Visit
from sim.domain.inputs import Inputs
from sim.domain.site import Hall
from sim.measures.export_tables import export_hall_series, export_series
from sim.measures.recovery import paths
from sim.measures.window import (
    Move,
    Series,
    before,
    bin_edges,
    in_open_halls,
    inside,
    inside_rows,
    left_door,
    of_hall,
    time_inside,
    total,
)
from sim.record.recorder import Recorder, columns, flown_ulds
from sim.record.schemas import Columns
from sim.site.floors import hold_zone_parcels
from sim.units import NEVER, Ticks


def occupancy_columns(config: HubConfig, inputs: Inputs, record: Recorder, undisturbed: Ticks | None) -> Columns:
    """One row for each zone and interval; of a complex also hall by hall, as `lanes @ east`.

    `undisturbed` is the backlog (B) of the same replication without its disruptions.
    """
    edges, halls = bin_edges(inputs), inputs.site.halls
    by_hall = _hall_series(edges, inputs, record)
    exports_by_hall = export_hall_series(inputs, record, edges)
    series = [
        *_apron_series(edges, inputs, record),
        *(total(of_zone) for of_zone in zip(*by_hall, strict=True)),
        *_stage_series(edges, config, inputs, record),
        *(total(of_zone) for of_zone in zip(*exports_by_hall, strict=True)),
        *export_series(config, inputs, record, edges),
    ]
    if undisturbed is not None:
        backlogs = paths(edges, backlog_here(inputs, record), undisturbed, config)
        series += [(name, backlog, NEVER, "parcels") for name, backlog in backlogs.items()]
    if len(halls) > 1:
        for hall, imports, exports in zip(halls, by_hall, exports_by_hall or [[]] * len(halls), strict=True):
            series += [(f"{zone} @ {hall.name}", n, limit, unit) for zone, n, limit, unit in imports + exports]
    return _below_each_other(edges, sorted(series, key=itemgetter(0)))


def backlog_here(inputs: Inputs, record: Recorder) -> Ticks:
    """Parcels (B) that have arrived, and were neither diverted nor have left, at the ends of intervals."""
    edges, flights = bin_edges(inputs), columns(Visit, record.flights)
    gave_up = flights["stand_requested"] + inputs.site.apron.longest_hold
    turned_away = before(edges, gave_up, flights["n_parcels"] * flights["is_diverted"])
    return _backlog(edges, record) - turned_away


def _backlog(edges: Ticks, record: Recorder) -> Ticks:
    """Parcels that arrived before each of the edges (B), and left neither by truck, nor by air, nor by customs."""
    flights, trucks = columns(Visit, record.flights), columns(Truck, record.trucks)
    refusals = columns(Refusal, record.refusals)
    by_truck = before(edges, trucks["departed"], trucks["n_parcels"])
    by_customs = before(edges, refusals["freed"], refusals["n_parcels"])
    flown = flown_ulds(record)
    by_air = before(edges, flown["departed"], flown["n_parcels"])
    return before(edges, flights["arrival"], flights["n_parcels"]) - by_truck - by_air - by_customs


def _apron_series(edges: Ticks, inputs: Inputs, record: Recorder) -> list[Series]:
    flights, trains = columns(Visit, record.flights), columns(Train, record.trains)
    return [
        ("stands", inside_rows(edges, flights, "stand_given", "stand_free"), inputs.site.apron.stands, "aircraft"),
        ("tugs", inside_rows(edges, trains, "granted", "returned"), inputs.site.apron.tugs, "trains"),
    ]


def _stage_series(edges: Ticks, config: HubConfig, inputs: Inputs, record: Recorder) -> list[Series]:
    """Series from the machines to the trucks, and the backlog of all."""
    fit = (hold_zone_parcels(hall, config.space) for hall in config.halls.values())
    stages = record.stages
    in_yard = inside_rows(edges, columns(Truck, record.trucks), "arrived", "docked")
    return [
        *(
            (name, stages[name].inside, NEVER, "parcels")
            for name in ("sorting", "handcoding", "manual_sort", "packout")
        ),
        ("customs_hold", stages["customs_hold"].inside, in_open_halls(edges, inputs.site.halls, fit), "parcels"),
        ("yard", in_yard, inputs.site.trucks.yard, "trucks"),
        ("between_halls", stages["transfer"].inside, NEVER, "parcels"),
        ("backlog", _backlog(edges, record), NEVER, "parcels"),
    ]


def _hall_series(edges: Ticks, inputs: Inputs, record: Recorder) -> list[list[Series]]:
    """Units in each hall, from its own ULDs and trucks."""
    ulds, trucks = columns(Uld, record.ulds), columns(Truck, record.trucks)
    trucks = trucks | {"leave_door": left_door(trucks, inputs.site.trucks.docking)}
    room = inputs.site.units.room
    return [
        _of_hall(edges, hall, of_hall(ulds, number), of_hall(trucks, number), _floor_moves(record, number), room=room)
        for number, hall in enumerate(inputs.site.halls)
    ]


def _floor_moves(record: Recorder, number: int) -> list[Move]:
    """Units (parcels, bags or whole ULDs) onto the floor of a hall's lanes and away. Each refusal is of one unit."""
    ulds, trucks, refusals = (
        of_hall(columns(row, rows), number)
        for row, rows in ((Uld, record.ulds), (Truck, record.trucks), (Refusal, record.refusals))
    )
    shuttles, flown = columns(Shuttle, record.shuttles), of_hall(flown_ulds(record), number)
    sent, received = (of_hall(shuttles, number, end) for end in ("origin", "destination"))
    return [
        (1, ulds["start"], ulds["n_units"]),
        (1, received["arrived"], received["n_units"]),
        (-1, trucks["departed"], trucks["n_units"]),
        (-1, sent["departed"], sent["n_units"]),
        (-1, refusals["freed"], None),
        (-1, flown["built"], flown["n_parcels"]),
    ]


def floor_time(inputs: Inputs, record: Recorder, number: int) -> int:
    """Time that parcels had floor of a hall's lanes reserved in the measured days [parcel-ticks]."""
    return inputs.site.units.room * time_inside(_floor_moves(record, number), inputs.measured)


def _of_hall(edges: Ticks, hall: Hall, ulds: Table, trucks: Table, moves: list[Move], *, room: int) -> list[Series]:
    """`room`: floor that a unit takes."""
    is_open = edges > hall.opens
    return [
        ("uld_positions", inside_rows(edges, ulds, "placed", "start"), hall.positions * is_open, "ULDs"),
        ("breakdown", inside_rows(edges, ulds, "start", "released"), sum(hall.stations) * is_open, "ULDs"),
        ("dock_doors", inside_rows(edges, trucks, "docked", "leave_door"), hall.doors * is_open, "trucks"),
        ("lanes", inside(edges, moves) * room, (hall.floor + hall.transfer_floor) * is_open, "parcels"),
    ]


def _below_each_other(edges: Ticks, series: list[Series]) -> dict[str, NDArray[np.generic]]:
    zones, inside, limits, units = zip(*series, strict=True)
    n_bins = len(edges)
    return {
        "zone": np.repeat(zones, n_bins),
        "time": np.tile(edges, len(series)),
        "inside": np.concatenate(inside),
        "limit": np.concatenate([np.broadcast_to(limit, n_bins) for limit in limits]),
        "unit": np.repeat(units, n_bins),
    }
