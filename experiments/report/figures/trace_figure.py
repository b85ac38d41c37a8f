"""Picture of a trace: work and waiting of each of its parts over time, a row for each part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from experiments.formatting import waited_for
from experiments.report import style
from experiments.report.style import Figure
from sim.measures.tracing.causes import CAUSES
from sim.measures.tracing.segments import Segment
from sim.units import MIN_PER_H

WORK: Final = "0.82"
_COLORS: Final = (*style.PALETTE, "#F0E442", "#8B5A2B", "#7F3C8D", "#A5AA99", "#66A61E")
"""Yellow is faint as a line, but clear as a bar."""
_ROW_IN: Final = 0.16


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar [h from the origin]; `resource` None: work."""

    start: float
    length: float
    resource: str | None


@dataclass(frozen=True, slots=True)
class Gantt:
    title: str
    since: str
    rows: tuple[tuple[str, tuple[Bar, ...]], ...]
    """Rows from top to bottom."""
    colors: dict[str, str]
    """Colours by resource, in the order of the legend."""


def prepare(rows: Sequence[tuple[str, Sequence[Segment]]], origin: float, title: str, since: str) -> Gantt:
    """Rows of segments [min] as bars; `since` describes the origin.

    The resources that cost most time have the clearest colours.
    """
    total: dict[str, float] = {}
    drawn = []
    for label, segments in rows:
        bars = []
        for segment in segments:
            if (resource := CAUSES[segment.cause].resource) is not None:
                total[resource] = total.get(resource, 0.0) + segment.minutes
            bars.append(Bar((segment.start - origin) / MIN_PER_H, segment.minutes / MIN_PER_H, resource))
        drawn.append((label, tuple(bars)))
    order = sorted(total, key=lambda name: (-total[name], name))
    colors = {name: _COLORS[at % len(_COLORS)] for at, name in enumerate(order)}
    return Gantt(title, since, tuple(drawn), colors)


def figure(result: Gantt) -> Figure:
    drawing, ax = style.panel(1.4 + max(3, len(result.rows)) * _ROW_IN)
    for at, (_, bars) in enumerate(result.rows):
        for resource in (None, *result.colors):
            spans = [(bar.start, bar.length) for bar in bars if bar.resource == resource]
            label = "work" if resource is None else f"waits: {waited_for(resource)}"
            color = WORK if resource is None else result.colors[resource]
            if spans:
                ax.broken_barh(spans, (at - 0.4, 0.8), facecolors=color, linewidth=0, label=label)
    ax.set_ylim(len(result.rows) - 0.5, -0.5)
    ax.set_yticks(range(len(result.rows)), [label for label, _ in result.rows])
    ax.tick_params(axis="y", labelsize=7.5, length=0)
    ax.set(xlim=(0, None), xlabel=f"hours after {result.since}", title=result.title)
    ax.grid(axis="x", color="0.92")
    ax.set_axisbelow(True)
    return style.legend_below(drawing, [ax])
