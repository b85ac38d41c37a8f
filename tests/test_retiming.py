"""Timetables for the same traffic, and the same hub on other areas: what study=retiming compares."""

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mistakes import refused
from stored_runs import TINY

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.designs.what_if import scaled_to
from experiments.main import main
from experiments.studies.select import parse
from sim.config import ArrivalCap, HubConfig
from sim.inputs.inputs import make_inputs
from sim.inputs.timetables import slot_hours
from sim.site.room import check_area
from sim.units import TICKS_PER_H

NAMES = ["even", "capped", "curfew", "waves"]


@cache
def retimed(name: str) -> HubConfig:
    return load("liege_30k", f"arrivals=timetable_{name}")


@settings(max_examples=60)
@given(st.sampled_from([1, 2, 3, 6, 8, 24]), st.integers(1, 4), st.data())
def test_a_cap_holds_and_fewer_flights_are_among_more(hours: int, flights: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, min(150, flights * 168 // hours)))
    arrivals = replace(retimed("waves").arrivals, cap=ArrivalCap(flights, hours))
    found = slot_hours(arrivals, n)
    assert max(Counter(int(hour // hours) for hour in found).values()) <= flights
    assert found[: n // 2] == slot_hours(arrivals, n // 2)
    assert all(0 <= hour < 168 for hour in found)


def test_a_cap_that_nothing_reaches_changes_nothing() -> None:
    wide = replace(load().arrivals, cap=ArrivalCap(1000, 168))
    assert slot_hours(wide, 80) == slot_hours(load().arrivals, 80)


def test_under_a_curfew_nothing_is_scheduled_or_moved_into_the_night() -> None:
    capped = replace(retimed("curfew").arrivals, cap=ArrivalCap(1, 1))
    for arrivals in (retimed("curfew").arrivals, capped):
        assert all(6 <= hour % 24 <= 23 for hour in slot_hours(arrivals, 100))


@pytest.mark.parametrize("name", NAMES)
def test_a_retimed_flight_keeps_its_parcels_and_its_delay(name: str) -> None:
    """The same slots fly, each with the draws that hang on it: only when is another matter."""
    short = {"horizon_days": 7, "warmup_days": 0}
    before, after = (
        {flight.key: flight for flight in make_inputs(replace(hub, **short), 0).flights}
        for hub in (load(), retimed(name))
    )
    both = before.keys() & after.keys()
    assert len(both) > 15
    for key in both:
        assert before[key].arrival - before[key].sibt == after[key].arrival - after[key].sibt
        assert before[key].entity == after[key].entity
    assert any(abs(before[key].sibt - after[key].sibt) > TICKS_PER_H for key in both)


def test_a_hub_scaled_to_its_own_area_is_itself() -> None:
    for scenario in ("liege_30k", "liege_66k_5_machines", "liege_100k_complex"):
        config = load(scenario)
        same = scaled_to(config, config.area_m2)
        assert same.area_m2 == pytest.approx(config.area_m2)
        for name, hall in config.halls.items():
            own = replace(same.halls[name], area_m2=hall.area_m2, facade_m=hall.facade_m)
            assert replace(own, machine_rated_per_h=hall.machine_rated_per_h) == hall


@pytest.mark.parametrize("area", [15_000.0, 20_000.0, 24_900.0, 32_400.0, 33_000.5, 66_000.0])
def test_a_scaled_hub_fits_and_has_whole_units(area: float) -> None:
    found = scaled_to(load(), area)
    check_area(found)
    hall = found.halls["main"]
    ratio = area / 30_000
    assert found.area_m2 == pytest.approx(area)
    assert hall.zone_shares == load().halls["main"].zone_shares
    assert hall.rated_per_h == pytest.approx(30_000 * ratio)
    assert hall.facade_m == pytest.approx(load().halls["main"].facade_m * ratio)
    assert abs(hall.uld_positions - 150 * ratio) < 1
    assert abs(hall.breakdown_stations - 12 * ratio) < 1
    assert hall.breakdown_workers == 4 * hall.breakdown_stations
    assert hall.dock_workers == 2 * hall.doors_out
    assert abs(hall.packout_posts + hall.manual_sort_posts - 30 * ratio) <= 1
    assert hall.packout_posts >= found.least_packout_posts(hall)
    assert hall.exports.dock_workers_in == 2 * hall.doors_in
    assert hall.exports.build_up_workers == 4 * hall.exports.build_up_places
    assert hall.exports.build_up_places in (int(10 * ratio), -int(-10 * ratio // 1))


def test_areas_less_than_a_square_metre_apart_are_different_designs() -> None:
    designs, _ = parse(Arguments("select", ("select.target=0.5", "select.areas_m2=[33000,33000.25,33000.5]")))
    assert [design.label for design in designs] == ["33,000 m2", "33,000.25 m2", "33,000.5 m2"]


def test_select_finds_the_smallest_area_that_serves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], is_slow: bool
) -> None:
    words = ["select", "study=retiming", "arrivals=timetable_even", *TINY, "demand.flights_per_day=1"]
    words += ["select.areas_m2=[15000,18000]", "select.max_replications=3"]
    assert main([*words, "--out", str(tmp_path)]) == 0
    assert "15,000 m2" in capsys.readouterr().out
    (folder,) = tmp_path.iterdir()
    assert not is_slow or main(["reproduce", str(folder), "--quiet"]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "arrivals.cap={flights:1,hours:5}"], "arrivals.cap.hours: must divide a week of 168 hours, got 5"),
        (["run", "arrivals.cap={flights:0,hours:6}"], "arrivals.cap.flights: must be at least 1, got 0"),
        (["run", "arrivals=poisson", "arrivals.cap={flights:1,hours:6}"], "cap: model poisson has no timetable"),
        (["run", "arrivals=timetable_capped", "demand=permit"], "arrivals.cap: 80 flights a week are more than fit"),
        (
            ["select", "study=retiming", "select.areas_m2=[30000,30000]"],
            "select.areas_m2: needs at least one, and none twice",
        ),
        (["select", "study=retiming", "select.areas_m2=[300,30000]"], "on 300 m2: "),
        (["select", "study=retiming", "select.areas_m2=[30000]"], "designs: select needs several"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], message: str
) -> None:
    assert message in refused(capsys, *words, "--out", tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
