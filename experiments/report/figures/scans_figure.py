"""Times from stage to stage: scanned and simulated, a panel for each stage."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.report import style
from experiments.report.style import Axes, Figure
from sim.units import Numbers


@dataclass(frozen=True, slots=True)
class StagePanel:
    """A stage: the times [min] below which given shares of parcels lie."""

    title: str
    scanned: Numbers
    simulated: Numbers
    shares: Numbers


def figure(panels: Sequence[StagePanel]) -> Figure:
    return style.each_drawn(_draw, panels, 2, 2.4, 0.4)


def _draw(ax: Axes, panel: StagePanel) -> None:
    for times, label, color in (
        (panel.scanned, "scanned", style.PALETTE[1]), (panel.simulated, "simulated", style.PALETTE[0]),
    ):  # fmt: skip
        ax.plot(times, 100 * panel.shares, label=label, color=color)
    ax.set(title=panel.title, xlabel="min", ylabel="% below", ylim=(0, 100))
