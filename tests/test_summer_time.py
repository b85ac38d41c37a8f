"""Days of 23 and 25 hours: what stands in local time follows the clocks of the hub's time zone."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from named_designs import named_design
from test_schedules import SMALL

from experiments.composition import load
from experiments.designs.staffing_text import staffing_lines
from experiments.designs.unusual import period_warnings
from experiments.formatting import instant
from experiments.report.figures.week_figure import _by_hour
from experiments.report.stored_designs import Window
from experiments.report.verdicts import held_since
from sim.config.zones import clock_of
from sim.domain.clock import Clock
from sim.errors import CargohubError
from sim.inputs.flight_schedule import end_of_run, make_flights
from sim.inputs.inputs import make_inputs
from sim.inputs.staffing import rosters_of
from sim.measures.destinations import deadlines
from sim.measures.surroundings import halls_co2_kg
from sim.reference.equality import compare
from sim.streams import Streams
from sim.units import TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN

BRUSSELS = "time_zone=Europe/Brussels"
AUTUMN, SPRING = dt.date(2026, 10, 19), dt.date(2026, 3, 23)
"""Mondays; the clocks change on the Sunday, at 03:00 and at 02:00."""
SUNDAY = 6 * 24


def hour(local, *, start=AUTUMN, is_second=False):
    """When the clocks show an hour after the first midnight [h]."""
    return clock_of("Europe/Brussels", start, 14).instant(round(local * TICKS_PER_H), is_second=is_second) / TICKS_PER_H


def hub_of(path, text, *words, start=AUTUMN):
    path.write_text(text)
    days = (f"start_date={start}", "warmup_days=0", "horizon_days=14")
    return load("liege_30k", "arrivals=file", f"arrivals.schedule={path}", *days, BRUSSELS, *words)


def flights_of(hub):
    return make_flights(hub, Streams(hub.seed, 0), end_of_run(hub))


def test_a_curfew_moves_flights_out_of_a_night_of_ten_hours(tmp_path):
    """From 02:30 in summer time four hours later, to 06:30; four hours elapsed would be 05:30, still in the night."""
    text = "flight,sibt\nA,2026-10-25 02:30+02:00\nB,2026-10-25 02:30+01:00\n"
    curfew = "+disruption@disruptions.night=night_curfew"
    for opens, local in [("06:00", SUNDAY + 6.5), ("07:00", SUNDAY - 1.5)]:  # until 07:00 the evening is nearer
        hub = hub_of(tmp_path / "flights.csv", text, curfew, f"disruptions.night.opens='{opens}'")
        flights = flights_of(hub)
        assert [flight.sibt for flight in flights] == [round(hour(local) * TICKS_PER_H)] * 2
        assert all(flight.is_moved and flight.arrival == flight.sibt for flight in flights)


def test_a_day_has_25_or_23_hours():
    for start, hours in ((AUTUMN, 25), (SPRING, 23)):
        assert hour(SUNDAY + 24, start=start) - hour(SUNDAY, start=start) == hours
        assert hour(SUNDAY, start=start) == SUNDAY
    assert [hour(SUNDAY + local) - SUNDAY for local in (1, 2.5, 3)] == [1, 2.5, 4]
    assert hour(SUNDAY + 2.5, is_second=True) == SUNDAY + 3.5
    assert [hour(SUNDAY + local, start=SPRING) - SUNDAY for local in (1.75, 2, 2.5, 3, 4)] == [1.75, 2, 2, 2, 3]
    assert clock_of("Europe/Brussels", dt.date(2026, 7, 6), 7) == clock_of(None, AUTUMN, 14) == Clock()


def test_local_times_and_instants_agree_before_and_after_a_change():
    for start in (AUTUMN, SPRING, AUTUMN + dt.timedelta(days=10)):  # the last: a change lies before the first midnight
        clock = clock_of("Europe/Brussels", start, 14)
        instants = np.arange(-20 * 24, 20 * 24) * 30.0
        local = clock.locals(instants)
        assert local.tolist() == [clock.local(round(at * TICKS_PER_MIN)) / TICKS_PER_MIN for at in instants.tolist()]
        back = clock.instants(local)
        assert back.tolist() == [clock.instant(round(at * TICKS_PER_MIN)) / TICKS_PER_MIN for at in local.tolist()]
        assert (np.abs(back - instants) <= 60).all() and (back != instants).sum() <= 2
        assert clock.local(0) == clock.instant(0) == 0
    assert np.isnan(clock.locals(np.array([np.nan]))).all()


@pytest.mark.parametrize(("start", "between"), [(AUTUMN, 4), (SPRING, 2)])
def test_a_files_local_times_are_those_of_the_clocks(tmp_path, start, between):
    sunday, later = (start + dt.timedelta(days=days) for days in (6, 8))
    rows = f"A,{sunday} 01:00,\nB,{sunday} 04:00,\nC,{later} 10:00,{later} 12:00\nD,{later}T08:00Z,\n"
    hub = hub_of(tmp_path / "flights.csv", f"flight,sibt,sobt\n{rows}", start=start)
    flights = {flight.key: flight for flight in flights_of(hub)}
    sibts = {key: flight.sibt / TICKS_PER_H for key, flight in flights.items()}
    assert sibts["B"] - sibts["A"] == between
    assert sibts["C"] == 8 * 24 + 10 + between - 3 and flights["C"].sobt - flights["C"].sibt == 2 * TICKS_PER_H
    assert sibts["D"] - sibts["C"] == (-1 if start == AUTUMN else 0)  # 09:00, and in summer 10:00


def test_an_hour_that_comes_twice_is_told_apart_by_its_offset(tmp_path):
    rows = "A,2026-10-25 02:30+02:00\nB,2026-10-25 02:30+01:00\nC,2026-10-25T05:30+05:00\n"
    flights = flights_of(hub_of(tmp_path / "flights.csv", f"flight,sibt\n{rows}"))
    sibts = {flight.key: flight.sibt / TICKS_PER_H - SUNDAY for flight in flights}
    assert sibts == {"A": 2.5, "C": 2.5, "B": 3.5}


@pytest.mark.parametrize(
    ("sibt", "sobt", "is_after"),
    [
        ("02:50+02:00", "02:10+01:00", True),
        ("02:40+01:00", "02:20+01:00", False),
        ("03:10", "02:20+01:00", False),
        ("02:20+02:00", "02:20+01:00", True),
    ],
)
def test_a_flight_leaves_after_it_has_come_also_in_the_hour_that_comes_twice(tmp_path, sibt, sobt, is_after):
    hub = hub_of(tmp_path / "flights.csv", f"flight,sibt,sobt\nA,2026-10-25 {sibt},2026-10-25 {sobt}\n")
    if is_after:
        (flight,) = flights_of(hub)
        assert 0 < flight.sobt - flight.sibt <= TICKS_PER_H
    else:
        with pytest.raises(CargohubError, match=r"flights\.csv: row 2: sobt: after sibt "):
            flights_of(hub)


@pytest.mark.parametrize(
    ("start", "when", "words", "message"),
    [
        (AUTUMN, "2026-10-25 02:30", (), r"this time occurs twice .* give 2026-10-25 02:30\+02:00 or .*\+01:00"),
        (SPRING, "2026-03-29 02:30", (), "this time does not exist in Europe/Brussels .* got '2026-03-29 02:30'"),
        (AUTUMN, "2026-10-25 02:30+01:00", ("time_zone=null",), r"an offset from UTC needs time_zone=NAME, .*\+01:00'"),
    ],
)
def test_times_that_the_clocks_show_twice_or_never_are_refused(tmp_path, start, when, words, message):
    with pytest.raises(CargohubError, match=rf"flights\.csv: row 2: sibt: {message}"):
        flights_of(hub_of(tmp_path / "flights.csv", f"flight,sibt\nA,{when}\n", *words, start=start))


def test_calendar_times_are_those_of_the_clocks():
    words = f"start_date={AUTUMN}", "warmup_days=0", "horizon_days=14", "time_zone=Europe/Brussels"
    window = Window.of(load("liege_30k", *words))
    hours = (2, 3.5, 4, 20)
    times = [instant(60 * (SUNDAY + at), AUTUMN, window.clock) for at in hours]
    assert times == [f"Sun 25 Oct {at}" for at in ("02:00", "02:30", "03:00", "19:00")]
    assert instant(60 * (SUNDAY + 2), SPRING, clock_of("Europe/Brussels", SPRING, 7)) == "Sun 29 Mar 03:00"
    backlog = pd.DataFrame({"time": [60.0 * (SUNDAY + at) for at in (1, 24, 25)], "inside": [1e3, 2e3, 3e3]})
    week = _by_hour(backlog, window, 0)
    assert (week[6, 0], week[6, 22], week[6, 23]) == (1, 2, 3)
    held = named_design(start_date=str(AUTUMN), time_zone="Europe/Brussels", blocked_after_h=SUNDAY + 20)
    assert held_since(held) == times[-1]


def test_a_zone_that_is_none_is_refused():
    for name in ("Liege", "../etc", ""):
        with pytest.raises(CargohubError, match=rf"time_zone: must be an IANA name .* got '{name}'"):
            load("liege_30k", f"time_zone='{name}'")


def test_weeks_of_a_file_keep_their_local_times(tmp_path):
    text = "flight,sibt\nA,2026-10-13 10:00\n"
    flights = flights_of(hub_of(tmp_path / "flights.csv", text, "arrivals.repeat=3", start=dt.date(2026, 10, 12)))
    assert [flight.sibt / TICKS_PER_H for flight in flights] == [34, 7 * 24 + 34, 14 * 24 + 35]


def test_timetables_shifts_nights_and_deadlines_follow_the_clocks():
    words = (f"start_date={AUTUMN}", "warmup_days=0", "horizon_days=9", "roster=three_shifts")
    usual, zoned = load("liege_30k", *words), load("liege_30k", *words, BRUSSELS)
    first, second = ({flight.key: flight for flight in flights_of(hub)} for hub in (usual, zoned))
    moved = {key: (second[key].sibt - first[key].sibt) / TICKS_PER_H for key in first.keys() & second.keys()}
    assert moved == {key: float(first[key].sibt >= (SUNDAY + 3) * TICKS_PER_H) for key in moved}
    assert all(second[key].arrival - second[key].sibt == first[key].arrival - first[key].sibt for key in moved)
    end = 9 * TICKS_PER_DAY
    rosters = [rosters_of(hub, end).of_role("breakdown", "main").start for hub in (usual, zoned)]
    starts, follow = ({at / TICKS_PER_H for at in roster} for roster in rosters)
    assert 7 * 24 + 6 in starts and 7 * 24 + 7 in follow and 7 * 24 + 6 not in follow
    changes = "the clocks change to Sun 25 Oct 02:00 (Europe/Brussels); "
    assert [any(changes in line for line in period_warnings(hub)) for hub in (usual, zoned)] == [False, True]
    waves = load("liege_30k", *words, BRUSSELS, 'connections.waves=[{start: "03:30", end: "05:30"}]')
    off_blocks = [waves.clock.local(flight.sobt) / TICKS_PER_H % 24 for flight in flights_of(waves)]
    assert off_blocks and all(3.5 <= at <= 5.5 for at in off_blocks)
    (lane, *_) = zoned.lanes.values()
    arrival = np.array([SUNDAY - 140.0, SUNDAY]) * 60 + 30
    assert (deadlines(lane, arrival, zoned.clock) - deadlines(lane, arrival)).tolist() == [0, 60]
    night = load("liege_30k", *words, BRUSSELS, "+disruption@disruptions.night=night_curfew")
    spans = night.disruptions["night"].spans("night", night, Streams(1, 0), end)
    lengths = [(until - begin) / TICKS_PER_H for begin, until in spans]
    assert lengths.count(min(lengths)) == len(lengths) - 1 and max(lengths) == min(lengths) + 1
    opening = "halls.second.opens=2026-10-26", f"exports.collections.hour_share={[0] * 23 + [1]}"
    late = [load("liege_100k_complex", *words, *zone, *opening) for zone in ((), (BRUSSELS,))]
    nine_days = SimpleNamespace(low=0, high=9 * 24 * 60)
    usual_kg, zoned_kg = (halls_co2_kg(hub, nine_days) for hub in late)
    rules, hall = late[0].environment, late[0].halls["second"]
    kg_per_m2_h = rules.hall_kwh_per_m2_year / (365.25 * 24) * rules.grid_co2_kg_per_kwh
    assert usual_kg - zoned_kg == pytest.approx(hall.area_m2 * kg_per_m2_h)  # it opens an hour later
    inputs = make_inputs(late[1], 0)
    assert all(each.scheduled >= inputs.site.halls[each.hall].opens for each in inputs.exports.collections)


@pytest.mark.parametrize("start", ["2026-10-25", "2026-03-29"])
def test_trucks_leave_by_the_clocks_in_both_hubs(start):
    cut_offs = "outbound.timetable=['02:30','06:00','18:00']"
    words = (*SMALL, "demand.flights_per_day=2", f"start_date={start}", BRUSSELS, cut_offs, "outbound.docking_min=10")
    tables, difference = compare(make_inputs(load("liege_30k", *words), 0), 1)
    assert difference is None
    scheduled = sorted({at / TICKS_PER_H for at in tables["trucks"]["scheduled"] if at > 0})
    shift, early = (1, 2.5) if "10-25" in start else (-1, 2)
    assert scheduled[:4] == [early, 6 + shift, 18 + shift, 26.5 + shift]


@pytest.mark.parametrize("start", [AUTUMN, SPRING])
def test_shifts_are_shown_by_the_clocks_after_these_have_changed(start):
    shift = 'roster.roles.tugs.shifts=[{days: [wed], start: "06:00", end: "14:00", share: 1}]'
    hub = load(
        "liege_30k", "roster=one_night", shift, f"start_date={start}", "warmup_days=7", "horizon_days=7", BRUSSELS
    )
    (line,) = (line for line in staffing_lines(hub) if line.startswith("tugs"))
    assert line.endswith("0, 2 from wed 06:00, 0 from wed 14:00 of 2")


def test_a_disruption_after_the_end_by_the_clocks_is_refused():
    """A run of 1 + 24 h over the hour that comes twice ends an hour earlier by the clocks."""
    fog = ("+disruption@disruptions.fog=fog_morning", "recovery.runs_on=false", "time_zone=Europe/Brussels")
    days = ("exports=none", 'start_date="2026-10-25"', "warmup_days=0", "horizon_days=1")
    last = load("liege_30k", *fog, *days, 'disruptions.fog.start="2026-10-26 22:30"')
    (fog_begins,) = (disruption.begins(last) for disruption in last.disruptions.values())
    assert fog_begins == end_of_run(last) - TICKS_PER_H // 2
    with pytest.raises(CargohubError, match=r"lies outside the run, 2026-10-25 00:00 to 2026-10-26 23:00, where"):
        load("liege_30k", *fog, *days, 'disruptions.fog.start="2026-10-26 23:00"')
