"""The tables of a replication, made from the record of the hub."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.columns import Made
from sim.domain.consignments import CustomsCounts
from sim.domain.entities import ChuteCount, Refusal, Shuttle, Train, Truck, Uld, Visit
from sim.domain.inputs import Inputs
from sim.domain.parcels import Channel
from sim.domain.site import Site
from sim.measures.connections import connection_columns
from sim.measures.demand_curves import demand_columns
from sim.measures.destinations import destination_columns
from sim.measures.export_tables import export_tables
from sim.measures.flows import flow_columns
from sim.measures.occupancy import floor_time, occupancy_columns
from sim.measures.parcels import parcels_table
from sim.measures.recovery import disruption_columns
from sim.measures.window import Window, of_zone, sums
from sim.processes.export_store import ExportStore
from sim.record.recorder import CustomsRow, Recorder, columns
from sim.record.schemas import Columns, Table, in_order, tabulate
from sim.units import (
    CENTS_PER_EUR,
    MIN_PER_DAY,
    MIN_PER_H,
    NEVER,
    TICKS_PER_DAY,
    TICKS_PER_MIN,
    Counts,
    Flags,
    Ticks,
    ticks,
)

_CLEARED_SHARE = 0.95


def make_tables(
    config: HubConfig,
    inputs: Inputs,
    record: Recorder,
    kept: dict[int, dict[str, NDArray[Any]]],
    export_store: ExportStore | None,
    undisturbed: Ticks | None = None,
) -> dict[str, Table]:
    """All tables but the KPIs. `undisturbed` is the backlog (B) of the same replication without its disruptions."""
    tables = {name: tabulate(name, values) for name, values in _made(config, inputs, record, undisturbed)}
    tables["parcels"] = parcels_table(config, record, kept, inputs.end)
    tables |= export_tables(config, inputs, record, export_store)
    of_all = {
        "destinations": destination_columns(
            config, *(tables[name] for name in ("flights", "trucks", "loads", "connections"))
        ),
        "halls": hall_columns(config, inputs, record, tables),
        "demand_curves": demand_columns(config, inputs, record, tables),
    }
    return tables | {name: tabulate(name, values) for name, values in of_all.items()}


def _made(
    config: HubConfig, inputs: Inputs, record: Recorder, undisturbed: Ticks | None
) -> Iterator[tuple[str, Columns]]:
    """One table after the other, so that columns in ticks are freed before the next are made."""
    loads = record.columns_of_loads()
    yield "flights", _flights(config, record, loads)
    yield "ulds", columns(Uld, record.ulds)
    yield "trains", columns(Train, record.trains)
    yield "shuttles", columns(Shuttle, record.shuttles)
    yield "trucks", _with_route_names(inputs.site, columns(Truck, record.trucks))
    yield "loads", loads
    yield "packout", _packout(inputs.site, record)
    yield "connections", connection_columns(config, inputs, record)
    yield "customs", customs_columns(record)
    yield "stages", _stages(record)
    yield "occupancy", occupancy_columns(config, inputs, record, undisturbed)
    yield "disruptions", disruption_columns(inputs)
    yield "flows", flow_columns(inputs, record)
    yield "manning", manning_columns(inputs)


def _with_route_names(site: Site, rows: Made) -> Table:
    """Replace route numbers by names; no route (`NEVER`, the last of the names) has none."""
    return rows | {"route_name": np.array([*site.routes, ""])[rows["route"]]}


def _packout(site: Site, record: Recorder) -> Table:
    """Chute counts, with details of each hall's fullest chute."""
    rows = columns(ChuteCount, record.packout)
    posts, names = [], []
    for row in record.packout:
        hall = site.halls[row.hall]
        first = (row.machine - site.first_machines[row.hall]) * site.n_routes
        chute = hall.chute_of[first + row.route] if row.machine != NEVER else NEVER
        posts.append(hall.packout_posts[chute] if chute != NEVER and site.handling.packers is None else 0)
        names.append(", ".join(site.routes[route] for route in hall.chutes[chute][1]) if chute != NEVER else "")
    return rows | {
        "route_name": np.array(names, dtype=np.str_),
        "posts_of_chute": np.array(posts),
        "fullest_parcels": rows["fullest"] * site.units.in_bag,
    }


def _flights(config: HubConfig, record: Recorder, loads: Table) -> Table:
    flights, refusals = columns(Visit, record.flights), columns(Refusal, record.refusals)
    flight, leaves, parcels = (loads[name][loads["departed"] != NEVER] for name in ("flight", "departed", "n_parcels"))
    on_time = leaves <= flights["arrival"][flight] + ticks(config.service_h * MIN_PER_H)
    gone = np.concatenate((leaves, refusals["freed"]))
    of_gone = np.concatenate((flight, refusals["flight"])), np.concatenate((parcels, refusals["n_parcels"]))
    n = len(record.flights)
    return flights | {
        "n_departed": sums(flight, parcels, n),
        "n_on_time": sums(flight[on_time], parcels[on_time], n),
        "n_refused": sums(refusals["flight"], refusals["n_parcels"], n),
        "cleared": _cleared(flights["n_parcels"], gone, *of_gone),
    }


def n_to_clear(n_parcels: int) -> int:
    """How many of a flight's parcels must have left for the flight to be cleared."""
    return int(np.ceil(_CLEARED_SHARE * n_parcels))


def _cleared(sizes: Ticks, instants: Ticks, flights: Ticks, parcels: Ticks) -> Ticks:
    """When 95 % of each flight's parcels had left; `parcels` of `flights` left at `instants` (N)."""
    wanted = np.array([n_to_clear(size) for size in sizes.tolist()], dtype=np.int64)
    order = np.lexsort((instants, flights))
    gone = np.concatenate(([0], np.cumsum(parcels[order])))
    n_rows = np.bincount(flights, minlength=len(sizes))
    ends = np.cumsum(n_rows)
    at = gone.searchsorted(gone[ends - n_rows] + wanted)
    is_cleared = (wanted > 0) & (at <= ends)
    cleared = np.full(len(sizes), NEVER)
    cleared[is_cleared] = instants[order[at[is_cleared] - 1]]
    return cleared


def _stages(record: Recorder) -> Columns:
    """A stage's stays by the minute, without empty minutes."""
    by_minute = ((name, tally.stays) for name, tally in (record.stages | record.export_stages).items())
    rows = ((name, minute, n[minute]) for name, n in by_minute for minute in np.flatnonzero(n).tolist())
    return in_order("stages", rows)


_BY_CHANNEL = {
    "n_before_landing": Channel.RELEASED,
    "n_opened": Channel.EXAMINED,
    "n_documents": Channel.DOCUMENT_CHECK,
}
_INSTANTS = ("entered", "presented")


def customs_columns(record: Recorder) -> dict[str, list[Any]]:
    """One row for each flight that landed."""
    rows = sorted(record.customs, key=lambda row: row.flight)
    counted: dict[str, list[Any]] = {"flight": [row.flight for row in rows]}
    for channel in Channel:
        counted[f"n_{channel.name.lower()}"] = [row.by_channel[channel] for row in rows]
    for name in CustomsCounts.__dataclass_fields__:
        counted[name] = [getattr(row.counts, name) if row.counts else _undeclared(name, row) for row in rows]
    for name in ("value", "guarantee"):
        counted[f"{name}_eur"] = [cents / CENTS_PER_EUR for cents in counted.pop(name)]
    return counted


def _undeclared(name: str, row: CustomsRow) -> int:
    """Customs counts from the channels if nothing is declared."""
    if name in _BY_CHANNEL:
        return row.by_channel[_BY_CHANNEL[name]]
    return NEVER if name in _INSTANTS else 0


Steps = tuple[str, int, int, list[int], list[int]]
"""Kind of post, hall, machine, instants [ticks] and posts from each instant on."""


def manning_columns(inputs: Inputs) -> Columns:
    """Every step of every kind of post before the end."""
    rows = [
        (kind, hall, machine, since, n)
        for kind, hall, machine, start, posts in _steps(inputs.site)
        for since, n in zip(start, posts, strict=True)
        if since < inputs.end
    ]
    return in_order("manning", rows)


def _steps(site: Site) -> Iterator[Steps]:
    places = [(NEVER, site.apron.manning), *((number, hall.manning) for number, hall in enumerate(site.halls))]
    for number, manning in places:
        for kind, steps in manning.items():
            if kind != "inductions":  # by machine below, with its outages
                yield kind, number, NEVER, list(steps.start), list(steps.posts)
    for number, hall in enumerate(site.halls):
        for machine, calendar in enumerate(hall.calendars):
            yield "inductions", number, machine, calendar.start.tolist(), calendar.slope.tolist()


def hall_columns(
    config: HubConfig, inputs: Inputs, record: Recorder, tables: dict[str, Table]
) -> dict[str, list[object]]:
    """One row for each hall, in values a day from its opening on; empty for a hall not open in the measured days."""
    window = Window(inputs)
    ulds, trucks, shuttles, occupancy = (tables[name] for name in ("ulds", "trucks", "shuttles", "occupancy"))
    rows = []
    for number, (name, hall) in enumerate(config.halls.items()):
        site = inputs.site.halls[number]
        opens = site.opens / TICKS_PER_MIN
        days = (window.high - np.clip(opens, window.low, window.high)) / MIN_PER_DAY
        floor = _series(occupancy, "lanes" if len(config.halls) == 1 else f"lanes @ {name}", window)
        started = window.covers(ulds["start"]) & (ulds["hall"] == number)
        left = window.covers(trucks["departed"]) & (trucks["hall"] == number)
        amounts = (
            float(np.count_nonzero(started)),
            float(ulds["n_parcels"][started].sum()),
            _parcels(shuttles, window.covers(shuttles["taken"]) & (shuttles["origin"] == number)),
            _parcels(shuttles, window.covers(shuttles["arrived"]) & (shuttles["destination"] == number)),
            float(np.count_nonzero(left)),
            _parcels(trucks, left),
        )
        stations = sum(site.stations) * days * MIN_PER_DAY / MIN_PER_H
        room = site.floor + site.transfer_floor
        floor_days = floor_time(inputs, record, number) / TICKS_PER_DAY
        is_of_hall = ulds["hall"] == number
        busy = window.hours(ulds["start"][is_of_hall], ulds["released"][is_of_hall])
        rows.append(
            (
                number,
                name,
                hall.area_m2,
                site.opens,
                *(amount / days if days else 0.0 for amount in amounts),
                busy / stations if stations else 0.0,
                floor_days / (room * days) if days else 0.0,
                float(floor.max()) / room if len(floor) else 0.0,
            )
        )
    return in_order("halls", rows)


def _series(occupancy: Table, zone: str, window: Window) -> Counts:
    series: Counts = occupancy["inside"][of_zone(occupancy, zone, window)]
    return series


def _parcels(rows: Table, is_of_hall: Flags) -> float:
    return float(rows["n_parcels"][is_of_hall].sum())
