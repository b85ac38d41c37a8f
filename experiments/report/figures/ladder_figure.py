"""The capacity ladder: what each resource alone could handle, compared with the arrivals."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from textwrap import fill
from typing import Final

from experiments import formatting
from experiments.grouping import grouped
from experiments.report import style, tooltips
from experiments.report.bottleneck import by_ladder, is_for_few, rungs
from experiments.report.stored_designs import NamedDesign
from experiments.report.style import Axes, Figure
from sim.measures.ladder import Ladder, Rung

REACH: Final = 2.5
"""Bars end at this multiple of the largest demand; their number is still shown."""
SCALES: Final = {"million ": (1e6, 1e5, 2), "thousand ": (1e3, 1e3, 1), "": (1.0, 0.0, 0)}
"""What numbers are divided by, from which largest demand on [parcels a day], and their decimals."""
MOST_LADDERS: Final = 8
MOST_DEMANDS: Final = 4
"""Largest number of demands drawn beside a ladder, the largest ones."""
_FEW: Final = " *"
TITLE_CHARACTERS: Final = 30
"""Longest title that fits in half the width [letters]."""


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    length: float
    text: str
    is_short: bool
    """Whether the rung is below the largest demand."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A site's resources, lowest first, and its demands, in parcels a day divided by a scale."""

    title: str
    rungs: tuple[Bar, ...]
    demands: tuple[tuple[str, float, str], ...]
    """Name, value, dash."""
    reach: float
    scale: str = "million "


def prepare(ladders: Mapping[str, Ladder], points: tuple[NamedDesign, ...]) -> tuple[Bars, ...]:
    """A ladder for each site, from its first design that has one; several if their bottlenecks differ.

    The demand changes only the rungs of rooms, through the time for which goods stay there.
    """
    with_ladder = [point for point in points if ladders.get(point.label)]
    alike = grouped(((point.site, by_ladder(ladders[point.label])), point) for point in with_ladder)
    n_ladders = Counter(site for site, _ in alike)
    sites = {site if n_ladders[site] == 1 else designs[0].title: designs for (site, _), designs in alike.items()}
    largest = max((point.parcels_per_day for designs in sites.values() for point in designs), default=0.0)
    smallest = min((min(ladders[designs[0].label].values()).parcels_per_day for designs in sites.values()), default=0.0)
    scale, unit, digits = next(
        (name, unit, digits) for name, (unit, least, digits) in SCALES.items() if max(largest, smallest) >= least
    )
    reach = REACH * max(largest, smallest, 1.0) / unit
    drawn = []
    dashes: dict[str, str] = {}  # the same in all ladders
    for site, designs in sites.items():
        most = max(point.parcels_per_day for point in designs)
        demands = {_traffic(point, designs): point.parcels_per_day / unit for point in designs}
        least = sorted(demands.values())[-MOST_DEMANDS:][0]
        drawn.append(
            Bars(
                site,
                tuple(_bar(name, rung, unit, reach, digits, most) for name, rung in rungs(ladders[designs[0].label])),
                tuple(
                    (f"demand, {name}", value, dashes.setdefault(name, style.DASHES[len(dashes) % len(style.DASHES)]))
                    for name, value in demands.items()
                    if value >= least
                ),
                reach,
                scale,
            )
        )
    return tuple(drawn)


def _bar(name: str, rung: Rung, unit: float, reach: float, digits: int, most: float) -> Bar:
    """The bar of a resource; with an asterisk if few parcels need it."""
    rate = rung.parcels_per_day / unit
    return Bar(
        formatting.resource_heading(name) + (_FEW if is_for_few(rung) else ""),
        min(rate, reach),
        formatting.number(rate, digits) + (" →" if rate > reach else ""),
        rung.parcels_per_day < most,
    )


def _traffic(point: NamedDesign, others: Iterable[NamedDesign]) -> str:
    """The traffic, and the disruptions with which it brings other arrivals than without them."""
    arrivals = {other.parcels_per_day for other in others if other.traffic == point.traffic}
    return f"{point.traffic}, with {point.disruptions}" if point.disruptions and len(arrivals) > 1 else point.traffic


def draw(ax: Axes, result: Bars) -> None:
    for row, rung in enumerate(result.rungs):
        color, hatch = (style.PALETTE[1], "//") if rung.is_short else (style.PALETTE[4], "")
        label = "less than the largest demand" if rung.is_short else "enough"
        (bar,) = ax.barh(row, rung.length, height=0.62, color=color, hatch=hatch, edgecolor="white", label=label)
        tooltips.give(bar, f"{rung.name}: {rung.text.removesuffix(' →')} {result.scale}parcels a day")
        around = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        style.note(ax, rung.text, (rung.length, row), (4, 0), va="center", bbox=around)
    for name, value, dash in result.demands:
        ax.axvline(value, color="black", linestyle=dash, linewidth=1.2, label=name, zorder=1.5)
    ax.set_yticks(range(len(result.rungs)), [rung.name for rung in result.rungs], fontsize=8.5)
    ax.invert_yaxis()
    ax.set_xlim(0, result.reach * 1.2)
    few = " (* few parcels need it)" if any(rung.name.endswith(_FEW) for rung in result.rungs) else ""
    ax.set_xlabel(f"{result.scale}parcels a day{few}", fontsize=8.5)
    ax.set_title(result.title)


def figure(result: tuple[Bars, ...]) -> Figure:
    n_rungs = max(len(ladder.rungs) for ladder in result)
    if len(result) > 1:  # a long name would run into the next ladder, or off the page
        result = tuple(replace(ladder, title=fill(ladder.title, TITLE_CHARACTERS)) for ladder in result)
    return style.each_drawn(draw, result, 2, 0.8 + 0.24 * n_rungs, 0.5)
