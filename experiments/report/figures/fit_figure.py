"""Values of a sample and the distributions fitted to them: densities, and a Q-Q plot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from experiments.report import style
from experiments.report.style import Axes, Figure
from sim.units import Numbers

_SEEN: Final = "0.8"
_MOST_BINS: Final = 40


@dataclass(frozen=True, slots=True)
class FitPicture:
    """Data of the picture of a fit, the best family first."""

    label: str
    """Label of the values, with their unit."""
    values: Numbers
    densities: Mapping[str, tuple[Numbers, Numbers]]
    """By family: values, and the density at each."""
    dots: Numbers
    """The values in order, or a selection of them."""
    quantiles: Numbers
    """Quantiles of the best family, one for each of the dots."""
    band: tuple[Numbers, Numbers]
    """Band that contains 95 % of samples of the best family."""


def figure(result: FitPicture) -> Figure:
    drawing = style.new_figure(4.0)
    left, right = drawing.subplots(1, 2)
    _draw_densities(left, result)
    _draw_quantiles(right, result)
    return style.legend_below(drawing, [left, right])


def _draw_densities(ax: Axes, result: FitPicture) -> None:
    n_bins = min(_MOST_BINS, max(5, round(2 * len(result.values) ** (1 / 3))))
    ax.hist(result.values, bins=n_bins, density=True, color=_SEEN, label="values")
    for name, look in style.lines_of(list(result.densities)).items():
        ax.plot(*result.densities[name], label=name, **look)
    ax.set(xlabel=result.label, ylabel="density", title="Density", ylim=(0, None))


def _draw_quantiles(ax: Axes, result: FitPicture) -> None:
    best, ordered = next(iter(result.densities)), result.dots
    ends = min(ordered[0], result.quantiles[0]), max(ordered[-1], result.quantiles[-1])
    ax.fill_between(result.quantiles, *result.band, color=style.PALETTE[4], alpha=0.3, label="95 % of fitted samples")
    ax.plot(ends, ends, color=style.LIMIT, linewidth=1)
    ax.plot(result.quantiles, ordered, ".", color=style.PALETTE[0], markersize=4)
    ax.set(xlabel=f"quantiles of {best}", ylabel=f"values: {result.label}", title=f"Q-Q: the values against {best}")
