"""The on-time share under each arrival model: how much the answer depends on the times of flights."""

from collections.abc import Sequence
from typing import Final

from experiments.formatting import share_text
from experiments.grouping import grouped
from experiments.report import style
from experiments.report.design_names import arrivals_name
from experiments.report.marks import errorbar
from experiments.report.sentences import means_of
from experiments.report.stored_designs import NamedDesign
from experiments.report.style import Figure
from experiments.statistics.criterion import LEAST_ON_TIME
from experiments.statistics.interval import Values

MARKERS: Final = ("o", "s", "^", "D")
SPREAD: Final = 0.24


def figure(points: Sequence[NamedDesign], values: Values) -> Figure | None:
    """Designs that were run under several arrival models; None if there are none."""
    groups = grouped((f"{point.site}, {point.traffic}", point) for point in points)
    groups = {name: group for name, group in groups.items() if len({point.arrivals for point in group}) > 1}
    if not groups:
        return None
    drawing, ax = style.panel(1.4 + 0.6 * len(groups))
    label = f"carries: {share_text(LEAST_ON_TIME)}"
    ax.axvline(100 * LEAST_ON_TIME, color=style.LIMIT, linewidth=1, linestyle=":", label=label)
    models = list(dict.fromkeys(point.arrivals for group in groups.values() for point in group))
    for at, model in enumerate(models):
        offset = SPREAD * (at - (len(models) - 1) / 2)
        rows, shares = zip(*(
            (row + offset, values[point.label]["on_time_share"].within(0.0, 1.0).scaled(100))
            for row, group in enumerate(groups.values())
            for point in group
            if point.arrivals == model
        ), strict=True)  # fmt: skip
        errorbar(ax, shares, rows, fmt=MARKERS[at % 4], color=style.PALETTE[at % len(style.PALETTE)],
                 capsize=3, markersize=5, label=arrivals_name(model))  # fmt: skip
    ax.set_yticks(range(len(groups)), list(groups))
    ax.set(ylim=(len(groups) - 0.5, -0.5), xlim=(-2, 102))
    ax.set_xlabel(f"parcels on time, %, {means_of(values[points[0].label]['on_time_share'].n)}")
    ax.grid(axis="x", color="0.92")
    return style.legend_below(drawing, [ax])
