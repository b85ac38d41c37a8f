"""Laws notice what they forbid: a run keeps them all, and a figure that is changed breaks the law that names it."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.composition import load
from sim.errors import LawBroken
from sim.inputs.inputs import make_inputs
from sim.measures.laws import check_laws
from sim.measures.tables import make_tables
from sim.processes import hub
from sim.units import NEVER


@pytest.fixture(scope="module")
def run():
    size = {"demand.parcels_per_flight": 3000, "demand.net_t_per_flight": 2.25, "exports.share": 0.3}
    config = load("liege_30k", "margin=none", horizon_days=2, warmup_days=0, **size)
    inputs = make_inputs(config, 0)
    done = hub.run(inputs)
    return inputs, done.record, make_tables(config, inputs, done.record, done.store.kept, done.export_store)


def changed(tables, name, column, by, which):
    """The tables with one other value: that of the first row that is chosen."""
    rows = tables[name]
    values = rows[column].copy()
    values[np.flatnonzero(which(rows))[0]] += by
    return {**tables, name: {**rows, column: values}}


def moved(tables, name, column, by):
    """From the last row to the first: the sum stays."""
    values = tables[name][column].copy()
    values[[0, -1]] += np.array([by, -by], dtype=values.dtype)
    return {**tables, name: {**tables[name], column: values}}


def any_row(rows):
    return np.ones(len(next(iter(rows.values()))), dtype=bool)


def happened(column):
    return lambda rows: ~np.isnan(rows[column])


def of_zone(zone):
    return lambda rows: rows["zone"] == zone


def of_exports(rows):
    return (rows["route"] == NEVER) & (rows["flight"] != NEVER)


@pytest.mark.parametrize(
    ("law", "name", "column", "by", "which"),
    [
        ("time runs forward: flights.aibt", "flights", "aibt", -1e5, any_row),
        ("zone within its capacity: stands", "occupancy", "inside", 7, of_zone("stands")),
        ("zone within its capacity: dock_doors", "occupancy", "inside", -999, of_zone("dock_doors")),
        ("zone within its capacity: export_floor", "occupancy", "inside", 10**6, of_zone("export_floor")),
        ("no empty ULD is used that is not in store", "occupancy", "inside", -(10**6), of_zone("empty_ulds")),
        ("parcels broken down = parcels of ULDs begun", "ulds", "n_parcels", 1, happened("start")),
        ("parcels to chutes = parcels of the units assigned", "packout", "n_units", 1, any_row),
        ("parcels out of lanes = parcels on trucks", "trucks", "n_parcels", 1, any_row),
        ("parcels of flights on trucks and ULDs", "loads", "n_parcels", 1, any_row),
        ("parcels loaded = parcels departed", "flights", "n_departed", 1, any_row),
        ("every parcel has one customs state", "flights", "n_parcels", 1, any_row),
        ("no truck above its units", "trucks", "n_units", 10**6, any_row),
        ("no truck above its mass", "trucks", "mass", 10**12, any_row),
        ("no truck above its volume", "trucks", "volume", 10**12, any_row),
        ("exports on the floor = parcels of collections called", "collections", "n_parcels", 1, happened("called")),
        ("exports of collections on ULDs = exports on ULDs", "out_loads", "n_parcels", 1, any_row),
        ("exports out of lanes = exports on ULDs", "out_ulds", "n_parcels", 1, of_exports),
        ("exports on ULDs that left = exports that left", "collections", "n_departed", 1, any_row),
        ("parcels that flights take out", "flights", "n_parcels_out", 1, any_row),
        ("no export misses its flight more than once", "collections", "n_missed", 10**6, any_row),
        ("no ULD above the limits of its aircraft", "out_ulds", "mass", 10**9, of_exports),
        ("no ULD above the limits of its aircraft", "out_ulds", "volume", 10**9, of_exports),
    ],
)
def test_a_figure_too_many_breaks_its_law(run, law, name, column, by, which) -> None:
    inputs, record, tables = run
    with pytest.raises(LawBroken, match=f"^law broken: {law}"):
        check_laws(inputs, record, changed(tables, name, column, by, which))


@pytest.mark.parametrize(
    ("law", "name", "column"),
    [
        ("no flight loses more parcels than it has", "flights", "n_departed"),
        ("no collection loses more parcels than it has", "collections", "n_departed"),
    ],
)
def test_a_right_sum_of_wrong_rows_breaks_its_law(run, law, name, column) -> None:
    inputs, record, tables = run
    with pytest.raises(LawBroken, match=law):
        check_laws(inputs, record, moved(tables, name, column, 10**6))


KINDS = ("stands", "loader_sets", "tugs", "positions", "stations", "floor")
OF_EXPORTS = ("doors_in", "build_up_places", "outbound_tugs", "empty_ulds", "export_floor")


@pytest.mark.parametrize("kind", [*KINDS, *OF_EXPORTS])
def test_a_tick_too_many_in_a_pool_breaks_littles_law(monkeypatch, run, kind: str) -> None:
    inputs, record, tables = run
    at = record.pools["name"].index(kind)
    held = [time + (number == at) for number, time in enumerate(record.pools["held_time"])]
    monkeypatch.setitem(record.pools, "held_time", held)
    with pytest.raises(LawBroken, match=f"^law broken: Little's law: {kind.replace('_f', ' f')}$"):
        check_laws(inputs, record, tables)


@pytest.mark.parametrize(
    ("law", "of_exports", "stage", "name"),
    [
        ("the stages' stays add up to the floor's", False, "lane", "inside_time"),
        ("the stages' stays add up to the export floor's", True, "screening", "inside_time"),
    ],
)
def test_a_tick_too_many_in_a_stage_breaks_littles_law(monkeypatch, run, law, of_exports, stage, name) -> None:
    inputs, record, tables = run
    tally = (record.export_stages if of_exports else record.stages)[stage]
    monkeypatch.setattr(tally, name, getattr(tally, name) + 1)
    with pytest.raises(LawBroken, match=law):
        check_laws(inputs, record, tables)


@pytest.mark.parametrize(
    ("law", "stage", "is_first"),
    [("parcels in = out [+] inside: sorting", "sorting", True), ("every parcel is in one stage", "packout", False)],
)
def test_a_parcel_that_leaves_a_stage_too_early_breaks_a_law(monkeypatch, run, law, stage, is_first) -> None:
    """One that leaves in the first interval has not arrived; one that leaves an interval early is nowhere meanwhile."""
    inputs, record, tables = run
    tally = record.stages[stage]
    out = tally.n_out.copy()
    last = int(np.flatnonzero(out)[-1])
    out[[0 if is_first else last - 1, last]] += np.array([1, -1])
    monkeypatch.setattr(tally, "n_out", out)
    with pytest.raises(LawBroken, match=law):
        check_laws(inputs, record, tables)


@pytest.mark.parametrize(
    ("law", "payload", "positions"),
    [
        ("no flight above its payload", {"payload": 1}, {}),
        ("no flight with more ULDs than positions", {}, {"n_main_deck": 0, "n_lower_deck": 0}),
    ],
)
def test_a_smaller_aircraft_breaks_the_laws_of_its_load(run, law, payload, positions) -> None:
    inputs, record, tables = run
    exports = inputs.site.exports
    aircraft = {name: replace(limits, **payload) for name, limits in exports.aircraft.items()}
    site = replace(inputs.site, exports=replace(exports, aircraft=aircraft))
    flights = [replace(flight, **positions) for flight in inputs.flights]
    inputs = replace(inputs, site=site, flights=flights)
    with pytest.raises(LawBroken, match=law):
        check_laws(inputs, record, tables)


def test_a_closed_runway_is_used_by_nobody(run) -> None:
    inputs, record, tables = run
    for name in ("aldt", "aobt"):
        at = next(getattr(row, name) for row in record.flights if getattr(row, name) != NEVER)
        for begin, end, is_broken in ((at, at + 1, True), (at + 1, at + 2, False), (at - 1, at, False)):
            apron = replace(inputs.site.apron, closures=((begin, end),))
            closed = replace(inputs, site=replace(inputs.site, apron=apron))
            if is_broken:
                with pytest.raises(LawBroken, match=f"nobody uses a closed runway: {name}"):
                    check_laws(closed, record, tables)
            else:
                assert check_laws(closed, record, tables) > 60
