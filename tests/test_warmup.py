"""MSER-5: what a biased start is cut by, and what is left alone."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from answers import answer

from experiments.composition import load
from experiments.designs.design import Design
from experiments.replications import warming
from experiments.report import style
from experiments.report.figures import warmup_figure
from experiments.statistics.warmup import Method, _less_rhythm, mser, warm_up
from experiments.store import read_run
from sim.kernels.queueing import single_server

TICKS = 1000
"""Ticks a mean service."""


def autoregressive(rng, n, start, coefficient=0.7):
    """An AR(1) of mean 0 and unit innovations that begins at `start`, far from it."""
    values, last = np.empty(n), start
    for at, draw in enumerate(rng.normal(size=n)):
        last = coefficient * last + draw
        values[at] = last
    return values


def single_server_waits(rng, n, load):
    """Waits [mean services] of an M/M/1 queue that starts empty."""
    arrival = np.cumsum(np.ceil(rng.exponential(TICKS / load, size=n)).astype(np.int64))
    service = np.ceil(rng.exponential(TICKS, size=n)).astype(np.int64)
    return (single_server(arrival, service, 0) - arrival) / TICKS


def test_the_statistic_is_the_squared_standard_error_of_what_is_left():
    values = np.random.default_rng(3).normal(size=53)
    found = mser(values)
    means = values[:50].reshape(10, 5).mean(axis=1)
    by_hand = [sum((y - means[d:].mean()) ** 2 for y in means[d:]) / (10 - d) ** 2 for d in range(6)]
    assert found.means == pytest.approx(means)
    assert found.statistic == pytest.approx(by_hand)
    assert found.n_cut == int(np.argmin(by_hand))


def test_a_step_is_cut_where_it_ends():
    found = mser([10.0] * 30 + [1.0, 2.0] * 60, spacing=0.5)
    assert (found.n_cut, found.length, found.is_found) == (6, 15.0, True)


def test_only_a_cut_at_the_last_truncation_tried_tells_of_too_short_a_series():
    found = mser([0.1] * 50)
    assert [replace(found, n_cut=cut).is_found for cut in (3, 4, 5)] == [True, True, False]


def test_a_constant_series_needs_no_warm_up():
    found = mser([0.1] * 77)
    assert (found.n_cut, found.length, found.is_found) == (0, 0.0, True)
    assert not found.statistic.any()


def test_a_series_that_still_grows_tells_that_it_is_too_short():
    found = mser(np.arange(100.0))
    assert not found.is_found
    assert found.length == 50


def test_a_biased_start_of_an_autoregressive_series_is_cut_and_the_mean_gains():
    rng = np.random.default_rng(5)
    cuts, whole, kept = [], [], []
    for _ in range(60):
        values = autoregressive(rng, 500, start=60.0)
        found = mser(values)
        cuts.append(found.length)
        whole.append(values.mean())
        kept.append(values[int(found.length) :].mean())
    # 0.7¹⁵ of 60 is 0.3, a fifth of the stationary deviation: the bias is over; not much is cut beyond.
    assert 10 <= np.median(cuts) <= 60
    assert np.sqrt(np.mean(np.square(kept))) < np.sqrt(np.mean(np.square(whole))) / 2


def test_without_a_bias_little_is_cut():
    rng = np.random.default_rng(7)
    cuts = [mser(autoregressive(rng, 500, start=0.0)).length for _ in range(60)]
    assert np.median(cuts) <= 50


def test_the_mean_wait_of_a_queue_that_starts_empty_comes_nearer_the_theory():
    rng = np.random.default_rng(9)
    load, n = 0.8, 2000
    truth = load / (1 - load)  # mean wait in line, in mean services
    whole, kept = [], []
    for _ in range(20):
        series = np.mean([single_server_waits(rng, n, load) for _ in range(100)], axis=0)
        found = mser(series)
        assert found.is_found
        assert 0 < found.length < n / 4
        whole.append(series.mean() - truth)
        kept.append(series[int(found.length) :].mean() - truth)
    # The empty start pulls the mean down; the cut takes a good part of that out, and adds no noise that outweighs it.
    assert np.mean(whole) < -0.05
    assert np.mean(np.array(kept) - whole) > 0.02
    assert np.sqrt(np.mean(np.square(kept))) < np.sqrt(np.mean(np.square(whole)))


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([1.0] * 19, {}, "at least 20 for batches of 5, got 19"),
        ([1.0] * 30 + [np.nan], {}, "not finite"),
        ([1.0] * 30, {"batch": 0}, "batch: at least 1"),
        ([1.0] * 30, {"spacing": 0}, "spacing"),
    ],
)
def test_what_cannot_be_said_is_refused(values, options, message):
    with pytest.raises(ValueError, match=message):
        mser(values, **options)


@pytest.mark.drawn
def test_the_picture_is_the_same_twice_and_can_be_read():
    found = mser([9.0] * 10 + [1.0, 2.0] * 30, spacing=1 / 24)
    with style.look():
        drawn, again = (
            style.svg(warmup_figure.figure(found, title="a", what="backlog [parcels]", scale=1.0, configured=1.0))
            for _ in range(2)
        )
    assert drawn == again
    assert ET.fromstring(drawn).tag.endswith("svg")


HALF_HOURS = np.arange(1, 48 * 22 + 1)


def stored(backlogs):
    """A table of occupancy of which only the backlog each half-hour is known, two replications around each series."""
    for label, inside in backlogs.items():
        for number, off in enumerate((-1, 1)):
            zones = ["backlog", "lanes"]
            yield (
                (label, number),
                {
                    "zone": np.repeat(zones, inside.size),
                    "time": np.tile(30.0 * HALF_HOURS, 2),
                    "inside": np.concatenate([inside + off, 5 * inside]),
                },
            )


def test_the_warm_up_is_of_the_mean_backlog_in_days_up_to_the_last_measured():
    rhythm = 10.0 * (HALF_HOURS % 2)
    backlogs = {"quick": rhythm, "slow": rhythm + np.where(HALF_HOURS <= 48 * 5, 900.0, 0.0), "unstable": rhythm}
    # What comes after the measured days does not count.
    backlogs["quick"] = backlogs["quick"] + np.where(HALF_HOURS > 48 * 21, 5000.0, 0.0)
    hub = load("liege_30k")
    found = warming.warm_ups(stored(backlogs), {label: Design(label, hub) for label in ("quick", "slow")})
    assert set(found) == {"quick", "slow"}
    assert found["quick"].length == 0
    assert found["slow"].length == pytest.approx(5.0)
    rows = [row for row in warming.warmup_rows(found) if row.scenario == "slow"]
    assert sum(row.is_cut for row in rows) == found["slow"].n_cut
    assert (rows[0].method, rows[0].batch, rows[0].from_day) == ("less_rhythm", 0, 0.0)
    assert rows[0].to_day == pytest.approx(5 / 48)
    assert warming.warm_ups_of(rows)["slow"].length == pytest.approx(5.0)
    slow = Design("slow", hub), Design("too", hub)
    warm_ups, titles = {"slow": found["slow"], "too": found["slow"]}, {"slow": "slow", "too": "too"}
    assert warming.warmup_warnings(warm_ups, slow, titles) == []
    short = [Design(each.label, replace(hub, warmup_days=3)) for each in slow]
    assert warming.warmup_warnings(warm_ups, short, titles) == [
        "warmup_days: 3, less than the backlog needs (MSER-5 minus the week's rhythm): slow (5.0 days); too (5.0 days)"
    ]
    (line,) = warming.warmup_warnings({"slow": mser(np.arange(100.0))}, short, titles)
    assert line == "the run is too short for MSER-5 to find the warm-up it needs: slow"  # a run may have no picture


@pytest.mark.drawn
@pytest.mark.parametrize("words", [["run", "demand.flights_per_day=1"], ["sweep", "demand.flights_per_day=1,2"]])
def test_a_run_and_a_sweep_store_and_draw_their_warm_up(capsys, tmp_path, words):
    tiny = ["horizon_days=3", "warmup_days=1", "demand.parcels_per_flight=400", "demand.net_t_per_flight=0.3"]
    tiny += ["exports=none", "halls.main.packout_posts=0"]
    document = answer(capsys, *words, *tiny, "replications=2", "workers=1", "--quiet", "--out", tmp_path)
    (picture,) = tmp_path.glob("*/figures/warmup.svg")
    assert ET.parse(picture).getroot().tag.endswith("svg")
    tables = read_run(document["run_dir"]).tables
    occupancy = tables["occupancy"][tables["occupancy"]["zone"] == "backlog"]
    for label, rows in tables["warmup"].groupby("scenario"):
        backlog = occupancy[occupancy["scenario"] == label].groupby("time")["inside"].mean()
        again = mser(backlog.to_numpy()[: 4 * 48], spacing=1 / 48)
        assert set(rows["method"]) == {"plain"}
        assert rows["backlog"].to_numpy() == pytest.approx(again.means)
        assert rows["is_cut"].sum() == again.n_cut
        assert rows["statistic"].dropna().to_numpy() == pytest.approx(again.statistic)


WEEK = 7 * 48


def weekly(n_weeks, start_days, height, rng, noise=3.0):
    """A backlog with a strong week, a slow noise, and a start that falls off within `start_days`."""
    at = np.arange(n_weeks * WEEK)
    rhythm = 100 + 40 * np.sin(2 * np.pi * at / WEEK) + 15 * np.sin(2 * np.pi * at / 48)
    start = height * np.exp(-3 * at / (48 * start_days)) if start_days else 0.0
    return rhythm + start + noise * autoregressive(rng, at.size, 0.0, coefficient=0.9)


def test_from_four_weeks_on_the_batches_are_whole_weeks():
    rng = np.random.default_rng(1)
    values = weekly(8, 5, -100, rng)
    found = warm_up(values, week=WEEK, spacing=1 / 48)
    again = mser(values, batch=WEEK, spacing=1 / 48)
    assert found.method is Method.WEEKS
    assert found.means == pytest.approx(again.means) and len(found.means) == 8
    lengths = [warm_up(weekly(8, 5, -100, rng), week=WEEK, spacing=1 / 48).length for _ in range(30)]
    assert min(lengths) >= 7 and np.median(lengths) <= 14
    assert "whole weeks" in found.method.words
    assert warm_up(weekly(4, 5, -100, rng), week=WEEK).method is Method.WEEKS


def test_a_rhythm_alone_is_no_warm_up_on_whole_weeks_but_is_one_to_plain_batches():
    rng = np.random.default_rng(2)
    series = [weekly(12, 0, 0, rng) for _ in range(40)]
    found = [warm_up(values, week=WEEK, spacing=1 / 48) for values in series]
    assert np.mean([one.is_found and one.length <= 14 for one in found]) >= 0.6
    # A pure rhythm: nothing but rounding is left of it.
    at = np.arange(5 * WEEK)
    assert np.ptp(warm_up(np.sin(2 * np.pi * at / WEEK), week=WEEK).means) < 1e-12


def test_a_long_start_is_cut_by_weeks():
    rng = np.random.default_rng(3)
    lengths = [warm_up(weekly(12, 20, 400, rng), week=WEEK, spacing=1 / 48).length for _ in range(20)]
    # exp(-3) of it is left after 20 days: two weeks at least are no part of the rest, and half of the run is.
    assert 14 <= np.median(lengths) <= 35


def test_of_three_weeks_the_rhythm_is_taken_out_and_the_start_found_within_the_first():
    rng = np.random.default_rng(4)
    cut, plain, idle = [], [], []
    for _ in range(40):
        values = weekly(3, 3, 200, rng)
        found = warm_up(values, week=WEEK, spacing=1 / 48)
        assert found.method is Method.LESS_RHYTHM
        cut.append(found.length)
        plain.append(mser(values, spacing=1 / 48).length)
        idle.append(warm_up(weekly(3, 0, 0, rng), week=WEEK, spacing=1 / 48).length)
    assert 1.5 <= np.median(cut) <= 6
    assert np.median(idle) <= 2
    # What the rhythm does to plain batches: they cut at the same place of the week, far from the start's end.
    assert abs(np.median(plain) - 3) > abs(np.median(cut) - 3)


def test_no_week_looks_noisier_than_another_without_its_rhythm():
    rng = np.random.default_rng(5)
    less = np.array([_less_rhythm(rng.normal(size=3 * 8), 8).reshape(3, 8) for _ in range(4000)])
    spread = (less - less.mean(axis=(1, 2), keepdims=True)).std(axis=(0, 2))
    assert spread == pytest.approx(np.full(3, spread.mean()), rel=0.12)
    series = rng.normal(size=3 * 8)
    assert _less_rhythm(series, 8)[8:].mean() == pytest.approx(series[8:].mean()), "the level is that after the start"


def test_of_fewer_weeks_nothing_is_taken_out():
    values = weekly(2, 3, 200, np.random.default_rng(6))
    found = warm_up(values, week=WEEK)
    assert found.method is Method.PLAIN
    assert found.means == pytest.approx(mser(values).means)
