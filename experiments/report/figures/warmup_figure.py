"""Picture of a warm-up: the series with its cut, and the statistic that chose the cut."""

from textwrap import fill
from typing import Final

import numpy as np

from experiments.formatting import counted
from experiments.report.style import LIMIT, PALETTE, Axes, Figure, legend_below, new_figure
from experiments.statistics.warmup import WarmUp

_LONGEST: Final = 100
"""Longest line of a title [letters], about the width of the axes."""


def draw_series(ax: Axes, result: WarmUp, scale: float) -> None:
    """Means of the batches at their middles; the cut part is grey."""
    middle = (np.arange(len(result.means)) + 0.5) * result.batch * result.spacing
    cut, means = result.n_cut, scale * result.means
    if cut:
        ax.plot(middle[: cut + 1], means[: cut + 1], color=LIMIT, alpha=0.5, label="what MSER cuts")
    ax.plot(middle[cut:], means[cut:], color=PALETTE[0], label="what it keeps")
    ax.set(xlim=(0, None), ylim=(0, None))


def draw_statistic(ax: Axes, result: WarmUp) -> None:
    """The MSER statistic of each cut, and its minimum; relative to the minimum, unless that is zero."""
    cut = np.arange(len(result.statistic)) * result.batch * result.spacing
    least = float(result.statistic[result.n_cut])
    relative = result.statistic / least if least > 0 else result.statistic
    ax.plot(cut, relative, color=PALETTE[1], label="each cut tried")
    ax.plot([result.length], [relative[result.n_cut]], "o", color=PALETTE[1], label="the least")
    ax.set(xlim=(0, None), ylim=(0, None), ylabel="MSER, times the least" if least > 0 else "MSER")


def figure(result: WarmUp, *, title: str, what: str, scale: float, configured: float) -> Figure:
    """Series and statistic, stacked, over days.

    `what` names the series multiplied by `scale`, with its unit; `configured` is the run's warm-up.
    """
    drawing = new_figure(5.0)
    above, below = drawing.subplots(2, 1, sharex=True)
    draw_series(above, result, scale)
    above.set_ylabel(what)
    draw_statistic(below, result)
    below.set_xlabel("from the start of the run [days]")
    of_cut = "warm-up needed by MSER" if result.is_found else "the last cut tried"
    for ax in (above, below):
        ax.axvline(result.length, color=LIMIT, linestyle=":", label=of_cut)
        ax.axvline(configured, color=PALETTE[2], linestyle="--", label="warm-up of the run")
    asks = f"needs {counted(result.rounded_up, 'day')}" if result.is_found else "unknown: the run is too short"
    above.set_title(fill(f"{title}: {result.method.words} {asks}", _LONGEST))
    return legend_below(drawing, [above, below], columns=3)
