"""Families of comparisons: the adjustment by hand, and how often one statement is false."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.statistics.family import Family, holm, paired_family, separate_family, statements

EXPERIMENTS = 400


def paired_experiment(rng, effects, n=8):
    """Scenarios that share their noise, with the baseline "0" at zero."""
    common = rng.normal(0.0, 5.0, size=n)
    return {str(at): (common + effect + rng.normal(size=n)).tolist() for at, effect in enumerate([0.0, *effects])}


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        ([], []),
        ([0.2], [0.2]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.01, 0.02, 0.03, 0.04], [0.04, 0.06, 0.06, 0.06]),
        ([0.5, 0.9, 0.001], [1.0, 1.0, 0.003]),
        ([0.02, 0.02], [0.04, 0.04]),
    ],
)
def test_holm_by_hand(p_values, adjusted):
    assert holm(p_values) == pytest.approx(adjusted)


def test_holm_never_reverses_an_order_and_lies_between_the_value_and_bonferroni():
    p_values = np.random.default_rng(3).uniform(size=20) ** 3
    found = np.array(holm(p_values.tolist()))
    assert (found >= p_values).all()
    assert (found <= np.minimum(1, 20 * p_values) + 1e-15).all()
    assert (np.diff(found[np.argsort(p_values)]) >= 0).all()


def test_the_p_value_is_that_of_the_paired_t_test():
    scenarios = paired_experiment(np.random.default_rng(5), [0.5, 2.0])
    found = paired_family(scenarios, "0")
    for name in ("1", "2"):
        assert found[name].p_value == pytest.approx(stats.ttest_rel(scenarios[name], scenarios["0"]).pvalue)


def test_no_false_statement_as_often_as_promised_and_more_found_than_by_bonferroni():
    rng = np.random.default_rng(7)
    wrong = uncovered = holms = bonferronis = 0
    for _ in range(EXPERIMENTS):
        # Two true differences among six: Holm has fewer left to guard when they are found.
        found = paired_family(paired_experiment(rng, [0, 0, 0, 0, 3.0, 1.5]), "0")
        wrong += any(found[str(at)].is_different for at in range(1, 5))
        holms += sum(one.is_different for one in found.values())
        bonferronis += sum(one.p_value * 6 <= 0.05 for one in found.values())
        truths = dict(zip("123456", [0, 0, 0, 0, 3.0, 1.5], strict=True))
        uncovered += any(not one.interval.low <= truths[name] <= one.interval.high for name, one in found.items())
    # A fault of one in ten thousand is let pass.
    most = stats.binom.ppf(0.9999, EXPERIMENTS, 0.05)
    assert wrong <= most
    assert uncovered <= most
    assert holms > bonferronis
    # Without an adjustment there would be false ones in a sixth of the experiments.
    rng, alone = np.random.default_rng(7), 0
    for _ in range(EXPERIMENTS):
        found = paired_family(paired_experiment(rng, [0, 0, 0, 0]), "0")
        alone += any(one.p_value <= 0.05 for one in found.values())
    assert alone > most


def test_dunnetts_test_is_sharp_for_separate_samples_and_blunt_for_pairs():
    rng = np.random.default_rng(11)
    separate = {str(at): rng.normal(0.0, 1.0, size=12).tolist() for at in range(3)}
    found = separate_family(separate, "0")
    assert found == separate_family(separate, "0")
    for name, one in found.items():
        assert one.p_value <= one.adjusted + 0.05
        assert one.interval.low <= one.interval.mean <= one.interval.high
        assert one.interval.mean == pytest.approx(np.mean(separate[name]) - np.mean(separate["0"]))
        assert (one.interval.low + one.interval.high) / 2 == pytest.approx(one.interval.mean, abs=1e-6)
        alone = separate_family({"0": separate["0"], name: separate[name]}, "0")[name]
        assert alone.adjusted == pytest.approx(one.p_value, abs=1e-3), "of two samples it is Student's test"
    assert separate_family({"0": separate["0"], "same": [3.0] * 12}, "0")["same"].is_different
    pairs = paired_experiment(rng, [2.0, 2.0])
    assert all(one.is_different for one in paired_family(pairs, "0").values())
    assert not any(one.is_different for one in separate_family(pairs, "0").values())


@pytest.mark.parametrize("family", Family)
def test_pairs_that_agree_show_no_variance_and_have_no_test(family):
    scenarios = {"a": [0.0, 0.0], "same": [0.0, 0.0], "more": [1.0, 1.0]}
    found = statements(scenarios, "a", family, possible=(0.0, 1.0))
    for name, mean in (("same", 0.0), ("more", 1.0)):
        one = found[name]
        assert (one.interval.mean, one.interval.low, one.interval.high) == (mean, None, None)
        assert (one.p_value, one.adjusted, one.is_different, one.variance_ratio) == (None, None, False, None)
        assert one.has_no_variance


def test_a_comparison_without_variance_still_counts_in_its_family():
    scenarios = {"a": [0.1, 0.2, 0.3], "moves": [0.2, 0.31, 0.39], "same": [0.1, 0.2, 0.3]}
    found = statements(scenarios, "a", Family.HOLM)
    assert found["moves"].adjusted == pytest.approx(2 * found["moves"].p_value)
    assert not found["moves"].has_no_variance
    alone = statements(scenarios, "a", Family.NONE)["moves"]
    assert alone.adjusted == alone.p_value == found["moves"].p_value


def test_a_difference_that_is_the_same_but_for_rounding_has_no_test():
    values = {"a": [0.1, 0.3], "same": [0.1 + 0.2, 0.3 + 0.2], "more": [0.3, 0.6]}
    assert len({b - a for a, b in zip(values["a"], values["same"], strict=True)}) == 2
    found = statements(values, "a", Family.HOLM)
    assert (found["same"].has_no_variance, found["more"].has_no_variance) == (True, False)


@pytest.mark.parametrize("odd", [[1.0], [math.inf, 1.0]])
def test_one_replication_or_a_value_that_is_not_finite_states_nothing(odd):
    scenarios = {"a": [0.5, 0.7][: len(odd)], "odd": odd}
    found = statements(scenarios, "a", Family.HOLM)["odd"]
    assert (found.interval.low, found.p_value, found.adjusted, found.is_different) == (None, None, None, False)


@pytest.mark.parametrize("family", Family)
def test_differences_of_shares_stay_between_minus_one_and_one(family):
    scenarios = {"a": [0.1, 0.9], "b": [0.95, 0.05], "c": [0.0, 1.0]}
    found = statements(scenarios, "a", family, possible=(0.0, 1.0))
    for one in found.values():
        assert -1.0 <= one.interval.low <= one.interval.mean <= one.interval.high <= 1.0
    assert paired_family(scenarios, "a")["b"].interval.low < -1.0


def test_a_statement_says_what_common_random_numbers_save():
    scenarios = paired_experiment(np.random.default_rng(19), [1.0], n=40)
    (one,) = statements(scenarios, "0", Family.HOLM).values()
    assert one.variance_ratio > 10


def test_an_empty_family_has_no_statement():
    assert paired_family({"a": [1.0, 2.0]}, "a") == separate_family({"a": [1.0, 2.0]}, "a") == {}


def test_what_cannot_be_said_is_refused():
    with pytest.raises(ValueError, match=r"between 0 and 1, got 1\.5"):
        holm([1.5])
    with pytest.raises(ValueError, match="b: a test needs at least two pairs"):
        paired_family({"a": [1.0], "b": [2.0]}, "a")
    with pytest.raises(ValueError, match="a: a test needs at least two replications, got 1"):
        separate_family({"a": [1.0], "b": [2.0, 3.0]}, "a")
