"""The tables of a replication, made from what the hub wrote down."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.domain.site import Hall, Site
from sim.measures.customs import customs_columns
from sim.measures.demand_curves import demand_columns
from sim.measures.destinations import destination_columns
from sim.measures.edges import Series, before, bin_edges, inside, of_hall, total
from sim.measures.export_tables import export_hall_series, export_series, export_tables
from sim.measures.halls import hall_columns
from sim.measures.parcels import parcels_table
from sim.measures.recovery import disruption_columns, paths
from sim.processes.export_store import ExportStore
from sim.record.recorder import Columns, Recorder, Refusal, columns
from sim.record.schemas import Table, tabulate
from sim.site.floors import hold_zone_parcels
from sim.units import MIN_PER_H, NEVER, Ticks, ticks

_CLEARED_SHARE = 0.95
_TRUCK = ("hall", "route", "kind", "sequence")
_LOAD = (*_TRUCK, "flight", "n_parcels", "value")


def make_tables(
    config: HubConfig,
    inputs: Inputs,
    record: Recorder,
    kept: dict[int, dict[str, NDArray[Any]]],
    export_store: ExportStore | None,
    undisturbed: Ticks | None = None,
) -> dict[str, Table]:
    """All tables but the KPIs. `undisturbed`: the backlog (B) of the same replication without its disruptions."""
    trucks = columns(record.trucks, _TRUCK)
    loads = _loads(record, trucks)
    flights = _flights(config, inputs, record, loads)
    ulds = columns(record.ulds, ("flight", "index"))
    trains = columns(record.trains, ("flight", "deck", "train"))
    shuttles = columns(record.shuttles, ("origin", "destination", "sequence"))
    packout = columns(record.packout, ("hall",))
    for rows in (trucks, packout):
        names = (*inputs.site.routes, "")  # NEVER is the last
        rows["route_name"] = [names[route] for route in rows.get("route", [])]
    packout |= _fullest_chutes(inputs, packout)
    tables = {
        "flights": tabulate("flights", flights),
        "ulds": tabulate("ulds", ulds),
        "trains": tabulate("trains", trains),
        "shuttles": tabulate("shuttles", shuttles),
        "trucks": tabulate("trucks", trucks),
        "loads": tabulate("loads", loads),
        "packout": tabulate("packout", packout),
        "customs": tabulate("customs", customs_columns(record)),
        "stages": tabulate("stages", _stages(record)),
        "occupancy": tabulate(
            "occupancy", _occupancy(config, inputs, record, flights, ulds, trains, trucks, shuttles, undisturbed)
        ),
        "disruptions": tabulate("disruptions", disruption_columns(inputs)),
        "parcels": parcels_table(config, record, kept, inputs.end),
    }
    of_lanes = destination_columns(config, *(tables[name] for name in ("flights", "trucks", "loads")))
    of_halls = hall_columns(config, inputs, tables)
    tables |= export_tables(config, inputs, record, export_store)
    curves = demand_columns(config, inputs, record, tables)
    return tables | {
        "destinations": tabulate("destinations", of_lanes),
        "halls": tabulate("halls", of_halls),
        "demand_curves": tabulate("demand_curves", curves),
    }


def _fullest_chutes(inputs: Inputs, packout: dict[str, Any]) -> dict[str, list[int]]:
    """What a reader wants to know besides of each hall's fullest chute."""
    site = inputs.site
    n_posts = []
    for hall, machine, route in zip(*(packout.get(name, []) for name in ("hall", "machine", "route")), strict=True):
        chute = (machine - site.first_machines[hall]) * site.n_routes + route
        n_posts.append(site.halls[hall].packout_posts[chute] if machine != NEVER and site.packers is None else 0)
    parcels = [n * site.units.in_bag for n in packout.get("fullest", [])]
    return {"posts_of_chute": n_posts, "fullest_parcels": parcels}


def _loads(record: Recorder, trucks: Columns) -> dict[str, NDArray[np.int64]]:
    rows = np.array(sorted(record.loads), dtype=np.int64).reshape(-1, len(_LOAD))
    keys = zip(*(trucks.get(name, []) for name in (*_TRUCK, "departed")), strict=True)
    departed = {key[:-1]: key[-1] for key in keys}
    instants = [departed[tuple(key)] for key in rows[:, : len(_TRUCK)].tolist()]
    return {name: rows[:, i] for i, name in enumerate(_LOAD)} | {"departed": np.array(instants, dtype=np.int64)}


def _flights(config: HubConfig, inputs: Inputs, record: Recorder, loads: dict[str, Ticks]) -> Columns:
    flights = columns(record.flights, ("number",))
    n = len(record.flights)
    has_left = loads["departed"] != NEVER
    flight, leaves, parcels = (loads[name][has_left] for name in ("flight", "departed", "n_parcels"))
    arrival = np.array(flights.get("arrival", []), dtype=np.int64)
    on_time = leaves <= arrival[flight] + ticks(config.service_h * MIN_PER_H)
    refused = np.zeros(n, dtype=np.int64)
    for row in record.refused:
        refused[row.flight] += row.n_parcels
    flights["n_departed"] = _sums(flight, parcels, n).tolist()
    flights["n_on_time"] = _sums(flight[on_time], parcels[on_time], n).tolist()
    flights["n_refused"] = refused.tolist()
    gone = [(f, t, k) for f, t, k in zip(flight.tolist(), leaves.tolist(), parcels.tolist(), strict=True)]
    flights["is_moved"] = [flight.is_moved for flight in inputs.flights]
    flights["cleared"] = _cleared(flights.get("n_parcels", []), gone + [row[:3] for row in record.refused])
    return flights


def _sums(index: Ticks, weights: Ticks, n: int) -> Ticks:
    sums = np.zeros(n, dtype=np.int64)
    np.add.at(sums, index, weights)
    return sums


def n_to_clear(n_parcels: int) -> int:
    """How many of a flight's parcels must be gone for it to be cleared."""
    return int(np.ceil(_CLEARED_SHARE * n_parcels))


def _cleared(sizes: list[int], gone: list[tuple[int, int, int]]) -> list[int]:
    """When 95 % of each flight's parcels were gone."""
    left = [n_to_clear(size) for size in sizes]
    cleared = [NEVER] * len(sizes)
    for flight, instant, n in sorted(gone, key=lambda row: row[1]):
        if left[flight] > 0:
            left[flight] -= n
            if left[flight] <= 0:
                cleared[flight] = instant
    return cleared


def _stages(record: Recorder) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = {"stage": [], "minute": [], "n_parcels": []}
    for name, tally in (*record.stages.items(), *record.export_stages.items()):
        minute = np.flatnonzero(tally.stays)
        rows["stage"] += [name] * len(minute)
        rows["minute"] += minute.tolist()
        rows["n_parcels"] += tally.stays[minute].tolist()
    return rows


def _occupancy(
    config: HubConfig,
    inputs: Inputs,
    record: Recorder,
    flights: Columns,
    ulds: Columns,
    trains: Columns,
    trucks: Columns,
    shuttles: Columns,
    undisturbed: Ticks | None,
) -> dict[str, Any]:
    """Counts at the ends of the intervals: of units by when they came and went, of parcels by the stages' tallies.

    Of a complex besides hall by hall, as `lanes @ east`.
    """
    site, stages = inputs.site, record.stages
    edges = bin_edges(inputs)
    trucks = trucks | {"leave_door": _leave_door(site, trucks)}
    refused = _refusals(record)
    backlog = _arrived(edges, flights) - _gone(edges, trucks, refused)
    by_hall = [
        _hall_series(
            edges,
            hall,
            *(of_hall(rows, number) for rows in (ulds, trucks, refused)),
            room=site.units.room,
            sent=of_hall(shuttles, number, "origin"),
            received=of_hall(shuttles, number, "destination"),
        )
        for number, hall in enumerate(site.halls)
    ]
    halls = [total(series) for series in zip(*by_hall, strict=True)]
    exports_by_hall = export_hall_series(inputs, record, edges)
    hold_zone = sum(hold_zone_parcels(hall, config.space) for hall in config.halls.values())
    series: list[Series] = [
        (
            "stands",
            inside(edges, flights.get("stand_given", []), flights.get("stand_free", [])),
            site.stands,
            "aircraft",
        ),
        ("tugs", inside(edges, trains.get("granted", []), trains.get("returned", [])), site.tugs, "trains"),
        *halls,
        ("sorting", stages["sorting"].inside, NEVER, "parcels"),
        ("handcoding", stages["handcoding"].inside, NEVER, "parcels"),
        ("manual_sort", stages["manual_sort"].inside, NEVER, "parcels"),
        ("customs_hold", stages["customs_hold"].inside, hold_zone, "parcels"),
        ("packout", stages["packout"].inside, NEVER, "parcels"),
        ("yard", inside(edges, trucks.get("arrived", []), trucks.get("docked", [])), site.yard, "trucks"),
        ("between_halls", stages["transfer"].inside, NEVER, "parcels"),
        ("backlog", backlog, NEVER, "parcels"),
        *(total(series) for series in zip(*exports_by_hall, strict=True)),
        *export_series(config, inputs, record, edges),
    ]
    if undisturbed is not None:
        here = backlog - _turned_away(edges, inputs, flights)
        series += [(name, own, NEVER, "parcels") for name, own in paths(edges, here, undisturbed, config).items()]
    if len(site.halls) > 1:
        for hall, own, exports in zip(site.halls, by_hall, exports_by_hall or [[]] * len(by_hall), strict=True):
            series += [(f"{zone} @ {hall.name}", inside, limit, unit) for zone, inside, limit, unit in own + exports]
    return _below_each_other(edges, series)


def _below_each_other(edges: Ticks, series: list[Series]) -> dict[str, Any]:
    n_bins = len(edges)
    return {
        "zone": np.repeat([name for name, *_ in series], n_bins),
        "time": np.tile(edges, len(series)),
        "inside": np.concatenate([inside for _, inside, _, _ in series]),
        "limit": np.repeat([limit for _, _, limit, _ in series], n_bins),
        "unit": np.repeat([unit for *_, unit in series], n_bins),
    }


def backlog_here(inputs: Inputs, record: Recorder) -> Ticks:
    """Parcels (B) that have come and neither left nor were turned away with their flight, at the ends of intervals."""
    edges, flights = bin_edges(inputs), columns(record.flights, ("number",))
    gone = _gone(edges, columns(record.trucks, ("hall",)), _refusals(record))
    return _arrived(edges, flights) - gone - _turned_away(edges, inputs, flights)


def _refusals(record: Recorder) -> Columns:
    return {name: [getattr(row, name) for row in record.refused] for name in Refusal._fields}


def _arrived(edges: Ticks, flights: Columns) -> Ticks:
    return before(edges, flights.get("arrival", []), flights.get("n_parcels", []))


def _turned_away(edges: Ticks, inputs: Inputs, flights: Columns) -> Ticks:
    """Parcels of flights that were diverted before each of the edges (B)."""
    gave_up = [asked + inputs.site.longest_hold for asked in flights.get("stand_requested", [])]
    parcels = [
        n * is_diverted
        for n, is_diverted in zip(flights.get("n_parcels", []), flights.get("is_diverted", []), strict=True)
    ]
    return before(edges, gave_up, parcels)


def _gone(edges: Ticks, trucks: Columns, refused: Columns) -> Ticks:
    """Parcels that left before each of the edges (B), by truck or by customs."""
    by_truck = before(edges, trucks.get("departed", []), trucks.get("n_parcels", []))
    return by_truck + before(edges, refused["instant"], refused["n_parcels"])


def _hall_series(
    edges: Ticks,
    hall: Hall,
    ulds: Columns,
    trucks: Columns,
    refused: Columns,
    *,
    room: int,
    sent: Columns,
    received: Columns,
) -> list[Series]:
    """What is in a hall, from its own ULDs, trucks and refusals and the shuttles from and to it.

    `room`: floor that a unit takes. Each refusal is of one.
    """
    floor = before(edges, ulds.get("start", []), ulds.get("n_units", []))
    floor -= before(edges, trucks.get("departed", []), trucks.get("n_units", []))
    floor -= before(edges, refused["instant"], [1] * len(refused["instant"]))
    floor -= before(edges, sent.get("departed", []), sent.get("n_units", []))
    floor += before(edges, received.get("arrived", []), received.get("n_units", []))
    return [
        ("uld_positions", inside(edges, ulds.get("placed", []), ulds.get("start", [])), hall.positions, "ULDs"),
        ("breakdown", inside(edges, ulds.get("start", []), ulds.get("released", [])), sum(hall.stations), "ULDs"),
        ("dock_doors", inside(edges, trucks.get("docked", []), trucks["leave_door"]), hall.doors, "trucks"),
        ("lanes", floor * room, hall.floor + hall.transfer_floor, "parcels"),
    ]


def _leave_door(site: Site, trucks: Columns) -> list[int]:
    return [
        (cut_off + site.docking if cancelled else left) if cut_off != NEVER else NEVER
        for cut_off, left, cancelled in zip(
            *(trucks.get(name, []) for name in ("cut_off", "departed", "is_cancelled")), strict=True
        )
    ]
