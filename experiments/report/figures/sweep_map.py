"""Map of a sweep over two keys: a cell for each point, whose KPI is shown as number and colour."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments import formatting
from experiments.interval_text import amount, interval_of
from experiments.money.kpis import KPIS
from experiments.report import style
from experiments.report.key_names import heading_of_key
from experiments.report.marks import draw_cells
from experiments.report.style import Axes, Figure
from experiments.statistics.interval import Value
from sim.units import Numbers

MAPPED: Final = ("on_time_share", "dwell_mean_h")
MOST_WRITTEN: Final = 150
"""Largest number of cells with room for numbers."""
_VERDICT: Final = {True: "unstable", None: "undecided", False: ""}
_LETTERS: Final = 36
"""Longest names side by side below a map; names that are longer together are slanted."""


@dataclass(frozen=True, slots=True)
class SweepMap:
    """Dimensions: R values of the second key, from below; C values of the first. NaN: no such point."""

    title: str
    x_name: str
    x_values: tuple[str, ...]
    y_name: str
    y_values: tuple[str, ...]
    mean: Numbers
    """(R, C), in per cent for a share, otherwise in the KPI's unit."""
    texts: NDArray[np.str_]
    """(R, C), mean, interval and verdict: unstable or undecided; empty without a point."""
    ends: tuple[float, float]
    """Ends of the colour scale."""


def maps_of(
    varied: Sequence[str],
    values: Sequence[tuple[str, ...]],
    kpis: Sequence[Mapping[str, Value]],
    is_unstable: Sequence[bool | None],
) -> Iterator[SweepMap]:
    """A map for each KPI; none unless exactly two keys were swept, each over several values."""
    if len(varied) != 2:
        return
    columns, rows = (list(dict.fromkeys(row[at] for row in values)) for at in (0, 1))
    shape = (len(rows), len(columns))
    for name in MAPPED:
        kpi = KPIS[name]
        scale, unit = style.drawn_as(kpi.unit)
        mean, texts = np.full(shape, np.nan), np.full(shape, "", dtype="U80")
        for (x, y), of_point, grows in zip(values, kpis, is_unstable, strict=True):
            at = rows.index(y), columns.index(x)
            value = of_point[name]
            mean[at] = scale * value.mean
            lines = amount(value, with_unit=False), interval_of(value), _VERDICT[grows]
            texts[at] = "\n".join(filter(None, lines)).replace(" %", "")
        ends = (0.0, 100.0) if kpi.unit == "1" else (0.0, float(np.nanmax(mean)) or 1.0)
        title = f"{formatting.kpi_name(name)}, {unit}"
        title += ", 95 % interval" if any(of_point[name].bounds for of_point in kpis) else ""
        yield SweepMap(title, heading_of_key(varied[0]), tuple(columns), heading_of_key(varied[1]), tuple(rows), mean,
                 texts, ends)  # fmt: skip


def draw(ax: Axes, result: SweepMap) -> None:
    is_written = result.mean.size <= MOST_WRITTEN
    texts = result.texts if is_written else np.full_like(result.texts, "")
    is_crowded = len(result.x_values) * max(map(len, result.x_values)) > _LETTERS
    slanted = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if is_crowded else None
    drawn = draw_cells(
        ax, result.mean, texts, result.y_values, result.x_values, size=7.5, ends=result.ends, heads=slanted,
        cmap="viridis_r",  # darker is more, as in all maps
    )  # fmt: skip
    ax.invert_yaxis()
    ax.set(xlabel=result.x_name, ylabel=result.y_name, title=result.title)
    if not is_written:
        ax.figure.colorbar(drawn, ax=ax)


def figure(maps: Sequence[SweepMap]) -> Figure:
    """The maps, side by side."""
    n_rows, n_columns = maps[0].mean.shape
    drawing = style.new_figure(1.3 + 0.55 * n_rows, max(style.WIDTH_IN, 1.6 + 0.75 * n_columns * len(maps)))
    for ax, each_map in zip(drawing.subplots(1, len(maps), squeeze=False)[0], maps, strict=True):
        draw(ax, each_map)
    return drawing
