"""How far an answer is from changing: the margin of `run` and `compare`."""

import math
import shlex

import numpy as np
import pandas as pd
import pytest
from answers import answer
from interruptions import interrupted
from mistakes import refused
from stored_runs import tables_of

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.designs.design import Design, Margin, MarginKeys, single
from experiments.main import main
from experiments.replications import stability
from experiments.replications.stability import Stability, Walk, walks_of
from experiments.report.margin import margin_text
from experiments.statistics.warmup import Growth
from experiments.store import read_run
from experiments.store.summaries import MarginRow
from sim.measures.weekly_lows import GROWTH_KPIS

SMALL = ["demand.flights_per_day=1", "demand.parcels_per_flight=400", "demand.net_t_per_flight=0.3", "horizon_days=7",
         "warmup_days=1", "exports=none", "halls.main.packout_posts=0", "replications=2", "workers=1"]  # fmt: skip
ASKED, NEAR = 3.5, Margin(replications=2, reach=0.2, tolerance=0.1, designs=2)


def stable(is_unstable=False):
    return Stability(is_unstable, Growth(0.0, 0.0, 0.0, 3), 7)


PEAK = (
    "+disruption@disruptions.peak=singles_day",
    "disruptions.peak.start='day 1 00:00'",
    "disruptions.peak.factor=1.3",
)


def walked(limit, *, is_unstable=False, envelope=None, asked=ASKED, words=()):
    """The demands asked about, and the threshold, of a hub that carries its demand up to a limit."""
    more = () if envelope is None else ("arrivals=poisson", f"arrivals.envelope_flights_per_day={envelope}")
    hub = load("liege_30k", f"demand.flights_per_day={asked}", "horizon_days=7", *more, *words)

    def kpis(flights):
        return {"on_time_share": 0.99 if flights <= limit else 0.9, **dict.fromkeys(GROWTH_KPIS, 0.0)}

    there, demands = {("a", 1): kpis(asked)}, []
    walk = Walk(Design("a", hub), 1, NEAR, stable(is_unstable))
    while need := walk.missing(there):
        key, (config, number) = need
        assert number == key[1] == 1
        demands.append(config.demand.flights_per_day)
        there[key] = kpis(demands[-1])
    return demands, walk.threshold()


@pytest.mark.parametrize("limit", [2.7, 2.83, 3.2, 3.45, 3.5, 3.6, 4.05, 4.2, 9])
def test_a_threshold_lies_between_neighbouring_demands_and_costs_few_simulations(limit):
    demands, threshold = walked(limit)
    assert ASKED not in demands and len(demands) <= 5
    assert all(0.8 * ASKED - 1e-9 <= demand <= 1.2 * ASKED + 1e-9 for demand in demands)
    if limit < 2.8:
        assert threshold == MarginRow("a", 1, 0.0, 2.8, ASKED)
    elif limit >= 4.2:
        assert threshold.carried == 4.2 and math.isnan(threshold.not_carried)
    else:
        assert threshold.carried <= limit < threshold.not_carried <= threshold.carried + 0.1 + 1e-9


def test_the_run_s_own_verdict_counts_at_the_demand_asked_for():
    assert walked(9)[1].carried == 4.2
    assert walked(9, is_unstable=True)[1] == MarginRow("a", 1, 3.4, 3.5, ASKED)
    assert walked(9, is_unstable=None)[1].carried == 4.2
    assert margin_text([walked(9, words=("arrivals.cancelled_share=0.2",))[1]]).endswith("; 3.5 asked")


def test_no_more_is_asked_for_than_the_envelope_and_odd_demands_are_the_run_s_own():
    assert walked(9, envelope=3.6)[1].carried == 3.6
    assert walked(9, envelope=5, words=PEAK)[1].carried == 3.8461, "the peak has 1.3 times as many, 5 a day"
    assert 3.3333 not in walked(3.4, asked=3.33333)[0]


def test_short_runs_have_no_margin():
    _, study = single(Arguments("run", tuple(SMALL)))
    assert isinstance(study, MarginKeys)
    designs = [Design("a", load("liege_30k", "horizon_days=6")), Design("b", load("liege_30k", "horizon_days=7"))]
    verdicts = {"a": stable(), "b": stable()}
    assert [walk.design.label for walk in walks_of(designs, 1, study, verdicts)] == ["b"]
    assert walks_of([*designs, *designs], 1, study, verdicts) == []


def made(capsys, out, *words):
    document = answer(capsys, "run", *SMALL, *words, "--quiet", "--out", out)
    return document, read_run(document["run_dir"])


@pytest.fixture(scope="module", autouse=True)
def at_most_two_weeks():
    """A longer run of a run that cannot decide whether its backlog grows: four and eight weeks add nothing here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stability, "_MOST_DAYS", 14)
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Holds the run that several tests look at."""
    return tmp_path_factory.mktemp("runs")


@pytest.mark.paged
def test_a_run_shows_its_margin_everywhere_and_changes_no_kpi(capsys, root, tmp_path):
    document, run = made(capsys, root)
    margin = document["margin"]
    assert margin["asked"] == 1 and len(margin["carried"]) == len(margin["not_carried"]) == 2
    rows = run.tables["margin"].sort_values("replication")
    assert list(rows["carried"]) == margin["carried"]
    again, _ = made(capsys, root)
    assert again == document
    assert answer(capsys, "show", document["run_dir"]) == document
    assert main(["show", document["run_dir"], "--all"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "; 1 asked" in line]
    page = (root / document["run_dir"] / "report.html").read_text().replace("\u00a0", " ")
    assert f"It {line.partition(': ')[2]}." in page
    assert "How far the answer is from changing:" in page

    alone, without = made(capsys, tmp_path, "margin=none")
    assert "margin" not in alone and without.tables["margin"].empty
    assert alone["kpis"] == document["kpis"]
    for name in ("kpis", "summary", "flights", "points", "stability", "longer_runs"):
        pd.testing.assert_frame_equal(run.tables[name], without.tables[name])
    shown = (tmp_path / alone["run_dir"] / "report.html").read_text().replace("&#39;", "'")
    assert "cargohub run " in shown and "margin=near margin.designs=1" in shown
    assert "; 1 asked" not in shown


def test_an_interrupted_margin_goes_on_and_is_computed_again_to_the_bit(capsys, root, tmp_path, is_slow):
    whole, _ = made(capsys, root)
    # After the run's own replications, among those of the margin.
    interrupted(["run", *SMALL, "--quiet", "--out", str(tmp_path / "cut")], after=3)
    (folder,) = (tmp_path / "cut").iterdir()
    assert main(["resume", str(folder), "--quiet"]) == 0
    assert tables_of(folder) == tables_of(whole["run_dir"])
    capsys.readouterr()
    if is_slow:
        assert main(["reproduce", whole["run_dir"], "--quiet"]) == 0
        assert capsys.readouterr().out.startswith("identical")


def test_a_comparison_of_many_designs_names_the_command_that_computes_it(capsys, tmp_path):
    words = ["compare", "designs=[liege_30k, liege_66k]", "margin.replications=1", "margin.designs=1"]
    (tmp_path / "mine").mkdir()
    folders = ["--config-dir", str(tmp_path / "mine"), "--out", str(tmp_path / "runs")]
    once = [word.replace("replications=2", "replications=1") for word in SMALL]
    assert main([*words, *once, "--quiet", "--all", *folders]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "was not computed" in line]
    command = line.partition("computes it: ")[2]
    assert main(["show", "--all", *map(str, (tmp_path / "runs").iterdir())]) == 0
    assert line in capsys.readouterr().out.splitlines()
    assert "margin.replications" not in command
    assert main([*shlex.split(command)[1:], "--quiet", "--all", "--out", str(tmp_path / "runs")]) == 0
    text = capsys.readouterr().out
    assert "was not computed" not in text and text.count("; 1 asked") == 2


def test_a_file_of_flights_has_a_margin_in_flights_a_day(capsys, tmp_path):
    file = tmp_path / "flights.csv"
    days = [f"F{day},2023-03-{day:02} {hour:02}:00,400" for day in range(6, 14) for hour in (3, 10)]
    file.write_text("\n".join(["flight,sibt,parcels", *days]) + "\n")
    words = ["run", "arrivals=file", f"arrivals.schedule={file}", "exports=none", "replications=1", "workers=1"]
    words.append("halls.main.packout_posts=0")
    document = answer(capsys, *words, "margin=near", "margin.reach=0.5", "margin.tolerance=0.5", "--out", tmp_path)
    assert document["scenarios"]["liege_30k"]["margin"]["asked"] == 2
    rows = read_run(document["run_dir"]).tables["margin"]
    assert rows[["carried", "asked"]].to_numpy().tolist() == [[3, 2]] and rows["not_carried"].isna().all()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["run", "margin.reach=1"], "margin.reach: must be less than 1"),
        (["run", "margin.replications=0"], "margin.replications: must be at least 1"),
        (["run", "margin=far"], "margin"),
        (["sweep", "seed=1,2", "margin.designs=9"], "margin: has no effect here"),
        (["capacity", "margin=none"], "margin: has no effect here"),
    ],
)
def test_mistakes_are_named(capsys, words, named):
    assert named in refused(capsys, *words)


def test_the_demand_simulated_is_the_demand_of_a_run_of_its_own(capsys, tmp_path):
    _, run = made(capsys, tmp_path, "margin.replications=1", "margin.reach=0.03")
    (row,) = run.tables["margin"].to_dict("records")
    other = row["not_carried"] if np.isfinite(row["not_carried"]) and row["not_carried"] != 1 else row["carried"]
    alone, _ = made(capsys, tmp_path, f"demand.flights_per_day={other}", "margin=none")
    (share,) = read_run(alone["run_dir"]).tables["kpis"].query("kpi == 'on_time_share' and replication == 0")["value"]
    assert (share >= 0.95) == (other == row["carried"])
