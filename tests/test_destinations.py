"""Arrival at the destinations, and what the apron's neighbours get: small cases computed by hand."""

import re
from dataclasses import replace

import numpy as np
import pytest

import sim
from experiments.composition import load
from sim.config import HubConfig
from sim.domain.entities import FLOWN
from sim.domain.inputs import Inputs
from sim.errors import CargohubError
from sim.measures.destinations import (
    deadlines,
    destination_columns,
    destination_on_time_share,
    drive_and_rest_h,
    journeys_h,
    mean_truck_km,
)
from sim.measures.kpis import KPIS, SURROUNDINGS, Measured, names
from sim.measures.surroundings import is_night, stands_co2_kg, tugs_co2_kg
from sim.record.schemas import Table, tabulate
from sim.units import TICKS_PER_MIN

NAN = float("nan")


@pytest.fixture(scope="module")
def config() -> HubConfig:
    """Two lanes of their own route, and a pool of two, at 100 km/h; promised the day after at 06:00."""
    hub = load("liege_30k", "horizon_days=2", "warmup_days=1", "linehaul.speed_km_h=100")
    near, far, *_ = hub.lanes.values()
    lanes = {
        "NEAR": replace(near, share=0.5, route="NEAR", km=400, promised_days=1),
        "FAR": replace(far, share=0.2, route="FAR", km=1000, promised_days=1),
        "A": replace(near, share=0.1, route="POOL", km=100, promised_days=1),
        "B": replace(near, share=0.2, route="POOL", km=500, promised_days=1),
    }
    return replace(hub, lanes=lanes)


def tables(departures: list[tuple[int, float, int]]) -> tuple[Table, ...]:
    """One flight of 100 parcels at noon of day 0, two refused; loads as (route, hour of departure, parcels)."""
    hour = 60 * TICKS_PER_MIN
    left = sum(n for _, departed, n in departures if departed == departed)  # noqa: PLR0124 - NaN is not itself
    flights = tabulate("flights", {"number": [0], "arrival": [12 * hour], "n_parcels": [100]})
    flights |= {"is_cohort": np.array([True]), "n_departed": np.array([left]), "n_refused": np.array([2])}
    trucks = tabulate("trucks", {"route": [0, 1, 2], "route_name": ["NEAR", "FAR", "POOL"]})
    loads = {
        "route": np.array([route for route, _, _ in departures]),
        "flight": np.zeros(len(departures), dtype=np.int32),
        "departed": np.array([departed * 60 for _, departed, _ in departures]),
        "n_parcels": np.array([n for *_, n in departures]),
    }
    return flights, trucks, loads, tabulate("connections", {})


def test_trucks_drive_as_far_as_their_parcels_by_road(config: HubConfig) -> None:
    """50 % 400 km, 20 % 1,000 km and 30 % in trucks of 367 km; then without the 20 %, which fly."""
    assert mean_truck_km(config) == pytest.approx(0.5 * 400 + 0.2 * 1000 + 0.1 * 100 + 0.2 * 500)
    flown = replace(config, connections=replace(config.connections, lanes={"FAR": "Hangzhou"}))
    assert mean_truck_km(flown) == pytest.approx((0.5 * 400 + 0.1 * 100 + 0.2 * 500) / 0.8)


def test_a_driver_breaks_after_four_and_a_half_hours_and_rests_after_nine(config: HubConfig) -> None:
    rules = config.linehaul
    assert drive_and_rest_h(0, rules) == 0
    assert drive_and_rest_h(4.5, rules) == 4.5
    assert drive_and_rest_h(4.6, rules) == pytest.approx(4.6 + 0.75)
    assert drive_and_rest_h(9, rules) == 9.75
    assert drive_and_rest_h(9.1, rules) == pytest.approx(9.1 + 0.75 + 11)
    assert drive_and_rest_h(27, rules) == 27 + 3 * 0.75 + 2 * 11
    assert drive_and_rest_h(30, replace(rules, break_min=0, daily_rest_h=0)) == 30


def test_a_lane_that_shares_its_route_changes_trailers_once(config: HubConfig) -> None:
    assert journeys_h(config) == {"NEAR": 4, "FAR": 10 + 0.75 + 11, "A": 1 + 3, "B": 5 + 0.75 + 3}


def test_in_time_is_there_by_the_cut_off_of_the_promised_day(config: HubConfig) -> None:
    lane = config.lanes["NEAR"]
    noon, before_midnight, midnight = 720.0, 1439.0, 1440.0
    assert deadlines(lane, np.array([noon, before_midnight, midnight])).tolist() == [1800, 1800, 3240]
    # There at 06:00 of the next day is on time, one tick later is not.
    tick = 1 / TICKS_PER_MIN / 60
    rows = destination_columns(config, *tables([(0, 26, 30), (0, 26 + tick, 10)]))
    assert rows["n_in_time"][0] == 30


def test_the_share_at_the_destination_counts_what_is_inside_as_late_and_refused_parcels_not_at_all(
    config: HubConfig,
) -> None:
    # NEAR: 40 at 26 h + 4 h = 06:00, on time. FAR: 20 at 20 h + 21.75 h, late. POOL: 30 at 24 h: a third to A, there
    # at 28 h, on time; two thirds to B, there at 32.75 h, late. Inside: 100 - 2 - 90 = 8.
    rows = destination_columns(config, *tables([(0, 26, 40), (1, 20, 20), (2, 24, 30), (0, NAN, 5)]))
    assert rows["n_departed"] == pytest.approx([40, 20, 10, 20])
    assert rows["n_in_time"] == pytest.approx([40, 0, 10, 0])
    assert rows["n_parcels"] == pytest.approx([40 + 4, 20 + 1.6, 10 + 0.8, 20 + 1.6])
    assert rows["mean_h"] == pytest.approx([18, 29.75, 16, 20.75])
    table = tabulate("destinations", rows)
    assert destination_on_time_share(table) == pytest.approx(50 / 98)


def test_nothing_that_left_gives_a_late_cohort_and_no_mean(config: HubConfig) -> None:
    table = tabulate("destinations", destination_columns(config, *tables([])))
    assert destination_on_time_share(table) == 0
    assert np.isnan(table["mean_h"]).all()


def test_parcels_inside_that_fly_on_are_not_late_at_a_destination_by_truck(config: HubConfig) -> None:
    hub = replace(config, connections=replace(config.connections, lanes={"FAR": "Hangzhou"}))
    flights, trucks, loads, _ = tables([(0, 26, 40), (2, 24, 30), (1, 20, 3), (1, NAN, 5)])
    loads |= {"kind": np.array([0, 0, FLOWN, FLOWN])}
    # Of the first flight 21 parcels fly on, one of them refused: 20 - 3 are inside, and 98 - 73 - 17 = 8 for trucks. A
    # second one of 10 parcels is diverted.
    flights = {name: np.concatenate((values, values)) for name, values in flights.items() if len(values)}
    flights |= {"n_parcels": np.array([100, 10]), "n_departed": np.array([73, 0]), "n_refused": np.array([2, 0])}
    flights |= {"aldt": np.array([720, NAN])}
    connections = tabulate("connections", {"flight": [0], "route": [1], "n_parcels": [21], "n_refused": [1]})
    rows = destination_columns(hub, flights, trucks, loads, connections)
    assert rows["lane"] == ["NEAR", "A", "B"]
    assert rows["n_parcels"] == pytest.approx([40 + 5 + 5, 10 + 1 + 1, 20 + 2 + 2])


def test_the_night_begins_at_eleven_and_ends_before_six(config: HubConfig) -> None:
    night = config.environment
    instants = np.array([22.99, 23, 24, 24 + 5.99, 24 + 6, 24 + 12]) * 60
    assert is_night(np.append(instants, NAN), night).tolist() == [False, True, True, True, False, False, False]
    early = replace(night, night_from="01:00", night_to="06:00")
    assert is_night(instants, early).tolist() == [False, False, False, True, False, False]
    assert not is_night(instants, replace(night, night_to="23:00")).any()


def surroundings(config: HubConfig, inputs: Inputs, tables: dict[str, Table]) -> dict[str, float]:
    run = Measured(config, inputs, None, tables)
    return {name: KPIS[name](run) for name in names(group=SURROUNDINGS) if name != "destination_on_time_share"}


NOTHING_LEFT = {
    name: {"departed": np.empty(0), "mass": np.empty(0), "route_name": np.empty(0, dtype=np.str_)}
    for name in ("trucks", "out_ulds")
}
NO_TRAINS = {name: np.zeros(0) for name in ("granted", "at_aircraft", "emptied", "returned")} | {
    "hall": np.zeros(0, dtype=np.int64)
}
NO_FLIGHTS = {name: np.empty(0) for name in ("aldt", "aibt", "aobt", "sobt")}


def test_a_train_that_goes_round_halls_drives_out_to_the_first_on_from_hall_to_hall_and_back_from_the_last(
    config: HubConfig,
) -> None:
    from sim.inputs.inputs import make_inputs

    inputs = make_inputs(config, 0)
    (main,) = config.halls.values()
    halls = {name: replace(main, apron_distance_m=m) for name, m in (("a", 400), ("b", 550), ("c", 900))}
    several = replace(config, halls=halls, complex=replace(config.complex, between_halls_m=300))
    day = 1440.0
    # A train of five for halls 0, 1 and 2, and before it one of two for hall 1 only; a third is on its way at the end.
    trains = {
        "hall": np.array([1, 0, 0]),
        "granted": np.array([day, day, day + 100]),
        "left": np.array([day + 10, day + 20, day + 110]),
        "at_door": np.array([day + 15, day + 25, NAN]),
        "placed": np.array([day + 15, day + 60, NAN]),
        "returned": np.array([day + 20, day + 65, NAN]),
    }
    ulds = {
        "flight": np.array([3, 3, 5, 5, 5, 5, 5, 6, 6]),
        "deck": np.array([0, 0, 1, 1, 1, 1, 1, 0, 0]),
        "train": np.array([0, 0, 0, 0, 0, 0, 0, 0, -1]),
        "hall": np.array([1, 1, 2, 0, 1, 1, 0, 0, 2]),
        # Hall 0 from 25 to 30, hall 1 from 33 to 48, hall 2 from 51 to 60.
        "at_door": np.array([15, 15, 51, 25, 33, 33, 25, NAN, NAN]) + day,
        "placed": np.array([15, 15, 60, 25, 48, 33, 30, NAN, NAN]) + day,
    }
    tables = {"flights": NO_FLIGHTS, "trains": trains, "ulds": ulds, "out_trains": NO_TRAINS}
    got = surroundings(several, inputs, tables | NOTHING_LEFT)
    # 550 there and back; 400, twice 300, and 900 back; 400 of the one that does not arrive.
    assert got["tug_km_per_day"] == (2 * 550 + 400 + 2 * 300 + 900 + 400) / 1000 / 2
    # Driving 5 + 5, 5 + 3 + 3 + 5, and of the third to the end of the measured days, 2 × 1440 - 110.
    driving, granted = 10 + 16 + (2 * 1440 - 110), 20 + 65 + (2 * 1440 - 100)
    assert got["tug_engine_h_per_day"] == pytest.approx((driving + 0.5 * (granted - driving)) / 60 / 2)
    # A train to an aircraft drives there and back, too.
    out = {
        "hall": np.array([2]),
        "granted": np.array([day]),
        "at_aircraft": np.array([day + 8.0]),
        "emptied": np.array([day + 28.0]),
        "returned": np.array([day + 36.0]),
    }
    none = {name: values[:0] for name, values in trains.items()}, {name: values[:0] for name, values in ulds.items()}
    tables = {"flights": NO_FLIGHTS, "trains": none[0], "ulds": none[1], "out_trains": out}
    got = surroundings(several, inputs, tables | NOTHING_LEFT)
    assert got["tug_km_per_day"] == 1.8 / 2
    assert got["tug_engine_h_per_day"] == pytest.approx((16 + 0.5 * 20) / 60 / 2)


def test_kilometres_engine_hours_and_carbon_dioxide_of_two_trains_and_an_aircraft(config: HubConfig) -> None:
    from sim.inputs.inputs import make_inputs

    inputs = make_inputs(config, 0)
    day = 1440.0  # the first measured minute
    flights = {
        # The second is diverted, and never in block.
        "aldt": np.array([day + 23 * 60, NAN]),
        "aibt": np.array([day + 1400.0, NAN]),
        "aobt": np.array([day + 1400 + 300.0, NAN]),
        "sobt": np.array([day + 1400 - 200.0, day + 100]),
    }
    trains = {
        "hall": np.array([0, 0]),
        "granted": np.array([day, day - 60]),
        "left": np.array([day + 30, day - 50]),
        "at_door": np.array([day + 36, day - 44]),
        "placed": np.array([day + 66, day - 10]),
        "returned": np.array([day + 72, day + 2]),
    }
    one_each = {name: np.array([0, 1]) for name in ("flight", "train")}
    ulds = one_each | {name: trains[name] for name in ("hall", "at_door", "placed")} | {"deck": np.zeros(2, dtype=int)}
    tables = {"flights": flights, "trains": trains, "ulds": ulds, "out_trains": NO_TRAINS} | {
        "trucks": {
            "route_name": np.array(["NEAR", "FAR"]),
            "departed": np.array([day + 60.0, np.nan]),
            "mass": np.array([4_000_000, 9]),
        },
        "out_ulds": {"departed": np.array([day + 200.0, day - 1]), "mass": np.array([1_000_000, 9])},
    }
    got = surroundings(config, inputs, tables)
    # In two days: landing at 23:00 and off-block at 04:20; one whole trip of 2 × 550 m, the other is before the window.
    assert got["night_movements_per_day"] == 1.0
    assert got["tug_km_per_day"] == 1.1 / 2
    # Driving 6 + 6 min and 2 min, standing 30 + 30 min at half.
    engine_h = (14 + 0.5 * 60) / 60
    assert got["tug_engine_h_per_day"] == pytest.approx(engine_h / 2)
    # Due to leave 4 h after in-block, an hour before it does; one truck of two left, with 4 t, and a ULD with 1 t.
    an_hour = 0.25 * 312 * 3.16 + 0.75 * 20 * 2.68
    kg = {
        "block": 4 * an_hour,
        "held": an_hour,
        "tugs": engine_h * 6 * 2.68,
        "hall": 30_000 * 85 * 0.164 * 2 / 365.25,
        "road": 400 * 0.326 * 2.68,
    }
    for name, amount in kg.items():
        assert got[f"co2_{name}_t_per_day"] == pytest.approx(amount / 1000 / 2)
    assert got["co2_t_per_day"] == pytest.approx(sum(kg.values()) / 1000 / 2)
    parts = [got[f"co2_{name}_kg_per_t"] for name in ("apron", "hall", "road")]
    assert parts[1:] == pytest.approx([kg["hall"] / 5, kg["road"] / 5])
    assert got["co2_kg_per_t"] == pytest.approx(sum(parts)) == pytest.approx(sum(kg.values()) / 5)
    assert tugs_co2_kg(0, config.environment) == stands_co2_kg(0, config.environment) == 0


def test_at_promised_times_without_end_all_that_left_is_in_time_and_the_lanes_add_up_to_the_cohort() -> None:
    words = ["horizon_days=1", "warmup_days=0", "demand.parcels_per_flight=4000", "demand.net_t_per_flight=3"]
    result = sim.simulate(load("liege_30k", *words, *(f"lanes.{lane}.promised_days=60" for lane in ("ES", "FR"))))
    flights, table = result.tables["flights"], result.tables["destinations"]
    mine = flights["is_cohort"]
    assert table["n_parcels"].sum() == pytest.approx((flights["n_parcels"] - flights["n_refused"])[mine].sum())
    assert table["n_departed"].sum() == pytest.approx(flights["n_departed"][mine].sum())
    assert (table["n_in_time"][:2] == table["n_departed"][:2]).all()
    assert result.kpis["destination_on_time_share"] == destination_on_time_share(table)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("lanes.ES.sort_cut_off=24:00", "sort_cut_off: must be a clock time as 'HH:MM' in quotes, got '24:00'"),
        ("lanes.ES.km=-1", "lanes.ES.km: must be at least 0, got -1"),
        ("environment.night_from=23:60", "night_from: must be a clock time as 'HH:MM' in quotes, got '23:60'"),
        ("linehaul.speed_km_h=0", "linehaul.speed_km_h: must be at least 1, got 0"),
        ("outbound.timetable=['7']", "outbound.timetable: must be a clock time as 'HH:MM' in quotes, got '7'"),
    ],
)
def test_a_mistake_in_the_road_or_the_night_names_its_key(word: str, message: str) -> None:
    with pytest.raises(CargohubError, match=re.escape(message)):
        load("liege_30k", word)
