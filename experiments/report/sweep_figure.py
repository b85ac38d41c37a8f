"""The line chart of a sweep: a KPI over one swept number, a line for each combination of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Ends = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class SweepChart:
    """Lines by name, each its x, means, and interval ends (None with one replication)."""

    x_name: str
    y_name: str
    x_labels: tuple[str, ...] | None
    """Names of the x values, if they are not numbers."""
    lines: dict[str, list[tuple[float, float, _Ends]]]

    @classmethod
    def of(
        cls,
        varied: Sequence[str],
        values: Sequence[tuple[str, ...]],
        means: Sequence[float],
        ends: Sequence[_Ends],
        *,
        what: str,
    ) -> "SweepChart":
        """Points in rows: the first swept key that is a number throughout goes along the x axis, else the first."""
        numeric = [i for i in range(len(varied)) if all(_is_number(row[i]) for row in values)]
        axis = numeric[0] if numeric else 0
        names = list(dict.fromkeys(row[axis] for row in values)) if varied else ["all"]
        lines: dict[str, list[tuple[float, float, _Ends]]] = {}
        for row, mean, both in zip(values, means, ends, strict=True):
            rest = ", ".join(
                f"{key}={value}" for i, (key, value) in enumerate(zip(varied, row, strict=True)) if i != axis
            )
            x = (float(row[axis]) if numeric else float(names.index(row[axis]))) if varied else 0.0
            lines.setdefault(rest, []).append((x, mean, both))
        x_name = varied[axis] if varied else ""
        return cls(x_name, what, None if numeric else tuple(names), {k: sorted(v) for k, v in lines.items()})


def draw(ax: "Axes", chart: SweepChart) -> None:
    for name, points in chart.lines.items():
        x = [point[0] for point in points]
        (line,) = ax.plot(x, [point[1] for point in points], marker="o", label=name or None)
        band = [(a, low, high) for a, _, (low, high) in points if low is not None and high is not None]
        if band:
            lows, highs = [b[1] for b in band], [b[2] for b in band]
            ax.fill_between([b[0] for b in band], lows, highs, color=line.get_color(), alpha=0.2, linewidth=0)
    if chart.x_labels is not None:
        ax.set_xticks(range(len(chart.x_labels)), chart.x_labels)
    ax.set_xlabel(chart.x_name)
    ax.set_ylabel(chart.y_name)
    ax.grid(alpha=0.3)
    if any(chart.lines):
        ax.legend(fontsize="small")


def write_chart(path: Path, chart: SweepChart) -> None:
    """Draw the chart into an SVG file, whole or not at all."""
    import io

    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    from experiments.store.files import write_whole

    with rc_context({"svg.hashsalt": "cargohub"}):
        figure = Figure(figsize=(7.5, 4.5), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.subplots(), chart)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, drawn.getvalue())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
