"""What holds of a replication from a configuration: laws, repeatability, common random numbers, cohorts."""

import dataclasses
import math
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from experiments.composition import load
from sim.domain.parcels import Channel
from sim.errors import CargohubError
from sim.inputs import inputs
from sim.inputs.inputs import make_inputs
from sim.inputs.load_plan import make_load_plan
from sim.measures import occupancy
from sim.measures.kpis import KPIS
from sim.measures.kpis.service import weighted_quantile
from sim.record.schemas import TABLES
from sim.site.floors import floor_parcels
from sim.streams import Streams
from sim.units import NEVER, TICKS_PER_DAY, TICKS_PER_H

N = 20_000
"""Parcels of a flight."""
SHORT = ("demand.flights_per_day=2", "horizon_days=2", "warmup_days=1", f"demand.parcels_per_flight={N}",
         "demand.net_t_per_flight=16.26")  # fmt: skip
SMALL = ("horizon_days=2", "warmup_days=1", "demand.parcels_per_flight=3000", "demand.net_t_per_flight=2.25")
BARE = (*SMALL, "exports=none", "halls.main.packout_posts=0", "service_h=6")


@pytest.fixture(scope="module")
def today() -> sim.Result:
    return sim.simulate(load("liege_30k", *SHORT))


def test_a_replication_gives_every_kpi_as_a_number_and_every_table_as_declared(today: sim.Result) -> None:
    assert list(today.kpis) == list(KPIS)
    assert all(np.isfinite(value) for value in today.kpis.values())
    assert set(today.tables) == set(TABLES)
    for name, table in today.tables.items():
        assert list(table) == [column.name for column in TABLES[name].columns]
    assert today.n_laws > 60


def test_the_use_of_the_floor_is_that_of_all_minutes(today: sim.Result) -> None:
    """Also of those before and after a truck leaves, which is always at the end of an interval of the tables."""
    minutes = np.arange(24 * 60, 3 * 24 * 60) + 0.5

    def parcels_before(table: str, column: str) -> np.ndarray:
        rows = today.tables[table]
        order = np.argsort(rows[column])  # NaN, for never, is last
        return np.cumsum([0, *rows["n_parcels"][order]])[np.searchsorted(rows[column][order], minutes)]

    inside = (parcels_before("ulds", "start") - parcels_before("trucks", "departed")).mean()
    floor = floor_parcels(load("liege_30k").halls["main"], load("liege_30k").space)
    # Without the few that customs refuses.
    assert today.kpis["utilisation_floor"] == pytest.approx(inside / floor, rel=2e-3)
    assert today.tables["halls"]["floor_mean_share"].tolist() == pytest.approx([today.kpis["utilisation_floor"]])


def test_the_time_on_the_floor_is_exact_in_a_run_of_years(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parcels times the ticks of the run are beyond 64 bits."""
    n_days, n_parcels = 800, 500_000
    midnights = np.arange(n_days) * TICKS_PER_DAY
    parcels = np.full(n_days, n_parcels)
    moves = [(1, midnights, parcels), (-1, midnights + TICKS_PER_DAY // 4, parcels), (-1, np.array([NEVER]), None)]
    monkeypatch.setattr(occupancy, "_floor_moves", lambda *_: moves)
    inputs: Any = SimpleNamespace(
        measured=(TICKS_PER_DAY, n_days * TICKS_PER_DAY), site=SimpleNamespace(units=SimpleNamespace(room=2))
    )
    record: Any = None
    assert occupancy.floor_time(inputs, record, 0) == 2 * (n_days - 1) * n_parcels * TICKS_PER_DAY // 4


def test_the_same_configuration_gives_the_same_bits() -> None:
    words = (*SMALL, "demand.flights_per_day=2", "horizon_days=1", "warmup_days=0")
    first, again = (sim.simulate(load("liege_30k", *words)) for _ in range(2))
    assert again.kpis == first.kpis
    for name, table in first.tables.items():
        for column, values in table.items():
            np.testing.assert_array_equal(again.tables[name][column], values)


def flights_of(*words: str, scenario: str = "liege_30k", replication: int = 0) -> dict[str, Any]:
    flights = make_inputs(load(scenario, *BARE, *words), replication).flights
    return {name: [getattr(flight, name) for flight in flights] for name in ("key", "arrival", "n_parcels")}


def test_another_replication_and_another_seed_draw_other_flights() -> None:
    arrivals = flights_of()["arrival"]
    assert not np.array_equal(flights_of(replication=1)["arrival"], arrivals)
    assert not np.array_equal(flights_of("seed=2")["arrival"], arrivals)


def test_fewer_flights_are_among_more() -> None:
    for model in ("timetable", "poisson", "all_ifr"):
        flights, more = (flights_of(f"arrivals={model}", f"demand.flights_per_day={n}") for n in (2, 4))
        arrival = dict(zip(more["key"], more["arrival"], strict=True))
        assert len(flights["key"]) < len(arrival)
        assert all(arrival[key] == at for key, at in zip(flights["key"], flights["arrival"], strict=True))


def test_scenarios_that_differ_in_capacity_see_the_same_flights() -> None:
    small, large = flights_of(), flights_of(scenario="liege_100k")
    for column in ("key", "arrival", "n_parcels"):
        np.testing.assert_array_equal(large[column], small[column])


def test_bounds_are_checked_however_a_configuration_was_made() -> None:
    config = load("liege_30k", *SHORT)
    with pytest.raises(CargohubError, match="seed"):
        sim.simulate(dataclasses.replace(config, seed=-1))


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("halls.main.uld_positions=151", "zone uld_positions: 151 ULD positions are more than the 150 that fit"),
        ("halls.main.doors_out=50", "60 dock doors are more than the 55 that fit its facade"),
        ("halls.main.sorting_machines=3", "45000 rated parcels/h are more than the 30000"),
    ],
)
def test_more_units_than_fit_are_refused_with_both_numbers(word: str, message: str) -> None:
    words = [word, "halls.main.zone_shares.dock_doors=0.12", "halls.main.zone_shares.packout=0"]
    with pytest.raises(CargohubError, match=message):
        sim.simulate(load("liege_30k", *words))


@pytest.fixture(scope="module")
def chosen(today: sim.Result) -> sim.Result:
    """With the parcels of the first flight; packers who go from chute to chute would have no post."""
    key = today.tables["flights"]["key"][0]
    return sim.simulate(load("liege_30k", *SHORT, f"record.parcels_of_flights=[{key}]", "packout.rule=dedicated"))


def test_parcels_of_a_chosen_flight_keep_their_timestamps(chosen: sim.Result) -> None:
    parcels = chosen.tables["parcels"]
    assert len(parcels["row"]) == N
    left = ~np.isnan(parcels["departed"])
    assert left.sum() == chosen.tables["flights"]["n_departed"][0]
    assert (parcels["departed"][left] > parcels["ready"][left]).all()


def test_parcels_say_what_they_are_and_who_handled_them(chosen: sim.Result) -> None:
    parcels, loads, flights = (chosen.tables[name] for name in ("parcels", "loads", "flights"))
    config = load("liege_30k", *SHORT)
    assert set(parcels["lane"]) == set(config.lanes)
    assert abs(parcels["mass_g"].mean() / 813 - 1) < 0.02
    assert abs(parcels["volume_cm3"].mean() / 5400 - 1) < 0.02
    for channel, share in (("late_data", config.customs.late_data_share), ("examined", config.customs.examined_share)):
        assert abs((parcels["channel"] == channel).mean() - share) < 5 * np.sqrt(share / N)
    coded = ~np.isnan(parcels["code_begin"])
    assert (coded == (parcels["is_no_read"] & ~parcels["is_non_conveyable"]))[~np.isnan(parcels["departed"])].all()
    posts, packed = config.halls["main"].packout_posts, ~np.isnan(parcels["pack_begin"])
    assert ((parcels["post"] >= 0) == packed).all()
    assert set(parcels["post"][packed]) == set(range(posts))
    # Of each of the trucks, as many parcels as the table of loads says.
    mine = loads["flight"] == flights["number"][0]
    names = {"hall": "truck_hall", "route": "route", "kind": "truck_kind", "sequence": "truck_sequence"}
    loaded = ~np.isnan(parcels["cut_off"])
    counted = Counter(zip(*(parcels[column][loaded].tolist() for column in names.values()), strict=True))
    rows = zip(*(loads[column][mine].tolist() for column in names), strict=True)
    assert counted == dict(zip(rows, loads["n_parcels"][mine].tolist(), strict=True))
    assert ((parcels["truck_hall"] >= 0) == loaded).all()


def test_all_flights_or_those_that_a_replication_has_keep_their_parcels() -> None:
    small = ("horizon_days=1", "demand.parcels_per_flight=400", "demand.net_t_per_flight=0.3", "warmup_days=1")
    small = (*small, "exports.collections.parcels=100")
    both = ("record.parcels_of_flights=all", "record.parcels_of_collections=all")
    tables = sim.simulate(load("liege_30k", *small, *both)).tables
    landed = ~np.isnan(tables["flights"]["aldt"])
    assert len(tables["parcels"]["row"]) == tables["flights"]["n_parcels"][landed].sum()
    begun = ~np.isnan(tables["collections"]["unloading_start"])
    exports, ulds = pd.DataFrame(tables["out_parcels"]), pd.DataFrame(tables["out_ulds"])
    assert len(exports) == tables["collections"]["n_parcels"][begun].sum()
    on_ulds = exports[exports["formed"].notna()].groupby(["lane", "formed"])[["mass_g", "volume_cm3"]].sum()
    loads = ulds.set_index(["lane_name", "formed"])[["mass", "volume"]].sort_index()
    assert len(loads) > 0 and on_ulds.to_numpy().tolist() == loads.to_numpy().tolist()
    key = tables["flights"]["key"][0]
    some = sim.simulate(load("liege_30k", *small, f"record.parcels_of_flights=[{key},2022W36-999]")).tables
    assert set(some["parcels"]["flight"]) == {0}


def test_the_quantile_of_weighted_values_is_that_of_the_values_repeated() -> None:
    rng = np.random.default_rng(5)
    values, weights = rng.random(50), rng.integers(1, 9, 50)
    expected = np.quantile(np.repeat(values, weights), 0.95, method="inverted_cdf")
    assert weighted_quantile(values, weights, 0.95) == expected


def test_customs_shares_and_sizes_are_drawn_as_configured() -> None:

    shares = {Channel.LATE_DATA: 0.028, Channel.DOCUMENT_CHECK: 0.012, Channel.EXAMINED: 0.01}
    late, documents, examined = shares.values()
    words = (f"customs.late_data_share={late}", f"customs.document_check_share={documents}")
    config = load("liege_30k", *words, f"customs.examined_share={examined}", "customs.refused_share=0.3")
    inputs = make_inputs(config, 0)
    draws = [inputs.parcels_of(flight) for flight in inputs.flights[:4]]

    def is_share(flags: list[np.ndarray], share: float) -> bool:
        drawn = np.concatenate(flags)
        return abs(drawn.mean() - share) < 5 * np.sqrt(share * (1 - share) / len(drawn))

    for channel, share in shares.items():
        assert is_share([parcels.channel == channel for parcels in draws], share), channel
    for number, lane in enumerate(config.lanes.values()):
        assert is_share([parcels.lane == number for parcels in draws], lane.share), number
    assert is_share([parcels.is_no_read for parcels in draws], config.parcels.no_read_share)
    assert is_share([parcels.is_refused[parcels.channel == Channel.EXAMINED] for parcels in draws], 0.3)
    assert not any(parcels.is_refused[parcels.channel != Channel.EXAMINED].any() for parcels in draws)
    waits = [(parcels.release - flight.arrival)[parcels.channel != Channel.RELEASED] / TICKS_PER_H
             for flight, parcels in zip(inputs.flights, draws, strict=False)]  # fmt: skip
    assert np.concatenate(waits).mean() == pytest.approx(config.customs.release_mean_h, rel=0.03)
    assert abs(np.mean([parcels.mass.mean() for parcels in draws]) / 813 - 1) < 0.01
    assert abs(np.mean([parcels.volume.mean() for parcels in draws]) / 5400 - 1) < 0.01


@pytest.mark.parametrize("sigma", [0.3, 1.5])
def test_what_must_take_the_largest_parcel_takes_the_largest_that_can_be_drawn(sigma: float) -> None:
    config = load("liege_30k", f"parcels.l_per_kg_sigma={sigma}", "parcels.heaviest_kg=4")
    plan = make_load_plan(config, Streams(1, 0))
    largest_l = plan.mass_of.max() * float(plan.cm3_per_g_of.max()) / 1000
    assert 1 <= config.bulkiest_l / largest_l < 1.01


@pytest.fixture(scope="module")
def crowded() -> sim.Result:
    """Two small trailers a day and no extra ones: parcels pile up in their lanes, past one cut-off after the other."""
    words = ("demand.parcels_per_flight=4000", "demand.net_t_per_flight=3", "exports=none", "service_h=9")
    few = ("outbound.trailer={parcels: 480, kg: 360, m3: 2.6}", "outbound.extra_trucks_per_day=0")
    days = ("warmup_days=0", "horizon_days=2", "record.parcels_of_flights=all")
    config = load("liege_30k", *days, "handcoding.parcels_per_desk_h=3", *words, *few)
    return sim.simulate(config)


def test_a_parcel_counts_once_as_missed_if_a_truck_that_it_was_ready_for_left_without_it(crowded: sim.Result) -> None:
    parcels, trucks = crowded.tables["parcels"], crowded.tables["trucks"]
    left = (parcels["departed"] >= 0) & (parcels["departed"] < 2 * 1440)
    n_missed = np.array([
        np.count_nonzero((trucks["route"] == route) & (trucks["kind"] == 0)
                         & (trucks["cut_off"] >= ready) & (trucks["cut_off"] < cut_off))
        for route, ready, cut_off in zip(*(parcels[name][left] for name in ("route", "ready", "cut_off")), strict=True)
    ])  # fmt: skip
    assert (n_missed > 1).any()
    assert crowded.kpis["missed_connection_share"] == np.count_nonzero(n_missed) / left.sum()


def test_the_first_figures_are_those_of_the_parcels_one_by_one(crowded: sim.Result) -> None:
    """Of the cohort without those refused; what is inside has been there until the end, in 57 hours."""
    flights, parcels, trucks = (crowded.tables[name] for name in ("flights", "parcels", "trucks"))
    end, flight, gone = 57 * 60, parcels["flight"], ~np.isnan(parcels["departed"])
    counts = flights["is_cohort"][flight] & ~parcels["is_refused_gone"]
    until = np.where(gone, parcels["departed"], end)
    dwell = np.sort((until - flights["arrival"][flight])[counts]) / 60
    cleared = [
        np.sort(np.where(parcels["is_refused_gone"], parcels["freed"], until)[flight == number])[: math.ceil(0.95 * n)]
        for number, n in enumerate(flights["n_parcels"])
    ]
    clearance = np.array([instants[-1] for instants in cleared]) - flights["arrival"]
    left = trucks["departed"] < 2 * 1440
    fill = [trucks["n_units"] / 480, trucks["mass"] / 360e3, trucks["volume"] / 2.6e6]
    expected = {
        "dwell_mean_h": dwell.mean(),
        "dwell_p95_h": dwell[math.ceil(0.95 * len(dwell)) - 1],
        "not_departed_share": (~gone[counts]).mean(),
        "flight_clearance_p95_h": clearance[flights["is_cohort"]].mean() / 60,
        "parcels_per_day": np.count_nonzero(parcels["departed"] < 2 * 1440) / 2,
        "trucks_per_day": np.count_nonzero(left) / 2,
        "truck_fill_share": np.max(fill, axis=0)[left].mean(),
    }
    clocks = {"on_time_share": "arrival", "on_time_share_from_sibt": "sibt", "on_time_share_from_landing": "aldt"}
    for name, clock in clocks.items():
        expected[name] = ((parcels["departed"] - flights[clock][flight])[counts] <= 9 * 60).mean()
    expected["late_parcels_per_day"] = (1 - expected["on_time_share"]) * counts.sum() / 2
    assert {name: crowded.kpis[name] for name in expected} == pytest.approx(expected)
    assert 0 < expected["not_departed_share"] < 1 and expected["on_time_share_from_sibt"] < expected["on_time_share"]


SORTS = ("sort_begin", "sort_end", "second_begin", "second_end")


def test_use_is_the_time_that_rows_hold_over_that_of_what_there_is(crowded: sim.Result) -> None:
    """Of two measured days; what has not ended goes on."""

    def share(n: int, table: str, since: str, until: str) -> float:
        begun, ended = (crowded.tables[table][name] for name in (since, until))
        spans = (min(2 * 1440, 57 * 60 if math.isnan(b) else b) - a for a, b in zip(begun, ended, strict=True))
        return sum(max(0.0, span) for span in spans if not math.isnan(span)) / (n * 2 * 1440)

    assert not crowded.tables["trucks"]["is_cancelled"].any()
    expected = {
        "stands": share(6, "flights", "stand_given", "stand_free"),
        "positions": share(150, "ulds", "placed", "start"),
        "stations": share(12, "ulds", "start", "released"),
        "doors": share(30, "trucks", "docked", "departed"),
    }
    assert {name: crowded.kpis[f"utilisation_{name}"] for name in expected} == pytest.approx(expected)
    assert min(expected.values()) > 0
    parcels = crowded.tables["parcels"]
    by_hand = np.where(parcels["is_non_conveyable"], 1.0, np.nan)
    crowded.tables["by_hand"] = {name: parcels[name] * by_hand for name in SORTS}
    sorting = share(1, "by_hand", *SORTS[:2]) + share(1, "by_hand", *SORTS[2:])
    worked = {"handcoding": 24 * share(1, "parcels", "code_begin", "code_end"), "manual_sort": 24 * sorting}
    assert {name: crowded.kpis[f"staff_h_per_day_{name}"] for name in worked} == pytest.approx(worked)


def test_the_share_of_exports_is_what_left_by_air_of_all_that_left(today: sim.Result) -> None:
    def tonnes(name: str) -> float:
        table = today.tables[name]
        left = (table["departed"] >= 1440) & (table["departed"] < 3 * 1440)
        return float(table["mass"][left].sum()) / 1e6

    assert today.kpis["export_share"] == pytest.approx(tonnes("out_ulds") / (tonnes("out_ulds") + tonnes("trucks")))
    assert 0.1 < today.kpis["export_share"] < 0.3


def test_a_hub_is_checked_without_drawing_its_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "make_exports", lambda *_: pytest.fail("drawn"))
    inputs.check_inputs(load("liege_30k"))
    with pytest.raises(CargohubError, match="is larger than the floor of hall main"):
        inputs.check_inputs(load("liege_30k", "halls.main.zone_shares.lanes=0.0001"))


def test_the_zones_of_a_single_hall_are_listed_once(crowded: sim.Result) -> None:
    assert not any("@" in zone for zone in {*crowded.tables["occupancy"]["zone"]})
