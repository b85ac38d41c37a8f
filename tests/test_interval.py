import json
import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from experiments.interval_text import amount, in_percent, interval_of
from experiments.statistics.interval import Interval, Value, mean_interval
from experiments.statistics.two_sources import paired_interval, paired_intervals, variance_ratio

LARGEST = 400
"""Experiments in a coverage check."""


def covered(intervals, truth):
    return sum(interval.low <= truth <= interval.high for interval in intervals)


@pytest.mark.parametrize("n", [2, 5, 30])
@pytest.mark.parametrize("confidence", [0.9, 0.99])
def test_the_interval_is_the_t_interval_of_scipy(n, confidence):
    values = np.random.default_rng(7).gamma(2.0, 3.0, size=n)
    got = mean_interval(values.tolist(), confidence=confidence)
    low, high = stats.t.interval(confidence, n - 1, loc=values.mean(), scale=stats.sem(values))
    assert (got.mean, got.low, got.high) == pytest.approx((values.mean(), low, high), rel=1e-9)
    assert got.n == n
    assert got.half_width == pytest.approx((high - low) / 2)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_intervals_of_normal_values_hold_the_mean_as_often_as_promised(confidence):
    draws = np.random.default_rng(11).normal(3.0, 2.0, size=(LARGEST, 5))
    hits = covered([mean_interval(row.tolist(), confidence=confidence) for row in draws], 3.0)
    # The number of hits is binomial: a fault of one in ten thousand is let pass.
    low, high = stats.binom.interval(0.9999, LARGEST, confidence)
    assert low <= hits <= high


def test_simultaneous_intervals_hold_together_as_often_as_promised():
    draws = np.random.default_rng(13).normal(0.0, 1.0, size=(LARGEST, 5, 8))
    together = 0
    for experiment in draws:
        scenarios = {str(index): row.tolist() for index, row in enumerate(experiment)}
        found = paired_intervals(scenarios, "0", is_simultaneous=True)
        together += covered(found.values(), 0.0) == len(found)
    assert together >= stats.binom.ppf(1e-4, LARGEST, 0.95)


def test_one_replication_has_a_mean_and_no_bounds_and_goes_into_json():
    interval = mean_interval([3.5])
    assert interval.half_width is None
    text = json.dumps(asdict(interval), allow_nan=False)
    assert json.loads(text) == {"mean": 3.5, "low": None, "high": None, "n": 1}


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_leaves_no_bounds(odd):
    interval = mean_interval([1.0, odd, 2.0])
    assert (interval.low, interval.high, interval.n) == (None, None, 3)
    assert interval.mean == odd or (math.isnan(odd) and math.isnan(interval.mean))


def test_equal_values_have_an_interval_without_width():
    interval = mean_interval([0.1] * 10)
    assert interval.low == interval.mean == interval.high == 0.1
    assert interval.holds(0.1) and not interval.excludes(0.1)


def test_what_cannot_be_said_is_refused():
    with pytest.raises(ValueError, match="at least one replication"):
        mean_interval([])
    with pytest.raises(ValueError, match="confidence"):
        mean_interval([1.0], confidence=95)
    with pytest.raises(ValueError, match="3 replications against 2"):
        paired_interval([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="3 replications against 2"):
        variance_ratio([1.0, 2.0, 3.0], [1.0, 2.0])


def test_pairs_under_common_random_numbers_are_known_better_than_separate_means():
    rng = np.random.default_rng(17)
    common = rng.normal(100.0, 10.0, size=20)
    now, more = common + rng.normal(0.0, 1.0, size=20), common - 2.0 + rng.normal(0.0, 1.0, size=20)
    paired = paired_interval(more.tolist(), now.tolist())
    assert paired.low < -2.0 < paired.high < 0.0
    assert paired.half_width < mean_interval(now.tolist()).half_width / 3
    assert variance_ratio(more.tolist(), now.tolist()) > 10
    assert variance_ratio([1.0, 2.0], [0.0, 1.5]) == pytest.approx((0.5 + 1.125) / 0.125)
    assert variance_ratio([1.0, 2.0], [0.0, 1.0]) is None
    assert variance_ratio([0.1 + 0.2, 0.7], [0.2, 0.6]) is None  # the same difference, but for rounding
    assert variance_ratio([1.0], [0.0]) is None


def test_bounds_stay_within_the_possible_values():
    assert mean_interval([0.9, 1.0], possible=(0.0, 1.0)).high == 1.0
    assert mean_interval([3.0, 0.0], possible=(0.0, math.inf)).low == 0.0
    apart = paired_interval([0.0, 1.0], [1.0, 0.1], possible=(0.0, 1.0))
    assert (apart.low, apart.high) == (-1.0, 1.0)


def test_a_share_near_its_good_end_has_a_wider_interval_on_the_bad_side_only():
    values = [0.99, 0.992, 0.988, 0.991, 0.989]
    plain, wide = mean_interval(values), mean_interval(values, possible=(0.0, 1.0), good_end=1.0)
    assert wide.high == plain.high and plain.low - wide.low > 0.01
    late = mean_interval([1 - value for value in values], possible=(0.0, 1.0), good_end=0.0)
    assert (late.low, late.high) == pytest.approx((1 - wide.high, 1 - wide.low))
    # Far from the good end nothing is added, and many replications show the deviation themselves.
    far = [value - 0.2 for value in values]
    assert mean_interval(far, possible=(0.0, 1.0), good_end=1.0) == mean_interval(far)
    many = mean_interval([0.95, 0.99, 1.0] * 200, possible=(0.0, 1.0), good_end=1.0)
    assert many == mean_interval([0.95, 0.99, 1.0] * 200)


@pytest.mark.parametrize("n", [3, 5, 10])
def test_intervals_of_a_skewed_share_hold_the_mean_as_often_as_promised(n):
    # Late shares: nearly nothing in most replications, a lot in a few; skewness −2, as of a hub near its limit.
    draws = 1 - np.minimum(1, 0.003 + np.random.default_rng(29).gamma(0.6, 0.04, size=(2 * LARGEST, n)))
    truth = 1 - 0.003 - 0.6 * 0.04
    hits = covered([mean_interval(row.tolist(), possible=(0, 1), good_end=1.0) for row in draws], truth)
    assert hits >= stats.binom.ppf(1e-3, 2 * LARGEST, 0.93)
    assert covered([mean_interval(row.tolist()) for row in draws], truth) < 0.9 * 2 * LARGEST


def test_the_baseline_is_not_compared_with_itself():
    found = paired_intervals({"a": [1.0, 2.0], "b": [2.0, 4.0]}, "a")
    assert list(found) == ["b"]
    assert found["b"].mean == 1.5
    # Of one comparison the simultaneous interval is the single one.
    assert found == paired_intervals({"a": [1.0, 2.0], "b": [2.0, 4.0]}, "a", is_simultaneous=True)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3), st.sampled_from(["1", "h/d"]))
@example([0.0245, 0.0246, 0.0248], "1")
@example([1e-10, 6e-5, 0.1], "1")
def test_a_rounded_mean_lies_within_its_rounded_interval(values, unit):
    low, mean, high = sorted(values)
    value = Value(mean, low, high, 5, unit)
    shown = [(amount(value), interval_of(value))]
    if unit == "1":
        text = in_percent(value)
        shown += [tuple(text.rstrip(")").split(" (", 1))] if "(" in text else []
    for text, bounds in shown:
        ends = [float(end.removeprefix("<")) for end in bounds.removesuffix(" %").split("–")]
        assert ends[0] <= float(text.split()[0]) <= ends[-1]


def test_rounding_errors_are_no_spread():
    assert mean_interval([0.05, 0.05 + 1e-17, 0.05000000000000002]).has_no_width
    assert not mean_interval([0.05, 0.05, 0.0500001]).has_no_width
    assert in_percent(Interval(0.05, 0.04999999999999999, 0.05000000000000003, 3)) == "5.0 %"
