"""What happened to …: paths add up exactly, waits name who held the resource, strangers' tables are looked at first."""

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mistakes import refused
from stored_runs import rewritten, sealed

import sim
from experiments.composition import load
from experiments.main import main
from experiments.studies.trace import flight_number
from experiments.studies.trace.text import _verdict
from sim.errors import InputError
from sim.inputs.inputs import make_inputs
from sim.measures.tracing.causes import CAUSES
from sim.measures.tracing.clearance import clearance
from sim.measures.tracing.holders import held
from sim.measures.tracing.journal import Journal
from sim.measures.tracing.paths import AIRCRAFT, TO_BREAKDOWN, TO_TRUCK, flight_path, parcel_path, uld_path
from sim.measures.tracing.segments import Outcome, Segment, by_resource, closed, merged
from sim.measures.tracing.trucks import COLLECTION_STEPS, STEPS, collection_path, truck_path
from sim.record.schemas import TABLES
from sim.units import TICKS_PER_MIN, ticks

SMALL = ("horizon_days=1", "warmup_days=0", "demand.parcels_per_flight=3700", "demand.net_t_per_flight=3")
TIGHT = (
    "apron.stands=1", "apron.loader_sets=1", "apron.tugs=1", "apron.longest_hold_h=4", "halls.main.uld_positions=8",
    "halls.main.sorting_machines=1", "halls.main.machine_rated_per_h=900", "halls.main.breakdown_stations=3",
    "halls.main.breakdown_workers=8", "halls.main.doors_out=1", "halls.main.dock_workers=2",
    "halls.main.handcoding_desks=1", "halls.main.customs_desks=1", "halls.main.packout_posts=7",
    "halls.main.manual_sort_posts=1", "parcels.non_conveyable_share=0.05",
    "halls.main.zone_shares.lanes=0.0012",
    "parcels.no_read_share=0.2", "customs.examined_share=0.02", "customs.release_mean_h=2", "demand.flights_per_day=9",
)  # fmt: skip
"""A hub in which everything is short."""


EAST = tuple(
    f"halls.east.{word}" for word in ("doors_out=1", "dock_workers=2", "breakdown_stations=2", "manual_sort_posts=1")
)


def recorded(*words: str) -> Journal:
    """A small run with the parcels of all its flights."""
    config = load("liege_30k", *SMALL, "record.parcels_of_flights=all", *words)
    return Journal(sim.simulate(config).tables, config)


@pytest.fixture(scope="module")
def tight() -> Journal:
    return recorded(*TIGHT)


@pytest.fixture(scope="module")
def halls() -> Journal:
    """Two halls, each short of something."""
    return recorded(*TIGHT, "apron.stands=3", "apron.longest_hold_h=40", "+hall@halls.east=liege_30k", *EAST)


@pytest.fixture(scope="module")
def sending() -> Journal:
    """Three halls that serve different routes and send each other parcels; trains go round them."""
    return recorded(
        "apron.tugs=8",
        "+hall@halls.east=liege_30k",
        "+hall@halls.west=liege_30k",
        "halls.main.serves=[ES,FR]",
        "halls.east.serves=[DE,PL,IT,FR]",
        "halls.west.serves=[NL,POOL]",
        "halls.west.uld_positions=2",
        "halls.main.uld_positions=2",
        *(f"halls.{name}.transfer_share=0.3" for name in ("main", "east", "west")),
        "complex.policy=uld",
    )


@pytest.fixture(scope="module")
def ample() -> Journal:
    return recorded("roster=round_the_clock", "apron.stands=20", "apron.loader_sets=10", "apron.tugs=60")


def sampled(journal: Journal, n: int) -> list[tuple[int, int]]:
    """Some parcels of all kinds: (flight, row)."""
    parcels = journal.tables["parcels"]
    rows = np.random.default_rng(3).permutation(len(parcels["row"]))[:n]
    return [(int(parcels["flight"][row]), int(parcels["row"][row])) for row in rows]


def test_trains_wait_for_positions_at_the_doors_of_halls_and_not_on_the_way_between_them(sending: Journal) -> None:
    ulds, trains = sending.tables["ulds"], sending.tables["trains"]
    stops: dict[tuple[int, ...], list[float]] = {}
    for at in np.flatnonzero(~np.isnan(ulds["at_door"])):
        until = sending.end if np.isnan(ulds["placed"][at]) else ulds["placed"][at]
        stop = tuple(int(ulds[name][at]) for name in ("flight", "deck", "train", "hall"))
        stops.setdefault(stop, []).append(until - ulds["at_door"][at])
    waits = [max(rows) for rows in stops.values()]
    driven = np.nan_to_num(trains["returned"], nan=sending.end) - trains["granted"]
    share = held(sending, Segment(0.0, sending.end, "tugs")).stuck_share
    assert 0 < share == pytest.approx(sum(waits) / driven.sum())


@pytest.mark.parametrize("hub", ["tight", "halls", "sending", "ample"])
def test_a_parcels_path_has_no_gap_and_adds_up_exactly_to_departure_less_arrival(hub: str, request: Any) -> None:
    journal = request.getfixturevalue(hub)
    parcels, arrival = journal.tables["parcels"], journal.tables["flights"]["arrival"]
    seen = set()
    for flight, row in sampled(journal, 400):
        path = parcel_path(journal, flight, row)
        parcel = journal.parcel(flight, row)
        ends = {
            Outcome.DEPARTED: parcels["departed"][parcel],
            Outcome.REFUSED: parcels["freed"][parcel],
            Outcome.INSIDE: journal.end,
        }
        assert path.start == path.segments[0].start == arrival[flight]
        assert path.end == path.segments[-1].end == ends[path.outcome]
        assert all(one.end == next_.start for one, next_ in zip(path.segments, path.segments[1:], strict=False))
        assert all(segment.minutes > 0 for segment in path.segments)
        assert sum(segment.minutes for segment in path.segments) == path.end - path.start
        assert sum(by_resource(path.segments).values()) == path.end - path.start
        seen |= {segment.cause for segment in path.segments}
    if hub == "halls":
        assert len({held_by for held_by in journal.tables["flights"]["hall"].tolist() if held_by >= 0}) == 2
        assert {"workers", "machines", "doors"} <= seen
    elif hub == "sending":
        assert {"shuttle", "transfer", "positions"} <= seen
    elif hub == "tight":
        assert {"stands", "tugs", "workers", "machines", "handcoding_desks", "customs", "doors", "packing"} <= seen
        assert {"packout_posts", "manual_sort_posts", "by_hand"} <= seen
    else:
        assert not seen & {"stands", "loader_sets", "tugs", "positions"}


@pytest.mark.parametrize("hub", ["tight", "halls"])
def test_the_wait_for_break_down_is_split_into_what_the_heads_of_the_queue_lacked(hub: str, request: Any) -> None:
    tight = request.getfixturevalue(hub)
    ulds = tight.tables["ulds"]
    begun = np.flatnonzero(~np.isnan(ulds["start"]))
    for uld in begun.tolist():
        mine = [each for each in uld_path(tight, uld).segments if each.start >= ulds["checked_in"][uld]]
        assert {each.cause for each in mine} <= {"stations", "workers", "floor"}
        assert sum(each.minutes for each in mine) == ulds["start"][uld] - ulds["checked_in"][uld]
    # What the heads themselves lacked is what the hub recorded, head by head.
    waits = ulds["wait_station"] + ulds["wait_workers"] + ulds["wait_floor"]
    assert (
        waits[begun].sum()
        == (ulds["start"][tight.queue] - tight.head_from)[~np.isnan(ulds["start"][tight.queue])].sum()
    )
    assert (waits[begun] > 0).any()
    # What a head still lacks when the run ends is not recorded, neither for itself nor for those behind it.
    waiting = np.flatnonzero(~np.isnan(ulds["checked_in"]) & np.isnan(ulds["start"]))
    assert len(waiting) > 1 or hub != "tight"
    assert {uld_path(tight, uld).segments[-1].cause for uld in waiting.tolist()} <= {"breakdown_queue"}


def test_each_wait_on_the_apron_is_as_long_as_recorded_and_ends_when_a_holder_lets_go(tight: Journal) -> None:
    flights, trains = tight.tables["flights"], tight.tables["trains"]
    waited = 0
    for flight in np.flatnonzero(~np.isnan(flights["aobt"])).tolist():
        path = flight_path(tight, flight)
        stand = [each for each in path.segments if each.cause == "stands"]
        assert sum(each.minutes for each in stand) == flights["aldt"][flight] - flights["arrival"][flight]
        for each in stand:
            who = held(tight, each)
            # One stand: somebody stood on it all the time that another waited.
            assert sum(minutes for _, minutes in who.by) == each.minutes
            assert len(who.ended_by) == 1
            waited += 1
    assert waited
    uld = int(np.flatnonzero(tight.tables["ulds"]["on_train"] > tight.tables["ulds"]["lifted"])[0])
    (tugs,) = [each for each in uld_path(tight, uld).segments if each.cause == "tugs"][-1:]
    assert tugs.end in trains["returned"]
    assert held(tight, tugs).ended_by


def test_a_crew_is_with_its_flight_until_exports_are_loaded() -> None:
    """One loader set: a flight that waits for it knows whose it is all the time."""
    words = ("warmup_days=0", "halls.main.packout_posts=0", "demand.flights_per_day=12", "apron.loader_sets=1")
    config = load("liege_30k", *SMALL, *words)
    journal = Journal(sim.simulate(config).tables, config)
    waits = [
        each
        for flight in np.flatnonzero(~np.isnan(journal.tables["flights"]["unloading_start"])).tolist()
        for each in flight_path(journal, flight).segments
        if each.cause == "loader_sets"
    ]
    assert waits
    for each in waits:
        who = held(journal, each)
        assert sum(minutes for _, minutes in who.by) == each.minutes
        assert len(who.ended_by) == 1


def of_nothing() -> dict[str, dict[str, Any]]:
    """Tables of one row, all noughts."""
    return {
        name: {one.name: np.zeros(1, "U8" if one.dtype == "string" else one.dtype) for one in schema.columns}
        for name, schema in TABLES.items()
    }


def test_what_is_derived_of_tables_is_on_the_grid_as_they_are() -> None:
    """Who went at the instant of a grant is known by the very instant."""
    tables = of_nothing()
    tables["trucks"]["is_cancelled"][0] = True
    journal = Journal(tables, load("liege_30k", "outbound.docking_min=10.1", "apron.longest_hold_h=0.123"))
    assert journal.tables["trucks"]["left_door"].tolist() == [ticks(10.1) / TICKS_PER_MIN] != [10.1]
    assert journal.longest_hold == ticks(0.123 * 60) / TICKS_PER_MIN


def test_a_path_by_hand() -> None:
    """One flight with one ULD and one parcel, all instants given."""
    config, tables = load("liege_30k", *SMALL), of_nothing()
    instants = {
        "flights": "arrival 10 stand_requested 10 stand_given 12 aldt 13 aibt 19 unloading_requested 34"
        " unloading_start 36 unloading_end 40 turned_round 250 aobt 260 stand_free 260 cleared 400",
        "ulds": "lifted 38 on_train 40 at_door 45 placed 49 checked_in 51 xray_begin nan xray_end nan start 60 end 70"
        " released 75 wait_station 2 wait_workers 3 wait_floor 4",
        "trains": "granted 40 left 41 at_door 45 placed 49 returned 54",
        "trucks": "scheduled 340 called nan arrived 320 docked 325 at_door 340 cut_off 355 departed 400",
        "parcels": "start 60 handled 61 sort_begin 63 sort_end 64 code_begin nan code_end nan held 64 xray_begin nan"
        " xray_end nan transit_begin nan transit_end nan exam_begin nan exam_end nan freed 120 second_begin 121"
        " second_end 122 at_chute nan pack_begin nan sent_ready nan sent nan ready 122 cut_off 355 departed 400",
        "loads": "departed 400",
    }
    for name, text in instants.items():
        words = text.split()
        for column, value in zip(words[::2], words[1::2], strict=True):
            tables[name][column][0] = float(value)
    for name in ("flights", "trucks", "loads", "ulds", "parcels"):
        tables[name]["n_parcels"][0] = 1
    tables["flights"]["n_ulds"][0] = tables["flights"]["n_departed"][0] = 1
    tables["flights"]["key"][0], tables["trucks"]["route_name"][0] = "AB1", "ES"
    journal = Journal(tables, config)
    path = parcel_path(journal, 0, 0)
    assert [(each.cause, each.minutes) for each in path.segments] == [
        ("stands", 2), ("runway", 1),
        ("taxi_in", 6), ("doors_open", 15), ("loader_sets", 2), ("unloading", 2), ("tugs", 2), ("train", 1),
        ("trip", 4), ("positions", 4), ("check_in", 2), ("stations", 2), ("workers", 3), ("floor", 4),
        ("breakdown", 1), ("machines", 2), ("sorting", 1), ("customs", 56), ("machines", 1), ("sorting", 1),
        ("timetable", 198), ("doors", 5), ("docking", 15), ("fill", 15), ("loading", 45),
    ]  # fmt: skip
    assert [(each.cause, each.minutes) for each in flight_path(journal, 0).segments[-4:]] == [
        ("loader_sets", 2), ("unloading", 4),
        ("turnaround", 210), ("runway", 10)
    ]  # fmt: skip
    tables["flights"]["is_diverted"][0] = True
    assert [each.cause for each in flight_path(journal, 0).segments] == ["stands", "runway"]
    tables["flights"]["is_diverted"][0] = False
    assert by_resource(path.segments)["trucks"] == 198
    assert by_resource(path.segments)["work"] == 6 + 15 + 2 + 4 + 2 + 1 + 1 + 1 + 15 + 45
    assert clearance(journal, 0).cleared == clearance(journal, 0).last == 0
    assert [(each.cause, each.minutes) for each in truck_path(journal, 0)[0]] == [
        ("doors", 5), ("docking", 15), ("fill", 15), ("loading", 45)
    ]  # fmt: skip
    for column in ("freed", "second_begin", "second_end", "ready", "cut_off", "departed"):
        tables["parcels"][column][0] = np.nan
    for channel, cause in (
        *(("late_data", "customs"), ("document_check", "customs"), ("xrayed", "xray_lanes")),
        *(("transit", "transit_desks"), ("examined", "customs_desks")),
    ):
        tables["parcels"]["channel"][0] = channel
        last = parcel_path(journal, 0, 0).segments[-1]
        assert (last.cause, last.start, last.end) == (cause, 64, journal.end)
    tables["parcels"]["sort_end"][0] = 62
    with pytest.raises(InputError, match=r"flight AB1: parcels\.sort_end is before the instant that it follows"):
        parcel_path(journal, 0, 0)


def test_the_clearance_hangs_on_the_parcel_at_whose_departure_95_percent_are_gone(ample: Journal) -> None:
    flights = ample.tables["flights"]
    for flight in range(ample.n_flights):
        found = clearance(ample, flight)
        if found.cleared is not None:
            assert parcel_path(ample, flight, found.cleared).end == flights["cleared"][flight]
        if found.last is not None:
            gone = ample.tables["parcels"]["flight"] == flight
            ends = [np.nanmax(ample.tables["parcels"][name][gone]) for name in ("departed", "freed")]
            assert parcel_path(ample, flight, found.last).end in ends
        assert (found.last is None) == (found.behind is not None)
        assert found.n_gone == flights["n_departed"][flight] + flights["n_refused"][flight]


def test_every_truck_has_a_path_without_a_gap(tight: Journal) -> None:
    trucks = tight.tables["trucks"]
    outcomes = set()
    for truck in range(len(trucks["route"])):
        segments, outcome = truck_path(tight, truck)
        outcomes.add(outcome)
        start = trucks["called"][truck] if trucks["kind"][truck] else trucks["arrived"][truck]
        end = {Outcome.DEPARTED: trucks["departed"][truck], Outcome.CANCELLED: trucks["cut_off"][truck]}
        assert sum(each.minutes for each in segments) == end.get(outcome, tight.end) - start
    assert {Outcome.DEPARTED, Outcome.INSIDE} <= outcomes
    waits = [each for truck in range(40) for each in truck_path(tight, truck)[0] if each.cause == "doors"]
    # One door: all the time that a truck waits for it, others have it.
    assert waits and all(sum(m for _, m in held(tight, each).by) == each.minutes for each in waits)


def test_who_holds_a_halls_units_is_in_that_hall(halls: Journal) -> None:
    trucks, ulds = halls.tables["trucks"], halls.tables["ulds"]
    names = {f"truck {halls.truck_name(row)}": int(trucks["hall"][row]) for row in range(len(trucks["hall"]))}
    assert {name.split()[1].split("/")[0] for name in names} == {"main", "east"}
    names |= {halls.name("ulds", row): int(ulds["hall"][row]) for row in range(len(ulds["hall"]))}
    checked = set()
    for row in np.flatnonzero(~np.isnan(trucks["docked"])).tolist():
        for each in truck_path(halls, row)[0]:
            who = held(halls, each)
            checked |= {(names[name], int(trucks["hall"][row])) for name in [*(by for by, _ in who.by), *who.ended_by]}
    for row in np.flatnonzero(~np.isnan(ulds["start"])).tolist():
        for each in uld_path(halls, row).segments:
            if each.cause == "stations":
                checked |= {(names[name], int(ulds["hall"][row])) for name, _ in held(halls, each).by}
    assert checked == {(0, 0), (1, 1)}


def test_a_collection_truck_by_hand(capsys: Any, run: Path) -> None:
    """Two for one door; then the first that a run stored, as the command prints it."""
    tables = of_nothing()
    tables["collections"] = {name: np.repeat(column, 2) for name, column in tables["collections"].items()}
    instants = (
        "scheduled 5 5 called 5 9 arrived 20 24 docked 20 50 unloading_start 26 56 unloaded 40 70 released 50 nan"
    )
    words = instants.split()
    for column, *values in zip(words[::3], words[1::3], words[2::3], strict=True):
        tables["collections"][column][:] = [float(value) for value in values]
    tables["collections"]["key"] = np.array(["A", "B"])
    journal = Journal(tables, load("liege_30k", *SMALL))
    (first, left), (second, inside) = (collection_path(journal, number) for number in (0, 1))
    assert (left, inside) == (Outcome.DEPARTED, Outcome.INSIDE)
    assert [(each.cause, each.minutes) for each in first] == [
        ("under_way", 15), ("docking", 6), ("emptying", 14), ("screening_lines", 10)
    ]  # fmt: skip
    assert [(each.cause, each.minutes) for each in second[:-1]] == [
        ("export_floor", 4), ("under_way", 15), ("doors_in", 26), ("docking", 6), ("emptying", 14)
    ]  # fmt: skip
    assert (second[-1].cause, second[-1].end) == ("screening_lines", journal.end)
    assert held(journal, second[2]).by == (("collection truck A", 26.0),)
    assert held(journal, second[2]).ended_by == ("collection truck A",)

    key = pq.read_table(run / "tables" / "collections.parquet").to_pylist()[0]["key"]
    traced, _ = document_of(capsys, str(run), f"collection={key}")
    assert traced["collection"]["key"] == key and traced["path"]["outcome"] == "departed"
    assert main(["trace", str(run), f"collection={key}"]) == 0
    assert f"collection truck {key} of liege_30k, replication 0" in (out := capsys.readouterr().out)
    assert "timetabled" in out and "left by air before the end of the run" in out


def test_floor_comes_free_by_the_trucks_that_left_meanwhile(tight: Journal) -> None:
    ulds, trucks = tight.tables["ulds"], tight.tables["trucks"]
    uld = int(np.flatnonzero(ulds["wait_floor"] > 0)[0])
    (floor,) = [each for each in uld_path(tight, uld).segments if each.cause == "floor"][-1:]
    left = (trucks["departed"] > floor.start) & (trucks["departed"] <= floor.end)
    names = [f"truck {tight.truck_name(row)}" for row in np.flatnonzero(left).tolist()]
    assert names and list(held(tight, floor).ended_by) == names
    assert trucks["departed"][left].max() == floor.end
    assert all(name.startswith("flight ") for name, _ in held(tight, floor).by)


@pytest.mark.parametrize("rule", ["dedicated", "flexible"])
def test_a_parcel_waits_in_its_chute_until_it_is_packed_with_or_without_a_post(tight: Journal, rule: str) -> None:
    journal = tight if rule == tight.config.packout.rule else recorded(*TIGHT, f"packout.rule={rule}")
    parcels = journal.tables["parcels"]
    assert set(parcels["post"][~np.isnan(parcels["pack_begin"])] < 0) == {rule == "flexible"}
    waiting = np.flatnonzero(parcels["pack_begin"] > parcels["at_chute"])[:40]
    assert len(waiting)
    for row in waiting.tolist():
        path = parcel_path(journal, int(parcels["flight"][row]), int(parcels["row"][row]))
        in_chute = [each for each in path.segments if each.cause == "packout_posts"]
        assert [(each.start, each.end) for each in in_chute] == [(parcels["at_chute"][row], parcels["pack_begin"][row])]
        assert "post" not in CAUSES[in_chute[0].cause].says


def test_a_parcel_of_another_halls_route_goes_there_by_shuttle_and_leaves_from_there(sending: Journal) -> None:
    parcels, ulds = sending.tables["parcels"], sending.tables["ulds"]
    sent = np.flatnonzero(~np.isnan(parcels["sent"]) & ~np.isnan(parcels["departed"]))
    n_left = np.count_nonzero(~np.isnan(parcels["departed"]))
    assert 0 < len(sent) < n_left
    for parcel in sent[:: len(sent) // 40].tolist():
        flight = int(parcels["flight"][parcel])
        path = parcel_path(sending, flight, int(parcels["row"][parcel]))
        causes = [each.cause for each in path.segments]
        assert causes.index("shuttle") + 1 == causes.index("transfer")
        hall = ulds["hall"][sending.ulds_of(flight)[int(parcels["uld"][parcel])]]
        leaves = sending.tables["trucks"]["hall"][path.truck]
        assert leaves != hall and leaves == sending.destinations[hall, parcels["route"][parcel]]
        assert path.segments[causes.index("transfer")].minutes == 16


def test_a_train_that_goes_round_waits_at_each_hall_for_the_ulds_of_that_hall(sending: Journal) -> None:
    ulds = sending.tables["ulds"]
    later = [row for row in range(len(ulds["flight"])) if not np.isnan(ulds["placed"][row])]
    trains = {row: sending.train_of(row) for row in later}
    found = 0
    for row, train in trains.items():
        assert train is not None
        path = [
            each for each in uld_path(sending, row).segments if each.start >= sending.tables["trains"]["left"][train]
        ]
        before = [each for each in path if each.cause == "positions" and each.same["hall"] < ulds["hall"][row]]
        trips = sum(each.minutes for each in path if each.cause == "trip")
        n_halls = len({int(ulds["hall"][other]) for other in later if trains[other] == train
                       and ulds["hall"][other] <= ulds["hall"][row]})  # fmt: skip
        # The way to the first hall, and between two of them; the rest is waiting.
        assert trips == 5 + 3 * (n_halls - 1)
        found += bool(before)
    assert found


def test_a_diverted_flight_was_held_for_a_stand(tight: Journal) -> None:
    diverted = np.flatnonzero(tight.tables["flights"]["is_diverted"]).tolist()
    assert diverted
    path = flight_path(tight, diverted[0])
    assert path.outcome is Outcome.DIVERTED
    assert [(each.cause, each.minutes) for each in path.segments] == [("stands", 4 * 60)]
    assert held(tight, path.segments[0]).by


def test_the_end_is_that_of_the_run_which_goes_on_for_what_exports_are_promised(ample: Journal) -> None:
    exporting, importing = (
        load("liege_30k", *SMALL, "warmup_days=1", word) for word in ("exports=one_fifth", "exports=none")
    )
    assert exporting.end_min == make_inputs(exporting, 0).end / TICKS_PER_MIN == (1 + 1) * 1440 + 48 * 60
    assert importing.end_min == make_inputs(importing, 0).end / TICKS_PER_MIN == (1 + 1) * 1440 + 24 * 60
    assert Journal(ample.tables, exporting).end == exporting.end_min


def test_parts_are_closed_and_neighbours_merged() -> None:
    parts = [Segment(2, 4, "tugs"), Segment(4, 5, "tugs"), Segment(7, 12, "floor")]
    found = closed(parts, 1, 10, "breakdown_queue")
    assert [(each.start, each.end, each.cause) for each in merged(found)] == [
        (1, 2, "breakdown_queue"), (2, 5, "tugs"), (5, 7, "breakdown_queue"), (7, 10, "floor")
    ]  # fmt: skip


def test_causes_and_steps_name_columns_that_the_tables_have(ample: Journal) -> None:
    columns = {name: set(table) for name, table in ample.tables.items()}
    for cause in CAUSES.values():
        for holding in filter(None, (cause.holding, *cause.ending)):
            assert {holding.since, holding.until, *holding.same} <= columns[holding.table], cause.name
            assert {*(holding.stuck or ())[:2]} <= columns[holding.stuck_in or holding.table], cause.name
    for step in (*TO_BREAKDOWN, *TO_TRUCK, *AIRCRAFT):
        assert step.column in columns[step.table] and step.cause in CAUSES and (step.then or step.cause) in CAUSES
    for table, steps in (("trucks", STEPS), ("collections", COLLECTION_STEPS)):
        assert all(column in columns[table] and cause in CAUSES for column, cause in steps.items())


NO_TAIL = ("customs.late_data_share=0", "customs.document_check_share=0", "customs.examined_share=0")
"""All parcels of a flight leave within a day."""
BARE = ("exports=none", "halls.main.packout_posts=0")
RUN = (
    *SMALL,
    *NO_TAIL,
    "demand.flights_per_day=2",
    "replications=2",
    "workers=1",
    "warmup_days=1",
    "horizon_days=2",
    "page=none",
    "--quiet",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    assert main(["run", *RUN, "--out", str(root)]) == 0
    return next(root.iterdir())


@pytest.fixture(scope="module")
def first(run: Path) -> str:
    """The first flight's key in replication 0."""
    import pandas as pd

    return str(pd.read_parquet(run / "tables" / "flights.parquet")["key"].iloc[0])


def document_of(capsys: Any, *words: str) -> tuple[dict[str, Any], str]:
    capsys.readouterr()
    assert main(["trace", *words, "--json"]) == 0
    out, err = capsys.readouterr()
    return json.loads(out), err


def test_parcels_that_were_stored_and_those_simulated_again_tell_the_same(
    capsys: Any, run: Path, first: str, tmp_path: Path
) -> None:
    again, err = document_of(capsys, str(run), f"flight={first}", "--figure", str(tmp_path / "a.svg"))
    # Up to the day on which its last parcel left, not to the end.
    days = re.search(r"simulating replication 0 again, (\d) of 3 days", err)
    assert days and int(days[1]) < 3
    assert main(["run", *RUN, "replications=1", f"record.parcels_of_flights=[{first}]", "--out", str(tmp_path)]) == 0
    (stored,) = tmp_path.glob("run-*")
    same, err = document_of(capsys, str(stored), f"flight={first}", "--figure", str(tmp_path / "a.svg"))
    assert "simulating" not in err
    assert {**again, "run_dir": ""} == {**same, "run_dir": ""}
    cleared = again["parcels"]["cleared"]
    assert cleared["minutes"] == again["flight"]["cleared_min"] - again["flight"]["arrival_min"]
    assert sum(cleared["minutes_by_resource"].values()) == cleared["minutes"]
    assert (tmp_path / "a.svg").read_text().startswith("<?xml")


def test_parcels_are_simulated_again_with_the_disruptions_of_their_days(capsys: Any, tmp_path: Path) -> None:
    """Also if one is given by the day, counted from the first measured one, and another comes after the flight."""
    strike = "+disruption@disruptions.strike=strike_day", "disruptions.strike.start='day 1 00:00'"
    fog = "+disruption@disruptions.fog=fog_morning", "disruptions.fog.start='day 3 01:00'"
    few = "replications=1", "recovery.runs_on=false"
    assert main(["run", *RUN, *strike, *fog, *few, "--out", str(tmp_path)]) == 0
    (folder,) = tmp_path.glob("run-*")
    first = next(row["key"] for row in pq.read_table(folder / "tables" / "flights.parquet").to_pylist())
    _, err = document_of(capsys, str(folder), f"flight={first}", "--figure", str(tmp_path / "a.svg"))
    assert err.count("simulating replication 0 again, 2 of 3 days") == err.count("simulating") == 1


@pytest.mark.drawn
def test_a_trace_in_words_names_flight_causes_and_verdict_and_draws_into_the_run(
    capsys: Any, run: Path, first: str
) -> None:
    assert main(["trace", str(run), f"flight={first}", "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(f"flight {first} of liege_30k, replication 0\n")
    for part in ("drawn arrival", "taxies in", "95 % had gone after", "in all", "delayed most by", "trucks took its"):
        assert part in out
    assert "breakdown" not in out and "packout" not in out
    picture = run / "figures" / f"trace-flight-{first}-0.svg"
    assert f"picture: {picture}" in out and picture.exists()
    # The run is still one: the picture is no file of a stranger's.
    assert main(["show", str(run)]) == 0


def test_parcels_and_trucks_are_told_alike(capsys: Any, run: Path, first: str) -> None:
    parcel, _ = document_of(capsys, str(run), f"parcel={first}/17", "replication=0", "--quiet")
    assert parcel["parcel"]["parcel"] == f"{first}/17"
    truck, _ = document_of(capsys, str(run), f"truck={parcel['parcel']['truck']}", "scenario=liege_30k")
    assert first in [entry["flight"] for entry in truck["truck"]["flights"]]
    assert sum(entry["n_parcels"] for entry in truck["truck"]["flights"]) == truck["truck"]["n_parcels"]
    by_number, _ = document_of(capsys, str(run), "parcel=#0/17", "--quiet")
    assert by_number["parcel"] == parcel["parcel"]
    departed = f"departed on truck {parcel['parcel']['truck']}"
    for words, expected in (
        ([f"parcel={first}/17", "--quiet"], departed),
        ([f"truck={parcel['parcel']['truck']}"], ""),
    ):
        assert main(["trace", str(run), *words]) == 0
        out = capsys.readouterr().out
        assert "delayed most by" in out and expected in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "trace: expected one of flight=, parcel=, truck= and collection=, got none"),
        (
            ["flight=A", "truck=B"],
            "trace: expected one of flight=, parcel=, truck= and collection=, got flight and truck",
        ),
        (["flight=2022W36-0O1"], "flight: this replication has no flight '2022W36-0O1'; did you mean '2022W36-0"),
        (["flight=#99"], "flight: flights have the numbers #0 to #"),
        (["parcel=17"], "parcel: expected FLIGHT/ROW, such as 2022W36-003/17, got '17'"),
        (["parcel=#0/3700"], "parcel: flight #0 has the parcels 0 to 3699, got 3700"),
        (
            ["truck=ES/extr/1"],
            "truck: expected ROUTE/timetabled|extra/SEQUENCE, such as ES/timetabled/0, got 'ES/extr/1'",
        ),
        (["truck=EZ/extra/1"], "truck: no route 'EZ'; known: DE, ES, FR, "),
        (["collection=2022"], "collection: no collection truck '2022' in this replication"),
        (["truck=ES/timetabled/99"], "truck: ES/timetabled has the sequences 0 to "),
        (["flight=#0", "replication=2"], "replication: the run has 0 to 1, got '2'"),
        (["flight=#0", "replication=one"], "replication: the run has 0 to 1, got 'one'"),
        (["flight=#0", "scenario=liege_66k"], "scenario: there is no design 'liege_66k' in "),
        (["flight=#0", "figure=a.png"], "figure: expected a file *.svg, got 'a.png'"),
        (["flight=#0", "schedule=flights.csv"], "schedule: no flights of this run come from a file; leave it out"),
        (["fligth=#0"], "'fligth=#0': unknown option; did you mean 'flight'?"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(capsys: Any, run: Path, words: list[str], message: str) -> None:
    assert refused(capsys, "trace", run, *words).startswith(f"cargohub: {message}")


def test_a_replication_without_flights_has_no_numbers_of_flights() -> None:
    with pytest.raises(InputError, match="this replication has no flight, got #0"):
        flight_number(SimpleNamespace(tables={"flights": {"key": np.array([])}}), "#0")  # type: ignore[arg-type]


def test_a_picture_that_cannot_be_written_is_a_mistake_where_it_was_asked_for(
    capsys: Any, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    words = ["trace", str(run), "truck=ES/timetabled/1"]
    refused(capsys, *words, "--figure", tmp_path / "file" / "a.svg")

    def refuse(path: Path, _: bytes) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("experiments.store.files.write_whole", refuse)
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert "picture" not in out
    assert err.startswith("no picture: ") and err.endswith("Permission denied\n")


def test_only_trace_takes_figure(capsys: Any) -> None:
    assert refused(capsys, "show", "RUN", "--figure", "a.svg") == "cargohub: --figure: only trace takes this option\n"


def changed(column: str, value: object, row: int = 0) -> Any:
    def change(table: Any) -> Any:
        values = table[column].to_pylist()
        values[row] = value
        at = table.column_names.index(column)
        return table.set_column(at, table.schema.field(column), pa.array(values, table.schema.field(column).type))

    return change


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("flights", changed("number", 7), "table flights: numbers are not 0, 1, 2, …"),
        ("ulds", changed("flight", 900), "table ulds: a flight that is not in the table flights"),
        ("ulds", changed("index", 3), "table ulds: ULDs of a flight are not 0, 1, 2, …"),
        ("loads", changed("flight", -1), "table loads: a flight that is not in the table flights"),
        ("loads", changed("sequence", 4000), "differs when computed here; `cargohub reproduce "),
        ("flights", changed("aldt", float("inf")), "holds an instant that no run reaches"),
        ("flights", changed("aldt", 1e300), "holds an instant that no run reaches"),
        ("flights", changed("aibt", -5.0), "flights.aibt is before the instant that it follows"),
        ("flights", changed("sibt", -5.0), "differs when computed here; `cargohub reproduce "),
        ("flights", lambda table: table.drop_columns(["aibt"]), "another version's run, or damaged"),
    ],
)
def test_strangers_tables_that_contradict_each_other_are_refused_in_one_line(
    capsys: Any, run: Path, tmp_path: Path, table: str, change: Any, message: str
) -> None:
    folder = tmp_path / run.name
    shutil.copytree(run, folder)
    rewritten(folder, table, change)
    assert "changed since the run" in refused(capsys, "trace", folder, "flight=#0", "--quiet")
    sealed(folder)
    assert message in refused(capsys, "trace", folder, "flight=#0", "--quiet")


def test_several_designs_and_several_flights_of_one_name_are_asked_about(capsys: Any, tmp_path: Path) -> None:
    schedule = tmp_path / "flights.csv"
    schedule.write_text("flight,sibt\n" + "".join(f"AB1,2022-09-0{day} 10:00\n" for day in (5, 6, 7)))
    words = [
        "arrivals=file",
        f"arrivals.schedule={schedule}",
        *RUN,
        *BARE,
        "replications=1",
        "--out",
        str(tmp_path / "runs"),
    ]
    assert main(["sweep", "apron.stands=1,2", *words]) == 0
    (folder,) = (tmp_path / "runs").iterdir()
    capsys.readouterr()
    assert main(["trace", str(folder), "flight=AB1"]) == 2
    known = "or another; known: apron.stands=1, apron.stands=2"
    assert f"scenario: the run has several; give scenario=apron.stands=1 {known}" in capsys.readouterr().err
    one = "scenario=apron.stands=1"
    assert main(["trace", str(folder), one, "flight=AB1"]) == 2
    known = "give one of #0 (Mon 05 Sep 10:00), #1 (Tue 06 Sep 10:00), #2 (Wed 07 Sep 10:00)"
    assert f"flight: 3 flights are named 'AB1'; {known}" in capsys.readouterr().err
    assert main(["trace", str(folder), one, "flight=#0", "--quiet"]) == 0, "the run has a copy of its flights"
    (folder / "flights" / "flights.csv").unlink()
    assert "schedule=FILE" in refused(capsys, "trace", folder, one, "flight=#0")
    document, _ = document_of(capsys, str(folder), one, "flight=#0", f"schedule={schedule}")
    assert document["flight"]["key"] == "AB1" and "cleared" in document["parcels"]


def test_what_holders_waited_for_most_is_named_with_its_own_share() -> None:
    waits = [("tugs", 40.0, "positions", 0.25), ("tugs", 60.0, "floor", 0.5), ("tugs", 100.0, None, 0.0)]
    segments = [
        {"resource": resource, "minutes": minutes, "holders_waited_for": on, "holders_waited_share": share}
        for resource, minutes, on, share in waits
    ]
    path = {"minutes": 400.0, "minutes_by_resource": {"work": 200.0, "tugs": 200.0}, "segments": segments}
    *_, line = _verdict(path)
    assert line.endswith(" 200 min, 50 % of the time; their holders waited for lanes' floor 15 % of it")
