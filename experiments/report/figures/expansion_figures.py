"""Paths over years: demand and slots, money, service, the best path, and what changes the choice."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from experiments.report import style
from experiments.report.marks import errorbar
from experiments.report.style import Axes, Figure
from experiments.statistics import Interval
from sim.units import Numbers

_ROW_IN: Final = 0.24
_MARK: Final = style.PALETTE[6]
_BANDED: Final = 2
"""Number of paths with a band; more bands would hide each other."""


Bands = Mapping[str, Numbers]
"""By name, figures by year (3, Y): expected values, and the ends of a band of 90 % of the futures."""


def fan(years: Sequence[int], demand: Bands, slots: Bands) -> Figure:
    """Demand by growth with its band, and the expected slots of each path (Y)."""
    figure, ax = style.panel(4.6)
    looks = style.lines_of(list(slots))
    for at, (mean, low, high) in enumerate(demand.values()):
        shade = str(0.72 - 0.12 * at)
        ax.fill_between(years, low, high, color=shade, alpha=0.35, linewidth=0)
        ax.plot(years, mean, color=str(0.5 - 0.1 * at), linewidth=1, linestyle=":")
    for name, mean in slots.items():
        ax.step(years, mean, where="mid", **looks[name], label=name)
    _by_year(ax, years)
    ax.set(ylabel="Flights a day", ylim=(0, None))
    ends = _apart({name: mean[-1] for name, (mean, *_) in demand.items()}, 0.1 * ax.get_ylim()[1])
    for name, at_end in ends.items():
        style.note(ax, name, (years[-1], at_end), (5, 0), 9.5, va="center", color="0.3")
    ax.set_title("Demand (grey, by growth) against the slots that each path is expected to have")
    return style.legend_below(figure, [ax])


def cash(years: Sequence[int], less_idle: Mapping[str, Sequence[float]], idle: str) -> Figure:
    """Cumulative discounted money of each path minus that of the path that builds nothing [MEUR]."""
    figure, ax = style.panel(3.8)
    looks = style.lines_of(list(less_idle))
    for name, values in less_idle.items():
        ax.plot(years, values, **looks[name], linewidth=1 if name == idle else None, label=name)
    _by_year(ax, years)
    ax.set(ylabel="MEUR, discounted", title=f"Expected cumulative money, compared with {idle}")
    return style.legend_below(figure, [ax])


def service(years: Sequence[int], panels: Mapping[str, Bands], banded: Sequence[str]) -> Figure:
    """A panel for each KPI: means of all paths, and bands of a few."""
    figure = style.new_figure(1.2 + 2.6 * len(panels))
    axes = figure.subplots(len(panels), 1, squeeze=False, sharex=True)[:, 0]
    for ax, (axis, paths) in zip(axes, panels.items(), strict=True):
        looks = style.lines_of(list(paths))
        for name, (mean, low, high) in paths.items():
            ax.plot(years, mean, **looks[name], label=name)
            if name in banded[:_BANDED]:
                ax.fill_between(years, low, high, color=looks[name]["color"], alpha=0.15, linewidth=0)
        ax.set_ylabel(axis)
        _by_year(ax, years)
    axes[0].set_title(f"Service of each year; bands of {' and '.join(banded[:_BANDED])}: 90 % of the futures")
    return style.legend_below(figure, axes)


def decisions(
    growths: Sequence[str], shares: Sequence[float], best: Mapping[tuple[str, float], str], paths: Sequence[str]
) -> Figure:
    """The best path by growth and by the probability that the first decision ends in favour."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    figure, ax = style.panel(1.9 + 0.5 * len(growths))
    shown = [path for path in paths if path in best.values()]
    color = {path: look["color"] for path, look in style.lines_of(paths).items()}
    cells = np.array([[shown.index(best[growth, share]) for share in shares] for growth in growths])
    palette = ListedColormap([color[path] for path in shown])
    edges = np.concatenate(([shares[0]], (np.array(shares[1:]) + np.array(shares[:-1])) / 2, [shares[-1]]))
    ax.pcolormesh(
        100 * edges, np.arange(len(growths) + 1), cells, cmap=palette, vmin=-0.5, vmax=len(shown) - 0.5, alpha=0.75
    )
    ax.set_yticks(np.arange(len(growths)) + 0.5, growths)
    ax.set(xlabel="Probability that the first decision ends in favour [%]", ylabel="Growth of demand")
    ax.set_title("The path with the highest expected net present value")
    handles = [Patch(color=color[path], alpha=0.75, label=path) for path in shown]
    figure.legend(handles=handles, loc="outside lower center", ncols=min(4, len(handles)))
    return figure


def tornado(rows: Sequence[tuple[str, Interval, str]], lead: float, best: str, paths: Sequence[str]) -> Figure:
    """The recommended path's lead over the best other path, with one input at a time at another value.

    `rows`: the input and its value, the resulting lead [MEUR], and the path that is then best, which decides the bar's
    colour.
    """
    figure, ax = style.panel(1.5 + _ROW_IN * len(rows))
    looks = style.lines_of(paths)
    for at, (_, own_lead, path) in enumerate(rows):
        ax.barh(at, own_lead.mean - lead, left=lead, color=looks[path]["color"], height=0.66, label=path)
        for color, width in (("white", 2.4), ("black", 0.8)):  # visible on a black bar too
            errorbar(ax, [own_lead], [at], fmt="none", color=color, capsize=2, linewidth=width)
    ax.axvline(lead, color=_MARK, linewidth=1)
    ax.axvline(0, color=style.LIMIT, linewidth=1, linestyle="--")
    style.name_rows(ax, [name for name, *_ in rows])
    ax.set_xlabel(f"Lead of {best} over the best other path [MEUR]\nleft of the dashed line another path is better")
    ax.set_title("What changes the choice; each bar has the colour of the path that is then best")
    return style.legend_below(figure, [ax])


def _apart(ends: Mapping[str, float], gap: float) -> dict[str, float]:
    """Positions of names at the ends of lines, each far enough above the one below."""
    placed: dict[str, float] = {}
    last = -np.inf
    for name in sorted(ends, key=lambda name: ends[name]):
        last = max(ends[name], last + gap)
        placed[name] = last
    return placed


def _by_year(ax: Axes, years: Sequence[int]) -> None:
    step = max(1, len(years) // 8)
    ax.set_xticks(years[::step], [str(year) for year in years[::step]])
