"""People over a week: all roles stacked, and each role compared with its work."""

from collections.abc import Mapping, Sequence, Sized
from typing import Final

import numpy as np

from experiments.formatting import capitalised, role_name
from experiments.report import style
from experiments.report.figures.demand_figure import COLUMNS
from experiments.report.marks import steps
from experiments.report.style import Axes, Figure
from experiments.statistics.calendar_indices import WEEKDAYS
from sim.units import HOURS_PER_WEEK, Numbers

_HATCHES: Final = ("", "////", "....")
"""Hatches that distinguish roles of the same colour."""

Series = Sequence[float]
"""Values at equal parts of the week."""


def stacked(people: Mapping[str, Series]) -> Figure:
    """`people`: people at work, by role."""
    drawing, ax = style.panel(4.2)
    below = np.zeros(len(next(iter(people.values()))))
    looks = style.lines_of(list(people))
    colors = len({str(look["color"]) for look in looks.values()})
    for at, (role, at_work) in enumerate(people.items()):
        top = below + np.asarray(at_work)
        steps(ax, top, looks[role]["color"], edges=_edges(top), baseline=below, fill=True, edgecolor="white",
              linewidth=0.3, hatch=_HATCHES[at // colors % len(_HATCHES)], label=role_name(role))  # fmt: skip
        below = top
    _name_days(ax)
    ax.set(ylim=(0, 1.05 * float(below.max())), ylabel="people at work")
    return style.legend_below(drawing, [ax], columns=5)


def figure(curves: Mapping[str, tuple[Series, Series, Series]]) -> Figure:
    """A panel for each role: people busy with the expected work, people needed, and people planned."""
    drawing, axes = style.panels(len(curves), COLUMNS, 1.75, 0.4)
    for ax, (role, (busy, asked, planned)) in zip(axes, curves.items(), strict=True):
        edges = _edges(planned)
        steps(ax, planned, "0.85", edges=edges, fill=True, label="people at posts, planned")
        for values, color, width, label in (
            (asked, style.PALETTE[1], 1.3, "needed at the role's target utilisation"),
            (busy, style.PALETTE[0], 1.5, "busy with the expected work"),
        ):
            steps(ax, values, color, edges=edges, baseline=None, linewidth=width, label=label)
        ax.set_ylim(0, 1.1 * max(*planned, *asked, *busy, 1.0))
        ax.locator_params(axis="y", integer=True)
        ax.set_title(f"{capitalised(role_name(role))} [people]", fontsize=9)
        _name_days(ax)
    return style.legend_below(drawing, axes)


def _edges(values: Sized) -> Numbers:
    edges: Numbers = np.linspace(0, HOURS_PER_WEEK, len(values) + 1)
    return edges


def _name_days(ax: Axes) -> None:
    ax.set_xlim(0, HOURS_PER_WEEK)
    ax.set_axisbelow(True)
    ax.set_xticks(np.arange(0, HOURS_PER_WEEK, 24), WEEKDAYS, fontsize=8, ha="left")
    ax.grid(visible=True, axis="x", color="0.9", linewidth=0.8)
