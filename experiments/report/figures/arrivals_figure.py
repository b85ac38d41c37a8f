"""The share in time under each arrival model: how much the answer rests on when flights come."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from experiments.report import style
from experiments.report.points import ARRIVALS, Point, Values
from experiments.report.sentences import LEAST_ON_TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS: Final = ("o", "s", "^", "D")
SPREAD: Final = 0.24


@dataclass(frozen=True, slots=True)
class Model:
    """Share in time [%] under one arrival model, by group; the bounds are the mean without an interval."""

    name: str
    position: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    groups: tuple[str, ...]
    models: tuple[Model, ...]
    threshold: float


def prepare(points: tuple[Point, ...], values: Values) -> Sensitivity | None:
    """Designs that were run under several arrival models; None if there are none."""
    groups: dict[str, list[Point]] = {}
    for point in points:
        groups.setdefault(f"{point.site}, {point.traffic}", []).append(point)
    groups = {name: mine for name, mine in groups.items() if len({point.arrivals for point in mine}) > 1}
    if not groups:
        return None
    names = list(dict.fromkeys(point.arrivals for mine in groups.values() for point in mine))
    models = []
    for at, name in enumerate(names):
        offset = SPREAD * (at - (len(names) - 1) / 2)
        rows = [
            (row + offset, *_reach(values, point))
            for row, mine in enumerate(groups.values())
            for point in mine
            if point.arrivals == name
        ]
        position, mean, low, high = np.array(rows, dtype=np.float64).T
        models.append(Model(ARRIVALS.get(name, name), position, mean, low, high))
    return Sensitivity(tuple(groups), tuple(models), 100 * LEAST_ON_TIME)


def draw(ax: "Axes", result: Sensitivity) -> None:
    label = f"carries: {result.threshold:g} %"
    ax.axvline(result.threshold, color=style.LIMIT, linewidth=1, linestyle=":", label=label)
    for at, model in enumerate(result.models):
        ax.errorbar(
            model.mean, model.position, xerr=(model.mean - model.low, model.high - model.mean), fmt=MARKERS[at % 4],
            color=style.PALETTE[at % len(style.PALETTE)], capsize=3, markersize=5, label=model.name,
        )  # fmt: skip
    ax.set_yticks(range(len(result.groups)), list(result.groups))
    ax.set_ylim(len(result.groups) - 0.5, -0.5)
    ax.set_xlim(-2, 102)
    ax.set_xlabel("parcels in time, %, mean and 95 % interval")
    ax.grid(axis="x", color="0.92")


def figure(result: Sensitivity) -> "Figure":
    drawing = style.new_figure(1.4 + 0.6 * len(result.groups))
    ax = drawing.subplots()
    draw(ax, result)
    style.legend_below(drawing, [ax])
    return drawing


def _reach(values: Values, point: Point) -> tuple[float, float, float]:
    value = values[point.label]["on_time_share"]
    low, high = (value.mean if np.isnan(bound) else min(1.0, max(0.0, bound)) for bound in (value.low, value.high))
    return 100 * value.mean, 100 * low, 100 * high
