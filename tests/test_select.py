"""The verb select: from a spreadsheet to a verdict each design, and what it refuses."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from answers import answer
from interruptions import interrupted, none_again
from mistakes import is_refused

from experiments.composition import compose, load, study
from experiments.designs.design import Design
from experiments.designs.what_if import scaled_to
from experiments.main import main
from experiments.report import style
from experiments.report.figures.select_figure import Dot, SelectChart, draw_plane, draw_rows, figure
from experiments.report.sentences import too_few_replications
from experiments.report.typesetting import tied
from experiments.statistics import Interval
from experiments.statistics.selection import kim_nelson
from experiments.store import read_run
from experiments.studies.select import selected
from experiments.studies.select.design import Select, SelectKeys, known_cost, sample_of

TINY = (
    "horizon_days=1",
    "warmup_days=0",
    "demand.parcels_per_flight=800",
    "demand.net_t_per_flight=0.6",
    "exports=none",
    "halls.main.packout_posts=0",
    # Designs differ in their machines: no people must be missing to feed them.
    "roster=round_the_clock",
    "replications=3",
    "workers=1",
    "--quiet",
)
TARGET = ("select.target=0.9", "select.tolerance=0.06", "select.max_replications=12")
# The first is far from the target, the second near; the others meet it.
DESIGNS = """name,cost,halls.main.machine_rated_per_h
slow,1,10
slower than needed,2,60
enough,3,100
usual,4,
"""


def file_of(tmp_path: Path, text: str = DESIGNS, name: str = "designs.csv") -> str:
    (tmp_path / name).write_text(text)
    return f"designs={tmp_path / name}"


@pytest.mark.drawn
def test_select_from_a_file_to_verdicts_on_after_an_interrupt_and_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, is_slow: bool
) -> None:
    words = ["select", file_of(tmp_path), *TARGET, *TINY, "--out", str(tmp_path / "runs")]
    kept = interrupted(words, after=7)
    capsys.readouterr()
    with none_again(kept):
        document = answer(capsys, *words)
    designs = document["designs"]
    assert [own["cost"] for own in designs.values()] == [1, 2, 3, 4]
    assert [own["verdict"] for own in designs.values()] == ["infeasible", "infeasible", "selected", "not cheaper"]
    assert designs["slow"]["reason"] == "misses Imports on time at least 90 %"
    assert designs["usual"]["reason"] == "not cheaper than enough, which meets the target"
    assert document["selected"] == "enough" and document["probability"] == 0.95
    assert designs["slow"]["replications"] == 3 < designs["slower than needed"]["replications"] <= 12
    stored = read_run(document["run_dir"]).tables
    selection = stored["selection"].set_index("scenario")
    kpis = stored["kpis"].query("kpi == 'on_time_share'").groupby("scenario")["value"]
    for label, own in designs.items():
        assert selection.loc[label, "replications"] == own["replications"] == kpis.count()[label]
        assert selection.loc[label, "mean"] == pytest.approx(kpis.mean()[label])
    assert (Path(document["run_dir"]) / "figures" / "select.svg").read_text().startswith("<?xml")
    page = (Path(document["run_dir"]) / "report.html").read_text()
    sentence = document["sentences"][0]
    assert all(part in page for part in (tied(sentence), "not cheaper than enough", "KN++ (Kim and Nelson 2006)"))
    (few,) = too_few_replications(3)
    assert few in document["warnings"] and f"Warning: {few}." in page
    assert answer(capsys, *words) == document
    assert answer(capsys, "show", document["run_dir"]) == document
    # All in one go, as here, the replications and their tables are the same.
    if is_slow:
        assert answer(capsys, "reproduce", document["run_dir"], "--quiet")["identical"] is True
    assert main(["list", str(tmp_path / "runs")]) == 0 == main(["show", document["run_dir"], "--all"])
    out = capsys.readouterr().out
    assert f"warning: {few}" in out
    assert all(label in out for label in designs) and "misses Imports on time at least 90 %" in out
    assert "enough is the cheapest with Imports on time at least 90 % (4 designs, " in document["sentences"][0]
    assert sentence in out
    assert (
        "With a probability of at least 0.95 (KN++, for normal values, in the limit of many replications), enough"
        " misses the target by at most 6 percentage points, and no design that meets the target with 6 percentage"
        " points to spare is cheaper." in out
    )


def test_kn_keeps_the_variance_of_the_first_replications_and_its_update_estimates_it_again() -> None:
    on_time, n_first = np.random.default_rng(1).normal(0.95, 0.05, (2, 40)), 5
    on_time[:, :n_first] = 0.95 + np.linspace(-0.004, 0.004, n_first)
    designs = [Design(name, load("liege_30k")) for name in ("a", "b")]
    kpis = {
        (design.label, n): {"on_time_share": on_time[at, n]} for at, design in enumerate(designs) for n in range(40)
    }
    selections = []
    for method in ("kn", "kn++"):
        words = ["select.max_replications=40", "select.tolerance=0.002", "+select.costs.a=1", "+select.costs.b=2"]
        composed = compose(["study=select", f"select.method={method}", f"replications={n_first}", *words])
        keys = study(SelectKeys, composed)
        selections.append(selected(designs, keys, lambda _: kpis))
        sample, goal = sample_of(designs, keys.select, lambda _: kpis), keys.goal(designs)
        assert selections[-1] == kim_nelson(sample, goal, keys.looks, is_updated=method == "kn++")
    assert selections[0] != selections[1]


def test_ocba_spends_its_budget_and_estimates(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["select", file_of(tmp_path), *TARGET, *TINY, "--out", str(tmp_path)]
    document = answer(capsys, *words, "select.method=ocba", "select.budget=16")
    designs = document["designs"]
    assert [own["verdict"] for own in designs.values()] == ["infeasible", "infeasible", "selected", "not cheaper"]
    assert sum(own["replications"] for own in designs.values()) <= 16
    assert designs["slow"]["replications"] == designs["usual"]["replications"] == 3
    assert document["sentences"][1].startswith("Estimated probability of at least 0.9")
    assert "no promise" in document["sentences"][1]


def test_designs_of_one_cost_are_called_so_and_no_estimate_is_called_certain(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["select", "halls.main.doors_out=20,30", *TARGET, *TINY, "select.method=ocba", "select.budget=8"]
    document = answer(capsys, *words, "select.tolerance=0.5", "--out", str(tmp_path))
    assert document["selected"] == "halls.main.doors_out=20"
    assert "and the first of 2 designs at that cost" in document["sentences"][0]
    assert document["designs"]["halls.main.doors_out=30"]["verdict"] == "not cheaper"
    (same,) = (warning for warning in document["warnings"] if warning.startswith("select.cost=area_m2: "))
    assert "at the cost of the selected one: 1;" in same
    assert document["probability"] > 0.9995
    assert document["sentences"][1].startswith("Estimated probability of at least 0.999 ")


def test_ocba_names_the_limit_that_it_reached(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["select", "halls.main.machine_rated_per_h=10,15", *TARGET, *TINY, "select.method=ocba", "replications=2"]
    document = answer(capsys, *words, "select.max_replications=2", "select.alpha=1e-9", "--out", str(tmp_path))
    assert any(warning.startswith("select.max_replications: reached at") for warning in document["warnings"])


def test_none_that_meets_the_target_is_an_answer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["select", "halls.main.machine_rated_per_h=10,15", *TARGET, *TINY]
    document = answer(capsys, *words, "--out", str(tmp_path))
    assert document["selected"] is None
    assert document["sentences"][0].startswith("None of the designs meets Imports on time at least 90 % (2 designs, 6 ")
    assert (
        "; machine rate 1" in document["sentences"][0] and " parcels an hour comes nearest" in document["sentences"][0]
    )
    assert main(["show", document["run_dir"], "--all"]) == 0
    assert "machine_rated_per_h" not in capsys.readouterr().out.partition("cargohub sure ")[0]
    assert {own["verdict"] for own in document["designs"].values()} == {"infeasible"}
    assert list(document["designs"]) == ["halls.main.machine_rated_per_h=10", "halls.main.machine_rated_per_h=15"]
    assert {own["cost"] for own in document["designs"].values()} == {30_000}


def test_what_lies_within_the_tolerance_is_not_called_infeasible(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    # Far above what it has, but for a tolerance that leaves room for it.
    words = ["select", "halls.main.machine_rated_per_h=10,15", *TINY, "select.target=0.9", "select.tolerance=0.9"]
    document = answer(capsys, *words, "--out", str(tmp_path))
    verdicts = {own["verdict"] for own in document["designs"].values()}
    assert verdicts <= {"at target", "selected", "not cheaper"} and "at target" in verdicts
    reasons = [own["reason"] for own in document["designs"].values() if own["verdict"] == "at target"]
    assert all(
        "within the tolerance of 90 percentage points of Imports on time at least 90 %" in reason for reason in reasons
    )


def test_a_kpi_may_be_the_cost(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["select", "halls.main.breakdown_workers=12,48", "select.cost=staff_h_per_day", "select.indifference=1",
             "demand.flights_per_day=1"]  # fmt: skip
    document = answer(capsys, *words, *TARGET, *TINY, "--out", str(tmp_path))
    costs = {label: own["cost"] for label, own in document["designs"].items()}
    assert document["selected"] == min(costs, key=lambda label: costs[label])
    other = next(own for label, own in document["designs"].items() if label != document["selected"])
    assert other["verdict"] == "not cheaper"
    assert re.search(
        r" is the cheapest with .*: cost [\d.,]+ hours a day \([\d.,]+ to [\d.,]+\), ", document["sentences"][0]
    )
    words = [word for word in words if "indifference" not in word]
    few = ["select.indifference=1e-6", "select.target=0.9", "select.tolerance=0.06", "select.max_replications=3"]
    document = answer(capsys, *words, *few, *TINY, "--out", str(tmp_path))
    assert document["probability"] is None
    assert " is cheapest by the means with Imports on time at least 90 % " in document["sentences"][0]
    assert document["designs"][document["selected"]]["reason"].startswith("cheapest by the means with")


def test_replications_without_a_parcel_meet_no_target_unsaid(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["select", "halls.main.doors_out=20,30", *TARGET, *TINY, "demand.flights_per_day=0.1", "arrivals=poisson"]
    document = answer(capsys, *words, "--out", str(tmp_path))
    assert any(line.startswith("replications without an import") for line in document["warnings"])


def test_a_cost_that_is_a_share_is_in_per_cent(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["select", "halls.main.breakdown_workers=12,48", "select.cost=not_departed_share"]
    words += ["select.indifference=0.01", "select.target=null", "select.max_replications=12", "select.alpha=0.0004"]
    document = answer(capsys, *words, *TINY, "--out", str(tmp_path))
    assert re.search(r": cost [\d.]+ %( \(|, )", document["sentences"][0])
    assert document["sentences"][1].startswith("With a probability of at least 0.9996 (")
    assert document["sentences"][1].endswith("no other design is cheaper by 1 percentage point or more.")
    assert main(["show", document["run_dir"], "--all"]) == 0
    assert "[1]" not in capsys.readouterr().out


def test_costs_are_the_area_or_those_of_the_designs() -> None:
    design = Design("a", load("liege_66k"))
    usual = {"kpi": "on_time_share", "target": 0.9, "tolerance": 0.1, "indifference": None, "alpha": 0.1, "step": 1}
    rest = {"areas_m2": None, "max_replications": 9, "budget": 9, "method": "kn"}
    assert known_cost(design, Select(**usual, **rest, cost="area_m2", costs={})) == 66_000
    assert known_cost(design, Select(**usual, **rest, cost="cost", costs={"a": 2.5})) == 2.5


def test_a_hall_of_nine_tenths_of_the_area_has_nine_tenths_of_all_that_fits() -> None:
    usual = load("liege_30k")
    hall = scaled_to(usual, 27_000).halls["main"]
    assert (hall.facade_m, hall.machine_rated_per_h, hall.sorting_machines) == pytest.approx((225, 13_500, 2))
    # Of 12, 26 and 4 eleven, 24 and four are wanted; the zones have room for ten, and for 27 posts.
    assert (hall.breakdown_stations, hall.packout_posts, hall.manual_sort_posts) == (10, 24, 3)
    assert (hall.uld_positions, hall.doors_in, hall.doors_out) == (135, 9, 27)
    exports = hall.exports
    assert (exports.screening_lines, exports.build_up_places, exports.empty_ulds) == (4, 9, 54)
    people = hall.breakdown_workers, hall.dock_workers, exports.dock_workers_in, exports.build_up_workers
    assert people == (40, 54, 18, 36)
    one_door = replace(usual.halls["main"], doors_in=1)
    assert scaled_to(replace(usual, halls={"main": one_door}), 27_000).halls["main"].doors_in == 1


def test_xray_lanes_and_transit_desks_are_scaled_with_the_hall() -> None:
    usual = load("customs_exam_1pct")  # a lane of 40 m² and 5 desks of 10 m², with two desks of 33 m² on 200 m²
    # On 15,000 m² a lane and three desks leave no room for an examination desk.
    for area, lanes, desks in ((60_000, 2, 10), (30_000, 1, 5), (21_000, 1, 4), (15_000, 1, 2)):
        controls = scaled_to(usual, area).halls["main"].controls
        assert (controls.xray_lanes, controls.transit_desks, controls.uld_xrays) == (lanes, desks, 0)


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        (
            "name,halls.main.doors_uot\na,3\nb,4\n",
            [],
            "row 2, column 'halls.main.doors_uot': unknown key; did you mean",
        ),
        ("name,halls.main.doors_out\na,3\na,4\n", [], "row 3, column 'name': 'a' occurs twice"),
        ("name,cost,halls.main.doors_out\na,1,3\nb,,4\n", [], "row 3, column 'cost': expected a number, got ''"),
        ("name,cost,halls.main.doors_out\na,1,3\nb,x,4\n", [], "row 3, column 'cost': expected a number, got 'x'"),
        (
            "name,cost,halls.main.doors_out\na,900,3\nb,1.000,4\n",
            [],
            "row 3, column 'cost': write 1000 or 1, got '1.000'",
        ),
        (
            "name,cost,halls.main.doors_out\na,1,3\nb,-1e99,4\n",
            [],
            "row 3, column 'cost': expected a number of at most",
        ),
        (
            "name,cost,halls.main.doors_out\na,1,3\nb,2,4\n",
            ["select.areas_m2=[25000,28000]"],
            "select.areas_m2: each area has another cost",
        ),
        ("name,halls.main.doors_out\na,3\nb,4000\n", [], "row 3: halls.main: zone dock_doors"),
        ("name,cost\na,3\n", [], "no column of a key"),
        ("name,halls.main.doors_out\na,3\n", [], "select needs several"),
        (None, [], "select needs several"),
        (None, ["select.alpha=0"], "select.alpha: must be greater than 0, got 0"),
        (None, ["select.alpha=1"], "select.alpha: must be less than 1, got 1"),
        (None, ["select.alpha=-0.1"], "select.alpha: must be greater than 0, got -0.1"),
        (None, ["select.kpi=on_time_shar"], "did you mean 'on_time_share'"),
        (None, ["select.kpi=trucks_per_day"], "neither more nor less is better"),
        (None, ["select.target=1.5"], "select.target: no hub has on_time_share = 1.5"),
        (None, ["select.target=null"], "there is nothing to simulate"),
        (None, ["select.cost=price"], "select.cost: 'price' is not one of"),
        (None, ["select.cost=parcels_per_day"], "it cannot be a cost"),
        (None, ["select.cost=staff_h_per_day"], "needed with the KPI staff_h_per_day, in hours a day"),
        (None, ["select.indifference=2"], "has no effect where costs are known"),
        (None, ["select.method=kn+"], "select.method: must be one of kn, kn++, ocba"),
        (None, ["select.tolerance=0"], "select.tolerance: must be greater than 0"),
        (None, ["select.max_replications=5"], "replications: from 2 to select.max_replications = 5, got 10"),
        (None, ["precision.on_time_share=0.1"], "precision: select simulates"),
        (None, ["scenarios=[liege_30k]"], "select takes scenario=a,b"),
        (None, ["halls.main.doors_out=20,30", "select.cost=cost"], "select.costs: no cost of"),
        (
            None,
            ["halls.main.doors_out=20,30", "select.method=ocba", "select.budget=19"],
            "replications x designs = 20",
        ),
        (None, ["select.alpha=0.1,0.2"], "the same for every design"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | None, words: list[str], message: str
) -> None:
    own = [file_of(tmp_path, text)] if text else []
    is_refused(capsys, tmp_path / "runs", ["select", *own, *words], message)


def test_the_chart_orders_designs_by_cost() -> None:
    from matplotlib.figure import Figure

    dots = [
        Dot("b", 2.0, Interval(0.97, 0.96, 0.98, 12), "selected"),
        Dot("a", 1.0, Interval(0.9, None, None, 3), "infeasible"),
    ]
    chart = SelectChart.of(dots, "on_time_share", 0.95, "area_m2", "m2")
    assert [dot.name for dot in chart.dots] == ["a", "b"]
    assert (chart.target, chart.dots[1].kpi.low, chart.cost) == (95.0, 96.0, "Area [m²]")
    of_share = SelectChart.of(dots, "on_time_share", 0.95, "not_departed_share", "1")
    assert ([dot.cost for dot in of_share.dots], of_share.cost) == ([100.0, 200.0], "Not departed [%]")
    above, below = Figure().subplots(2)
    draw_plane(above, chart)
    assert above.xaxis.get_major_formatter()(1_200_000) == "1,200,000"
    draw_rows(below, chart)
    assert [label.get_text() for label in below.get_yticklabels()] == ["a", "b"]
    assert above.get_legend_handles_labels()[1] == ["dropped: misses the target", "selected", "target"]


def test_numbers_at_the_axis_of_costs_do_not_meet_where_names_are_long() -> None:
    name = "Doors out 20, machine rate 15000 parcels an hour"
    dots = [Dot(name, cost, Interval(0.9, 0.8, 0.95, 3), "selected") for cost in (191_400.0, 386_300.0)]
    with style.look():
        drawn = figure(SelectChart.of(dots, "on_time_share", 0.95, "cost_eur_per_day", "EUR/d"))
        drawn.draw_without_rendering()
        boxes = [label.get_window_extent() for label in drawn.axes[0].get_xticklabels() if label.get_text()]
    shown = [box for box in boxes if drawn.axes[0].bbox.x0 <= (box.x0 + box.x1) / 2 <= drawn.axes[0].bbox.x1]
    assert len(shown) > 1 and all(left.x1 < right.x0 for left, right in pairwise(shown))
