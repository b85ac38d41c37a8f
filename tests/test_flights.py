"""Flights from a file: what is read, and what is refused in one line."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from experiments.composition import load
from experiments.designs.unusual import period_warnings
from experiments.replications.summing import traffic
from sim import simulate
from sim.domain.clock import NO_CHANGES
from sim.errors import CargohubError
from sim.inputs.calls import Call, _moved
from sim.inputs.inputs import make_inputs
from sim.inputs.rates import factor_at
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
        GOOD.replace(",", ";").replace("\n", ";\n").replace("s;\n", 's;"why, who, when, where, how, what"\n'),
        GOOD.replace(",", ";").replace("\n", ";\n").replace("s;\n", "s;why, who, when, where, how\n"),
    ],
    ids=["plain", "crlf", "semicolons", "byte-order mark", "quoted commas in a name", "commas in a name"],
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
        (
            "flight|sibt\nA|2022-09-05 10:00\n",
            r"'flight' among flight\|sibt; needed: .*; columns are separated by",
        ),
        ("flight,stib\nA,2022-09-05 10:00\n", "no column 'sibt'.*did you mean column 'stib'"),
        ("FLIGHT,sibt\nA,2022-09-05 10:00\n", "no column 'flight'.*did you mean column 'FLIGHT'"),
        ("flight,sibt,PARCELS\nA,2022-09-05 10:00,9\n", "column 'PARCELS' .* did you mean 'parcels'"),
        ("date\n2022-09-05\n", "no column 'flight' among date; needed: flight, sibt; optional: arrival"),
        ("1AIRLINE STANDARD SCHEDULE DATA SET\n", "no header with flight, sibt; `cargohub schedule` makes such a file"),
        (
            "flight,sibt,arrival\nA,2022-09-05 10:00,2023-09-05 10:00\n",
            "row 2: arrival: within a week of sibt 2022-09-05 10:00, got 2023-09-05 10:00",
        ),
        ("flight,sibt\nA,5 September\n", "row 2: sibt: a date and time as .*got '5 September'"),
        ("flight,sibt\nA,2022-09-05\n", "row 2: sibt: a date and time as .*got '2022-09-05'"),
        ("flight,sibt,parcels\nA,2022-09-05 10:00,-4\n", "row 2: parcels: a whole number from 1 to 500000, got '-4'"),
        (
            "flight,sibt,parcels\nA,2022-09-05 10:00,500001\n",
            "row 2: parcels: a whole number from 1 to 500000, got '500001'",
        ),
        ("flight,sibt,aircraft\nA,2022-09-05 10:00,zeppelin\n", "row 2: aircraft: one of b777f, got 'zeppelin'"),
        ("flight,sibt\nA,2022-09-05 10:00\nA,2022-09-05 10:00\n", "row 3: flight 'A' at this sibt occurs twice"),
        ("flight,sibt,after\nA,2022-09-05 10:00,\n", "column 'after' without column 'leg_min'"),
        (LEGS + "B,2022-09-06 10:00,A,\n", "row 3: leg_min: empty, but after is 'A'"),
        (LEGS + "B,2022-09-06 10:00,,60\n", "row 3: after: empty, but leg_min is '60'"),
        (LEGS + "B,2022-09-06 10:00,A,soon\n", "row 3: leg_min: minutes as 90.5, above 0 to 10080, got 'soon'"),
        (LEGS + "B,2022-09-06 10:00,C,60\n", "row 3: after: no flight 'C' in the file"),
        (LEGS + "B,2022-09-06 10:00,B,60\n", "row 3: after: flight 'B' has no sibt before that of 'B'"),
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
        "halls.main.packout_posts=0",
    )
    flights = simulate(load("liege_30k", *words)).tables["flights"]
    row = {(key, int(day)): n for n, (key, day) in enumerate(zip(flights["key"], flights["sibt"] // 1440, strict=True))}
    first, late, other, again = (row[name] for name in (("A", 0), ("B", 0), ("C", 0), ("A", 1)))
    assert flights["stand_requested"][first] == 15 * 60
    assert flights["stand_requested"][late] == flights["aobt"][first] + 240 > flights["arrival"][late] == 16 * 60
    assert flights["stand_requested"][other] == flights["arrival"][other] == 16 * 60
    assert flights["stand_requested"][again] == flights["arrival"][again] == 40 * 60


SMALL_TYPE = (
    "+fleet.small={share: 0, main_deck: {ulds: 15, m3: 19, kg: 6400, parcels: 3520},"
    " lower_deck: {ulds: 4, m3: 10.8, kg: 4400, parcels: 1996}, payload_t: 50}"
)


def flights_of_fleet(path: Path, text: str, *words: str, replication: int = 0) -> list[tuple[str, str, int]]:
    path.write_text(text)
    hub = load("liege_30k", "arrivals=file", "warmup_days=0", f"arrivals.schedule={path}", *words)
    return [(flight.key, flight.aircraft, flight.n_parcels) for flight in make_inputs(hub, replication).flights]


def test_a_flight_carries_what_its_type_can(tmp_path: Path) -> None:
    path, text = tmp_path / "flights.csv", "flight,sibt,aircraft\nA,2022-09-05 10:00,small\nB,2022-09-05 11:00,b777f\n"
    kg = 93_500 / 115_000
    assert flights_of_fleet(path, text, SMALL_TYPE) == [("A", "small", int(50_000 / kg)), ("B", "b777f", 115_000)]
    smaller = SMALL_TYPE.replace("m3: 19,", "m3: 10,")
    volume_l = (15 * 10 + 4 * 10.8) * 1000
    assert flights_of_fleet(path, text, smaller)[0] == ("A", "small", int(volume_l / (5.4 * 150 / 160)))
    fewer_kg = SMALL_TYPE.replace("6400", "1000").replace("4400", "1000")
    assert flights_of_fleet(path, text, fewer_kg)[0] == ("A", "small", int(19_000 / kg))


def test_drawn_types_carry_what_they_can_and_the_mean_follows() -> None:
    words = ("fleet.b777f.share=0.5", SMALL_TYPE.replace("share: 0,", "share: 0.5,"))
    hub = load("liege_30k", *words)
    loads = {flight.aircraft: flight.n_parcels for flight in make_inputs(hub, 0).flights}
    assert loads == {"b777f": 115_000, "small": 61_497}
    assert hub.mean_parcels_per_flight == (115_000 + 61_497) / 2
    today = load("liege_30k")
    assert today.mean_parcels_per_flight == 115_000 and today.hub_share is not None
    assert traffic(hub) == (3.5, 3.5 * hub.mean_parcels_per_flight)
    assert hub.hub_share is None, "these flights carry less than the share of the airport's parcels"
    (warning,) = period_warnings(hub)
    assert warning == "fleet.small: a flight has 61,497 parcels instead of demand's 115,000 (payload_t = 50)"


@pytest.mark.parametrize(
    ("aircraft", "parcels", "words", "message"),
    [
        ("b777f", 115_001, (), r"row 3: parcels: at most the 115000 that aircraft b777f carries .*, got 115001"),
        ("b777f", 115_000, ("fleet.b777f.payload_t=50",), r"at most the 61497 .*\(payload_t = 50\), got 115000"),
        ("small", 90_000, (), r"at most the 61497 that aircraft small carries \(payload_t = 50\), got 90000"),
        ("", 200_000, (), r"at most the 115000 that any aircraft type of the fleet carries .*, got 200000"),
    ],
)
def test_a_row_beyond_its_type_is_refused(
    tmp_path: Path, aircraft: str, parcels: int, words: tuple[str, ...], message: str
) -> None:
    text = f"flight,sibt,aircraft,parcels\nA,2022-09-05 10:00,,\nB,2022-09-05 11:00,{aircraft},{parcels}\n"
    with pytest.raises(CargohubError, match=message):
        flights_of_fleet(tmp_path / "flights.csv", text, SMALL_TYPE, *words)


def test_a_row_without_a_type_flies_one_that_carries_it(tmp_path: Path) -> None:
    words = ("fleet.b777f.share=0.1", SMALL_TYPE.replace("share: 0,", "share: 0.9,"))
    text = "flight,sibt,parcels\n" + "".join(f"A,2022-09-05 {hour}:00,115000\n" for hour in range(10, 20))
    flights = flights_of_fleet(tmp_path / "flights.csv", text, *words)
    assert {aircraft for _, aircraft, _ in flights} == {"b777f"}


def test_a_row_without_a_type_flies_those_that_carry_it_by_their_shares(tmp_path: Path) -> None:
    large = "{share: 0.25, main_deck: {ulds: 27, m3: 18.9, kg: 6400, parcels: 3520}, payload_t: 93.5,"
    words = (
        "fleet.b777f.share=0.25",
        SMALL_TYPE.replace("share: 0,", "share: 0.5,"),
        f"+fleet.other={large} lower_deck: {{ulds: 10, m3: 10.8, kg: 4400, parcels: 1996}}}}",
    )
    text = "flight,sibt,parcels\n" + "".join(f"A,2022-09-05 00:{minute:02}:00,115000\n" for minute in range(60))
    count = Counter(aircraft for _, aircraft, _ in flights_of_fleet(tmp_path / "flights.csv", text, *words))
    assert count.keys() == {"b777f", "other"}
    assert stats.binomtest(count["other"], count.total(), 0.5).pvalue > 0.01


def test_a_type_that_carries_no_parcel_is_refused() -> None:
    with pytest.raises(CargohubError, match=r"fleet\.b777f: carries no parcel of mean size \(payload_t = 0\.0001\)"):
        load("liege_30k", "fleet.b777f.payload_t=0.0001")
    with pytest.raises(CargohubError, match=r"fleet\.b777f\.payload_t: must be at most 500, got 93500"):
        load("liege_30k", "fleet.b777f.payload_t=93500")


def drawn_loads(*words: str, replications: int = 8) -> list[int]:
    hub = load("liege_30k", *words)
    return [flight.n_parcels for number in range(replications) for flight in make_inputs(hub, number).flights]


def test_without_a_spread_every_flight_carries_the_mean() -> None:
    assert set(drawn_loads("demand.load.spread=0", replications=1)) == {115_000}


def test_loads_spread_about_the_mean_that_stays_and_none_is_above_the_fullest() -> None:
    spread = ("exports=none", "demand.load.spread=0.08")
    loads = np.array(drawn_loads(*spread))
    standard_error = 0.08 * 115_000 / np.sqrt(len(loads))
    assert abs(loads.mean() - 115_000) < 4 * standard_error
    assert 0.06 < loads.std() / 115_000 < 0.10
    assert loads.max() <= int(1.03 * 93_500 / (93_500 / 115_000)) < 1.031 * 115_000
    assert loads.min() > 0
    # By volume: 618.3 m3 of ULDs at 5.0625 l a parcel, packed as tightly as can be.
    assert max(drawn_loads(*spread, "demand.load.fullest=2")) <= int(618_300 / (5.4 * 0.9375))


def test_a_spread_that_the_fullest_load_does_not_allow_is_warned_of() -> None:
    loads = np.array(drawn_loads("demand.load.spread=0.15"))
    assert loads.std() / loads.mean() == pytest.approx(0.122, abs=0.02)
    (line,) = period_warnings(load("liege_30k", "demand.load.spread=0.15"))
    assert line.startswith("demand.load.spread = 0.15 is not possible") and line.endswith("at most 0.122")
    assert not period_warnings(load("liege_30k", "demand.load.spread=0.15", "demand.load.fullest=1.05"))


def test_a_load_belongs_to_its_flight() -> None:
    """More flights and another hall move no load; a wider spread keeps the order of the loads."""
    few, more, other = (
        {flight.key: flight.n_parcels for flight in make_inputs(load(name, *words), 0).flights}
        for name, words in (
            ("liege_30k", ("demand.load.spread=0.05",)),
            ("liege_30k", ("demand.load.spread=0.05", "demand.flights_per_day=4.5")),
            ("liege_66k", ("demand.load.spread=0.05",)),
        )
    )
    assert few == other
    assert all(more[key] == parcels for key, parcels in few.items() if key in more)
    wide = {f.key: f.n_parcels for f in make_inputs(load("liege_30k", "demand.load.spread=0.08"), 0).flights}
    assert sorted(few, key=lambda key: (few[key], key))[:20] == sorted(wide, key=lambda key: (wide[key], key))[:20]


def test_a_factor_on_the_demand_counts_from_its_first_minute_until_before_its_last():
    factors = [(60.0, 120.0, 2.0), (90.0, 150.0, 3.0)]
    assert [factor_at(factors, minute * TICKS_PER_MIN) for minute in (59, 60, 90, 120, 150)] == [1, 2, 6, 3, 1]


@pytest.mark.parametrize("sobt", [None, 500])
def test_a_moved_flight_is_scheduled_arrives_and_leaves_later_by_the_same_time(sobt):
    call = Call(arrival=120, key="A", entity=(1,), sibt=100, aircraft=None, n_parcels=None, sobt=sobt)
    moved = _moved(call, SimpleNamespace(moved_min=lambda _: 60.0), NO_CHANGES)
    hour = 60 * TICKS_PER_MIN
    assert (moved.sibt, moved.arrival, moved.sobt) == (100 + hour, 120 + hour, sobt and sobt + hour)
    assert moved.is_moved and not call.is_moved
    assert _moved(call, SimpleNamespace(moved_min=lambda _: 0), NO_CHANGES) is call
