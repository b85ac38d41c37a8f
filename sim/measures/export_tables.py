"""The tables of exports, and what of them is in a zone."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.measures.edges import Series, before, inside, of_hall
from sim.processes.export_store import EXPORT_STAMPS, ExportStore
from sim.record.recorder import Columns, Recorder, columns
from sim.record.schemas import Table, tabulate
from sim.site.floors import empty_ulds_that_fit
from sim.units import MIN_PER_H, NEVER, Ticks, ticks

_ULD = ("hall", "lane", "sequence")
_LOAD = (*_ULD, "collection", "n_parcels")


def export_tables(config: HubConfig, inputs: Inputs, record: Recorder, store: ExportStore | None) -> dict[str, Table]:
    """Empty ones without exports."""
    ulds = columns(record.out_ulds, _ULD)
    lanes = inputs.site.exports.lanes if inputs.site.exports else ()
    ulds["lane_name"] = [lanes[lane] for lane in ulds.get("lane", [])]
    loads = _loads(record, ulds)
    tables: dict[str, Mapping[str, Sequence[Any] | NDArray[Any]]] = {
        "collections": _collections(config, record, loads),
        "out_ulds": ulds,
        "out_loads": loads,
        "out_trains": columns(record.out_trains, ("flight", "train")),
        "out_parcels": _parcels(store, inputs.end),
    }
    return {name: tabulate(name, own) for name, own in tables.items()}


def _loads(record: Recorder, ulds: Columns) -> dict[str, Ticks]:
    rows = np.array(sorted(record.out_loads), dtype=np.int64).reshape(-1, len(_LOAD))
    keys = zip(*(ulds.get(name, []) for name in (*_ULD, "departed")), strict=True)
    departed = {key[:-1]: key[-1] for key in keys}
    instants = [departed[tuple(key)] for key in rows[:, : len(_ULD)].tolist()]
    return {name: rows[:, i] for i, name in enumerate(_LOAD)} | {"departed": np.array(instants, dtype=np.int64)}


def _collections(config: HubConfig, record: Recorder, loads: dict[str, Ticks]) -> Columns:
    rows = columns(record.collections, ("number",))
    has_left = loads["departed"] != NEVER
    collection, leaves, parcels = (loads[name][has_left] for name in ("collection", "departed", "n_parcels"))
    scheduled = np.array(rows.get("scheduled", []), dtype=np.int64)
    on_time = leaves <= scheduled[collection] + ticks(config.exports.service_h * MIN_PER_H)
    for name, counted in (("n_departed", np.ones(len(leaves), dtype=np.bool_)), ("n_on_time", on_time)):
        sums = np.zeros(len(scheduled), dtype=np.int64)
        np.add.at(sums, collection[counted], parcels[counted])
        rows[name] = sums.tolist()
    return rows


def _parcels(store: ExportStore | None, end: int) -> dict[str, NDArray[Any]]:
    if store is None or not store.kept:
        return {}
    loads = sorted(store.kept)
    sizes = [len(store.kept[load]["ready"]) for load in loads]
    stamps = {name: np.concatenate([store.kept[load][name] for load in loads]) for name in EXPORT_STAMPS}
    return {
        "collection": np.repeat([store.collection_of(load) for load in loads], sizes),
        "row": np.concatenate([np.arange(size) for size in sizes]),
    } | {name: np.where(instants < end, instants, NEVER) for name, instants in stamps.items()}


def export_hall_series(inputs: Inputs, record: Recorder, edges: Ticks) -> list[list[Series]]:
    """What is in the zones of exports at the edges (B), hall by hall; no hall without exports."""
    trucks, ulds = columns(record.collections, ("number",)), columns(record.out_ulds, _ULD)
    found: list[list[Series]] = []
    for number, hall in enumerate(inputs.site.halls):
        if hall.exports is not None:
            own, docked, built = hall.exports, of_hall(trucks, number), of_hall(ulds, number)
            floor = before(edges, docked.get("called", []), docked.get("n_parcels", []))
            floor -= before(edges, built.get("built", []), built.get("n_parcels", []))
            found.append(
                [
                    ("export_floor", floor, own.floor, "parcels"),
                    ("build_up", _count(edges, built, "start", "built"), own.places, "ULDs"),
                    ("doors_in", _count(edges, docked, "docked", "released"), own.doors, "trucks"),
                ]
            )
    return found


def export_series(config: HubConfig, inputs: Inputs, record: Recorder, edges: Ticks) -> list[Series]:
    """What else is there of exports at the edges (B), all halls together; nothing without exports."""
    if inputs.site.exports is None:
        return []
    own = [hall.exports for hall in inputs.site.halls if hall.exports is not None]
    ulds, trains = columns(record.out_ulds, _ULD), columns(record.out_trains, ("flight", "train"))
    flights = columns(record.flights, ("number",))
    # A whole ULD leaves with its load.
    emptied = [row.released for row in record.ulds if not (inputs.site.units.are_ulds and row.n_units)]
    empties = sum(hall.empty_ulds for hall in own) + before(edges, emptied) - before(edges, ulds.get("start", []))
    empties -= before(edges, flights.get("loading_start", []), flights.get("n_empties_out", []))
    room = sum(empty_ulds_that_fit(hall, config.space) for hall in config.halls.values())
    return [
        ("screening", record.export_stages["screening"].inside, NEVER, "parcels"),
        ("hand_sorting", record.export_stages["hand_sorting"].inside, NEVER, "parcels"),
        ("built_ulds", _count(edges, ulds, "built", "departed"), NEVER, "ULDs"),
        ("empty_ulds", empties, room, "ULDs"),
        ("outbound_tugs", _count(edges, trains, "granted", "returned"), inputs.site.exports.tugs, "trains"),
    ]


def _count(edges: Ticks, rows: Columns, enter: str, leave: str) -> Ticks:
    return inside(edges, rows.get(enter, []), rows.get(leave, []))
