"""History matching, with a model in closed form in place of the hub: what is true is kept, and errors are counted."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from experiments.statistics import history_matching as matching
from experiments.statistics.history_matching import Matched, Target, Waves, matched
from experiments.statistics.open_worlds import Sample
from experiments.statistics.share_of_worlds import bounded, left_by_axes, sobol_points

NUMBERS, NOISE = 6, 0.2
WAVES = Waves(most=2, worlds=24, farthest=3.0)


def smooth(z):
    """Two figures of six numbers, of which three do something."""
    return np.stack([2 + 3 * z[..., 0] - 2 * z[..., 1] + z[..., 0] * z[..., 1], 1 + 2 * z[..., 2]], axis=-1)


def rough(z):
    """What no quadratic follows."""
    return np.stack([3 * np.sin(6 * z[..., 0]), 2 * z[..., 2]], axis=-1)


def found_of(
    seed: int, model=smooth, n: int = 512, noise: float = NOISE, effort: Waves = WAVES
) -> tuple[Matched, np.ndarray]:
    """Observations of a true world, which is the last of the worlds, with errors as large as they are said to be."""
    rng = np.random.default_rng([seed, 11])
    points = np.vstack([sobol_points(n, NUMBERS, seed), rng.random((1, NUMBERS))])
    scaled = 2 * points - 1
    truth = model(scaled[-1])
    seen = truth + rng.normal(0, 0.3, 2) + rng.normal(0, 0.4, 2) + rng.normal(0, noise, 2)
    targets = [Target(design, float(value), 0.3, 0.4) for design, value in enumerate(seen)]

    def ask(wanted):
        found = {}
        for design, world, n_runs in wanted:
            draws = [np.random.default_rng([seed, world, at]).normal(0, noise, 2) for at in range(n_runs)]
            found[design, world] = model(scaled[world]) + np.array(draws)
        return found

    sample = Sample(np.ones((2, n + 1)), points, scaled)
    return matched(sample, targets, effort, ask, np.ones(n + 1, dtype=bool)), scaled


known = cache(found_of)
"""Of tests that ask for the same."""


@pytest.mark.parametrize("model", [smooth, rough])
def test_the_true_world_is_ruled_out_no_more_often_than_said(model, is_slow) -> None:
    """At most 5 % an observation, and two of them; with errors that are normal, much less."""
    n = 40 if is_slow else 20
    kept = [bool(found_of(seed, model, n=128)[0].possible[-1]) for seed in range(n)]
    assert sum(kept) >= 0.95 * n


def test_an_emulator_that_is_poor_rules_out_less_and_would_rule_out_the_truth_were_its_error_not_counted() -> None:
    n_lost = 0
    for seed in range(20):
        found, scaled = found_of(seed, rough, n=128)
        poor = found.emulators[0]
        assert poor.of_emulator > 1.0 and poor.surface.explained < 0.6
        sure = replace(poor, of_emulator=0.0)
        n_lost += sure.implausibility(found.targets[0], scaled)[-1] > WAVES.farthest
    assert n_lost >= 3


def test_the_share_that_remains_is_that_of_the_closed_form() -> None:
    for seed in range(3):
        found, _ = known(seed)
        allowed = 3 * np.sqrt(0.3**2 + 0.4**2 + NOISE**2)
        exact = 2 * sobol_points(8192, NUMBERS, 99) - 1
        far = np.abs(smooth(exact) - [target.value for target in found.targets])
        share = float((far <= allowed).all(axis=1).mean())
        interval = found.share()
        assert interval.low - 0.02 <= share <= interval.high + 0.02
        assert interval.high - interval.low < 0.2
        assert found.emulators[0].of_simulation == pytest.approx(NOISE, abs=0.15)
        assert found.emulators[0].of_emulator < 0.35


def test_the_choice_of_simulated_worlds_widens_the_share_that_remains() -> None:
    """By the jackknife: fits without a group of them leave other worlds."""
    found, _ = known(0)
    holds = found.possible.astype(float)
    of_worlds = bounded(holds.mean(), left_by_axes(holds, found.sample.points) / len(holds), len(holds))
    assert found.share().half_width > 1.5 * of_worlds.half_width


def test_a_sample_of_which_all_worlds_remain_leaves_the_share_open() -> None:
    found, _ = found_of(0, n=128, effort=Waves(1, WAVES.worlds, 1e3))
    interval = found.share()
    assert found.possible.all() and interval.mean == interval.high == 1.0
    assert 1 - 3 / 128 - 0.01 < interval.low < 1 - 1 / 128


def test_later_waves_simulate_possible_worlds_alone_and_never_bring_one_back() -> None:
    found, _ = known(1)
    first, second = found.waves
    later = {world for _, world in second.answers.keys() - first.answers.keys()}
    assert later and all(first.possible[list(later)])
    assert not (second.possible & ~first.possible).any()
    assert found.share(0).mean >= found.share(1).mean
    # Both designs are asked in the same worlds, a few of them twice.
    worlds = [{world for design, world in first.answers if design == own} for own in (0, 1)]
    assert worlds[0] == worlds[1] == set(range(WAVES.worlds))
    assert sum(len(values) == 2 for values in first.answers.values()) == 2 * matching.TWICE


def test_the_same_seed_gives_the_same_to_the_bit_and_another_does_not() -> None:
    shares = [found_of(seed, n=128)[0].share() for seed in (5, 5, 6)]
    assert shares[0] == shares[1] != shares[2]


def test_numbers_that_do_something_are_found_to_move_and_idle_ones_are_not(is_slow) -> None:
    idle = []
    for seed in range(8 if is_slow else 4):
        found, _ = known(seed)
        p_values = found.unmoved()
        assert p_values[0] < 0.05
        idle += p_values[3:].tolist()
    assert sum(p_value < 0.05 for p_value in idle) <= 1


def test_what_no_world_shows_leaves_none() -> None:
    scaled = 2 * sobol_points(64, NUMBERS, 1) - 1
    target = Target(0, 1000.0, 0.1, 0.1)
    sample = Sample(np.ones((1, 64)), (scaled + 1) / 2, scaled)
    found = matched(sample, [target], WAVES, lambda wanted: {
        (design, world): np.repeat(smooth(scaled[world])[None, :1], n, axis=0) for design, world, n in wanted
    }, np.ones(64, dtype=bool))  # fmt: skip
    assert not found.possible.any() and len(found.waves) == 1
    assert found.alone(0) == 1
