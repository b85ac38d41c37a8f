"""The on-time share under each arrival model: how much the answer rests on when flights come."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from experiments.report import style
from experiments.report.figures.errorbar import errorbar
from experiments.report.sentences import LEAST_ON_TIME
from experiments.report.stored_designs import ARRIVALS, NamedDesign, Value, Values

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS: Final = ("o", "s", "^", "D")
SPREAD: Final = 0.24


@dataclass(frozen=True, slots=True)
class Model:
    """On-time share [%] under one arrival model, by group."""

    name: str
    positions: tuple[float, ...]
    shares: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    groups: tuple[str, ...]
    models: tuple[Model, ...]
    threshold: float


def prepare(points: tuple[NamedDesign, ...], values: Values) -> Sensitivity | None:
    """Designs that were run under several arrival models; None if there are none."""
    groups: dict[str, list[NamedDesign]] = {}
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
            (row + offset, values[point.label]["on_time_share"].within(0.0, 1.0).scaled(100))
            for row, mine in enumerate(groups.values())
            for point in mine
            if point.arrivals == name
        ]
        models.append(Model(ARRIVALS.get(name, name), *zip(*rows, strict=True)))
    return Sensitivity(tuple(groups), tuple(models), 100 * LEAST_ON_TIME)


def draw(ax: "Axes", result: Sensitivity) -> None:
    label = f"carries: {result.threshold:g} %"
    ax.axvline(result.threshold, color=style.LIMIT, linewidth=1, linestyle=":", label=label)
    for at, model in enumerate(result.models):
        errorbar(ax, model.shares, model.positions, fmt=MARKERS[at % 4], color=style.PALETTE[at % len(style.PALETTE)],
                 capsize=3, markersize=5, label=model.name)  # fmt: skip
    ax.set_yticks(range(len(result.groups)), list(result.groups))
    ax.set_ylim(len(result.groups) - 0.5, -0.5)
    ax.set_xlim(-2, 102)
    ax.set_xlabel("parcels on time, %, mean and 95 % interval")
    ax.grid(axis="x", color="0.92")


def figure(result: Sensitivity) -> "Figure":
    drawing = style.new_figure(1.4 + 0.6 * len(result.groups))
    ax = drawing.subplots()
    draw(ax, result)
    style.legend_below(drawing, [ax])
    return drawing
