"""Selection procedures: right as often as they say, equal to an independent implementation, and exact where exact."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from experiments.statistics.allocation import Moments, _handed_out, good_selection, ocba, shares
from experiments.statistics.selection import Fate, Goal, Looks, Selection, kim_nelson, reach

ALPHA = 0.05
LOOKS = Looks(first=10, step=1, most=4000)
CHEAPEST = {"alpha": ALPHA, "target": None, "tolerance": 1.0, "costs": None}
Draws = NDArray[np.float64]


def sampler(draws: Draws) -> Callable[[Sequence[int], Sequence[int]], list[Draws]]:
    """Of values that are there already, (designs, 2, replications)."""
    return lambda designs, counts: [draws[design, :, :n] for design, n in zip(designs, counts, strict=True)]


def slippage(rng: np.random.Generator, k: int, delta: float) -> Draws:
    """One design is cheaper by just the indifference, and all others cost the same: the hardest to tell apart."""
    draws = rng.normal(size=(k, 2, 1500))
    draws[1:, 1] += delta
    return draws


def share_right(n_macro: int, is_right: Callable[[np.random.Generator], bool], seed: int = 11) -> float:
    rng = np.random.default_rng(seed)
    return sum(is_right(rng) for _ in range(n_macro)) / n_macro


def is_refuted(share: float, n_macro: int) -> bool:
    """Whether so few are right that the promise cannot be true, but with a probability of 0.1 %."""
    return stats.binom.cdf(round(share * n_macro), n_macro, 1 - ALPHA) < 1e-3


def cheapest_of(k: int, *, is_updated: bool) -> Callable[[np.random.Generator], bool]:
    goal = Goal(k, indifference=0.5, **CHEAPEST)

    def is_right(rng: np.random.Generator) -> bool:
        return kim_nelson(sampler(slippage(rng, k, 0.5)), goal, LOOKS, is_updated=is_updated).selected == 0

    return is_right


def meeting(k: int, *, is_updated: bool, zone: float = 0.5) -> Callable[[np.random.Generator], bool]:
    """All miss the target by the tolerance, but the dearest, which meets it by the tolerance."""
    goal = Goal(k, ALPHA, 10.0, zone, tuple(float(cost) for cost in range(k)), 0.0)

    def is_right(rng: np.random.Generator) -> bool:
        draws = rng.normal(size=(k, 2, 1500)) + 10.0
        draws[:, 0] += np.where(np.arange(k) == k - 1, zone, -zone)[:, None]
        return kim_nelson(sampler(draws), goal, LOOKS, is_updated=is_updated).selected == k - 1

    return is_right


def both(k: int, *, is_updated: bool) -> Callable[[np.random.Generator], bool]:
    """Target and cost are both drawn, with a common part: half miss the target and are cheap."""
    goal = Goal(k, ALPHA, 0.0, 0.5, None, 0.5)

    def is_right(rng: np.random.Generator) -> bool:
        draws = (rng.normal(size=(k, 2, 1500)) + rng.normal(size=(1, 2, 1500))) / np.sqrt(2)
        draws[:, 0] += np.where(np.arange(k) < k // 2, -0.5, 0.5)[:, None]
        draws[:, 1] += np.where(np.arange(k) < k // 2, -2.0, np.where(np.arange(k) == k // 2, -0.5, 0.0))[:, None]
        return kim_nelson(sampler(draws), goal, LOOKS, is_updated=is_updated).selected == k // 2

    return is_right


@pytest.mark.parametrize("is_updated", [False, True])
@pytest.mark.parametrize("case", [cheapest_of, meeting, both])
def test_the_least_favourable_designs_are_told_apart_as_often_as_promised(case, is_updated: bool) -> None:
    assert not is_refuted(share_right(300, case(4, is_updated=is_updated)), 300)


@pytest.mark.slow
@pytest.mark.parametrize("is_updated", [False, True])
@pytest.mark.parametrize(("case", "k"), [(cheapest_of, 2), (cheapest_of, 10), (meeting, 10), (both, 8)])
def test_over_many_macro_replications_they_are_right_as_often_as_promised(case, k: int, is_updated: bool) -> None:
    n_macro = 2000
    assert not is_refuted(share_right(n_macro, case(k, is_updated=is_updated), seed=5), n_macro)


def test_the_region_is_that_of_kim_and_nelson() -> None:
    # By hand: 0.05 ** (-2 / 9) = 1.94589, eta = 0.472944, h2 = 18 eta; h2 / (2 * 0.5) - 0.5 * 10 / 2.
    one = np.array(1.0)
    assert reach(10, one, 0.5, 0.025, 10) == pytest.approx(18 * 0.472944 - 2.5, abs=1e-4)
    last = int(18 * 0.472944 / 0.5**2)
    assert reach(last, one, 0.5, 0.025, 10) > 0 == reach(last + 1, one, 0.5, 0.025, 10)


@pytest.mark.parametrize("is_updated", [False, True])
def test_two_steps_have_half_of_the_error_each(is_updated: bool) -> None:
    draws = np.random.default_rng(3).normal(size=(5, 2, 1500))
    draws[:, 0] = 100.0  # all meet the target at the first look
    draws[1:, 1] += 0.5
    both = Goal(5, 2 * ALPHA, target=0.0, tolerance=1.0, costs=None, indifference=0.5)
    second = kim_nelson(sampler(draws), Goal(5, indifference=0.5, **CHEAPEST), LOOKS, is_updated=is_updated)
    assert kim_nelson(sampler(draws), both, LOOKS, is_updated=is_updated).verdicts == second.verdicts


def test_equal_sums_decide_nothing_while_designs_differ() -> None:
    draws = np.zeros((2, 2, 100))
    draws[0, 1], draws[1, 1] = [1, 2, *[9] * 98], [2, 1, *[0] * 98]
    looks = Looks(first=2, step=1, most=100)
    assert kim_nelson(sampler(draws), Goal(2, indifference=0.5, **CHEAPEST), looks, is_updated=False).selected == 1


def test_a_mean_of_exactly_the_target_meets_it() -> None:
    draws, goal = np.array([[[1.0, -1.0], [0.0, 0.0]]]), Goal(1, ALPHA, 0.0, 1.0, (0.0,), 0.0)
    selection = kim_nelson(sampler(draws), goal, Looks(first=2, step=1, most=2), is_updated=False)
    assert (selection.selected, selection.probability) == (0, None)
    draws, goal = np.concatenate([draws] * 2), Goal(2, ALPHA, 0.0, 1.0, (0.0, 1.0), 0.0)
    fates = [verdict.fate for verdict in ocba(sampler(draws), goal, Looks(2, 1, 2), budget=4).verdicts]
    assert fates == [Fate.SELECTED, Fate.NOT_CHEAPER]


# sim-tools maximises: costs are handed to it with the other sign, far from zero, which its running variance needs.
_FAR = 100.0


class Model:
    """Values that are there already, one after the other, for the procedures of sim-tools."""

    def __init__(self, costs: Draws) -> None:
        self._values = _FAR - costs
        self._next = [0] * len(costs)

    def register_observer(self, observer) -> None:
        self._observer = observer

    def simulate(self, design: int) -> None:
        value = self._values[design, self._next[design]]
        self._next[design] += 1
        self._observer.feedback(self, design, value)


def their_module(name: str):
    pytest.importorskip("sim_tools", reason="sim-tools, of the extra dev, is not installed")
    from importlib import import_module

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(f"sim_tools.ovs.{name}")


def counts_of(selection: Selection) -> list[int]:
    return [verdict.n for verdict in selection.verdicts]


def check_same(theirs, ours: Selection) -> None:
    (best,) = theirs.solve()
    assert best == ours.selected
    counts = counts_of(ours)
    # Theirs replicates the last design once more after all is decided, unless the first look decides.
    their_counts = theirs._allocations.tolist()
    their_counts[best] -= 1
    assert their_counts == counts


@pytest.mark.parametrize("k", [2, 3, 6])
def test_kn_is_that_of_sim_tools(k: int) -> None:
    module = their_module("indifference_zone")

    class Corrected(module.KN):
        def _limit_to_distance_from_sample_means(self, i, j):
            # Its table of pairwise variances is off by one below the diagonal.
            return super()._limit_to_distance_from_sample_means(i, j + (j < i))

    rng = np.random.default_rng(k)
    for _ in range(20):
        draws = rng.normal(size=(k, 2, 3000)) * rng.uniform(0.5, 2, size=(k, 1, 1)) + rng.normal(size=(k, 2, 1))
        goal = Goal(k, indifference=0.4, **CHEAPEST)
        ours = kim_nelson(sampler(draws), goal, Looks(8, 1, 3000), is_updated=False)
        check_same(Corrected(Model(draws[:, 1]), k, 0.4, ALPHA, n_0=8), ours)


def test_kn_with_updated_variances_is_that_of_sim_tools() -> None:
    # Its variances are sums, as of separate draws, its region has no lower end: one noisy design, well apart, has both
    # in common with ours, which takes variances of differences.
    module = their_module("indifference_zone")
    rng = np.random.default_rng(4)
    for gap in rng.choice([-1.0, 1.0], size=20):
        draws = np.zeros((2, 2, 3000))
        draws[0, 1] = rng.normal(gap, 1.5, size=3000)
        goal = Goal(2, indifference=0.3, **CHEAPEST)
        ours = kim_nelson(sampler(draws), goal, Looks(8, 1, 3000), is_updated=True)
        check_same(module.KNPlusPlus(Model(draws[:, 1]), 2, 0.3, ALPHA, n_0=8), ours)


def test_ocba_shares_are_those_of_sim_tools() -> None:
    module = their_module("fixed_budget")
    rng = np.random.default_rng(9)
    for k in (3, 5, 8):
        n, cost, deviation = np.full(k, 20.0), rng.normal(size=k), rng.uniform(0.5, 2, size=k)
        theirs = module.OCBA(Model(np.zeros((k, 1))), k, 20 * k + 10, 10, n_0=10)
        theirs._means, theirs._vars, theirs._allocations = cost.copy(), deviation**2, np.full(k, 20)
        theirs._allocate()
        goal = Goal(k, indifference=1e-9, **CHEAPEST)
        own = shares(Moments(n, cost, deviation, cost, deviation), goal, int(cost.argmin()))
        assert own / own.sum() == pytest.approx(theirs._ratios / theirs._ratios.sum())


def test_ocba_shares_with_a_target_by_hand() -> None:
    """Each by its smaller square of noise over distance, which is at least the tolerance (Lee et al. 2012)."""
    mean, cost = np.array([8.0, 9.9, 11.0, 14.0, 9.0]), np.array([1.0, 2.0, 3.0, 4.0, 7.0])
    deviation, none = np.array([1.0, 2.0, 3.0, 1.0, 2.0]), np.zeros(5)
    known = Goal(5, ALPHA, 10.0, 0.5, tuple(cost), 0.0)
    moments = Moments(np.full(5, 20.0), mean, deviation, cost, none)
    assert shares(moments, known, 2) == pytest.approx([1 / 4, 16, 9, 0, 0])
    assert shares(moments, known, None) == pytest.approx([1 / 4, 16, 9, 1 / 16, 4])
    sampled = Goal(5, ALPHA, 10.0, 0.5, None, 0.5)
    noisy = Moments(np.full(5, 20.0), mean, deviation, cost, np.full(5, 2.0))
    # Designs compared by cost would give the best 2 * sqrt((4 / 2)^2 + (1 / 4 / 2)^2) = 4.01, its own noise gives 9.
    assert shares(noisy, sampled, 2) == pytest.approx([1 / 4, 16, 9, 4, 1 / 4])
    # A sixth, hardly dearer than the best, misses the target by so much that its own noise says it.
    far = [np.append(each, more) for each, more in ((mean, 0.0), (deviation, 1.0), (cost, 3.5), (np.full(5, 2.0), 2.0))]
    further = shares(Moments(np.full(6, 20.0), *far), Goal(6, ALPHA, 10.0, 0.5, None, 0.5), 2)
    assert further == pytest.approx([1 / 4, 16, 9, 4, 1 / 4, 1 / 100])


@pytest.mark.parametrize(("first", "budget"), [(1, 9), (2, 3)])
def test_a_budget_without_two_replications_of_each_design_is_refused(first: int, budget: int) -> None:
    with pytest.raises(ValueError, match="at least two replications of each design"):
        ocba(sampler(rows((1, 1), (2, 2))), Goal(2, indifference=1.0, **CHEAPEST), Looks(first, 1, 50), budget=budget)


def test_replications_are_handed_out_by_shares_within_the_budget() -> None:
    few, share = np.full(3, 2), np.array([1.0, 4.0, 0.0])
    assert (few + _handed_out(share, few, 16, 100)).tolist() == [4, 16, 2]
    assert (few + _handed_out(share, few, 16, 10)).tolist() == [10, 10, 2]
    same = sampler(np.random.default_rng(6).normal(size=(3, 2, 50)))
    assert sum(counts_of(ocba(same, Goal(3, indifference=1e-9, **CHEAPEST), Looks(5, 4, 50), budget=30))) == 30


def test_ocba_selects_as_often_as_it_estimates_and_spends_less_than_equal_shares() -> None:
    goal = Goal(5, indifference=1e-9, **CHEAPEST)
    rng = np.random.default_rng(3)
    right, estimated, spent = [], [], []
    for _ in range(60):
        found = ocba(sampler(slippage(rng, 5, 1.0)), goal, Looks(8, 4, 1500), budget=400)
        right.append(found.selected == 0)
        estimated.append(found.probability)
        spent.append(counts_of(found))
    assert np.mean(right) >= 0.9
    assert np.mean(estimated) >= 0.9
    assert np.sum(spent, axis=1).max() <= 400
    assert np.mean(spent, axis=0)[0] > 8


def test_ocba_with_a_target_leaves_the_dearer_alone() -> None:
    rng = np.random.default_rng(2)
    draws = rng.normal(size=(4, 2, 500))
    draws[:, 0] += np.array([-3.0, -0.4, 0.5, 1.0])[:, None]
    goal = Goal(4, ALPHA, 0.0, 0.1, (1.0, 2.0, 3.0, 4.0), 0.0)
    found = ocba(sampler(draws), goal, Looks(5, 4, 500), budget=400)
    fates = [verdict.fate for verdict in found.verdicts]
    assert fates == [Fate.INFEASIBLE, Fate.INFEASIBLE, Fate.SELECTED, Fate.NOT_CHEAPER]
    counts = counts_of(found)
    assert counts[0] == counts[3] == 5 < counts[1]
    assert found.probability is not None and found.probability > 1 - ALPHA


def test_the_probability_of_a_good_selection_by_hand() -> None:
    one = np.array([10.0, 10.0])
    goal = Goal(2, ALPHA, 0.0, 0.5, (1.0, 2.0), 0.0)
    found = Moments(one, np.array([-1.0, 2.0]), np.sqrt(one), np.array([1.0, 2.0]), 0 * one)
    wrong = stats.t.cdf(-1.5, 9) + stats.t.cdf(-2.5, 9)
    assert good_selection(found, goal, 1) == pytest.approx(1 - wrong)
    as_cheap = replace(found, cost=np.array([2.0, 2.0]))
    assert good_selection(as_cheap, goal, 1) == pytest.approx(1 - stats.t.cdf(-2.5, 9)), "the other is no cheaper"
    assert good_selection(found, goal, None) == pytest.approx(1 - stats.t.cdf(-1.5, 9) - stats.t.cdf(1.5, 9))
    # Sampled costs: the error of the difference, with the degrees of freedom of the smaller sample.
    cheapest, spread = Goal(2, indifference=0.5, **CHEAPEST), np.array([1.0, 3.0])
    sampled = Moments(np.array([16.0, 9.0]), one, one, np.array([1.0, 2.0]), spread)
    assert good_selection(sampled, cheapest, 0) == pytest.approx(1 - stats.t.cdf(-1.5 / np.sqrt(1 / 16 + 1), 8))


def rows(*designs: tuple[float, float]) -> Draws:
    """Designs whose replications are all the same."""
    return np.repeat(np.array(designs)[:, :, None], 50, axis=2)


@pytest.mark.parametrize("is_updated", [False, True])
def test_what_does_not_vary_is_decided_at_the_first_look(is_updated: bool) -> None:
    draws = rows((0.8, 1), (0.96, 3), (0.97, 2), (0.99, 4))
    known = Goal(4, ALPHA, 0.95, 0.01, (1.0, 3.0, 2.0, 4.0), 0.0)
    sampled = Goal(4, ALPHA, 0.95, 0.01, None, 0.5)
    for goal in (known, sampled):
        found = kim_nelson(sampler(draws), goal, Looks(3, 2, 50), is_updated=is_updated)
        fates = [verdict.fate for verdict in found.verdicts]
        assert fates == [Fate.INFEASIBLE, Fate.NOT_CHEAPER, Fate.SELECTED, Fate.NOT_CHEAPER]
        assert counts_of(found) == [3] * 4
        assert [verdict.by for verdict in found.verdicts] == [None, 2, None, 2]
        assert found.probability == pytest.approx(1 - ALPHA)


def test_of_equal_costs_the_first_that_meets_the_target_is_taken() -> None:
    for costs in ((2.0, 2.0), None):
        goal = Goal(2, ALPHA, 0.5, 0.1, costs, 0.1 if costs is None else 0.0)
        assert kim_nelson(sampler(rows((1, 2), (1, 2))), goal, Looks(2, 1, 50), is_updated=False).selected == 0


def test_none_that_meets_the_target_is_an_answer() -> None:
    goal = Goal(2, ALPHA, 5.0, 0.1, (1.0, 2.0), 0.0)
    found = kim_nelson(sampler(rows((1, 1), (2, 2))), goal, Looks(2, 1, 50), is_updated=False)
    assert found.selected is None
    assert found.probability == pytest.approx(1 - ALPHA)
    assert ocba(sampler(rows((1, 1), (2, 2))), goal, Looks(2, 1, 50), budget=10).selected is None


def test_at_the_last_look_a_design_dearer_than_one_that_surely_meets_the_target_needs_no_decision() -> None:
    draws = np.zeros((2, 2, 6))
    draws[:, 0] = [0.99 + 0.001 * np.array([-1, 1, -1, 1, -1, 1]), 0.94 + 0.1 * np.array([-1, 1, -1, 1, -1, 1])]
    goal = Goal(2, ALPHA, 0.95, 0.01, (1.0, 2.0), 0.0)
    found = kim_nelson(sampler(draws), goal, Looks(6, 1, 6), is_updated=True)
    assert [verdict.fate for verdict in found.verdicts] == [Fate.SELECTED, Fate.NOT_CHEAPER]
    assert found.probability == pytest.approx(1 - ALPHA)


def test_where_replications_run_out_means_decide_and_nothing_is_promised() -> None:
    draws = np.random.default_rng(1).normal(0, 1, size=(3, 2, 40))
    draws[:, 0] += np.array([-0.2, 0.3, 0.3])[:, None] - draws[:, 0].mean(axis=1, keepdims=True)
    goal = Goal(3, ALPHA, 0.0, 0.01, (1.0, 2.0, 3.0), 0.0)
    found = kim_nelson(sampler(draws), goal, Looks(10, 7, 40), is_updated=True)
    assert [verdict.fate for verdict in found.verdicts] == [Fate.OPEN, Fate.SELECTED, Fate.NOT_CHEAPER]
    assert found.probability is None and max(counts_of(found)) == 40
    compared = kim_nelson(sampler(draws), Goal(3, indifference=0.01, **CHEAPEST), Looks(10, 7, 40), is_updated=True)
    assert compared.selected is not None
    assert compared.probability is None


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"alpha": 0.0}, "alpha: must be between 0 and 1"),
        ({"alpha": 1.0}, "alpha: must be between 0 and 1"),
        ({"tolerance": 0.0}, "tolerance: must be greater than 0"),
        ({"costs": (1.0,)}, "costs: expected one for each of 2 designs"),
        ({"costs": None}, "indifference: must be greater than 0"),
    ],
)
def test_goals_that_make_no_sense_are_refused(keys, message: str) -> None:
    usual = {"alpha": 0.1, "target": 1.0, "tolerance": 0.1, "costs": (1.0, 2.0), "indifference": 0.0}
    with pytest.raises(ValueError, match=message):
        Goal(2, **{**usual, **keys})
