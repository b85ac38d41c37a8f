"""Elements of pictures: means with their intervals, and tables as shaded cells with a text in each."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from experiments.report.style import Axes, Look, Trait
from experiments.report.tooltips import give_cells
from experiments.statistics import Interval
from sim.units import Numbers

if TYPE_CHECKING:
    from matplotlib.image import AxesImage

Values: TypeAlias = Sequence[Interval] | Sequence[float]
_LUMINANCE: Final = np.array([0.2126, 0.7152, 0.0722])
"""Luminance of red, green and blue (ITU-R BT.709)."""
_DARK: Final = 0.5
"""Luminance of a cell below which its text is white."""


def errorbar(ax: Axes, xs: Values, ys: Values, **look: Trait) -> None:
    """A mark at each mean, with bars along the axes whose values are intervals; without bounds there is none."""
    (x, x_ends), (y, y_ends) = _means_and_ends(xs), _means_and_ends(ys)
    ax.errorbar(x, y, xerr=x_ends, yerr=y_ends, **look)


def _means_and_ends(values: Values) -> tuple[list[float], list[tuple[float, ...]] | None]:
    rows = [
        (value.mean, value.mean - low, high - value.mean)
        for value in values
        if isinstance(value, Interval)
        for low, high in (value.bounds or (math.nan, math.nan),)
    ]
    if not rows:
        return [value for value in values if not isinstance(value, Interval)], None
    means, below, above = zip(*rows, strict=True)
    return list(means), [below, above]


def steps(
    ax: Axes, values: Sequence[float] | Numbers, color: str, *, edges: Numbers | None = None, fill: bool = False,
    baseline: Trait = 0.0, **look: Trait,
) -> None:  # fmt: skip
    """Steps between edges, or of one unit of the axis, as `Axes.stairs` draws them, for axes whose limits are set."""
    from matplotlib.patches import StepPatch

    look = ({"facecolor": color, "linewidth": 0} if fill else {"edgecolor": color}) | look
    ends = np.arange(len(values) + 1) if edges is None else edges
    ax.add_artist(StepPatch(values, ends, baseline=baseline, fill=fill, **look))


def bar(ax: Axes, row: float, start: float, end: float, height: float, color: str, **look: Trait) -> None:
    """A horizontal bar without an edge, as `Axes.barh` draws it, for axes whose limits are set."""
    from matplotlib.patches import Rectangle

    place = (start, row - height / 2)
    ax.add_artist(Rectangle(place, end - start, height, facecolor=color, linewidth=0, **look))


def draw_cells(
    ax: Axes, values: Numbers, texts: NDArray[np.str_], rows: Sequence[str], columns: Sequence[str],
    *, size: float, cmap: str = "Blues", ends: tuple[float, float] = (0.0, 1.25), heads: Look | None = None,
) -> "AxesImage":  # fmt: skip
    """Cells of `texts`, coloured by `values` (R, C) between `ends`; NaN is blank. `heads`: style of column names."""
    shown = np.ma.masked_invalid(values)
    image = ax.imshow(shown, aspect="auto", cmap=cmap, vmin=ends[0], vmax=ends[1])
    ax.set_xticks(range(len(columns)), columns, fontsize=size + 0.5, **(heads or {}))
    ax.set_yticks(range(len(rows)), rows, fontsize=size + 0.5)
    ax.set_xticks(np.arange(len(columns) - 1) + 0.5, minor=True)
    ax.set_yticks(np.arange(len(rows) - 1) + 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.2)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_visible(False)
    colors = image.to_rgba(shown)
    is_dark = colors[..., :3] @ _LUMINANCE + 1 - colors[..., 3] < _DARK
    for (row, column), text in np.ndenumerate(texts):
        if text:
            color = "white" if is_dark[row, column] else "black"
            ax.text(column, row, str(text), ha="center", va="center", fontsize=size, color=color)
    names = (
        (at - 0.5, row - 0.5, f"{rows[row]}, {columns[at]}: {text}")
        for (row, at), text in np.ndenumerate(texts)
        if text
    )
    give_cells(ax, names)
    return image


def logarithmic(values: Numbers) -> Numbers:
    """Values on a logarithmic scale from 0 (five decades below the largest, or lower) to 1."""
    top = float(values.max()) if values.size else 0.0
    if top <= 0:
        return np.zeros_like(values)
    with np.errstate(divide="ignore"):
        return np.clip(1 + np.log10(values / top) / 5.0, 0, 1)
