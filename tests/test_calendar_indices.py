"""The calendar's estimates: exact without noise, honest with it; breaks are found where they are."""

import numpy as np
import pytest

from experiments.statistics.calendar_indices import (
    CORRELATED_DAYS,
    MONTHS,
    WEEKDAYS,
    _covariance,
    _relative_error,
    fit_calendar,
    month_of,
    weekday_of,
)
from experiments.statistics.calibration import calibrate, find_breaks

WEEKDAY = np.array([1.15, 1.15, 1.13, 1.10, 0.89, 0.73, 0.85])
MONTH = np.array([0.83, 0.96, 0.97, 0.98, 1.06, 1.04, 1.06, 0.96, 1.03, 1.06, 1.09, 0.96])


def days_from(first, n_days):
    return np.datetime64(first) + np.arange(n_days)


def mean_of(days, level=41.0):
    return level * (WEEKDAY / WEEKDAY.mean())[weekday_of(days)] * (MONTH / MONTH.mean())[month_of(days)]


def estimate(days, counts, breaks=()):
    return fit_calendar(days=days, counts=counts, breaks=np.array(breaks, dtype="datetime64[D]"))


@pytest.mark.parametrize(("first", "n_days"), [("2022-03-10", 365), ("2022-04-01", 792)])
def test_intervals_hold_the_true_indices_as_often_as_they_say(first, n_days):
    days, rng, n_runs = days_from(first, n_days), np.random.default_rng(7), 40
    held = np.zeros(20)
    for _ in range(n_runs):
        fit = estimate(days, rng.poisson(mean_of(days)).astype(float))
        for at, (found, shape) in enumerate(((fit.weekday_index, WEEKDAY), (fit.month_index, MONTH))):
            true = shape / shape.mean()
            held[7 * at : 7 * at + true.size] += (found.low <= true) & (true <= found.high)
        held[19] += fit.dispersion_low <= 1 <= fit.dispersion_high
    # 800 trials of 95 %: four standard errors are 3 %.
    assert 0.92 < held.mean() / n_runs <= 1
    assert (held / n_runs > 0.75).all()


def test_the_dispersion_of_groups_is_that_of_all_days_on_average():
    days = days_from("2022-04-15", 700)
    fit = estimate(days, np.random.default_rng(5).poisson(2 * mean_of(days)).astype(float))
    for group in (fit.weekday_index, fit.month_index, fit.level):
        assert np.average(group.dispersion, weights=group.n_days) == pytest.approx(fit.dispersion)


def test_days_like_their_neighbours_widen_errors_as_by_hand():
    """20 days above, 20 below: the products of days k apart sum to 40 - 3 k. Weights of Newey and West (1987)."""
    lag = np.arange(1, CORRELATED_DAYS + 1)
    weight, pairs, products = 1 - lag / (CORRELATED_DAYS + 1), 40 - lag, 40 - 3 * lag
    halves, day = np.repeat([1.0, -1.0], 20), np.arange(40)
    # Four flights a day, and only a mean is fitted, which takes 1 / 40 from each product.
    found = _covariance(np.full((40, 1), 2.0), halves, day, 1.0)
    by_lags = 1 + 2 * float(np.sum(weight * (products + pairs / 40) / 40))
    assert found.item() == pytest.approx(by_lags / (4 * 40))
    error = np.sqrt(40 + 2 * float(np.sum(weight * products))) / (40 * 3)
    assert _relative_error(3 + halves, day) == pytest.approx(error)


def test_noiseless_counts_give_the_calendar_exactly():
    days = days_from("2022-04-15", 700)
    fit = estimate(days, mean_of(days))
    np.testing.assert_allclose(fit.weekday_index.value, WEEKDAY / WEEKDAY.mean(), rtol=1e-6)
    np.testing.assert_allclose(fit.month_index.value, MONTH / MONTH.mean(), rtol=1e-6)
    np.testing.assert_allclose(fit.level.value, 41, rtol=1e-6)
    assert fit.dispersion == pytest.approx(0, abs=1e-9)


def test_weeks_are_shown_by_their_mean_day_counted_and_fitted():
    days = days_from("2022-04-18", 7 * 60 + 3)  # from a Monday on; the last three days are no week
    counts = mean_of(days)
    shown = calibrate(airport="X", column="c", days=days, counts=counts)
    weekly = counts[:-3].reshape(-1, 7).mean(axis=1)
    assert (shown.mondays == days[:-3:7]).all()
    np.testing.assert_allclose(shown.observed, weekly)
    np.testing.assert_allclose(shown.expected, weekly, rtol=1e-6)


def test_an_incomplete_year_at_another_level_biases_no_month():
    days = days_from("2022-04-01", 792)
    level = np.where(days < np.datetime64("2024-04-01"), 41.0, 82.0)
    fit = estimate(days, mean_of(days, level))
    np.testing.assert_allclose(fit.month_index.value, MONTH / MONTH.mean(), rtol=1e-6)
    np.testing.assert_allclose(fit.level.value, [41, 41, 82], rtol=1e-6)


def test_a_break_gets_levels_of_its_own():
    days = days_from("2022-04-01", 792)
    level = np.where(days < np.datetime64("2023-09-04"), 60.0, 40.0)
    fit = estimate(days, mean_of(days, level), ["2023-09-04"])
    np.testing.assert_allclose(fit.month_index.value, MONTH / MONTH.mean(), rtol=1e-6)
    np.testing.assert_allclose(fit.level.value, [60, 60, 40, 40], rtol=1e-6)


def test_unknown_days_are_no_days_without_flights():
    days = days_from("2022-04-01", 792)
    known = np.random.default_rng(3).random(days.size) < 0.6
    fit = estimate(days[known], mean_of(days[known]))
    np.testing.assert_allclose(fit.weekday_index.value, WEEKDAY / WEEKDAY.mean(), rtol=1e-6)


def test_strikes_and_neighbouring_days_widen_the_month_intervals():
    days, rng = days_from("2022-04-01", 792), np.random.default_rng(5)
    independent = estimate(days, rng.poisson(mean_of(days)).astype(float))
    by_fortnight = np.repeat(rng.normal(0, 0.25, 57), 14)[: days.size]
    correlated = estimate(days, rng.poisson(mean_of(days) * np.exp(by_fortnight)).astype(float))

    def width(fit):
        return (fit.month_index.high - fit.month_index.low).mean() / np.sqrt(fit.dispersion)

    assert width(correlated) > 1.5 * width(independent)


def test_breaks_are_found_where_they_are_and_rarely_where_they_are_not():
    days, rng = days_from("2022-01-03", 7 * 130), np.random.default_rng(11)
    level = np.where(days < np.datetime64("2023-05-01"), 55.0, 41.0)
    found = find_breaks(days=days, counts=rng.poisson(mean_of(days, level)).astype(float))
    assert [str(one.week) for one in found.breaks] == ["2023-05-01"]
    assert found.breaks[0].ratio == pytest.approx(41 / 55, rel=0.05)
    false = sum(
        bool(find_breaks(days=days, counts=rng.poisson(mean_of(days)).astype(float)).breaks) for _ in range(200)
    )
    assert false <= 24  # 5 % of 200 are 10; the limit is the 99.99 % quantile for 5.5 %


def test_a_break_has_the_ratio_of_the_levels_on_both_sides():
    """The year on one side of it may differ from the years before."""
    days, rng = days_from("2022-01-01", 730), np.random.default_rng(3)
    level = np.select([days < np.datetime64("2023-01-01"), days < np.datetime64("2023-04-03")], [40.0, 43.0], 55.0)
    result = calibrate(airport="X", column="Y", days=days, counts=rng.poisson(mean_of(days, level)).astype(float))
    (each_break,) = result.breaks.breaks
    at = result.fit.level_from.tolist().index(each_break.week.tolist())
    assert each_break.ratio == pytest.approx(result.fit.level.value[at] / result.fit.level.value[at - 1], rel=1e-9)


def test_less_than_two_years_are_not_tested_for_breaks():
    days = days_from("2022-01-03", 7 * 103)
    assert not find_breaks(days=days, counts=mean_of(days)).tested


def test_names_of_the_calendar():
    day = np.array(["2022-09-05", "2024-02-29"], dtype="datetime64[D]")
    assert [WEEKDAYS[at] for at in weekday_of(day)] == ["Mon", "Thu"]
    assert [MONTHS[at] for at in month_of(day)] == ["Sep", "Feb"]
