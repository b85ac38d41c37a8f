"""Intervals over what data leave open of inputs hold the truth as often as they say: M/M/1, whose means are exact."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import betainc

from experiments.assumptions.entries import Entry, Kind
from experiments.assumptions.worlds import Sampled
from experiments.statistics.fitting import estimates, fitted, range_of
from experiments.statistics.input_uncertainty import over_inputs
from experiments.statistics.share_of_worlds import sobol_points

BETWEEN, SERVICE = 1.0, 0.7
"""Mean time between two customers, and of a service."""
CUSTOMERS = 100
"""Of which the mean waiting time is asked for, from an empty queue on."""
WORLDS, REPLICATIONS = 256, 32


def expected_wait(between, service):
    """Spitzer's identity: the k-th customer waits the sum over j < k of E max(0, S_j - A_j) / j."""
    j = np.arange(1, CUSTOMERS)
    at = service / (service + between)
    ahead = service * betainc(j, j + 1, at) - between * betainc(j + 1, j, at)
    return np.cumsum(ahead).sum() / CUSTOMERS


def waits(between, service, rng):
    """Mean waiting times of one replication by Lindley's recursion, an M/M/1 each."""
    wait, total = np.zeros_like(between), np.zeros_like(between)
    for _ in range(CUSTOMERS - 1):
        came, served = rng.standard_exponential((2, *between.shape), dtype=np.float32)
        wait = np.maximum(wait + service * served - between * came, 0)
        total += wait
    return total / CUSTOMERS


def test_without_an_effect_of_inputs_the_interval_is_students_of_all_replications():
    """Two worlds, whose pairs have a variance of 2: their mean has one of 2 / 4, with two degrees of freedom."""
    found = over_inputs([np.array([0.0, 2.0]), np.array([0.1, 2.1])])
    half = stats.t.ppf(0.975, 2) * np.sqrt(0.5)
    assert found.interval.bounds == pytest.approx((1.05 - half, 1.05 + half))
    assert (found.input_share, found.sampling_share) == (0, 1)


def test_the_exact_mean_is_that_of_the_recursion():
    ones = np.ones(20_000, dtype=np.float32)
    simulated = waits(BETWEEN * ones, SERVICE * ones, np.random.default_rng(3))
    error = simulated.std() / len(simulated) ** 0.5
    assert abs(simulated.mean() - expected_wait(BETWEEN, SERVICE)) < 4 * error


def worlds_of(values, points, rng):
    """Means in worlds, as `sure` draws them from the range that `fit` writes."""
    (fit,) = fitted(values, ["exponential"], (0.0, np.inf))
    (mean,) = fit.parameters
    low, high = range_of(estimates(fit, values, rng, 399)[:, 0], mean)
    entry = Entry(key="mean", kind=Kind.SOURCED, low=low, high=high)
    return Sampled(entry, mean, low, high).quantiles(points)


def coverage(n, repetitions, *, worlds=WORLDS, replications=REPLICATIONS):
    """Share of repetitions whose interval holds the true mean, and the mean share of the inputs."""
    rng, points = np.random.default_rng(n), sobol_points(1024, 2, 1)[:worlds]
    means = [
        [worlds_of(rng.exponential(true, n), points[:, at], rng) for at, true in enumerate((BETWEEN, SERVICE))]
        for _ in range(repetitions)
    ]
    between, service = np.array(means, dtype=np.float32).transpose(1, 0, 2)
    outputs = np.stack([waits(between, service, rng) for _ in range(replications)], axis=-1).astype(float)
    results = [over_inputs(list(of_repetition)) for of_repetition in outputs]
    truth = expected_wait(BETWEEN, SERVICE)
    is_held = [result.interval.low <= truth <= result.interval.high for result in results]
    return np.mean(is_held), np.mean([result.input_share for result in results])


@pytest.mark.slow
@pytest.mark.parametrize("n", [50, 200, 1000])
def test_intervals_of_m_m_1_hold_the_truth_in_93_to_97_of_100_of_1000_repetitions(n):
    covered, input_share = coverage(n, 1000)
    assert 0.93 <= covered <= 0.97
    assert 0.9 < input_share < 1


def test_intervals_of_m_m_1_hold_the_truth_in_fewer_repetitions():
    covered, _ = coverage(200, 120, worlds=128, replications=16)
    assert 0.89 <= covered <= 0.99


def test_what_replications_scatter_is_not_taken_for_the_inputs():
    rng = np.random.default_rng(2)
    same = over_inputs(list(rng.normal(size=(200, 4))))
    assert same.input_share < 0.95 and same.interval.half_width < 0.7
    apart = over_inputs(list(rng.normal(size=(200, 4)) + 3 * rng.normal(size=(200, 1))))
    assert apart.input_share > 0.99
    assert apart.interval.half_width == pytest.approx(1.96 * 3, rel=0.15)


def test_weights_stand_for_worlds():
    rng = np.random.default_rng(4)
    outputs = [np.array([value, value + 0.01]) for value in rng.normal(size=40)]
    twice = over_inputs([*outputs, *outputs]).interval
    weighted = over_inputs(outputs, [2.0] * 40).interval
    assert weighted.mean == pytest.approx(twice.mean)
    assert weighted.half_width == pytest.approx(twice.half_width, rel=0.1)
    assert over_inputs([np.array([1.0, 2.0])]).interval.low is None


def test_one_replication_a_world_does_not_tell_what_is_whose():
    single = over_inputs([np.array([value]) for value in np.random.default_rng(5).normal(size=100)])
    assert np.isnan(single.input_share) and single.interval.half_width == pytest.approx(1.96, rel=0.3)
