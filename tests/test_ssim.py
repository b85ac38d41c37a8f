"""SSIM, chapter 7: each field does what it says, days fall where they should, and damage is told in one line."""

import csv
import datetime as dt
import re

import pytest
from public_data import shared

from sim.errors import InputError
from sim.inputs import ssim_records as ssim
from sim.inputs.ssim import FREIGHTERS, expand, read_ssim
from sim.inputs.ssim_records import WIDTH

FILLER = "0" * WIDTH
SAMPLE_LEG = {
    "airline_designator": "CV",
    "flight_number": " 751",
    "itinerary_variation_identifier": "01",
    "leg_sequence_number": "01",
    "service_type": "F",
    "period_of_operation_from": "05SEP22",
    "period_of_operation_to": "18SEP22",
    "days_of_operation": "1234567",
    "departure_station": "HKG",
    "scheduled_time_of_aircraft_departure": "1000",
    "utc_local_time_variation_departure": "+0800",
    "arrival_station": "LGG",
    "scheduled_time_of_aircraft_arrival": "1500",
    "utc_local_time_variation_arrival": "+0200",
    "aircraft_type": "77X",
    "aircraft_configuration_version": "PP27LL10",
}
ONE_DAY = {"period_of_operation_to": "05SEP22", "days_of_operation": "1"}
FIRST, LAST = dt.date(2022, 8, 1), dt.date(2022, 12, 31)


def record(kind, serial, fields=None, places=None):
    """A record of 200 characters with the fields in their columns."""
    text = [" "] * WIDTH
    text[0] = kind
    for name, value in (fields or {}).items():
        first, last = places[name]
        text[first - 1 : last] = value.ljust(last - first + 1)
    text[194:] = f"{serial:06}"
    return "".join(text)


def leg(serial=3, **changed):
    return record("3", serial, SAMPLE_LEG | changed, ssim.LEG)


def file_of(*records, time_mode="L", until="29OCT22"):
    """The lines of a file with one carrier, whose legs are given; blocks are filled with zeros."""
    validity = {"period_of_schedule_validity_from": "27MAR22", "period_of_schedule_validity_to": until}
    last = records[-1][194:] if records else "000002"
    ending = {"serial_number_check_reference": last, "continuation_end_code": "E"}
    return [
        record("1", 1),
        *[FILLER] * 4,
        record("2", 2, {"time_mode": time_mode} | validity, ssim.CARRIER),
        *[FILLER] * 4,
        *records,
        record("5", int(last) + 1, ending, ssim.TRAILER),
        *[FILLER] * 3,
    ]


def written(folder, lines, end="\n"):
    path = folder / "timetable.ssim"
    path.write_text("".join(f"{line}{end}" for line in lines), encoding="latin-1", newline="")
    return path


def read(folder, *records, **options):
    return read_ssim(written(folder, file_of(*records, **options)))


def arrivals(folder, clock_min=60, first=FIRST, last=LAST, time_mode="L", **changed):
    legs = read(folder, leg(**changed), time_mode=time_mode).legs
    return [flight.sibt for flight in expand(legs, first, last, clock_min=clock_min)]


def at(day, hour, minute=0, month=9):
    return dt.datetime(2022, month, day, hour, minute)  # noqa: DTZ001 - the hub's clock has no zone


def test_a_leg_has_its_fields(tmp_path):
    (only,) = read(tmp_path, leg(operational_suffix="B")).legs
    assert (only.airline, only.flight, only.variation, only.sequence) == ("CV", "CV751B", "01", 1)
    assert (only.service, only.aircraft, only.configuration) == ("F", "77X", "PP27LL10")
    assert (only.origin, only.destination, only.days) == ("HKG", "LGG", (1, 2, 3, 4, 5, 6, 7))
    assert (only.first, only.last, only.every_weeks) == (dt.date(2022, 9, 5), dt.date(2022, 9, 18), 1)
    assert (only.departure_min, only.arrival_min, only.arrival_variation_min) == (120, 780, 120)
    assert not only.is_codeshare


def test_fields_lie_where_the_layout_says():
    with shared("ssim_ch7_layout.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    layout = {(row["record"], row["field"]): (int(row["start_1based"]), int(row["end_1based"])) for row in rows}
    for kind, places in {"2": ssim.CARRIER, "3": ssim.LEG, "4": ssim.SEGMENT, "5": ssim.TRAILER}.items():
        for name, place in places.items():
            assert layout[kind, name] == place, name
    assert all(layout[kind, "record_serial_number"] == ssim.SERIAL for kind in "12345")


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_records_stand_on_lines_or_follow_each_other(tmp_path, end):
    lines = file_of(leg(), leg(4, flight_number=" 752"))
    assert [one.flight for one in read_ssim(written(tmp_path, lines, end)).legs] == ["CV751", "CV752"]


def test_a_local_arrival_is_told_on_a_clock_without_daylight_saving(tmp_path):
    # 15:00 in Liège's summer is 13:00 UTC and 14:00 in its winter time.
    assert arrivals(tmp_path, **ONE_DAY) == [at(5, 14)]
    assert arrivals(tmp_path, **ONE_DAY, clock_min=0) == [at(5, 13)]


def test_in_mode_utc_the_variations_are_not_applied(tmp_path):
    assert arrivals(tmp_path, **ONE_DAY, time_mode="U") == [at(5, 16)]
    nothing = {"utc_local_time_variation_departure": "", "utc_local_time_variation_arrival": ""}
    assert arrivals(tmp_path, **ONE_DAY, time_mode="U", **nothing) == [at(5, 16)]
    assert read(tmp_path, leg(**nothing), time_mode="U").legs[0].arrival_variation_min is None


@pytest.mark.parametrize(
    ("departure", "arrival", "variation", "expected"),
    [
        ("2200", "0300", "", at(6, 2)),  # without the field: the first 03:00 after the departure
        ("2200", "0300", "01", at(6, 2)),
        ("0100", "0630", "11", at(6, 5, 30)),  # the flight left its first station the day before
        ("0100", "0630", "12", at(7, 5, 30)),
        ("0500", "2330", "0A", at(4, 22, 30)),  # eastbound over the date line
    ],
)
def test_overnight(tmp_path, departure, arrival, variation, expected):
    eastbound = {"utc_local_time_variation_departure": "+1400"} if "A" in variation else {}
    found = arrivals(
        tmp_path,
        **ONE_DAY,
        scheduled_time_of_aircraft_departure=departure,
        scheduled_time_of_aircraft_arrival=arrival,
        date_variation=variation,
        **eastbound,
    )
    assert found == [expected]


def test_the_range_is_of_arrivals_not_of_departures(tmp_path):
    night = {"scheduled_time_of_aircraft_departure": "2200", "scheduled_time_of_aircraft_arrival": "0300"}
    found = arrivals(tmp_path, first=dt.date(2022, 9, 6), last=dt.date(2022, 9, 7), **night)
    assert found == [at(6, 2), at(7, 2)]
    assert arrivals(tmp_path, first=dt.date(2022, 9, 5), last=dt.date(2022, 9, 5), **night) == []
    assert arrivals(tmp_path, first=dt.date(2022, 9, 19), last=LAST, **night) == [at(19, 2)]


def test_days_of_operation(tmp_path):
    assert [when.day for when in arrivals(tmp_path, days_of_operation="1 3   7")] == [5, 7, 11, 12, 14, 18]


def test_a_period_shorter_than_a_week_has_its_last_day(tmp_path):
    three_days = {"days_of_operation": "1 3", "period_of_operation_to": "07SEP22"}
    assert [when.day for when in arrivals(tmp_path, **three_days)] == [5, 7]


def test_every_second_week_counts_from_the_period(tmp_path):
    biweekly = {"days_of_operation": " 2   6", "frequency_rate": "2", "period_of_operation_to": "09OCT22"}
    found = [(when.month, when.day) for when in arrivals(tmp_path, **biweekly)]
    assert found == [(9, 6), (9, 10), (9, 20), (9, 24), (10, 4), (10, 8)]
    late = arrivals(tmp_path, first=dt.date(2022, 9, 12), **biweekly)
    assert [(when.month, when.day) for when in late] == found[2:]


def test_until_further_notice(tmp_path):
    mondays = leg(period_of_operation_to="00XXX00", days_of_operation="1")
    found = expand(read(tmp_path, mondays, until="00XXX00").legs, FIRST, dt.date(2023, 1, 3))
    assert found[-1].sibt.date() == dt.date(2023, 1, 2)
    assert len(found) == 18


def test_a_leg_until_further_notice_ends_with_the_schedule_of_its_own_carrier(tmp_path):
    endless = {"period_of_operation_to": "00XXX00"}
    files = [
        file_of(leg(airline_designator=airline, **endless), until=until)
        for airline, until in (("CV", "29OCT22"), ("5X", "25MAR23"), ("QR", "00XXX00"))
    ]
    legs = read_ssim(written(tmp_path, [line for lines in files for line in lines])).legs
    assert [each.last for each in legs] == [dt.date(2022, 10, 29), dt.date(2023, 3, 25), None]
    assert read(tmp_path, leg()).legs[0].last == dt.date(2022, 9, 18)


def test_flights_of_one_instant_are_in_the_order_of_their_names(tmp_path):
    legs = read(tmp_path, leg(3, flight_number=" 752", **ONE_DAY), leg(4, **ONE_DAY)).legs
    assert [each.leg.flight for each in expand(legs, FIRST, LAST)] == ["CV751", "CV752"]


def test_blanks_behind_a_record_and_the_end_mark_of_a_file_are_no_damage(tmp_path):
    path = written(tmp_path, [f"{line}  " for line in file_of(leg())])
    path.write_bytes(path.read_bytes() + b"\x1a")
    assert len(read_ssim(path).legs) == 1


def test_days_are_those_of_a_plain_count(tmp_path):
    for days in ("1", " 2", "   4", "1   5", "      7"):
        expected = [
            dt.date(2022, 9, 7) + dt.timedelta(n)
            for n in range(40)
            if str((dt.date(2022, 9, 7) + dt.timedelta(n)).isoweekday()) in days
        ]
        period = {"period_of_operation_from": "07SEP22", "period_of_operation_to": "16OCT22"}
        found = arrivals(tmp_path, days_of_operation=days, **period)
        assert [when.date() for when in found] == expected


def segment(element, serial=4):
    same = {"airline_designator": "CV", "flight_number": " 751"}
    text = record("4", serial, {name: SAMPLE_LEG[name] for name in (*same, "service_type")}, ssim.LEG)
    return f"{text[:9]}0101{text[13:30]}{element}HKGLGG5X 0012{text[46:]}"


def test_another_name_of_a_flight_is_no_flight(tmp_path):
    legs = read(tmp_path, leg(), segment("050")).legs
    assert legs[0].is_codeshare
    assert expand(legs, FIRST, LAST) == ()
    assert not read(tmp_path, leg(), segment("010")).legs[0].is_codeshare


def test_each_carrier_has_its_time_mode(tmp_path):
    of_one, of_other = file_of(leg()), file_of(leg(airline_designator="5X"), time_mode="U")
    both = read_ssim(written(tmp_path, [*of_one, *of_other[1:]])).legs
    assert [one.arrival_min for one in both] == [780, 900]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"airline_designator": "?V"}, "columns 3-5: expected an airline's designator, got '?V '"),
        ({"flight_number": "7X1"}, "columns 6-9: expected a flight number, got '7X1 '"),
        ({"service_type": " "}, "column 14: expected a service type, a letter, got ' '"),
        ({"period_of_operation_from": "31SEP22"}, "columns 15-21: expected a date as 05SEP22, got '31SEP22'"),
        ({"period_of_operation_to": "18SPT22"}, "columns 22-28: expected a date as 05SEP22, got '18SPT22'"),
        ({"period_of_operation_to": "04SEP22"}, "columns 22-28: expected a day not before the period's first"),
        ({"days_of_operation": "135"}, "columns 29-35: expected days 1 to 7, each in its own column"),
        ({"days_of_operation": ""}, "columns 29-35: expected at least one day of operation, got '       '"),
        (
            {"period_of_operation_to": "06SEP22", "days_of_operation": "1 3"},
            "columns 29-35: expected days of operation that fall in the period 2022-09-05 to 2022-09-06, got '1 3    '",
        ),
        ({"frequency_rate": "3"}, "column 36: expected 1, 2 or a blank, got '3'"),
        ({"departure_station": "H1G"}, "columns 37-39: expected an airport of 3 letters, got 'H1G'"),
        ({"scheduled_time_of_aircraft_departure": "1060"}, "columns 44-47: expected a time HHMM"),
        ({"scheduled_time_of_aircraft_arrival": "2501"}, "columns 58-61: expected a time HHMM"),
        ({"utc_local_time_variation_arrival": ""}, "columns 66-70: expected local time less UTC as +HHMM or -HHMM"),
        ({"utc_local_time_variation_departure": "0800"}, "columns 48-52: expected local time less UTC"),
        ({"aircraft_type": "7"}, "columns 73-75: expected an aircraft type of 3 characters, got '7  '"),
        ({"date_variation": "0Z"}, "columns 193-194: expected days after the day of operation"),
        ({"date_variation": "10"}, "columns 193-194: expected an arrival after the departure, not 780 min before it"),
        ({"scheduled_time_of_aircraft_arrival": "0400"}, "columns 58-61: expected an arrival after the departure"),
    ],
)
def test_damage_is_one_line_that_names_its_place(tmp_path, changed, message):
    with pytest.raises(InputError, match=re.escape(f"timetable.ssim: line 11, {message}")) as caught:
        read(tmp_path, leg(**changed))
    assert "\n" not in str(caught.value)


def without(lines, number):
    return [*lines[:number], *lines[number + 1 :]]


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda lines: [*lines[:10], lines[10][:-13], *lines[11:]], "line 11: expected a record of 200 characters"),
        (lambda lines: [*lines[:10], lines[10] + "x", *lines[11:]], "line 11: expected a record of 200 characters"),
        (lambda lines: ["9" + lines[0][1:], *lines[1:]], "line 1, column 1: expected a record type from 1 to 5"),
        (lambda lines: without(lines, 5), "line 10, column 1: expected the carrier's record (type 2) before its legs"),
        (lambda lines: without(lines, 10), "line 11, columns 188-193: expected the serial number of the record before"),
        (lambda lines: lines[:11], "line 11: the file is cut off: expected a trailer (type 5) as its last record"),
        (lambda lines: [line.replace("2L", "2X") for line in lines], "line 6, column 2: expected the time mode"),
        (lambda lines: [line[:-1] + "?" for line in lines], "line 1, columns 195-200: expected a record's serial"),
        (lambda lines: [], "empty; expected records of 200 characters"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(tmp_path, damage, error):
    with pytest.raises(InputError, match=re.escape(error)):
        read_ssim(written(tmp_path, damage(file_of(leg()))))


def test_a_file_without_legs_or_without_content_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no flight leg \(record of type 3\) in it"):
        read(tmp_path)
    with pytest.raises(InputError, match=r"nowhere\.ssim: cannot be read: No such file"):
        read_ssim(tmp_path / "nowhere.ssim")


def test_bad_records_are_left_out_and_told(tmp_path):
    records = [leg(), leg(4, flight_number=" 75?"), leg(5, flight_number=" 753")[:150], leg(6, flight_number=" 754")]
    path = written(tmp_path, file_of(*records))
    found = read_ssim(path, skip_bad=True)
    assert [one.flight for one in found.legs] == ["CV751", "CV754"]
    assert len(found.bad) == 2
    assert "line 12, columns 6-9" in found.bad[0]
    assert "line 13: expected a record of 200 characters, got 150" in found.bad[1]
    with pytest.raises(InputError, match="line 12"):
        read_ssim(path)
    with pytest.raises(InputError, match=r"no flight leg .* could be read; left out \d+, the first: line \d+"):
        read_ssim(written(tmp_path, file_of(leg(service_type="?"))), skip_bad=True)


def test_legs_of_a_carrier_that_cannot_be_read_are_left_out_too(tmp_path):
    lines = file_of(leg())
    damaged = [line.replace("2L", "2?") for line in lines]
    found = read_ssim(written(tmp_path, [*damaged, *lines[1:]]), skip_bad=True)
    assert len(found.legs) == 1
    assert len(found.bad) == 2
    # Its legs have no time mode of their own, also where the carrier before has no trailer.
    of_other = file_of(leg(flight_number=" 752"), time_mode="?")
    found = read_ssim(written(tmp_path, [*lines[:-4], *of_other[1:]]), skip_bad=True)
    assert [each.flight for each in found.legs] == ["CV751"]


def test_a_real_file(tmp_path):
    path = shared("sample_passenger.ssim")
    found = read_ssim(path)
    assert len(found.legs) == 514
    assert {one.airline for one in found.legs} == {"XX"}
    assert sum(one.service in FREIGHTERS for one in found.legs) == 2
    flights = expand(found.legs, dt.date(2005, 6, 9), dt.date(2005, 6, 10), clock_min=4 * 60)
    freighter = [flight for flight in flights if flight.leg.service == "F"]
    # RUN 21:30 to DZA 22:40 at +0300, and on to RUN, where it is 02:30 of the next day.
    assert [flight.sibt.isoformat(" ", "minutes") for flight in freighter] == ["2005-06-09 23:40", "2005-06-10 02:30"]
    damaged = tmp_path / "damaged.ssim"
    damaged.write_bytes(path.read_bytes().replace(b"23MAY05", b"23MAI05", 1))
    with pytest.raises(InputError, match=r"damaged\.ssim: line 13, columns 15-21: expected a date"):
        read_ssim(damaged)
    assert len(read_ssim(damaged, skip_bad=True).legs) == 513
