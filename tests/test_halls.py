"""A complex of halls: where ULDs go, what is sent between halls, and that a hall not yet open changes nothing."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

import sim
from experiments.composition import load
from sim.errors import CargohubError
from sim.inputs.collections import _hall
from sim.inputs.inputs import make_inputs
from sim.rules.hall import Place, free_first, serves_most
from sim.site.floors import empty_ulds_that_fit, hold_zone_parcels
from sim.units import TICKS_PER_DAY

COMPLEX = ("demand=permit", "horizon_days=1", "warmup_days=0")
FEW = ("demand.parcels_per_flight=20_000", "demand.net_t_per_flight=16")
SMALL = (*COMPLEX, *FEW)
IMPORTS = (
    *COMPLEX,
    "demand.flights_per_day=8",
    "demand.parcels_per_flight=8_000",
    "demand.net_t_per_flight=6.4",
    "exports=none",
    "service_h=24",
)
SPECIALISED = (
    "halls.main.serves=[ES,FR]",
    "halls.second.serves=[DE,PL]",
    "halls.third.serves=[IT,NL]",
    "halls.fourth.serves=[POOL]",
    *(f"halls.{name}.transfer_share=0.5" for name in ("main", "second", "third", "fourth")),
    "halls.main.opens=null",
)


OPENING = load(
    "liege_100k_complex", "demand=today", "demand.parcels_per_flight=4_000", "demand.net_t_per_flight=3.2",
    "horizon_days=2", "warmup_days=0", *(f"halls.{name}.opens=2022-09-06" for name in ("second", "third", "fourth")),
)  # fmt: skip
"""All halls but the first open on the second of two days."""


@pytest.fixture(scope="module")
def opening() -> sim.Result:
    return sim.simulate(OPENING)


def _halls(
    stations: list[int], to_come: list[int], served: list[int] | None = None, closed: int | None = None
) -> list[Place]:
    columns = zip(stations, to_come, served or [0, 0], strict=True)
    return [Place(number != closed, *facts) for number, facts in enumerate(columns)]


def test_the_hall_with_fewest_ulds_to_come_a_station_is_free_first() -> None:
    assert free_first(_halls([4, 2], [8, 3])) == 1
    assert free_first(_halls([4, 2], [4, 2])) == 0
    assert free_first(_halls([4, 2], [8, 0], closed=1)) == 0


def test_ulds_go_where_most_of_their_parcels_leave() -> None:
    assert serves_most(_halls([2, 2], [0, 9], [1, 5])) == 1
    assert serves_most(_halls([2, 2], [9, 8], [3, 3])) == 1
    assert serves_most(_halls([2, 2], [9, 9], [1, 5], closed=1)) == 0


@pytest.fixture(scope="module")
def flights() -> sim.Result:
    return sim.simulate(load("liege_100k_complex", *IMPORTS))


def test_whole_flights_go_to_all_halls_and_nothing_between_them(flights: sim.Result) -> None:
    ulds = flights.tables["ulds"]
    assert {*flights.tables["flights"]["hall"]} >= {0, 1, 2, 3}
    for flight in np.unique(ulds["flight"]):
        assert len({*ulds["hall"][ulds["flight"] == flight]} - {-1}) <= 1
    assert len(flights.tables["shuttles"]["sequence"]) == 0
    assert flights.kpis["between_halls_per_day"] == 0
    zones = {*flights.tables["occupancy"]["zone"]}
    assert {"lanes", "lanes @ main", "lanes @ fourth"} <= zones


def test_single_ulds_spread_a_flight_over_halls() -> None:
    result = sim.simulate(load("liege_100k_complex", "complex=single_ulds", *IMPORTS))
    ulds = result.tables["ulds"]
    placed = ulds["hall"] >= 0
    # No ULD waits for a position, and trains drive from hall to hall meanwhile.
    assert (ulds["placed"] == ulds["at_door"])[~np.isnan(ulds["placed"])].all()
    assert result.kpis["tug_blocked_h_per_day"] == 0 < result.kpis["tug_km_per_day"]
    spread = [len({*ulds["hall"][placed & (ulds["flight"] == flight)]}) for flight in np.unique(ulds["flight"][placed])]
    assert max(spread) == 4


def test_what_another_hall_serves_is_sent_there_and_leaves_from_there_only() -> None:
    result = sim.simulate(load("liege_100k_complex", "complex=single_ulds", *SPECIALISED, *IMPORTS))
    trucks, shuttles = result.tables["trucks"], result.tables["shuttles"]
    served = {"ES": 0, "FR": 0, "DE": 1, "PL": 1, "IT": 2, "NL": 2, "POOL": 3}
    assert all(served[name] == hall for name, hall in zip(trucks["route_name"], trucks["hall"], strict=True))
    ways = {*zip(shuttles["origin"], shuttles["destination"], strict=True)}
    assert ways == {(a, b) for a in range(4) for b in range(4) if a != b}
    assert result.kpis["between_halls_per_day"] > 0
    # What is on trucks from elsewhere had come by shuttle.
    departed = ~np.isnan(trucks["departed"])
    for hall in range(4):
        sent = trucks["n_sent"][departed & (trucks["hall"] == hall)].sum()
        arrived = ~np.isnan(shuttles["arrived"]) & (shuttles["destination"] == hall)
        assert sent <= shuttles["n_parcels"][arrived].sum()
    # What is on the floors at the end is what came, less what left by truck, by shuttle or with customs.
    occupancy, ulds = result.tables["occupancy"], result.tables["ulds"]
    of_floors = np.isin(occupancy["zone"], [f"lanes @ {name}" for name in ("main", "second", "third", "fourth")])
    inside = occupancy["inside"][of_floors & (occupancy["time"] == occupancy["time"].max())].sum()
    on_the_way = shuttles["n_parcels"][~np.isnan(shuttles["departed"]) & np.isnan(shuttles["arrived"])].sum()
    came = ulds["n_parcels"][~np.isnan(ulds["start"])].sum()
    left = trucks["n_parcels"][departed].sum() + result.tables["flights"]["n_refused"].sum()
    assert inside == came - left - on_the_way > 0


def test_a_shuttle_that_is_back_at_the_instant_of_a_round_leaves_in_it() -> None:
    few = ("demand.parcels_per_flight=2_000", "demand.net_t_per_flight=1.6", "complex.transfer_round_min=22")
    result = sim.simulate(load("liege_100k_complex", "complex=single_ulds", *SPECIALISED, *IMPORTS, *few))
    shuttles = result.tables["shuttles"]
    is_next = (np.diff(shuttles["origin"]) == 0) & (np.diff(shuttles["destination"]) == 0)
    assert ((shuttles["returned"][:-1] == shuttles["taken"][1:]) & is_next).any()


@pytest.mark.parametrize(
    ("zone", "fit", "near"), [("empty_ulds", empty_ulds_that_fit, 0.01), ("customs_hold", hold_zone_parcels, 0.1)]
)
def test_zones_have_room_from_the_opening_of_their_hall_on(opening: sim.Result, zone: str, fit, near: float) -> None:
    occupancy, (first, *others) = opening.tables["occupancy"], OPENING.halls.values()
    is_measured = (occupancy["zone"] == zone) & (occupancy["time"] <= 2 * 1440)
    room = fit(first, OPENING.space) + sum(fit(hall, OPENING.space) for hall in others) / 2
    mean = occupancy["inside"][is_measured].mean()
    assert opening.kpis[f"utilisation_{zone}"] == pytest.approx(mean / room, rel=near) and mean > 0
    limit = occupancy["limit"][is_measured]
    assert limit[0] == fit(first, OPENING.space) and limit[-1] == sum(
        fit(hall, OPENING.space) for hall in OPENING.halls.values()
    )
    # The empty ULDs that halls keep are in their stores from then on, too.
    assert occupancy["inside"][is_measured][0] == (first.exports.empty_ulds if zone == "empty_ulds" else 0)


def test_a_hall_changes_nothing_before_it_opens() -> None:
    late = [f'halls.{name}.opens="2022-09-07"' for name in ("second", "third", "fourth")]
    apron = ("apron.stands=10", "apron.loader_sets=6", "apron.tugs=6")
    short = ("roster=round_the_clock", "horizon_days=3", "warmup_days=0", "exports=none", "service_h=24", *FEW)
    alone = sim.simulate(load("liege_30k", *apron, *short)).tables
    grown = sim.simulate(load("liege_100k_complex", "demand=today", *late, *short)).tables
    opening = 2 * 1440.0
    assert grown["halls"]["opens"].tolist() == [0, opening, opening, opening]
    for table, column in (("flights", "aldt"), ("ulds", "placed"), ("ulds", "start"), ("trucks", "cut_off")):
        ours, theirs = (np.sort(each[table][column][each[table][column] < opening]) for each in (alone, grown))
        np.testing.assert_array_equal(ours, theirs)
    assert {*grown["flights"]["hall"][grown["flights"]["unloading_start"] < opening]} == {0}
    assert {*grown["flights"]["hall"]} > {0}
    # Their equipment is there from then on, like their people.
    curves, hour_of_opening = grown["demand_curves"], 48
    for name in ("stations", "positions", "machines", "doors"):
        ours, theirs = (each["there_mean"][each["name"] == name] for each in (alone["demand_curves"], curves))
        hours = curves["hour"][curves["name"] == name]
        np.testing.assert_array_equal(theirs[hours < hour_of_opening], ours[hours < hour_of_opening])
        assert (theirs[hours >= hour_of_opening] > ours[hours >= hour_of_opening]).all()
    trucks = grown["trucks"]
    assert trucks["arrived"][trucks["hall"] > 0].min() >= opening


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["halls.second.opens=2024-01-01"], r"halls\.second\.opens: must be before the measured days end on"),
        (["halls.second.serves=[]"], r"halls\.second\.serves: no lane reaches this hall"),
        (["halls.second.serves=[ESS]"], r"halls\.second\.serves: no route 'ESS'.*'ES'"),
        (
            [f"halls.{name}.serves=[ES]" for name in ("main", "second", "third", "fourth")],
            "halls: no hall serves route 'FR'",
        ),
        (["halls.main.serves=[ES]", "halls.second.opens=2022-09-08"], r"halls\.second\.opens: other halls send it"),
        (['halls.main.opens="2022-09-07"', "~halls.second", "~halls.third", "~halls.fourth"], "one must be open"),
        (["halls.third.tug_round_trip_min=0"], r"halls\.third\.tug_round_trip_min: must be at least"),
        (["complex.policy=nearest"], r"complex\.policy"),
    ],
)
def test_a_complex_that_cannot_work_is_refused_with_its_key(words: list[str], says: str) -> None:
    with pytest.raises(CargohubError, match=says):
        load("liege_100k_complex", *words)


def test_too_little_floor_set_aside_for_what_is_sent_is_refused() -> None:
    with pytest.raises(CargohubError, match=r"larger than the floor that hall second sets aside \(transfer_share\)"):
        sim.simulate(load("liege_100k_complex", "halls.main.serves=[FR,DE,PL,IT,NL,POOL]", *COMPLEX))


def test_zones_of_exports_are_counted_hall_by_hall() -> None:
    words = ("exports=one_fifth", "demand.flights_per_day=3", "service_h=12", "exports.service_h=12")
    occupancy = sim.simulate(load("liege_100k_complex", *SMALL, *words)).tables["occupancy"]
    series = {name: occupancy["inside"][occupancy["zone"] == name] for name in {*occupancy["zone"]}}
    for zone in ("export_floor", "build_up", "doors_in"):
        of_halls = [series[f"{zone} @ {hall}"] for hall in ("main", "second", "third", "fourth")]
        assert (np.sum(of_halls, axis=0) == series[zone]).all()
        assert sum(int(own.max()) > 0 for own in of_halls) > 1
    assert series["empty_ulds"].min() >= 0


def test_collections_go_to_open_halls_in_proportion_to_their_inbound_doors():
    config = load("liege_100k_complex", "exports=one_fifth")
    *others, last = config.halls
    opens = config.start_date + dt.timedelta(days=7)
    halls = {**config.halls, last: dataclasses.replace(config.halls[last], opens=opens)}
    later = dataclasses.replace(config, halls=halls)
    doors = np.array([hall.doors_in for hall in config.halls.values()])
    draws = (np.arange(400) + 0.5) / 400
    for day, is_open in ((6, False), (7, True)):
        drawn = [_hall(later, day * TICKS_PER_DAY, draw) for draw in draws]
        share = np.bincount(drawn, minlength=len(doors)) / len(draws)
        there = np.where(np.arange(len(doors)) < len(others) + is_open, doors, 0)
        assert share == pytest.approx(there / there.sum(), abs=0.01) and doors[-1] > 0


def test_each_machine_of_a_complex_has_its_own_outages() -> None:
    site = make_inputs(load("liege_100k_complex", *SMALL, "roster=round_the_clock"), 0).site
    outages = {tuple(calendar.start.tolist()) for calendar in site.calendars}
    assert len(outages) == len(site.calendars) == 5
    assert min(map(len, outages)) > 1
