import math
from importlib import import_module

import pytest

from experiments.studies.verify.theory_cases import FAMILYWISE, erlang_b, erlang_c, judge, theory_cases
from sim.reference import ample_hub, theory
from sim.streams import Streams

DEAR = (
    *("M/M/1, λ 1,", "M/M/1, λ 0.9, μ 1: W", "M/M/3", "M/M/10", "Tandem"),
    *("Stands, ", "M/D/1, 100/h", "Line of "),
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
    streams = [Streams(1, replication) for replication in range(20)]
    for expected, largest_half_width, replicate in (
        (erlang_b(8, 10), 0.035, lambda each: ample_hub.loss_share(each, 8.0, 10, 200)),
        (24.0, 2.0, lambda each: 60 * theory.machine_wait(each, 100 / 60, 60 / 150, 6_000, inductions=3)),
        (1.5, 0.1, lambda each: theory.tandem_stay(each, 8.0, 0.1, 3, 25_000)),
        (2.0, 0.1, lambda each: theory.single_server_stay(each, 0.5, exponential(each, 10_000))),
        (2 / 3, 0.025, lambda each: theory.line_throughput(each, (0, 0), 600)),
        (22 / 39, 0.025, lambda each: theory.line_throughput(each, (0, 0, 0), 600)),
        (0.75, 0.025, lambda each: theory.line_throughput(each, (0, 1, 0), 600)),
    ):
        case = judge("", expected, largest_half_width, [replicate(each) for each in streams], 0.999)
        assert case.passed, case
    for servers, rate, service, n, most in ((3, 0.2, 10.0, 40_000, (0.01, 0.2)), (10, 9.0, 1.0, 80_000, (0.02, 0.08))):
        waits = [theory.several_servers_waits(each, rate, service * exponential(each, n), servers) for each in streams]
        share = erlang_c(rate * service, servers)
        expected = (share, service * share / (servers - rate * service))
        for case in map(judge, ("", ""), expected, most, zip(*waits, strict=True), (0.999, 0.999)):
            assert case.passed, case


def exponential(streams, n):
    return theory.exponential(streams, "theory_service", n)


def test_every_case_agrees_with_theory(cases):
    assert [case for case in cases if not case.passed] == []


def test_every_interval_is_narrow_enough_to_mean_something(cases, is_slow):
    sampled = [case for case in cases if case.largest_half_width > 0]
    assert len(sampled) >= (24 if is_slow else 8)
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
    values = [ample_hub.loss_share(Streams(1, replication), 8.0, 9, 100) for replication in range(20)]
    assert not judge("", 0.121661, 1.0, values, 0.99).passed


def test_a_line_may_have_any_number_of_places():
    # Twelve stations and a buffer between the sixth and the seventh: slower than one station, faster than none at all.
    rate = theory.line_throughput(Streams(1, 0), (0,) * 6 + (1,) + (0,) * 6, 400)
    assert 0.2 < rate < 0.5
