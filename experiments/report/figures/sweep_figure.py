"""Line chart of a sweep: a KPI over one swept number, with a line for each combination of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from experiments.report import style
from experiments.report.key_names import heading_of_key, with_value
from experiments.report.style import Figure
from experiments.statistics import Interval
from sim.names import number_of

_MOST_TICKS: Final = 12


@dataclass(frozen=True, slots=True)
class SweepChart:
    """Lines by name, each with x values and intervals."""

    x_name: str
    y_name: str
    x_labels: tuple[str, ...] | None
    """Names of the x values, if they are not numbers."""
    lines: dict[str, list[tuple[float, Interval]]]
    notes: tuple[tuple[float, float, str], ...] = ()
    """Texts at points."""

    @classmethod
    def of(
        cls,
        varied: Sequence[str],
        values: Sequence[tuple[str, ...]],
        intervals: Sequence[Interval],
        *,
        what: str,
        notes: Sequence[str] = (),
    ) -> "SweepChart":
        """Points in rows; the x axis is the first swept key with only numbers, otherwise the first key."""
        numeric = [i for i in range(len(varied)) if all(number_of(row[i]) is not None for row in values)]
        axis = numeric[0] if numeric else 0
        names = list(dict.fromkeys(row[axis] for row in values)) if varied else ["all"]
        at = [(float(row[axis]) if numeric else float(names.index(row[axis]))) if varied else 0.0 for row in values]
        lines: dict[str, list[tuple[float, Interval]]] = {}
        for x, row, interval in zip(at, values, intervals, strict=True):
            pairs = enumerate(zip(varied, row, strict=True))
            rest = ", ".join(with_value(key, value) for i, (key, value) in pairs if i != axis)
            lines.setdefault(rest, []).append((x, interval))
        noted = tuple((x, y.mean, note) for x, y, note in zip(at, intervals, notes, strict=False) if note)
        x_name = heading_of_key(varied[axis]) if varied else ""
        for points in lines.values():
            points.sort(key=lambda point: point[0])
        return cls(x_name, what, None if numeric else tuple(names), lines, noted)


def figure(chart: SweepChart) -> Figure:
    columns = 3 if max((len(name) for name in chart.lines), default=0) < 40 else 2
    drawing, ax = style.panel(4.6 + 0.2 * (len(chart.lines) // columns))
    looks = style.lines_of(list(chart.lines))
    for name, points in chart.lines.items():
        x, means = [x for x, _ in points], [interval.mean for _, interval in points]
        ax.plot(x, means, marker="o", markersize=4, **looks[name], label=name or None)
        if band := [(a, *interval.bounds) for a, interval in points if interval.bounds is not None]:
            lows, highs = [b[1] for b in band], [b[2] for b in band]
            ax.fill_between([b[0] for b in band], lows, highs, color=looks[name]["color"], alpha=0.2, linewidth=0)
    ticks = sorted({point[0] for points in chart.lines.values() for point in points})
    if chart.x_labels is None and len(ticks) <= _MOST_TICKS:
        ax.set_xticks(ticks, [f"{x:g}" for x in ticks])
    if chart.x_labels is not None:
        ax.set_xticks(range(len(chart.x_labels)), chart.x_labels, rotation=30 if len(chart.x_labels) > 6 else 0)
    for at, y, note in chart.notes:
        style.note(ax, note, (at, y), (0, -7), 7.5, ha="center", va="top")
    if chart.notes:
        ax.margins(x=0.08)
        ax.set_ylim(bottom=0)
    ax.set(xlabel=chart.x_name, ylabel=chart.y_name)
    ax.grid(color="0.92")
    return style.legend_below(drawing, [ax], columns=columns)
