import math
from importlib import import_module

import pytest

from experiments.studies.verify.theory_cases import FAMILYWISE, judge, theory_cases
from sim.reference import ample_hub, theory
from sim.streams import Streams

DEAR = (
    *("M/M/1, λ 1,", "M/M/1, λ 0.9, μ 1: W", "Tandem"),
    *("Stands, ", "M/D/1, 100/h", "Line of 4, ", "Line of 5, ", "Line of 2, buffer 1", "Line of 2, buffer 2"),
)
"""Cases that take most of the time: by default shorter ones and shorter lines stand for them."""


@pytest.fixture(scope="module")
def cases(request):
    module = import_module(theory_cases.__module__)
    groups, hubs = module._sampled(), module._DOOR_HUBS
    if not request.config.getoption("--slow"):
        groups = tuple(group for group in groups if not group.names[0].startswith(DEAR))
        hubs = hubs[:6]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_sampled", lambda: groups)
        patch.setattr(module, "_DOOR_HUBS", hubs)
        return theory_cases()


def test_shorter_replications_of_the_dear_cases_agree_with_theory():
    stands = [ample_hub.loss_share(Streams(1, replication), 8.0, 10, 600) for replication in range(20)]
    assert judge("", 0.121661, 0.035, stands, 0.999).passed
    per_min, served, n = 100 / 60, 150 / 60, 20_000
    waits = [
        60 * theory.machine_wait(Streams(1, replication), per_min, 1 / served, n, inductions=3)
        for replication in range(20)
    ]
    assert judge("", 24.0, 2.0, waits, 0.999).passed
    streams = [Streams(1, replication) for replication in range(20)]
    tandem = [theory.tandem_stay(each, 8.0, 0.1, 3, 50_000) for each in streams]
    assert judge("", 1.5, 0.1, tandem, 0.999).passed
    stays = [
        theory.single_server_stay(each, 0.5, theory.exponential(each, "theory_service", 50_000)) for each in streams
    ]
    assert judge("", 2.0, 0.1, stays, 0.999).passed


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
