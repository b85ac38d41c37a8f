"""How parcels leave: the share that has left by each hour after the drawn arrival."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from experiments.formatting import hours_text
from experiments.report import style
from experiments.report.stored_designs import Frame, NamedDesign, Panel
from experiments.report.style import Figure
from sim.units import MIN_PER_H

STEP_H: Final = 0.25
Hours: TypeAlias = NDArray[np.float64]
"""Shape (H,)."""


def prepare(flights: Frame, loads: Frame, points: Sequence[NamedDesign]) -> tuple[Hours, Mapping[str, Hours]]:
    """Hours, up to twice the first design's promise, and the share that has left by then [%], by label.

    All replications are counted together. The total includes parcels that have not left, but not those that customs
    took away; NaN where no parcel arrived.
    """
    cohort = flights[flights["is_cohort"]]
    totals = (cohort["n_parcels"] - cohort["n_refused"]).groupby(cohort["scenario"]).sum()
    hours = np.arange(0, 2 * points[0].service_h + STEP_H, STEP_H)
    shares = {}
    for point in points:
        came = cohort[cohort["scenario"] == point.label]
        gone = loads.loc[loads["scenario"] == point.label, ["replication", "flight", "departed", "n_parcels"]]
        numbers = (flights[name].to_numpy() for name in ("replication", "number"))
        arrival = np.full([1 + int(number.max(initial=0)) for number in numbers], np.nan)
        arrival[came["replication"], came["number"]] = came["arrival"]
        stayed = (gone["departed"] - arrival[gone["replication"], gone["flight"]]) / MIN_PER_H
        is_counted = stayed.notna()
        left = np.cumsum(np.histogram(stayed[is_counted], bins=hours, weights=gone.loc[is_counted, "n_parcels"])[0])
        shares[point.label] = 100 * np.concatenate(([0.0], left)) / (totals.get(point.label, 0) or np.nan)
    return hours, shares


def figure(flights: Frame, loads: Frame, panels: Sequence[Panel]) -> Figure:
    looks = style.lines(panels)
    drawing = style.new_figure(3.9)
    axes = list(drawing.subplots(1, len(panels), squeeze=False, sharey=True).flat)
    for ax, panel in zip(axes, panels, strict=True):
        service_h = panel.points[0].service_h
        hours, shares = prepare(flights, loads, panel.points)
        for point, name in zip(panel.points, panel.names, strict=True):
            ax.plot(hours, shares[point.label], **looks[name], label=name)
        label = f"promised: {hours_text(service_h)}"
        ax.axvline(service_h, color=style.LIMIT, linewidth=1, linestyle=":", label=label)
        ax.set(xlim=(0, hours[-1]), ylim=(0, 102))
        n_parts = 8 if len(panels) < 3 else 4  # narrow panels have room for fewer numbers
        ax.set_xticks(np.arange(0, hours[-1] + 1, hours[-1] / n_parts))
        ax.set(xlabel="hours after the drawn arrival", title=panel.title)
        ax.grid(color="0.92")
    axes[0].set_ylabel("parcels that\nhave left, %")
    return style.legend_below(drawing, axes)
