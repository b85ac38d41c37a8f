"""The value of a m² by demand: a panel for each zone, a mark for each step, the rent as a line."""

from collections.abc import Mapping, Sequence
from typing import Final

from experiments.formatting import whole
from experiments.report import style
from experiments.report.marks import errorbar
from experiments.report.style import Axes, Figure
from experiments.statistics import Interval

LINEAR_TO: Final = 100
"""EUR per m² and year up to which the axis is linear; beyond, it is logarithmic."""
_ROOMY: Final = 5
"""Multiple of LINEAR_TO up to which half of it has room for a label."""
_COLUMNS: Final = 3
_MARKS: Final = "osD^v<>P"
_APART: Final = 0.12
"""Distance between the steps of a demand, as a share of that between demands."""


Worths = Sequence[Sequence[Interval]]
"""For a zone: by demand, the value of each step [EUR/m²/year]."""


def figure(demands: Sequence[float], zones: Mapping[str, Worths], rent: float) -> Figure:
    """The figure; `zones`: by the titles of their panels."""
    drawn, axes = style.panels(len(zones), _COLUMNS, 2.7, 0.9)
    for ax, (title, worths) in zip(axes, zones.items(), strict=True):
        draw(ax, title, demands, worths, rent)
    drawn.supylabel("EUR a m² and year", fontsize=9.5)
    return style.legend_below(drawn, axes)


def draw(ax: Axes, title: str, demands: Sequence[float], by_demand: Worths, rent: float) -> None:
    n_steps = len(by_demand[0])
    for step in range(n_steps):
        worth = [steps[step] for steps in by_demand]
        at = [i + _APART * (step - (n_steps - 1) / 2) for i in range(len(worth))]
        color = style.PALETTE[step % len(style.PALETTE)]
        errorbar(ax, at, worth, fmt=_MARKS[step % len(_MARKS)], color=color, markersize=4.5, elinewidth=1.1,
                 capsize=2.5, label=f"step {step + 1}")  # fmt: skip
    ax.axhline(rent, color=style.LIMIT, linestyle="--", linewidth=1.0, label=f"what a m² costs: {whole(rent)}")
    ax.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    ax.set_xticks(range(len(demands)), [f"{demand:g}" for demand in demands])
    ax.set(xlim=(-0.5, len(demands) - 0.5), xlabel="flights a day", title=title)
    # Values range over three orders of magnitude and both signs, from rents to losses of an overloaded hub.
    ax.margins(y=0.12)
    ax.set_yscale("symlog", linthresh=LINEAR_TO)
    shown = ax.get_ylim()
    ax.set_yticks(_ticks(shown), minor=False)
    ax.set_ylim(shown)
    ax.yaxis.set_major_formatter(style.NUMBERS)


def _ticks(shown: tuple[float, float]) -> list[float]:
    """Ticks at zero, at decades of the logarithmic part, and halfway through the linear part if there is room."""
    decades = [LINEAR_TO * 10.0**power for power in range(10)]
    sizes = [LINEAR_TO / 2, *decades] if max(map(abs, shown)) < _ROOMY * LINEAR_TO else decades
    return [at for at in (*(-size for size in reversed(sizes)), 0.0, *sizes) if shown[0] <= at <= shown[1]]
