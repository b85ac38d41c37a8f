import math

import pytest

from experiments.studies.verify.theory_cases import FAMILYWISE, judge, theory_cases
from sim.reference import ample_hub, theory
from sim.streams import Streams


@pytest.fixture(scope="module")
def cases():
    return theory_cases()


def test_every_case_agrees_with_theory(cases):
    assert [case for case in cases if not case.passed] == []


def test_every_interval_is_narrow_enough_to_mean_something(cases):
    sampled = [case for case in cases if case.largest_half_width > 0]
    assert len(sampled) >= 15
    for case in sampled:
        assert case.largest_half_width <= 0.125 * case.expected, case
        assert case.low <= case.got <= case.high


def test_names_are_told_apart(cases):
    assert len({case.name for case in cases}) == len(cases)


def test_a_wide_interval_does_not_pass():
    assert judge("", 1.0, 5.0, [0.0, 2.0], 0.5).passed
    assert not judge("", 1.0, 0.5, [0.0, 2.0], 0.5).passed
    assert not judge("", 9.0, 5.0, [0.0, 2.0], 0.5).passed
    assert not judge("", 1.0, 5.0, [1.0, math.nan], FAMILYWISE).passed


def test_one_stand_fewer_is_told_from_theory():
    """The case has power: nine stands divert more than ten."""
    values = [ample_hub.loss_share(Streams(1, replication), 8.0, 9, 1500) for replication in range(5)]
    assert not judge("", 0.121661, 1.0, values, 0.99).passed


def test_a_line_may_have_any_number_of_places():
    # Twelve stations and a buffer between the sixth and the seventh: slower than one station, faster than none at all.
    rate = theory.line_throughput(Streams(1, 0), (0,) * 6 + (1,) + (0,) * 6, 400)
    assert 0.2 < rate < 0.5
