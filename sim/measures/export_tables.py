"""The tables of exports, and the number of exports in each zone."""

import numpy as np

from sim.config import HubConfig
from sim.domain.columns import Table
from sim.domain.entities import Visit
from sim.domain.export_entities import OutTrain, OutUld, Pickup
from sim.domain.inputs import Inputs
from sim.measures.window import Move, Series, in_open_halls, inside, inside_rows, of_hall, sums
from sim.processes.export_store import EXPORT_STAMPS, ExportStore
from sim.record.recorder import Recorder, columns, with_departed
from sim.record.schemas import Columns, tabulate
from sim.site.floors import empty_ulds_that_fit
from sim.units import MIN_PER_H, NEVER, Ticks, ticks


def export_tables(
    config: HubConfig,
    inputs: Inputs,
    record: Recorder,
    store: ExportStore | None,
) -> dict[str, Table]:
    """The tables of exports, empty without exports."""
    ulds = columns(OutUld, record.out_ulds)
    loads = with_departed(record.out_loads, ulds)
    lanes = np.array(inputs.site.exports.lanes if inputs.site.exports else (), dtype=np.str_)
    parcels = out_parcel_columns(store, inputs.end)
    tables: dict[str, Columns] = {
        "collections": _collections(config, record, loads),
        "out_ulds": ulds | {"lane_name": lanes[ulds["lane"]]},
        "out_loads": loads,
        "out_trains": columns(OutTrain, record.out_trains),
        "out_parcels": {**parcels, "lane": lanes[parcels["lane"]]} if parcels else {},
    }
    return {name: tabulate(name, values) for name, values in tables.items()}


def _collections(config: HubConfig, record: Recorder, loads: Table) -> Table:
    pickups, n = columns(Pickup, record.collections), len(record.collections)
    has_left = loads["departed"] != NEVER
    collection, leaves, parcels = (loads[name][has_left] for name in ("collection", "departed", "n_parcels"))
    on_time = leaves <= pickups["scheduled"][collection] + ticks(config.exports.service_h * MIN_PER_H)
    return pickups | {
        "n_departed": sums(collection, parcels, n),
        "n_on_time": sums(collection[on_time], parcels[on_time], n),
    }


def out_parcel_columns(store: ExportStore | None, end: int) -> Table:
    """Recorded parcels (P), collection by collection; lanes as numbers, instants in ticks. None without exports."""
    kept = {} if store is None else {store.collection_of(load): store.kept[load] for load in sorted(store.kept)}
    if not kept:
        return {}
    sizes = [len(columns["ready"]) for columns in kept.values()]
    every = {name: np.concatenate([columns[name] for columns in kept.values()]) for name in next(iter(kept.values()))}
    return {
        "collection": np.repeat([*kept], sizes),
        "row": np.concatenate([np.arange(size) for size in sizes]),
        **every,
        **{name: np.where(every[name] < end, every[name], NEVER) for name in EXPORT_STAMPS},
    }


def export_hall_series(inputs: Inputs, record: Recorder, edges: Ticks) -> list[list[Series]]:
    """Units in the zones of exports at the edges (B), hall by hall; no hall without exports."""
    pickups, ulds = columns(Pickup, record.collections), columns(OutUld, record.out_ulds)
    by_hall: list[list[Series]] = []
    for number, hall in enumerate(inputs.site.halls):
        if hall.exports is not None:
            limits, docked, built = hall.exports, of_hall(pickups, number), of_hall(ulds, number)
            floor, is_open = inside(edges, export_floor_moves(record, number)), edges > hall.opens
            by_hall.append(
                [
                    ("export_floor", floor, limits.floor * is_open, "parcels"),
                    ("build_up", inside_rows(edges, built, "start", "built"), limits.places * is_open, "ULDs"),
                    ("doors_in", inside_rows(edges, docked, "docked", "released"), limits.doors * is_open, "trucks"),
                ]
            )
    return by_hall


def export_floor_moves(record: Recorder, number: int) -> list[Move]:
    """Parcels onto the export floor of a hall and away."""
    pickups, ulds = (
        of_hall(columns(Pickup, record.collections), number),
        of_hall(columns(OutUld, record.out_ulds), number),
    )
    return [
        (1, pickups["called"], pickups["n_parcels"]),
        (-1, ulds["built"], np.where(ulds["route"] == NEVER, ulds["n_parcels"], 0)),
    ]


def empties_moves(inputs: Inputs, record: Recorder) -> list[Move]:
    """Empty ULDs into the stores of all halls and away; those at the start come when their hall opens."""
    site, flights = inputs.site, columns(Visit, record.flights)
    at_start = [(hall.opens, hall.exports.empty_ulds) for hall in site.halls if hall.exports is not None]
    opens, kept = np.array(at_start, dtype=np.int64).reshape(-1, 2).T
    # A whole ULD leaves with its load.
    emptied = [uld.released for uld in record.ulds if not (site.units.are_ulds and uld.n_units)]
    return [
        (1, opens, kept),
        (1, np.array(emptied, dtype=np.int64), None),
        (-1, columns(OutUld, record.out_ulds)["start"], None),
        (-1, flights["loading_start"], flights["n_empties_out"]),
    ]


def export_series(config: HubConfig, inputs: Inputs, record: Recorder, edges: Ticks) -> list[Series]:
    """Other units of exports at the edges (B), all halls together; none without exports."""
    site, stages = inputs.site, record.export_stages
    if site.exports is None:
        return []
    ulds, trains = columns(OutUld, record.out_ulds), columns(OutTrain, record.out_trains)
    fit = (empty_ulds_that_fit(hall, config.space) for hall in config.halls.values())
    return [
        ("screening", stages["screening"].inside, NEVER, "parcels"),
        ("hand_sorting", stages["hand_sorting"].inside, NEVER, "parcels"),
        ("built_ulds", inside_rows(edges, ulds, "built", "departed"), NEVER, "ULDs"),
        ("empty_ulds", inside(edges, empties_moves(inputs, record)), in_open_halls(edges, site.halls, fit), "ULDs"),
        ("outbound_tugs", inside_rows(edges, trains, "granted", "returned"), site.exports.tugs, "trains"),
    ]
