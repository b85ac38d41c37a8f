"""A fit in words and numbers: sentences, the table of families, JSON, and data for the picture."""

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from scipy.special import betaincinv

from experiments.formatting import MINUS, listed, number, p_text, percent, short
from experiments.report.figures.fit_figure import FitPicture
from experiments.report.sections import sentence_of
from experiments.statistics.fitting import CLOSE_AIC, MOST_TESTED, Fitted
from experiments.statistics.interval import TAILS
from experiments.statistics.sample_checks import SIGNIFICANT
from experiments.store.rows import Grid, column, grid_of, table
from experiments.studies.fit.result import Result

FEW: Final = 50
"""With fewer values, tests reject hardly any family (assumption)."""
_DRAWN: Final = 3
"""Number of families in the picture."""
_PLACES: Final = 200
_DOTS: Final = 500
"""Most values with a dot in the picture."""
_ROUNDED: Final = 0.5
"""Share of distinct values below which values are called rounded (assumption)."""


@table("families", "families of distributions fitted to the values, by AIC", sort="family")
class FamilyRow:
    family: str = column("", "name of the family", heading="family")
    parameters: str = column("", "estimated parameters", heading="parameters")
    aic: float = column("1", "Akaike's criterion", heading="AIC", show=lambda value: number(value, 1))
    behind: float = column(
        "1", "AIC minus that of the best family", heading="above the best", show=lambda value: number(value, 1)
    )
    ks_p: float = column("1", "p-value, Kolmogorov and Smirnov", heading="p, KS", show=lambda value: number(value, 3))
    ad_p: float = column("1", "p-value, Anderson and Darling", heading="p, AD", show=lambda value: number(value, 3))


def _figures(value: float, figures: int = 4) -> str:
    return short(value, figures).replace("-", MINUS)


def families_grid(result: Result) -> Grid:
    rows = [
        FamilyRow(
            fit.family.name, _parameters(fit), fit.aic, fit.aic - result.best.aic, fit.ks_p, fit.ad_p
        )
        for fit in result.fits
    ]  # fmt: skip
    return grid_of("", rows)


def sentences(result: Result) -> Iterator[str]:
    best, sample = result.best, result.sample
    is_half_rejected = min(best.ks_p, best.ad_p) < SIGNIFICANT
    yield sentence_of(
        "fit_rejected" if result.is_rejected else "fit_best",
        family=best.family.name, place=sample.place, n=len(sample.values), parameters=_parameters(best),
        tests=_tests(best), verdict=sentence_of("fit_half_rejected" if is_half_rejected else "fit_not_rejected"),
    )  # fmt: skip
    if close := [fit.family.name for fit in result.fits[1:] if fit.aic - best.aic <= CLOSE_AIC]:
        yield sentence_of("fit_close", names=listed(close, "and"), most=short(CLOSE_AIC))
    if (clock := result.clock) is not None and not clock.is_dependent:
        yield sentence_of("fit_no_clock", p=p_text(clock.p_value))
    if result.chosen is None:
        return
    ends = zip(result.chosen.by_name, np.quantile(result.bootstrap, TAILS, axis=0).T, strict=True)
    texts = ", ".join(f"{name} {_figures(low)} to {_figures(high)}" for name, (low, high) in ends)
    yield sentence_of("fit_ranges", n=len(sample.values), family=result.family, texts=texts)


def source_of(result: Result, sha256: str) -> str:
    """The file and column of the values, and how they were fitted."""
    sample = result.sample
    return sentence_of(
        "fit_source", n=len(sample.values), file=sample.path.name, column=sample.column, sha256=sha256[:12]
    )


def provenance(result: Result, key: str | None, *, sha256: str) -> list[str]:
    """Origin of a written file, as comment lines."""
    chosen = result.chosen
    tests = "" if chosen is None else sentence_of("fit_tested", aic=chosen.aic - result.best.aic, tests=_tests(chosen))
    title = f"{result.name}: {result.family}{f', of {key}' if key else ''}. {source_of(result, sha256)}."
    return [title, *([tests] if tests else []), *(f"Warning: {line}" for line in warnings(result))]


def warnings(result: Result) -> Iterator[str]:
    """What one distribution cannot represent, and conclusions for which there are too few values."""
    values, order, clock, groups = result.sample.values, result.order, result.clock, result.groups
    n = len(values)
    if n < FEW:
        yield sentence_of("fit_few", n=n, few=FEW)
    if n > MOST_TESTED:
        yield sentence_of("fit_many", n=n, most=MOST_TESTED)
    if order.is_dependent:
        yield sentence_of("fit_dependent", lag_1=number(order.lag_1, 2), p=p_text(order.p_value), block=order.block)
    if clock is not None and clock.is_dependent:
        parts = [f"{part.first:02}–{part.last:02} h {_figures(part.median)}" for part in clock.parts]
        yield sentence_of("fit_clock", p=p_text(clock.p_value), parts=", ".join(parts))
    if groups is not None:
        shares = [f"{percent(share, 0)} %" for share in groups.shares]
        middles = [_figures(middle, 3) for middle in groups.middles]
        yield sentence_of("fit_groups", shares=shares, middles=middles)
    for end, count in result.piled:
        where = "larger" if end == values.max() else "smaller"
        yield sentence_of("fit_censored", count=count, n=n, end=_figures(end), where=where)
    if result.n_distinct < _ROUNDED * n:
        yield sentence_of("fit_rounded", n=n, n_distinct=result.n_distinct)


def document(result: Result, *, sha256: str) -> dict[str, Any]:
    order, clock, groups = result.order, result.clock, result.groups
    return {
        "best": result.best.family.name,
        "families": [
            {
                "family": fit.family.name, "parameters": fit.by_name, "aic": fit.aic, "ks": fit.ks, "ks_p": fit.ks_p,
                "ad": fit.ad, "ad_p": fit.ad_p,
            }
            for fit in result.fits
        ],
        "source": result.sample.path.name,
        "sha256": sha256,
        "column": result.sample.column,
        "n": len(result.sample.values),
        "ranges": {name: {"low": low, "high": high} for name, (low, high) in result.ranges.items()},
        "dependence": {"lag_1": order.lag_1, "p": order.p_value, "block": order.block},
        "time_of_day": clock and {
            "p": clock.p_value,
            "parts": [{"from_h": part.first, "to_h": part.last, "n": part.n, "median": part.median}
                      for part in clock.parts],
        },
        "groups": groups and [
            {"share": share, "median": middle} for share, middle in zip(groups.shares, groups.middles, strict=True)
        ],
        "cut_off": [{"value": end, "n": count} for end, count in result.piled],
        "warnings": list(warnings(result)),
    }  # fmt: skip


def picture(result: Result) -> FitPicture:
    values, best = result.sample.values, result.best
    places = np.linspace(values.min(), values.max(), _PLACES)
    n = len(values)
    ranks = np.unique(np.linspace(1, n, min(n, _DOTS)).astype(int))
    # The k-th of n uniform numbers has a beta distribution; the k-th value of the family is its quantile.
    low, high = (betaincinv(ranks, n + 1 - ranks, share) for share in TAILS)
    quantile = best.distribution.ppf
    return FitPicture(
        result.sample.column,
        values,
        {fit.family.name: (places, _finite(fit.distribution.pdf(places))) for fit in result.fits[:_DRAWN]},
        np.sort(values)[ranks - 1],
        quantile((ranks - 0.5) / n),
        (quantile(low), quantile(high)),
    )


def _finite(density: Any) -> Any:  # noqa: ANN401 - an array
    """The density without infinite values, which are not drawn."""
    return np.where(np.isfinite(density), density, math.nan)


def _tests(fit: Fitted) -> str:
    return f"{p_text(fit.ks_p)} (Kolmogorov–Smirnov), {p_text(fit.ad_p)} (Anderson–Darling)"


def _parameters(fit: Fitted) -> str:
    text = ", ".join(f"{name} {_figures(value)}" for name, value in fit.by_name.items())
    return f"{text}, before the cut at {_figures(fit.ends[0])}" if fit.family.is_cut(fit.ends) else text
