"""The capacity ladder: what each resource alone could handle, compared with the arrivals."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from textwrap import fill
from typing import Final

from experiments import formatting
from experiments.grouping import grouped
from experiments.report import style, tooltips
from experiments.report.bottleneck import by_ladder, is_for_few, rungs
from experiments.report.stored_designs import NamedDesign
from experiments.report.style import Axes, Figure
from experiments.statistics.criterion import LEAST_ON_TIME, limit
from sim.measures.ladder import Ladder, Rung

SCALES: Final = {"million ": (1e6, 1e5, 2), "thousand ": (1e3, 1e3, 1), "": (1.0, 0.0, 0)}
"""What numbers are divided by, from which largest demand on [parcels a day], and their decimals."""
MOST_LADDERS: Final = 8
MOST_DEMANDS: Final = 4
"""Largest number of demands drawn beside a ladder, the largest ones."""
_FEW: Final = " *"
_RULE: Final = (
    f"at most {formatting.share_text(1 - LEAST_ON_TIME)} of the parcels need it: {formatting.share_text(LEAST_ON_TIME)}"
    " are on time without it, and it limits only where its own backlog grows"
)
TITLE_CHARACTERS: Final = 30
"""Longest title that fits in half the width [letters]."""
_TEXT: Final = (0.2, 0.5)
"""Room for the texts beside the bars, as a share of their axis: of a ladder alone, and beside another."""
_NICE: Final = (1, 2, 5)
"""Digits with which the numbers of an axis begin."""
_MANY: Final = 300.0
"""Ratio of an axis' ends from which only powers of ten have room."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a resource can handle, in parcels a day divided by a scale."""

    name: str
    rate: float
    text: str
    is_short: bool
    """Whether the rung is below the largest demand."""
    is_bottleneck: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A site's resources, lowest first, and its demands, in parcels a day divided by a scale."""

    title: str
    rungs: tuple[Bar, ...]
    demands: tuple[tuple[str, float, str], ...]
    """Name, value, dash."""
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
    drawn = []
    dashes: dict[str, str] = {}  # the same in all ladders
    for site, designs in sites.items():
        most = max(point.parcels_per_day for point in designs)
        demands = {_traffic(point, designs): point.parcels_per_day / unit for point in designs}
        least = sorted(demands.values())[-MOST_DEMANDS:][0]
        ladder = ladders[designs[0].label]
        drawn.append(
            Bars(
                site,
                tuple(
                    _bar(name, rung, unit, digits, is_short=rung.parcels_per_day < most, limits=by_ladder(ladder))
                    for name, rung in rungs(ladder)
                ),
                tuple(
                    (
                        f"imports expected, {name}",
                        value,
                        dashes.setdefault(name, style.DASHES[len(dashes) % len(style.DASHES)]),
                    )
                    for name, value in demands.items()
                    if value >= least
                ),
                scale,
            )
        )
    return tuple(drawn)


def _bar(name: str, rung: Rung, unit: float, digits: int, *, is_short: bool, limits: str | None) -> Bar:
    """The bar of a resource; with an asterisk if few parcels need it, and then with the traffic that it limits."""
    text = formatting.number(rung.parcels_per_day / unit, digits)
    few = is_for_few(rung)
    if few:
        most = limit(rung) / unit
        text += f" * limits from {formatting.number(most, digits)}" if math.isfinite(most) else " * never limits"
    return Bar(
        formatting.resource_heading(name) + _FEW * few,
        rung.parcels_per_day / unit,
        text + " – bottleneck" * (name == limits),
        is_short,
        name == limits,
    )


def _traffic(point: NamedDesign, others: Iterable[NamedDesign]) -> str:
    """The traffic, and the disruptions with which it brings other arrivals than without them."""
    arrivals = {other.parcels_per_day for other in others if other.traffic == point.traffic}
    return f"{point.traffic}, with {point.disruptions}" if point.disruptions and len(arrivals) > 1 else point.traffic


def draw(ax: Axes, result: Bars, ends: tuple[float, float]) -> None:
    """Bars from the largest demand to what each resource can handle; `ends`: of the logarithmic axis."""
    start = max((value for _, value, _ in result.demands if value > 0), default=ends[0])
    ax.set_xscale("log")
    for row, rung in enumerate(result.rungs):
        color, hatch = (style.PALETTE[1], "//") if rung.is_short else (style.PALETTE[4], "")
        label = "can handle less than the largest demand" if rung.is_short else "can handle more"
        rate = max(rung.rate, ends[0])
        (bar,) = ax.barh(row, rate - start, left=start, height=0.62, color=color, hatch=hatch,
                         edgecolor="white", label=label)  # fmt: skip
        tooltips.give(bar, f"{rung.name}: {rung.text} {result.scale}imports a day")
        around = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        weight = "bold" if rung.is_bottleneck else "normal"
        style.note(ax, rung.text, (max(rate, start), row), (4, 0), va="center", bbox=around, weight=weight)
        if rung.is_bottleneck:
            ax.barh(row, rate - start, left=start, height=0.62, color="none", edgecolor="black", linewidth=1.6,
                    label="bottleneck by the ladder")  # fmt: skip
    for name, value, dash in result.demands:
        if value > 0:
            ax.axvline(value, color="black", linestyle=dash, linewidth=1.2, label=name, zorder=1.5)
    ax.set_yticks(range(len(result.rungs)), [rung.name for rung in result.rungs], fontsize=8.5)
    for row_name, rung in zip(ax.get_yticklabels(), result.rungs, strict=True):
        row_name.set_fontweight("bold" if rung.is_bottleneck else "normal")
    ax.invert_yaxis()
    ax.set_xlim(*ends)
    _number(ax, *ends)
    if any(rung.name.endswith(_FEW) for rung in result.rungs):
        ax.plot([], [], linestyle="", marker="$*$", color="black", label=_RULE)
    ax.set_xlabel(f"{result.scale}imports a day, logarithmic", fontsize=8.5)
    ax.set_title(result.title)


def _number(ax: Axes, low: float, high: float) -> None:
    """Numbers 1, 2, 5, 10, … at the axis, or only powers of ten if there would be many."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    digits = _NICE if high < _MANY * low else _NICE[:1]
    at = [digit * 10.0**decade for decade in decades for digit in digits]
    shown = [value for value in at if low <= value <= high]
    ax.set_xticks(shown, [f"{value:,.10g}" for value in shown])
    ax.set_xticks([], minor=True)


def _ends(ladders: Iterable[Bars], text: float) -> tuple[float, float]:
    """The ends of a logarithmic axis that has all bars, with room for their texts; the same for all ladders."""
    bars = [value for ladder in ladders for value in (*(rung.rate for rung in ladder.rungs), *(
        demand for _, demand, _ in ladder.demands)) if value > 0] or [1.0]  # fmt: skip
    low, high = min(bars) / 1.25, max(bars) * 1.05
    return low, high * (high / low) ** text


def figure(result: tuple[Bars, ...]) -> Figure:
    n_rungs = max(len(ladder.rungs) for ladder in result)
    ends = _ends(result, _TEXT[len(result) > 1])
    if len(result) > 1:  # a long name would run into the next ladder, or off the page
        result = tuple(replace(ladder, title=fill(ladder.title, TITLE_CHARACTERS)) for ladder in result)
    return style.room_for_legend(style.each_drawn(partial(draw, ends=ends), result, 2, 0.8 + 0.24 * n_rungs))
