"""How sure: with M/M/c in place of the hub, what the statistics say is what closed forms say."""

from dataclasses import replace

import many_servers as theory
import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import multivariate_normal

from experiments.statistics.next_runs import Wanted, explored
from experiments.statistics.open_worlds import Answer, Effort, Known, Sample
from experiments.statistics.paired_worlds import alikeness, only, only_first
from experiments.statistics.ridge import fitted, ridge
from experiments.statistics.share_of_worlds import Checked, Stratum, bounded, sobol_points, strata
from experiments.statistics.share_of_worlds import share as share_of
from experiments.statistics.what_decides import curve, decided, line

EFFORT = Effort(100, precision=None, most_replications=4, fails_below=1.0, holds_above=1.9)
TRUTH = theory.truth()
SHARES = TRUTH.mean(axis=(1, 2))


def known_of(seed: int, effort: Effort = EFFORT, asked: list[Wanted] | None = None) -> Known:
    worlds = theory.sample(256, seed)
    return explored(worlds, effort, theory.ask_of(worlds, asked))


@pytest.fixture(scope="module")
def known() -> Known:
    return known_of(1)


@pytest.fixture(scope="module")
def several(known: Known) -> list[Known]:
    return [known, *(known_of(seed) for seed in range(2, 7))]


def test_a_share_is_its_predictions_corrected_by_the_errors_of_their_strata_and_as_uncertain_as_these() -> None:
    """By hand: a quarter and three quarters of the worlds; predictions that are all the same add nothing."""
    checked = [Checked(3, 0.1, 0.2, 0.05), Checked(9, -0.1, 0.3, 0.1)]
    found = share_of(np.full(8, 0.5), np.repeat([0, 1], (2, 6)), checked, np.random.default_rng(1).random((8, 2)))
    variance = 0.25**2 * 0.2 / (3 + 1) + 0.75**2 * 0.3 / (9 + 1)
    noise = 0.25**2 * 0.05 / 3 + 0.75**2 * 0.1 / 9
    by_hand = bounded(0.5 + 0.25 * 0.1 - 0.75 * 0.1, variance, 8)
    assert (found.interval.mean, *found.interval.bounds) == pytest.approx((by_hand.mean, *by_hand.bounds))
    assert (found.of_worlds, found.of_replications) == pytest.approx((np.sqrt(variance - noise), np.sqrt(noise)))


def test_the_share_of_worlds_that_are_all_simulated_is_that_of_their_answers() -> None:
    """Also if a check contradicts the screen, after which its worlds are predicted."""
    points = np.random.default_rng(1).random((16, 3))
    for screen in (1.5, 2.5):
        found = Known(Sample(np.full((1, 16), screen), points, 2 * points - 1), EFFORT)
        margins = [-2.0, *[2.0] * 15]
        found.learn({(0, world): Answer((margin,), False, margin) for world, margin in enumerate(margins)})
        share = found.share(0).interval
        assert share.mean == pytest.approx(15 / 16) and share.excludes(1.0)
        assert found.share(0, replace(found.sample)).interval.mean == pytest.approx(15 / 16)


@pytest.mark.parametrize("screen", [1.5, 2.5])
def test_of_worlds_that_are_all_simulated_those_in_which_only_one_of_two_holds_are_counted(screen: float) -> None:
    points = np.random.default_rng(1).random((16, 3))
    found = Known(Sample(np.full((2, 16), screen), points, 2 * points - 1), EFFORT)
    holds = {0: range(2, 16), 1: range(1, 12)}
    margins = {(at, world): 2.0 if world in holds[at] else -2.0 for at in holds for world in range(16)}
    found.learn({run: Answer((margin,), False, margin) for run, margin in margins.items()})
    assert [only(found, 0, 1).mean, only(found, 1, 0).mean] == pytest.approx([4 / 16, 1 / 16])


def test_the_share_of_worlds_is_that_of_the_closed_form_about_as_often_as_its_interval_says(
    several: list[Known],
) -> None:
    inside = []
    for found in several:
        for design, share in enumerate(SHARES):
            low, high = found.share(design).interval.bounds
            inside.append(low <= share <= high)
            assert high - low < 0.25
    assert sum(inside) >= len(inside) - 2


def test_the_share_of_worlds_in_which_only_one_of_two_holds_is_that_of_the_closed_form(
    several: list[Known],
) -> None:
    inside = []
    for found in several:
        for first, second in ((0, 1), (1, 0)):
            low, high = only(found, first, second).bounds
            inside.append(low <= (TRUTH[first].astype(bool) & ~TRUTH[second].astype(bool)).mean() <= high)
            assert high - low < 0.3
        assert 0 <= alikeness(found) < 1
        net = only(found, 0, 1).mean - only(found, 1, 0).mean
        assert net == pytest.approx(found.share(0).interval.mean - found.share(1).interval.mean, abs=0.05)
    assert sum(inside) >= len(inside) - 1


@pytest.mark.parametrize("alike", [0.0, 0.5, 0.99])
def test_only_the_first_of_two_holds_with_the_probability_of_the_bivariate_normal(alike: float) -> None:
    for first, second in ((0.8, 0.1), (0.5, 0.5), (0.1, 0.8)):
        both = multivariate_normal([0, 0], [[1, alike], [alike, 1]]).cdf(ndtri([first, second]))
        (found,) = only_first(np.array([first]), np.array([second]), alike)
        assert found == pytest.approx(first - both, abs=1e-5)


def test_effects_and_worth_of_knowing_are_those_of_the_closed_form(known: Known) -> None:
    for design, holds in enumerate(TRUTH):
        alone = [holds.mean(axis=1 - axis) for axis in (0, 1)]
        first = [*(one.var() / holds.var() for one in alone), 0.0]
        total = [*(holds.var(axis=axis).mean() / holds.var() for axis in (0, 1)), 0.0]
        now = min(holds.mean(), 1 - holds.mean())
        worth = [*(now - np.minimum(one, 1 - one).mean() for one in alone), 0.0]
        effects = decided(known, design).effects
        assert [effect.number for effect in effects] == [0, 1, 2]
        for effect in effects:
            for interval, exact in ((effect.first, first), (effect.total, total), (effect.information, worth)):
                assert interval.low - 0.02 <= exact[effect.number] <= interval.high + 0.02
        assert effects[2].total.mean < 0.05
        ends = [effect.curve.probability[[0, -1]] for effect in effects]
        assert ends[0][1] < ends[0][0] and ends[1][0] < ends[1][1]


def test_curves_and_surface_have_the_share_as_their_mean(known: Known) -> None:
    for design in (0, 1):
        share, says = known.share(design).interval.mean, decided(known, design)
        assert known.best(design).mean() == pytest.approx(share, abs=0.002)
        assert says.probability(known.sample.scaled).mean() == pytest.approx(share, abs=0.002)
        for effect in says.effects:
            assert effect.curve.mean == pytest.approx(share, abs=0.03)


def test_numbers_that_do_nothing_decide_nothing_and_those_that_act_do() -> None:
    called = []
    for seed in range(1, 9):
        worlds = theory.sample(256, seed, 103)
        known = explored(worlds, EFFORT, theory.ask_of(worlds))
        called.append(set(np.flatnonzero(known.beyond_chance(0)).tolist()))
    # 101 idle numbers: 5 % of the studies may call some of them.
    assert sum(bool(numbers - {0, 1}) for numbers in called) <= 2
    assert sum(0 in numbers for numbers in called) >= 6


@pytest.mark.slow
def test_in_the_regime_of_the_default_intervals_hold_the_share_and_what_decides_acts() -> None:
    # Eight designs, 109 numbers of which two act, 100 runs, and a screen that clears little.
    designs = [(servers, load) for servers in theory.SERVERS for load in (0.7, 0.85, 1.0, 1.15)]
    middle = (np.arange(96) + 0.5) / 96 * 2 - 1
    arrivals, service = theory.rates(np.stack(np.meshgrid(middle, middle, indexing="ij"), axis=-1))
    waits = np.vectorize(theory.wait)
    shares = [np.mean(waits(servers, arrivals * load, service) <= theory.TARGET) for servers, load in designs]
    inside, called = [], []
    for seed in range(1, 41):
        points = sobol_points(256, 109, seed)
        come, served = theory.rates(2 * points - 1)
        ratios = np.array([servers * served / (come * load) for servers, load in designs])

        def ask(wanted, come=come, served=served, seed=seed):
            found = {}
            for at, world, n in wanted:
                (servers, load), first = designs[at], 100_000 * seed + 4 * world
                of_world = servers, float(come[world]) * load, float(served[world])
                found[at, world] = Answer(tuple(theory.margin(*of_world, first + number) for number in range(n)))
            return found

        known = explored(
            Sample(ratios, points, 2 * points - 1), replace(EFFORT, fails_below=0.85, holds_above=1.6), ask
        )
        theory.margin.cache_clear()
        for at, share in enumerate(shares):
            low, high = known.share(at).interval.bounds
            inside.append(low <= share <= high)
        called += np.flatnonzero(known.beyond_chance(0)).tolist()
    assert np.mean(inside) >= 0.92
    assert sum(number > 1 for number in called) <= 0.1 * len(called) and called.count(0) > 20


def test_an_answer_that_nothing_contradicts_may_hold_in_all_worlds_or_in_none() -> None:
    points = sobol_points(64, 2, 1)
    worlds = Sample(np.ones((2, 64)), points, 2 * points - 1)

    def ask(wanted: list[Wanted]) -> dict[tuple[int, int], Answer]:
        return {(design, world): Answer((2.0 - 4 * design,) * n) for design, world, n in wanted}

    known = explored(worlds, replace(EFFORT, budget=40), ask)
    assert known.share(0).interval.high == 1 and known.share(0).interval.low > 0.7
    assert known.share(1).interval.low == 0 and known.share(1).interval.high < 0.3


def test_with_all_worlds_known_effects_are_those_of_the_closed_form_and_of_no_other_number() -> None:
    worlds = theory.sample(256, 1)

    def exact(wanted: list[Wanted]) -> dict[tuple[int, int], theory.Answer]:
        found = {}
        for design, world, n in wanted:
            wait = theory.wait(theory.SERVERS[design], *theory.rates(worlds.scaled[world]))
            found[design, world] = theory.Answer((max(-3.0, 1 - wait / theory.TARGET),) * n)
        return found

    holds, every = TRUTH[0], explored(worlds, replace(EFFORT, budget=512), exact)
    assert every.noise == 0
    arrivals, service, _ = sorted(decided(every, 0).effects, key=lambda effect: effect.number)
    alone = [holds.mean(axis=1 - axis) for axis in (0, 1)]
    firsts = [one.var() / holds.var() for one in alone]
    totals = [holds.var(axis=axis).mean() / holds.var() for axis in (0, 1)]
    now = min(holds.mean(), 1 - holds.mean())
    worths = [now - np.minimum(one, 1 - one).mean() for one in alone]
    for effect, other, *three in ((arrivals, 1, firsts, totals, worths), (service, 0, firsts, totals, worths)):
        for interval, exact_of in zip((effect.first, effect.total, effect.information), three, strict=True):
            assert interval.low <= exact_of[1 - other] <= interval.high and interval.high - interval.low < 0.25
        # The intervals are narrow enough to tell the numbers apart.
        assert not effect.first.low <= firsts[other] <= effect.first.high


def test_a_screen_that_is_wrong_widens_the_interval_and_moves_the_share() -> None:
    # It calls worlds clear of which many fail.
    wrong = known_of(1, replace(EFFORT, holds_above=1.05))
    n_checks, n_wrong = wrong.screen_errors
    assert n_wrong > 0.2 * n_checks
    for design, share in enumerate(SHARES):
        low, high = wrong.share(design).interval.bounds
        assert low <= share <= high
        called = np.mean(wrong.strata[design] == Stratum.HOLDS)
        assert called > share + 0.1


def test_the_same_seed_asks_and_finds_the_same_to_the_bit_and_another_does_not() -> None:
    asked: list[list[Wanted]] = [[], [], []]
    found = [known_of(seed, replace(EFFORT, budget=40), own) for seed, own in zip((3, 3, 4), asked, strict=True)]
    assert asked[0] == asked[1] != asked[2]
    intervals = [one.share(0).interval for one in found]
    assert intervals[0] == intervals[1] != intervals[2]


@pytest.mark.parametrize("most", [2, 3])
def test_no_world_has_more_replications_than_it_may(most: int) -> None:
    found = known_of(1, replace(EFFORT, most_replications=most))
    assert max(len(answer.margins) for answer in found.answers.values()) == most


def test_a_budget_is_kept_and_a_precision_ends_before_it() -> None:
    assert known_of(1, replace(EFFORT, budget=40)).n_runs == 40
    found = known_of(1, replace(EFFORT, budget=400, precision=0.12))
    assert found.n_runs < 200
    assert all(found.share(design).interval.half_width <= 0.12 for design in (0, 1))


def test_noise_of_replications_is_known_apart_from_what_worlds_differ_by(known: Known) -> None:
    share = known.share(0)
    assert share.of_replications > 0 and share.of_worlds > 0
    worlds = known.sample

    def exact_of(design: int, world: int) -> float:
        wait = theory.wait(theory.SERVERS[design], *theory.rates(worlds.scaled[world]))
        return max(-3.0, 1 - wait / theory.TARGET)

    exact = explored(
        worlds, EFFORT, lambda wanted: {(one, at): theory.Answer((exact_of(one, at),) * n) for one, at, n in wanted}
    )
    assert exact.noise == exact.share(0).of_replications == 0


def test_nothing_simulated_leaves_a_stratum_as_uncertain_as_a_coin_and_checks_narrow_it() -> None:
    none, some, wrong = (Checked.of([error] * n, [0.0] * n) for error, n in ((0.0, 0), (0.0, 20), (1.0, 20)))
    assert none.of_mean == pytest.approx(0.25)
    assert some.of_mean < 0.002 and some.error == 0
    assert wrong.error == 1


def test_ridge_finds_a_line_and_its_errors_are_of_points_left_out() -> None:
    rng = np.random.default_rng(3)
    points = rng.normal(size=(60, 4))
    response = 2 + points @ np.array([3.0, -1.0, 0.0, 0.0]) + rng.normal(size=60)
    fit = ridge(points @ points.T, response)
    slopes = points.T @ fit.weights
    assert slopes == pytest.approx([3, -1, 0, 0], abs=0.4)
    penalties = 10.0 ** np.arange(-6.0, 2.1, 0.5)
    centred = points - points.mean(axis=0)
    size = np.mean(np.linalg.eigvalsh(centred @ centred.T).clip(0))

    def without(out: np.ndarray) -> list[np.ndarray]:
        """Errors of points left out, by the textbook, with each penalty."""
        x, y = np.delete(points, out, axis=0), np.delete(response, out)
        errors = []
        for penalty in penalties * size:
            inner = (x - x.mean(axis=0)).T @ (x - x.mean(axis=0)) + penalty * np.eye(4)
            slope = np.linalg.solve(inner, (x - x.mean(axis=0)).T @ (y - y.mean()))
            errors.append(response[out] - y.mean() - (points[out] - x.mean(axis=0)) @ slope)
        return errors

    twins = ridge(points @ points.T, response, np.repeat(np.arange(30), 2))
    assert 0.8 < twins.error < 1.4
    for found, out in ((fit, np.array([7])), (twins, np.array([6, 7]))):
        assert min(np.abs(errors - found.errors[out]).max() for errors in without(out)) < 1e-9


def test_a_quadratic_is_found_whole_and_along_its_numbers() -> None:
    points = 2 * sobol_points(128, 3, 5) - 1
    response = 1 + points[:, 0] - 2 * points[:, 0] * points[:, 1] + points[:, 2] ** 2
    found = fitted(points, response)
    assert found.explained > 0.999
    assert found(points) == pytest.approx(response, abs=0.02)
    moved = points.copy()
    moved[:, 1] = 0.3
    assert found.along(points, 1, np.array([0.3]))[0] == pytest.approx(found(moved))


def test_a_number_that_decides_all_is_worth_all_and_one_that_does_nothing_is_worth_nothing() -> None:
    points = sobol_points(512, 2, 2)
    holds = (points[:, 0] > 0.4).astype(float)
    own, idle = curve(points[:, 0], holds), curve(points[:, 1], holds)
    assert own.information == pytest.approx(0.4, abs=0.08) and own.first > 0.8
    assert idle.information < 0.01 and idle.first < 0.02
    after = [own.wrong_after(deviation) for deviation in (0.0, 0.05, 0.2, 1.0, 50.0)]
    assert after == sorted(after) and after[-1] == pytest.approx(0.4, abs=0.03)


def test_points_are_even_along_each_number_and_no_two_numbers_are_alike() -> None:
    points = sobol_points(256, 136, 1)
    assert all(len(np.unique(np.floor(256 * column))) == 256 for column in points.T)
    alike = np.corrcoef(points.T) - np.eye(136)
    assert np.abs(alike).max() < 5 / 256**0.5
    first = np.corrcoef(points[:64].T) - np.eye(136)
    assert np.abs(first).max() < 5.5 / 64**0.5


def test_the_screen_decides_outside_its_ends() -> None:
    found = strata(np.array([[0.0, 0.5, 1.0, 2.0]]), fails_below=0.9, holds_above=1.5)
    assert found.tolist() == [[3, 0, 1, 2]]


@pytest.mark.parametrize("n", [9, 11, 24, 37])
@pytest.mark.parametrize("last", [0.3, 1.0])
def test_no_line_is_drawn_through_a_single_world_far_from_all_others(n: int, last: float) -> None:
    number = np.zeros(n)
    number[-1] = last
    assert line(number, np.linspace(0, 1, n)).degree == 0
