"""The work of a mean flight by hand: trips, trucks, outbound ULDs, passes over machines and packers."""

import math
from pathlib import Path

import numpy as np
import pytest
from expected import flights_expected

from experiments.composition import load
from sim.config.bounds import minute_of_day
from sim.inputs.expected_flights import BINS_PER_DAY, MARGIN, evenly, shares_of_stays
from sim.inputs.expected_work import expected_work
from sim.inputs.flight_work import (
    chute_shares,
    loader_min,
    outbound_tug_min,
    packed,
    packed_per_h,
    parcels_built,
    passes_on_machines,
    round_trip_min,
    truck_min,
    truck_parcels,
)
from sim.inputs.inputs import make_inputs
from sim.units import TICKS_PER_DAY, TICKS_PER_MIN

EVEN = ("arrivals=timetable_even", "arrivals.delay.scale_min=0", "start_date=2022-09-05", "exports=none")


def test_an_odd_tick_of_a_round_trip_is_of_the_way_back() -> None:
    trip = 2001 / TICKS_PER_MIN
    words = (f"halls.main.tug_round_trip_min={trip!r}", "horizon_days=1", "warmup_days=0")
    hall = make_inputs(load("liege_30k", *words), 0).site.halls[0]
    assert (hall.trip_out, hall.trip_back) == (1000, 1001)


def test_flights_are_expected_as_late_as_a_distribution_of_delays_says(tmp_path: Path) -> None:
    (path := tmp_path / "flights.csv").write_text("flight,sibt\nA,2022-09-06 12:00\n")
    delay = "arrivals.delay={scale_min: {family: constant, value: 33}, earliest_h: -1, latest_h: 6}"
    words = ("arrivals=file", f"arrivals.schedule={path}", delay)
    flights = flights_expected(load("liege_30k", *words), 4 * TICKS_PER_DAY)
    assert np.flatnonzero(flights).tolist() == [MARGIN + 12 * 4 + 2] and flights.sum() == 1


def test_flights_go_to_halls_by_their_stations() -> None:
    config = load("liege_100k_complex", "halls.second.tug_round_trip_min=25")
    assert round_trip_min(config) == pytest.approx((12 * 10 + 9 * 25 + 9 * 10 + 9 * 10) / 39)


def test_a_truck_takes_whole_ulds_as_full_as_they_came() -> None:
    """Two of 3,600 parcels' room in a trailer for 7,920; 37 ULDs bring 115,000 parcels."""
    assert truck_parcels(load("liege_30k", "presorted=ulds")) == pytest.approx(2 * 115_000 / 37)


def test_outbound_ulds_fill_the_main_deck_first_and_empty_ones_go_where_room_is_left() -> None:
    config = load("liege_30k", f"exports.share={9 / 19}")
    exports = 115_000 * 0.9
    of_main, of_lower = (m3 * 1000 / config.parcels.mean_l for m3 in (18.9, 10.8))
    lower = math.ceil((exports - 27 * of_main) / of_lower)
    assert lower == 5
    assert parcels_built(config) == pytest.approx(exports / (27 + lower))
    # The other five ULDs leave as one stack: six trains of the main deck, two of the lower.
    assert outbound_tug_min(config) == pytest.approx(6 * 10 + 27 * 1.75 + 2 * 10 + (lower + 1) * 2)


def test_a_loader_set_unloads_all_ulds_also_if_close_out_comes_before() -> None:
    """27 ULDs of the main deck; close-out is 90 min before off-block, and doors are open 15 min after in-block."""
    config = load("liege_30k", "exports=one_fifth")
    assert loader_min(config, 240) - loader_min(config, 120) == pytest.approx(240 - 90 - 15 - 27 * 1.75)


def test_a_parcel_passes_a_second_machine_if_it_was_read_and_is_not_held() -> None:
    """Each of two machines leads on half of its parcels; 2 % are not read."""
    config = load("liege_30k", "exports=none", "packout.home_machines=true", "halls.main.packout_posts=26")
    assert passes_on_machines(config, 0.1) == pytest.approx(1 + 0.1 + 0.5 * 0.98 * 0.9)


def test_dedicated_posts_pack_until_those_of_the_first_chute_are_busy() -> None:
    """13 posts a machine: two for FR with 20 %, one for IT with 10 %; 10 % a post at most."""
    config = load("liege_30k", "packout.rule=dedicated")
    assert packed_per_h(config, config.halls["main"]) == pytest.approx(2 * 900 / 0.1)


def test_a_packer_stays_for_what_a_look_packs_also_of_chutes_that_routes_share() -> None:
    """In 5 min 75 parcels; those of four fifths of the parcels take 0.04 min longer than 60 / 900 min."""
    plan = "[{machine:0,lanes:[ES]},{machine:1,lanes:[ES]}]"
    others = "FR,DE,PL,IT,NL,BE,CZ,PT,AT,HU,SK"
    shared = plan[:-1] + "".join(f",{{machine:{machine},lanes:[{others}]}}" for machine in (0, 1)) + "]"
    for words, enough in (((), 75), ((f"packout.chute_plan={shared}",), 50)):
        packers = make_inputs(
            load("liege_30k", "halls.main.packout_posts=25", "horizon_days=1", "warmup_days=0", *words), 0
        ).site.handling.packers
        assert packers is not None and packers.enough == enough


@pytest.mark.parametrize(("flights", "loads"), [(0.2, 0.0), (2.0, 2 * 115_000 / 7920)])
def test_routes_have_their_timetabled_trucks_and_further_full_loads(flights: float, loads: float) -> None:
    """Seven routes, at 10:00 and 22:00; an hour at the door, with two workers."""
    config = load(
        "liege_30k", *EVEN, f"demand.flights_per_day={flights}", "arrivals.month_index=[1,1,1,1,1,1,1,1,1,1,1,1]"
    )
    due = expected_work(config, 21 * TICKS_PER_DAY)._due("docks", "main")
    assert truck_min(config) == 60
    days = len(due) / BINS_PER_DAY
    assert due.sum() / days / 60 / 2 == pytest.approx(max(14, loads), rel=0.02)


def test_a_parcel_sorted_by_hand_is_handled_again_if_customs_held_it() -> None:
    config = load("liege_30k", *EVEN)
    again = config.customs.second_pass_share
    work = expected_work(config, 21 * TICKS_PER_DAY)
    assert again > 0
    assert work.of_a_flight("manual_sort", "main") == pytest.approx(
        115_000 * 0.03 * (1 + again) * 60 / 200, rel=0.01
    )  # of a few flights the work lies after the end


def test_exports_of_a_file_come_in_proportion_to_the_flights_of_the_measured_days_and_the_warm_up(
    tmp_path: Path,
) -> None:
    """Two flights in two days; a third comes after them and is not counted. Trucks bring 5,500 parcels each."""
    (path := tmp_path / "flights.csv").write_text(
        "flight,sibt\nA,2022-09-05 12:00\nB,2022-09-06 12:00\nC,2022-09-07 12:00\n"
    )
    words = ("arrivals=file", f"arrivals.schedule={path}", "arrivals.delay=null", "warmup_days=1", "horizon_days=1")
    config = load("liege_30k", *words, "start_date=2022-09-05", "exports=one_fifth")
    work = expected_work(config, 4 * TICKS_PER_DAY)
    assert work.flights.sum() == 3
    day = slice(MARGIN, MARGIN + BINS_PER_DAY)
    assert work.collections[day].sum() == pytest.approx(115_000 * 0.25 / 5500)


def test_what_happens_at_one_instant_after_a_landing_is_spread_over_a_quarter_of_an_hour() -> None:
    first, weights = evenly(12, 0)
    assert (first, weights.tolist()) == (0, pytest.approx([0.2, 0.8]))


def test_timetabled_trucks_are_docked_before_their_cut_off() -> None:
    """For an hour from 09:45 and from 21:45, with 15 min of docking."""
    due = expected_work(load("liege_30k", *EVEN, "demand.flights_per_day=0.2"), 21 * TICKS_PER_DAY)._due(
        "docks", "main"
    )
    day = due[MARGIN : MARGIN + BINS_PER_DAY]
    assert np.flatnonzero(day).tolist() == [39, 40, 41, 42, 87, 88, 89, 90]


def test_trucks_of_a_hall_take_only_the_routes_that_it_serves() -> None:
    """Nine of 39 stations; of their parcels the fifth for ES; the other parcels leave from the first hall."""
    words = ("outbound.timetable=[]", "halls.second.serves=[ES]", "halls.second.transfer_share=0.5")
    config = load("liege_100k_complex", *EVEN, *words, "demand.flights_per_day=7")
    work = expected_work(config, 21 * TICKS_PER_DAY)
    parcels = work.flights.sum() * 115_000 * 9 / 39 * 0.2
    assert work._due("docks", "second").sum() == pytest.approx(parcels / 7920 * 60 * 2, rel=0.02)


def test_only_routes_that_a_hall_sends_by_road_have_timetabled_trucks_there() -> None:
    """Two trucks a day for ES, which the second hall serves; five of seven routes where two fly on."""
    few = (*EVEN[:3], "demand.flights_per_day=0.2")
    serving = load("liege_100k_complex", *few, "halls.second.serves=[ES]", "halls.second.transfer_share=0.5")
    flying = load("liege_30k", *few, "exports=one_fifth", "+connections.lanes={PL: Hangzhou, IT: Hong Kong}")
    for config, hall, n in ((serving, "second", 2), (flying, "main", 10)):
        due = expected_work(config, 21 * TICKS_PER_DAY)._due("docks", hall)
        assert due[MARGIN : MARGIN + BINS_PER_DAY].sum() == pytest.approx(n * 60 * 2)


def test_desks_code_what_has_no_read_of_imports_and_of_exports_that_machines_sort() -> None:
    """2 % have no read, and a desk codes 120 an hour; half of the exports come sorted, and 25 imports in a bag."""
    for words, coded in (
        (("exports=one_fifth",), 115_000 * 0.97 * (1 + 0.25 * 0.5)),
        (("exports=none", "presorted=bags"), 115_000 / 25),
    ):
        work = expected_work(load("liege_30k", *EVEN[:3], *words), 21 * TICKS_PER_DAY)
        assert work.of_a_flight("handcoding", "main") == pytest.approx(coded * 0.02 * 60 / 120, rel=0.01)


def test_ulds_are_built_for_exports_and_for_imports_that_fly_on() -> None:
    """A quarter as many exports as imports, and 22 % that fly on; a ULD takes four people 15 min and 3,500 an hour."""
    words = ("exports=one_fifth", "+connections.lanes={PL: Hangzhou, IT: Hong Kong}")
    config = load("liege_30k", *EVEN[:3], *words)
    parcels = 115_000 * (0.25 + 0.22)
    ulds = math.ceil(parcels / (18.9e3 / config.parcels.mean_l))
    minutes = (ulds * 15 + parcels * 60 / 3500) * 4
    assert expected_work(config, 21 * TICKS_PER_DAY).of_a_flight("build_up", "main") == pytest.approx(minutes, rel=0.01)


def test_work_of_a_flight_is_that_of_all_its_parcels_in_the_hall_that_gets_it() -> None:
    alone = load("liege_30k", *EVEN)
    induction = 0.97 * (1 + alone.customs.second_pass_share) * 10 * 60 / (15_000 * 0.85) / 2
    up = 8 / (8 + 10 / 60)
    for config, hall in ((alone, "main"), (load("liege_100k_complex", *EVEN), "second")):
        work = expected_work(config, 21 * TICKS_PER_DAY)
        assert work.of_a_flight("breakdown", hall) == pytest.approx(115_000 * 45 / 3520 * 4, rel=0.01)
    work = expected_work(alone, 21 * TICKS_PER_DAY)
    assert work.of_a_flight("induction", "main") == pytest.approx(115_000 * induction / up, rel=0.01)


def test_work_in_a_hall_begins_when_the_first_train_is_there(tmp_path: Path) -> None:
    (path := tmp_path / "flights.csv").write_text("flight,sibt\nA,2022-09-06 12:00\n")
    means = []
    for trip in (10, 40):
        words = ("arrivals=file", f"arrivals.schedule={path}", f"halls.main.tug_round_trip_min={trip}")
        due = expected_work(load("liege_30k", *words), 21 * TICKS_PER_DAY)._due("breakdown", "main")
        means.append((due * np.arange(len(due))).sum() / due.sum())
    assert means[1] - means[0] == pytest.approx(1)  # half of 30 min more: a quarter of an hour


@pytest.mark.parametrize(("sobt", "since"), [("18:00", "16:30"), ("13:00", "12:00")])
def test_trains_go_out_from_close_out_to_off_block_but_not_before_in_block(
    sobt: str, since: str, tmp_path: Path
) -> None:
    """Close-out is 90 min before off-block."""
    (path := tmp_path / "flights.csv").write_text(f"flight,sibt,sobt\nA,2022-09-06 12:00,2022-09-06 {sobt}\n")
    words = ("arrivals=file", f"arrivals.schedule={path}", "exports=one_fifth", "apron.turnaround_min=60")
    due = expected_work(load("liege_30k", *words), 4 * TICKS_PER_DAY)._due("outbound_tugs", None)
    first, end = (MARGIN + minute_of_day(text) // 15 for text in (since, sobt))
    assert np.flatnonzero(due).tolist() == [*range(first, end)]


def test_only_imports_that_leave_by_road_are_packed() -> None:
    """12 % for PL and 10 % for IT fly on."""
    config = load("liege_30k", "exports=one_fifth", "+connections.lanes={PL: Hangzhou, IT: Hong Kong}")
    assert packed(config) == pytest.approx(0.97 * 0.78)
    assert [sum(shares) for shares in chute_shares(config, config.halls["main"])] == pytest.approx([1, 1])


def test_whole_ulds_leave_with_their_load_and_none_goes_back_empty() -> None:
    config = load("liege_30k", "exports=one_fifth", "presorted=ulds")
    built = math.ceil(115_000 / 4 / (18.9e3 / config.parcels.mean_l))
    assert outbound_tug_min(config) == pytest.approx(math.ceil(built / 5) * 10 + built * 1.75)


def test_a_hall_has_no_timetabled_trucks_before_it_opens() -> None:
    config = load("liege_100k_complex", *EVEN, "halls.fourth.opens='2022-09-15'")
    due = expected_work(config, 21 * TICKS_PER_DAY)._due("docks", "fourth")
    opens = MARGIN + 10 * BINS_PER_DAY
    assert due[: opens - 1].sum() == 0 < due[opens:].sum()


def test_an_aircraft_stays_at_least_for_its_turnaround(tmp_path: Path) -> None:
    (path := tmp_path / "flights.csv").write_text(
        "flight,sibt,sobt\nA,2022-09-06 02:00,2022-09-06 03:00\nB,2022-09-06 04:00,2022-09-06 14:00\n"
    )
    stays = shares_of_stays(load("liege_30k", "arrivals=file", f"arrivals.schedule={path}"))
    assert stays == {240: 0.5, 600: 0.5}


def test_the_work_of_a_role_is_that_of_all_halls_and_machines() -> None:
    """Ten people feed each of two machines of 15,000 an hour; four people break a ULD down, in any of four halls."""
    alone, many = load("liege_30k", *EVEN), load("liege_100k_complex", *EVEN)
    again, up = alone.customs.second_pass_share, 8 / (8 + 10 / 60)
    of_import = {"induction": 0.97 * (1 + again) * 10 * 60 / (15_000 * 0.85) / up, "customs": 0.0}
    for config, minutes in ((alone, of_import), (many, {"breakdown": 45 / 3520 * 4})):
        work = expected_work(config, 21 * TICKS_PER_DAY)
        parcels = work.flights.sum() * 115_000
        for role, each in minutes.items():
            assert work.of_all(role) == pytest.approx(parcels * each, rel=0.01)
    work = expected_work(alone, 21 * TICKS_PER_DAY)
    assert work.of_all("tugs") == pytest.approx(work.flights.sum() * work.of_a_flight("tugs", None))
