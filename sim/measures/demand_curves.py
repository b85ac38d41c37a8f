"""Demand curves: how many people of each role, and units of equipment, work needs over the hours of the week."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.domain.roles import ROLES
from sim.domain.site import Hall
from sim.inputs.flight_work import second_sort
from sim.inputs.staffing import people_a_post
from sim.measures.staff import posts_of
from sim.measures.stays import Stay, stays_at, with_ready
from sim.measures.window import Minutes, bin_edges, left_door
from sim.record.recorder import Recorder
from sim.record.schemas import Table, in_order
from sim.units import HOURS_PER_WEEK, MIN_PER_DAY, MIN_PER_H, TICKS_PER_H, TICKS_PER_MIN, Counts, Numbers

Edges = NDArray[np.int64]
"""Ends of the intervals (B) [ticks]."""


@dataclass(frozen=True, slots=True)
class _Curve:
    """The curve of a role or piece of equipment, by interval (B)."""

    name: str
    unit: str
    in_use: Numbers
    wanted: Numbers
    """Units in use if nothing waited; for parcels, units that would keep pace with arrivals."""
    present: Numbers
    """People on the roster, or units."""


def demand_columns(
    config: HubConfig, inputs: Inputs, record: Recorder, tables: dict[str, Table]
) -> dict[str, list[object]]:
    """One row for each curve and hour of the week, Monday's first hour 0, over the measured days.

    Means over the intervals of `record.bin_min`: units in use, plus waiting work as if it were served immediately.
    If parcels are served one by one, the wanted units are those that would keep pace with arrivals in the interval.
    """
    edges = bin_edges(inputs)
    tables = {**tables, "ulds": with_ready(tables["ulds"])}
    measured = (edges > inputs.measured[0]) & (edges <= inputs.measured[1])
    # The end of an interval belongs to the hour that it closes.
    first = config.start_date.weekday() * MIN_PER_DAY // MIN_PER_H
    local = np.array([config.clock.local(edge) for edge in (edges[measured] - 1).tolist()], dtype=np.int64)
    hour = (local // TICKS_PER_H + first) % HOURS_PER_WEEK
    roles = [*_roles(config, inputs, record, tables, edges)]
    curves = [_together(roles, np.zeros(len(edges))), *roles, *_equipment(inputs, record, tables, edges)]
    hours, groups = _by_hour(hour)
    rows: list[tuple[object, ...]] = []
    for order, curve in enumerate(curves):
        values = np.empty((5, len(hours)))
        for here, intervals in groups:
            wanted, used, present = (
                series[measured][intervals] for series in (curve.wanted, curve.in_use, curve.present)
            )
            values[:, here] = wanted.mean(1), wanted.max(1), used.mean(1), used.max(1), present.mean(1)
        name = (order, curve.name, curve.unit == _PEOPLE, curve.unit)
        rows += [(*name, of_week, *row) for of_week, row in zip(hours.tolist(), values.T.tolist(), strict=True)]
    return in_order("demand_curves", rows)


def _by_hour(hour: Counts) -> tuple[Counts, list[tuple[Counts, Counts]]]:
    """Hours (H) among those of intervals (B), and their intervals: for hours (G) of equally many (N), both (G × N)."""
    hours, n = np.unique(hour, return_counts=True)
    first, order = np.cumsum(n) - n, np.argsort(hour, kind="stable")
    groups = ((np.flatnonzero(n == size), np.arange(size)) for size in np.unique(n).tolist())
    return hours, [(here, order[first[here, None] + places]) for here, places in groups]


_PEOPLE = "people"


def _together(roles: Sequence[_Curve], nobody: Numbers) -> _Curve:
    """People of all roles together; their peak is not the sum of the roles' peaks. `nobody`: zeros."""
    of_all = (sum((getattr(role, name) for role in roles), nobody) for name in ("in_use", "wanted", "present"))
    return _Curve("all_people", _PEOPLE, *of_all)


def _roles(
    config: HubConfig, inputs: Inputs, record: Recorder, tables: dict[str, Table], edges: Edges
) -> Iterator[_Curve]:
    site, rules = inputs.site, inputs.site.handling
    flights, ulds, trains = (tables[name] for name in ("flights", "ulds", "trains"))
    stays, hauling = stays_at(site), _inside(edges, trains["granted"], trains["returned"])
    inductions = _mean_service(inputs, record) / inputs.bin_width * rules.inductions
    asked, done = (np.asarray(units * inductions, dtype=float) for units in _at_machines(inputs, record))
    xrayed = {name: column[ulds["is_xrayed"]] for name, column in ulds.items()}
    posts: dict[str, Sequence[Numbers]] = {
        "unloading": _counted(edges, flights, stays["loader_sets"]),
        "tugs": (hauling, hauling + _inside(edges, ulds["lifted"], ulds["on_train"])),
        "breakdown": [n * rules.workers_per_station for n in _counted(edges, ulds, stays["stations"])],
        "induction": (done, asked),
        "handcoding": _at_desks(inputs, record, "handcoding", rules.handcoding),
        "packout": _at_packout(config, inputs, record),
        "manual_sort": _at_desks(inputs, record, "manual_sort", rules.manual_sort),
        "customs": _at_desks(inputs, record, "customs", site.customs.examination),
        "xray": _at_desks(inputs, record, "xray", site.customs.xray),
        "transit": _at_desks(inputs, record, "transit", site.customs.transit),
        "uld_xray": _counted(edges, xrayed, stays["uld_xrays"]),
        "docks": [n * site.trucks.workers for n in _at_doors(inputs, tables, edges)],
        **_export_roles(inputs, record, tables, edges),
    }
    for role, (in_use, wanted) in posts.items():
        rostered = _rostered(inputs, role, edges)
        if rostered.any():
            people = people_a_post(config, role)
            yield _Curve(role, _PEOPLE, in_use * people, wanted * people, rostered * people)


def _export_roles(
    inputs: Inputs, record: Recorder, tables: dict[str, Table], edges: Edges
) -> dict[str, Sequence[Numbers]]:
    """Export roles: posts in use and posts wanted."""
    rules = inputs.site.exports
    if rules is None:
        return {}
    trains, collections, ulds = (tables[name] for name in ("out_trains", "collections", "out_ulds"))
    asked, stays = tables["flights"]["loading_start"][trains["flight"]], stays_at(inputs.site)
    trucks = _counted(edges, collections, stays["doors_in"])
    places = _counted(edges, ulds, stays["build_up_places"])
    return {
        "docks_in": [n * rules.workers_per_truck for n in trucks],
        "screening": _at_desks(inputs, record, "screening", rules.screening),
        "hand_sorting": _at_desks(inputs, record, "hand_sorting", rules.hand_sorting),
        "build_up": [n * rules.workers_per_place for n in places],
        "outbound_tugs": (
            _inside(edges, trains["granted"], trains["returned"]),
            _inside(edges, asked, trains["returned"]),
        ),
    }


def _equipment(inputs: Inputs, record: Recorder, tables: dict[str, Table], edges: Edges) -> Iterator[_Curve]:
    site, halls, (flights, ulds) = inputs.site, inputs.site.halls, (tables[name] for name in ("flights", "ulds"))
    given_up = flights["stand_requested"] + site.apron.longest_hold / TICKS_PER_MIN
    held = _inside(edges, flights["stand_requested"], np.fmin(flights["stand_given"], given_up))
    stays = stays_at(site)
    on_stand = _inside(edges, flights[stays["stands"].since], flights[stays["stands"].until])
    parcels_h = site.units.in_bag * TICKS_PER_H / inputs.bin_width
    asked, done = (np.asarray(units * parcels_h, dtype=float) for units in _at_machines(inputs, record))

    def of_halls(units: Callable[[Hall], float]) -> Numbers:
        """Units of the halls over each interval, each hall's from its opening on."""
        is_open = (np.clip((edges - hall.opens) / inputs.bin_width, 0.0, 1.0) for hall in halls)
        return np.asarray(sum(units(hall) * share for hall, share in zip(halls, is_open, strict=True)), dtype=float)

    def rated(hall: Hall) -> float:
        return hall.n_machines * TICKS_PER_H / hall.service * site.units.in_bag

    doors, all_stands = _at_doors(inputs, tables, edges), np.full(len(edges), float(site.apron.stands))
    equipment = (
        ("stands", "aircraft", on_stand, on_stand + held, all_stands),
        ("positions", "ULDs", *_counted(edges, ulds, stays["positions"]), of_halls(lambda hall: hall.positions)),
        ("stations", "ULDs", *_counted(edges, ulds, stays["stations"]), of_halls(lambda hall: sum(hall.stations))),
        ("machines", "parcels/h", done, asked, of_halls(rated)),
        ("doors", "trucks", *doors, of_halls(lambda hall: hall.doors)),
    )
    for name, unit, in_use, wanted, units in equipment:
        yield _Curve(name, unit, in_use, wanted, units)


def _inside(edges: Edges, enter: Minutes, leave: Minutes) -> Numbers:
    """Mean number that have arrived and not left, over the intervals that end at the edges (B); instants in minutes."""
    ends = np.concatenate(([0.0], edges / TICKS_PER_MIN))
    came, went = (_time_since(ends, np.sort(instants[~np.isnan(instants)])) for instants in (enter, leave))
    return np.asarray(np.diff(came - went) / np.diff(ends), dtype=float)


def _time_since(ends: Minutes, instants: Minutes) -> Numbers:
    """Time from all of the instants (N, ascending) that lie before each of the ends, until then."""
    n = np.searchsorted(instants, ends)
    return np.asarray(n * ends - np.concatenate(([0.0], np.cumsum(instants)))[n], dtype=float)


def _counted(edges: Edges, table: Table, stay: Stay) -> tuple[Numbers, Numbers]:
    """Rows served in each interval, and those that are served or wait (B): means."""
    return _inside(edges, table[stay.since], table[stay.until]), _inside(
        edges, table[stay.requested], table[stay.until]
    )


def _at_doors(inputs: Inputs, tables: dict[str, Table], edges: Edges) -> tuple[Numbers, Numbers]:
    trucks = tables["trucks"]
    leaves = left_door(trucks, inputs.site.trucks.docking / TICKS_PER_MIN)
    return _inside(edges, trucks["docked"], leaves), _inside(edges, trucks["arrived"], leaves)


def _at_desks(inputs: Inputs, record: Recorder, role: str, service: int) -> tuple[Numbers, Numbers]:
    """Desks in use, and desks that would keep pace with arrivals (B)."""
    tallies = [tally for (kind, _), tally in record.desks.items() if kind == ROLES[role].kind]
    none = np.zeros(len(record.stages["lane"].n_in), dtype=np.int64)
    used = np.sum([none, *(tally.used for tally in tallies)], axis=0)
    came = np.sum([none, *(tally.came for tally in tallies)], axis=0)
    return used / inputs.bin_width, came * (service / inputs.bin_width)


def _at_packout(config: HubConfig, inputs: Inputs, record: Recorder) -> tuple[Numbers, Numbers]:
    """Posts that packing kept busy, and posts that would keep pace with arrivals (B)."""
    tally, halls = record.stages["packout"], [*config.halls.values()]
    n_units = sum(row.n_units for row in record.packout)
    # Where routes share a chute, a unit is sorted before it is packed.
    more = sum(row.n_units * second_sort(config, halls[row.hall]) for row in record.packout) / max(1, n_units)
    # A post handles a unit as it handles a parcel.
    of_post = config.packout.parcels_per_post_h * inputs.site.units.in_bag * inputs.bin_width / TICKS_PER_H / (1 + more)
    return np.asarray(tally.n_out / of_post, dtype=float), np.asarray(tally.n_in / of_post, dtype=float)


def _at_machines(inputs: Inputs, record: Recorder) -> tuple[Counts, Counts]:
    """Units that came to machines, and that these have sorted (B), with those of exports."""
    imports, exports = record.stages["sorting"], record.export_stages["export_sorting"]
    came, done = (
        of_imports // inputs.site.units.in_bag + of_exports
        for of_imports, of_exports in ((imports.n_in, exports.n_in), (imports.n_out, exports.n_out))
    )
    return came, done


def _mean_service(inputs: Inputs, record: Recorder) -> float:
    """Mean service of what machines have sorted in the measured days [ticks]; if nothing, of the machines."""
    services = [hall.service for hall in inputs.site.halls for _ in hall.stations]
    sorted_by = record.machine_work if any(record.machine_work) else [1] * len(services)
    return sum(n * each for n, each in zip(sorted_by, services, strict=True)) / sum(sorted_by)


def _rostered(inputs: Inputs, role: str, edges: Edges) -> Numbers:
    """Posts on the roster just before each edge (B), in open halls."""
    rostered = np.zeros(len(edges))
    for posts in posts_of(inputs, role):
        step = np.searchsorted(posts.manning.start, edges - 1, side="right") - 1
        rostered += np.array(posts.manning.rostered)[step] * posts.groups * (edges > posts.opens)
    return rostered
