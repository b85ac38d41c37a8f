"""Means with their intervals, as many pictures draw them."""

from collections.abc import Sequence
from typing import Any

from experiments.report.style import Axes
from experiments.statistics import Interval

Values = Sequence[Interval] | Sequence[float]


def errorbar(ax: Axes, xs: Values, ys: Values, **look: Any) -> None:  # noqa: ANN401 - what matplotlib takes
    """A mark at each mean, with bars along the axes whose values are intervals; without bounds, of no length."""
    (x, x_ends), (y, y_ends) = _means_and_ends(xs), _means_and_ends(ys)
    ax.errorbar(x, y, xerr=x_ends, yerr=y_ends, **look)


def _means_and_ends(values: Values) -> tuple[list[float], list[tuple[float, ...]] | None]:
    rows = [
        (value.mean, value.mean - low, high - value.mean)
        for value in values
        if isinstance(value, Interval)
        for low, high in (value.bounds or (value.mean, value.mean),)
    ]
    if not rows:
        return [value for value in values if not isinstance(value, Interval)], None
    means, below, above = zip(*rows, strict=True)
    return list(means), [below, above]
