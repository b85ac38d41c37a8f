"""Replications until the intervals are as narrow as asked: when it stops, what it promises, the same bits."""

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from interruptions import interrupted
from mistakes import is_refused
from scipy import stats
from stored_runs import tables_of

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.designs.design import Design, single
from experiments.frame.runner import opened
from experiments.frame.study import Request
from experiments.main import main
from experiments.money.kpis import KPIS
from experiments.replications.replicating import too_wide, without_parcels
from experiments.replications.summing import interval_of
from experiments.statistics import mean_interval
from experiments.statistics.precision import UNREACHABLE, Need, narrow, needs, next_count, replications_needed
from sim.kernels.queueing import single_server

EXPERIMENTS = 300
TINY = [
    "exports=none", "halls.main.packout_posts=0",
    "horizon_days=1", "warmup_days=1", "demand.parcels_per_flight=4000", "demand.net_t_per_flight=3",
    "--json",
]  # fmt: skip


def from_draws(draws):
    """`sample` of `narrow` for one design and KPI, from values drawn beforehand."""
    return lambda n: {"only": {"kpi": draws[:n].tolist()}}


def coverage(draw, truth, *, half_width, first, most):
    """Of the experiments: how many sequential intervals hold the truth, and their numbers of replications."""
    rng = np.random.default_rng(19)
    hits, counts = 0, []
    for _ in range(EXPERIMENTS):
        draws = draw(rng, most)
        n, wide = narrow(from_draws(draws), {"kpi": half_width}, first=first, most=most, interval_of=interval_of)
        interval = mean_interval(draws[:n].tolist())
        assert wide or interval.half_width <= half_width
        hits += interval.low <= truth <= interval.high
        counts.append(n)
    return hits, counts


def deterministic_service_wait(rng, load=0.7, customers=2000, warm=400):
    """The mean wait [services] of an M/D/1 queue: one replication."""
    ticks = 1000
    arrival = np.cumsum(np.rint(rng.exponential(ticks / load, size=customers)).astype(np.int64))
    return float((single_server(arrival, ticks, 0) - arrival)[warm:].mean()) / ticks


def test_the_estimate_is_the_least_number_whose_t_interval_is_narrow_enough():
    values = np.random.default_rng(3).normal(size=6)
    for half_width in (0.1, 0.3, 0.7):
        n = replications_needed(values.tolist(), half_width)
        widths = [stats.t.ppf(0.975, i - 1) * values.std(ddof=1) / math.sqrt(i) for i in range(6, n + 1)]
        assert widths[-1] <= half_width
        assert all(width > half_width for width in widths[:-1])
    assert replications_needed(values.tolist(), 100.0) == 6
    assert replications_needed([2.0, 2.0], 1e-9) == 2
    assert replications_needed([0.0, 1.0], 1e-12) == UNREACHABLE


def test_it_stops_as_soon_as_all_are_narrow_and_tells_before_it_goes_on():
    draws = np.random.default_rng(5).normal(size=(400, 2)) * [1.0, 3.0]
    asked_for, lines = [], []

    def sample(n):
        asked_for.append(n)
        return {"a": {"x": draws[:n, 0].tolist()}, "b": {"x": draws[:n, 1].tolist()}}

    def report(n, needs):
        lines.append((n, needs))

    n, wide = narrow(sample, {"x": 0.4}, first=5, most=400, report=report, interval_of=interval_of)
    assert wide == []
    assert asked_for[0] == 5
    assert all(before < after <= 2 * before for before, after in pairwise(asked_for))
    assert n == asked_for[-1]
    assert [n for n, _ in lines] == asked_for[:-1]
    assert all(mean_interval(own["x"]).half_width <= 0.4 for own in sample(n).values())
    # b, whose deviation is three times as large, decides.
    assert max(lines[-1][1], key=lambda need: need.n).label == "b"


def test_replications_without_parcels_are_named():
    exports = {"exports_called_per_day": [0.0, 0.0, 9.0], "late_exports_per_day": [1.0, 0.0, 0.0]}
    none = {name: [0.0, 0.0, 0.0] for name in exports}
    values = {
        "a": {**none, "dwell_mean_h": [3.0, 0.0, 0.0]},
        "b": {**exports, "dwell_mean_h": [3.0, 4.0, 5.0]},
        "c": {**none, "dwell_mean_h": [3.0, 4.0, 5.0]},
    }
    hubs = {"a": load("liege_30k", "exports=none"), "b": load("liege_30k"), "c": load("liege_30k")}
    of_imports, of_exports = without_parcels([Design(label, hub) for label, hub in hubs.items()], values)
    assert of_imports.startswith("replications without an import") and of_imports.endswith(": a (2 of 3)")
    assert of_exports.startswith("replications without an export") and of_exports.endswith(": b (1 of 3); c (3 of 3)")


def test_it_ends_at_the_most_and_says_what_is_too_wide():
    draws = np.random.default_rng(7).normal(size=50)
    n, wide = narrow(from_draws(draws), {"kpi": 1e-3}, first=4, most=23, interval_of=interval_of)
    assert n == 23
    assert [(need.kpi, need.target) for need in wide] == [("kpi", 1e-3)]
    assert wide[0].n > 23


def test_nothing_asked_or_nothing_to_gain_adds_no_replication():
    assert narrow(from_draws(np.ones(9)), {}, first=3, most=9, interval_of=interval_of) == (3, [])
    assert narrow(from_draws(np.ones(9)), {"kpi": 0.1}, first=3, most=9, interval_of=interval_of) == (3, [])
    assert needs({"a": {"kpi": [1.0, 2.0]}}, {"kpi": mean_interval([1.0, 2.0]).half_width}, interval_of) == []
    n, wide = narrow(
        from_draws(np.array([1.0, np.nan, *np.ones(9)])), {"kpi": 0.1}, first=3, most=9, interval_of=interval_of
    )
    assert (n, wide) == (3, [Need("only", "kpi", None, 0.1, None)])
    assert next_count([], 5, 100) == 5


def test_a_single_replication_is_the_reason_for_no_interval():
    (line,) = too_wide([Need("only", "on_time_share", None, 0.1, None)], 1)
    assert line.endswith("Imports on time of only has no interval: a single replication has none")


def test_a_share_near_one_asks_for_as_many_replications_as_its_interval_takes():
    agreeing = {"only": {"on_time_share": [0.99, 0.99]}}
    assert needs(agreeing, {"on_time_share": 0.01}, lambda _, values: mean_interval(values)) == []
    (need,) = needs(agreeing, {"on_time_share": 0.01}, interval_of)
    assert need.n == 4 and need.half_width > 0.01


@pytest.mark.parametrize(("width", "limit"), [(0.6, 0.5), (1.0, 0.5), (2.0, 0.25)])
def test_an_interval_wider_than_students_asks_for_more_replications_and_a_narrower_one_for_as_many(width, limit):
    """`limit`: of Student's interval, for a half-width of 0.5."""
    values = [1.0, 2.0, 3.0, 4.0]
    students = mean_interval(values)
    wider = replace(students, low=2.5 - width * students.half_width, high=2.5 + width * students.half_width)
    (need,) = needs({"only": {"x": values}}, {"x": 0.5}, lambda *_: wider)
    assert need.n == replications_needed(values, limit)


def test_needs_are_of_each_design_and_kpi():
    samples = {"a": {"x": [0.0, 1.0], "y": [0.0, 0.0]}, "b": {"x": [0.0, 0.0], "y": [0.0, 2.0]}}
    assert [(need.label, need.kpi) for need in needs(samples, {"x": 0.5, "y": 0.5}, interval_of)] == [
        ("a", "x"),
        ("b", "y"),
    ]


def test_intervals_of_exponential_means_hold_the_truth_nearly_as_often_as_promised():
    def draw(rng, n):
        return rng.exponential(1.0, size=(n, 50)).mean(axis=1)

    # Deviation √(1/50) of a value: about 33 replications for ±0.05.
    hits, counts = coverage(draw, 1.0, half_width=0.05, first=10, most=200)
    assert 25 < np.mean(counts) < 40
    # Stopping early costs a little of the 95 %: 92 % at least, a fault of one in a thousand let pass.
    assert hits >= stats.binom.ppf(1e-3, EXPERIMENTS, 0.92)


def test_intervals_of_the_mean_wait_at_a_sorting_machine_hold_the_theory():
    load = 0.7
    truth = load / (2 * (1 - load))  # M/D/1: Pollaczek and Khinchine
    pool = np.random.default_rng(23)
    values = np.array([deterministic_service_wait(pool) for _ in range(6000)])
    # 400 customers let the empty start fade: what is left of its bias is far below the half-width asked.
    assert values.mean() == pytest.approx(truth, abs=0.02)

    hits, counts = coverage(lambda rng, n: rng.choice(values, size=n), truth, half_width=0.06, first=8, most=100)
    assert 8 < np.mean(counts) < 60
    assert hits >= stats.binom.ppf(1e-3, EXPERIMENTS, 0.91)


def document_of(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[dict, str]:
    assert main([*words, *TINY]) == 0
    captured = capsys.readouterr()
    return json.loads(captured.out), captured.err


ASKED = (
    "replications=2",
    "precision.dwell_mean_h=0.3",
    "precision.parcels_per_day=2000",
    "precision.max_replications=6",
)


def test_a_run_goes_on_until_narrow_and_tells_the_cost_before(capsys, tmp_path: Path, is_slow: bool) -> None:
    document, errors = document_of(capsys, "run", *ASKED, "workers=1", "--out", str(tmp_path / "1"))
    n = document["kpis"]["dwell_mean_h"]["n"]
    assert 2 < n <= 6
    _, first, *_ = errors.splitlines()
    assert first.startswith("precision: ") and "after 2 replications" in first
    interval = document["kpis"]["dwell_mean_h"]
    is_narrow = (interval["high"] - interval["low"]) / 2 <= 0.3
    assert is_narrow or any("precision: target not reached: Dwell, mean" in line for line in document["warnings"])
    if is_slow:
        other, quiet = document_of(capsys, "run", *ASKED, "workers=2", "--quiet", "--out", str(tmp_path / "2"))
        assert quiet == ""
        assert tables_of(other["run_dir"]) == tables_of(document["run_dir"])
    # Complete, it is read, not made: the same number of replications, and nothing to tell.
    again, errors = document_of(capsys, "run", *ASKED, "workers=1", "--out", str(tmp_path / "1"))
    assert again == document
    assert errors == ""


@pytest.mark.slow
def test_an_interrupted_run_ends_with_the_same_tables(capsys, tmp_path: Path) -> None:
    words = ("run", *ASKED, "workers=1", "--quiet", "--out")
    whole, _ = document_of(capsys, *words, str(tmp_path / "whole"))
    interrupted([*words, str(tmp_path / "broken"), *TINY], after=3)
    capsys.readouterr()
    resumed, _ = document_of(capsys, *words, str(tmp_path / "broken"))
    assert tables_of(resumed["run_dir"]) == tables_of(whole["run_dir"])


def test_designs_are_replicated_alike_and_what_stays_wide_is_warned_of(capsys, tmp_path: Path) -> None:
    document, errors = document_of(
        capsys, "compare", "scenarios=[liege_30k,liege_66k]", "replications=2", "precision.on_time_share=1e-9",
        "precision.dwell_mean_h=1e-9", "precision.max_replications=3", "demand.flights_per_day=1", "workers=1",
        "--out", str(tmp_path),
    )  # fmt: skip
    assert {own["kpis"][kpi]["n"] for own in document["scenarios"].values() for kpi in own["kpis"]} == {3}
    assert "of each of 2 designs" in errors
    warned = [line for line in document["warnings"] if line.startswith("precision: target not reached: Dwell, mean")]
    assert len(warned) == 2
    assert warned[0].startswith("precision: target not reached: ")
    assert "after 3 replications, the most allowed" in warned[0]


def test_a_precision_makes_another_run_and_a_limit_without_one_does_not(tmp_path: Path) -> None:
    def path(*words: str) -> Path:
        (design,), study = single(Arguments("run", tuple(words)))
        with opened(design.label, Request([design], study, Arguments("run", words, out=tmp_path))) as run:
            return run.path

    assert path() == path("precision.max_replications=7")
    asked = path("precision.on_time_share=0.1")
    assert len({path(), asked, path("precision.on_time_share=0.2")}) == 3
    assert asked != path("precision.on_time_share=0.1", "precision.max_replications=7")


def test_every_kpi_can_be_asked_for() -> None:
    _, study = single(Arguments("run"))
    assert set(study.precision) == {*KPIS, "max_replications"}
    assert study.half_widths == {}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["precision.on_tim_share=0.1"], "did you mean 'precision.on_time_share'?"),
        (["+precision.on_tim_share=0.1"], "precision.on_tim_share: no such KPI; did you mean 'on_time_share'?"),
        (["precision.on_time_share=0"], "precision.on_time_share: must be greater than 0, got 0"),
        (["precision.on_time_share=-0.1"], "precision.on_time_share: must be greater than 0, got -0.1"),
        (["precision.on_time_share=narrow"], "precision.on_time_share: expected a number, got 'narrow'"),
        (["precision.max_replications=2.5"], "precision.max_replications: expected a whole number"),
        (
            ["precision.max_replications=null", "precision.on_time_share=0.1"],
            "precision.max_replications: expected a whole number",
        ),
        (["precision.on_time_share=0.1", "precision.max_replications=3"], "must be at least the 5 replications"),
        (["precision.on_time_share=0.1", "replications=1"], "replications: a precision needs at least 2, got 1"),
    ],
)
def test_mistakes_are_one_line(capsys, tmp_path: Path, words: list[str], message: str) -> None:
    is_refused(capsys, tmp_path / "runs", ["run", *words], message)
