"""The verdict on whether a hub's backlog grows: on paths made by hand, and on runs that are as the paths."""

import json
from dataclasses import replace

import numpy as np
import pytest
from answers import answer
from scipy import stats
from stability_errors import table

from experiments.composition import load
from experiments.designs.design import Design
from experiments.main import main
from experiments.replications.stability import judged, judged_as_run, longer_hubs, unsure_lines, verdicts
from experiments.statistics.warmup import GROWTH_THAT_COUNTS, pooled
from experiments.store import read_run
from sim.measures.kpis import RESOURCES
from sim.measures.weekly_lows import GROWTH_KPIS, weekly_lows
from sim.simulation import growth, simulate
from sim.units import MIN_PER_DAY, MIN_PER_WEEK

BUSY = {f"utilisation_{name}": 0.9 for name in RESOURCES} | {"not_departed_share": 0.02}


def grown(weeks, mean, sd=0.002, **others):
    """KPIs of a busy replication with these week-on-week growths."""
    return BUSY | dict(zip(GROWTH_KPIS, (weeks, mean, sd), strict=True)) | others


def test_the_low_of_each_whole_week_is_counted_back_from_the_end():
    time = 60.0 * np.arange(1, 24 * 22 + 1)
    inside = 1000 + 10 * np.arange(time.size)
    assert weekly_lows(time, inside, begin=MIN_PER_DAY, end=22 * MIN_PER_DAY).tolist() == [
        1000 + 10 * 24 * (1 + 7 * week) for week in range(3)
    ]
    assert len(weekly_lows(time, inside, begin=MIN_PER_DAY + 1, end=22 * MIN_PER_DAY)) == 2
    assert len(weekly_lows(time, inside, begin=16 * MIN_PER_DAY, end=22 * MIN_PER_DAY)) == 0
    assert MIN_PER_WEEK == 7 * MIN_PER_DAY


@pytest.mark.parametrize("growth", [0.0, 0.005, 0.015, 0.05])
@pytest.mark.parametrize(("n", "weeks"), [(1, 4), (2, 2), (5, 2), (5, 8)])
def test_growths_at_some_distance_from_what_counts_are_told_with_the_error_stated(growth, n, weeks):
    rng = np.random.default_rng(1)
    verdicts = []
    for _ in range(400):
        values = growth + 0.004 * rng.standard_normal((n, weeks))
        verdicts.append(pooled([(weeks, own.mean(), own.std(ddof=1)) for own in values]).is_growing)
    wrong = growth <= GROWTH_THAT_COUNTS
    assert np.mean([own is wrong for own in verdicts]) <= 0.08  # 5 %, and the chance of 400 trials


def test_what_lies_at_the_growth_that_counts_is_undecided_until_there_is_more_of_it():
    assert pooled([(2, 0.012, 0.004)]).is_growing is None
    assert pooled([(2, 0.012, 0.004)] * 50).is_growing is True
    assert pooled([]).is_growing is None and pooled([(0, 0.0, 0.0)] * 5).n == 0


def test_the_bounds_of_a_growth_are_those_of_all_differences_with_a_moderated_variance():
    """Smyth (2004): four more degrees of freedom, with a standard deviation of 0.005."""
    values = [np.array([0.008, 0.012, 0.016]), np.array([0.009, 0.011])]
    both = np.concatenate(values)
    found = pooled([(len(own), own.mean(), own.std(ddof=1)) for own in values])
    variance = (((both - both.mean()) ** 2).sum() + 4 * 0.005**2) / (5 - 1 + 4)
    half = stats.t.ppf(0.95, 8) * np.sqrt(variance / 5)
    assert (found.mean, found.low, found.high, found.n) == pytest.approx((0.0112, 0.0112 - half, 0.0112 + half, 5))


def test_a_hub_that_is_little_used_and_has_nothing_left_over_is_stable_however_short_its_run():
    idle = {f"utilisation_{name}": 0.5 for name in RESOURCES} | {"not_departed_share": 0.01}
    assert judged([grown(0, 0.0) | idle], 1).is_unstable is False
    assert judged([grown(1, 0.5) | idle], 7).is_unstable is False
    busier, quieter = ({"utilisation_tugs": use, "not_departed_share": use / 50} for use in (0.6, 0.4))
    assert judged([grown(0, 0.0) | idle | each for each in (busier, quieter)], 1).is_unstable is False, "by their means"
    assert judged([grown(0, 0.0) | idle | {"utilisation_tugs": 0.51}], 1).is_unstable is None
    assert judged([grown(0, 0.0) | idle | {"not_departed_share": 0.011}], 1).is_unstable is None
    assert judged([grown(2, 0.0) | idle | {"dwell_mean_h": 0.0}], 14).is_unstable is None  # nothing came


def test_two_replications_that_grow_by_a_fifth_of_the_demand_are_unstable():
    assert judged([grown(1, 0.19, 0.0), grown(1, 0.21, 0.0)], 7).is_unstable is True
    assert judged([grown(1, 0.0, 0.0), grown(1, 0.003, 0.0)], 7).is_unstable is False


def test_of_many_designs_those_unstable_and_those_undecided_are_warned_of_by_name():
    level, growing, short = (judged([grown(*own)] * 2, 7) for own in ((3, 0.0), (3, 0.2), (0, 0.0)))
    assert [*unsure_lines({"a": level})] == []
    lines = list(unsure_lines({"a": level, "b": growing, **{f"c{number}": short for number in range(10)}}))
    assert lines[0].startswith("1 of 12 designs (b): unstable: the backlog grows")
    assert (
        lines[1].startswith("10 of 12 designs (c0; c1;") and "c7 and 2 more (table stability)): undecided" in lines[1]
    )
    assert "contain no two weeks" in lines[1]
    (elsewhere,) = unsure_lines({f"c{number}": short for number in range(10)}, has_table=False)
    assert "c7 and 2 more): undecided" in elsewhere, "shadow-price and optimise store no table of verdicts"
    near = judged([grown(2, 0.012, 0.004)], 14)
    assert near.is_unstable is None and "contain no two weeks" not in next(unsure_lines({"a": near}))


def test_longer_runs_are_made_where_the_run_cannot_decide_and_nowhere_else():
    hub = load("liege_30k")
    designs = [Design(name, hub) for name in ("level", "grows", "late", "open")]
    values = {"level": [grown(2, 0.0)], "grows": [grown(2, 0.2)], "late": [grown(2, 0.01)], "open": [grown(2, 0.01)]}
    asked = []

    def longer(own):
        asked.append({design.label: design.hub.horizon_days for design in own})
        return {p.label: [grown(4, 0.05 if p.label.startswith("late") else 0.01)] for p in own}

    found = verdicts(designs, judged_as_run(designs, values), longer, is_quiet=True)
    assert {label: own.is_unstable for label, own in found.items()} == {
        "level": False, "grows": True, "late": True, "open": None,
    }  # fmt: skip
    assert asked == [
        {"late, 28 days measured": 28, "open, 28 days measured": 28}, {"open, 56 days measured": 56},
    ]  # fmt: skip
    assert [found[label].horizon_days for label in ("level", "late", "open")] == [14, 28, 56]


def test_a_longer_run_is_asked_for_the_demand_of_the_measured_days():
    hub = load("liege_30k", "start_date=2022-09-19")
    own = list(longer_hubs(hub))
    assert [each.horizon_days for each in own] == [28, 56]
    index = hub.arrivals.month_index
    assert index is not None
    # Measured from Monday 26 September on: a week of the timetable that begins in it, and one in October. Rates follow
    # the days: five of September, and nine of October.
    assert index[8] != index[9]
    assert own[0].arrivals.month_index == pytest.approx([(index[8] + index[9]) / 2] * 12)
    rates = next(longer_hubs(load("liege_30k", "start_date=2022-09-19", "arrivals=poisson")))
    assert rates.arrivals.month_index == pytest.approx([(5 * index[8] + 9 * index[9]) / 14] * 12)
    assert own[0].seed == hub.seed
    assert list(longer_hubs(load("liege_30k", "horizon_days=1", "warmup_days=1"))) == []
    assert list(longer_hubs(load("liege_30k", "horizon_days=56"))) == []
    # The longest run of three days has twelve: two weeks with a warm-up of two, not with one of one.
    short = [longer_hubs(replace(hub, horizon_days=3, warmup_days=days)) for days in (2, 1)]
    assert [[each.horizon_days for each in hubs] for hubs in short] == [[6, 12], []]
    assert [each.horizon_days for each in longer_hubs(replace(hub, horizon_days=28))] == [56]


def test_longer_runs_of_a_file_are_made_if_its_weeks_are_drawn(tmp_path):
    (tmp_path / "flights.csv").write_text("flight,sibt\nA,2022-09-05 09:00\nB,2022-09-16 09:00\n")
    file = f"arrivals.schedule={tmp_path / 'flights.csv'}"
    assert list(longer_hubs(load("liege_30k", "arrivals=file", file, "horizon_days=14"))) == []
    drawn = load("liege_30k", "arrivals=resampled", file, "horizon_days=14")
    assert list(longer_hubs(drawn)) == [replace(drawn, horizon_days=28), replace(drawn, horizon_days=56)]


def test_the_growth_of_a_longer_run_is_that_of_the_whole_simulation():
    small = (
        "demand.flights_per_day=1",
        "demand.parcels_per_flight=4000",
        "demand.net_t_per_flight=3",
        "warmup_days=1",
        "exports=none",
        "halls.main.packout_posts=0",
    )
    hub = load("machine_down_12h", *small, "horizon_days=21", "recovery.runs_on=false")
    whole = simulate(hub).kpis
    assert growth(hub, 0) == {kpi: whole[kpi] for kpi in GROWTH_KPIS}
    assert whole[GROWTH_KPIS[0]] > 0 and whole[GROWTH_KPIS[1]] > 0


def test_a_verdict_is_stored_shown_and_told_again_and_its_longer_runs_change_no_kpi(capsys, tmp_path, monkeypatch):
    from experiments.statistics import warmup

    # Small, and near the limit: the asked run does not decide, at least with a growth that counts right at its own.
    small = ("demand.parcels_per_flight=400", "demand.net_t_per_flight=0.3", "horizon_days=7", "exports=none",
             "warmup_days=1", "replications=1", "workers=1", "halls.main.sorting_machines=1",
             "halls.main.packout_posts=0", "demand.flights_per_day=1")  # fmt: skip
    words = ("run", *small, "--json", "--out", str(tmp_path))
    monkeypatch.setattr("experiments.replications.stability.LITTLE_USED", -1.0)
    monkeypatch.setattr(warmup, "GROWTH_THAT_COUNTS", 0.0)
    assert main([*words]) == 0
    out, progress = capsys.readouterr()
    assert "simulating longer runs" in progress
    document = json.loads(out)
    tables = read_run(document["run_dir"]).tables
    longer = tables["longer_runs"]
    assert set(longer["horizon_days"]) <= {14, 28} and len(longer) >= 1
    assert set(tables["kpis"]["scenario"]) == {"liege_30k"}
    (row,) = tables["stability"].to_dict("records")
    names = {True: "unstable", False: "stable", None: "undecided"}
    assert row["verdict"] == names[document["unstable"]] == tables["points"]["stability"][0]
    assert row["horizon_days"] == longer["horizon_days"].max()
    assert answer(capsys, *words) == document
    assert answer(capsys, "show", document["run_dir"]) == document
    fixed = answer(capsys, *words, "stability=off")
    assert read_run(fixed["run_dir"]).tables["longer_runs"].empty, "the cost of the command is known before"
    assert fixed["unstable"] is None and fixed["verdict"]["word"] == "undecided"
    assert fixed["kpis"] == document["kpis"] and fixed["run_dir"] != document["run_dir"]


@pytest.mark.slow
def test_false_alarms_and_misses_are_rare(tmp_path):
    shares = table(tmp_path, 4, ["2.5", "5"])
    for days, size in ((7, 1), (14, 2), (28, 2)):
        assert shares["2.5", days, size][0] == 0
        unstable, undecided, _ = shares["5", days, size]
        assert unstable + undecided == 1
    assert shares["2.5", 14, 2][1] == shares["5", 14, 2][1] == 0
