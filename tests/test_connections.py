"""Imports that fly on: their way, what became of them, and mistakes in one line."""

import dataclasses
import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from by_hand import make_flight
from mistakes import refused
from test_exports_by_hand import RULES, exporting

import sim
from experiments.composition import load
from experiments.main import main
from experiments.report.run_grids import connections_grid
from experiments.report.stored_designs import Window
from sim.config.arrivals import Wave
from sim.config.connections import Connections, Pair
from sim.domain.entities import FLOWN, Connection
from sim.inputs.inputs import make_inputs
from sim.inputs.off_blocks import _wave
from sim.measures.connections import MISSED, _fate, _planned
from sim.measures.tracing.causes import CAUSES
from sim.measures.tracing.journal import Journal
from sim.measures.tracing.paths import parcel_path
from sim.reference import run
from sim.reference.equality import vectorised_tables
from sim.site.room import check_area
from sim.units import MIN_PER_DAY, NEVER, TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN

FLY = ("+connections.lanes={PL: Hangzhou, IT: Hong Kong}", "connections.minimum_min=300")
SHORT = ("liege_30k", "horizon_days=1", "warmup_days=0", "demand.flights_per_day=3", "demand.parcels_per_flight=8000",
         "demand.net_t_per_flight=6")  # fmt: skip


@pytest.mark.parametrize("tables_of", [vectorised_tables, lambda inputs: run(inputs).tables])
def test_imports_of_one_flight_leave_with_the_next(tables_of) -> None:
    """Two flights to one destination: what the first brings for route B is on the floor until its ULD is built."""
    inputs = exporting([make_flight(0, 100, sobt=400), make_flight(1, 150, sobt=900)])
    hall = dataclasses.replace(inputs.site.halls[0], serves=(True, False))
    inputs = dataclasses.replace(inputs, site=dataclasses.replace(inputs.site, flies_to=(NEVER, 0), halls=(hall,)))
    tables = tables_of(inputs)
    assert 1 not in tables["trucks"]["route"]
    ulds = {name: np.array(values) for name, values in tables["out_ulds"].items()}
    flown = ulds["route"] == 1
    assert flown.any() and (ulds["n_parcels"][flown] > 0).all()
    parcels = {name: np.array(values) for name, values in tables["parcels"].items()}
    left = (parcels["cut_off"] != NEVER) & (parcels["truck_kind"] == NEVER) & (parcels["departed"] != NEVER)
    assert left.any() and (parcels["at_chute"][left] == NEVER).all()
    assert set(parcels["cut_off"][left]) <= set(ulds["formed"][flown])
    assert set(parcels["departed"][left]) <= set(tables["flights"]["aobt"])
    loads = tables["loads"]
    on_ulds = sum(n for n, kind in zip(loads["n_parcels"], loads["kind"], strict=True) if kind == FLOWN)
    assert on_ulds == np.count_nonzero((parcels["cut_off"] != NEVER) & (parcels["truck_kind"] == NEVER))


def _uld(formed: int, built: int, flight: int = NEVER) -> SimpleNamespace:
    return SimpleNamespace(formed=formed, built=built, flight=flight)


@pytest.mark.parametrize(
    ("aibt", "loaded", "is_diverted", "uld", "fate"),
    [
        (100, 900, False, _uld(800, 850, 1), "n_made"),
        (100, NEVER, False, None, "n_open"),
        (601, 900, False, _uld(851, 880, 2), "n_late_inbound"),
        (NEVER, 900, False, None, "n_late_inbound"),
        (100, 900, False, None, "n_sorting"),
        (100, 900, False, _uld(851, 870), "n_sorting"),
        (100, 900, False, _uld(850, 901, 2), "n_build_up"),
        (100, 900, False, _uld(850, NEVER), "n_build_up"),
        (100, 900, False, _uld(850, 900, 2), "n_no_capacity"),
        (100, NEVER, True, None, "n_no_capacity"),
    ],
)
def test_a_missed_connection_has_the_first_cause_that_holds(aibt, loaded, is_diverted, uld, fate) -> None:
    """Planned: flight 1, off-block at 1000, cut-off 150 before; 400 to connect."""
    flights = [
        SimpleNamespace(number=number, sobt=sobt, aibt=aibt, loading_start=loaded, is_diverted=is_diverted)
        for number, sobt in enumerate((500, 1000, 2000))
    ]
    record = SimpleNamespace(flights=flights)
    assert _fate(RULES, record, flights[0], flights[1], 400, uld) == fate
    without_plan = "n_made" if uld is not None and uld.flight != NEVER else "n_open"
    assert _fate(RULES, record, flights[0], None, 400, uld) == without_plan


def test_connections_fill_the_first_flight_before_the_second() -> None:
    """Flight 4 leaves before 3; each carries 1000. Flight 2 comes too late for 4; when both are full all go to 4.

    Flight 7 comes just early enough for 4.
    """
    sibt_sobt = [(10, 0), (20, 0), (90, 0), (0, 200), (0, 100), (40, 0), (50, 0), (80, 0)]
    flights = [
        SimpleNamespace(number=number, key=f"F{number}", sibt=sibt, sobt=sobt, export_lane=0 if sobt else 1)
        for number, (sibt, sobt) in enumerate(sibt_sobt)
    ]
    record = SimpleNamespace(flights=flights, connections=[Connection(number, 0, 600) for number in (0, 1, 2, 5, 6, 7)])
    exports = SimpleNamespace(lanes=("X", "Y"))
    inputs = SimpleNamespace(
        site=SimpleNamespace(flies_to=(0,), exports=exports), flights=[SimpleNamespace(aircraft="A")] * len(flights)
    )
    config = SimpleNamespace(
        load_limit=lambda _: SimpleNamespace(parcels=1000),
        connections=Connections({}, 20 / TICKS_PER_MIN, (), False, ()),
    )
    planned = {flight: visit.number for (flight, _), visit in _planned(config, inputs, record).items()}
    assert planned == {0: 4, 1: 4, 5: 3, 6: 3, 7: 4, 2: 3}


def test_the_first_pair_that_matches_has_its_own_minimum() -> None:
    connections = Connections({}, 90, (Pair("XY1*", "X", 60), Pair("XY*", "X", 40)), False, ())
    assert [connections.minimum_of(*pair) for pair in (("XY12", "X"), ("XY2", "X"), ("XY12", "Y"))] == [60, 40, 90]


def test_every_parcel_that_flies_on_has_one_fate_and_a_path() -> None:
    key = make_inputs(load(*SHORT), 0).flights[0].key
    config = load(*SHORT, *FLY, f"record.parcels_of_flights=[{key}]")
    result = sim.simulate(config)
    kpis, tables = result.kpis, result.tables
    fates = ("connections_made", "missed_late_inbound", "missed_sorting", "missed_build_up", "missed_no_capacity")
    flies = tables["connections"]
    cohort = tables["flights"]["is_cohort"][flies["flight"]]
    n = (flies["n_parcels"] - flies["n_refused"])[cohort].sum()
    assert [kpis[f"{fate}_share"] for fate in fates] == pytest.approx(
        [flies[name][cohort].sum() / n for name in ("n_made", *MISSED)]
    )
    assert kpis["connecting_per_day"] == n / config.horizon_days
    assert set(flies["minimum_min"]) == {300}
    ulds, trucks = tables["out_ulds"], tables["trucks"]
    low, high = 1440 * config.warmup_days, 1440 * (config.warmup_days + config.horizon_days)
    of_ulds, by_road = (
        rows["mass"][(low <= rows["departed"]) & (rows["departed"] < high)].sum() for rows in (ulds, trucks)
    )
    exports = ulds["mass"][(low <= ulds["departed"]) & (ulds["departed"] < high) & (ulds["route"] < 0)].sum()
    assert 0 < exports < of_ulds
    assert kpis["export_share"] == pytest.approx(exports / (of_ulds + by_road))
    assert kpis["connections_made_share"] > 0.3 and kpis["missed_sorting_share"] > 0
    assert all({"PL", "IT"}.isdisjoint(tables[name]["route_name"]) for name in ("destinations", "trucks"))
    parcels = tables["parcels"]
    flew = np.flatnonzero((parcels["truck_kind"] < 0) & ~np.isnan(parcels["departed"]))
    path = parcel_path(Journal(tables, config), int(parcels["flight"][flew[0]]), int(parcels["row"][flew[0]]))
    assert path.segments[-1].cause == "flight" and path.truck is None
    assert CAUSES["flight"].resource == "flight", "it waits for the flight"


def test_a_night_hub_sends_on_in_the_same_night_what_it_gets() -> None:
    """A fifth of the express hub's flights, lightly loaded: each to a destination of its own."""
    less = ("demand.flights_per_day=13", "demand.parcels_per_flight=800", "horizon_days=1", "warmup_days=0")
    config = load("express_night_hub", *less)
    result = sim.simulate(config)
    flights, connections = result.tables["flights"], result.tables["connections"]
    assert len({*flights["export_lane"]}) == 13
    first_night = (connections["planned"] >= 0) & (np.abs(flights["sibt"][connections["flight"]] - MIN_PER_DAY) < 360)
    assert connections["n_made"][first_night].sum() > 0.9 * connections["n_parcels"][first_night].sum() > 0
    night = (flights["aobt"] % MIN_PER_DAY)[~np.isnan(flights["aobt"])]
    assert ((night >= 210) & (night < 360)).all()


@pytest.mark.parametrize("scenario", ["express_night_hub", "regional_gateway"])
def test_all_fits_in_other_hubs(scenario) -> None:
    check_area(load(scenario))


def test_the_page_has_shares_of_the_cohort_by_destination() -> None:
    flights = pd.DataFrame({"scenario": "a", "replication": 0, "number": [0, 1], "is_cohort": [True, False]})
    n = {"n_parcels": 12, "n_refused": 2, "n_made": 5, "n_late_inbound": 1, "n_sorting": 2, "n_build_up": 0}
    n |= {"n_no_capacity": 2, "n_open": 0}
    table = pd.DataFrame({"scenario": "a", "replication": 0, "flight": [0, 1], "to": "X", **n})
    halls, window = pd.DataFrame({"scenario": "a", "replication": [0, 1]}), Window(0, MIN_PER_DAY, dt.date(2022, 9, 5))
    more = (flights, halls, [SimpleNamespace(label="a", title="A")], window)
    grid = connections_grid(table, *more)
    assert grid.rows == (("X", "5.00", "50.0", "10.0", "20.0", "0", "20.0", "0"),)
    none = connections_grid(table.assign(n_refused=12), *more)
    assert none.rows == (("X", "0", *["–"] * 6),), "shares of nothing"


def test_flights_without_an_off_block_leave_in_waves() -> None:
    config = load("liege_30k", 'connections.waves=[{start: "03:30", end: "05:30"}]', "horizon_days=7")
    for flight in make_inputs(config, 0).flights:
        ready = flight.sibt + config.apron.turnaround_min * TICKS_PER_MIN
        minute = flight.sobt % TICKS_PER_DAY / TICKS_PER_MIN
        assert 210 <= minute <= 330 and ready <= flight.sobt < ready + MIN_PER_DAY * TICKS_PER_MIN


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["+connections.lanes={XX: Hangzhou}"], "connections.lanes: no lane 'XX'"),
        (["+connections.lanes={PL: Paris}"], "connections.lanes: no destination of exports.lanes 'Paris'"),
        (
            ["+connections.lanes={PL: Hangzhou}", "exports=none"],
            "connections.lanes: lanes fly on with exports, but",
        ),
        (
            ["+connections.lanes={PL: Hangzhou}", "presorted=bags"],
            "connections.lanes: only parcels fly on, but presorted",
        ),
        (["+connections.lanes={BE: Hangzhou}"], "connections.lanes: lane BE is of route POOL: either all lanes"),
        (["connections.minimum_min=-5"], "connections.minimum_min: must be at least 0, got -5"),
        (["connections.pairs=[{flights: X, to: Y, minimum_min: 1}]"], "connections.pairs: no destination of exports"),
        (["connections.waves=[{start: 3, end: 4}]"], "connections.waves[0].start"),
    ],
)
def test_a_mistake_is_told_in_one_line(words, message, capsys) -> None:
    assert message in refused(capsys, "run", *words)


def test_a_file_names_the_destination(tmp_path, capsys) -> None:
    rows = ["flight,sibt,to", "A,2022-09-05 01:00,Hong Kong", "B,2022-09-05 02:00,"]
    file = tmp_path / "flights.csv"
    file.write_text("\n".join(rows))
    words = ("arrivals=file", f"arrivals.schedule={file}", "horizon_days=1", "warmup_days=0")
    flights = make_inputs(load("liege_30k", *words), 0).flights
    assert {flight.key: flight.export_lane for flight in flights}["A"] == 1
    file.write_text("\n".join([*rows, "C,2022-09-05 03:00,Hongkong"]))
    assert main(["run", *words]) == 2
    assert (
        "flight C: to: no destination 'Hongkong' of exports.lanes; did you mean 'Hong Kong'?" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("ready_h", "wave_h"), [(21, (22, 26)), (23, (23, 26)), (25, (25, 26)), (26, (46, 50)), (1, (1, 2))]
)
def test_a_wave_over_midnight_still_takes_the_aircraft_that_are_ready_after_it(
    ready_h: int, wave_h: tuple[int, int]
) -> None:
    waves = SimpleNamespace(connections=SimpleNamespace(waves=(Wave("22:00", "02:00"),)))
    assert _wave(waves, ready_h * TICKS_PER_H) == tuple(hour * TICKS_PER_H for hour in wave_h)
