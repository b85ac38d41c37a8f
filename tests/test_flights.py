"""Flights from a file: what is read, and what is refused in one line."""

from pathlib import Path

import pytest

from experiments.composition import load
from sim import simulate
from sim.errors import CargohubError
from sim.inputs.inputs import make_inputs
from sim.units import TICKS_PER_MIN

LEGS = "flight,sibt,after,leg_min\nA,2022-09-05 10:00,,\n"
GOOD = "flight,sibt,arrival,parcels\nCV1,2022-09-05 10:00,2022-09-05 11:30,1000\nCV2,2022-09-05T12:00,,\n"


def flights_of(path: Path, text: str | bytes) -> list[tuple[str, float, int]]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    inputs = make_inputs(load("liege_30k", "arrivals=file", "warmup_days=0", f"arrivals.schedule={path}"), 0)
    return [(flight.key, flight.arrival / TICKS_PER_MIN, flight.n_parcels) for flight in inputs.flights]


EXPECTED = [("CV1", 690.0, 1000), ("CV2", 720.0, 115_000)]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace(",", ";"),
        b"\xef\xbb\xbf" + GOOD.encode(),
    ],
    ids=["plain", "crlf", "semicolons", "byte-order mark"],
)
def test_a_file_replays_flight_by_flight(tmp_path: Path, text: str | bytes) -> None:
    assert flights_of(tmp_path / "flights.csv", text) == EXPECTED


def test_an_aircraft_type_without_positions_is_refused() -> None:
    words = ("fleet.b777f.main_deck.ulds=0", "fleet.b777f.lower_deck.ulds=0")
    with pytest.raises(CargohubError, match=r"fleet\.b777f: .* an aircraft type needs at least one position, got 0"):
        load("liege_30k", *words)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty; expected a header"),
        ("flight,sibt\n", "a header, but no flights"),
        ("flight,stib\nA,2022-09-05 10:00\n", "no column 'sibt'.*did you mean column 'stib'"),
        ("flight,sibt\nA,5 September\n", "row 2: sibt: a date and time as .*got '5 September'"),
        ("flight,sibt,parcels\nA,2022-09-05 10:00,-4\n", "row 2: parcels: a whole number from 1 to 500000, got '-4'"),
        ("flight,sibt,aircraft\nA,2022-09-05 10:00,zeppelin\n", "row 2: aircraft: one of b777f, got 'zeppelin'"),
        ("flight,sibt\nA,2022-09-05 10:00\nA,2022-09-05 10:00\n", "row 3: flight 'A' at this sibt is there twice"),
        ("flight,sibt,after\nA,2022-09-05 10:00,\n", "column 'after' without column 'leg_min'"),
        (LEGS + "B,2022-09-06 10:00,A,\n", "row 3: leg_min: empty, while after is 'A'"),
        (LEGS + "B,2022-09-06 10:00,,60\n", "row 3: after: empty, while leg_min is '60'"),
        (LEGS + "B,2022-09-06 10:00,A,soon\n", "row 3: leg_min: minutes above 0, at most 10080, got 'soon'"),
        (LEGS + "B,2022-09-06 10:00,C,60\n", "row 3: after: no flight 'C' in the file"),
        (LEGS + "B,2022-09-06 10:00,B,60\n", "row 3: after: flight 'B' has no sibt before that of 'B' itself"),
        (
            "flight,sibt,after,leg_min\nA,2022-09-05 10:00,B,9\nB,2022-09-05 11:00,A,9\n",
            "row 2: after: flight 'B' has no",
        ),
        (LEGS + "B,2022-09-06 10:00,A,60\nC,2022-09-06 10:00,A,60\n", "row 4: after: .* flies 'B' next already"),
        (b"flight,sibt\n\xff\xfe,2022\n", "not UTF-8"),
    ],
)
def test_mistakes_in_a_file_are_one_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(CargohubError, match=message) as caught:
        flights_of(tmp_path / "flights.csv", text)
    assert "\n" not in str(caught.value)
    assert "flights.csv" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CargohubError, match=r"nowhere\.csv"):
        make_inputs(load("liege_30k", "arrivals=file", f"arrivals.schedule={tmp_path / 'nowhere.csv'}"), 0)


def test_a_late_aircraft_delays_its_own_next_leg_and_no_other(tmp_path):
    path = tmp_path / "flights.csv"
    path.write_text(
        "flight,sibt,arrival,after,leg_min\nA,2022-09-05 10:00,2022-09-05 15:00,,\n"
        "B,2022-09-05 16:00,2022-09-05 16:00,A,240\nA,2022-09-06 16:00,2022-09-06 16:00,B,60\n"
        "C,2022-09-05 16:00,2022-09-05 16:00,,\n"
    )
    words = (
        "arrivals=file",
        f"arrivals.schedule={path}",
        "warmup_days=0",
        "horizon_days=2",
    )
    flights = simulate(load("liege_30k", *words)).tables["flights"]
    row = {(key, int(day)): n for n, (key, day) in enumerate(zip(flights["key"], flights["sibt"] // 1440, strict=True))}
    first, late, other, again = (row[name] for name in (("A", 0), ("B", 0), ("C", 0), ("A", 1)))
    assert flights["stand_requested"][first] == 15 * 60
    assert flights["stand_requested"][late] == flights["aobt"][first] + 240 > flights["arrival"][late] == 16 * 60
    assert flights["stand_requested"][other] == flights["arrival"][other] == 16 * 60
    assert flights["stand_requested"][again] == flights["arrival"][again] == 40 * 60
