"""Where a parcel spends its hours: mean time in each stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.formatting import number
from experiments.report import style
from experiments.report.stored_designs import Frame, Panel, Window
from experiments.report.style import Axes, Figure
from experiments.statistics.interval import Values
from sim.kernels.tallies import LONGEST_MIN
from sim.units import MIN_PER_H, NEVER, Numbers

STAGES: Final = {
    "before": ("to the hall (stand, unloading, tug)", "#000000", ""),
    "position": ("in a ULD position", "#999999", ""),
    "breakdown": ("break-down", "#E69F00", ""),
    "sorting": ("sorting", "#0072B2", ""),  # and in second chutes
    "handcoding": ("hand-coding", "#CC79A7", "//"),
    "manual_sort": ("manual sort", "#CC79A7", "xx"),
    "customs_hold": ("customs hold", "#D55E00", ".."),
    "packout": ("pack-out", "#F0E442", "xx"),
    "transfer": ("between halls", "#999999", "//"),
    "lane": ("in the lane, waiting to be loaded", "#56B4E9", ""),
    "loading": ("loading", "#009E73", ""),
    "build_up_of_imports": ("build-up for the next flight", "#009E73", "xx"),
    "built": ("on a built ULD, until off-block", "#56B4E9", "//"),
}
"""Label, colour and hatch."""
_SECOND_CHUTES: Final = "second_chutes"
"""Chutes that lead to another machine."""
_OF_SOME: Final = ("transfer", "build_up_of_imports", "built")
"""Stages that are left out if no parcel passes them."""
_MORE: Final = "at least "
_NAME: Final = 45
"""Largest length of a line of a design's name, beside which bars and their texts have room [letters]."""
DWELL_KPI: Final = "dwell_mean_h"
DWELL: Final = "mean dwell of all parcels that arrived"


@dataclass(frozen=True, slots=True)
class Bars:
    """Mean hours of a parcel (designs, stages), and the mean dwell for the text (designs)."""

    title: str
    names: tuple[str, ...]
    stages: tuple[str, ...]
    hours: Numbers
    dwell_h: Numbers
    """Mean dwell of all parcels that arrived in the measured days; NaN if not known."""
    is_lower_bound: tuple[bool, ...]
    """Whether some of these parcels were still inside when the run ended."""
    has_longer: tuple[bool, ...]
    """Whether some stays were longer than three days, and count as three days in `hours`."""


def prepare(tables: Mapping[str, Frame], panels: tuple[Panel, ...], window: Window, values: Values) -> tuple[Bars, ...]:
    """Stays that began in the measured days, over all parcels broken down in these, also those that pass no stage."""
    stages = tables["stages"]
    counted = stages[stages["stage"] == "breakdown"].groupby("scenario")["n_parcels"].sum()
    longest = stages[stages["stage"].isin([*STAGES, _SECOND_CHUTES]) & (stages["minute"] == LONGEST_MIN)]
    with_longer = set(longest["scenario"])
    means = _hours(tables, window).div(counted.where(counted > 0), axis=0)
    shown = [stage for stage in STAGES if stage not in _OF_SOME or (means[stage] > 0).any()]

    def of(panel: Panel) -> Bars:
        labels = [point.label for point in panel.points]
        hours = means.reindex(labels)[shown].fillna(0.0).to_numpy(dtype=float)
        dwells = [values[label].get(DWELL_KPI) for label in labels]
        mean_h = np.array([np.nan if dwell is None else dwell.mean for dwell in dwells])
        is_bound = tuple(dwell is not None and dwell.is_lower_bound for dwell in dwells)
        has_longer = tuple(label in with_longer for label in labels)
        names = tuple(style.in_lines(name, _NAME) for name in panel.names)
        return Bars(panel.title, names, tuple(shown), hours, mean_h, is_bound, has_longer)

    return tuple(map(of, panels))


def draw(ax: Axes, result: Bars) -> None:
    rows = np.arange(len(result.names))
    left = np.zeros(len(rows))
    for stage, width in zip(result.stages, result.hours.T, strict=True):
        label, color, hatch = STAGES[stage]
        ax.barh(rows, width, left=left, height=0.62, color=color, hatch=hatch, edgecolor="white", linewidth=0.6,
                label=label)  # fmt: skip
        left = left + width
    ax.scatter(result.dwell_h, rows, marker="D", s=26, facecolor="white", edgecolor="black", zorder=3, label=DWELL)
    bounds = zip(result.is_lower_bound, result.has_longer, strict=True)
    for row, total, dwell, (is_bound, has_longer) in zip(rows.tolist(), left, result.dwell_h, bounds, strict=True):
        mean = f"\nmean dwell {_MORE if is_bound else ''}{number(dwell, 1)} h"
        text = f"stages {_MORE if has_longer else ''}{number(total, 1)} h" + ("" if np.isnan(dwell) else mean)
        end = max(total, 0.0 if np.isnan(dwell) else dwell)
        style.note(ax, text, (end, row), (8, 0), 7, va="center")
    ax.set_yticks(rows, list(result.names))
    ax.invert_yaxis()
    ax.margins(x=0.5)  # room for the longest text beside the longest bar
    ax.set(xlim=(0, None), xlabel="mean hours in a stage, for each parcel broken down in the measured days")
    ax.set_title(result.title)


def figure(result: tuple[Bars, ...]) -> Figure:
    heights = [0.9 + sum(0.32 + 0.14 * name.count("\n") for name in bars.names) for bars in result]
    drawing = style.new_figure(sum(heights))
    grid = drawing.subplots(len(result), 1, squeeze=False, height_ratios=heights)
    for ax, bars in zip(grid.flat, result, strict=True):
        draw(ax, bars)
    return style.room_for_legend(style.legend_below(drawing, grid.flat))


def _hours(tables: Mapping[str, Frame], window: Window) -> Frame:
    """Parcel-hours by design and stage; a stay of n whole minutes counts n + 1/2.

    The stages before the hall and in the position are those of ULDs broken down in the measured days, that after
    build-up is of ULDs of imports built in these.
    """
    stages, ulds, flights, out_ulds = (tables[name] for name in ("stages", "ulds", "flights", "out_ulds"))
    spent = stages.assign(hours=(stages["minute"] + 0.5) * stages["n_parcels"] / MIN_PER_H)
    spent["stage"] = spent["stage"].replace(_SECOND_CHUTES, "sorting")
    hours = spent.groupby(["scenario", "stage"])["hours"].sum().unstack()
    columns = ["scenario", "replication", "flight", "n_parcels", "placed", "start"]
    arrived = flights[["scenario", "replication", "number", "arrival"]].rename(columns={"number": "flight"})
    moved = ulds.loc[window.covers(ulds["start"]), columns]
    moved = moved.merge(arrived, on=["scenario", "replication", "flight"], how="left")
    built = out_ulds[window.covers(out_ulds["built"]) & (out_ulds["route"] != NEVER)]
    for stage, rows, begin, end in (
        ("before", moved, "arrival", "placed"),
        ("position", moved, "placed", "start"),
        ("built", built, "built", "departed"),
    ):
        waited = (rows[end] - rows[begin]) * rows["n_parcels"] / MIN_PER_H
        hours[stage] = waited.groupby(rows["scenario"]).sum()
    return hours.reindex(columns=list(STAGES))
