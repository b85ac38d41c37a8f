"""The days of a file of flights: taken from its dates, its weeks repeated, and what is given stays."""

import datetime as dt

import pytest
from answers import answer

from experiments.composition import load
from experiments.designs.unusual import hub_warnings, idle_flights, period_warnings
from sim.errors import CargohubError
from sim.inputs.inputs import make_inputs
from sim.units import TICKS_PER_DAY

MONDAY = dt.datetime(2023, 3, 6)  # noqa: DTZ001 - local, as a file's instants are


def table(path, *days, hour=10):
    """A file with a flight on each of the days after a Monday."""
    rows = [f"F{n},{MONDAY + dt.timedelta(days=day, hours=hour)}" for n, day in enumerate(days)]
    path.write_text("flight,sibt\n" + "\n".join(rows) + "\n")
    return f"arrivals.schedule={path}"


def period(path, *words, days):
    hub = load("liege_30k", "arrivals=file", table(path, *days), *words)
    return (hub.start_date - MONDAY.date()).days, hub.warmup_days, hub.horizon_days


@pytest.mark.parametrize(
    ("days", "words", "expected"),
    [
        ([1, 2, 5], [], (1, 0, 7)),
        (range(7), [], (0, 0, 7)),
        (range(10), [], (0, 0, 7)),  # three days of a second week are no measured week
        (range(15), [], (0, 7, 7)),  # nor is the last night's morning
        (range(8), ["arrivals.repeat=2"], (0, 7, 7)),
        (range(17), ["warmup_days=14"], (0, 14, 3)),
        (range(8), ["warmup_days=7"], (0, 7, 1)),
        (range(11), [], (0, 7, 7)),
        (range(21), [], (0, 7, 14)),
        (range(7), ["horizon_days=7"], (0, 0, 7)),
        (range(7), ["start_date=2023-03-06", "horizon_days=7"], (0, 0, 7)),
        (range(14), ["horizon_days=7"], (0, 7, 7)),
        (range(14), ["horizon_days=14"], (0, 0, 14)),
        (range(14), ["warmup_days=3"], (0, 3, 11)),
        (range(21), ["start_date=2023-03-13"], (7, 7, 7)),
        ([1, 2, 5], ["arrivals.repeat=2"], (1, 7, 7)),
        ([1, 2], ["arrivals.repeat=4"], (1, 7, 21)),
        (range(7), ["warmup_days=7", "horizon_days=14", "start_date=2023-03-06", "arrivals.repeat=3"], (0, 7, 14)),
        (range(7), ["study=first_light"], (0, 0, 7)),
    ],
)
def test_the_days_are_those_of_the_file(tmp_path, days, words, expected):
    assert period(tmp_path / "flights.csv", *words, days=days) == expected


def test_the_first_landing_counts_where_it_is_before_its_schedule(tmp_path):
    path = tmp_path / "flights.csv"
    path.write_text("flight,sibt,arrival\nA,2023-03-07 00:20,2023-03-06 23:50\n")
    assert load("liege_30k", "arrivals=file", f"arrivals.schedule={path}").start_date == MONDAY.date()


def test_weeks_are_flown_again_with_their_legs(tmp_path):
    path = tmp_path / "flights.csv"
    path.write_text(
        "flight,sibt,arrival,sobt,after,leg_min\nA,2023-03-06 10:00,2023-03-06 11:00,2023-03-06 15:00,,\n"
        "B,2023-03-08 10:00,,,A,300\n"
    )
    hub = load("liege_30k", "arrivals=file", f"arrivals.schedule={path}", "arrivals.repeat=3")
    flights = make_inputs(hub, 0).flights
    assert [flight.key for flight in flights] == ["A", "B"] * 3
    week = 7 * TICKS_PER_DAY
    for column in ("sibt", "arrival", "sobt"):
        first = [getattr(flight, column) for flight in flights[:2]]
        assert [getattr(flight, column) for flight in flights] == [at + n * week for n in range(3) for at in first]
    assert [flight.after for flight in flights[1::2]] == [0, 2, 4]
    assert len({flight.entity for flight in flights}) == 6
    assert [flight.is_cohort for flight in flights] == [False] * 2 + [True] * 4


@pytest.mark.parametrize(
    ("hours", "flights_of_weeks"),
    [((23, 26), [13, 14]), ((10, 10 + 24 * 7), [7, 7])],  # the morning after, and a day of a week more
)
def test_a_file_of_somewhat_more_than_a_week_is_repeated_by_the_week(tmp_path, hours, flights_of_weeks):
    path = tmp_path / "flights.csv"
    places = {MONDAY + dt.timedelta(days=day, hours=hour) for day in range(7) for hour in hours}
    places = {when for when in places if when < MONDAY + dt.timedelta(days=8)}
    path.write_text("flight,sibt\n" + "".join(f"F,{when}\n" for when in sorted(places)))
    hub = load("liege_30k", "arrivals=file", f"arrivals.schedule={path}", "arrivals.repeat=2")
    weeks = [flight.sibt // (7 * TICKS_PER_DAY) for flight in make_inputs(hub, 0).flights]
    assert [weeks.count(week) for week in (0, 1)] == flights_of_weeks


def test_a_warm_up_as_long_as_the_file_is_refused(tmp_path):
    with pytest.raises(CargohubError, match=r"warmup_days: 7 leave no day to measure.*arrivals\.repeat"):
        period(tmp_path / "flights.csv", "warmup_days=7", days=range(7))


def test_a_date_of_another_year_is_a_mistake_unless_the_days_are_given(tmp_path):
    with pytest.raises(
        CargohubError, match=r"between 2023-03-07 and 2024-03-06; at most 28 days, got 365: correct a date"
    ):
        period(tmp_path / "flights.csv", days=[0, 1, 366])
    assert period(tmp_path / "flights.csv", "horizon_days=7", days=[0, 1, 366]) == (0, 7, 7)
    with pytest.raises(CargohubError, match=r"between 2022-03-06 and 2023-03-06; at most 28 days, got 365"):
        period(tmp_path / "flights.csv", "start_date=2022-03-06", days=range(7))  # a scenario's, of another file


def test_flights_a_day_of_a_word_are_said_to_have_no_effect_on_a_file(tmp_path):
    hub = load("liege_30k", "arrivals=file", table(tmp_path / "flights.csv", 0, 1))
    (line,) = idle_flights([hub], ["designs=[liege_30k demand.flights_per_day=8]"])
    assert line.startswith(f"demand.flights_per_day: has no effect on the flights of {tmp_path / 'flights.csv'}; ")
    assert not [*idle_flights([hub], ["seed=3"]), *idle_flights([load()], ["demand.flights_per_day=8"])]


def test_a_file_that_gives_all_parcels_has_no_warning_on_the_loads_of_demand(tmp_path):
    path, small = tmp_path / "flights.csv", "fleet.b777f.payload_t=50"
    words = ("liege_30k", "arrivals=file", f"arrivals.schedule={path}", small)
    path.write_text(f"flight,sibt,parcels\nA,{MONDAY},900\nB,{MONDAY + dt.timedelta(hours=9)},800\n")
    hub = load(*words)
    (line,) = idle_flights([hub], ["demand.parcels_per_flight=+10%"])
    assert line.startswith("demand.parcels_per_flight: changes only what a parcel weighs, because the flights of ")
    assert not [text for text in period_warnings(hub) if "instead of demand's" in text]
    path.write_text(f"flight,sibt,parcels\nA,{MONDAY},900\nB,{MONDAY + dt.timedelta(hours=9)},\n")
    hub = load(*words)
    assert not [*idle_flights([hub], ["demand.parcels_per_flight=+10%"])]
    assert [text for text in period_warnings(hub) if "a flight has 61,497 parcels instead of demand's" in text]


@pytest.mark.parametrize(
    ("days", "words", "repeats"),
    [
        (range(14), [], ["arrivals.repeat=2 warmup_days=7 horizon_days=7"]),
        (range(7), [], ["arrivals.repeat=3 warmup_days=7 horizon_days=7"]),
        (range(15), [], []),  # two days follow
        (range(14), ["arrivals.repeat=2", "warmup_days=7", "horizon_days=7"], []),
        (range(7), ["arrivals.repeat=3", "warmup_days=7", "horizon_days=7"], []),
        (range(14), ["horizon_days=4"], []),
    ],
)
def test_a_file_that_ends_with_the_measured_days_has_a_warning_whose_words_help(tmp_path, days, words, repeats):
    hub = load("liege_30k", "arrivals=file", table(tmp_path / "flights.csv", *days), *words)
    found = [line for line in hub_warnings([hub]) if "no flight comes after the measured days" in line]
    assert len(found) == len(repeats)
    assert all(repeat in line for repeat, line in zip(repeats, found, strict=True))


def test_flights_that_end_with_the_measured_days_matter_to_exports_and_to_people_who_follow_the_work(tmp_path):
    for words, few_people, no_flight in (
        ([], True, True),
        (["exports=none"], True, False),
        (["roster=round_the_clock"], False, True),
        (["roster=round_the_clock", "exports=none"], False, False),
    ):
        hub = load("liege_30k", "arrivals=file", table(tmp_path / "flights.csv", *range(7)), *words)
        found = [line for line in hub_warnings([hub]) if "no flight comes after the measured days" in line]
        assert ["few people for the last parcels" in line for line in found] == [few_people] * (few_people or no_flight)
        assert ["the last exports have no flight" in line for line in found] == [no_flight] * (few_people or no_flight)


def test_only_a_file_is_repeated():
    with pytest.raises(CargohubError, match=r"arrivals\.repeat: model timetable has no file to repeat.*got 2"):
        load("liege_30k", "arrivals.repeat=2")


BARE = ("demand.parcels_per_flight=4000", "demand.net_t_per_flight=3", "exports=none", "halls.main.packout_posts=0")


@pytest.mark.parametrize("n", [5, pytest.param(25, marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", [BARE, pytest.param((), marks=pytest.mark.slow)])
def test_a_week_of_own_flights_is_not_told_to_grow(tmp_path, capsys, n, size):
    path = tmp_path / "flights.csv"
    rows = [f"F{k},{MONDAY + dt.timedelta(hours=6 + 162 * k / (n - 1))}" for k in range(n)]
    path.write_text("flight,sibt\n" + "\n".join(rows) + "\n")
    for words in ([], ["horizon_days=7"], ["arrivals.repeat=2"]):
        asked = ["arrivals=file", f"arrivals.schedule={path}", *words, *size, "replications=2", "margin=none"]
        document = answer(capsys, "run", *asked, "--quiet", "--out", tmp_path / "runs")
        assert document["unstable"] is not True
        assert not any("more horizon_days" in line for line in document["warnings"])  # a file has no more
        empty = [line for line in document["warnings"] if line.startswith("warmup_days: 0:")]
        assert len(empty) == ("arrivals.repeat=2" not in words)


@pytest.mark.parametrize(("arrivals", "has_rhythm"), [("timetable", True), ("timetable_even", False), ("hourly", True)])
def test_a_demand_whose_weekdays_are_alike_has_no_weekly_rhythm(arrivals, has_rhythm):
    hub = load("liege_30k", f"arrivals={arrivals}", "horizon_days=3")
    assert any("less than a week" in line for line in hub_warnings([hub])) == has_rhythm
