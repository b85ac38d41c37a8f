"""A KPI is declared in one place: what shows KPIs shows a new one, too."""

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from answers import answer

from experiments.composition import load
from experiments.designs.design import Design
from experiments.frame.of_designs import values_of
from experiments.main import main
from experiments.money import kpis as money
from experiments.replications.summing import interval_of, outcome_of
from experiments.report.kpi_page import kpi_page
from experiments.statistics.family import Family
from sim.domain.site import Manning
from sim.measures.kpis import KPIS, Group, Measured, Rank, names, use
from sim.measures.kpis.service import weighted_quantile
from sim.measures.surroundings import halls_co2_kg
from sim.measures.tables import _cleared
from sim.measures.window import Window, growth
from sim.record.tallies import StaffTime
from sim.units import MIN_PER_DAY, MIN_PER_H, NEVER, TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN

TOYS = Group("toys", lambda hub: hub.exports.share == 0)
SMALL = (
    "demand.parcels_per_flight=400",
    "demand.net_t_per_flight=0.3",
    "horizon_days=1",
    "warmup_days=0",
    "replications=2",
    "margin=none",
    "workers=1",
)


@TOYS.kpi("toys/d", True, "Toys brought", rank=Rank.HEADLINE, range=(-5.0, 5.0))
def toys_per_day(run: Measured) -> float:
    """three times the flights
    that come
    """
    return 3.0 * len(run.tables["flights"]["arrival"]) / run.window.days


def test_a_declared_kpi_is_in_tables_json_terminal_page_documents_and_precision(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KPIS, toys_per_day.name, toys_per_day)
    words = ["run", "exports=none", *SMALL, "precision.toys_per_day=1000000", "--out", str(tmp_path)]
    assert main([*words, "--quiet"]) == 0
    folder = next(path for path in tmp_path.iterdir() if (path / "report.html").is_file())
    assert "Not departed" not in capsys.readouterr().out
    assert main(["show", str(folder), "--all"]) == 0
    terminal = capsys.readouterr().out
    assert "Not departed" in terminal
    shown = answer(capsys, "show", folder)["kpis"]["toys_per_day"]
    summary = pd.read_parquet(folder / "tables" / "summary.parquet").set_index("kpi").loc["toys_per_day"]
    kpis = pd.read_parquet(folder / "tables" / "kpis.parquet")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert shown["unit"] == summary["unit"] == "toys/d"
    assert shown["mean"] == summary["mean"] == kpis[kpis["kpi"] == "toys_per_day"]["value"].mean() > 0
    assert any("Toys brought" in line and "toys/d" in line for line in terminal.splitlines())
    assert "Toys brought [toys/d]" in page and "three times the flights that come" in page
    assert "| `toys_per_day` | toys | toys/d | more | three times the flights that come |" in kpi_page()


def test_shares_that_scatter_to_both_sides_keep_students_interval() -> None:
    filled = [0.95, 0.96, 0.97]  # 0.96 ± 4.3027 · 0.01 / √3
    for name in ("truck_fill_share", "uld_fill_share", "release_before_landing_share"):
        assert interval_of(name, filled).low == pytest.approx(0.935159, abs=1e-6)
    assert interval_of("held_share", [1 - share for share in filled]).high == pytest.approx(0.064841, abs=1e-6)
    assert interval_of("on_time_share", filled).low < 0.8


def test_kpis_of_a_part_of_the_hub_are_those_of_designs_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KPIS, toys_per_day.name, toys_per_day)
    hubs = {"a": load("liege_30k"), "b": load("liege_30k", "exports=none"), "c": load("liege_66k")}
    designs = [Design(label, hub) for label, hub in hubs.items()]
    samples = {label: {name: [0.0, 1.0] for name in money.KPIS} for label in hubs}
    outcome = outcome_of(designs, samples, SimpleNamespace(family=Family.HOLM, factors={}), {}, [])
    shown = values_of(outcome)
    for kpi, having in (("toys_per_day", "b"), ("exports_per_day", "ac"), ("held_share", "abc"), ("transit_share", "")):
        assert "".join(label for label in hubs if kpi in shown[label]) == having
        assert "".join(label for label in "bc" if kpi in outcome.differences[label]) == having[1:] * ("a" in having)


def test_every_kpi_says_what_it_is_and_no_two_of_a_group_share_a_label() -> None:
    for name, kpi in KPIS.items():
        assert kpi.name == name and kpi.unit and kpi.meaning and kpi.label and "_" not in kpi.label, name
        assert kpi.bound_if is None or kpi.bound_if[0] in KPIS
        assert kpi.range[0] < kpi.range[1]
    labels = [(kpi.group.name, kpi.label) for kpi in KPIS.values()]
    assert len(set(labels)) == len(labels)
    assert set(names(Rank.HEADLINE)) < set(names(Rank.SUMMARY)) < set(KPIS)


@pytest.mark.parametrize(("resource", "share"), [("machines", 1.0), ("customs_hold", 1.5)])
def test_nothing_is_in_use_for_more_than_all_the_time_but_what_is_laid_out_may_be_fuller(
    monkeypatch: pytest.MonkeyPatch, resource: str, share: float
) -> None:
    """A machine that always works begins one service more than the measured days have time for."""
    busy = use.Resource("m", lambda *_: 1.5, lambda *_: 1.0)
    monkeypatch.setattr(use, "ALL_RESOURCES", {resource: busy})
    assert KPIS[f"utilisation_{resource}"].compute(Mock()) == share


def measured_days(low: int, high: int, end: int) -> Window:
    return Window(SimpleNamespace(measured=(low * TICKS_PER_DAY, high * TICKS_PER_DAY), end=end * TICKS_PER_DAY))


def test_a_backlog_grows_by_its_difference_to_a_week_before_and_in_a_shorter_run_by_its_line() -> None:
    time = MIN_PER_H * np.arange(1.0, 15 * 24 + 1)
    day = time / MIN_PER_DAY
    assert growth(time, 10 * day + 500 * np.sin(2 * np.pi * day / 7), measured_days(8, 15, 16)) == pytest.approx(10)
    # Of days 5 to 9 those from the eighth on have an hour a week before: (t² - (t - 7)²) / 7 = 2 t - 7.
    late = day[(day > 7) & (day <= 9)]
    assert growth(time, day**2, measured_days(5, 9, 16)) == pytest.approx(np.mean(2 * late - 7))
    assert growth(time, 500 - 10 * day, measured_days(1, 4, 16)) == pytest.approx(-10)


@pytest.mark.parametrize(("left", "share"), [(20, 20 / 30), (30, 1.0), (40, 1.0)])
def test_exports_are_kept_up_with_by_what_leaves_over_it_and_the_growth_of_what_waits(left: int, share: float) -> None:
    """Of 30 exports that come in the middle of every hour, so many leave, and the others wait."""
    run = object.__new__(Measured)
    run.window, run.shared = measured_days(8, 15, 15), {}
    middles = MIN_PER_H * (np.arange(15.0 * 24) + 0.5)
    run.tables = {
        "collections": {"scheduled": middles, "n_parcels": np.full(len(middles), 30)},
        "out_loads": {"departed": np.append(middles, np.nan), "n_parcels": np.full(len(middles) + 1, left)},
    }
    assert KPIS["exports_kept_up_share"].compute(run) == pytest.approx(share)


@pytest.mark.parametrize(
    ("given", "held_h"), [((60.0, 120.0, 180.0), 96), ((60.0, 130.0, 180.0), 2), ((60.0, 120.0, np.nan), 3)]
)
def test_a_flight_that_still_waits_for_a_stand_at_the_end_is_held_too(given: tuple[float, ...], held_h: float) -> None:
    """The fourth flight never asks for a stand, because its aircraft does not come."""
    run = object.__new__(Measured)
    run.window, run.shared = measured_days(1, 3, 4), {}
    requested = np.array([60.0, 120.0, 180.0, np.nan])
    run.tables = {"flights": {"stand_requested": requested, "stand_given": np.array([*given, np.nan])}}
    assert KPIS["blocked_after_h"].compute(run) == held_h


def test_aircraft_that_are_still_unloaded_at_the_end_are_not_blocked_for_an_unknown_time() -> None:
    """The first is on its stand for 100 minutes, of which loaders need 3 x 20; the third begins after the days."""
    run = object.__new__(Measured)
    run.window, run.shared = measured_days(1, 3, 4), {}
    start, end = np.array([1500.0, 1600.0, 4500.0, np.nan]), np.array([1600.0, np.nan, 4600.0, np.nan])
    run.tables = {"flights": {"unloading_start": start, "unloading_end": end}}
    lift = SimpleNamespace(apron=SimpleNamespace(lift=(20 * TICKS_PER_MIN, 10 * TICKS_PER_MIN)))
    flights = [SimpleNamespace(n_main_deck=3, n_lower_deck=4)] * 4
    run.inputs = SimpleNamespace(site=lift, flights=flights)
    assert KPIS["stand_blocked_h_per_day"].compute(run) == pytest.approx((100 - 60) / 60 / 2)


@pytest.mark.parametrize(("ends", "expected"), [([0, 28], [3, 0.1, 0.1]), ([2, 28], [2, 0.1, math.sqrt(2) / 10])])
def test_the_growth_of_weekly_lows_has_its_mean_and_its_standard_deviation(
    ends: list[int], expected: list[float]
) -> None:
    """Weeks begin after a disruption, unless it happens every night."""
    run = object.__new__(Measured)
    run.window, run.shared = measured_days(1, 29, 29), {}
    time = MIN_PER_H * np.arange(1.0, 29 * 24 + 1)
    week = np.minimum((time - MIN_PER_DAY - 1) // (7 * MIN_PER_DAY), 3).astype(int)
    lows = np.array([0, 700, 2100, 2100])[week]
    run.tables = {
        "flights": {"n_parcels": np.array([28_000, 5]), "is_cohort": np.array([True, False])},
        "occupancy": {"zone": np.full(len(time), "backlog"), "time": time, "inside": lows + np.arange(len(time)) % 24},
        "disruptions": {
            "is_drawn": np.zeros(2, bool),
            "kind": np.array(["staff_away", "night_curfew"]),
            "end": np.array(ends) * MIN_PER_DAY,
        },
    }
    names = ("backlog_growth_weeks", "backlog_growth_share_per_day", "backlog_growth_sd_per_day")
    assert [KPIS[name].compute(run) for name in names] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kpi", "table", "column", "instant", "unit"),
    [
        ("broken_down_per_day", "ulds", "n_parcels", "start", 1),
        ("floor_blocked_h_per_day", "ulds", "wait_floor", "start", 60),
        ("between_halls_per_day", "shuttles", "n_parcels", "taken", 1),
        ("parcels_per_day", "loads", "n_parcels", "departed", 1),
        ("exports_called_per_day", "collections", "n_parcels", "called", 1),
        ("exports_per_day", "out_loads", "n_parcels", "departed", 1),
        ("empty_ulds_flown_per_day", "flights", "n_empties_out", "aobt", 1),
    ],
)
def test_what_happens_in_the_measured_days_is_added_up_a_day(
    kpi: str, table: str, column: str, instant: str, unit: int
) -> None:
    """The first measured instant counts, that of the end does not, nor what did not happen."""
    run = object.__new__(Measured)
    run.window, run.shared = measured_days(1, 3, 4), {}
    run.tables = {
        table: {
            instant: MIN_PER_DAY * np.array([0.5, 1, 2.5, 3, np.nan]),
            column: np.array([1, 10, 100, 1000, 10_000]),
        }
    }
    assert KPIS[kpi].compute(run) == pytest.approx(110 / unit / 2)


def test_trucks_that_leave_in_the_measured_days_drive_the_road_of_their_lane() -> None:
    run = object.__new__(Measured)
    run.window, run.shared, run.config = measured_days(1, 3, 4), {}, load("liege_30k", "lanes.FR.km=300")
    departed = MIN_PER_DAY * np.array([0.5, 1, 2, 2.5, 3, np.nan])
    run.tables = {"trucks": {"route_name": np.array(["FR", "FR", "ES", "FR", "FR", "FR"]), "departed": departed}}
    assert KPIS["truck_km_per_day"].compute(run) == (300 + run.config.lanes["ES"].km + 300) / 2


def test_people_are_paid_by_the_roster_and_for_work_after_it_and_waited_for() -> None:
    """Four crews of five until noon of the first measured day, then two; 6 h after shifts; work waits for 9 h.

    One loader set is broken down until noon, and its crew is paid.
    """
    run = object.__new__(Measured)
    run.window, run.shared, run.config = measured_days(1, 3, 4), {}, load("liege_30k", "apron.crew_per_loader_set=5")
    apron = SimpleNamespace(manning={"loader_sets": Manning((0, 36 * TICKS_PER_H), (3, 2), (4, 2))})
    site = SimpleNamespace(apron=apron, halls=())
    run.inputs = SimpleNamespace(measured=(TICKS_PER_DAY, 3 * TICKS_PER_DAY), site=site)
    run.record = SimpleNamespace(staff={("loader_sets", NEVER): StaffTime(9 * TICKS_PER_H, 6 * TICKS_PER_H)})
    kpis = [KPIS[f"{name}_per_day_unloading"].compute(run) for name in ("staff_h_paid", "understaffed_h")]
    assert kpis == [(12 * 4 + 36 * 2 + 6) * 5 / 2, 9 / 2]


def test_the_fullest_chute_counts_the_parcels_of_its_bags() -> None:
    run = object.__new__(Measured)
    run.tables = {"packout": {"fullest": np.array([3, 5])}}
    run.inputs = SimpleNamespace(site=SimpleNamespace(units=SimpleNamespace(in_bag=25)))
    assert KPIS["fullest_chute_parcels"].compute(run) == 125


def test_the_quantile_is_the_smallest_value_that_the_share_does_not_exceed() -> None:
    values, weights = np.array([7.0, 3.0]), np.array([5, 95])
    assert [weighted_quantile(values, weights, share) for share in (0.94, 0.95, 0.96)] == [3, 3, 7]


def test_a_flight_is_cleared_when_95_percent_of_its_parcels_have_left() -> None:
    """95 of the first flight's 100 leave by minute 30, all of the second's 20 by minute 40, 37 of the third's 40."""
    instants, flights, parcels = np.array([(50, 0, 5), (10, 0, 94), (30, 0, 1), (40, 1, 10), (20, 1, 10), (5, 2, 37),
                                           (7, 3, 3)]).T  # fmt: skip
    cleared = _cleared(np.array([100, 20, 40, 3, 0]), instants, flights, parcels)
    assert cleared.tolist() == [30, 40, NEVER, 7, NEVER]


def test_movements_are_at_night_by_the_hubs_clocks() -> None:
    """Six and a half hours after a midnight it is half past five, once the clocks were set back."""
    run = object.__new__(Measured)
    run.window, run.shared = measured_days(0, 14, 14), {}
    words = ("time_zone=Europe/Brussels", "start_date=2026-10-19", "warmup_days=0", "horizon_days=14")
    run.config = load("liege_30k", *words)
    morning = 6.5 * MIN_PER_H + MIN_PER_DAY * np.array([2.0, 8.0])
    run.tables = {"flights": {"aldt": morning, "aobt": np.full(2, np.nan)}}
    assert KPIS["night_movements_per_day"].compute(run) == pytest.approx(1 / 14)


def test_a_hall_takes_electricity_from_its_opening_on() -> None:
    one = load("liege_30k", "warmup_days=0", "horizon_days=14")
    hall, window = one.halls["main"], measured_days(0, 14, 14)
    later = replace(hall, opens=one.start_date + dt.timedelta(days=7))
    alone, both = (halls_co2_kg(each, window) for each in (one, replace(one, halls={"main": hall, "new": later})))
    assert both == pytest.approx(1.5 * alone) and alone > 0
