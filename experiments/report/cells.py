"""A table as shaded cells with a text in each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.report.style import Axes

_DARK = 0.7


def draw_cells(
    ax: Axes, shade: NDArray[np.float64], texts: NDArray[np.str_], rows: Sequence[str], columns: Sequence[str],
    *, size: float = 7.0,
) -> None:  # fmt: skip
    """`shade` from 0, white, to 1 (R, C); NaN is left blank. `texts` (R, C)."""
    ax.imshow(np.ma.masked_invalid(shade), aspect="auto", cmap="Blues", vmin=0, vmax=1.25)
    ax.set_xticks(range(len(columns)), columns, fontsize=size + 0.5)
    ax.set_yticks(range(len(rows)), rows, fontsize=size + 0.5)
    ax.set_xticks(np.arange(len(columns) - 1) + 0.5, minor=True)
    ax.set_yticks(np.arange(len(rows) - 1) + 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.2)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_visible(False)
    for (row, column), text in np.ndenumerate(texts):
        value = shade[row, column]
        color = "white" if np.isfinite(value) and value > _DARK else "black"
        ax.text(column, row, str(text), ha="center", va="center", fontsize=size, color=color)


def logarithmic(values: NDArray[np.float64], decades: float = 5.0) -> NDArray[np.float64]:
    """From 0, so many decades below the largest and lower, to 1."""
    top = float(values.max()) if values.size else 0.0
    if top <= 0:
        return np.zeros_like(values)
    with np.errstate(divide="ignore"):
        return np.clip(1 + np.log10(values / top) / decades, 0, 1)
