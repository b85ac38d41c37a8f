"""Packers who go from chute to chute (rule 56)."""

import numpy as np
import pytest
from mistakes import refused

import sim
from experiments.composition import load
from sim.domain.entities import ChuteCount
from sim.inputs.flight_work import packed_per_h
from sim.record.tallies import FullestChute
from sim.rules.packers import where_parcels_pile_up

SHORT = ("horizon_days=1", "warmup_days=0", "exports=none")


@pytest.mark.parametrize("seed", range(50))
def test_packers_sent_are_those_manned_and_leave_no_work_for_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    units, packers = rng.integers(0, 200, 8) * rng.integers(0, 2, 8), rng.integers(0, 5, 8)
    manned, is_review = int(rng.integers(0, 25)), bool(seed % 2)
    sent = where_parcels_pile_up(units.tolist(), packers.tolist(), manned, enough=10, is_review=is_review)
    assert sum(sent) == manned and min(sent) >= 0
    is_short = [n > 10 * here for n, here in zip(units.tolist(), sent, strict=True)]
    idle = sum(here for n, here in zip(units.tolist(), sent, strict=True) if n == 0)
    assert not (any(is_short) and idle)
    if manned == packers.sum() and not is_review:
        stayed = [after >= before for n, before, after in zip(units, packers, sent, strict=True) if n]
        assert all(stayed)


def test_a_second_review_of_the_same_chutes_sends_nobody() -> None:
    units = [500, 0, 20, 300, 0, 7]
    sent = where_parcels_pile_up(units, [1, 1, 2, 1, 3, 4], 12, enough=10, is_review=True)
    assert where_parcels_pile_up(units, sent, 12, enough=10, is_review=True) == sent


def test_the_fullest_chute_is_less_full_when_packers_go_where_parcels_pile_up() -> None:
    rules = (sim.simulate(load("liege_30k", *SHORT, f"packout.rule={rule}")) for rule in ("dedicated", "flexible"))
    dedicated, flexible = (run.kpis["fullest_chute_parcels"] for run in rules)
    assert flexible < dedicated


def test_the_ladder_follows_the_rule() -> None:
    dedicated, flexible = (load("liege_30k", f"packout.rule={rule}") for rule in ("dedicated", "flexible"))
    hall = flexible.halls["main"]
    assert packed_per_h(flexible, hall) == pytest.approx(900 * hall.packout_posts)
    assert packed_per_h(dedicated, hall) < packed_per_h(flexible, hall)


def test_of_chutes_as_full_the_first_counts_though_it_is_packed_last() -> None:
    row = ChuteCount(0, 2)
    fullest = FullestChute(row, (0, 100), np.array([99, 99]), [(0, 0), (0, 1)])
    for arrival, ready, chute in ((7, 8, 1), (5, 40, 0)):
        fullest.add(np.array([arrival]), np.array([ready]), np.array([chute], dtype=np.uint16), 1)
        fullest._batches.close()
    fullest.close()
    assert (row.fullest, row.fullest_at, row.route) == (1, 5, 0)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("packout.look_min=0.1", "packout.look_min: must be at least 0.5, got 0.1"),
        ("packout.walk_min=5", "packout.walk_min: must be below look_min = 5, got 5"),
        ("packout.review_min=7", "packout.review_min: must be a multiple of look_min = 5, got 7"),
        ("packout.rule=pooled", "packout.rule"),
    ],
)
def test_a_mistake_is_reported_in_one_line(word: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert message in refused(capsys, "run", "scenario=liege_30k", *SHORT, word)
