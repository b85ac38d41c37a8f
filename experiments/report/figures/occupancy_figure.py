"""How full each zone is over the measured days."""

from collections.abc import Sequence
from typing import Final

from experiments.report import style
from experiments.report.run_grids import limited, zone_heading
from experiments.report.stored_designs import Frame, Panel, Window
from experiments.report.style import Figure
from sim.units import MIN_PER_DAY

ZONES: Final = (
    "stands", "uld_positions", "breakdown", "customs_hold", "lanes", "dock_doors", "export_floor", "empty_ulds",
)  # fmt: skip
DATES: Final = 15
"""Most dates side by side, in all panels together."""


def figure(occupancy: Frame, panels: Sequence[Panel], window: Window) -> tuple[Figure, bool] | None:
    """A row for each zone with a limit, a column for each panel; and whether exports have one. None without zones."""
    labels = [point.label for panel in panels for point in panel.points]
    shown = limited(occupancy, ZONES, labels, window)
    mean = shown.groupby(["scenario", "zone", "time"], as_index=False)[["inside", "limit"]].mean()
    mean = mean.assign(day=mean["time"] / MIN_PER_DAY, share=100 * mean["inside"] / mean["limit"])
    series = {(str(zone), str(label)): rows for (label, zone), rows in mean.groupby(["scenario", "zone"])}
    zones = [zone for zone in ZONES if any(of_zone == zone for of_zone, _ in series)]
    if not zones:
        return None
    looks = style.lines(panels)
    drawing = style.new_figure(0.7 + 1.45 * len(zones))
    grid = drawing.subplots(len(zones), len(panels), squeeze=False)
    for zone, axes in zip(zones, grid, strict=True):
        top = max(float(rows["share"].max()) for (of_zone, _), rows in series.items() if of_zone == zone)
        for ax, panel in zip(axes, panels, strict=True):
            ax.axhline(100, color=style.LIMIT, linewidth=1, linestyle=":", label="limit")
            for point, name in zip(panel.points, panel.names, strict=True):
                if (rows := series.get((zone, point.label))) is not None:
                    ax.plot(rows["day"], rows["share"], **looks[name], label=name)
            ax.set_xlim(window.low / MIN_PER_DAY, window.high / MIN_PER_DAY)
            ax.set_ylim(0, max(108.0, top * 1.05))
            ax.set_title(zone_heading(zone) + (f" – {panel.title}" if panel.title else ""), fontsize=9)
            style.name_days(ax, window, round(window.high / MIN_PER_DAY), DATES // len(panels))
            ax.grid(axis="y", color="0.92")
        axes[0].set_ylabel("% of limit")
    style.legend_below(drawing, list(grid.flat), columns=5)
    return drawing, "empty_ulds" in zones
