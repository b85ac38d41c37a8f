"""Files of flights: one for each replication, weeks drawn from them, and what of a file is not flown or not read."""

import datetime as dt
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from expected import flights_expected
from mistakes import refused
from scipy import stats
from test_schedules import SMALL

from experiments.composition import load
from experiments.designs.unusual import hub_warnings
from experiments.main import main
from experiments.replications.summing import traffic
from experiments.report.schedule_text import schedule_words
from sim.errors import CargohubError
from sim.inputs.flight_schedule import end_of_run, make_flights
from sim.inputs.inputs import make_inputs
from sim.inputs.traffic import (
    at_demand,
    daily_parcels,
    flights_asked,
    measured_parcels,
    measured_parcels_per_asked_flight,
    parcels_per_asked_flight,
)
from sim.reference.equality import compare
from sim.streams import Streams
from sim.units import TICKS_PER_DAY, TICKS_PER_H

MONDAY = dt.date(2023, 3, 6)


def row(key, day, hour=10, more=""):
    return f"{key},{MONDAY + dt.timedelta(days=day)} {hour:02}:00{more}\n"


def hub_of(path, *words, kind="file"):
    return load("liege_30k", f"arrivals={kind}", f"arrivals.schedule={path}", *words)


def flights_of(hub, replication=0):
    return make_flights(hub, Streams(hub.seed, replication), end_of_run(hub))


def keys_of(hub, replication):
    return [flight.key for flight in flights_of(hub, replication)]


def folder_of(tmp_path, *texts):
    folder = tmp_path / "weeks"
    folder.mkdir()
    for number, text in enumerate(texts, 1):
        (folder / f"week_{number}.csv").write_text("flight,sibt\n" + text)
    return folder


@pytest.mark.parametrize("scenario", ["express_night_hub", "regional_gateway"])
def test_hubs_with_arrivals_of_their_own_fly_a_file(tmp_path, scenario):
    path = tmp_path / "flights.csv"
    path.write_text("flight,sibt,parcels\n" + row("A", 2, more=",3000"))
    hub = load(scenario, "arrivals=file", f"arrivals.schedule={path}", f"start_date={MONDAY}")
    assert keys_of(hub, 0) == ["A"]


def test_designs_of_other_days_or_seeds_do_not_see_the_same_flights():
    hubs = [load("liege_30k"), load("high_month", "seed=2"), load("singles_day")]
    assert not [*hub_warnings([hubs[0], load("liege_66k", "demand=permit")])]
    lines = [next(hub_warnings(pair)) for pair in (hubs[:2], hubs[::2])]
    assert lines[0] == "Seed differs (1 and 2), so these designs do not see the same flights"
    shorter = next(hub_warnings([hubs[0], load("liege_30k", "warmup_days=1")]))
    assert shorter.startswith("Warm-up differs (7 days and 1 day)")
    assert lines[1].startswith("Start date differs (2022-09-05 and 2022-11-07)")


def test_each_file_of_a_folder_is_a_replication_in_the_order_of_its_number(tmp_path):
    folder = folder_of(tmp_path, *(row(f"A{n}", 0) for n in range(1, 12)))
    (folder / "notes.txt").write_text("no flights")
    (folder / "\u00b21.csv").write_text("flight,sibt\n" + row("A12", 0))
    hub = hub_of(folder)
    assert [keys_of(hub, n) for n in (0, 1, 9, 10, 11)] == [["A1"], ["A2"], ["A10"], ["A11"], ["A12"]]
    assert traffic(hub)[0] == 1 / 7 and flights_expected(hub, 7 * TICKS_PER_DAY).sum() == pytest.approx(1)


def test_files_of_different_weeks_are_flown_in_the_week_of_the_first(tmp_path):
    folder = folder_of(tmp_path, row("A", 1), row("B", 21, 7) + row("C", 27, 9), row("D", -6, 8))
    hub = hub_of(folder)
    assert hub.start_date == MONDAY and hub.horizon_days == 7
    sibts = [[flight.sibt // TICKS_PER_H for flight in flights_of(hub, number)] for number in range(3)]
    assert sibts == [[34], [7, 153], [32]]


def test_a_column_says_the_replication(tmp_path):
    path = tmp_path / "flights.csv"
    rows = row("A", 0, 10, ",0") + row("A", 0, 11, ",1") + row("B", 0, 12, ",1") + row("A", 0, 10, ",2")
    path.write_text("flight,sibt,replication\n" + rows)
    assert [keys_of(hub_of(path), number) for number in range(3)] == [["A"], ["A", "B"], ["A"]]
    hub = hub_of(path, "arrivals.repeat=2")
    assert keys_of(hub, 1) == ["A", "B"] * 2 and traffic(hub)[0] == pytest.approx(4 / 3 / 7)


def test_one_file_too_few_is_one_line_and_exit_2(tmp_path, capsys):
    folder = folder_of(tmp_path, row("A", 0), row("B", 0))
    words = ["arrivals=file", f"arrivals.schedule={folder}", "--out", str(tmp_path / "runs"), "--quiet"]
    error = refused(capsys, "run", *words, "replications=3", "workers=1")
    assert f"replications: at most 2, one for each schedule of {folder}, got 3" in error
    error = refused(capsys, "sure", "scenario=liege_30k", "demand=today", *words, "sure.worlds=16", "sure.budget=8")
    assert "got 64 (4 in each of 16 worlds); arrivals=resampled draws" in error
    assert not (tmp_path / "runs").exists()
    with pytest.raises(CargohubError, match=r"replications: at most 2, .* got 3"):
        flights_of(hub_of(folder), 2)


TWO_WEEKS = "".join(row(f"F{day}-{hour}", day, hour) for day in range(14) for hour in (2, 9, 15, 21))


def test_a_factor_flies_some_of_the_flights_again_or_leaves_some_out_evenly(tmp_path):
    path = tmp_path / "flights.csv"
    path.write_text("flight,sibt\n" + TWO_WEEKS)
    flown = {factor: Counter(keys_of(hub_of(path, f"arrivals.factor={factor}"), 1)) for factor in (0.3, 1, 1.4, 2, 2.5)}
    for fewer, more in pairwise(flown.values()):
        assert fewer < more, "the flights of less traffic are among those of more"
    for factor, keys in flown.items():
        for day in range(0, 14, 2):
            assert sum(n for key, n in keys.items() if int(key[1:].split("-")[0]) in (day, day + 1)) == pytest.approx(
                8 * factor, abs=1.5
            )
        expected = flights_expected(hub_of(path, f"arrivals.factor={factor}"), 14 * TICKS_PER_DAY)
        assert expected.sum() == pytest.approx(56 * factor) and keys.total() == pytest.approx(56 * factor, abs=1.5)
    assert flown[2].keys() == flown[1].keys() | {f"{key}+1" for key in flown[1]}
    drawn = [set(keys_of(hub_of(path, "arrivals.factor=1.4"), number)) for number in (0, 1)]
    assert drawn[0] != drawn[1], "each replication draws which fly again"
    fixed, random = (schedule_words(hub_of(path, f"arrivals.factor={factor}")) for factor in (2, 1.4))
    assert fixed.startswith("fixed: ") and fixed.endswith("; 2 times as many flights as in it")
    assert random.startswith("random: each replication draws which flights of flights.csv fly again")


def test_a_peak_flies_flights_of_a_file_again_in_its_days(tmp_path):
    path = tmp_path / "flights.csv"
    path.write_text("flight,sibt\n" + TWO_WEEKS)
    peak = ("+disruption@disruptions.peak=singles_day", "disruptions.peak.start='2023-03-10 00:00'")
    hub = hub_of(path, *peak, "disruptions.peak.hours=96", "disruptions.peak.factor=1.5", "warmup_days=0")
    days = [Counter(flight.sibt // TICKS_PER_DAY for flight in flights_of(hub, number)) for number in range(4)]
    assert all(of_one[day] == 4 for of_one in days for day in (*range(4), *range(8, 14)))
    assert all(sum(of_one[day] for day in range(4, 8)) in (23, 24, 25) for of_one in days)
    assert flights_expected(hub, 14 * TICKS_PER_DAY).sum() == pytest.approx(64)
    assert traffic(hub)[0] == pytest.approx(64 / 14), "the mean of what replications draw"


def test_flights_of_the_file_keep_their_draws_and_aircraft_wait_for_their_own_flight_before(tmp_path):
    path = tmp_path / "flights.csv"
    legs = "".join(row(f"A{day}", day, more=",,") + row(f"B{day}", day, 15, f",A{day},60") for day in range(7))
    path.write_text("flight,sibt,after,leg_min\n" + legs)
    once, twice = (
        {flight.key: flight for flight in flights_of(hub_of(path, "demand.load.spread=0.1", f"arrivals.factor={n}"))}
        for n in (1, 2)
    )
    assert all(twice[key].n_parcels == flight.n_parcels for key, flight in once.items())
    again = {key: flight for key, flight in twice.items() if key not in once}
    assert [twice[key.removesuffix("+1")].sibt for key in again] == [flight.sibt for flight in again.values()]
    assert [flight.n_parcels for flight in again.values()] != [flight.n_parcels for flight in once.values()]
    numbers = {flight.number: key for key, flight in twice.items()}
    waits = {key: numbers[flight.after] for key, flight in twice.items() if flight.after is not None}
    assert waits == {f"B{day}{again}": f"A{day}{again}" for day in range(7) for again in ("", "+1")}


@pytest.mark.parametrize("words", [(), ("demand.flights_per_day=2",), ("arrivals.cancelled_share=0.25",)])
def test_a_demand_is_asked_of_a_hub_by_flights_a_day_whatever_says_how_many_fly(tmp_path, words):
    path = tmp_path / "flights.csv"
    path.write_text("flight,sibt,parcels\n" + row("A", 0, 9, ",900") + row("B", 3, 9, ",1100"))
    asked = {"file": hub_of(path, *words), "timetable": load("liege_30k", *words)}
    for kind, hub in asked.items():
        more = at_demand(hub, 0.5)
        assert flights_asked(more) == 0.5 and at_demand(hub, flights_asked(hub)) == hub
        flown = 1 - hub.arrivals.cancelled_share
        size = 1000 if kind == "file" else hub.mean_parcels_per_flight
        assert daily_parcels(more) == pytest.approx(0.5 * flown * size)
        assert parcels_per_asked_flight(hub) == pytest.approx(flown * size)
    assert at_demand(asked["file"], 0.5).arrivals.factor == pytest.approx(0.5 / (2 / 7))
    with pytest.raises(CargohubError, match=r"flights.csv: at most 5\.714 flights a day, 20 times .*, got 9"):
        at_demand(asked["file"], 9)


def test_parcels_of_the_measured_days_are_those_of_their_flights_not_of_the_files_mean_flight(tmp_path):
    """A week of small flights is the warm-up; the next, of large ones, is measured: 7 × 9,000 parcels in 7 days."""
    path = tmp_path / "flights.csv"
    days = (row("A", day, 9, ",1000" if day < 7 else ",9000") for day in range(14))
    path.write_text("flight,sibt,parcels\n" + "".join(days))
    hub = hub_of(path, "arrivals.cancelled_share=0.25")
    assert measured_parcels(hub) == pytest.approx(0.75 * 9000)
    assert measured_parcels_per_asked_flight(at_demand(hub, 2.0)) == pytest.approx(0.75 * 9000)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flight,sibt,replication\n" + row("A", 0, 9, ",x"), "row 2: replication: a whole number from 0 on, got 'x'"),
        ("flight,sibt,replication\n" + row("A", 0, 9, ",2"), r"replication: must be 0, 1, 2, …, got 2 but no row of 0"),
        ("flight,sibt,sibt\nA,2023-03-06 09:00,2023-03-06 09:00\n", "column 'sibt' occurs 2 times"),
        ("flight,sibt\nA,2022-09-05T08:00+05:00\n", r"row 2: sibt: .*, got '2022-09-05T08:00\+05:00'"),
        ("flight,sibt\nA,9999-12-31 23:59Z\n", "row 2: sibt: a year from 1950 to 2200, got '9999-12-31 23:59Z'"),
    ],
)
def test_mistakes_in_a_file_are_one_line(tmp_path, text, message):
    (tmp_path / "flights.csv").write_text(text)
    with pytest.raises(CargohubError, match=f"flights.csv: {message}"):
        flights_of(hub_of(tmp_path / "flights.csv", "start_date=2023-03-06", "warmup_days=0", "horizon_days=7"), 0)


def test_mistakes_in_a_folder_are_one_line(tmp_path):
    days = ("start_date=2023-03-06", "warmup_days=0", "horizon_days=7")
    with pytest.raises(CargohubError, match=r"1 to 500 CSV files of flights in this folder, got 0"):
        flights_of(hub_of(tmp_path, *days), 0)
    folder = folder_of(tmp_path, row("A", 0), row("B", 0))
    (folder / "week_2.csv").write_text("flight,sibt,replication\n" + row("B", 0, 9, ",0"))
    with pytest.raises(CargohubError, match=r"week_2\.csv: column 'replication' in a folder of files"):
        flights_of(hub_of(folder, *days), 0)


def test_flights_outside_the_run_and_columns_that_are_not_read_are_named(tmp_path):
    path = tmp_path / "flights.csv"
    path.write_text("flight,sibt,tail,origin\n" + row("A", 0, 9, ",x,y") + row("B", 20, 9, ",x,y"))
    lines = [*hub_warnings([hub_of(path, "horizon_days=7", "warmup_days=0")])]
    assert any(
        " 1 of 2 flights are left out: they arrive before 2023-03-06 or after Wed 15 Mar" in line for line in lines
    )
    assert any(line.endswith("columns that are not used: tail, origin") for line in lines)
    assert not any("left out" in line for line in hub_warnings([hub_of(path)]))
    assert any("left out" in line for line in hub_warnings([load("liege_30k"), hub_of(path, "horizon_days=7")]))


def weeks_file(tmp_path, n=4, *, is_one_aircraft=False):
    """A flight on each of two days of a week, named by week; the second waits for the aircraft of the first.

    With `is_one_aircraft`, the first waits for that of the week before.
    """
    path = tmp_path / "flights.csv"
    befores = [",,", *(f",X{w},60" if is_one_aircraft else ",," for w in range(n - 1))]
    rows = [row(f"W{w}", 7 * w + 1, 10, befores[w]) + row(f"X{w}", 7 * w + 4, 12 + w, f",W{w},60") for w in range(n)]
    path.write_text("flight,sibt,after,leg_min\n" + "".join(rows))
    return path


def test_drawn_weeks_are_whole_weeks_of_the_file_and_equally_probable(tmp_path):
    hub = hub_of(weeks_file(tmp_path), "horizon_days=280", "warmup_days=0", kind="resampled")
    drawn = []
    for replication in range(4):
        flights = [flight for flight in flights_of(hub, replication) if flight.is_cohort]
        by_week = [flights[at : at + 2] for at in range(0, len(flights), 2)]
        assert len(by_week) == 40
        for week, (first, second) in enumerate(by_week):
            number = int(first.key[1:])
            assert second.key == f"X{number}" and second.after == first.number and second.leg == 60 * TICKS_PER_H // 60
            sibts = [(flight.sibt - week * 7 * TICKS_PER_DAY) / TICKS_PER_H for flight in (first, second)]
            assert sibts == [10, 3 * 24 + 12 + number]  # the weeks begin on the file's first day, a Tuesday
            drawn.append(number)
    assert stats.chisquare(list(Counter(drawn).values())).pvalue > 0.01
    expected = flights_expected(hub, 280 * TICKS_PER_DAY)
    assert expected.sum() == pytest.approx(2 * 40, abs=2.1)
    assert traffic(hub)[0] == pytest.approx(2 / 7)


def test_a_block_keeps_weeks_together_and_a_longer_run_has_the_same_weeks(tmp_path):
    words = ("warmup_days=0", "arrivals.resampled_weeks=3")
    long, short = (
        keys_of(hub_of(weeks_file(tmp_path, 5), f"horizon_days={days}", *words, kind="resampled"), 0)
        for days in (210, 84)
    )
    assert long[: len(short)] == short
    weeks = np.array([int(key[1:]) for key in long[::2]][:30]).reshape(-1, 3)
    assert (np.diff(weeks, axis=1) % 5 == 1).all() and len(np.unique(weeks[:, 0])) > 2


def test_an_aircraft_is_waited_for_from_week_to_week_of_a_block_that_follow_each_other_in_the_file(tmp_path):
    path = weeks_file(tmp_path, 5, is_one_aircraft=True)
    hub = hub_of(path, "horizon_days=210", "warmup_days=0", "arrivals.resampled_weeks=3", kind="resampled")
    flights = flights_of(hub, 0)[:60]
    keys = {flight.number: flight.key for flight in flights}
    firsts = flights[::2]
    assert any(flight.key == "W0" and place % 3 for place, flight in enumerate(firsts))
    for place, flight in enumerate(firsts):
        week = int(flight.key[1:])
        waits_for = f"X{week - 1}" if place % 3 and week else None
        assert keys.get(flight.after) == waits_for


def test_weeks_are_drawn_from_a_folder_too(tmp_path):
    folder = folder_of(tmp_path, row("A", 0) + row("A", 5), row("B", 7) + row("B", 12))
    keys = keys_of(hub_of(folder, "horizon_days=140", "warmup_days=0", kind="resampled"), 7)[:40]
    assert {*keys} == {"A", "B"} and all(first == second for first, second in zip(keys[::2], keys[1::2], strict=True))


@pytest.mark.parametrize(
    ("weeks", "words", "message"),
    [
        (1, (), r"at least 2 whole weeks to draw from \(arrivals\.resampled_weeks = 1\), got 1"),
        (3, ("arrivals.resampled_weeks=4",), r"at least 4 whole weeks .*, got 3"),
        (3, ("arrivals.repeat=2",), r"arrivals\.repeat: resampled weeks fill .* must be 1, got 2"),
    ],
)
def test_too_few_weeks_are_one_line(tmp_path, weeks, words, message):
    with pytest.raises(CargohubError, match=message):
        flights_of(hub_of(weeks_file(tmp_path, weeks), *words, kind="resampled"), 0)


def test_each_kind_goes_through_both_hubs_and_a_run_keeps_its_folder(tmp_path, capsys):
    folder = folder_of(tmp_path, row("A", 0) + row("B", 0, 11), row("C", 7, 9) + row("D", 8))
    for kind, number, *more in (("file", 1), ("resampled", 3), ("file", 0, "arrivals.factor=2.5")):
        inputs = make_inputs(hub_of(folder, *SMALL, *more, kind=kind), number)
        tables, difference = compare(inputs, 1)
        assert len(tables["flights"]["number"]) >= (4 if more else 1) and difference is None
    hub = ["arrivals=file", f"arrivals.schedule={folder}", *SMALL[2:4], "exports=none", "margin=none"]
    assert main(["run", *hub, "replications=2", "workers=1", "--quiet", "--all", "--out", str(tmp_path / "runs")]) == 0
    out = capsys.readouterr().out
    assert "fixed in each replication and different in the next: a schedule of weeks" in out
    assert "cargohub sure scenario=liege_30k demand=today arrivals=resampled arrivals.schedule=" in out
    (run,) = (tmp_path / "runs").iterdir()
    folder.rename(tmp_path / "elsewhere")
    assert main(["trace", str(run), "flight=C", "replication=1"]) == 0
    assert "C" in capsys.readouterr().out
