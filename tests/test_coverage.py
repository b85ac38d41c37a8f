"""Whether intervals hold what they say, on parts of the hub whose true values theory knows.

A thousand experiments of a few replications each: of the nominal 95 % intervals, between 93 % and 97 % must hold the
truth (99.6 % of such counts do, if the intervals are right).
"""

import math
from functools import cache

import numpy as np
import pytest

from experiments.statistics.family import Family, statements
from experiments.statistics.interval import mean_interval
from experiments.statistics.two_sources import paired_interval
from sim.kernels.queueing import single_server
from sim.reference import theory
from sim.reference.theory import exponential, poisson_arrivals
from sim.streams import Streams
from sim.units import TICKS_PER_MIN

EXPERIMENTS = 1000
REPLICATIONS = 8
CUSTOMERS = 1500
SEED = 20220905
LOAD = 0.5


def wait_quantile(streams, share):
    """Of the waits of an M/M/1 queue (one replication), after the first tenth."""
    arrival = poisson_arrivals(streams, LOAD, CUSTOMERS)
    services = np.rint(exponential(streams, "theory_service", CUSTOMERS) * TICKS_PER_MIN).astype(np.int64)
    waits = (single_server(arrival, services, 0) - arrival)[CUSTOMERS // 10 :]
    return float(np.quantile(waits, share)) / TICKS_PER_MIN


def mean_wait(streams, service=1.0):
    return theory.single_server_wait(streams, LOAD, service * exponential(streams, "theory_service", CUSTOMERS))


def true_wait(service=1.0):
    """Mean wait of M/M/1 (Erlang 1909)."""
    load = LOAD * service
    return load / (1 - load) * service


def inside(streams):
    return theory.single_server_inside(streams, LOAD, exponential(streams, "theory_service", CUSTOMERS))


def tandem(streams):
    return theory.tandem_stay(streams, LOAD, 1.0, 2, CUSTOMERS)


CASES = {
    "M/M/1: customers inside": (inside, LOAD / (1 - LOAD)),
    # A quantile is taken in each replication, and its mean over replications has the t interval.
    "M/M/1: 95 % quantile of the wait": (lambda s: wait_quantile(s, 0.95), math.log(LOAD / 0.05) / (1 - LOAD)),
    "Tandem of two M/M/1: mean stay": (tandem, 2 / (1 - LOAD)),
}


def samples(replicate):
    """Values of all experiments, a row each."""
    numbers = range(EXPERIMENTS * REPLICATIONS)
    return np.array([replicate(Streams(SEED, number)) for number in numbers]).reshape(EXPERIMENTS, REPLICATIONS)


@cache
def waits(pace):
    """Mean waits where a service takes so much, the same draws behind each pace."""
    return samples(lambda streams: mean_wait(streams, pace))


def share_holding(intervals, truth):
    return np.mean([one.low <= truth <= one.high for one in intervals])


@pytest.mark.parametrize("name", CASES)
def test_intervals_of_a_mean_hold_the_theory_as_often_as_they_say(name):
    replicate, truth = CASES[name]
    assert 0.93 <= share_holding([mean_interval(row.tolist()) for row in samples(replicate)], truth) <= 0.97


def test_intervals_of_a_mean_wait_hold_the_theory_as_often_as_they_say():
    assert 0.93 <= share_holding([mean_interval(row.tolist()) for row in waits(1.0)], true_wait()) <= 0.97


def test_intervals_of_a_paired_difference_hold_the_theory_as_often_as_they_say():
    slow, fast = waits(1.0), waits(0.9)
    intervals = [paired_interval(a.tolist(), b.tolist()) for a, b in zip(fast, slow, strict=True)]
    truth = true_wait(0.9) - true_wait()
    assert 0.93 <= share_holding(intervals, truth) <= 0.97
    # The pairs saw the same customers: separate experiments would know less.
    separate = [mean_interval((a - b).tolist()) for a, b in zip(fast, np.roll(slow, 1, axis=0), strict=True)]
    assert np.median([one.half_width for one in intervals]) < np.median([one.half_width for one in separate]) / 2


def test_a_family_holds_all_its_differences_together_and_each_alone_need_not():
    paces = (0.95, 0.9, 0.85)
    values = {"1": waits(1.0), **{str(pace): waits(pace) for pace in paces}}
    truths = {str(pace): true_wait(pace) - true_wait() for pace in paces}
    for family in (Family.HOLM, Family.NONE):
        held = []
        for row in range(EXPERIMENTS):
            found = statements({name: own[row].tolist() for name, own in values.items()}, "1", family)
            held.append([one.interval.low <= truths[name] <= one.interval.high for name, one in found.items()])
        if family is Family.HOLM:
            assert np.mean(np.all(held, axis=1)) >= 0.93
        else:
            assert ((np.mean(held, axis=0) >= 0.93) & (np.mean(held, axis=0) <= 0.97)).all()
