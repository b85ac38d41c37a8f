"""How parcels leave after landing: the share gone by each hour after the drawn arrival."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from experiments.report import style
from experiments.report.stored_designs import Panel
from sim.units import MIN_PER_H

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STEP_H: Final = 0.25


@dataclass(frozen=True, slots=True)
class Curve:
    """Share [%] of the cohort's parcels that left by each of `Leaving.hours`."""

    name: str
    share: NDArray[np.float64]
    line: style.Line


@dataclass(frozen=True, slots=True)
class Leaving:
    title: str
    hours: NDArray[np.float64]
    curves: tuple[Curve, ...]
    service_h: float


def prepare(flights: "pd.DataFrame", loads: "pd.DataFrame", panels: tuple[Panel, ...]) -> tuple[Leaving, ...]:
    """All replications together; what has not left counts in the total, what customs took away does not."""
    drawn = style.lines(panels)
    cohort = flights[flights["is_cohort"]]
    totals = (cohort["n_parcels"] - cohort["n_refused"]).groupby(cohort["scenario"]).sum()
    n_parcels = {str(label): float(n) for label, n in totals.items()}
    arrived = cohort[["scenario", "replication", "number", "arrival"]].rename(columns={"number": "flight"})
    gone = loads[loads["departed"].notna()].merge(arrived, on=["scenario", "replication", "flight"])
    spent = {
        str(label): (
            (rows["departed"] - rows["arrival"]).to_numpy(dtype=np.float64) / MIN_PER_H,
            rows["n_parcels"].to_numpy(dtype=np.float64),
        )
        for label, rows in gone.groupby("scenario")
    }
    nothing = (np.zeros(0), np.zeros(0))
    found = []
    for panel in panels:
        service_h = panel.points[0].service_h
        edges = np.arange(0, 2 * service_h + STEP_H, STEP_H)
        curves = []
        for point, name in zip(panel.points, panel.names, strict=True):
            dwell, weight = spent.get(point.label, nothing)
            left = np.cumsum(np.histogram(dwell, bins=edges, weights=weight)[0])
            share = 100 * np.concatenate(([0.0], left)) / max(1.0, n_parcels.get(point.label, 0.0))
            curves.append(Curve(name, share, drawn[name]))
        found.append(Leaving(panel.title, edges, tuple(curves), service_h))
    return tuple(found)


def draw(ax: "Axes", result: Leaving) -> None:
    for curve in result.curves:
        ax.plot(result.hours, curve.share, color=curve.line.color, linestyle=curve.line.dash, label=curve.name)
    label = f"promised: {result.service_h:g} h"
    ax.axvline(result.service_h, color=style.LIMIT, linewidth=1, linestyle=":", label=label)
    ax.set_xlim(0, result.hours[-1])
    ax.set_ylim(0, 102)
    ax.set_xticks(np.arange(0, result.hours[-1] + 1, result.hours[-1] / 8))
    ax.set_xlabel("hours after the drawn arrival")
    ax.set_ylabel("parcels that have left, %")
    ax.set_title(result.title)
    ax.grid(color="0.92")


def figure(result: tuple[Leaving, ...]) -> "Figure":
    drawing = style.new_figure(3.9)
    axes = list(drawing.subplots(1, len(result), squeeze=False, sharey=True).flat)
    for ax, leaving in zip(axes, result, strict=True):
        draw(ax, leaving)
    for ax in axes[1:]:
        ax.set_ylabel("")
    style.legend_below(drawing, axes)
    return drawing
