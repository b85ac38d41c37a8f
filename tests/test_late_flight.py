"""What a late flight cost: a hub whose answer is known by hand, and what the comparison may not change."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mistakes import refused
from stored_runs import rewritten, sealed
from test_trace import SMALL, TIGHT, changed

import sim
from experiments.composition import load
from experiments.main import main
from experiments.studies.trace.run import as_object, comparison_text
from sim.inputs.inputs import make_inputs
from sim.measures.tracing.worlds import Cost, Lateness, World, cost
from sim.units import TICKS_PER_H
from sim.worlds import world

HUB = (
    "arrivals=file", "start_date=2022-09-05", "warmup_days=0", "horizon_days=2", "service_h=10", "exports=none",
    "roster=round_the_clock", "apron.stands=1", "apron.turnaround_min=540", "apron.longest_hold_h=24",
    "outbound.least_fill=0", "outbound.extra_trucks_per_day=0", "sorting.outages=null", "customs.late_data_share=0",
    "customs.document_check_share=0", "customs.examined_share=0",
)  # fmt: skip
"""One stand, nine hours of each flight; trucks of every route at 10:00 and 22:00 only, which leave 45 minutes later."""
FLIGHTS = """flight,sibt,arrival,parcels
LATE,2022-09-05 02:00,2022-09-05 14:00,900
NEXT,2022-09-05 14:30,2022-09-05 14:30,600
LAST,2022-09-06 12:00,2022-09-06 12:00,300
EARLY,2022-09-07 01:00,2022-09-07 00:30,200
"""
"""LATE on schedule takes the trucks of 10:00, as it was those of 22:00. NEXT waits until LATE has left at 23:06, and
takes the trucks of the next morning instead of those of 22:00. LAST misses its promise (22:00) in any case, by 45
minutes. The run ends before EARLY's promise."""
DAY_MIN = 1440


def words(folder: Path) -> tuple[str, ...]:
    (folder / "flights.csv").write_text(FLIGHTS)
    return (*HUB, f"arrivals.schedule={folder / 'flights.csv'}")


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: Any) -> tuple[World, World]:
    config = load("liege_30k", *words(tmp_path_factory.mktemp("flights")))
    actual = world(config, 0)
    return actual, world(config, 0, actual.inputs.flights[0].entity)


def test_what_a_late_flight_cost_is_what_follows_by_hand(worlds: tuple[World, World]) -> None:
    compared = cost(*worlds, 0, 10 * TICKS_PER_H)
    assert (compared.flight, compared.late_min) == ("LATE", 720)
    assert compared.of_late == Lateness(because=900, delay_h=900 * 12)
    assert compared.others == Lateness(because=600, both=300, delay_h=600 * 12)
    assert compared.by_flight == {
        "#0 LATE": compared.of_late,
        "#1 NEXT": Lateness(because=600, delay_h=600 * 12),
        "#2 LAST": Lateness(both=300),
    }
    assert sum(compared.by_route.values(), Lateness()) == compared.total
    assert [(shift.name, shift.minutes) for shift in compared.stands] == [("#0 LATE", 720), ("#1 NEXT", 516)]
    assert [(shift.name, shift.minutes) for shift in compared.cleared] == [("#0 LATE", 720), ("#1 NEXT", 720)]
    assert compared.n_uncounted == 200
    # Its trucks of the first morning are those of the second, for NEXT, instead.
    routes = worlds[0].inputs.site.routes
    only = {
        (shift.name, shift.actual) if np.isnan(shift.on_schedule) else (shift.name, -shift.on_schedule)
        for shift in compared.trucks
    }
    morning = 10 * 60 + 45
    assert only == {(f"{route}/timetabled/0", -morning) for route in routes} | {
        (f"{route}/timetabled/2", DAY_MIN + morning) for route in routes
    }


def test_a_run_compared_with_itself_differs_in_nothing(worlds: tuple[World, World]) -> None:
    actual, _ = worlds
    compared = cost(actual, actual, 0, 10 * TICKS_PER_H)
    assert compared.total == Lateness(both=900 + 600 + 300)
    assert (compared.trucks, compared.stands, compared.cleared) == ((), (), ())


def test_putting_a_flight_on_schedule_moves_no_other_draw(worlds: tuple[World, World]) -> None:
    actual, other = worlds
    flights = [{flight.entity: replace(flight, number=0) for flight in each.inputs.flights} for each in worlds]
    entity = actual.inputs.flights[0].entity
    assert flights[1].pop(entity).arrival == flights[0].pop(entity).sibt
    assert flights[0] == flights[1]
    for flight in actual.inputs.flights:
        pair = [each.inputs.parcels_of(next(f for f in each.inputs.flights if f.key == flight.key)) for each in worlds]
        for name in ("lane", "mass", "volume", "handling", "packing", "channel", "is_no_read", "is_refused"):
            assert np.array_equal(getattr(pair[0], name), getattr(pair[1], name))
    assert actual.inputs.site.apron.manning == other.inputs.site.apron.manning


@pytest.mark.parametrize("extra", [("presorted=bags",), ("customs.examined_share=0.1",)])
def test_departures_are_those_of_the_parcels_and_lateness_is_theirs(extra: tuple[str, ...]) -> None:
    config = load("liege_30k", *SMALL, *TIGHT, "apron.stands=3", "demand.flights_per_day=5", *extra)
    actual = world(config, 0)
    recorded = replace(config, record=replace(config.record, parcels_of_flights="all"))
    result = sim.simulate(recorded)
    parcels, flights = result.tables["parcels"], result.tables["flights"]
    late_flights = [flight for flight in actual.inputs.flights if flight.arrival > flight.sibt]
    late = max(late_flights, key=lambda flight: flight.arrival - flight.sibt)
    service = 10 * TICKS_PER_H
    compared = cost(actual, world(config, 0, late.entity), late.number, service)
    n_late = 0
    for flight in actual.inputs.flights:
        promised = (flight.sibt if flight == late else flight.arrival) + service
        rows = parcels["flight"] == flight.number
        left = parcels["departed"][rows]
        if flight.number in actual.departures:
            places, instants = actual.departures[flight.number]
            assert np.array_equal(np.sort(places), np.flatnonzero(~np.isnan(left)))
            assert np.array_equal(left[places], instants / (TICKS_PER_H / 60))
        if promised < actual.inputs.end and not flights["is_diverted"][flight.number]:
            refused = actual.inputs.parcels_of(flight).is_refused
            is_late = ~(left <= promised / (TICKS_PER_H / 60)) & ~(np.isnan(left) & refused)
            part = compared.by_flight.get(f"#{flight.number} {flight.key}", Lateness())
            # Refused parcels that left in the other run only count as well; there are none here.
            assert part.because + part.both == parcels["n_parcels"][rows][is_late].sum()
            n_late += part.because + part.both
    assert n_late > 0


PRICE = ["cost.parcels.late_eur=2"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: Any) -> Path:
    folder = tmp_path_factory.mktemp("late")
    assert main(["run", *words(folder), "replications=1", *PRICE, "--out", str(folder / "runs")]) == 0
    return next((folder / "runs").iterdir())


def traced(run: Path, capsys: Any, *more: str) -> Iterator[str]:
    capsys.readouterr()
    schedule = f"schedule={run.parent.parent / 'flights.csv'}"
    assert main(["trace", str(run), "compare=on_time", "--quiet", schedule, *more]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return iter(out.splitlines())


def test_the_answer_comes_first(run: Path, capsys: Any) -> None:
    lines = list(traced(run, capsys, "flight=LATE"))
    assert lines[0] == (
        "Because LATE came 12 h 0 min late, 1,500 parcels were late that would have been on time: 900 of this flight,"
        " 600 of other flights."
    )
    text = "\n".join(lines)
    price = "2.00 EUR for each (cost.parcels.late_eur, given for this run)"
    assert f"Net effect: +1,500 late parcels, +3,000 EUR at {price}." in text, "the run's price"
    assert "scheduled Mon 05 Sep 02:00, came Mon 05 Sep 14:00" in text
    assert "Flights that got a stand at a different time: 2 later" in text
    assert "later most: #0 LATE 12 h 0 min, #1 NEXT 8 h 36 min" in text
    assert re.search(
        r"Trucks that left at a different time: \d+ only with the flight late, \d+ only with the flight on sched", text
    )
    assert "Late: not left 10 h after the scheduled in-block (LATE) or drawn arrival (other flights)." in text
    assert "Not counted: 200 parcels" in text


def test_json_has_every_flight_route_and_truck(run: Path, capsys: Any) -> None:
    document = json.loads("\n".join(traced(run, capsys, "flight=#0", "--json")))
    assert {"scenario", "run_dir", "replication"} <= set(document)
    assert document["late_min"] == 720
    assert document["cost"]["parcels"]["late_because"] == 1500
    assert document["cost"]["net"] == {"late": 1500, "eur_per_late_parcel": 2.0, "eur": 3000}
    assert document["cost"]["parcels"]["by_flight"]["#1 NEXT"]["because"] == 600
    assert {each["later_min"] for each in document["cost"]["trucks"]} == {None}
    # Parcels late only on schedule are gained by the delay.
    own, others = Lateness(because=10, otherwise=4), Lateness(because=3, otherwise=2, both=50)
    net = as_object(Cost("LATE", 720.0, {}, {}, own, others, (), (), (), 0), 0.5)["net"]
    assert net == {"late": 7, "eur_per_late_parcel": 0.5, "eur": 3.5}


def test_one_late_parcel_is_in_the_singular_and_the_packaged_price_an_assumption() -> None:
    cost = as_object(Cost("LATE", 720.0, {}, {}, Lateness(because=1), Lateness(), (), (), (), 0), 0.5)
    of = {"title": "flight LATE", "late_min": 18.0, "sibt_min": 0.0, "arrival_min": 18.0, "scenario": "a"}
    lines = comparison_text({**of, "replication": 0, "cost": cost}, load("liege_30k")).splitlines()
    assert lines[0].startswith("Because LATE came 18 min late, 1 parcel was late that would have been on time: 1 of")
    price = "0.50 EUR at 0.50 EUR for each (cost.parcels.late_eur, an assumption)"
    assert lines[1] == f"Net effect: +1 late parcel, +{price}."


@pytest.mark.parametrize(
    ("flight", "line"),
    [
        ("NEXT", "NEXT arrived exactly on schedule: it was not late, so nothing was late because of it."),
        ("EARLY", "EARLY arrived 30 min early: it was not late, so nothing was late because of it."),
    ],
)
def test_a_flight_that_was_not_late_is_one_line(run: Path, capsys: Any, flight: str, line: str) -> None:
    assert list(traced(run, capsys, f"flight={flight}")) == [line]
    assert json.loads("\n".join(traced(run, capsys, f"flight={flight}", "--json")))["cost"] is None


def test_a_flight_whose_aircraft_was_late_is_sent_to_the_flight_before() -> None:
    document = {"title": "flight B", "late_min": 0.0, "aircraft_late_min": 90.0, "cost": None}
    text = comparison_text(document, load("liege_30k"))
    assert text == (
        "B was not late by its own draw (exactly on schedule); its aircraft arrived 1 h 30 min later, late from the "
        "flight before. Compare that flight."
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["flight=LATE", "compare=late"], "compare: expected on_time, got 'late'"),
        (["truck=ES/timetabled/1", "compare=on_time"], "compare: only with flight="),
        (["flight=LATE", "compare=on_time", "figure=a.svg"], "figure: compare=on_time draws none"),
        (["flight=LOTE", "compare=on_time"], "flight: this replication has no flight 'LOTE'; did you mean 'LATE'?"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(capsys: Any, run: Path, more: list[str], message: str) -> None:
    assert refused(capsys, "trace", run, *more) == f"cargohub: {message}\n"


def test_a_file_of_flights_that_was_typed_without_a_path_is_found_from_the_same_folder(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    *hub, _ = words(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["run", *hub, "arrivals.schedule=flights.csv", "replications=1"]) == 0
    (run,) = Path("runs").iterdir()
    assert main(["trace", str(run), "flight=LATE", "--quiet"]) == 0
    Path("flights.csv").write_text("flight,sibt\n")
    assert main(["trace", str(run), "flight=LATE", "--quiet"]) == 0, "the run has its own copy"
    shutil.rmtree(run / "flights")
    capsys.readouterr()
    assert main(["trace", str(run), "flight=LATE"]) == 2
    assert capsys.readouterr().err == "cargohub: flights.csv: not the flights of the run: its SHA-256 differs\n"
    Path("flights.csv").unlink()
    assert main(["trace", str(run), "flight=LATE"]) == 2
    assert f"flights.csv: no such file, here or in {run}; give it by schedule=FILE" in capsys.readouterr().err
    assert refused(capsys, "trace", run, "flight=LATE", "schedule=none.csv") == "cargohub: none.csv: no such file\n"


def test_a_flight_scheduled_before_the_run_and_a_strangers_run_are_refused(run: Path, capsys: Any) -> None:
    schedule = f"schedule={run.parent.parent / 'flights.csv'}"
    for value, message in ((-5.0, "is scheduled before the run begins"), (5.0, "differs when computed here")):
        rewritten(run, "flights", changed("sibt", value))
        sealed(run)
        assert message in refused(capsys, "trace", run, "flight=LATE", "compare=on_time", "--quiet", schedule)


def test_a_flight_held_back_upstream_is_put_on_schedule_alone(tmp_path: Path) -> None:
    upstream = "+disruption@disruptions.upstream=late_after_fog", "disruptions.upstream.start='day 1 13:00'"
    config = load("liege_30k", *words(tmp_path), *upstream, "disruptions.upstream.hours=6")
    actual = make_inputs(config, 0)
    assert [flight.arrival // TICKS_PER_H for flight in actual.flights[:2]] == [19, 19]
    moved = make_inputs(config, 0, actual.flights[0].entity)
    assert [flight.key for flight in moved.flights] == ["LATE", "NEXT", "LAST", "EARLY"]
    assert moved.flights[0].arrival == moved.flights[0].sibt
    assert moved.flights[1].arrival == actual.flights[1].arrival
