"""Replications from Python: those of the command line to the bit, with nothing stored."""

import json
import re

import pandas as pd
import pytest
from stored_runs import TINY

from experiments import research
from experiments.composition import load
from experiments.main import main
from experiments.research import load_prices, replicate
from experiments.store.read import read_run
from sim.errors import ConfigError

WORDS = [word for word in TINY if not word.startswith(("--", "replications", "workers"))]


@pytest.fixture(scope="module")
def config():
    return load("liege_30k", *WORDS)


def test_kpis_intervals_and_tables_are_those_of_run_to_the_bit(config, tmp_path, monkeypatch, capsys):
    assert main(["run", *WORDS, "replications=2", "workers=1", "--quiet", "--json", "--out", str(tmp_path)]) == 0
    run = read_run(json.loads(capsys.readouterr().out)["run_dir"])
    assert repr(run) == f"StoredRun(path={run.path!r})"
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = replicate(config, 2, workers=2, tables=["flights", "trucks"])
    assert sorted(tmp_path.rglob("*")) == before, "nothing is stored"
    for _, row in run.tables["kpis"].iterrows():
        assert result.kpis.loc[row["replication"], row["kpi"]] == pytest.approx(row["value"], rel=0, abs=0, nan_ok=True)
    stored = run.tables["summary"].set_index("kpi")
    for ours, theirs in (("mean", "mean"), ("low", "low"), ("high", "high"), ("unit", "unit")):
        column = result.summary.loc[stored.index, ours]
        pd.testing.assert_series_equal(column, stored[theirs], check_exact=True, check_names=False)
    for name, rows in result.tables.items():
        columns = [column for column in run.tables[name].columns if column != "scenario"]
        order = ["replication", *columns[:3]]
        again, first = (
            table[columns].sort_values(order, kind="stable", ignore_index=True) for table in (rows, run.tables[name])
        )
        pd.testing.assert_frame_equal(again, first, check_exact=True, check_dtype=False, check_categorical=False)


def test_a_replication_is_the_same_whatever_is_asked_besides(config):
    one, three = replicate(config, 1, workers=1), replicate(config, 3, workers=2)
    pd.testing.assert_frame_equal(one.kpis, three.kpis.loc[[0]], check_exact=True)
    assert one.summary["low"].isna().all() and one.tables == {}
    assert (three.summary["n"] == 3).all()
    bounds = three.summary.dropna()
    assert ((bounds["low"] <= bounds["mean"]) & (bounds["mean"] <= bounds["high"])).all()


def test_a_price_of_its_own_moves_its_line_of_the_cost_alone(config):
    packaged = replicate(config, 1, workers=1).kpis
    doubled = replicate(config, 1, workers=1, prices=load_prices("cost.trucks.eur_per_truck=120")).kpis
    more = doubled - packaged
    assert more["cost_eur_per_day"].item() == pytest.approx(60 * packaged["trucks_per_day"].item(), abs=0.01)
    assert (more.drop(columns=[name for name in more if name.startswith("cost_")]) == 0).all(axis=None)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"n": 0}, "n, workers: at least 1, got 0, None"),
        ({"n": 1, "workers": 0}, "n, workers: at least 1, got 1, 0"),
        ({"n": 1, "workers": 1, "tables": ["parcel"]}, "tables: no table 'parcel'; there are "),
    ],
)
def test_a_mistake_is_one_line_before_anything_is_simulated(config, asked, message, monkeypatch):
    monkeypatch.delattr(research, "_parts")
    with pytest.raises(ConfigError, match=re.escape(message)):
        replicate(config, **asked)
