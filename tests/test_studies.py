"""The verbs run, compare and sweep as their user types them: what they print, write, and refuse."""

import math
from pathlib import Path
from typing import Any

import pytest
from answers import answer
from mistakes import refused
from stored_runs import TINY

from experiments.composition import load
from experiments.designs.design import Design
from experiments.frame import console
from experiments.main import main
from experiments.money.kpis import KPIS
from experiments.store import read_run

BARE = ("exports=none", "halls.main.packout_posts=0")
ONE = "demand.flights_per_day=1"


def document_of(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    return answer(capsys, words[0], *TINY, *BARE, *words[1:])


@pytest.mark.paged
def test_run_tells_every_kpi_with_its_interval(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    document = document_of(capsys, "run", ONE, "--out", str(tmp_path))
    assert document["scenario"] == "liege_30k"
    assert set(document["kpis"]) == set(KPIS)
    assert document["kpis"].pop("cost_eur_per_parcel")["mean"] is None, "nothing leaves on the one day of a replication"
    for interval in document["kpis"].values():
        assert interval["low"] <= interval["mean"] <= interval["high"]
        assert interval["n"] == 2
    assert any("less than a week" in line for line in document["warnings"])
    assert (Path(document["run_dir"]) / "report.html").stat().st_size > 10_000


def test_the_same_command_again_is_not_computed_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first = document_of(capsys, "run", ONE, "--out", str(tmp_path))
    written = (Path(first["run_dir"]) / "manifest.json").stat().st_mtime_ns
    assert document_of(capsys, "run", ONE, "--out", str(tmp_path)) == first
    assert (Path(first["run_dir"]) / "manifest.json").stat().st_mtime_ns == written


def test_compare_pairs_scenarios_with_the_first(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    document = document_of(
        capsys, "compare", "scenarios=[liege_30k,liege_100k]", "demand=permit", "--out", str(tmp_path)
    )
    assert list(document["scenarios"]) == ["liege_30k", "liege_100k"]
    assert list(document["differences"]) == ["liege_100k"]
    both = [document["scenarios"][name]["kpis"]["m2_per_parcel_h"]["mean"] for name in document["scenarios"]]
    assert document["differences"]["liege_100k"]["m2_per_parcel_h"]["mean"] == pytest.approx(both[1] - both[0])
    tables = read_run(document["run_dir"]).tables
    assert set(tables["points"]["demand"]) == {"permit"}
    changes = document["differences"]["liege_100k"]
    # An area is the same in both replications: its difference has no variance, and no test.
    assert (changes["m2_per_parcel_h"]["low"], changes["m2_per_parcel_h"]["p"]) == (None, None)
    assert changes["dwell_mean_h"]["variance_ratio"] > 0
    for kpi, change in changes.items():
        if KPIS[kpi].unit == "1" and change["low"] is not None:
            assert -1 <= change["low"] <= change["high"] <= 1 or math.isinf(KPIS[kpi].range[1])


def test_compare_names_designs_by_what_differs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["demands=[today,permit]", "arrival_models=[timetable,poisson]", "replications=1", "--out", str(tmp_path)]
    document = document_of(capsys, "compare", "scenarios=[liege_30k]", ONE, *words)
    assert list(document["scenarios"]) == [
        "liege_30k, today",
        "liege_30k, permit",
        "liege_30k, today, poisson",
        "liege_30k, permit, poisson",
    ]


@pytest.mark.drawn
def test_sweep_gives_one_row_a_point_and_a_chart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["scenario=liege_30k,liege_66k", "demand.flights_per_day=1,2", "replications=1"]
    document = document_of(capsys, "sweep", *words, "--out", str(tmp_path))
    assert [design["values"] for design in document["points"]] == [
        {"scenario": scenario, "demand.flights_per_day": flights}
        for scenario in ("liege_30k", "liege_66k")
        for flights in ("1", "2")
    ]
    table = read_run(document["run_dir"]).tables["summary"].query("kpi == 'on_time_share'")
    assert sorted(zip(table["scenario_name"], table["demand.flights_per_day"], strict=True)) == [
        (scenario, flights) for scenario in ("liege_30k", "liege_66k") for flights in (1, 2)
    ]
    assert table["mean"].between(0, 1).all()
    assert (Path(document["run_dir"]) / "figures" / "sweep.svg").read_text().startswith("<?xml")
    assert (Path(document["run_dir"]) / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "scenarios=[liege_30k]"], "run takes one scenario"),
        (["compare"], "compare needs some"),
        (["compare", "scenarios=[liege_30k,liege_99k]"], "did you mean 'liege_66k'"),
        (["compare", "scenarios=[liege_30k,liege_30k]"], "occurs twice"),
        (["compare", "scenarios=[liege_30k]", "arrival_models=[sundays]"], "not one of timetable, poisson, all_ifr"),
        (["sweep", "scenarios=[liege_30k,liege_66k]"], "is for compare"),
        (["sweep", "exports=none", "exports.service_h=12,24"], "exports.service_h: is varied, but no design has"),
        (["sweep", "replications=2,3"], "the same for every design"),
        (["run", "replications=0"], "replications: must be at least 1, got 0"),
        (["run", "demand.flights_per_day=40", "arrivals=poisson", "arrivals.envelope_flights_per_day=30"], "at most"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], message: str
) -> None:
    assert message in refused(capsys, *words, "--out", str(tmp_path / "runs"))
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flight,sibt\nA,yesterday\n", "row 2: sibt"),
        ("flight,sibt,parcles\nA,2022-09-06 10:00,5\n", "did you mean 'parcels'"),
        ("flight,sibt\nA,2022-09-06 10:00,3,4\n", "row 2: expected as many fields as the header has, 2, got 4"),
        ("flight,sibt\nA,2021-09-06 10:00\n", "no flight arrives in the measured days"),
    ],
)
def test_mistakes_in_a_file_write_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "flights.csv"
    file.write_text(text)
    assert message in refused(
        capsys,
        "run",
        "arrivals=file",
        f"arrivals.schedule={file}",
        "start_date=2022-09-05",
        "--out",
        str(tmp_path / "runs"),
    )
    assert not (tmp_path / "runs").exists()


def test_a_run_of_a_file_tells_the_files_traffic(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_text("flight,sibt\nA,2022-09-05 10:00\nB,2022-09-05 14:00\n")
    document = document_of(capsys, "run", "arrivals=file", f"arrivals.schedule={file}", "--out", str(tmp_path))
    designs = read_run(document["run_dir"]).tables["points"]
    assert designs["flights_per_day"].tolist() == [2.0]
    assert designs["demand"].tolist() == ["two"]


@pytest.mark.paged
def test_the_command_on_the_page_names_the_folder_of_own_scenarios(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    (mine / "scenario").mkdir(parents=True)
    (mine / "scenario" / "own.yaml").write_text("# @package _global_\nscenario: own\n")
    document = document_of(capsys, "run", "scenario=own", ONE, "--config-dir", str(mine), "--out", str(tmp_path))
    assert f"--config-dir {mine}" in (Path(document["run_dir"]) / "report.html").read_text()


def test_exported_sheets_keep_the_order_of_the_designs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    designs = tmp_path / "designs.csv"
    designs.write_text("name,halls.main.doors_out\nz first,20\na second,22\n")
    folder = document_of(capsys, "compare", f"designs={designs}", ONE, "--out", str(tmp_path / "runs"))["run_dir"]
    assert main(["export", folder, "--out", str(tmp_path / "out")]) == 0
    for table in ("points", "summary", "kpis", "flights"):
        lines = (tmp_path / "out" / f"{table}.csv").read_text(encoding="utf-8").splitlines()
        labels = [line.partition(",")[0] for line in lines[1:]]
        assert list(dict.fromkeys(labels)) == ["z first", "a second"]
        assert labels == sorted(labels, reverse=True)
        assert len(lines) - 1 == len(read_run(folder).tables[table])


def test_a_page_asks_of_each_area_once():
    """That of a complex is a sum, a rounding error beside the area of one hall."""
    designs = [Design(name, load(name)) for name in ("liege_100k", "liege_100k_complex", "liege_30k")]
    assert console.title_of(designs) == "Do 100,000 and 30,000 m² carry their traffic?"
