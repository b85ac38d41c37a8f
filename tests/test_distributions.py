"""Distributions in the place of numbers: quantiles, common random numbers, refusals, and files of values."""

import math
import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from answers import answer
from expected import flights_expected
from hypothesis import given, settings
from hypothesis import strategies as st
from mistakes import refused
from scipy import stats

from experiments.assumptions import Kind, Worlds, assumptions_of
from experiments.composition import load
from experiments.designs.varying import changed, scaled
from experiments.main import main
from sim.config import HubConfig
from sim.distributions import FAMILIES, QUANTILES, Delays, Shape, Times, beyond, midpoints, stretched
from sim.distributions.own import OwnMade
from sim.errors import CargohubError, ConfigError
from sim.inputs.flight_work import machines_up
from sim.inputs.inputs import make_inputs
from sim.inputs.load_plan import piece_times
from sim.inputs.loads import drawn_load
from sim.own import OwnFile
from sim.reading import plain, read
from sim.reference.equality import compare
from sim.units import TICKS_PER_MIN

KEY = "customs.release_mean_h"
BY_PARAMETERS = [
    ("uniform", {"low": 2, "high": 5}, stats.uniform(2, 3)),
    ("triangular", {"low": 1, "mode": 1, "high": 4}, stats.triang(0, 1, 3)),
    ("triangular", {"low": 1, "mode": 3, "high": 4}, stats.triang(2 / 3, 1, 3)),
    ("normal", {"mean": 9, "sd": 2, "at_least": 6, "at_most": 14}, stats.truncnorm(-1.5, 2.5, 9, 2)),
    ("normal", {"mean": 2, "sd": 2}, stats.truncnorm(-1, np.inf, 2, 2)),
    ("lognormal", {"median": 3, "sigma": 0.7}, stats.lognorm(0.7, scale=3)),
    ("gamma", {"shape": 0.4, "scale": 5}, stats.gamma(0.4, scale=5)),
    ("gamma", {"shape": 1, "scale": 5}, stats.gamma(1, scale=5)),
    ("gamma", {"shape": 6.25, "scale": 1.92}, stats.gamma(6.25, scale=1.92)),
    ("weibull", {"shape": 1.7, "scale": 4}, stats.weibull_min(1.7, scale=4)),
    ("exponential", {"mean": 4}, stats.expon(scale=4)),
    ("exponential", {"mean": 4, "at_most": 8}, stats.truncexpon(2, scale=4)),
    ("beta", {"a": 2.5, "b": 4, "low": 3, "high": 9}, stats.beta(2.5, 4, 3, 6)),
    ("beta", {"a": 0.5, "b": 1, "high": 9}, stats.beta(0.5, 1, 0, 9)),
    ("beta", {"a": 1, "b": 1, "high": 9}, stats.beta(1, 1, 0, 9)),
    ("beta", {"a": 30, "b": 2, "high": 9}, stats.beta(30, 2, 0, 9)),
    ("beta", {"a": 300, "b": 2000, "high": 30}, stats.beta(300, 2000, 0, 30)),
    ("beta", {"a": 3e4, "b": 6e4, "high": 9}, stats.beta(3e4, 6e4, 0, 9)),
    ("beta", {"a": 1.000002, "b": 1.8, "high": 9}, stats.beta(1.000002, 1.8, 0, 9)),
    ("gamma", {"shape": 1e7, "scale": 4e-7}, stats.gamma(1e7, scale=4e-7)),
    ("weibull", {"shape": 100, "scale": 4, "at_most": 1e9}, stats.weibull_min(100, scale=4)),
    ("normal", {"mean": 2, "sd": 2, "at_least": -1e6, "at_most": 1e6}, stats.truncnorm(-1, np.inf, 2, 2)),
    ("lognormal", {"median": 3, "sigma": 0.7, "at_most": 1e9}, stats.lognorm(0.7, scale=3)),
]
BY_MOMENTS = ["uniform", "triangular", "normal", "lognormal", "gamma", "weibull", "beta"]
TINY = (
    "horizon_days=1", "warmup_days=0", "service_h=6", "exports.service_h=24", "demand.parcels_per_flight=400",
    "demand.net_t_per_flight=0.3",
)  # fmt: skip
MIXED = (
    "packout.spread={family: gamma, shape: 0.7}",
    "breakdown.handling_spread={family: lognormal, spread: 0.6}",
    "exports.collections.handling_spread={family: weibull, spread: 0.4}",
    "exports.collections.spread={family: uniform, spread: 0.1}",
    "demand.load.spread={family: triangular, low: 0.2, mode: 1, high: 1.2}",
    "parcels.median_kg={family: exponential}",
    "parcels.l_per_kg_sigma={family: beta, spread: 0.4, high: 4}",
    "sorting.outages.mtbf_h={family: weibull, mean: 4, spread: 0.8}",
    "sorting.outages.mttr_min={family: constant, value: 7}",
    "customs.release_mean_h={family: gamma, mean: 3, spread: 0.4}",
    "arrivals.delay.scale_min={family: normal, mean: 10, sd: 45}",
)


def times(family, **given):
    return Times.from_plain({"family": family, **given}, KEY)


@pytest.mark.parametrize(
    ("family", "given", "expected"), BY_PARAMETERS, ids=[f"{one[0]} {one[1]}" for one in BY_PARAMETERS]
)
def test_quantiles_are_those_of_scipy(family, given, expected):
    distribution, u = times(family, **given), midpoints(500)
    assert distribution.quantile(u) == pytest.approx(expected.ppf(u), rel=1e-8)
    assert np.abs(expected.cdf(distribution.quantile(u)) - u).max() <= max(distribution.u_error, 1e-14)
    assert distribution.cdf([3.3, 4.4]) == pytest.approx(expected.cdf([3.3, 4.4]), abs=1e-12)
    assert distribution.mean == pytest.approx(expected.mean(), rel=1e-6)
    assert isinstance(distribution.quantile(0.3), float)


@pytest.mark.parametrize("family", BY_MOMENTS)
def test_mean_and_spread_are_met(family):
    beside = {"high": 40} if family == "beta" else {}
    for distribution in (times(family, mean=12, spread=0.3, **beside), times(family, mean=12, sd=3.6, **beside)):
        frozen = FAMILIES[family].frozen(**distribution.parameters)
        assert (frozen.mean(), frozen.std()) == pytest.approx((12, 3.6), rel=1e-9)
    # Of a shape, ends are multiples of the mean.
    shape = Shape.from_plain({"family": family, "spread": 0.3, **({"high": 4} if beside else {})}, "packout.spread")
    frozen = FAMILIES[family].frozen(**shape.parameters)
    assert (frozen.mean(), frozen.std()) == pytest.approx((1, 0.3), rel=1e-9)


@pytest.mark.parametrize("family", [*BY_MOMENTS, "exponential"])
@settings(max_examples=20, derandomize=True)
@given(mean=st.floats(1, 50), more=st.floats(1, 3), u=st.floats(0, 1, exclude_max=True))
def test_the_same_parcel_takes_longer_where_the_mean_is_larger(family, mean, more, u):
    given_ = {} if family == "exponential" else {"spread": 0.3} | ({"high": 400} if family == "beta" else {})
    short, long = (float(times(family, mean=each, **given_).quantile(u)) for each in (mean, mean * more))
    assert short <= long * (1 + 1e-9)


def test_a_number_is_drawn_as_before():
    first, second = np.random.default_rng(3), np.random.default_rng(3)
    assert (first.exponential(7.3 * 60, 50) == stretched(7.3, second.standard_exponential(50), 60)).all()
    assert beyond(0.0, 3.0) == 0 and beyond(3.0, 3.0) == np.exp(-1)
    same = times("exponential", mean=3)
    draws = np.random.default_rng(4).standard_exponential(50)
    assert stretched(same, draws, 60) == pytest.approx(stretched(3.0, draws, 60)) and beyond(same, 6) == beyond(3.0, 6)
    cut = times("uniform", low=0, high=10, at_least=2, at_most=8).between(3, 12)
    assert cut.quantile([0, 1]).tolist() == [3, 8]
    low, high = (round(0.1 * TICKS_PER_MIN * (1 + sign * 0.5)) for sign in (-1, 1))
    expected = first.integers(low, high, 50, dtype=np.uint32, endpoint=True)
    assert (piece_times(0.1, 0.5)(second, 50) == expected).all()


def test_a_shape_has_a_mean_of_one_and_is_looked_up():
    for given_ in (
        {"family": "gamma", "shape": 0.7},
        {"family": "lognormal", "sigma": 1.5},
        {"family": "triangular", "low": 5, "mode": 10, "high": 30},
        {"family": "normal", "spread": 0.6},
        {"family": "constant"},
    ):
        shape = Shape.from_plain(given_, "packout.spread")
        assert shape.mean == 1 and shape.table.mean() == pytest.approx(1) and (np.diff(shape.table) >= 0).all()
        drawn = piece_times(0.1, shape)(np.random.default_rng(1), 20_000)
        assert drawn.dtype == np.uint32 and drawn.mean() / TICKS_PER_MIN == pytest.approx(0.1, rel=0.1)
    assert len(shape.table) == QUANTILES


def test_a_load_keeps_its_mean_below_the_fullest():
    shape = Shape.from_plain({"family": "triangular", "low": 0, "mode": 1, "high": 1.2}, "demand.load.spread")
    loads = [drawn_load(u, 800, 1000, shape) for u in midpoints(2000)]
    assert np.mean(loads) == pytest.approx(800, rel=1e-3) and max(loads) == 1000 and sorted(loads) == loads
    empty = Shape.from_plain({"family": "beta", "a": 0.02, "b": 1, "high": 1}, "demand.load.spread")
    with pytest.raises(ConfigError, match=r"demand\.load\.spread: .*almost empty"):
        drawn_load(0.5, 990, 1000, empty)


IMPOSSIBLE = [
    ({"family": "gama"}, "family: one of constant, .*; got 'gama'; did you mean 'gamma'"),
    ({"family": "gamma", "shape": 2}, "scale: missing: gamma takes shape, scale, or mean and spread or sd"),
    ({"family": "gamma", "mean": 2}, "spread: missing: mean needs it"),
    ({"family": "gamma", "spread": 2}, "mean: missing: spread needs it"),
    ({"family": "gamma", "shape": 2, "scale": -3}, "scale: must be greater than 0, got -3"),
    ({"family": "gamma", "mean": -3, "sd": 3}, "mean: must be greater than 0, got -3"),
    ({"family": "gamma", "mean": 3, "spread": 0.2, "sd": 3}, "sd: spread is set, too; set only one"),
    ({"family": "gamma", "mean": 3, "spread": 0.2, "shape": 3}, "shape: is computed from mean and spread"),
    ({"family": "gamma", "mean": "x", "spread": 0.2}, "mean: expected a number, got 'x'"),
    ({"family": "gamma", "mean": float("nan"), "spread": 0.2}, "mean: expected a finite number, got nan"),
    ({"family": "gamma", "mean": 3, "sprad": 0.2}, "sprad: gamma has no such key; did you mean 'spread'"),
    ({"family": "exponential", "mean": 0}, "mean: must be greater than 0, got 0"),
    ({"family": "constant", "value": 0}, "value: the mean must be at least 1e-09, got 0"),
    ({"family": "uniform", "mean": 10, "spread": 0.7}, r"spread: uniform reaches below 0, to -2\.124, got 0\.7"),
    ({"family": "triangular", "mean": 6, "spread": 1e-17}, "spread: must be at least 1e-07 of the mean, got 1e-17"),
    ({"family": "beta", "mean": 6, "sd": 1e-200, "high": 9}, "sd: must be at least 1e-07 of the mean, got 1e-200"),
    ({"family": "uniform", "low": 5, "high": 5}, "high: must be above low = 5, got 5"),
    ({"family": "uniform", "low": -1, "high": 5}, "low: uniform reaches below 0, to -1, got -1"),
    ({"family": "triangular", "low": 3, "mode": 2, "high": 5}, "mode: at least low = 3, got 2"),
    ({"family": "beta", "mean": 4, "spread": 3, "high": 20}, "spread: beta with .* allows less than 2 .*, got 3"),
    ({"family": "beta", "mean": 10, "spread": 1, "high": 20}, "spread: beta with .* allows less than 1 .*, got 1"),
    ({"family": "beta", "mean": 30, "sd": 3, "high": 20}, "mean: beta needs it between low = 0 and high = 20, got 30"),
    ({"family": "beta", "mean": 20, "sd": 3, "high": 20}, "mean: beta needs it between low = 0 and high = 20, got 20"),
    ({"family": "beta", "mean": 3, "sd": 3}, "high: missing"),
    ({"family": "weibull", "mean": 1, "spread": 1e-6}, r"spread: weibull allows 0\.00128 to 430, got 1e-06"),
    ({"family": "weibull", "shape": 0.01, "scale": 1}, "shape: weibull reaches beyond 1e.09, got 0.01"),
    ({"family": "normal", "mean": -400, "sd": 1}, "mean: almost nothing of normal lies between the cuts, got -400"),
    (
        {"family": "gamma", "mean": 4, "sd": 3, "at_least": 5, "at_most": 4},
        "at_most: must be above at_least = 5, got 4",
    ),
    (
        {"family": "gamma", "mean": 4, "sd": 3, "at_least": 5, "at_most": 5},
        "at_most: must be above at_least = 5, got 5",
    ),
    ({"family": "gamma", "mean": 4, "sd": 0.4, "at_least": 50}, "at_least: almost nothing of gamma .*, got 50"),
    ({"family": "empirical"}, "file: missing"),
]


@pytest.mark.parametrize(
    ("given", "message"), IMPOSSIBLE, ids=lambda value: str(value) if isinstance(value, dict) else ""
)
def test_what_is_impossible_is_refused_with_key_and_value(given, message):
    with pytest.raises(ConfigError, match=rf"^customs\.release_mean_h\.{message}"):
        Times.from_plain(given, KEY)


def test_show_prints_the_distribution_beside_the_number(capsys):
    assert main(["run", "--show", "packout.spread={family: gamma, spread: 0.4}"]) == 0
    assert "#   packout.spread: 0.5 → family gamma, spread 0.4\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["mean", "scale"])
def test_a_shape_takes_no_mean(name):
    with pytest.raises(ConfigError, match=rf"^packout\.spread\.{name}: only the shape counts here"):
        load("liege_30k", f"packout.spread={{family: gamma, shape: 2, {name}: 3}}")


NAMES = st.sampled_from([*{name for family in FAMILIES.values() for name in family.parameters}, "spread", "at_most"])


@settings(max_examples=2 * settings.default.max_examples, derandomize=True)
@given(
    family=st.sampled_from(list(FAMILIES)), kind=st.sampled_from([Times, Delays, Shape]), chosen=st.data(),
    others=st.dictionaries(NAMES, st.floats(-3, 30), max_size=2),
)  # fmt: skip
def test_any_parameters_are_refused_in_one_line_or_can_be_drawn(family, kind, chosen, others):
    values = {name: chosen.draw(st.floats(-1, 9)) for name in FAMILIES[family].parameters}
    refusal = ""
    try:
        distribution = kind.from_plain({"family": family, **values, **others}, "a.key")
    except ConfigError as error:
        refusal = str(error)
    if refusal:
        assert refusal.startswith("a.key.") and "\n" not in refusal
        return
    quantiles = distribution.quantile(np.array([0.0, 1e-9, 0.2, 0.5, 0.9, 1 - 1e-12]))
    assert np.isfinite(quantiles).all() and (np.diff(quantiles) >= -1e-9 * abs(quantiles[1:])).all()
    assert quantiles[0] >= kind.lowest and np.isfinite(distribution.mean)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("s\n5\n", "s: at least two different values, got 5 1 times"),
        ("s\n5\n5\n", "s: at least two different values, got 5 2 times"),
        ("s\n", "s: at least two different values, got none"),
        ("s\n5\nabc\n", "row 3: s: expected a finite number of at least 0, got 'abc'"),
        ("s\n5\nnan\n", "row 3: s: expected a finite number of at least 0, got 'nan'"),
        ("s\n5\n-1\n", "row 3: s: expected a finite number of at least 0, got '-1'"),
        ("s,t\n5,1\n6,\n", "several columns; set column to one of s, t"),
        ("5\n6\n7\n", "row 1: expected a header with names of columns, got '5'"),
        ("", "empty"),
    ],
)
def test_a_file_of_values_is_refused_with_row_and_value(tmp_path, content, message):
    file = tmp_path / "packing.csv"
    file.write_text(content)
    with pytest.raises(CargohubError, match="packing.csv: " + message):
        load("liege_30k", f"packout.spread={{family: empirical, file: {file}}}")


def test_values_of_a_file_are_drawn_equally_often(tmp_path):
    file = tmp_path / "delays.csv"
    file.write_text("flight;late\nA;-20\nB;0\nC;40\nD;60\n")
    delays = Delays.from_plain({"family": "empirical", "file": str(file), "column": "late"}, "delay")
    assert delays.quantile(midpoints(8)).tolist() == [-20, -20, 0, 0, 40, 40, 60, 60] and delays.mean == 20
    assert delays.between(-5, 50).quantile(midpoints(2)).tolist() == [0, 40]
    assert delays.cdf([-21, -20, 0, 59, 60]).tolist() == [0, 0.25, 0.5, 0.75, 1]
    with pytest.raises(CargohubError, match="no column 'lat'; did you mean 'late'"):
        Delays.from_plain({"family": "empirical", "file": str(file), "column": "lat"}, "delay")


def test_a_file_of_values_that_is_written_again_is_read_again(tmp_path):
    """A notebook may change it between two runs; a hub that was read before keeps its values."""
    file, hubs = tmp_path / "waits.csv", []
    for second, values in enumerate(([1, 2, 3], [10, 20, 60])):
        file.write_text("\n".join(map(str, ["min", *values])))
        os.utime(file, (second, second))
        written = {"family": "empirical", "file": str(file)}
        hubs.append((Times.from_plain(written, "time"), Shape.from_plain(written, "shape")))
    assert [times.mean for times, _ in hubs] == [2, 30]
    assert [shape.highest for _, shape in hubs] == pytest.approx([1.5, 2], rel=1e-4)


def test_both_hubs_are_equal_with_mixed_families_and_means_follow():
    config = load("liege_30k", *TINY, *MIXED)
    assert read(HubConfig, plain(config)) == config
    inputs = make_inputs(config, 0)
    _, difference = compare(inputs, 0)
    assert difference is None
    numbers = ("sorting.outages.mtbf_h=4", "sorting.outages.mttr_min=7")
    usual = load("liege_30k", *TINY, *numbers)
    assert machines_up(config) == machines_up(usual)
    parcels = [inputs.parcels_of(flight) for flight in inputs.flights]
    of_usual = [make_inputs(usual, 0).parcels_of(flight) for flight in make_inputs(usual, 0).flights]
    for column in ("handling", "packing", "mass"):
        mean, expected = (
            np.mean(np.concatenate([getattr(each, column) for each in all_])) for all_ in (parcels, of_usual)
        )
        assert mean == pytest.approx(expected, rel=0.15)


def test_expected_flights_follow_the_delay():
    late, usual = (load("liege_30k", *TINY, f"arrivals.delay.scale_min={word}") for word in
                   ("{family: uniform, low: 120, high: 240}", "0"))  # fmt: skip
    shifted, scheduled = (flights_expected(config, 10 * 1440 * TICKS_PER_MIN) for config in (late, usual))
    assert shifted.sum() == pytest.approx(scheduled.sum(), rel=1e-2)
    assert shifted[400:800] == pytest.approx(np.convolve(scheduled, np.ones(9) / 8)[392:792] * 8 / 9, abs=0.02)
    with pytest.raises(ConfigError, match=r"arrivals\.delay\.scale_min: between earliest_h and latest_h"):
        load("liege_30k", "arrivals.delay.scale_min={family: uniform, low: 90000, high: 99000}")


def test_what_stretches_a_distribution_has_the_range_of_the_number():
    config = load("liege_30k", *MIXED)
    rows = {row.key: row for row in assumptions_of(config)}
    of_number = {row.key: row for row in assumptions_of(load("liege_30k"))}
    mean, number = rows["customs.release_mean_h.mean"], of_number["customs.release_mean_h"]
    assert (mean.kind, number.kind) == (Kind.ASSUMPTION, Kind.SOURCED)  # 3 h is not the 6 h of the source
    assert (mean.low / mean.value, mean.high / mean.value) == pytest.approx(
        (number.low / number.value, number.high / number.value)
    )
    assert scaled(config, {"sorting.outages.mtbf_h": 1.0}, 8.0) == {"sorting.outages.mtbf_h": 8.0}
    assert changed(config, {"sorting.outages.mtbf_h": 8.0}).sorting.outages.mtbf_h.mean == pytest.approx(8)
    assert "packout.spread.shape" not in rows  # of a shape by its parameters nothing has a range
    worlds = Worlds.of([*rows.values()])
    world = worlds.hub(config, worlds.values(np.full((1, len(worlds.names)), 0.9))[0])
    assert world.customs.release_mean_h.mean > 3 and world.packout.spread == config.packout.spread


def test_a_run_keeps_its_files_of_values(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("packing.csv").write_text("seconds\n2\n3\n7\n")
    words = (
        *TINY,
        "packout.spread={family: empirical, file: packing.csv}",
        "replications=1",
        "workers=1",
        "margin=none",
    )
    run = Path(answer(capsys, "run", *words, "--quiet", "--out", "runs")["run_dir"])
    Path("packing.csv").unlink()
    assert (run / "values" / "packing.csv").read_text().startswith("seconds")
    assert main(["reproduce", str(run), "--quiet"]) == 0
    (run / "values" / "packing.csv").write_text("seconds\n2\n3\n8\n")
    assert "not the values of the run" in refused(capsys, "reproduce", run, "--quiet")


def test_a_distribution_of_the_user_that_is_cut_keeps_its_form_between_the_cuts() -> None:
    even = SimpleNamespace(call=lambda _, u: 200 * u - 100)
    made = OwnMade(cast("OwnFile", even), "even", -math.inf, None, (-50.0, 100.0))
    assert made.quantile(np.array([0.0, 0.25, 0.5, 1.0])) == pytest.approx([-50, -12.5, 25, 100], abs=0.01)
    assert made.mean == pytest.approx(25, abs=0.01) and made.cdf(25.0) == pytest.approx(0.5, abs=1e-3)
