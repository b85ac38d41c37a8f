"""The picture of a warm-up: the series with its cut, and the statistic that chose it."""

from typing import TYPE_CHECKING

import numpy as np

from experiments.report.style import LIMIT, PALETTE, look, new_figure, svg
from experiments.statistics.warmup import WarmUp

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_series(ax: "Axes", result: WarmUp) -> None:
    """The batches' means at their middles; what is cut is grey."""
    middle = (np.arange(len(result.means)) + 0.5) * result.batch * result.spacing
    cut = result.n_cut
    ax.plot(middle[: cut + 1], result.means[: cut + 1], color=LIMIT, alpha=0.5, label="cut")
    ax.plot(middle[cut:], result.means[cut:], color=PALETTE[0], label="kept")
    ax.axvline(result.length, color=LIMIT, linestyle=":")
    ax.set_xlim(left=0)
    ax.legend()


def draw_statistic(ax: "Axes", result: WarmUp) -> None:
    """The MSER statistic of each cut that was tried, and the least."""
    cut = np.arange(len(result.statistic)) * result.batch * result.spacing
    ax.plot(cut, result.statistic, color=PALETTE[1])
    ax.plot([result.length], [result.statistic[result.n_cut]], "o", color=PALETTE[1], label="least")
    ax.axvline(result.length, color=LIMIT, linestyle=":")
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.set_ylabel(f"MSER-{result.batch}")
    ax.legend()


def warmup_svg(result: WarmUp, *, what: str, unit: str) -> bytes:
    """Both as SVG, one below the other; `what` names the series with its unit, `unit` that of time."""
    with look():
        figure = new_figure(5.0)
        above, below = figure.subplots(2, 1, sharex=True)
        draw_series(above, result)
        above.set_ylabel(what)
        draw_statistic(below, result)
        below.set_xlabel(f"from the start [{unit}]")
        verdict = f"warm-up of {result.length:.3g} {unit}" if result.is_found else "too short to tell a warm-up"
        above.set_title(verdict)
        return svg(figure)
