"""The tables of a replication, made from what the hub recorded."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.columns import Table
from sim.domain.entities import ChuteCount, Load, Refusal, Shuttle, Train, Truck, Uld, Visit
from sim.domain.inputs import Inputs
from sim.domain.site import Site
from sim.measures.customs import customs_columns
from sim.measures.demand_curves import demand_columns
from sim.measures.destinations import destination_columns
from sim.measures.edges import sums
from sim.measures.export_tables import export_tables
from sim.measures.flows import flow_columns, manning_columns
from sim.measures.halls import hall_columns
from sim.measures.occupancy import occupancy_columns
from sim.measures.parcels import parcels_table
from sim.measures.recovery import disruption_columns
from sim.processes.export_store import ExportStore
from sim.record.recorder import Recorder, columns
from sim.record.schemas import Columns, in_order, tabulate
from sim.units import MIN_PER_H, NEVER, Ticks, ticks

_CLEARED_SHARE = 0.95


def make_tables(
    config: HubConfig,
    inputs: Inputs,
    record: Recorder,
    kept: dict[int, dict[str, NDArray[Any]]],
    export_store: ExportStore | None,
    undisturbed: Ticks | None = None,
) -> dict[str, Table]:
    """All tables but the KPIs. `undisturbed`: the backlog (B) of the same replication without its disruptions."""
    made: dict[str, Columns] = {
        "flights": _flights(config, record),
        "ulds": columns(Uld, record.ulds),
        "trains": columns(Train, record.trains),
        "shuttles": columns(Shuttle, record.shuttles),
        "trucks": _with_route_names(inputs.site, columns(Truck, record.trucks)),
        "loads": _loads(record),
        "packout": _packout(inputs.site, record),
        "customs": customs_columns(record),
        "stages": _stages(record),
        "occupancy": occupancy_columns(config, inputs, record, undisturbed),
        "disruptions": disruption_columns(inputs),
        "flows": flow_columns(inputs, record),
        "manning": manning_columns(inputs),
    }
    tables = {name: tabulate(name, values) for name, values in made.items()}
    tables["parcels"] = parcels_table(config, record, kept, inputs.end)
    tables |= export_tables(config, inputs, record, export_store)
    of_all = {
        "destinations": destination_columns(config, *(tables[name] for name in ("flights", "trucks", "loads"))),
        "halls": hall_columns(config, inputs, tables),
        "demand_curves": demand_columns(config, inputs, record, tables),
    }
    return tables | {name: tabulate(name, values) for name, values in of_all.items()}


def _with_route_names(site: Site, rows: Table) -> Table:
    """Of no route (`NEVER`, the last of the names) none."""
    return rows | {"route_name": np.array([*site.routes, ""])[rows["route"]]}


def _packout(site: Site, record: Recorder) -> Table:
    """With what a reader wants to know of each hall's fullest chute."""
    rows = _with_route_names(site, columns(ChuteCount, record.packout))
    n_posts = [
        site.halls[row.hall].packout_posts[(row.machine - site.first_machines[row.hall]) * site.n_routes + row.route]
        if row.machine != NEVER and site.handling.packers is None
        else 0
        for row in record.packout
    ]
    return rows | {"posts_of_chute": np.array(n_posts), "fullest_parcels": rows["fullest"] * site.units.in_bag}


def _loads(record: Recorder) -> Table:
    departed = {truck.key: truck.departed for truck in record.trucks}
    ordered = sorted(record.loads, key=lambda load: (load.key, load.flight))
    return columns(Load, ordered) | {"departed": np.array([departed[load.key] for load in ordered], dtype=np.int64)}


def _flights(config: HubConfig, record: Recorder) -> Table:
    flights, loads, refusals = columns(Visit, record.flights), _loads(record), columns(Refusal, record.refusals)
    flight, leaves, parcels = (loads[name][loads["departed"] != NEVER] for name in ("flight", "departed", "n_parcels"))
    on_time = leaves <= flights["arrival"][flight] + ticks(config.service_h * MIN_PER_H)
    gone = np.concatenate((leaves, refusals["freed"]))
    of_gone = np.concatenate((flight, refusals["flight"])), np.concatenate((parcels, refusals["n_parcels"]))
    n = len(record.flights)
    return flights | {
        "n_departed": sums(flight, parcels, n),
        "n_on_time": sums(flight[on_time], parcels[on_time], n),
        "n_refused": sums(refusals["flight"], refusals["n_parcels"], n),
        "cleared": _cleared(flights["n_parcels"].tolist(), gone, *of_gone),
    }


def n_to_clear(n_parcels: int) -> int:
    """How many of a flight's parcels must be gone for it to be cleared."""
    return int(np.ceil(_CLEARED_SHARE * n_parcels))


def _cleared(sizes: list[int], instants: Ticks, flights: Ticks, parcels: Ticks) -> Ticks:
    """When 95 % of each flight's parcels were gone; `parcels` of `flights` left at `instants` (N)."""
    left = [n_to_clear(size) for size in sizes]
    cleared = np.full(len(sizes), NEVER)
    for i in np.argsort(instants, kind="stable").tolist():
        flight = int(flights[i])
        if left[flight] > 0:
            left[flight] -= int(parcels[i])
            if left[flight] <= 0:
                cleared[flight] = instants[i]
    return cleared


def _stages(record: Recorder) -> Columns:
    """A stage's stays by the minute, those that there are."""
    by_minute = ((name, tally.stays) for name, tally in (record.stages | record.export_stages).items())
    rows = ((name, minute, n[minute]) for name, n in by_minute for minute in np.flatnonzero(n).tolist())
    return in_order("stages", rows)
