"""Content of a replay page for one replication: floor, rows and counts by interval, packed."""

import datetime as dt
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from experiments import formatting
from experiments.report.design_names import design_name
from experiments.report.stored_designs import designs_in
from experiments.studies.replay.floor import zones_of
from experiments.studies.replay.flows import check_ranges, flows_and_posts
from experiments.studies.replay.kinds import COUNTS, KINDS, PLACES, POSTS, WAITS, WHOLE, Kind, Place
from experiments.studies.replay.packing import NOT_YET, Whole, packed, places, seconds
from experiments.studies.trace.run import Replication
from sim.config import HubConfig
from sim.errors import InputError
from sim.measures.tracing.journal import NEEDED, Journal
from sim.record.schemas import Table
from sim.units import MIN_PER_DAY, SECONDS_PER_MIN, TICKS_PER_MIN, ticks

TABLES: Final = (*NEEDED, "collections", "out_ulds", "out_trains", "occupancy")
"""Tables that a replay reads."""


def kinds() -> dict[str, Any]:
    """Texts about things, the same for every run."""
    return {
        "kinds": [asdict(kind) for kind in KINDS],
        "counts": [asdict(count) for count in COUNTS],
        "places": [asdict(place) for place in PLACES],
        "waits": WAITS,
        "posts": POSTS,
    }


def content(replication: Replication, named: Path) -> dict[str, Any]:
    """The content of one replication. `named`: the run folder as given, for commands to repeat.

    Raises:
        InputError: tables that contradict each other or the configuration.
    """
    hub = replication.hub
    _check(replication.tables, hub)
    journal = Journal(replication.tables, hub)
    rows = {kind.name: _rows(kind, journal) for kind in KINDS}
    for place in PLACES:
        rows[place.kind][place.column] = _places(rows[place.kind], place)
    return {
        "title": _title(replication),
        "trace": _command(replication, named),
        "start": hub.start_date.isoformat(),
        "clock": [[int(each * SECONDS_PER_MIN / TICKS_PER_MIN) for each in change] for change in hub.clock.changes],
        "end": int(seconds(journal.end)),
        "days": list(_days(hub)),
        "halls": [_hall(hub, name) for name in hub.halls],
        "limits": _limits(hub),
        "trailer": hub.outbound.trailer.parcels,
        "routes": list(hub.route_shares),
        "names": _names(journal, hub),
        "tables": {name: packed(columns) for name, columns in rows.items()},
        "occupancy": _occupancy(replication.tables["occupancy"], replication),
        **flows_and_posts(replication),
    }


def _check(tables: Mapping[str, Table], hub: HubConfig) -> None:
    """Check that rows without a journal refer to existing things."""
    n_flights, n_halls = len(tables["flights"]["number"]), len(hub.halls)
    lanes, hall = (0, len(hub.exports.lanes)), (0, n_halls)
    check_ranges("collections", tables["collections"], {"hall": hall})
    ranges = {"hall": hall, "lane": lanes, "flight": (-1, n_flights), "route": (-1, len(hub.route_shares))}
    check_ranges("out_ulds", tables["out_ulds"], ranges)
    check_ranges("out_trains", tables["out_trains"], {"hall": hall, "flight": (0, n_flights)})


def _title(replication: Replication) -> str:
    """The design's name, as on reports and pages."""
    manifest, label = replication.manifest, replication.scenario
    titles = {label: design_name(label)}
    if "points" in manifest.tables:
        titles |= {design.label: design.title_line for design in designs_in(manifest)}
    return titles[label] + (f", replication {replication.number}" if replication.number else "")


def _command(replication: Replication, named: Path) -> str:
    words = ["cargohub", "trace", str(named)]
    if len(replication.manifest.identity["hubs"]) > 1:
        words.append(f"scenario={replication.scenario}")
    return shlex.join(words + [f"replication={replication.number}"] * (replication.number > 0))


def _days(hub: HubConfig) -> Iterator[dict[str, str]]:
    """Every day of the run, including the warm-up and the time after the measured days."""
    for number in range(-(-hub.clock.local(ticks(hub.end_min)) // ticks(MIN_PER_DAY))):
        measured = number - hub.warmup_days + 1
        period = "warm-up" if measured < 1 else f"day {measured}" if measured <= hub.horizon_days else "after the end"
        date = hub.start_date + dt.timedelta(days=number)
        yield {"date": date.isoformat(), "label": f"{date:%a} {date.day} {date:%b %Y} ({period})"}


def _hall(hub: HubConfig, name: str) -> dict[str, Any]:
    hall = hub.halls[name]
    return {
        "name": name,
        "area": hall.area_m2,
        "width": hall.facade_m,
        "zones": [asdict(zone) for zone in zones_of(hub, name)],
        "units": {
            "uld_positions": hall.uld_positions, "stations": hall.breakdown_stations, "dock_doors": hall.doors_out,
            "doors_in": hall.doors_in if hub.exports.share else 0, "build_up": hall.exports.build_up_places,
            "machines": hall.sorting_machines, "screening": hall.exports.screening_lines,
        },
        "leads": _leads(hub, name),
    }  # fmt: skip


def _leads(hub: HubConfig, name: str) -> dict[str, int]:
    """Machines to which chutes lead, by their own machine and the number of their first route."""
    routes = list(hub.route_shares)
    return {
        f"{machine} {min(map(routes.index, chute.routes))}": chute.second
        for machine, chutes in enumerate(hub.all_chutes(hub.halls[name]))
        for chute in chutes
        if chute.second is not None
    }


def _limits(hub: HubConfig) -> dict[str, int]:
    """Limits of the counts from rows."""
    halls = list(hub.halls.values())
    return {
        "stands": hub.apron.stands,
        "tugs": hub.apron.tugs,
        "outbound_tugs": hub.apron.outbound_tugs,
        "yard": hub.outbound.yard,
        "uld_positions": sum(hall.uld_positions for hall in halls),
        "stations": sum(hall.breakdown_stations for hall in halls),
        "dock_doors": sum(hall.doors_out for hall in halls),
        "doors_in": sum(hall.doors_in for hall in halls),
        "build_up": sum(hall.exports.build_up_places for hall in halls),
    }


def _names(journal: Journal, hub: HubConfig) -> dict[str, list[str]]:
    return {
        "flights": journal.tables["flights"]["key"].tolist(),
        "trucks": [journal.truck_name(row) for row in range(len(journal.tables["trucks"]["hall"]))],
        "collections": journal.tables["collections"]["key"].tolist(),
        "lanes": list(hub.exports.lanes),
    }


def _rows(kind: Kind, journal: Journal) -> dict[str, Whole]:
    """Columns of a kind for the page: instants in seconds, and whole numbers."""
    table: Table = journal.tables[kind.table]
    if (derived := {"flights": _held, "ulds": _breakdown_queue, "trains": _goes_on}.get(kind.name)) is not None:
        table = {**table, **derived(journal)}
    counted = [name for count in COUNTS if count.kind == kind.name for name in (count.since, count.until)]
    instants = list(dict.fromkeys([*(step.since for step in kind.steps), kind.gone, *counted]))
    return {name: seconds(table[name]) for name in instants} | {
        name: table[name].astype(np.int32) for name in WHOLE[kind.name]
    }


def _held(journal: Journal) -> Table:
    """Until when each flight is held at its origin, and when it leaves: off-block or diverted [min]."""
    flights = journal.tables["flights"]
    gave_up = np.where(flights["is_diverted"], flights["stand_requested"] + journal.longest_hold, np.nan)
    gone = np.where(np.isnan(flights["stand_free"]), gave_up, flights["stand_free"])
    return {"held_until": np.fmin(flights["stand_given"], gone), "gone": gone}


def _breakdown_queue(journal: Journal) -> Table:
    """When each ULD waits for X-ray, and heads the queue for break-down, by its longest wait there [min]."""
    ulds = journal.tables["ulds"]
    n = len(ulds["flight"])
    lacked = np.array([ulds[f"wait_{what}"] for what in ("station", "workers", "floor")]).reshape(3, n)
    heads = np.full(n, np.nan)
    heads[journal.queue] = journal.head_from
    cause = np.where(np.nan_to_num(lacked).max(axis=0, initial=0) > 0, np.nan_to_num(lacked).argmax(axis=0), 3)
    names = ("heads_for_station", "heads_for_workers", "heads_for_floor", "heads")
    blocked: Table = {name: np.where(cause == number, heads, np.nan) for number, name in enumerate(names)}
    waits_for_xray = np.where(ulds["is_xrayed"], ulds["checked_in"], np.nan)
    return {"waits_for_xray": waits_for_xray, **blocked}


def _goes_on(journal: Journal) -> Table:
    """When each train with ULDs for several halls leaves the first of them [min]."""
    placed, goes_on = (journal.tables["train_stops"][name] for name in ("placed", "goes_on"))
    is_first = ~np.append(False, goes_on[:-1])[: len(goes_on)]
    return {"goes_on": np.where(goes_on, placed, np.nan)[is_first]}


def _places(rows: Mapping[str, Whole], drawn: Place) -> Whole:
    since, until = rows[drawn.since], rows[drawn.until]
    place = np.full(len(since), NOT_YET, dtype=np.int32)
    groups = rows[drawn.group] if drawn.group else np.zeros(len(place), dtype=np.int32)
    for number in np.unique(groups).tolist():
        is_of_group = groups == number
        place[is_of_group] = places(since[is_of_group], until[is_of_group])
    return place


def _occupancy(table: Table, replication: Replication) -> dict[str, Any]:
    """Counts at the ends of intervals, a column for each zone.

    Raises:
        InputError: the zones do not have the same intervals.
    """
    edges = np.unique(table["time"])
    zones, columns = [], {}
    for zone in dict.fromkeys(table["zone"].tolist()):
        rows = np.flatnonzero(table["zone"] == zone)
        if not np.array_equal(table["time"][rows], edges):
            raise InputError(f"{replication.manifest.folder}: table occupancy: {zone[:60]!r} lacks intervals")
        columns[zone] = table["inside"][rows]
        limit, unit = table["limit"][rows].max().item(), table["unit"][rows[0]].item()
        zones.append({"name": zone, "label": _zone_label(zone), "limit": limit, "unit": unit})
    return {
        "zones": zones,
        "inside": packed({"edge": seconds(edges), **columns}),
    }


def _zone_label(zone: str) -> str:
    """Label of a zone, such as `Lanes' floor` or `Lanes' floor, hall east`."""
    name, _, hall = zone.partition(" @ ")
    return f"{formatting.zone(name)}, hall {hall}" if hall else formatting.zone(name)
