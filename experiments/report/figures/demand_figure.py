"""Demand curves: what work wants of each role and piece of equipment over the week, against what is there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from experiments.formatting import resource_heading
from experiments.report import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HOURS: Final = 168
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COLUMNS: Final = 3
_ROLES: Final = {
    "unloading": "Unloading crews", "tugs": "Tug drivers", "breakdown": "Break-down", "induction": "Induction",
    "handcoding": "Hand-coding", "packout": "Pack-out", "manual_sort": "Manual sort",
    "customs": "Customs officers", "xray": "X-ray of parcels", "transit": "Transit documents",
    "uld_xray": "X-ray of whole ULDs", "docks": "Truck loading",
    "docks_in": "Collections' unloading", "screening": "Screening of exports", "hand_sorting": "Exports sorted by hand",
    "build_up": "Build-up", "outbound_tugs": "Outbound tug drivers",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Curve:
    """One role or piece of equipment by hour of the week (168), NaN where nothing was measured; over replications."""

    title: str
    wanted: NDArray[np.float64]
    """Mean."""
    highest: NDArray[np.float64]
    """The highest of all replications."""
    in_use: NDArray[np.float64]
    there: NDArray[np.float64]


def prepare(curves: "pd.DataFrame", label: str) -> tuple[Curve, ...]:
    """The curves of one design, roles first."""
    mine = curves[curves["scenario"] == label]
    found = []
    for _, rows in mine.groupby("order", sort=True):
        first = rows.iloc[0]
        by_hour = rows.groupby("hour").agg(
            {"wanted_mean": "mean", "wanted_highest": "max", "in_use_mean": "mean", "there_mean": "mean"}
        )
        by_hour = by_hour.reindex(range(HOURS))
        name = str(first["name"])
        what = _ROLES.get(name, name.replace("_", " ").capitalize()) if first["is_role"] else resource_heading(name)
        found.append(
            Curve(f"{what} [{first['unit']}]", *(by_hour[column].to_numpy(dtype=np.float64) for column in by_hour))
        )
    return tuple(found)


def draw(ax: "Axes", curve: Curve) -> None:
    edges = np.arange(HOURS + 1)
    ax.stairs(curve.highest, edges, color=style.PALETTE[4], linewidth=0.8, label="wanted, highest")
    ax.stairs(curve.in_use, edges, fill=True, color="0.85", label="in use, mean")
    ax.stairs(curve.wanted, edges, color=style.PALETTE[0], linewidth=1.5, label="wanted, mean")
    ax.stairs(
        curve.there, edges, color=style.PALETTE[1], linewidth=1.3, baseline=None, label="people on the roster, or units"
    )
    # A rare peak far beyond all people must not flatten the rest.
    known = np.concatenate((curve.wanted, curve.there, np.minimum(curve.highest, 2 * np.nanmax(curve.there))))
    top = float(np.nanmax(known)) if known.size else 1.0
    ax.set_ylim(0, 1.08 * top or 1.0)
    ax.set_xlim(0, HOURS)
    ax.set_axisbelow(True)
    ax.set_xticks(np.arange(12, HOURS, 24), DAYS, fontsize=8)
    ax.tick_params(axis="x", length=0)
    ax.set_xticks(np.arange(24, HOURS, 24), minor=True)
    ax.grid(visible=True, axis="x", which="minor", color="0.9", linewidth=0.8)
    ax.tick_params(axis="y", labelsize=8)
    ax.set_title(curve.title, fontsize=9)


def figure(curves: tuple[Curve, ...]) -> "Figure":
    n_rows = -(-len(curves) // COLUMNS)
    drawing = style.new_figure(1.75 * n_rows + 0.4)
    axes = list(drawing.subplots(n_rows, COLUMNS, squeeze=False).flat)
    for ax, curve in zip(axes, curves, strict=False):
        draw(ax, curve)
    for ax in axes[len(curves) :]:
        ax.remove()
    drawing.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=4, fontsize=8.5)
    return drawing
