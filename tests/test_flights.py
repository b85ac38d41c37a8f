"""Flights from a file: what is read, and what is refused in one line."""

from pathlib import Path

import pytest

from experiments.composition import load
from sim.errors import CargohubError
from sim.inputs.inputs import make_inputs
from sim.units import TICKS_PER_MIN

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
