"""The group that `fit` writes is composed and run, and its ranges are those of the worlds that `sure` draws."""

import json
import shlex
import shutil

import numpy as np
import pytest
import yaml
from answers import answer
from mistakes import refused
from stored_runs import TINY

from experiments.assumptions import assumptions_of
from experiments.assumptions.worlds import Worlds
from experiments.composition import load
from experiments.main import main

MINUTES = np.random.default_rng(9).gamma(4, 90, size=150)


def alone(family):
    """This family, and no other is fitted, which takes most of the time."""
    return f"family={family}", f"families={family}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of the reader's own, with three fits: hours of release, seconds of packing, and minutes of a ULD."""
    home = tmp_path_factory.mktemp("mine")
    table = "\n".join(["release,pack_s,uld"] + [f"{value:.3f},{value / 80:.4f},{value / 9:.3f}" for value in MINUTES])
    (home / "scans.csv").write_text(table + "\n")
    for words in (
        ["column=release", "key=customs.release_mean_h", "unit=min", *alone("gamma")],
        ["column=pack_s", "key=packout.spread", "unit=s", "name=packing", *alone("lognormal")],
        ["column=uld", "key=breakdown.uld_min", "families=gamma"],
        ["column=release", "name=alone", *alone("weibull")],
        [
            *("column=release", "name=measured", "key=customs.release_mean_h", "unit=min"),
            *("family=empirical", "families=gamma"),
        ],
    ):
        assert main(["fit", str(home / "scans.csv"), *words, "--out", str(home), "--json"]) == 0
    return home


def test_a_fit_of_a_time_is_in_the_unit_of_its_key(folder):
    hub = load("liege_30k", "+fits/release=gamma", config_dir=folder)
    time = hub.customs.release_mean_h
    assert time.family == "gamma" and time.mean == pytest.approx(MINUTES.mean() / 60, rel=1e-5)
    fitted = json.loads((folder / "fits" / "release" / "fit.json").read_text())
    (gamma,) = [family["parameters"] for family in fitted["families"] if family["family"] == "gamma"]
    assert time.parameters["shape"] == pytest.approx(gamma["shape"], rel=1e-4)
    assert time.parameters["scale"] == pytest.approx(gamma["scale"] / 60, rel=1e-4)


def test_the_unit_of_times_changes_neither_the_families_nor_the_mean(folder, tmp_path, capsys):
    """Days below 1 are no shares of something."""
    fits = []
    for per_unit, unit in ((1, "min"), (60, "h"), (1440, "d")):
        file = tmp_path / f"{unit}.csv"
        file.write_text("uld\n" + "".join(f"{value / 9 / per_unit:.9g}\n" for value in MINUTES))
        fits.append(answer(capsys, "fit", file, "key=breakdown.uld_min", f"unit={unit}", "name=uld", "--out", tmp_path))
    names = [[family["family"] for family in fit["families"]] for fit in fits]
    assert names[0] == names[1] == names[2] and "beta" not in names[0]


def test_a_fit_of_a_shape_says_the_mean_where_it_is_configured(folder):
    hub = load("liege_30k", "+fits/packing=lognormal", config_dir=folder)
    assert hub.packout.spread.family == "lognormal"
    assert hub.packout.parcels_per_post_h == pytest.approx(3600 / (MINUTES.mean() / 80), rel=1e-5)


@pytest.mark.parametrize("key", ["exports.collections.parcels", "exports.collections.spread"])
def test_a_mean_of_a_key_that_counts_is_a_whole_number(folder, tmp_path, key):
    words = ["column=release", f"key={key}", "name=of_trucks", *alone("gamma")]
    assert main(["fit", str(folder / "scans.csv"), *words, "--out", str(tmp_path), "--json"]) == 0
    hub = load("liege_30k", "+fits/of_trucks=gamma", config_dir=tmp_path)
    assert hub.exports.collections.parcels == round(MINUTES.mean())


def test_a_cut_normal_as_a_shape_spreads_as_before_its_cut(folder, tmp_path):
    words = ["column=pack_s", "key=packout.spread", "unit=s", "name=cut", *alone("normal")]
    assert main(["fit", str(folder / "scans.csv"), *words, "--out", str(tmp_path), "--json"]) == 0
    families = json.loads((tmp_path / "fits" / "cut" / "fit.json").read_text())["families"]
    (normal,) = [family["parameters"] for family in families if family["family"] == "normal"]
    shape = dict(load("liege_30k", "+fits/cut=normal", config_dir=tmp_path).packout.spread.written)
    assert shape["spread"] == pytest.approx(normal["sd"] / normal["mean"], rel=1e-5)


def test_a_fit_without_a_key_goes_to_any(folder):
    hub = load("liege_30k", "+fits/alone@customs.release_mean_h=weibull", config_dir=folder)
    assert hub.customs.release_mean_h.family == "weibull"


def test_ranges_of_a_fit_hold_its_values_and_move_its_distribution(folder):
    words = ("+fits/release=gamma", "+fits/packing=lognormal")
    hub = load("liege_30k", *words, config_dir=folder)
    rows = {row.key: row for row in assumptions_of(hub, folder)}
    keys = [f"customs.release_mean_h.{name}" for name in ("mean", "spread")]
    keys += ["packout.parcels_per_post_h", "packout.spread.spread"]
    for key in keys:
        assert rows[key].low < rows[key].value < rows[key].high, key
        assert "150 values of scans.csv" in rows[key].source
    error = MINUTES.std() / 150**0.5 / 60
    width = rows[keys[0]].high - rows[keys[0]].low
    assert width == pytest.approx(2 * 2.5 * error, rel=0.25)
    # A number that is not that of the fit has the range in proportion.
    twice = load("liege_30k", *words, "packout.parcels_per_post_h=+100%", config_dir=folder)
    doubled = {row.key: row for row in assumptions_of(twice, folder)}[keys[2]]
    assert doubled.low == pytest.approx(2 * rows[keys[2]].low, rel=1e-4)
    worlds = Worlds.of(assumptions_of(hub, folder))
    points = np.full((2, len(worlds.names)), 0.5)
    for key in keys:
        points[:, worlds.names.index(key)] = 0.001, 0.999
    low, high = (worlds.hub(hub, values) for values in worlds.values(points))
    assert low.customs.release_mean_h.mean < hub.customs.release_mean_h.mean < high.customs.release_mean_h.mean
    assert low.customs.release_mean_h.parameters["shape"] > high.customs.release_mean_h.parameters["shape"]
    assert low.packout.parcels_per_post_h < hub.packout.parcels_per_post_h < high.packout.parcels_per_post_h
    assert low.packout.spread != hub.packout.spread


def test_fits_that_are_not_chosen_disturb_nothing(folder):
    rows = {row.key: row for row in assumptions_of(load("liege_30k", config_dir=folder), folder)}
    assert rows["customs.release_mean_h"].low == pytest.approx(
        {row.key: row for row in assumptions_of(load("liege_30k"))}["customs.release_mean_h"].low
    )


def test_correlated_estimates_are_drawn_together(folder, tmp_path):
    words = ["column=release", "key=customs.release_mean_h", "unit=min", "--json", *alone("weibull")]
    assert main(["fit", str(folder / "scans.csv"), *words, "--out", str(tmp_path)]) == 0
    written = yaml.safe_load((tmp_path / "assumptions" / "fit_release.yaml").read_text())
    (together,) = written["correlations"]
    assert sorted(together["keys"]) == ["customs.release_mean_h.mean", "customs.release_mean_h.spread"]
    hub = load("liege_30k", "+fits/release=weibull", config_dir=tmp_path)
    worlds = Worlds.of(assumptions_of(hub, tmp_path))
    at = [worlds.names.index(key) for key in together["keys"]]
    correlation = (worlds.cholesky @ worlds.cholesky.T)[at[0], at[1]]
    assert correlation == pytest.approx(together["correlation"], abs=1e-6) and abs(correlation) > 0.05


@pytest.mark.parametrize(
    ("family", "key"),
    [
        ("triangular", "sorting.outages.mttr_min"), ("triangular", "packout.spread"), ("uniform", "packout.spread"),
        ("beta", "packout.spread"), ("normal", "arrivals.delay.scale_min"),
    ],
)  # fmt: skip
def test_worlds_of_a_family_are_possible(folder, tmp_path, family, key):
    words = ["column=uld", f"key={key}", "high=200", "name=x", "--json", *alone(family)]
    assert main(["fit", str(folder / "scans.csv"), *words, "--out", str(tmp_path)]) == 0
    hub = load("liege_30k", f"+fits/x={family}", config_dir=tmp_path)
    rows = assumptions_of(hub, tmp_path)
    worlds = Worlds.of(rows)
    names = [name for name in worlds.names if name.startswith(key)]
    assert len(names) >= 2 and all(row.low >= 0 for row in rows if row.name in names)
    points = np.full((5, len(worlds.names)), 0.5)
    points[:, [worlds.names.index(name) for name in names]] = np.random.default_rng(1).random((5, len(names)))
    group, _, name = key.partition(".")
    for values in worlds.values(points):
        changed = worlds.hub(hub, values)
        assert getattr(changed, group) != getattr(hub, group), name


def test_files_say_where_they_come_from(folder):
    text = (folder / "fits" / "release" / "gamma.yaml").read_text()
    assert "150 values of scans.csv, column release (sha256 " in text and "Kolmogorov–Smirnov" in text
    assert text.startswith("# @package _global_\n")


def test_measured_values_are_written_in_the_unit_of_the_key(folder):
    hub = load("liege_30k", "+fits/measured=empirical", config_dir=folder)
    assert hub.customs.release_mean_h.mean == pytest.approx(MINUTES.mean() / 60, rel=1e-4)


def test_a_run_with_fits_is_simulated(capsys, folder, tmp_path):
    words = ["+fits/release=gamma", "+fits/packing=lognormal", "+fits/uld=gamma"]
    (option,) = (folder / "fits" / "uld").glob("*.yaml")
    words[2] = f"+fits/uld={option.stem}"
    arguments = [*words, *TINY, "replications=1", "margin=none", "--config-dir", str(folder), "--out", str(tmp_path)]
    assert answer(capsys, "run", *arguments)


def test_the_command_that_is_printed_composes(capsys, folder):
    words = ["column=uld", "key=breakdown.uld_min", "families=gamma", "--out", str(folder)]
    assert main(["fit", str(folder / "scans.csv"), *words]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Use it:")]
    assert main([*shlex.split(line.removeprefix("Use it:"))[1:], "--show"]) == 0
    assert "breakdown.uld_min: 45 →" in capsys.readouterr().out


def test_a_fit_beside_the_folder_of_its_scenario_is_to_be_copied_there(capsys, folder, tmp_path):
    mine, out = tmp_path / "mine", tmp_path / "out"
    (mine / "scenario").mkdir(parents=True)
    (mine / "scenario" / "own.yaml").write_text("# @package _global_\nscenario: own\n")
    words = ["column=uld", "key=breakdown.uld_min", "scenario=own", *alone("gamma"), "--config-dir", str(mine)]
    assert main(["fit", str(folder / "scans.csv"), *words, "--out", str(out)]) == 0
    start, _, command = capsys.readouterr().out.splitlines()[-1].partition("and type: ")
    assert start.endswith(f"copy the folders of {out} into {mine}, ")
    shutil.copytree(out, mine, dirs_exist_ok=True)
    assert main([*shlex.split(command)[1:], "--show"]) == 0


def test_a_shape_whose_mean_is_of_several_keys_says_that_it_stays(capsys, folder, tmp_path):
    words = ["column=uld", "key=breakdown.handling_spread", *alone("gamma"), "--out", str(tmp_path)]
    assert main(["fit", str(folder / "scans.csv"), *words]) == 0
    assert "breakdown.handling_spread only describes how values spread about their mean" in capsys.readouterr().out
    hub = load("liege_30k", "+fits/uld=gamma", config_dir=tmp_path)
    assert hub.breakdown.handling_spread.family == "gamma" and hub.breakdown.uld_min == 45


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["key=breakdown.uld_mn"], "key: 'breakdown.uld_mn' is not a number of the configuration; did you mean"),
        (["key=scenario"], "key: 'scenario' is not a number of the configuration"),
        (
            ["key=space.pallet_m2", "unit=min"],
            "unit: min does not apply to space.pallet_m2, which is not a time; leave it out",
        ),
        (["key=breakdown.uld_min", "unit=hours"], "unit: expected one of s, min, h, d, got 'hours'"),
        (["unit=min"], "unit: needs key=KEY"),
        (["key=sorting.efficiency"], "sorting.efficiency: must be at most 1, got "),
        (["family=constant"], "family: 'constant' is none that is fitted"),
        (["scenario=liege_30k"], "scenario: needs key=KEY"),
    ],
)
def test_a_mistake_is_one_line(capsys, folder, tmp_path, words, message):
    assert message in refused(capsys, "fit", folder / "scans.csv", "column=uld", *words, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()
