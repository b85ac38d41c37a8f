"""`cargohub fit`: estimates are scipy's, tests keep their level, checks see what they look for, mistakes are a line."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.stats
from mistakes import refused

from experiments.main import main
from experiments.statistics.families import FAMILIES
from experiments.statistics.fitting import Fitted, distances, fitted, resampled, with_tests
from experiments.statistics.sample_checks import Order, clock_of, groups_in, order_of
from experiments.studies.fit.column import ends_of, read_request
from experiments.studies.fit.result import Result
from experiments.studies.fit.text import sentences

HALF_LINE = (0.0, np.inf)
SCIPY = {
    "uniform": scipy.stats.uniform, "triangular": scipy.stats.triang, "lognormal": scipy.stats.lognorm,
    "gamma": scipy.stats.gamma, "weibull": scipy.stats.weibull_min, "exponential": scipy.stats.expon,
}  # fmt: skip


def rng():
    return np.random.default_rng(17)


def sample(name, n, size=1, ends=HALF_LINE):
    """Samples of a family with some parameters that suit it."""
    parameters = {
        "uniform": (2, 5), "triangular": (1, 3, 9), "normal": (4, 3), "lognormal": (6, 0.5), "gamma": (3, 2),
        "weibull": (1.7, 6), "exponential": (5,), "beta": (2, 4),
    }[name]  # fmt: skip
    return FAMILIES[name].distribution(np.array(parameters, float), ends).rvs(size=(size, n), random_state=rng())


@pytest.mark.parametrize("name", FAMILIES)
def test_no_estimate_of_scipy_is_likelier(name):
    ends = (0.0, 1.0) if name == "beta" else HALF_LINE
    values = sample(name, 150, 4, ends)
    family = FAMILIES[name]
    rows = family.estimate(values, ends)
    for row, of_row in zip(rows, values, strict=True):
        np.testing.assert_allclose(family.estimate(of_row[None, :], ends)[0], row, rtol=1e-4)
        ours = family.distribution(row, ends).logpdf(of_row).sum()
        if name == "normal":
            from scipy.optimize import minimize

            def loss(at, of_row=of_row):
                return -family.distribution(np.array([at[0], np.exp(at[1])]), HALF_LINE).logpdf(of_row).sum()

            theirs = -minimize(loss, [of_row.mean(), np.log(of_row.std())], method="Nelder-Mead").fun
        elif name == "beta":
            theirs = scipy.stats.beta.logpdf(of_row, *scipy.stats.beta.fit(of_row, floc=0, fscale=1)).sum()
        else:
            held = {} if name in ("uniform", "triangular") else {"floc": 0}
            theirs = SCIPY[name].logpdf(of_row, *SCIPY[name].fit(of_row, **held)).sum()
        assert ours >= theirs - 1e-3


def test_no_low_end_of_a_triangular_is_likelier_also_where_values_come_near_the_possible_end():
    """Of times the least is often close to 0, where the search once began and stayed."""
    family, values = FAMILIES["triangular"], np.random.default_rng(3).gamma(2, 10, (20, 100))
    for row, of_row in zip(family.estimate(values, HALF_LINE), values, strict=True):
        lows = [np.array([low, *row[1:]]) for low in (row[0], *np.linspace(0, min(of_row.min(), row[1]), 100)[:-1])]
        ours, *others = (family.distribution(each, HALF_LINE).logpdf(of_row).sum() for each in lows)
        assert ours >= max(others) - 1e-3


def test_distances_are_the_largest_and_the_weighted_mean_square_between_the_distribution_functions():
    """Kolmogorov's D as scipy has it; Anderson and Darling's A² is n times the integral of (F_n - u)² / (u (1 - u))."""
    values = np.array([0.07, 0.2, 0.24, 0.5, 0.83])
    found = distances(FAMILIES["uniform"], values[None, :], np.array([[0.0, 1.0]]), (-np.inf, np.inf))[:, 0]
    u = (np.arange(200_000) + 0.5) / 200_000
    squares = (np.searchsorted(values, u) / 5 - u) ** 2 / (u * (1 - u))
    assert found == pytest.approx([scipy.stats.kstest(values, "uniform").statistic, 5 * squares.mean()], rel=1e-4)


def test_dependence_on_earlier_values_is_that_of_ljung_and_box_and_blocks_are_carlsteins():
    values = np.random.default_rng(4).normal(size=23).cumsum()
    scores = scipy.stats.norm.ppf((scipy.stats.rankdata(values) - 0.5) / 23)
    # Their mean is zero. A fifth of the values: four lags.
    of_lag = np.correlate(scores, scores, "full")[22:27] / np.sum(scores**2)
    statistic = 23 * 25 * np.sum(of_lag[1:] ** 2 / (23 - np.arange(1, 5)))
    found = order_of(values)
    assert (found.lag_1, found.p_value) == pytest.approx((of_lag[1], scipy.stats.chi2.sf(statistic, 4)))
    # (2 * 0.5 / (1 - 0.25)) ** (2 / 3) * 100 ** (1 / 3) = 5.62.
    assert Order(0.5, 0.001, 100).block == 6 and Order(0.5, 0.02, 100).block == 1


@pytest.mark.parametrize("block", [1, 2, 6])
def test_a_bootstrap_sample_has_one_value_less_in_blocks_of_neighbours(block):
    (part,) = resampled(np.arange(6.0), np.random.default_rng(1), 40, block)
    assert part.shape == (40, 5)
    steps = np.diff(part)[:, np.arange(1, 5) % block != 0]
    assert np.isin(steps, (1, -5)).all()


def test_a_cut_normal_without_an_estimate_is_left_out():
    values = sample("exponential", 200)[0] ** 2
    assert "normal" not in [fit.family.name for fit in fitted(values, list(FAMILIES), HALF_LINE)]


def test_p_values_of_a_true_family_are_uniform_and_those_of_a_wrong_one_small():
    values = sample("gamma", 60, 120)
    p_values = {"gamma": [], "exponential": []}
    for row in values:
        for fit in fitted(row, list(p_values), HALF_LINE):
            result = with_tests(fit, row, rng(), 49)
            p_values[fit.family.name].append((result.ks_p, result.ad_p))
    for of_test in np.array(p_values["gamma"]).T:
        assert scipy.stats.kstest(of_test, "uniform").pvalue > 0.001
        assert 0.01 < np.mean(of_test <= 0.1) < 0.2
    assert np.mean(np.array(p_values["exponential"]) <= 0.02) > 0.8


def test_order_clock_and_groups_are_seen_where_they_are_and_only_there():
    noise = rng().normal(size=400)
    chain = noise.copy()
    for at in range(1, len(chain)):
        chain[at] += 0.6 * chain[at - 1]
    assert order_of(chain).is_dependent and order_of(chain).block > 5
    assert not order_of(noise).is_dependent and order_of(noise).block == 1
    hours = np.arange(400) % 24
    assert clock_of(noise + (hours < 6), hours.astype(float)).is_dependent
    assert not clock_of(noise, hours.astype(float)).is_dependent
    both = np.exp(np.append(noise[:120] / 5, 2 + noise[120:] / 5))
    bic = min(fit.aic for fit in fitted(both, list(FAMILIES), HALF_LINE))
    groups = groups_in(both, bic)
    assert groups is not None
    np.testing.assert_allclose((*groups.shares, *groups.middles), (0.3, 0.7, 1, np.exp(2)), rtol=0.05)
    nested = 100 + np.append(noise[:200], 10 * noise[200:])
    assert groups_in(nested, math.inf) is None, "two spreads about one middle are no two groups"
    for name in ("uniform", "gamma", "exponential"):
        values = sample(name, 300)[0]
        assert groups_in(values, fitted(values, [name], HALF_LINE)[0].aic + 10) is None


@pytest.fixture
def column(tmp_path):
    """Writes a CSV with these cells in a column x, an instant beside each."""

    def write(cells):
        path = tmp_path / "scans.csv"
        lines = [f"2022-09-{5 + at // 24:02} {at % 24:02}:10,{cell}" for at, cell in enumerate(cells)]
        path.write_text("\n".join(["start,x", *lines]) + "\n")
        return path

    return write


def fit(capsys, path, *words):
    assert main(["fit", str(path), "column=x", "--out", str(path.parent / "out"), *words]) == 0
    return capsys.readouterr()


def test_a_fit_is_printed_drawn_and_written_for_programs(capsys, column):
    path = column([f"{value:.4f}" for value in sample("gamma", 200)[0]])
    document = json.loads(fit(capsys, path, "--json", "time=start").out)
    assert document["best"] == document["families"][0]["family"]
    assert {"family", "parameters", "aic", "ks_p"} <= set(document["families"][0])
    aic = [family["aic"] for family in document["families"]]
    assert aic == sorted(aic) and document["n"] == 200 and not document["warnings"]
    gamma = next(family for family in document["families"] if family["family"] == "gamma")
    assert gamma["ks_p"] > 0.05 and gamma["parameters"]["shape"] == pytest.approx(3, rel=0.3)
    for ends in document["ranges"].values():
        assert ends["low"] < ends["high"]
    written = path.parent / "out" / "fits" / "x"
    assert json.loads((written / "fit.json").read_text())["best"] == document["best"]
    assert b"<svg" in (written / "fit.svg").read_bytes()
    out = fit(capsys, path, "time=start").out
    assert "(200 values)" in out and "p, KS" in out and "Written to" in out
    assert "No significant difference by time of day (p " in out


def test_few_cut_off_and_rounded_values_are_reported(capsys, column):
    values = sample("gamma", 45)[0]
    out = fit(capsys, column(np.minimum(values, 8))).out
    assert "45 values: with fewer than 50" in out and "values are exactly 8" in out
    assert "of which only" in fit(capsys, column(np.round(values) + 1)).out


def test_a_family_that_values_contradict_and_what_a_cut_normal_has_are_called_so(capsys, column):
    two = np.repeat([5.0, 40.0], 100) + np.linspace(0, 1, 200)
    out = fit(capsys, column(two)).out
    assert "No family fits" in out and "To use it anyway: cargohub" in out
    assert ", before the cut at 0 " in out
    assert "\nUse it: " in fit(capsys, column(two), "family=empirical").out


@pytest.mark.parametrize(
    ("cells", "words", "message"),
    [
        ([1] * 20, [], "column x: all 20 values are 1: nothing to fit"),
        ([1 + at * 1e-9 for at in range(20)], [], "column x: all 20 values are 1: nothing to fit"),
        ([3, "-2e9", *range(20)], [], "row 3, column x: must be within 1,000,000,000 of 0, got -2e9"),
        ([5], [], "column x: needs at least 10 values, got 1"),
        (range(1, 20), ["column=y"], "no column 'y'"),
        ([*range(1, 20), "late"], [], "row 21, column x: expected a number, got 'late'"),
        ([1, "nan", *range(20)], [], "row 3, column x: expected a finite number, got nan"),
        ([1, "", *range(20)], [], "row 3, column x: expected a number, got ''"),
        ([3, -2, *range(20)], [], "row 3, column x: at least 0 for lognormal, gamma, weibull and exponential, got -2"),
        ([3, 0, *range(1, 20)], [], "row 3, column x: above 0 for lognormal, gamma and weibull, got 0"),
        (range(1, 20), ["families=gama"], "families: 'gama' is not a family that can be fitted; did you mean 'gamma'?"),
        (range(1, 20), ["high=12"], "row 13, column x: above low = 0 and below high = 12, got 12"),
        (range(1, 20), ["low=5", "high=4"], "high: must be above low = 5, got 4"),
        (range(6, 25), ["low=5"], "low: needs high=END"),
        (range(1, 20), ["time=x"], "row 2, column x: expected an instant such as 2022-09-05 14:30, got '1'"),
        (range(1, 20), ["name=a/b"], "name: expected small letters, digits and underscores"),
        (range(1, 20), ["clumn=x"], "'clumn=x': unknown option"),
    ],
)
def test_a_mistake_is_one_line_with_file_row_column_and_bound(capsys, column, cells, words, message):
    path = column(cells)
    words = words if any(word.startswith("column=") for word in words) else ["column=x", *words]
    assert message in refused(capsys, "fit", path, *words, "--out", path.parent / "out")
    assert not (path.parent / "out").exists()


def test_values_below_0_are_fitted_by_families_that_take_them(capsys, column):
    path = column(sample("gamma", 100)[0] - 8)
    document = json.loads(fit(capsys, path, "--json", "families=uniform,normal").out)
    assert document["best"] == "normal"


@pytest.mark.parametrize(
    ("values", "ends"),
    [((0.2, 0.8), (0.0, 1.0)), ((0.2, 40.0), (0.0, math.inf)), ((0.0, 0.8), (0.0, math.inf)),
     ((-0.2, 0.8), (-math.inf, math.inf))],
)  # fmt: skip
def test_ends_of_possible_values_are_those_of_a_share_or_of_what_is_not_negative(values, ends):
    request = SimpleNamespace(low=0.0, high=None, unit=None, key=None)
    assert ends_of(SimpleNamespace(values=np.array(values)), request) == ends
    assert ends_of(SimpleNamespace(values=np.array(values)), read_request(["x.csv", "low=-1", "high=50"])) == (-1, 50)


@pytest.mark.parametrize(
    ("ks_p", "ad_p", "is_rejected", "says"),
    [
        (0.001, 0.2, False, "One of the two tests rejects it"),
        (0.2, 0.001, False, "One of the two tests rejects it"),
        (0.001, 0.002, True, "which the tests reject"),
        (0.2, 0.3, False, "The tests do not reject it"),
    ],
)
def test_a_family_is_rejected_if_both_tests_reject_it_and_the_answer_names_one_that_does(ks_p, ad_p, is_rejected, says):
    best = Fitted(FAMILIES["exponential"], HALF_LINE, np.ones(1), 0.0, ks_p=ks_p, ad_p=ad_p)
    assert Result.is_rejected.fget(SimpleNamespace(best=best)) is is_rejected
    of_values = SimpleNamespace(place="x", values=np.ones(9))
    result = SimpleNamespace(
        best=best, sample=of_values, fits=(best,), clock=None, chosen=None, is_rejected=is_rejected
    )
    assert says in next(sentences(result))
