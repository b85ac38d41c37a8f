"""The gain between two scenarios as a waterfall: a step for each factor, with the interval of its share."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from experiments import formatting
from experiments.interval_text import alike
from experiments.money.kpis import KPIS
from experiments.report import style
from experiments.report.marks import errorbar
from experiments.report.style import Axes, Figure
from experiments.statistics import Interval
from experiments.statistics.shapley import Decomposition

_WIDEST: Final = 24
"""Largest length of a name below a bar [letters]."""
_ROOM: Final = 0.14
"""Room above the highest bar for its number."""


@dataclass(frozen=True, slots=True)
class Step:
    """A bar from one level to another [as drawn]; a factor's interval is that of its share, within possible values."""

    name: str
    since: float
    to: Interval


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Steps from the first scenario's level to the second's; shares are drawn in per cent."""

    title: str
    axis: str
    steps: tuple[Step, ...]
    is_share: bool
    is_less_better: bool

    @classmethod
    def of(cls, kpi: str, decomposition: Decomposition, start: str, end: str) -> "Waterfall":
        scale, axis = style.drawn_as(KPIS[kpi].unit)
        least, most = (scale * end for end in KPIS[kpi].range)
        steps = [Step(start, 0.0, decomposition.start.scaled(scale))]
        for name, share in decomposition.shares.items():
            level = steps[-1].to.mean
            to = share.share.scaled(scale).moved(level)
            # Levels between the two may lie outside possible values, because they are sums of mean changes.
            steps.append(Step(name, level, to.within(min(least, to.mean), max(most, to.mean))))
        steps.append(Step(end, 0.0, decomposition.end.scaled(scale)))
        return cls(formatting.kpi_name(kpi), axis, tuple(steps), axis == "%", KPIS[kpi].more_is_better is False)


def draw(ax: Axes, chart: Waterfall) -> None:
    last = len(chart.steps) - 1
    highest = 0.0
    show = alike([step.to.mean - step.since for step in chart.steps[1:last]])
    for at, step in enumerate(chart.steps):
        is_level = at in (0, last)
        change = step.to.mean - step.since
        is_better = change <= 0 if chart.is_less_better else change >= 0
        color = style.PALETTE[0] if is_level else style.PALETTE[2] if is_better else style.PALETTE[1]
        ax.bar(at, change, bottom=step.since, width=0.6, color=color, alpha=1.0 if is_level else 0.85)
        if not is_level:
            ax.plot([at - 1 + 0.3, at - 0.3], [step.since, step.since], color=style.LIMIT, linewidth=0.8)
        top = max(step.since, step.to.mean)
        if not is_level and step.to.bounds is not None:
            top = max(top, step.to.bounds[1])
            errorbar(ax, [at], [step.to], fmt="none", color="black", capsize=4, linewidth=1.1)
        highest = max(highest, top)
        text = formatting.number(change) if is_level else show(change)
        style.note(ax, text, (at, top), (0, 4), ha="center", va="bottom")
    ax.plot([last - 1 + 0.3, last - 0.3], [chart.steps[last].to.mean] * 2, color=style.LIMIT, linewidth=0.8)
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set_xticks(range(last + 1), [textwrap.fill(step.name, _WIDEST) for step in chart.steps])
    ax.margins(y=_ROOM)
    low, high = ax.get_ylim()
    high = max(high, (1 + _ROOM) * highest)  # bars that begin at the top would remove the margin
    ax.set_ylim(0 if low > 0 or (chart.is_share and min(step.to.mean for step in chart.steps) >= 0) else low, high)
    ax.set_ylabel(f"{chart.title} [{chart.axis}]")


def figure(decompositions: Mapping[str, Decomposition], start: str, end: str) -> Figure:
    charts = [Waterfall.of(kpi, decomposition, start, end) for kpi, decomposition in decompositions.items()]
    drawn = style.each_drawn(draw, charts, 1, 2.9, 0.6)
    drawn.axes[0].set_title("Contribution of each factor, mean over all orders; green: better, orange: worse")
    return drawn
