"""`cargohub schedule`: what it writes a run replays; filters choose; mistakes are one line and leave nothing."""

import csv
import datetime as dt
import json
import shlex

import numpy as np
import pytest
from public_data import shared

from experiments.composition import load, packaged
from experiments.main import main
from experiments.report.figures.schedule_figure import WeekPattern, figure
from experiments.report.style import svg_of
from sim.inputs import ssim_records as ssim
from sim.inputs.flight_file import COLUMNS
from sim.inputs.inputs import make_inputs
from sim.units import TICKS_PER_MIN

TABLE = """flight,sibt,arrival,aircraft,parcels
CV751,2022-09-05 14:00,2022-09-05 14:20,b777f,90000
5X12,2022-09-06 02:30,,,
CV752,2022-09-07 03:00,,,
"""


EVERY_COLUMN = """flight,sibt,arrival,aircraft,parcels,sobt,after,leg_min,to
CV751,2022-09-05 14:00,2022-09-05 14:20,b777f,90000,2022-09-05 18:30,,,HGH
5X12,2022-09-06 02:30,,,,,,,
CV752,2022-09-07 03:00,,,,2022-09-07 09:00:30,CV751,1440,
5X12,2022-09-08 02:30,,,,,CV752,90.5,
"""


def record(kind, serial, fields, places):
    text = [" "] * ssim.WIDTH
    text[0] = kind
    for name, value in fields.items():
        first, last = places[name]
        text[first - 1 : last] = value.ljust(last - first + 1)
    text[194:] = f"{serial:06}"
    return "".join(text)


def leg(serial, flight, service, aircraft="77X", to="LGG", arrival="1500", days="1234567", until="18SEP22"):
    return record(
        "3",
        serial,
        {
            "airline_designator": flight[:2],
            "flight_number": flight[2:],
            "itinerary_variation_identifier": "01",
            "leg_sequence_number": "01",
            "service_type": service,
            "period_of_operation_from": "05SEP22",
            "period_of_operation_to": until,
            "days_of_operation": days,
            "departure_station": "HKG",
            "scheduled_time_of_aircraft_departure": "1000",
            "utc_local_time_variation_departure": "+0800",
            "arrival_station": to,
            "scheduled_time_of_aircraft_arrival": arrival,
            "utc_local_time_variation_arrival": "+0200",
            "aircraft_type": aircraft,
        },
        ssim.LEG,
    )


LEGS = (
    leg(3, "CV751", "F"),
    leg(4, "5X12", "H", "74Y", arrival="0030", days="1   5  "),
    leg(5, "SN200", "J", "333"),
    leg(6, "CV900", "A", to="LUX"),
    leg(7, "CV751", "F", days="   4"),  # the same flight once more
)


def timetable(folder, *legs, name="winter.ssim"):
    lines = [record("1", 1, {}, {})]
    carrier = {"time_mode": "L", "period_of_schedule_validity_from": "27MAR22", "period_of_schedule_validity_to": "29OCT22"}  # fmt: skip # noqa: E501
    lines += [record("2", 2, carrier, ssim.CARRIER), *legs]
    ending = {"serial_number_check_reference": lines[-1][194:], "continuation_end_code": "E"}
    lines.append(record("5", 99, ending, ssim.TRAILER))
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return path


def schedule(path, out, *words):
    return main(["schedule", str(path), *words, "--out", str(out)])


def result_of(capsys, path, out, *words):
    assert schedule(path, out, *words, "--json") == 0
    return json.loads(capsys.readouterr().out)


def flights_in(folder):
    with (folder / "flights.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def refused(capsys, path, out, *words):
    assert schedule(path, out, *words) == 2
    output, err = capsys.readouterr()
    assert not output
    assert err.count("\n") == 1
    assert not out.exists()
    return err


def test_what_is_written_a_run_replays(tmp_path):
    out = tmp_path / "out"
    assert schedule(timetable(tmp_path, *LEGS), out) == 0
    words = ["arrivals=file", f"arrivals.schedule={out / 'flights.csv'}", "start_date=2022-09-05", "warmup_days=0"]
    flights = make_inputs(load("liege_30k", *words), 0).flights
    # Liège's clock is at UTC+0100: 15:00 of the file's summer is 14:00, and 00:30 is 23:30 of the day of operation.
    assert [flight.key for flight in flights[:3]] == ["CV751", "5X12", "CV751"]
    assert [flight.arrival / TICKS_PER_MIN for flight in flights[:3]] == [14 * 60, 23 * 60 + 30, 38 * 60]
    assert len(flights) == 14 + 4
    assert {flight.aircraft for flight in flights} == {"b777f"}


def test_the_printed_command_runs(tmp_path, capsys):
    out = tmp_path / "my flights"
    assert schedule(timetable(tmp_path, *LEGS), out) == 0
    command = capsys.readouterr().out.splitlines()[-1].removeprefix("Use it:").split()
    assert command[:3] == ["cargohub", "run", "arrivals=file"]
    words = shlex.split(" ".join(command))[1:]
    assert main([*words, "--show"]) == 0
    assert f"schedule: {out / 'flights.csv'}" in capsys.readouterr().out


@pytest.mark.drawn
def test_the_file_is_told(tmp_path, capsys):
    found = result_of(capsys, timetable(tmp_path, *LEGS), tmp_path / "out")
    content = found["content"]
    assert content["legs"] == 5
    assert content["airlines"] == {"CV": 3, "5X": 1, "SN": 1}
    assert content["aircraft_types"] == {"77X": 3, "333": 1, "74Y": 1}
    assert content["freighters"] == {"F": 2, "A": 1, "H": 1}
    assert (found["n_flights"], found["n_twice"]) == (18, 2)
    assert (found["first"], found["last"], found["clock"]) == ("2022-09-05", "2022-09-18", "UTC+0100")
    week = np.array(found["flights_by_weekday_and_hour"])
    assert week[:, 14].tolist() == [2] * 7
    assert week[:, 23].tolist() == [2, 0, 0, 0, 2, 0, 0]
    assert week.sum() == 18
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "flights.csv",
        "schedule.json",
        "schedule.svg",
    ]


def test_a_table_for_a_terminal(tmp_path, capsys):
    assert schedule(timetable(tmp_path, *LEGS), tmp_path / "out") == 0
    out, err = capsys.readouterr()
    assert not err
    assert "freighters              F 2, A 1, H 1" in out
    assert "LGG: 18 flights from 2022-09-05 to 2022-09-18, 1.29 a day; clock UTC+0100" in out


@pytest.mark.parametrize(
    ("words", "flights"),
    [
        (["service=all"], {"CV751", "5X12", "SN200"}),
        (["service=H"], {"5X12"}),
        (["airport=lux"], {"CV900"}),
        (["airline=CV,5X"], {"CV751", "5X12"}),
        (["airline=5X"], {"5X12"}),
        (["type=77X"], {"CV751"}),
    ],
)
def test_filters(tmp_path, words, flights):
    assert schedule(timetable(tmp_path, *LEGS), tmp_path / "out", *words) == 0
    assert {row["flight"] for row in flights_in(tmp_path / "out")} == flights


def test_a_range_of_days(tmp_path):
    out = tmp_path / "out"
    assert schedule(timetable(tmp_path, *LEGS), out, "from=2022-09-06", "to=2022-09-09") == 0
    assert [row["sibt"] for row in flights_in(out)] == [
        "2022-09-06 14:00", "2022-09-07 14:00", "2022-09-08 14:00", "2022-09-09 14:00", "2022-09-09 23:30",
    ]  # fmt: skip


def test_the_clock(tmp_path, capsys):
    path = timetable(tmp_path, *LEGS)
    assert result_of(capsys, path, tmp_path / "one", "clock=-0330")["clock"] == "UTC-0330"
    assert flights_in(tmp_path / "one")[0]["sibt"] == "2022-09-05 09:30"
    # Elsewhere than at home, the least that the file has there.
    assert result_of(capsys, path, tmp_path / "two", "airport=LUX")["clock"] == "UTC+0200"
    both = timetable(tmp_path, *LEGS, leg(8, "CV901", "A", to="LUX").replace("+0200", "+0100"), name="both.ssim")
    assert result_of(capsys, both, tmp_path / "three", "airport=LUX")["clock"] == "UTC+0100"


def test_only_what_the_fleet_has_is_named(tmp_path):
    assert schedule(timetable(tmp_path, *LEGS), tmp_path / "both") == 0
    assert {(row["flight"], row["aircraft"]) for row in flights_in(tmp_path / "both")} == {
        ("CV751", "b777f"),
        ("5X12", ""),
    }
    assert schedule(timetable(tmp_path, *LEGS), tmp_path / "one", "airline=5X") == 0
    assert list(flights_in(tmp_path / "one")[0]) == ["flight", "sibt"]
    (tmp_path / "mine" / "fleet").mkdir(parents=True)
    own = (packaged() / "fleet" / "b777f.yaml").read_text().replace("b777f:", "74Y:")
    (tmp_path / "mine" / "fleet" / "jumbo.yaml").write_text(own)
    asked = ("airline=5X", "fleet=jumbo", "--config-dir", str(tmp_path / "mine"))
    assert schedule(timetable(tmp_path, *LEGS), tmp_path / "own", *asked) == 0
    assert {row["aircraft"] for row in flights_in(tmp_path / "own")} == {"74Y"}


def test_until_further_notice_the_file_or_the_user_ends(tmp_path, capsys):
    path = timetable(tmp_path, leg(3, "CV751", "F", until="00XXX00"))
    assert result_of(capsys, path, tmp_path / "one")["last"] == "2022-10-29"
    open_ended = tmp_path / "open.ssim"
    open_ended.write_text(path.read_text().replace("29OCT22", "00XXX00"))
    assert "until further notice; give to=YYYY-MM-DD" in refused(capsys, open_ended, tmp_path / "no")
    assert result_of(capsys, open_ended, tmp_path / "two", "to=2022-12-31")["last"] == "2022-12-31"


def test_damaged_records_are_left_out_if_wanted(tmp_path, capsys):
    path = timetable(tmp_path, leg(3, "CV751", "F"), leg(4, "CV75?", "F"))
    assert "line 4, columns 6-9: expected a flight number, got '75? '" in refused(capsys, path, tmp_path / "no")
    assert schedule(path, tmp_path / "out", "--skip-bad") == 0
    output, err = capsys.readouterr()
    assert "records left out        1" in output
    assert err.startswith("warning: left out: ") and "line 4, columns 6-9" in err


def test_if_nothing_is_left_the_first_damage_is_told(tmp_path, capsys):
    path = timetable(tmp_path, leg(3, "CV751", "F", days="  3    ", until="06SEP22"))
    message = "line 3, columns 29-35: expected days of operation that fall in the period 2022-09-05 to 2022-09-06"
    assert message in refused(capsys, path, tmp_path / "out")
    assert f"could be read; left out 1, the first: {message}" in refused(
        capsys, path, tmp_path / "out", "skip_bad=true"
    )


def test_a_schedule_without_freighters_is_a_mistake(tmp_path, capsys):
    error = refused(capsys, timetable(tmp_path, leg(3, "SN200", "J"), leg(4, "SN201", "J")), tmp_path / "out")
    assert "service=A,F,H,M: none of 2 legs" in error and "there are J 2; service=all takes every flight" in error


def test_without_an_airport_a_file_without_home_flights_is_reported(tmp_path, capsys):
    path, out = timetable(tmp_path, leg(3, "CV900", "F", to="LUX"), leg(4, "SN1", "J", to="BRU")), tmp_path / "out"
    found = result_of(capsys, path, out)
    assert found["content"]["destinations"] == {"BRU": 1, "LUX": 1}
    assert (found["n_flights"], found["first"], found["files"]) == (0, None, [])
    assert schedule(path, out) == 0
    printed = capsys.readouterr().out
    assert "destinations            BRU 1, LUX 1" in printed
    assert "No flights to LGG, so nothing is written; airport=AAA chooses another destination" in printed
    assert not out.exists()
    assert "airport=LGG: none of 1 legs left; there are LUX 1" in refused(capsys, path, out, "airport=LGG")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["airport=LIEGE"], "airport: expected one airport of 3 letters, got 'LIEGE'"),
        (["airport=BRU"], "airport=BRU: none of 4 legs left; there are LGG 3, LUX 1"),
        (["airline=QR"], "airline=QR: none of 3 legs left; there are CV 2, 5X 1"),
        (["airline=QATAR"], "airline: expected airlines of 2 or 3 characters, as CV,5X, got 'QATAR'"),
        (["type=33X"], "type=33X: none of 3 legs left; there are 77X 2, 74Y 1"),
        (["service=freight"], "service: expected service types, as F,M,H,A, or all, got 'freight'"),
        (["from=5.9.2022"], "from: expected a date YYYY-MM-DD, got '5.9.2022'"),
        (["from=2022-09-06", "to=2022-09-05"], "to: must not be before from, 2022-09-06, got 2022-09-05"),
        (["from=2023-01-01"], "from=2023-01-01: none of 3 legs to LGG arrives then; their days of operation are 2022-"),
        (["to=2030-01-01"], "days; at most 1098: give from=YYYY-MM-DD and to=YYYY-MM-DD"),
        (["clock=1"], "clock: expected the hub's time minus UTC, such as +0100 or -0500, got '1'"),
        (["skip_bad=yes"], "skip_bad: expected true or false, got 'yes'"),
        (["airprot=LGG"], "'airprot=LGG': unknown option; did you mean 'airport'?"),
        (["airport="], "'airport=': airport is empty"),
        (["another.ssim"], "schedule: expected one FILE, in SSIM or CSV, got "),
    ],
)
def test_mistakes(tmp_path, capsys, words, message):
    assert message in refused(capsys, timetable(tmp_path, *LEGS), tmp_path / "out", *words)


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert "nowhere.ssim: cannot be read" in refused(capsys, tmp_path / "nowhere.ssim", tmp_path / "out")
    assert "cannot be read: Is a directory" in refused(capsys, tmp_path, tmp_path / "out")


def test_without_a_variation_the_clock_must_be_given(tmp_path, capsys):
    in_utc = timetable(tmp_path, *LEGS).read_text().replace("2L", "2U").replace("1500    +0200", "1500         ")
    path = tmp_path / "utc.ssim"
    path.write_text(in_utc)
    assert "offset of LUX's time from UTC; give clock=+HHMM" in refused(capsys, path, tmp_path / "out", "airport=LUX")
    assert schedule(path, tmp_path / "out", "airport=LUX", "clock=+0100") == 0


def test_a_table_of_flights(tmp_path, capsys):
    path = tmp_path / "all.csv"
    path.write_text(TABLE)
    found = result_of(capsys, path, tmp_path / "out")
    assert (found["name"], found["n_flights"], found["content"]["airlines"]) == ("all", 3, {"CV": 2, "5X": 1})
    assert (tmp_path / "out" / "flights.csv").read_text() == TABLE
    for words, flights in [
        (["airline=CV"], ["CV751", "CV752"]),
        (["from=2022-09-06"], ["5X12", "CV752"]),
        (["type=b777f", "to=2022-09-05"], ["CV751"]),
    ]:
        assert schedule(path, tmp_path / "some", *words) == 0
        assert [row["flight"] for row in flights_in(tmp_path / "some")] == flights


def test_a_table_of_another_hub_has_its_aircraft(tmp_path, capsys):
    path, out = tmp_path / "all.csv", tmp_path / "out"
    path.write_text(
        "flight,sibt,aircraft,gate,date\nA,2022-09-05 14:00,a300_600f,7,\nA,2022-09-08 14:00,a300_600f,7,\n"
    )
    assert "row 2: aircraft: one of b777f, got 'a300_600f'" in refused(capsys, path, out)
    assert schedule(path, out, "fleet=a300_600f") == 0
    printed = capsys.readouterr().out
    assert printed.endswith(" fleet=a300_600f\n")
    assert "columns not read        gate, date" in printed
    assert "days without a flight   2: 2022-09-06, 2022-09-07" in printed


def test_a_table_keeps_every_column_that_a_run_reads(tmp_path):
    path, out = tmp_path / "all.csv", tmp_path / "out"
    path.write_text(EVERY_COLUMN)
    assert schedule(path, out) == 0
    assert tuple(EVERY_COLUMN.splitlines()[0].split(",")) == COLUMNS
    assert (out / "flights.csv").read_text() == EVERY_COLUMN
    # Semicolons and another order are the same flights.
    path.write_text(
        "\n".join(";".join(line.split(",")[::-1]) for line in EVERY_COLUMN.splitlines()), encoding="utf-8-sig"
    )
    assert schedule(path, out) == 0
    assert (out / "flights.csv").read_text() == EVERY_COLUMN


def test_an_aircraft_of_a_flight_that_is_not_chosen_is_not_waited_for(tmp_path, capsys):
    path = tmp_path / "all.csv"
    # The aircraft of CV752 is that of 5X12 on the 6th, and CV752 on the 8th comes with that of 5X12 on the 7th.
    path.write_text(
        "flight,sibt,after,leg_min\n5X12,2022-09-05 02:30,,\n5X12,2022-09-06 02:30,,\nCV752,2022-09-07 03:00,5X12,600\n"
        "5X12,2022-09-07 14:00,CV752,300\nCV752,2022-09-08 03:00,5X12,600\n"
    )
    assert result_of(capsys, path, tmp_path / "all")["n_legs_cut"] == 0
    found = result_of(capsys, path, tmp_path / "some", "from=2022-09-07")
    assert (found["n_flights"], found["n_legs_cut"]) == (3, 1)
    assert [(row["flight"], row["after"], row["leg_min"]) for row in flights_in(tmp_path / "some")] == [
        ("CV752", "", ""), ("5X12", "CV752", "300"), ("CV752", "5X12", "600"),
    ]  # fmt: skip
    assert schedule(path, tmp_path / "one", "airline=CV") == 0
    assert "aircraft not waited for 2, as their previous flight was not chosen" in capsys.readouterr().out
    assert list(flights_in(tmp_path / "one")[0]) == ["flight", "sibt"]


def test_mistakes_with_a_table(tmp_path, capsys):
    path = tmp_path / "flights.csv"
    path.write_text(TABLE)
    error = refused(capsys, path, tmp_path / "out", "airport=LGG")
    assert (
        "airport: " in error
        and "is a table of flights, which has no such column; leave the word out, or give a file of SSIM" in error
    )
    assert "no flight left of 3 from 2022-09-05 to 2022-09-07" in refused(capsys, path, tmp_path / "out", "airline=QR")
    path.write_text(TABLE.replace("2022-09-06 02:30", "yesterday"))
    assert "row 3: sibt: a date and time as 2022-09-05 14:30" in refused(capsys, path, tmp_path / "out")


def test_the_users_file_is_not_written_over(tmp_path, capsys):
    path = tmp_path / "flights.csv"
    path.write_text(TABLE)
    assert schedule(path, tmp_path, "airline=CV") == 2
    assert "flights.csv: would be overwritten; give another --out DIR" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["flights.csv"]
    assert path.read_text() == TABLE


def test_a_folder_that_cannot_be_made_leaves_nothing(tmp_path, capsys):
    (tmp_path / "out").write_text("a file")
    assert schedule(timetable(tmp_path, *LEGS), tmp_path / "out") == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert (tmp_path / "out").read_text() == "a file"


@pytest.mark.drawn
def test_the_same_week_is_the_same_picture():
    counts = np.zeros((7, 24), dtype=np.int64)
    counts[0, 14] = 3
    pattern = WeekPattern("LGG", dt.date(2022, 9, 5), dt.date(2022, 9, 18), counts)
    assert pattern.a_week[0, 14] == 1.5
    assert svg_of(figure, pattern) == svg_of(figure, pattern)
    assert WeekPattern("LGG", dt.date(2022, 9, 5), dt.date(2022, 9, 5), counts).a_week[0, 14] == 3


def test_a_flight_on_every_day_of_a_week_and_a_half_is_one_a_week_on_each_weekday():
    counts = np.zeros((7, 24), dtype=np.int64)
    counts[:, 14] = 1, 2, 2, 2, 1, 1, 1  # ten days from a Tuesday
    pattern = WeekPattern("LGG", dt.date(2022, 9, 6), dt.date(2022, 9, 15), counts)
    assert pattern.a_week[:, 14].tolist() == [1] * 7


def test_a_real_file(tmp_path, capsys):
    path = shared("sample_passenger.ssim")
    content = result_of(capsys, path, tmp_path / "out")["content"]
    # No flight to Liège, and two freighters: the destinations are those of all legs.
    assert (content["legs"], content["freighters"]) == (514, {"F": 2})
    assert sum(content["destinations"].values()) == 514
    found = result_of(capsys, path, tmp_path / "out", "airport=RUN", "service=all")
    assert (found["n_flights"], found["clock"], found["n_twice"]) == (1178, "UTC+0400", 0)
    words = ["arrivals=file", f"arrivals.schedule={tmp_path / 'out' / 'flights.csv'}", "start_date=2005-06-01"]
    assert len(make_inputs(load("liege_30k", *words, "warmup_days=0", "horizon_days=7"), 0).flights) > 40


def test_a_schedule_for_each_replication_stays_one(tmp_path, capsys):
    path, out = tmp_path / "all.csv", tmp_path / "out"
    rows = ["CV1,2022-09-05 14:00,0", "5X1,2022-09-06 14:00,0", "CV1,2022-09-05 15:00,1", "CV2,2022-09-06 03:00,1"]
    path.write_text("\n".join(["flight,sibt,replication", *rows, ""]))
    found = result_of(capsys, path, out, "airline=CV")
    assert (found["n_flights"], found["n_replications"], found["content"]["replications"]) == (3, 2, 2)
    assert (out / "flights.csv").read_text() == "\n".join(["flight,sibt,replication", rows[0], *rows[2:], ""])
    assert sum(sum(day) for day in found["flights_by_weekday_and_hour"]) == 3
    assert schedule(path, out, "airline=CV") == 0
    assert "3 flights of 2 replications from 2022-09-05 to 2022-09-06, 0.75 a day" in capsys.readouterr().out
    error = refused(capsys, path, tmp_path / "none", "airline=5X")
    assert "all.csv: replication 1: no flight left of 2 from 2022-09-05 to 2022-09-06; airlines CV 2" in error


def test_an_hour_that_comes_twice_keeps_its_offset(tmp_path, capsys):
    path, out = tmp_path / "all.csv", tmp_path / "out"
    twice = [f"CV{at},2026-10-25 02:{at}0{offset}" for at, offset in ((1, "+02:00"), (2, "+01:00"))]
    path.write_text("\n".join(["flight,sibt", "CV0,2026-10-19 02:30", *twice, "CV3,2026-10-25T03:30Z", ""]))
    assert schedule(path, out, "time_zone=Europe/Brussels") == 0
    printed = capsys.readouterr().out
    assert "clock Europe/Brussels" in printed and printed.rstrip().endswith(" time_zone=Europe/Brussels")
    assert [row["sibt"] for row in flights_in(out)][1:] == [
        "2026-10-25 02:10+02:00", "2026-10-25 02:20+01:00", "2026-10-25 04:30",
    ]  # fmt: skip
    assert schedule(out / "flights.csv", tmp_path / "again", "time_zone=Europe/Brussels") == 0
    assert (tmp_path / "again" / "flights.csv").read_bytes() == (out / "flights.csv").read_bytes()
    capsys.readouterr()
    assert "needs time_zone=NAME" in refused(capsys, path, tmp_path / "no")
    assert "time_zone: must be an IANA name" in refused(capsys, path, tmp_path / "no", "time_zone=Liege")
    ssim_file = timetable(tmp_path, *LEGS)
    assert "is SSIM, whose times" in refused(capsys, ssim_file, tmp_path / "no", "time_zone=Europe/Brussels")


def test_a_scenario_with_a_time_zone_reads_local_times_and_ssim_without_it(tmp_path, capsys):
    path, out, mine = tmp_path / "all.csv", tmp_path / "out", tmp_path / "mine"
    (mine / "scenario").mkdir(parents=True)
    (mine / "scenario" / "north.yaml").write_text(
        '# @package _global_\nscenario: north\nstart_date: "2024-03-04"\ntime_zone: Europe/Stockholm\n'
    )
    path.write_text("flight,sibt\nA,2026-10-25 02:10+02:00\n")
    words = ("scenario=north", "--config-dir", str(mine))
    assert schedule(path, out, *words) == 0
    printed = capsys.readouterr().out
    assert "clock Europe/Stockholm" in printed and "time_zone=" not in printed
    assert " scenario=north start_date=null " in printed  # The scenario's first day is years before the file's.
    assert flights_in(out)[0]["sibt"] == "2026-10-25 02:10+02:00"
    assert schedule(timetable(tmp_path, *LEGS), out, *words) == 0  # Its times have one distance from UTC all the year.
    assert " time_zone=null scenario=north " in capsys.readouterr().out
